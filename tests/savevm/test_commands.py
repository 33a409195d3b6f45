"""Commands in both directions (savevm.c: qemu_savevm_send_*, loadvm_process_command, loadvm_handle_cmd_packaged)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from snapmgr.errors import SnapmgrError, Unsupported
from snapmgr.savevm.commands import Commands
from snapmgr.savevm.effects import OpenReturnPath, Reply, StateLoaded, SwitchoverStart
from snapmgr.savevm.failures import LoadError
from snapmgr.savevm.handlers import EINVAL, EIO, HandlerFailed
from snapmgr.savevm.loader import Loader
from snapmgr.savevm.output import Output
from snapmgr.wire.events import NeedData
from snapmgr.wire.return_path import pong
from tests.savevm.host import TestHost, taken
from tests.savevm.streams import ADVISE, EOF, START, be32, command, discard, footer, full, live, packaged, seen, stream


@pytest.mark.parametrize(
    ("send", "written"),
    [
        (Commands.open_return_path, "08 0001 0000"),
        (lambda commands: commands.ping(0x01020304), "08 0002 0004 01020304"),
        (lambda commands: commands.packaged(b"ab"), "08 0007 0004 00000002 6162"),
        (Commands.colo_enable, "08 0008 0000"),
        (Commands.switchover_start, "08 000b 0000"),
    ],
)
def test_commands_as_sent(send: Callable[[Commands], None], written: str) -> None:
    out = Output()
    send(Commands(TestHost(), out))
    assert taken(out) == bytes.fromhex(written)


def test_a_command_is_handed_on_at_once() -> None:
    pieces: list[object] = []
    Commands(TestHost(), Output(pieces.extend)).ping(1)
    assert pieces


# -- loadvm_process_command


def test_the_return_path_is_opened_and_pings_are_answered() -> None:
    got = seen(stream(command(1), command(2, be32(7)), command(2, be32(8)), full()))
    assert got.effects == [OpenReturnPath(), Reply(pong(7)), Reply(pong(8)), StateLoaded(len(stream(full())) + 23)]
    assert got.error is None
    assert got.trace.count("qemu_loadvm_state_section_command ret=0") == 3


def test_a_second_return_path_is_reported_and_passed_over() -> None:
    got = seen(stream(command(1), command(1), full()))
    assert [type(effect) for effect in got.effects] == [OpenReturnPath, StateLoaded]
    assert got.device.level == 7


def test_a_return_path_that_cannot_be_opened_fails_the_load() -> None:
    loader = Loader(host := TestHost())
    loader.feed(stream(command(1)))
    assert loader.next_effect() == OpenReturnPath()
    with pytest.raises(LoadError):
        loader.return_path_failed()
    with pytest.raises(LoadError, match="CMD_OPEN_RETURN_PATH failed"):
        loader.next_effect()
    assert host.traced()[-3:] == [
        "qemu_loadvm_state_section_command ret=-1",
        "qemu_loadvm_state_post_main ret=-1",
        "loadvm_state_cleanup",
    ]


def test_a_ping_without_a_return_path_fails_the_load() -> None:
    got = seen(stream(command(2, be32(5)), full()))
    assert isinstance(got.error, LoadError)
    assert (got.error.code, got.error.errno, got.device.level) == ("no-return-path", 1, 0)


@pytest.mark.parametrize(
    ("number", "length", "text"),
    [
        (0, 0, "MIG_CMD 0x0 unknown (len 0x0)"),
        (12, 9, "MIG_CMD 0xc unknown (len 0x9)"),
        (0xFFFF, 0xFFFF, "MIG_CMD 0xffff unknown (len 0xffff)"),
        (1, 1, "OPEN_RETURN_PATH received with bad length - expecting 0, got 1"),
        (2, 5, "PING received with bad length - expecting 4, got 5"),
        (4, 65535, "POSTCOPY_LISTEN received with bad length - expecting 0, got 65535"),
        (5, 1, "POSTCOPY_RUN received with bad length - expecting 0, got 1"),
        (7, 8, "PACKAGED received with bad length - expecting 4, got 8"),
        (8, 1, "(null) received with bad length - expecting 0, got 1"),
        (9, 1, "POSTCOPY_RESUME received with bad length - expecting 0, got 1"),
        (11, 2, "SWITCHOVER_START received with bad length - expecting 0, got 2"),
    ],
)
def test_number_and_length_are_checked_before_any_data_is_waited_for(number: int, length: int, text: str) -> None:
    loader = Loader(host := TestHost())
    loader.feed(stream(command(number, length=length), eof=b""))
    with pytest.raises(LoadError) as refused:
        while not isinstance(loader.next_effect(), NeedData):
            pass
    assert (refused.value.qemu, host.errors) == (text, [text])


def test_the_guest_has_stopped() -> None:
    got = seen(stream(command(11), full()))
    assert [type(effect) for effect in got.effects] == [SwitchoverStart, StateLoaded]


def test_an_empty_advise_is_taken_where_no_ram_is_sent_later() -> None:
    got = seen(stream(command(3), full()))
    assert (got.error, got.device.level) == (None, 7)


def test_a_resume_is_reported_and_passed_over() -> None:
    got = seen(stream(command(9), full()))
    assert (got.error, got.device.level) == (None, 7)


POSTCOPY: dict[str, Any] = {"capabilities": {"postcopy-ram"}}


def refusing(call: str, refusal: SnapmgrError) -> Callable[[TestHost], None]:
    return lambda host: host.refuses.update({call: refusal})


# -- loadvm_postcopy_handle_advise, loadvm_postcopy_ram_handle_discard, loadvm_postcopy_handle_listen


def test_what_was_advised_and_never_begun_is_a_precopy() -> None:
    got = seen(stream(command(3, ADVISE), full()), **POSTCOPY)
    assert (got.error, got.device.level) == (None, 7)
    assert "postcopy_notify inbound-advise" in got.host.asked


@pytest.mark.parametrize(("event", "records"), [("advise", []), ("listen", [command(4)])])
def test_who_listens_to_an_inbound_postcopy_is_heeded(event: str, records: list[bytes]) -> None:
    text = "vhost does not want to"
    got = seen(
        stream(command(3, ADVISE), *records, full()),
        prepare=refusing(f"postcopy_notify inbound-{event}", HandlerFailed(EIO, "no", qemu=text)),
        **POSTCOPY,
    )
    assert isinstance(got.error, LoadError) and (got.error.qemu, got.host.errors) == (text, [text])


def test_what_is_discarded() -> None:
    got = seen(stream(command(3), command(6, discard(b"pc.ram", (0x1000, 0x2000), (0x8000, 0x1000))), full()))
    assert (got.error, got.device.level) == (None, 7)
    assert [call for call in got.host.asked if "discard" in call] == [
        "discard_ram pc.ram 0x1000 0x2000",
        "discard_ram pc.ram 0x8000 0x1000",
    ]
    assert [line for line in got.trace if "discard" in line] == [
        "loadvm_postcopy_ram_handle_discard",
        "loadvm_postcopy_ram_handle_discard_header ramid=pc.ram len=32",
        "loadvm_postcopy_ram_handle_discard_end",
    ]


def test_a_discard_that_the_ram_refuses() -> None:
    failed = HandlerFailed(EINVAL, "no", qemu="ram_discard_range: Failed to find block 'ram'")
    got = seen(
        stream(command(3), command(6, discard(b"ram", (0, 4096))), full()),
        prepare=refusing("discard_ram ram 0x0 0x1000", failed),
    )
    assert isinstance(got.error, LoadError) and got.error.qemu == failed.qemu


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (bytes(19), "invalid length (19)"),
        (discard(b"ram", (0, 1), version=1), "invalid version (1)"),
        (discard(b"", (0, 1), nil=b"\0\0\0"), "Failed to read RAMBlock ID"),
        (bytes([0, 250]) + bytes(20), "Failed to read RAMBlock ID"),
        (discard(b"ram", (0, 1), nil=b"x"), "missing nil (120)"),
        (discard(b"ram", (0, 1), nil=b"\0\0"), "invalid length (17)"),
        (discard(b"r\0m", (0, 1)), "invalid length (18)"),
    ],
)
def test_a_discard_that_makes_no_sense(data: bytes, what: str) -> None:
    got = seen(stream(command(3), command(6, data), full()))
    assert isinstance(got.error, LoadError) and got.error.qemu == f"CMD_POSTCOPY_RAM_DISCARD {what}"
    assert not [call for call in got.host.asked if "discard" in call]


@pytest.mark.parametrize(
    ("records", "options"),
    [
        ([command(3, ADVISE), command(4)], {"capabilities": {"postcopy-ram"}}),
        ([command(3), command(4)], {}),
        ([command(3), command(6, discard(b"ram", (0, 4096))), command(4)], {}),
        ([command(8)], {}),
        ([command(10, b"\3ram")], {}),
    ],
)
def test_what_is_not_built_yet_is_refused_by_name(records: list[bytes], options: dict[str, object]) -> None:
    got = seen(stream(*records, full()), **options)  # type: ignore[arg-type]
    assert isinstance(got.error, Unsupported)
    assert got.error.code == "command-unsupported"
    assert got.host.errors == []
    assert got.live.ran == ["load_setup", "load_cleanup"]


# -- loadvm_handle_cmd_packaged


@pytest.mark.parametrize("step", [0, 1, 7])
def test_data_of_commands_in_a_package_come_from_behind_it(step: int) -> None:
    ranges = discard(b"pc.ram", (0x1000, 0x2000))
    package = command(3, length=len(ADVISE)) + full(3) + command(6, length=len(ranges)) + EOF + b"dropped"
    got = seen(stream(packaged(package), ADVISE, ranges, live(START)), step=step, **POSTCOPY)
    assert (got.error, got.device.level, got.live.got) == (None, 7, [b"s"])
    assert "discard_ram pc.ram 0x1000 0x2000" in got.host.asked
    where = "behind the package that it lies in, where QEMU reads them"
    names = ["POSTCOPY_ADVISE", "POSTCOPY_RAM_DISCARD"]
    assert got.host.warnings == [f"the data of {name} stand {where}" for name in names]


def test_data_behind_a_package_may_be_wrong_there() -> None:
    wrong = bytes(8) + ADVISE[8:]
    data = stream(packaged(command(3, length=16) + EOF), wrong)
    got = seen(data, **POSTCOPY)
    assert isinstance(got.error, LoadError) and got.error.code == "postcopy-page-size"
    assert got.error.offset == data.index(wrong)


def test_data_behind_a_package_are_not_there() -> None:
    got = seen(stream(packaged(command(3, length=16) + EOF), ADVISE[:9], eof=b""), **POSTCOPY)
    assert isinstance(got.error, LoadError) and got.error.code == "postcopy-page-size"


def test_a_package_is_loaded_and_what_follows_it() -> None:
    got = seen(stream(packaged(full() + EOF), live(START)))
    assert (got.error, got.device.level, got.live.got) == (None, 7, [b"s"])
    assert [line for line in got.trace if "packaged" in line or "command" in line] == [
        "loadvm_process_command s=PACKAGED len=4",
        "loadvm_handle_cmd_packaged length=28",
        "loadvm_handle_cmd_packaged_received ret=28",
        "loadvm_handle_cmd_packaged_main ret=0",
        "qemu_loadvm_state_section_command ret=0",
    ]


@pytest.mark.parametrize("step", [0, 1, 7])
def test_packages_in_packages(step: int) -> None:
    inner = packaged(full(3) + EOF + b"dropped")
    got = seen(stream(packaged(command(1) + inner + live(START, 9) + EOF + full(3, idstr=b"gone")), full(4)), step=step)
    assert (got.error, got.live.got) == (None, [b"s"])
    assert [line.split(";")[0] for line in got.host.warnings] == ["a package lies within a package"]
    assert got.trace.count("qemu_loadvm_state_section_startfull section_id=4 idstr=dev instance_id=0 version_id=2") == 1


def test_a_package_is_loaded_as_it_comes() -> None:
    loader = Loader(host := TestHost())
    loader.feed(stream(packaged(command(1), length=0xFFFFFFFF), eof=b""))
    assert loader.next_effect() == OpenReturnPath()
    assert isinstance(loader.next_effect(), NeedData)
    assert host.errors == []


@pytest.mark.parametrize(
    "package",
    [b"", full(), full() + b"\x04", full()[:-3], command(1)[:-1], packaged(b"")],
    ids=["empty", "no EOF", "record cut", "footer cut", "command cut", "inner without EOF"],
)
def test_a_package_without_its_eof_fails(package: bytes) -> None:
    got = seen(stream(packaged(package), full(), live(START), full()))
    assert isinstance(got.error, LoadError)
    ret = -got.error.errno
    assert got.trace[-4:] == [
        f"loadvm_handle_cmd_packaged_main ret={ret}",
        f"qemu_loadvm_state_section_command ret={ret}",
        f"qemu_loadvm_state_post_main ret={ret}",
        "loadvm_state_cleanup",
    ]
    assert got.live.got == []


def test_a_package_that_ends_between_records_fails_as_a_stream_does() -> None:
    got = seen(stream(packaged(full()), full()))
    assert (got.host.errors, got.device.level) == ([], 7)
    assert got.error is not None
    assert got.error.qemu == "load of migration failed: Input/output error"


def test_a_package_that_reaches_beyond_the_one_around_it() -> None:
    inner = full() + EOF
    good = seen(stream(packaged(packaged(inner) + EOF), full()))
    assert (good.error, good.host.errors[:1]) == (None, ["Expected vmdescription section, but got 0"])
    got = seen(stream(packaged(packaged(inner, length=len(inner) + 2) + EOF), full()))
    assert got.host.errors == ["CMD_PACKAGED: Buffer receive fail ret=29 length=30"]


def test_a_stream_that_ends_inside_a_package_is_an_error_of_the_outermost() -> None:
    whole = stream(packaged(packaged(full() + EOF) + EOF), eof=b"")
    start = len(stream(eof=b"")) + 9
    for end in range(start, len(whole)):
        got = seen(whole[:end])
        assert got.host.errors[-1:] == [f"CMD_PACKAGED: Buffer receive fail ret={end - start} length=38"], end
        assert isinstance(got.error, LoadError)
        assert (got.error.errno, got.error.offset) == (11, end)


def test_a_fault_inside_a_package_leaves_all_of_them() -> None:
    got = seen(stream(packaged(packaged(full()[:-5] + footer(4)))))
    assert got.trace[-7:] == [
        "vmstate_load idstr=dev vmsd_name=dev",
        *["loadvm_handle_cmd_packaged_main ret=-22", "qemu_loadvm_state_section_command ret=-22"] * 2,
        "qemu_loadvm_state_post_main ret=-22",
        "loadvm_state_cleanup",
    ]

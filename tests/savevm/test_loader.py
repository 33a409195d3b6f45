"""The load loop (savevm.c: qemu_loadvm_state, _header, _setup, _main, _section_start_full, _section_part_end…)."""

from __future__ import annotations

import pytest

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.blockers import Blocked
from snapmgr.savevm.effects import StateLoaded
from snapmgr.savevm.failures import LoadError
from snapmgr.savevm.handlers import HandlerFailed, Handlers
from snapmgr.savevm.loader import Loader, load
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.fields import u8
from snapmgr.vmstate.state import VMState
from snapmgr.wire.events import NeedData
from tests.savevm.host import DEVICE, Device, Live, TestHost, load_all, saved
from tests.savevm.streams import (
    CONFIGURATION,
    END,
    EOF,
    FULL,
    HEADER,
    PART,
    START,
    Seen,
    be32,
    begin,
    full,
    live,
    seen,
    stream,
)

GOOD = stream(live(START), live(PART, payload=b"i"), live(END, payload=b"c"), full())
LOADED = ["cpu_synchronize_all_pre_loadvm", "cpu_synchronize_all_post_init"]


def error_of(got: Seen) -> LoadError:
    assert isinstance(got.error, LoadError)
    return got.error


def test_a_good_stream_loads_in_any_chunking() -> None:
    for step in (0, 1, 2, 5, 100):
        got = seen(GOOD, step=step, suppress_vmdesc=True)
        assert got.effects == [StateLoaded(len(GOOD))]
        assert (got.device.level, got.device.count, got.live.got) == (7, 0x01020304, [b"s", b"i", b"c"])
        assert got.live.ran == ["load_setup", "load_cleanup"]
        assert (got.lines, got.host.asked) == ([], LOADED)


def test_the_trace_of_a_load() -> None:
    got = seen(stream(live(START, 6), live(PART, 6), full()), suppress_vmdesc=True)
    assert got.trace == [
        "loadvm_state_setup",
        "qemu_loadvm_state_section section_type=1",
        "qemu_loadvm_state_section_startfull section_id=6 idstr=live instance_id=0 version_id=4",
        "vmstate_load idstr=live vmsd_name=(old)",
        "qemu_loadvm_state_section section_type=2",
        "qemu_loadvm_state_section_partend section_id=6",
        "vmstate_load idstr=live vmsd_name=(old)",
        "qemu_loadvm_state_section section_type=4",
        "qemu_loadvm_state_section_startfull section_id=0 idstr=dev instance_id=0 version_id=2",
        "vmstate_load idstr=dev vmsd_name=dev",
        "qemu_loadvm_state_section section_type=0",
        "qemu_loadvm_state_post_main ret=0",
        "loadvm_state_cleanup",
    ]


def test_what_is_saved_is_loaded() -> None:
    host, device = TestHost(), Device(level=200, count=3)
    host.registry.register(DEVICE, device, instance_id=0)
    host.registry.register_live("live", Live().handlers(), version_id=4)
    got = seen(saved(host))
    assert (got.error, got.lines, got.device) == (None, [], device)


# -- qemu_loadvm_state: blocked, header


def test_a_machine_with_an_unmigratable_device_loads_nothing() -> None:
    def prepare(host: TestHost) -> None:
        host.registry.register(VMState("stubborn", unmigratable=True), object())

    got = seen(b"nonsense", prepare=prepare)
    assert isinstance(got.error, Blocked)
    assert got.host.errors == ["State blocked by non-migratable device 'stubborn'"]
    assert (got.live.ran, got.trace, got.host.asked) == ([], [], [])


@pytest.mark.parametrize("data", [b"QEVN", b"QEVM" + be32(2), b"QEVM" + be32(0x03000000), b"", b"Q", b"QEVM\0\0\0"])
def test_a_bad_header_cleans_nothing_up(data: bytes) -> None:
    got = seen(data)
    assert (len(got.lines), got.live.ran, got.trace) == (2, [], [])
    assert error_of(got).errno == (95 if got.error and got.error.code == "stream-version" else 22)


def test_a_missing_configuration_cleans_up() -> None:
    got = seen(HEADER + full() + EOF)
    assert (error_of(got).offset, got.live.ran, got.trace) == (8, ["load_cleanup"], ["loadvm_state_cleanup"])
    assert got.host.asked == []


def test_where_no_configuration_is_expected_one_is_an_unknown_section() -> None:
    assert seen(HEADER + full() + EOF, send_configuration=False).error is None
    got = seen(GOOD, send_configuration=False)
    assert got.host.errors == ["Unknown savevm section type 7"]


# -- qemu_loadvm_state_setup


def test_load_setup_is_for_active_entries() -> None:
    assert seen(GOOD, live=Live(active=False)).live.ran == ["load_cleanup"]


def test_a_failed_load_setup_cleans_nothing_up() -> None:
    got = seen(GOOD, live=Live(fails={"load_setup": 12}))
    assert got.host.errors == ["Load state of device live failed"]
    assert (got.live.ran, got.host.asked, got.trace) == (["load_setup"], [], ["loadvm_state_setup"])


# -- qemu_loadvm_section_start_full


@pytest.mark.parametrize(
    ("record", "code", "line"),
    [
        (full(idstr=b""), "idstr-empty", "Unable to read ID string for section 0"),
        (full(version=3), "version-too-new", "savevm: unsupported version 3 for 'dev' v2"),
        (full(version=0x80000000), "version-too-new", "savevm: unsupported version -2147483648 for 'dev' v2"),
        (b"\x09", "section-type", "Unknown savevm section type 9"),
        (full()[:-5], "missing-section-footer", "Missing section footer for dev"),
        (full() + full()[:-1], "footer-id", "Mismatched section id in footer for dev - read 0x0 expected 0x0"),
    ],
)
def test_sections_that_are_refused(record: bytes, code: str, line: str) -> None:
    got = seen(stream(record, b"\x01\x01" if code == "footer-id" else b"", full()))
    if code == "footer-id":
        line = "Mismatched section id in footer for dev - read 0x1 expected 0x0"
    assert (error_of(got).code, got.host.errors) == (code, [line])
    assert got.trace[-2:] == ["qemu_loadvm_state_post_main ret=-22", "loadvm_state_cleanup"]
    assert (got.live.ran, got.host.asked) == (["load_setup", "load_cleanup"], LOADED)


@pytest.mark.parametrize(("idstr", "instance"), [(b"dev", 1), (b"de", 0), (b"\0dev", 0), (b"dev2", 0)])
def test_unknown_devices_are_named(idstr: bytes, instance: int) -> None:
    got = seen(stream(full(idstr=idstr, instance=instance)))
    shown = idstr.split(b"\0")[0].decode()
    assert got.host.errors[0].startswith(f"Unknown savevm section or instance '{shown}' {instance}. Make sure")
    assert (error_of(got).device, error_of(got).instance) == (shown, instance)


def test_a_name_is_read_as_c_reads_it() -> None:
    assert seen(stream(full(idstr=b"dev\0and more"))).error is None


def test_the_first_error_says_device_instance_version_field_and_offset() -> None:
    got = seen(stream(full(version=1, payload=b""), eof=b"")[:-5])
    error = error_of(got)
    assert (error.device, error.instance, error.version, error.field) == ("dev", 0, 1, "level")
    assert (error.offset, error.qemu) == (len(stream(begin(FULL, 0), eof=b"")), "Failed to load dev:level")
    assert got.host.errors == ["Failed to load dev:level", "error while loading state for instance 0x0 of device 'dev'"]


def test_inner_lines_come_first_and_the_error_is_raised_again() -> None:
    def refuse(target: object, version: int) -> None:
        raise VMStateError("no", "not this one", qemu="inner text")

    host = TestHost()
    host.registry.register(VMState("x", post_load=refuse, fields=(u8("level"),)), Device(), instance_id=31)
    loader = Loader(host)
    loader.feed(stream(begin(FULL, 5, b"x", 31, 1) + b"\1"))
    for _ in range(2):
        with pytest.raises(LoadError, match="not this one"):
            loader.next_effect()
    assert host.errors == ["inner text", "error while loading state for instance 0x1f of device 'x'"]


def test_older_versions_are_loaded_as_such() -> None:
    got = seen(stream(full(version=1, payload=b"\x09")))
    assert (got.error, got.device.level, got.device.count) == (None, 9, 0)


def test_a_device_may_come_twice_or_not_at_all() -> None:
    got = seen(stream(full(), full(3, payload=b"\x08" + be32(5))))
    assert (got.error, got.device.level, got.device.count) == (None, 8, 5)
    assert seen(stream()).error is None


def test_an_entry_that_cannot_load_is_an_error_and_no_crash() -> None:
    got = seen(stream(live(START)), handlers=Handlers())
    assert error_of(got).code == "not-loadable"


def test_a_reader_that_cannot_be_made_is_told_with_its_device() -> None:
    def refuse(version: int) -> None:
        raise HandlerFailed(5, "no memory", qemu="inner")

    got = seen(stream(live(START)), handlers=Handlers(load_state=refuse))  # type: ignore[arg-type]
    assert got.host.errors == ["inner", "error while loading state for instance 0x0 of device 'live'"]
    assert (error_of(got).errno, got.trace[-2]) == (5, "qemu_loadvm_state_post_main ret=-5")


def test_ram_is_refused_under_xen_and_devices_are_not() -> None:
    assert seen(stream(full()), xen=True).error is None
    got = seen(stream(live(START)), xen=True)
    assert error_of(got).code == "xen-ram"


# -- qemu_loadvm_section_part_end


def test_a_part_of_id_0_before_any_start_belongs_to_the_first_entry() -> None:
    got = seen(stream(begin(PART, 0) + b"\x05" + full()[-5:]))
    assert error_of(got).device == "dev"
    assert got.host.errors[-1] == "error while loading state section id 0(dev)"
    assert "version_id 0 is too old" in got.host.errors[0]


def test_a_part_after_full_is_taken() -> None:
    got = seen(stream(full(5), begin(PART, 5) + b"\x08" + be32(6) + full(5)[-5:]))
    assert (got.error, got.device.level) == (None, 8)


def test_a_part_whose_id_two_have_belongs_to_the_first_of_the_registry() -> None:
    again = begin(PART, 5) + b"\x08" + be32(6) + full(5)[-5:]
    got = seen(stream(live(START, 5), full(5), again))
    assert (got.live.got, got.device.level) == ([b"s"], 8)
    got = seen(stream(full(5), full(6), live(START, 5), live(PART, 5, payload=b"x")))
    assert got.live.got == [b"s", b"x"]


def test_an_unknown_section_id() -> None:
    got = seen(stream(live(START, 5), begin(PART, 6)))
    assert got.host.errors == ["Unknown savevm section 6"]


# -- check_section_footer


def test_without_footers_none_is_read() -> None:
    bare = stream(live(START)[:-5], live(PART)[:-5], full()[:-5])
    assert seen(bare, send_section_footer=False).device.level == 7
    got = seen(GOOD, send_section_footer=False)
    assert got.host.errors == ["Unknown savevm section type 126"]


def test_a_footer_is_called_after_the_entry_and_not_after_the_stream() -> None:
    def prepare(host: TestHost) -> None:
        host.registry.register(VMState("old", fields=(u8("level"),)), Device(), path="slot")

    got = seen(stream(begin(FULL, 5, b"old", 0, 1) + b"\1"), prepare=prepare)
    assert got.host.errors == ["Missing section footer for slot/old"]


# -- the description


@pytest.mark.parametrize(
    ("tail", "lines"),
    [
        (b"\x06" + be32(2) + b"{}", []),
        (b"\x06" + be32(2) + b"{}more", []),
        (b"\x06" + be32(9) + b"{}", []),
        (b"\x06" + be32(0xFFFFFFFF) + b"{}", []),
        (b"\x06\0\0", []),
        (b"\x06" + be32(2) + b"no", []),
        (b"", ["Expected vmdescription section, but got 0"]),
        (b"x", ["Expected vmdescription section, but got 120"]),
    ],
)
def test_a_description_is_swallowed_and_never_fails_a_load(tail: bytes, lines: list[str]) -> None:
    for step in (0, 1):
        got = seen(GOOD + tail, step=step)
        assert (got.error, got.host.errors, got.device.level) == (None, lines, 7)
        assert got.live.ran[-1] == "load_cleanup"


@pytest.mark.parametrize("options", [{"suppress_vmdesc": True}, {"postcopy": True}])
def test_nothing_is_read_where_no_description_is_due(options: dict[str, bool]) -> None:
    host = TestHost(suppress_vmdesc=options.get("suppress_vmdesc", False))
    host.postcopy = options.get("postcopy", False)
    loader = Loader(host)
    loader.feed(stream())
    assert loader.next_effect() == StateLoaded(len(stream()))
    assert loader.next_effect() is None
    assert host.errors == []


def test_each_byte_is_asked_for_only_when_it_is_due() -> None:
    """Fed byte by byte, all is done with the last byte that matters, and a need is never beyond it."""
    loader, host = None, TestHost(suppress_vmdesc=True)
    host.registry.register(DEVICE, Device(), instance_id=0)
    data = stream(full())
    loader = Loader(host)
    for offset in range(len(data)):
        need = loader.next_effect()
        assert isinstance(need, NeedData)
        assert offset + need.count <= len(data)
        loader.feed(data[offset : offset + 1])
    assert loader.next_effect() == StateLoaded(len(data))


def test_a_stream_may_begin_anywhere() -> None:
    host = TestHost(suppress_vmdesc=True)
    loader = Loader(host, offset=1000)
    loader.feed(stream(b"\x09"))
    with pytest.raises(LoadError) as refused:
        loader.next_effect()
    assert refused.value.offset == 1000 + len(HEADER + CONFIGURATION)


# -- truncated input


def test_the_stream_cut_at_every_byte_is_refused_with_the_place() -> None:
    for end in range(len(GOOD)):
        for step in (0, 1):
            got = seen(GOOD[:end], step=step)
            error = error_of(got)
            assert error.offset is not None
            assert error.offset <= end
            assert got.live.ran in ([], ["load_cleanup"], ["load_setup", "load_cleanup"])
            assert not any(isinstance(effect, StateLoaded) for effect in got.effects)
    assert seen(GOOD).error is None


@pytest.mark.parametrize(
    ("before", "cut", "line"),
    [
        (HEADER + CONFIGURATION, 1, "Unable to read ID string for section 0"),
        (HEADER + CONFIGURATION, 5, "Unable to read ID string for section 1"),
        (HEADER + CONFIGURATION, 9, "Unable to read ID string for section 1"),
        (HEADER + CONFIGURATION, 10, "qemu_loadvm_section_start_full: Failed to read instance/version ID: -5"),
        (HEADER + CONFIGURATION, 18, "error while loading state for instance 0x0 of device 'live'"),
        (HEADER + CONFIGURATION, 19, "check_section_footer: Read section footer failed: -5"),
        (HEADER + CONFIGURATION, 22, "Mismatched section id in footer for live - read 0x0 expected 0x1"),
        (stream(live(START), eof=b""), 3, "qemu_loadvm_section_part_end: Failed to read section ID: -5"),
        (stream(live(START), eof=b""), 5, "error while loading state section id 1(live)"),
        (b"", 3, "Not a migration stream"),
        (b"", 7, "Unsupported migration stream version"),
        (b"", 8, "Configuration section missing"),
        (b"", 10, "Failed to load configuration:len"),
        (b"", 15, "Failed to load configuration:name"),
    ],
)
def test_what_qemu_says_of_a_cut_stream(before: bytes, cut: int, line: str) -> None:
    got = seen(GOOD[: len(before) + cut])
    assert got.host.errors == [line]
    assert error_of(got).qemu == line


def test_between_sections_qemu_says_nothing() -> None:
    got = seen(stream(full(), eof=b""))
    assert (got.host.errors, error_of(got).errno) == ([], 5)
    assert error_of(got).qemu == "load of migration failed: Input/output error"


# -- load


def test_load_takes_pieces_and_returns_effects() -> None:
    host = TestHost(suppress_vmdesc=True)
    assert load(host, [HEADER, CONFIGURATION, EOF]) == [StateLoaded(18)]
    with pytest.raises(SnapmgrError):
        load(host, [HEADER])


def test_load_all_is_the_same_as_load() -> None:
    host = TestHost(suppress_vmdesc=True)
    assert load_all(host, stream()) == load(TestHost(suppress_vmdesc=True), [stream()])

"""Postcopy as the loader sees it: its states, what it asks of the driver, and what a failure is then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from snapmgr.savevm.commands import Commands
from snapmgr.savevm.effects import Effect, PostcopyListen, PostcopyResume, PostcopyRun, Reply, StateLoaded
from snapmgr.savevm.failures import LoadError
from snapmgr.savevm.loader import Loader
from snapmgr.savevm.output import Output
from snapmgr.wire.events import NeedData
from snapmgr.wire.return_path import pong, received_bitmap
from tests.savevm.host import TestHost, taken
from tests.savevm.streams import ADVISE, EOF, be32, command, packaged, stream

RAM = {"capabilities": {"postcopy-ram"}}
PACKAGE = packaged(command(4) + command(2, be32(3)) + command(5) + b"\x99 is not looked at")
BEGIN = stream(command(1), command(3, ADVISE), eof=b"")


@pytest.mark.parametrize(
    ("send", "written"),
    [
        (Commands.postcopy_advise, "08 0003 0000"),
        (lambda commands: commands.postcopy_ram_discard("r", [(4096, 8192)]), "08 0006 0014 00 01 72 00"
         "0000000000001000 0000000000002000"),
        (Commands.postcopy_listen, "08 0004 0000"),
        (Commands.postcopy_run, "08 0005 0000"),
        (Commands.postcopy_resume, "08 0009 0000"),
        (lambda commands: commands.recv_bitmap("ram"), "08 000a 0004 03 72616d"),
    ],
)  # fmt: skip
def test_commands_as_sent(send: Callable[[Commands], None], written: str) -> None:
    out = Output()
    send(Commands(TestHost(), out))
    assert taken(out) == bytes.fromhex(written)


def test_an_advise_with_ram_tells_the_page_sizes_and_a_discard_has_twelve_ranges_at_most() -> None:
    out = Output()
    commands = Commands(host := TestHost(**RAM), out)
    commands.postcopy_advise()
    assert taken(out) == command(3, ADVISE)
    commands.postcopy_ram_discard("ram", [(place << 12, 4096) for place in range(0, 50, 2)])
    assert [line for line in host.traced() if "discard" in line] == [
        f"qemu_savevm_send_postcopy_ram_discard id=ram len={count}" for count in (12, 12, 1)
    ]


class Driven:
    """A loader and what it asked for."""

    def __init__(self, data: bytes, **options: Any) -> None:
        self.host = TestHost(**options)
        self.loader = Loader(self.host, postcopy=True)
        self.loader.feed(data)

    def all(self) -> list[Effect]:
        found = []
        while (step := self.loader.next_effect()) is not None and not isinstance(step, NeedData):
            found.append(step)
        return found[1:]  # the return path


def test_listen_and_run_leave_the_package() -> None:
    driven = Driven(BEGIN + PACKAGE + EOF, **RAM)
    assert driven.all() == [PostcopyListen(), Reply(pong(3)), PostcopyRun(), StateLoaded(len(BEGIN + PACKAGE) + 1)]
    assert [line for line in driven.host.traced() if "packaged" in line or "command ret" in line][-5:] == [
        "qemu_loadvm_state_section_command ret=0",
        "qemu_loadvm_state_section_command ret=1",
        f"loadvm_handle_cmd_packaged_received ret={len(PACKAGE) - 9}",
        "loadvm_handle_cmd_packaged_main ret=1",
        "qemu_loadvm_state_section_command ret=1",
    ]
    assert driven.loader.runs
    assert "cpu_synchronize_all_post_init" not in driven.host.asked


def test_what_fails_while_it_listens_fails_the_load() -> None:
    driven = Driven(BEGIN + packaged(command(4) + b"\x99"), **RAM)
    with pytest.raises(LoadError, match="Unknown savevm section type 153"):
        driven.all()
    assert not driven.loader.runs and driven.host.traced()[-1] == "loadvm_state_cleanup"


def test_a_stream_that_ends_before_it_may_run_is_refused() -> None:
    driven = Driven(BEGIN + packaged(command(4) + EOF) + EOF, **RAM)
    with pytest.raises(LoadError, match="ends before the guest may run"):
        driven.all()


def test_what_fails_once_it_runs_is_a_pause_and_another_channel_goes_on() -> None:
    driven = Driven(BEGIN + PACKAGE + b"\x99", **RAM)
    with pytest.raises(LoadError, match="Unknown savevm section type 153"):
        driven.all()
    assert "loadvm_state_cleanup" not in driven.host.traced()
    driven.loader.resume()
    driven.loader.feed(command(10, b"\3ram") + command(9) + EOF)
    driven.loader.feed(b"")
    steps = []
    while (step := driven.loader.next_effect()) is not None:
        steps.append(step)
    assert steps == [Reply(received_bitmap("ram", bytes(8))), PostcopyResume(), StateLoaded(15)]
    driven.loader.leave()
    assert driven.host.traced()[-2:] == ["postcopy_ram_listen_thread_exit", "loadvm_state_cleanup"]


def test_bitmaps_of_blocks_that_are_not_there_and_resumes_that_nobody_waits_for() -> None:
    driven = Driven(BEGIN + PACKAGE + command(9) + command(10, b"\3rom"), **RAM)
    with pytest.raises(LoadError, match="block 'rom' not found"):
        driven.all()
    assert driven.host.errors[0] == "loadvm_postcopy_handle_resume: illegal resume received"

"""A machine ``none``: our stream is QEMU's own and loads there; what QEMU refuses we refuse in its words."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.global_state import register_global_state
from snapmgr.vmstate.fields import i64, unused
from snapmgr.vmstate.state import VMState
from tests import corpus
from tests.qemu import QEMU, Machine, needs_qemu
from tests.savevm.host import TestHost, load_all, saved
from tests.savevm.streams import (
    CONFIGURATION,
    EOF,
    FULL,
    HEADER,
    PART,
    be32,
    begin,
    command,
    footer,
    packaged,
    subsection,
)

HEAD = HEADER + CONFIGURATION


def with_qemu(test: Any) -> Any:
    """Only where there is a QEMU."""
    for mark in needs_qemu:
        test = mark(test)
    return test


PATIENCE = 60
QUIET = ("-M", "none", "-display", "none", "-nodefaults", "-S")
RUN_STATES = ("running", "paused", "prelaunch")


class Ticks:
    offset = 0
    clock = 0


TIMER = VMState(
    "timer",
    version=2,
    minimum=1,
    fields=(
        i64("offset", name="cpu_ticks_offset"),
        unused(8),
        i64("clock", name="cpu_clock_offset", since=2),
    ),
)


def machine_none() -> TestHost:
    """QEMU's machine without devices, but for RAM; section ids as QEMU 7.2 gives them."""
    host = TestHost(machine="none")
    host.registry.register(TIMER, Ticks(), instance_id=0)
    host.registry.spend_section_ids(4)
    state, _ = register_global_state(host, RUN_STATES)
    state.store("prelaunch")
    return host


def timer(payload: bytes = bytes(24), *, version: int = 2, section_id: int = 0, end: bytes | None = None) -> bytes:
    return begin(FULL, section_id, b"timer", 0, version) + payload + (footer(section_id) if end is None else end)


def test_the_stream_is_qemus_own_but_for_ram() -> None:
    theirs = corpus.stream_bytes("machine-none.v72")
    devices = theirs[theirs.index(timer()) :]
    assert saved(machine_none()) == HEAD + devices


@contextmanager
def running_qemu(log: Path) -> Iterator[Machine]:
    """QEMU with a machine ``none`` that waits for a stream."""
    assert QEMU is not None, "QEMU is missing, and nothing may be left out here"
    ours, theirs = socket.socketpair()
    with ours, theirs, log.open("wb") as said:
        control = ["-chardev", f"socket,id=qmp,fd={theirs.fileno()}", "-mon", "chardev=qmp,mode=control"]
        command = [QEMU, *QUIET, *control, "-incoming", "defer"]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stderr=said)
        theirs.close()
        try:
            yield Machine(ours, process.pid, log)
        finally:
            process.kill()
            process.wait()


@with_qemu
def test_qemu_loads_what_our_saver_writes_and_saves_it_again(tmp_path: Path) -> None:
    host = machine_none()
    next(iter(host.registry)).target.clock = 123_456_789  # type: ignore[attr-defined]
    written = saved(host)
    (tmp_path / "stream").write_bytes(written)
    with running_qemu(tmp_path / "log") as qemu:
        qemu.run("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])
        qemu.run("migrate-incoming", uri=f"exec:cat {tmp_path / 'stream'}")
        qemu.wait_for_migration()
        assert qemu.run("query-status")["status"] == "prelaunch"
        qemu.migrate(tmp_path / "again")
    again = (tmp_path / "again").read_bytes()
    devices = written[len(HEAD) :]
    assert again.startswith(HEAD)
    assert devices[5:50] in again  # without the section id, which newer QEMUs give out differently
    state = be32(len(b"prelaunch\0")) + b"prelaunch\0"
    assert state in devices and state in again
    if b"vm_was_suspended" not in again:  # newer QEMUs describe the same bytes in more fields
        assert again.endswith(devices[-600:])
    assert (tmp_path / "log").read_bytes() == b""


REFUSED = {
    "no stream": b"QEVN\0\0\0\3",
    "version 2": b"QEVM\0\0\0\2" + CONFIGURATION,
    "version 4": b"QEVM\0\0\0\4" + CONFIGURATION,
    "no configuration": HEADER + timer() + EOF,
    "other machine": HEADER + b"\x07" + be32(4) + b"nine" + timer() + EOF,
    "longer machine": HEADER + b"\x07" + be32(5) + b"none2" + timer() + EOF,
    "page bits": HEAD + subsection(b"configuration/target-page-bits", be32(13)) + EOF,
    "capability on": HEAD + subsection(b"configuration/capabilities", be32(1) + b"\x0fx-ignore-shared") + EOF,
    "capability unknown": HEAD + subsection(b"configuration/capabilities", be32(1) + b"\x05x-fly") + EOF,
    "section type": HEAD + timer() + b"\x42",
    "device unknown": HEAD + begin(FULL, 7, b"gone", 3, 1) + EOF,
    "instance unknown": HEAD + begin(FULL, 7, b"timer", 3, 1) + EOF,
    "version": HEAD + timer(version=3) + EOF,
    "version huge": HEAD + timer(version=0x80000001) + EOF,
    "version too old": HEAD + timer(version=0) + EOF,
    "no idstr": HEAD + begin(FULL, 7, b"", 0, 1) + EOF,
    "no footer": HEAD + timer(end=b"") + EOF * 9,
    "footer of another": HEAD + timer(end=footer(31)) + EOF,
    "part unknown": HEAD + begin(PART, 0xFFFFFFF0) + EOF,
    "run state": HEAD + begin(FULL, 4, b"globalstate", 0, 1) + be32(8) + b"dancing".ljust(100, b"\0") + footer(4) + EOF,
    "command 0": HEAD + command(0) + EOF,
    "command unknown": HEAD + command(4095, b"abc") + EOF,
    "command length": HEAD + command(5, b"abc") + EOF,
    "colo with data": HEAD + command(8, b"x") + EOF,
    "ping": HEAD + command(2, be32(0xBEEF)) + EOF,
    "advise twice": HEAD + command(3) + command(3) + EOF,
    "advise length": HEAD + command(3, b"abc") + EOF,
    "advise of ram": HEAD + command(3, bytes(16)) + EOF,
    "listen": HEAD + command(4) + EOF,
    "run": HEAD + command(5) + EOF,
    "discard": HEAD + command(6, bytes(28)) + EOF,
    "bitmap name": HEAD + command(10, b"\0") + EOF,
    "bitmap length": HEAD + command(10, b"\4ram") + timer() + EOF,
    "bitmap length behind the package": HEAD + packaged(command(10, length=4) + EOF) + b"\5abcde" + EOF,
    "advise behind the package": HEAD + packaged(command(3, length=16) + EOF) + bytes(16) + EOF,
    "discard behind the package": HEAD + packaged(command(3) + command(6, length=28) + EOF) + b"\1" + bytes(27) + EOF,
    "package short": HEAD + packaged(timer(), length=4096),
    "package empty": HEAD + packaged(b"") + EOF,
    "package without eof": HEAD + packaged(timer()) + EOF,
    "cut header": HEADER[:6],
    "cut configuration": HEAD[:11],
    "cut machine": HEAD[:15],
    "cut section id": HEAD + timer()[:3],
    "cut idstr": HEAD + timer()[:8],
    "cut instance": HEAD + timer()[:13],
    "cut payload": HEAD + timer()[:30],
    "cut before the footer": HEAD + timer(end=b""),
    "cut footer": HEAD + timer(section_id=0x01020304)[:-2],
    "cut behind a section": HEAD + timer(),
    "cut part": HEAD + timer() + begin(PART, 7)[:3],
    "cut command": HEAD + command(2)[:4],
    "cut ping": HEAD + command(2, be32(0x01020304))[:-2],
}


def qemu_refuses(data: bytes, folder: Path) -> list[str]:
    """What QEMU prints before it gives up."""
    (folder / "stream").write_bytes(data)
    incoming = ["-incoming", f"exec:cat {folder / 'stream'}"]
    assert QEMU is not None, "QEMU is missing, and nothing may be left out here"
    ended = subprocess.run(
        [QEMU, *QUIET, "-monitor", "none", *incoming],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 1
    prefix = os.fsencode(Path(QEMU).name) + b": "
    return [line.removeprefix(prefix).decode() for line in ended.stderr.splitlines()]


@with_qemu
@pytest.mark.parametrize("name", REFUSED)
def test_what_qemu_refuses_we_refuse_in_its_words(name: str, tmp_path: Path) -> None:
    *reported, last = qemu_refuses(REFUSED[name], tmp_path)
    assert last.startswith("load of migration failed: ")
    host = machine_none()
    with pytest.raises(SnapmgrError) as refused:
        load_all(host, REFUSED[name])
    assert host.errors == reported
    assert last == f"load of migration failed: {os.strerror(refused.value.errno)}"  # type: ignore[attr-defined]

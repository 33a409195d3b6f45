"""A QEMU that runs now: what it migrates and saves is read as its memory was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.model import Severity
from snapmgr.snapshots.list import list_snapshots

QEMU = shutil.which("qemu-system-x86_64")
pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(QEMU is None and "SNAPMGR_CI" not in os.environ, reason="no QEMU on this machine"),
]
MEMORY = 16 << 20

BOOT = (
    bytes.fromhex(
        "fa31c08ed8"  # cli; xor ax,ax; mov ds,ax
        "b80010 8ec0 31ff b9ffff".replace(" ", "")  # mov ax,0x1000; mov es,ax; xor di,di; mov cx,0xffff
        + "b05a f3aa".replace(" ", "")  # mov al,0x5a; rep stosb: 64 KiB of pattern at 0x10000
        + "c606007ea5"  # mov byte [0x7e00],0xa5: done
        + "f4ebfd"  # hlt; jmp
    ).ljust(510, b"\0")
    + b"\x55\xaa"
)


class Qmp:
    """QMP over a socket: one command at a time, events are kept."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(60)
        self._file = connection.makefile("rw", encoding="utf-8")
        self.events: list[dict[str, Any]] = []
        self._line()
        self.run("qmp_capabilities")

    def _line(self) -> dict[str, Any]:
        line = self._file.readline()
        assert line, "QEMU ended"
        message: dict[str, Any] = json.loads(line)
        return message

    def run(self, command: str, **arguments: object) -> Any:
        self._file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._file.flush()
        while "return" not in (message := self._line()):
            assert "error" not in message, message
            self.events.append(message)
        return message["return"]

    def monitor(self, line: str) -> str:
        return str(self.run("human-monitor-command", **{"command-line": line}))

    def wait_for(self, event: str, **data: object) -> None:
        """Until an event came whose data hold these values."""
        while True:
            for known in self.events:
                if known.get("event") == event and data.items() <= known["data"].items():
                    return
            self.events.append(self._line())


@contextmanager
def qemu(tmp_path: Path, *arguments: str) -> Iterator[Qmp]:
    """A paused machine; gone when the block ends."""
    assert QEMU is not None, "QEMU is missing, and nothing may be left out here"
    ours, theirs = socket.socketpair()
    boot = tmp_path / "boot.raw"
    boot.write_bytes(BOOT.ljust(1 << 20, b"\0"))
    command = [
        *(QEMU, "-S", "-accel", "tcg", "-display", "none", "-nodefaults", "-no-user-config"),
        *("-machine", "pc", "-m", str(MEMORY >> 20), "-serial", "none", "-monitor", "none"),
        *("-chardev", f"socket,id=qmp,fd={theirs.fileno()}", "-mon", "chardev=qmp,mode=control"),
        *("-blockdev", f"driver=raw,node-name=boot,read-only=on,file.driver=file,file.filename={boot}"),
        *("-device", "virtio-blk-pci,drive=boot,bootindex=0"),
        *arguments,
    ]
    with (tmp_path / "qemu.log").open("wb") as log:
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=log)
    theirs.close()
    try:
        yield Qmp(ours)
    except BaseException as error:
        error.add_note((tmp_path / "qemu.log").read_text(errors="replace"))
        raise
    finally:
        process.kill()
        process.wait()
        ours.close()


def booted(qmp: Qmp) -> None:
    """Run until the guest says in its own memory that it is done, then stop."""
    qmp.run("cont")
    for _ in range(20_000):
        if "0xa5" in qmp.monitor("xp /1xb 0x7e00"):
            break
    else:
        raise AssertionError("the guest did not come up")
    qmp.run("stop")


def memory(qmp: Qmp, path: Path) -> str:
    qmp.run("pmemsave", val=0, size=MEMORY, filename=str(path))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def guest_ram(index: Any) -> bytes:
    return bytes(index.ram.read("pc.ram", 0, MEMORY))


def without_roms(data: bytes) -> bytes:
    """Below 1 MiB the guest sees video memory and ROMs in place of RAM."""
    return data[:0xA0000] + data[0x100000:]


def test_a_migrated_stream_holds_the_guests_memory(tmp_path: Path) -> None:
    stream, saved = tmp_path / "guest.mig", tmp_path / "memory"
    with qemu(tmp_path) as qmp:
        booted(qmp)
        memory(qmp, saved)
        qmp.run("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])
        qmp.run("migrate", uri=f"exec:cat > {stream}")
        qmp.wait_for("MIGRATION", status="completed")
    index = index_stream(open_source(stream))
    assert [problem for problem in index.problems if problem.severity is Severity.ERROR] == []
    ours = guest_ram(index)
    assert ours[0x10000:0x1FFFF] == b"\x5a" * 0xFFFF
    assert without_roms(ours) == without_roms(saved.read_bytes())
    assert any(record.idstr == "cpu" for record in index.records)


def test_a_saved_snapshot_is_listed_while_in_use_and_inspected(tmp_path: Path) -> None:
    image, saved = tmp_path / "disk.qcow2", tmp_path / "memory"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(image), "16M"], check=True)
    with qemu(tmp_path, "-drive", f"if=ide,format=qcow2,file={image}") as qmp:
        booted(qmp)
        memory(qmp, saved)
        answer = qmp.monitor("savevm live")  # the boot disk is read-only, so nobody asks it for a snapshot
        listed = list_snapshots([image])
        assert listed.devices[0].in_use is not None
    assert answer == ""
    (row,) = list_snapshots([image]).rows
    assert row.name == "live" and row.vm_state_size > 0
    index = index_stream(open_source(f"{image}@live"))
    assert without_roms(guest_ram(index)) == without_roms(saved.read_bytes())

"""A QEMU of one's own for a test: a guest that writes a known pattern, commands by QMP, gone when the block ends."""

from __future__ import annotations

import functools
import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

QEMU = shutil.which("qemu-system-x86_64")
needs_qemu = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        not (QEMU and shutil.which("qemu-img")) and "SNAPMGR_CI" not in os.environ, reason="no QEMU on this machine"
    ),
]
"""For ``pytestmark``: skips where QEMU is missing, but fails in continuous integration."""


def needs_release(version: str) -> pytest.MarkDecorator:
    """For a test whose truths are of this release, as ``7.2``: skips beside another one, but not in continuous
    integration."""
    other = "SNAPMGR_CI" not in os.environ and release() not in (version, "")
    return pytest.mark.skipif(other, reason=f"this QEMU is {release()}, the truths are of {version}")


@functools.cache
def release() -> str:
    """Of the QEMU that is here, as ``7.2``; "" for none."""
    if QEMU is None:
        return ""
    said = subprocess.run([QEMU, "--version"], capture_output=True, text=True, check=True).stdout
    return ".".join(said.split()[3].split(".")[:2])


MEMORY = 32 << 20
"""Bytes of RAM of the guest."""

PATIENCE = 60.0
"""Seconds that QEMU may take for an answer, and the guest to come up."""

_DONE_AT, _DONE = 0x7E00, 0xA5
_SEGMENTS = range(0x1000, 0x8000, 0x1000)
_BOOT_SECTOR = bytes.fromhex(
    "fa fc 31c0 8ed8"  # cli; cld; xor ax,ax; mov ds,ax
    "bb0010"  # mov bx,0x1000
    "8ec3 31ff b90080 89d8 f3ab"  # next: mov es,bx; xor di,di; mov cx,0x8000; mov ax,bx; rep stosw
    "81c30010 81fb0080 72eb"  # add bx,0x1000; cmp bx,0x8000; jb next
    "c606007ea5"  # mov byte [0x7e00],0xa5
    "f4 ebfd"  # hlt; jmp to the hlt
).ljust(510, b"\0") + bytes.fromhex("55aa")


def guest_wrote() -> dict[int, bytes]:
    """What the guest leaves in its memory, by address: 64 KiB of each segment's number, and its last mark."""
    filled = {segment << 4: segment.to_bytes(2, "little") * 0x8000 for segment in _SEGMENTS}
    return filled | {_DONE_AT: bytes([_DONE])}


class Machine:
    """A paused QEMU, spoken to by QMP: one command at a time, events are kept.  ``ram`` holds its RAM block pc.ram."""

    def __init__(self, connection: socket.socket, pid: int, ram: Path) -> None:
        connection.settimeout(PATIENCE)
        self.pid = pid
        self.ram = ram
        self.events: list[dict[str, Any]] = []
        self._socket = connection
        self._answers = connection.makefile("r", encoding="utf-8")
        assert "QMP" in self._message()
        self.run("qmp_capabilities")

    def run(self, command: str, *, descriptors: tuple[int, ...] = (), **arguments: object) -> Any:
        """What the command returns; AssertionError with QEMU's words where it fails."""
        answer = self._ask(command, descriptors, **arguments)
        assert "error" not in answer, f"{command}: {answer['error']}"
        return answer["return"]

    def _ask(self, command: str, descriptors: tuple[int, ...] = (), **arguments: object) -> dict[str, Any]:
        line = json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n"
        socket.send_fds(self._socket, [line], list(descriptors))
        while not {"return", "error"} & (message := self._message()).keys():
            self.events.append(message)
        return message

    def refusal(self, capabilities: Collection[str]) -> str:
        """What QEMU says to these together, "" where it takes them; they are off again afterwards."""
        wanted = [{"capability": name, "state": True} for name in sorted(capabilities)]
        answer = self._ask("migrate-set-capabilities", capabilities=wanted)
        self.run("migrate-set-capabilities", capabilities=[row | {"state": False} for row in wanted])
        return str(answer["error"]["desc"]) if "error" in answer else ""

    def monitor(self, line: str) -> str:
        """What the human monitor prints for ``line``."""
        words: dict[str, Any] = {"command-line": line}
        return str(self.run("human-monitor-command", **words))

    def wait_for_migration(self) -> None:
        """Until the migration is completed (capability ``events``); AssertionError where it fails."""
        seen = 0
        while True:
            for event in self.events[seen:]:
                status = event["data"]["status"] if event["event"] == "MIGRATION" else None
                assert status not in ("failed", "cancelled"), self.run("query-migrate")
                if status == "completed":
                    return
            seen = len(self.events)
            self.events.append(self._message())

    def wait_for_job(self, name: str) -> None:
        """Until a job is concluded; AssertionError where it failed."""
        seen = 0
        while True:
            for event in self.events[seen:]:
                data = event["data"]
                if event["event"] == "JOB_STATUS_CHANGE" and (data["id"], data["status"]) == (name, "concluded"):
                    found = next(job for job in self.run("query-jobs") if job["id"] == name)
                    assert "error" not in found, found["error"]
                    return
            seen = len(self.events)
            self.events.append(self._message())

    def migrate(self, path: Path) -> None:
        """Migrate to ``path`` through a pipe: its end says that QEMU has closed the stream."""
        out, into = os.pipe()

        def keep() -> None:
            with os.fdopen(out, "rb") as stream, path.open("wb") as file:
                shutil.copyfileobj(stream, file)

        keeper = threading.Thread(target=keep, daemon=True)
        keeper.start()
        try:
            self.run("getfd", fdname="stream", descriptors=(into,))
        finally:
            os.close(into)
        self.run("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])
        self.events.clear()
        self.run("migrate", uri="fd:stream")
        self.wait_for_migration()
        keeper.join(PATIENCE)
        assert not keeper.is_alive(), "QEMU keeps the stream open"

    def boot(self) -> None:
        """Run until the guest says in its own memory that it is done, then stop."""
        self.run("cont")
        end = time.monotonic() + PATIENCE
        while f"{_DONE:#04x}" not in self.monitor(f"xp /1xb {_DONE_AT:#x}").split(":")[1]:
            assert time.monotonic() < end, "the guest did not come up"
        self.run("stop")

    def save_memory(self, path: Path) -> bytes:
        """The guest's physical memory by ``pmemsave``: between 640 KiB and 1 MiB it shows ROMs in place of RAM."""
        self.run("pmemsave", val=0, size=MEMORY, filename=str(path))
        return path.read_bytes()

    def _message(self) -> dict[str, Any]:
        line = self._answers.readline()
        assert line, "QEMU ended"
        message: dict[str, Any] = json.loads(line)
        return message


@contextmanager
def machine(folder: Path, *arguments: str) -> Iterator[Machine]:
    """A machine that has not begun to run; killed when the block ends.  What QEMU said is noted at any failure."""
    assert QEMU is not None, "QEMU is missing, and nothing may be left out here"
    boot, ram, log = folder / "boot.raw", folder / "pc.ram", folder / "qemu.log"
    boot.write_bytes(_BOOT_SECTOR.ljust(1 << 20, b"\0"))
    ours, theirs = socket.socketpair()
    with ours, theirs, log.open("wb") as said:
        command = [QEMU, *_arguments(boot, ram, theirs.fileno()), *arguments]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stderr=said)
        theirs.close()
        try:
            yield Machine(ours, process.pid, ram)
        except BaseException as error:
            error.add_note(f"QEMU said: {log.read_text(errors='replace') or 'nothing'}")
            raise
        finally:
            process.kill()
            process.wait()


def _arguments(boot: Path, ram: Path, control: int) -> list[str]:
    return [
        *("-S", "-accel", "tcg", "-display", "none", "-nodefaults", "-no-user-config"),
        *("-machine", "pc,memory-backend=pc.ram", "-m", str(MEMORY >> 20)),
        *("-object", f"memory-backend-file,id=pc.ram,size={MEMORY},share=on,mem-path={ram}"),
        *("-chardev", f"socket,id=qmp,fd={control}", "-mon", "chardev=qmp,mode=control"),
        *("-blockdev", f"driver=raw,node-name=boot,read-only=on,file.driver=file,file.filename={boot}"),
        *("-device", "virtio-blk-pci,drive=boot,bootindex=0"),
    ]

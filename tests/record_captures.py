"""``python -m tests.record_captures``: small captures of multifd between two real QEMUs, into tests/data/captures.

The machine is QEMU's ``none`` with 1 MiB of RAM, of which some is filled, so that each capture takes some tens of KiB.
What RAM holds is asked of the source (``pmemsave``) while it stands still.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import numpy as np
import zstandard

from snapmgr.inspect.against.control import Control
from tests.corpus import SHIPPED
from tests.qemu import QEMU

CAPTURES = SHIPPED / "captures"
SIZE, FILLED_AT, FILLED = 1 << 20, 0x10000, 144
"""Bytes of RAM; where what is not zero begins, and how many pages it takes."""
METHODS = ("none", "zlib", "zstd")
CHANNELS = 2
PATIENCE = 20.0


class Between:
    """Passes connections on and writes both directions down, as docs/format/channels.md has them."""

    def __init__(self, listen: Path, connect: Path, folder: Path) -> None:
        self._connect, self._folder = connect, folder
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(listen))
        self._listener.listen()
        self._start(self._accept)

    def _start(self, work: object, *words: object) -> None:
        thread = threading.Thread(target=work, args=words, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        for number in range(1 + CHANNELS):
            near, _ = self._listener.accept()
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(self._connect))
            self._start(self._pass, near, far, self._folder / f"conn{number}.fwd.bin")
            self._start(self._pass, far, near, self._folder / f"conn{number}.rev.bin")

    def _pass(self, source: socket.socket, target: socket.socket, path: Path) -> None:
        with path.open("wb") as file:
            while data := source.recv(1 << 16):
                file.write(data)
                target.sendall(data)
        target.shutdown(socket.SHUT_WR)

    def wait(self) -> None:
        while self._threads:
            self._threads.pop().join(PATIENCE)
        self._listener.close()


def filling() -> bytes:
    """Pages that pack well, a little, and not at all."""
    random = np.random.default_rng(5)
    pages = np.zeros((FILLED, 4096), np.uint8)
    pages[::2, ::64] = 7
    pages[1::2] = np.tile(np.frombuffer(b"snapshot", np.uint8), 512)
    pages[[0, 3, 140]] = random.integers(0, 256, (3, 4096), dtype=np.uint8)
    return pages.tobytes()


def record(method: str, folder: Path) -> dict[str, str]:
    """One migration; returns what RAM held, by block."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        content, ram = home / "content", home / "ram"
        content.write_bytes(filling())
        words = [QEMU or "", "-accel", "tcg", "-display", "none", "-nodefaults", "-no-user-config", "-M", "none"]
        words += ["-m", "1M", "-S"]
        loader = ["-device", f"loader,file={content},addr={FILLED_AT:#x},force-raw=on"]
        with (
            Control([*words, "-incoming", "defer"], PATIENCE) as target,
            Control([*words, *loader], PATIENCE) as source,
        ):
            for qemu in (source, target):
                wanted = [{"capability": "multifd", "state": True}]
                qemu.run("migrate-set-capabilities", capabilities=wanted)
                qemu.run("migrate-set-parameters", **{"multifd-channels": CHANNELS, "multifd-compression": method})
            target.run("migrate-incoming", uri=f"unix:{home / 'b'}")
            between = Between(home / "a", home / "b", folder)
            source.run("pmemsave", val=0, size=SIZE, filename=str(ram))
            source.run("migrate", uri=f"unix:{home / 'a'}")
            if (source.wait_for_migration(), target.wait_for_migration()) != ("completed", "completed"):
                raise RuntimeError("the migration failed")
        between.wait()
        return {"ram": hashlib.sha256(ram.read_bytes()).hexdigest()}


def main() -> None:
    shutil.rmtree(CAPTURES, ignore_errors=True)
    truths = {f"multifd-{method}": record(method, CAPTURES / f"multifd-{method}") for method in METHODS}
    for path in CAPTURES.rglob("*.bin"):
        data = path.read_bytes()
        if not data:
            path.unlink()
        elif len(packed := zstandard.compress(data, 19)) < len(data):
            path.with_name(path.name + ".zst").write_bytes(packed)
            path.unlink()
    version = subprocess.run([QEMU or "", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[
        0
    ]
    text = json.dumps({"qemu": version, "sha256": truths}, indent=1)
    (CAPTURES / "truths.json").write_text(text + "\n")


if __name__ == "__main__":
    main()

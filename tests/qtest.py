"""A QEMU's devices from outside: registers and memory by its protocol qtest, in place of a guest's driver."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.qemu import PATIENCE, Machine, machine

_ADDRESS, _DATA = 0xCF8, 0xCFC


class Bus:
    """Each method is one access; numbers are addresses, ports and values."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        self._file = connection.makefile("rw")

    def run(self, command: str, *numbers: int, data: str = "") -> int:
        """Of what is read the value, else 0."""
        self._file.write(" ".join([command, *map(hex, numbers), *([data] if data else [])]) + "\n")
        self._file.flush()
        while (answer := self._file.readline().split())[0] == "IRQ":
            pass
        assert answer[0] == "OK", (command, answer)
        return int(answer[1], 16) if len(answer) > 1 else 0

    def write(self, address: int, data: bytes) -> None:
        self.run("write", address, len(data), data="0x" + data.hex())

    def config(self, slot: int, register: int, size: str = "l", value: int | None = None) -> int:
        """A register of PCI's configuration space, read or written."""
        self.run("outl", _ADDRESS, 1 << 31 | slot << 11 | register & ~3)
        port = _DATA + (register & 3)
        return self.run("in" + size, port) if value is None else self.run("out" + size, port, value)

    def map(self, slot: int, bars: dict[int, int]) -> None:
        """Put BARs at these addresses, and switch the device on."""
        for number, address in bars.items():
            self.config(slot, 0x10 + 4 * number, value=address)
        self.config(slot, 4, "w", 7)

    def indexed(self, port: int, register: int, value: int) -> None:
        """One of a VGA's register files: an index, then a value."""
        self.run("outb", port, register)
        self.run("outb", port + 1, value)


@contextmanager
def driven(folder: Path, *arguments: str) -> Iterator[tuple[Machine, Bus]]:
    """As ``qemu.machine``."""
    path = folder / "qtest"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        with machine(folder, "-qtest", f"unix:{path}", *arguments) as guest:
            connection, _ = listener.accept()
            with connection:
                yield guest, Bus(connection)

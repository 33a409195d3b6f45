"""Packages that a reader is in, and data of commands inside them that a loader takes from behind the package.

A package is loaded as a stream of its own, yet the data of some of its commands are read where the package itself came
from (savevm.c: ``mis->from_src_file`` in loadvm_postcopy_handle_advise, loadvm_postcopy_ram_handle_discard and
loadvm_handle_recv_bitmap): the first of them right behind the package, the next behind those.
"""

from __future__ import annotations

from collections.abc import Iterator

from snapmgr.wire.commands import command_name
from snapmgr.wire.constants import Command
from snapmgr.wire.events import Event, Fault, PackageBegin
from snapmgr.wire.faults import fault
from snapmgr.wire.window import Window

_FROM_THE_STREAM = frozenset({Command.POSTCOPY_ADVISE, Command.POSTCOPY_RAM_DISCARD, Command.RECV_BITMAP})


class OpenPackages:
    """The packages that a reader is in, and how far it has taken data from behind the outermost of them."""

    def __init__(self, window: Window) -> None:
        self._in = window
        self._ends: list[int] = []
        self._taken = 0

    def __bool__(self) -> bool:
        return bool(self._ends)

    @property
    def took_outside(self) -> bool:
        """Whether anything was taken from behind the outermost package."""
        return self._taken > 0

    def begin(self, start: int, length: int) -> Iterator[Event]:
        """A package of ``length`` bytes begins at ``start``: what there is to say of it."""
        if self._ends:
            yield nested_fault(start - 9)
        yield PackageBegin(start, length)
        if self._ends and start + length > self._ends[-1]:
            yield fault("package-length", start - 4, 4, "a package reaches beyond the package that it lies in", "")
        self._ends.append(start + length)

    def left(self) -> int:
        """Bytes from here to the end of the innermost package."""
        return self._ends[-1] - self._in.offset

    def leave(self) -> int | None:
        """Where the innermost package ended if it has; it is none any more then."""
        return self._ends.pop() if self._ends and self.left() <= 0 else None

    def take(self, number: int, length: int) -> tuple[bytes, int | None]:
        """Data of the command whose head was just read, and where they stand if that is behind the package.

        Raises Short, and StreamError ``too-long`` where more than the window's limit lies between.
        """
        if not (self._ends and length and number in _FROM_THE_STREAM):
            return bytes(self._in.take(length)), None
        start = max(self._ends[0], self._taken)
        between = start - self._in.offset
        data = bytes(self._in.peek(between + length)[between:])
        self._taken = start + length
        return data, start

    def behind(self) -> int:
        """How many of the next bytes, which stand behind the outermost package, were taken already."""
        return 0 if self._ends else max(0, self._taken - self._in.offset)


def outside_fault(number: int, offset: int, length: int) -> Fault:
    """Not fatal: it loads; no QEMU sends it so."""
    message = f"the data of {command_name(number)} stand behind the package that it lies in, where QEMU reads them"
    return fault("command-data-outside", offset, length, message, fatal=False)


def nested_fault(offset: int) -> Fault:
    """Not fatal: what lies in the inner package is read where it stands, and QEMU would read something else."""
    message = "a package lies within a package; QEMU would take the inner one from behind the outer one"
    return fault("package-nested", offset, 9, message, fatal=False)

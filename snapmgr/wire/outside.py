"""Data of commands inside a package that a loader takes from behind the package.

A package is loaded as a stream of its own, yet the data of some of its commands are read where the package itself came
from (savevm.c: ``mis->from_src_file`` in loadvm_postcopy_handle_advise, loadvm_postcopy_ram_handle_discard and
loadvm_handle_recv_bitmap): the first of them right behind the package, the next behind those.
"""

from __future__ import annotations

from snapmgr.wire.commands import command_name
from snapmgr.wire.constants import Command
from snapmgr.wire.events import Fault
from snapmgr.wire.faults import fault
from snapmgr.wire.window import Window

_FROM_THE_STREAM = frozenset({Command.POSTCOPY_ADVISE, Command.POSTCOPY_RAM_DISCARD, Command.RECV_BITMAP})


class OutsideData:
    """How far a reader has taken data from behind the outermost package that it is in."""

    def __init__(self, window: Window) -> None:
        self._in = window
        self._end = 0

    def take(self, number: int, length: int, packages: list[int]) -> tuple[bytes, int | None]:
        """Data of the command whose head was just read, and where they stand if that is behind the package.

        ``packages`` are the ends of those around it, the outermost first.  Raises Short, and StreamError ``too-long``
        where more than the window's limit lies between.
        """
        if not (packages and length and number in _FROM_THE_STREAM):
            return bytes(self._in.take(length)), None
        start = max(packages[0], self._end)
        between = start - self._in.offset
        data = bytes(self._in.peek(between + length)[between:])
        self._end = start + length
        return data, start

    def behind(self, offset: int) -> int:
        """How many of the bytes from ``offset``, the end of the outermost package, were taken already."""
        return max(0, self._end - offset)


def outside_fault(number: int, offset: int, length: int) -> Fault:
    """Not fatal: it loads; no QEMU sends it so."""
    message = f"the data of {command_name(number)} stand behind the package that it lies in, where QEMU reads them"
    return fault("command-data-outside", offset, length, message, fatal=False)


def nested_fault(offset: int) -> Fault:
    """Not fatal: what lies in the inner package is read where it stands, and QEMU would read something else."""
    message = "a package lies within a package; QEMU would take the inner one from behind the outer one"
    return fault("package-nested", offset, 9, message, fatal=False)

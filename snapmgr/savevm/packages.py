"""Packages that are being loaded (savevm.c: loadvm_handle_cmd_packaged).

QEMU takes a package in whole and loads it from memory: what is cut, or goes on behind its package's end, is an error of
the package, and what follows EOF in it is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.savevm.failures import LoadError
from snapmgr.savevm.handlers import EAGAIN
from snapmgr.savevm.incoming import Incoming
from snapmgr.wire.events import Event, PackageBegin


@dataclass(slots=True)
class _Package:
    start: int
    length: int
    left: bool = False
    result: int = 0
    """With which it is left: 0 for its EOF, 1 where the guest is told to run (savevm.c: LOADVM_QUIT)."""

    @property
    def end(self) -> int:
        return self.start + self.length


class Packages:
    """The packages around the reader's place, the innermost last."""

    def __init__(self, incoming: Incoming) -> None:
        self._in = incoming
        self._open: list[_Package] = []

    def __bool__(self) -> bool:
        return bool(self._open)

    def begin(self, event: PackageBegin) -> None:
        """Raises LoadError where less is there than was announced, as far as that is known."""
        package = _Package(event.offset, event.length)
        self._in.trace("loadvm_handle_cmd_packaged", event.length, offset=event.offset)
        if self._in.beyond(package.start) and package.length:
            raise self._short(package, package.start)
        if self._open and package.end > self._open[-1].end:
            raise self._short(package, self._open[-1].end)
        self._open.append(package)
        self._in.in_command = False

    def check_end(self, end: int) -> None:
        """The stream ends at ``end``.  Raises LoadError where that is inside of a package."""
        if self._open and end < self._open[0].end:
            outermost = self._open[0]
            del self._open[1:]
            raise self._short(outermost, end)

    def check_inside(self, event: Event) -> None:
        """Raises LoadError for a record that goes on behind the end of its package."""
        if self._open and event.offset + event.length > self._open[-1].end:
            raise self._in.cut(self._open[-1].end)

    @property
    def only_end(self) -> int | None:
        """Where the package ends that is open, None where there is none or several."""
        return self._open[0].end if len(self._open) == 1 else None

    def leave(self) -> bool:
        """EOF: whether it ends a package, and not the stream."""
        if not self._open:
            return False
        self._open[-1].left = True
        return True

    def quit(self) -> bool:
        """All are left, whatever still stands in them; False where there is none."""
        for package in self._open:
            package.left, package.result = True, 1
        return bool(self._open)

    def end(self) -> bool:
        """The innermost package is over; whether the one around it is left, too.  Raises LoadError where its EOF is
        missing."""
        package = self._open[-1]
        self._in.trace("loadvm_handle_cmd_packaged_received", package.length, offset=package.end)
        if not package.left:
            raise self._in.cut(package.end)
        self._open.pop()
        self._in.trace("loadvm_handle_cmd_packaged_main", package.result, offset=package.end)
        self._in.end_command(package.result)
        return bool(package.result and self._open)

    def fail(self, result: int) -> None:
        """Tell the trace how a failure leaves the command, and the packages around it, from the inside out."""
        if self._in.in_command:
            self._in.end_command(result)
        for package in reversed(self._open):
            self._in.trace("loadvm_handle_cmd_packaged_main", result, offset=package.end)
            self._in.end_command(result)
        self._open.clear()

    def _short(self, package: _Package, end: int) -> LoadError:
        held = max(0, end - package.start)
        text = f"CMD_PACKAGED: Buffer receive fail ret={held} length={package.length}"
        return self._in.refuse("package-short", text, min(end, package.end), errno=EAGAIN)

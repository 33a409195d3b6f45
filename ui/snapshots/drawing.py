"""Screens of snapshots that nobody saved one with: made from their VM states, one after the other, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.sidecar.keys import Key
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from snapmgr.work import CancelToken
from ui.shell.context import WindowContext
from ui.snapshots.explain import source_of
from ui.words import tr

PAUSE_MS = 600
"""Before the first one: whoever scrolls by or opens something else is not waited upon."""
MOST_STATE = 4 << 30
"""Bytes of a VM state that is read for its screen without being asked."""


class Drawing(QObject):
    """``found`` answers the list on show; ``made`` gets keys of screens by the positions of their rows.  ``tried``: one
    was made, or it is known that none will be."""

    tried = Signal()

    def __init__(
        self,
        context: WindowContext,
        found: Callable[[], Snapshots | None],
        made: Callable[[Mapping[int, Key]], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._context, self._found, self._made = context, found, made
        self._wanted: list[SnapshotRow] = []
        self._tried: set[Key] = set()
        self._busy = False
        self._current: Key | None = None
        """That of the one which is being made."""
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._begin)

    def want(self, rows: Sequence[SnapshotRow]) -> None:
        """These are looked at; what was wanted before and is not any more is left."""
        found = self._found()
        self._wanted = [row for row in rows if found is not None and self._open(found, row)]
        if self._wanted and not self._busy:
            self._pause.start()

    def coming(self, row: SnapshotRow) -> bool:
        """Whether the screen of a row is being made, or will be: it is wanted from now on."""
        found = self._found()
        if found is None or not self._open(found, row):
            key = key_of(row)
            return key is not None and key == self._current
        if row not in self._wanted:
            self._wanted = [row, *self._wanted]
        if not self._busy and not self._pause.isActive():
            self._pause.start()
        return True

    def _open(self, found: Snapshots, row: SnapshotRow) -> bool:
        """Whether a screen may come of it."""
        key = key_of(row)
        if found.owned or not 0 < row.vm_state_size <= MOST_STATE or key is None or key in self._tried:
            return False
        place = found.place(row)
        return place >= 0 and place not in found.beside.screens

    def _begin(self) -> None:
        if not self._busy and self._wanted and not self._context.tasks.closed:
            self._busy = True
            self._context.tasks.start(self._draw_all(), tr("Read screens of snapshots"))

    async def _draw_all(self) -> None:
        """One after the other, as long as some are wanted; one worker is enough."""
        try:
            while (found := self._found()) is not None:
                row = next((row for row in self._wanted if self._open(found, row)), None)
                key = key_of(row) if row is not None else None
                if row is None or key is None:
                    return
                if self._current is not None:
                    self._current = None
                    self.tried.emit()
                self._current = key
                self._tried.add(key)
                try:
                    source = source_of(row, found)
                except SnapmgrError:
                    source = None
                if source is None:
                    continue
                roots = [Path(folder) for folder in self._context.settings["files.allow_roots"]]
                token = CancelToken()
                try:
                    made = await self._context.tasks.run_in_worker(draw, source, key, roots, cancel=token)
                except Cancelled:
                    return
                except Exception as error:  # nobody asked for it: the log has it, the row stays without a picture
                    said = {"message": tr("Read screens of snapshots"), "exception": error}
                    asyncio.get_running_loop().call_exception_handler(said)
                    made = False
                if not made:
                    continue
                now = self._found()
                place = now.place(row) if now is not None else -1
                if place >= 0:
                    self._made({place: key})
        finally:
            self._busy, self._current = False, None
            self.tried.emit()


def key_of(row: SnapshotRow) -> Key | None:
    """That of the disk which holds the VM state."""
    path = row.state_device
    return row.entries[path].key if path is not None else None


def draw(source: str, key: Key, roots: Sequence[Path], *, cancel: CancelToken) -> bool:
    """Make the screen of a VM state, if it is not there yet, and keep it; False where there is none.

    For a worker.  Raises Cancelled; what keeps it from being made is no news to anybody.
    """
    from snapmgr.containers.open import open_source
    from snapmgr.inspect.index import index_stream
    from snapmgr.inspect.screen.displays import guest_screen
    from snapmgr.sidecar.png import to_png
    from snapmgr.snapshots.drawn import drawn, keep_drawn

    known = drawn(key)
    if known is not None:
        return bool(known)
    try:
        stream = open_source(source, allow_roots=list(roots), cancel=cancel)
    except Cancelled:
        raise
    except (SnapmgrError, OSError):
        return False  # in use, or gone: another time it may not be
    try:
        index = index_stream(stream, cancel=cancel)
        cancel.check()
        png = to_png(guest_screen(index).picture)
    except Cancelled:
        raise
    except (SnapmgrError, OSError):
        png = b""
    finally:
        stream.close()
    keep_drawn(key, png)
    return bool(png)

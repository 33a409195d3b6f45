"""Says when the disks of the machine on show change: the files, and who has them open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from ui.words import tr

QUIET_MS = 300
"""A running writer changes a file many times: the list is read again once it has been quiet for this long."""
LATEST_MS = 2000
"""… but no later than this after the first change."""
POLL_MS = 2000
"""Between two looks at the locks of visible disks."""


class Watch(QObject):
    """``changed`` follows a change of a file, ``holders_changed`` another process opening or leaving one."""

    changed = Signal()
    holders_changed = Signal()

    def __init__(
        self,
        holders: Callable[[Sequence[str]], Awaitable[tuple[str | None, ...]]],
        start: Callable[[Awaitable[None], str], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._ask, self._start = holders, start
        self._paths: tuple[str, ...] = ()
        self._known: tuple[str | None, ...] | None = None
        self._asking = False
        self._active = True
        self._files = QFileSystemWatcher(self)
        self._files.fileChanged.connect(self._file_changed)
        self._files.directoryChanged.connect(self._folder_changed)
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._latest = QTimer(self, singleShot=True, interval=LATEST_MS)
        for timer in (self._quiet, self._latest):
            timer.timeout.connect(self._settled)
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self.look)

    def follow(self, paths: Sequence[str], holders: Sequence[str | None] | None) -> None:
        """Watch these disks instead, whose users are ``holders`` (None: not known, the first answer is no change)."""
        self.stop()
        self._paths, self._known = tuple(paths), None if holders is None else tuple(holders)
        folders = {str(Path(path).parent) for path in paths}
        watched = [path for path in (*paths, *folders) if Path(path).exists()]
        if watched:
            self._files.addPaths(watched)
        self.set_active(self._active)

    def set_active(self, active: bool) -> None:
        """Locks are asked for only while somebody sees the answer."""
        self._active = active
        if active and self._paths:
            self._poll.start()
        else:
            self._poll.stop()

    def stop(self) -> None:
        watched = [*self._files.files(), *self._files.directories()]
        if watched:
            self._files.removePaths(watched)
        for timer in (self._quiet, self._latest, self._poll):
            timer.stop()
        self._paths, self._known = (), None

    def _file_changed(self, path: str) -> None:
        if not self._latest.isActive():
            self._latest.start()
        self._quiet.start()

    def _folder_changed(self, _folder: str) -> None:
        """A file that was replaced is another file under its name: watch that one."""
        lost = [path for path in self._paths if path not in self._files.files()]
        if lost:
            back = [path for path in lost if Path(path).exists()]
            if back:
                self._files.addPaths(back)
            self._file_changed("")

    def _settled(self) -> None:
        self._quiet.stop()
        self._latest.stop()
        self._folder_changed_silently()
        self.changed.emit()

    def _folder_changed_silently(self) -> None:
        back = [path for path in self._paths if path not in self._files.files() and Path(path).exists()]
        if back:
            self._files.addPaths(back)

    def look(self) -> None:
        """Ask who has the disks open, unless an answer is still awaited."""
        if self._paths and not self._asking:
            self._asking = True
            self._start(self._look(self._paths), tr("Look who uses the disks"))

    async def _look(self, paths: tuple[str, ...]) -> None:
        try:
            found = await self._ask(paths)
        except asyncio.CancelledError:
            return
        finally:
            self._asking = False
        if paths == self._paths and found != self._known:
            before, self._known = self._known, found
            if before is not None:
                self.holders_changed.emit()

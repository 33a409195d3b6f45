"""Says when files change on disk, and who has them open.

The system tells of changes by events, but not of those that another machine makes on a network file system: so files
that somebody sees are also looked at every now and then, in a worker, since such a look can take its time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from ui.shell.tasks import Tasks
from ui.words import tr

QUIET_MS = 300
"""A running writer changes a file many times: it is looked at once it has been quiet for this long."""
LATEST_MS = 2000
"""… but no later than this after the first change."""
POLL_MS = 2000
"""Between two looks at files that somebody sees."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells a file from what it was: which file it is, its bytes, and when they were written."""

    device: int
    inode: int
    size: int
    mtime_ns: int


Stamps = tuple[Stamp | None, ...]
Holders = tuple[str | None, ...]


def stamp_of(path: str | Path) -> Stamp | None:
    """None where there is no such file.  Raises OSError where nobody can tell, as of a server that does not answer."""
    try:
        status = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def stamps_of(paths: Sequence[str]) -> Stamps:
    """One stamp each.  Raises as ``stamp_of``.  Runs in a worker."""
    return tuple(stamp_of(path) for path in paths)


def _look(
    paths: Sequence[str], beside: Sequence[str], holders: Callable[[Sequence[str]], Holders] | None
) -> tuple[dict[str, Stamp | None], Holders]:
    """The stamps of those files of which anybody can tell, and who has ``paths`` open.  Runs in a worker."""
    found: dict[str, Stamp | None] = {}
    for path in (*paths, *beside):
        with suppress(OSError):
            found[path] = stamp_of(path)
    return found, () if holders is None else holders(paths)


class Watch(QObject):
    """``changed`` follows a change of a file, ``holders_changed`` another process opening or leaving one.

    ``holders`` answers, in a worker, who has files open; without it nobody asks.
    """

    changed = Signal()
    holders_changed = Signal()

    def __init__(
        self,
        tasks: Tasks,
        parent: QObject | None = None,
        *,
        holders: Callable[[Sequence[str]], Holders] | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks, self._ask = tasks, holders
        self._paths: tuple[str, ...] = ()
        self._beside: tuple[str, ...] = ()
        self._stamps: dict[str, Stamp | None] = {}
        self._holders: Holders | None = None
        self._looking = self._once_more = False
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

    @property
    def stamps(self) -> Stamps | None:
        """What the files were when they were last looked at, None where nobody could tell yet."""
        known = [path in self._stamps for path in self._paths]
        return tuple(self._stamps[path] for path in self._paths) if all(known) else None

    def follow(
        self,
        paths: Sequence[str],
        stamps: Stamps | None,
        holders: Sequence[str | None] | None = None,
        *,
        beside: Sequence[str] = (),
    ) -> None:
        """Watch these files instead, which are known as ``stamps`` and ``holders`` (None: not known, so the first
        answer is no change); ``beside`` are others of which nothing is known yet, and nobody asks who has them open."""
        self.stop()
        self._paths, self._beside = tuple(paths), tuple(beside)
        self._stamps = {} if stamps is None else dict(zip(paths, stamps, strict=True))
        self._holders = None if holders is None else tuple(holders)
        folders = {str(Path(path).parent) for path in self._files_watched()}
        watched = [path for path in (*self._files_watched(), *folders) if Path(path).exists()]
        if watched:
            self._files.addPaths(watched)
        self.set_active(self._active)
        if beside:
            self.look()

    def _files_watched(self) -> tuple[str, ...]:
        return (*self._paths, *self._beside)

    def set_active(self, active: bool) -> None:
        """Files are looked at unasked only while somebody sees the answer."""
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
        self._paths, self._beside, self._stamps, self._holders = (), (), {}, None

    def _file_changed(self, path: str) -> None:
        if not self._latest.isActive():
            self._latest.start()
        self._quiet.start()

    def _folder_changed(self, _folder: str) -> None:
        """A file that was replaced is another file under its name: watch that one."""
        if any(path not in self._files.files() for path in self._files_watched()):
            self._find_again()
            self._file_changed("")

    def _find_again(self) -> None:
        lost = [path for path in self._files_watched() if path not in self._files.files()]
        back = [path for path in lost if Path(path).exists()]
        if back:
            self._files.addPaths(back)

    def _settled(self) -> None:
        self._quiet.stop()
        self._latest.stop()
        self._find_again()
        self.look()

    def look(self) -> None:
        """Look at the files, and ask who has them open; once more where that is being done already."""
        if self._looking:
            self._once_more = True
        elif self._paths and not self._tasks.closed:
            self._looking = True
            self._tasks.start(self._look(self._paths, self._beside), tr("Look at the files"))

    async def _look(self, paths: tuple[str, ...], beside: tuple[str, ...]) -> None:
        try:
            stamps, holders = await self._tasks.run_in_worker(_look, paths, beside, self._ask)
        finally:
            self._looking = False
        if (paths, beside) == (self._paths, self._beside):
            self._compare(stamps, holders)
        if self._once_more:
            self._once_more = False
            self.look()

    def _compare(self, stamps: dict[str, Stamp | None], holders: Holders) -> None:
        before, users = self._stamps, self._holders
        self._stamps = {**before, **stamps}
        self._holders = holders if self._ask is not None else None
        if any(path in before and before[path] != stamp for path, stamp in stamps.items()):
            self.changed.emit()
        elif users is not None and self._ask is not None and holders != users:
            self.holders_changed.emit()

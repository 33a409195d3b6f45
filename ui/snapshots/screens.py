"""Screens of snapshots: loaded in a worker for what is looked at, kept as long as there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage

from snapmgr.sidecar.keys import Key
from ui.shell.tasks import Tasks
from ui.widgets.screen_paint import TILE
from ui.words import tr

_SHARP = 2
"""Dots per pixel that a thumbnail is kept in at most."""
MOST_TILES, MOST_WHOLE = 1000, 8

Loaded = tuple[Key, QImage, QImage]
"""Key, thumbnail and whole picture; null pictures where there is none any more."""


class Screens(QObject):
    """``loaded`` says that some of those that were wanted are there now; ``damaged`` carries names of files."""

    loaded = Signal()
    damaged = Signal(tuple)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._tiles: OrderedDict[Key, QImage] = OrderedDict()
        self._whole: OrderedDict[Key, QImage] = OrderedDict()
        self._asked: set[Key] = set()

    def tile(self, key: Key) -> QImage | None:
        """The thumbnail, None as long as it is not loaded, or where there is none."""
        image = self._tiles.get(key)
        return image if image is not None and not image.isNull() else None

    def whole(self, key: Key) -> QImage | None:
        """The picture in its own size, likewise."""
        image = self._whole.get(key)
        return image if image is not None and not image.isNull() else None

    def want(self, keys: Iterable[Key], *, whole: bool = False) -> None:
        """Have these loaded, if they are not."""
        kept = self._whole if whole else self._tiles
        new = [key for key in dict.fromkeys(keys) if key not in kept and key not in self._asked]
        if new and not self._tasks.closed:
            self._asked.update(new)
            self._tasks.start(self._load(new, whole), tr("Load screens of snapshots"))

    async def fetch(self, key: Key) -> QImage | None:
        """The whole picture, as soon as it is there; None where there is none."""
        if key not in self._whole:
            await self._load([key], True)
        return self.whole(key)

    async def _load(self, keys: Sequence[Key], whole: bool) -> None:
        try:
            found, damaged = await self._tasks.run_in_worker(load, tuple(keys))
        finally:
            self._asked.difference_update(keys)
        for key, tile, picture in found:
            _keep(self._tiles, key, tile, MOST_TILES)
            if whole:
                _keep(self._whole, key, picture, MOST_WHOLE)
        self.loaded.emit()
        if damaged:
            self.damaged.emit(damaged)


def _keep(kept: OrderedDict[Key, QImage], key: Key, image: QImage, most: int) -> None:
    kept[key] = image
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)


def load(keys: Sequence[Key]) -> tuple[list[Loaded], tuple[str, ...]]:
    """Read and decode: for a worker.  Also says which files are damaged."""
    from snapmgr.snapshots.screens import screens_of

    found, damaged = screens_of(keys)
    return [(key, *_decoded(found.get(key))) for key in keys], damaged


def _decoded(png: bytes | None) -> tuple[QImage, QImage]:
    whole = QImage.fromData(png, "PNG") if png is not None else QImage()
    return (cropped(whole, TILE * _SHARP), whole) if not whole.isNull() else (QImage(), QImage())


def cropped(image: QImage, size: QSize) -> QImage:
    """As large as fills ``size``, without what reaches out of it."""
    scaled = image.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    box = QRect(0, 0, size.width(), size.height())
    box.moveCenter(scaled.rect().center())
    return scaled.copy(box)

"""The stream that is open beside another one, which is chosen in the dialog."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from snapmgr.errors import SnapmgrError
from snapmgr.work import CancelToken
from ui.compare.comparing import Compared, CompareRequest, Comparison, compare
from ui.compare.dialog import Compare
from ui.shell.documents import Document, DocumentKind
from ui.theme import fonts
from ui.widgets.controls import ComboBox
from ui.widgets.labels import label
from ui.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.shell.context import WindowContext

MOST = 40
"""Streams that are offered at most."""


def side_of(source: str) -> Compared:
    """A stream by its SRC."""
    document = Document(DocumentKind.STREAM, (source,))
    return Compared(document.label, document.where, source)


def snapshots_beside(source: str) -> list[str]:
    """SRC of the other VM states in the image that ``source`` is from, the newest first.  For a worker."""
    from snapmgr.containers.open import split_tag
    from snapmgr.snapshots.find import tag_of
    from snapmgr.snapshots.list import list_snapshots

    path, tag = split_tag(source)
    if tag is None:
        return []
    try:
        found = list_snapshots([path])
    except (SnapmgrError, OSError):
        return []
    rows = [row for row in found.rows if row.state_device is not None]
    rows.sort(key=lambda row: (row.date_sec, row.date_nsec), reverse=True)
    return [f"{path}@{tag_of(row, str(path), found)}" for row in rows]


async def candidates(context: WindowContext, source: str) -> list[str]:
    """What ``source`` may be compared with: VM states beside it, then what was open before."""
    beside = await context.tasks.run_in_worker(snapshots_beside, source)
    recent = [one.sources[0] for one in context.documents.recents() if one.kind is DocumentKind.STREAM]
    return [one for one in dict.fromkeys([*beside, *recent]) if one != source][:MOST]


def choose_file(context: WindowContext) -> str | None:
    """Ask for a stream."""
    folder = str(context.settings.state.get("folder", ""))
    name, _ = QFileDialog.getOpenFileName(context.window, tr("Compare with which stream?"), folder)
    if name:
        context.settings.state["folder"] = str(Path(name).parent)
    return name or None


class CompareStreams(Compare):
    """``offered`` are SRC of streams that either side may be."""

    def __init__(self, context: WindowContext, a: str, b: str, offered: Sequence[str]) -> None:
        self._offered = list(dict.fromkeys([a, b, *offered]))
        super().__init__(context, self._compare_streams, (side_of(a), side_of(b)), {})

    async def _compare_streams(
        self, request: CompareRequest, progress: Callable[[int, int], None], cancel: CancelToken
    ) -> Comparison:
        roots = [Path(folder) for folder in self._context.settings["files.allow_roots"]]
        return await self._context.tasks.run_in_worker(compare, request, roots, progress=progress, cancel=cancel)

    def _add_choices(self, row: QHBoxLayout) -> None:
        self.pickers: list[ComboBox] = []
        row.addStretch(1)
        #: The two sides of a comparison, before what each is
        for place, name in enumerate((tr("A"), tr("B"))):
            picker = ComboBox()
            picker.setAccessibleName(tr("Stream {side}", side=name))
            picker.setMaximumWidth(fonts.px(220))
            picker.activated.connect(lambda number, place=place: self._picked(place, number))
            row.addWidget(label(name, "secondary"))
            row.addWidget(picker)
            self.pickers.append(picker)
        self.about.hide()
        self._fill()

    def _fill(self) -> None:
        for picker, side in zip(self.pickers, self._sides, strict=True):
            picker.clear()
            for source in self._offered:
                picker.addItem(side_of(source).name, source)
            picker.addItem(tr("Choose a file…"), None)
            picker.setCurrentIndex(picker.findData(side.source))

    def _picked(self, place: int, number: int) -> None:
        source = self.pickers[place].itemData(number)
        if source is None:
            source = choose_file(self._context)
            if source is not None and source not in self._offered:
                self._offered.append(source)
        if source is not None and source != self._sides[place].source:
            sides = list(self._sides)
            sides[place] = side_of(source)
            self._sides = (sides[0], sides[1])
            self.begin()
        self._fill()

    def exchange(self) -> None:
        super().exchange()
        self._fill()


async def compare_stream(context: WindowContext, source: str) -> None:
    """Compare a stream with another: the first that suggests itself, else one that is asked for."""
    offered = await candidates(context, source)
    other = offered[0] if offered else choose_file(context)
    if other is not None:
        CompareStreams(context, source, other, offered).open()

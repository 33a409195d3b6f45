"""What is known beside the demo machine's disks, in its pane: screens, also of what is being loaded, and notes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from PySide6.QtCore import QObject

from snapmgr.snapshots.model import SnapshotRow
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.snapshots.beside import NoteWriter, say_damaged
from ui.snapshots.demo_pane import DemoPane
from ui.snapshots.screens import Screens
from ui.words import tr


class DemoBeside(QObject):
    """``read_again`` lists the snapshots anew."""

    def __init__(self, context: WindowContext, pane: DemoPane, read_again: Callable[[], Awaitable[None]]) -> None:
        super().__init__(pane)
        self._context, self._pane, self._read_again = context, pane, read_again
        self.screens = Screens(context.tasks, self)
        self.writer = NoteWriter(context, self._written)
        self.loading = False
        """Whether a saved screen is shown in the place of the machine's."""
        part = pane.snapshots
        part.list.screen_of = self.screens.tile
        part.list.screens_wanted.connect(self.screens.want)
        part.list.currentItemChanged.connect(lambda *_: self._want_whole())
        part.note.written.connect(self.writer.write)
        self.screens.damaged.connect(lambda names: say_damaged(context, names))
        self.screens.loaded.connect(part.list.viewport().update)

    def _key(self, row: SnapshotRow) -> str | None:
        found = self._pane.snapshots.found
        return found.beside.screens.get(found.place(row))

    def _want_whole(self) -> None:
        """Whoever selects one may load it next."""
        row = self._pane.snapshots.row()
        if row is not None and (key := self._key(row)) is not None:
            self.screens.want([key], whole=True)

    def _written(self, row: SnapshotRow, text: str) -> None:
        async def read_again() -> None:
            await self._read_again()

        if not self._context.tasks.closed:
            self._context.tasks.start(read_again(), tr("List the snapshots of the demo machine"))

    @asynccontextmanager
    async def showing(self, row: SnapshotRow) -> AsyncIterator[None]:
        """The screen of what is being loaded stands in the place of the machine's, until that has it too."""
        key = self._key(row)
        image = await self.screens.fetch(key) if key is not None else None
        if image is None:
            yield
            return
        date = formats.stamped_time(row.date_sec, self._context.now())
        self.loading = True
        self._pane.screen.show_saved(image, tr("as saved, {date}", date=date))
        try:
            yield
        finally:
            self.loading = False

    def finish(self) -> None:
        """The machine goes: what was typed is written."""
        self._pane.snapshots.note.save()
        self.writer.go_on()

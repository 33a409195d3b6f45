"""What stands beside the images, in the window: screens come when rows are looked at, notes go to their files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject

from snapmgr.sidecar.keys import Key
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.models.snapshot_table import Roles
from ui.models.source_list import Paths
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.failures import describe
from ui.snapshots.drawing import Drawing
from ui.snapshots.machines import Machines
from ui.snapshots.panes import Panes
from ui.snapshots.saved_screen import SavedScreen
from ui.snapshots.screens import Screens
from ui.words import tr


class NoteWriter:
    """Writes notes one after the other; ``done`` is called with those that were written."""

    def __init__(self, context: WindowContext, done: Callable[[SnapshotRow, str], None]) -> None:
        self._context, self._done = context, done
        self._unsaved: dict[int, tuple[SnapshotRow, str]] = {}
        self._told: tuple[int, str] | None = None
        """Which note was not saved the last time, and why: who types on is not told with every pause."""
        self._task: asyncio.Task[None] | None = None

    def write(self, row: SnapshotRow, text: str) -> None:
        self._unsaved[id(row)] = (row, text)
        self.go_on()

    def go_on(self) -> None:
        """Write what is not written yet, also where that was cut off."""
        busy = self._task is not None and not self._task.done()
        if self._unsaved and not busy and not self._context.tasks.closed:
            self._task = self._context.tasks.start(self._write_all(), tr("Save the note"))

    async def _write_all(self) -> None:
        from snapmgr.snapshots.notes import write_note

        while self._unsaved:
            key, (row, text) = next(iter(self._unsaved.items()))
            try:
                await self._context.tasks.run_in_worker(write_note, row, text)
            except Exception as error:
                if self._told != (key, str(error)):
                    self._context.fail(describe(error, tr("The note is not saved")))
                self._told = (key, str(error))
            else:
                self._told = None
                self._done(row, text)
            if self._unsaved.get(key) == (row, text):
                del self._unsaved[key]


class Beside(QObject):
    """``found`` answers the list of the machine on show, ``on_show`` its disks."""

    def __init__(
        self,
        context: WindowContext,
        panes: Panes,
        machines: Machines,
        on_show: Callable[[], Paths | None],
    ) -> None:
        super().__init__(panes)
        self._context, self._panes, self._machines, self._on_show = context, panes, machines, on_show
        self.screens = Screens(context.tasks, self)
        self.writer = NoteWriter(context, self._written)
        timeline, self.note = panes.list.timeline, panes.details.area.note
        timeline.screen_of = self.screens.tile
        timeline.screens_wanted.connect(self.screens.want)
        self.screens.loaded.connect(self._loaded)
        self.drawing = Drawing(context, self._found, self._drawn, self)
        self.drawing.tried.connect(self.show_screen)
        timeline.looked.connect(self._looked)
        self.screens.damaged.connect(lambda names: say_damaged(context, names))
        self.note.written.connect(self.writer.write)
        panes.list.selected_changed.connect(self.show_screen)
        machines.changed.connect(self._say_damaged)

    def _found(self) -> Snapshots | None:
        return self._machines.found(self._on_show())

    def show_screen(self) -> None:
        """That of the selected snapshot, in the details."""
        row, found = self._panes.list.selected(), self._found()
        if row is not None and found is not None:
            into = self._panes.details.area.screen
            show_screen(into, self.screens, found, row, self._context.now(), coming=self.drawing.coming)

    def _looked(self, first: int, last: int) -> None:
        """Rows in sight that have no screen get one from their VM state, the selected one first."""
        model = self._panes.list.model
        rows = [model.index(place, 0).data(Roles.ROW) for place in range(first, last + 1)]
        self.drawing.want([row for row in (self._panes.list.selected(), *rows) if row is not None])

    def _drawn(self, screens: Mapping[int, Key]) -> None:
        """Some were made: they stand beside the list as those do that were saved."""
        paths, found = self._on_show(), self._found()
        if paths is None or found is None:
            return
        now = replace(found, beside=replace(found.beside, screens={**screens, **found.beside.screens}))
        self._machines.replace(paths, now)
        self._panes.list.model.set_beside(now)
        self._panes.list.timeline.look_at_rows()
        self.show_screen()

    def _loaded(self) -> None:
        self._panes.list.timeline.viewport().update()
        self.show_screen()

    def _written(self, row: SnapshotRow, text: str) -> None:
        """The list says it too; where it was read again meanwhile, it is read once more."""
        paths = self._on_show()
        found = self._machines.found(paths)
        place = found.place(row) if found is not None else -1
        if paths is None or found is None or place < 0:
            for other in self._machines.paths():
                known = self._machines.found(other)
                if known is not None and set(row.entries) & {device.path for device in known.devices}:
                    self._context.tasks.start(self._machines.read(other), tr("Read the images again"))
            return
        notes = {**found.beside.notes, place: text}
        if not text:
            del notes[place]
        now = replace(found, beside=replace(found.beside, notes=notes))
        self._machines.replace(paths, now)
        self._panes.list.model.set_beside(now)

    def _say_damaged(self, paths: Paths) -> None:
        found = self._machines.found(paths)
        say_damaged(self._context, found.beside.damaged if found is not None else ())

    def finish(self) -> None:
        """The window closes: what was typed is written."""
        self.note.save()
        self.writer.go_on()


def say_damaged(context: WindowContext, names: Iterable[str]) -> None:
    """Files that were set aside: each is met once only."""
    for name in names:
        said = tr("A file about a snapshot is damaged. It was set aside and is not used: {name}", name=name)
        context.notify(said)


def show_screen(
    into: SavedScreen,
    screens: Screens,
    found: Snapshots,
    row: SnapshotRow,
    now: float,
    *,
    coming: Callable[[SnapshotRow], bool],
) -> None:
    """The screen of a row, or that there is none, or none yet; it comes when it is loaded."""
    key = found.beside.screens.get(found.place(row))
    if key is None:
        if coming(row):
            into.show_coming()
        else:
            into.show_none()
        return
    screens.want([key], whole=True)
    date = formats.stamped_time(row.date_sec, now) if row.dated else tr(formats.NOT_RECORDED)
    into.show_image(screens.whole(key), date)

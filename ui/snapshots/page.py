"""The Snapshots view: machines, the snapshots of one, and everything about the selected one.

Links only: the layout is ``panes``, the machine on show ``on_show``, the selected snapshot ``selected``, engine calls
are the presenter's, texts are the models' and those of ``about`` and ``explain``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models.names import shown_name
from ui.models.snapshot_rows import Key, key_of
from ui.models.snapshot_texts import id_text
from ui.models.source_list import DEMO, Paths, SourceState
from ui.shell.context import WindowContext
from ui.shell.documents import Document, DocumentKind
from ui.shell.page import Page
from ui.shell.palette_entry import PaletteEntry
from ui.snapshots import about
from ui.snapshots.after_change import select_after, select_before
from ui.snapshots.beside import Beside
from ui.snapshots.change_request import ChangeRequest
from ui.snapshots.changes import Changes
from ui.snapshots.demo import Demo
from ui.snapshots.header import TABLE, TIMELINE
from ui.snapshots.job_strip import JobStrip
from ui.snapshots.jobs import Jobs
from ui.snapshots.list_menu import show_list_menu
from ui.snapshots.machines import Machines
from ui.snapshots.on_show import OnShow
from ui.snapshots.page_state import mode_in, restore, sources_in, state_of
from ui.snapshots.panes import Panes
from ui.snapshots.presenter import Presenter
from ui.snapshots.selected import Selected
from ui.snapshots.spaces import Spaces
from ui.snapshots.states import ErrorPane, nothing_opened
from ui.words import tr

TICK_MS = 60_000


class SnapshotsPage(Page):
    """Any number of machines, one of them on show."""

    def __init__(self, context: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.presenter = Presenter(context.tasks, lambda: [Path(p) for p in context.settings["files.allow_roots"]])
        self.machines = Machines(self.presenter, context.settings["appearance.units"], self)
        self.machines.changed.connect(self._machine_read)
        self._remembered: list[Paths] = []
        self._entries: tuple[Snapshots | None, list[PaletteEntry]] = (None, [])
        self._build()
        self._connect()
        self.demo = Demo(context, self, self.machines, self.beside.screens, self.jobs.history)
        self.demo.changed.connect(self._demo_changed)
        self.demo.moved.connect(self._demo_moved)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.list.model.tick)
        context.settings.changed.connect(self._setting_changed)
        self._setting_changed("appearance.units")

    # --- layout ---

    def _build(self) -> None:
        self.empty = nothing_opened(self._ask_to_open, lambda: self.context.actions.run("demo.start"))
        self._panes = panes = Panes(self.context, self.machines.model, ErrorPane(self._again, self.close_document))
        self.sources_pane, self.header, self.list, self.details = panes.sources, panes.header, panes.list, panes.details
        self.spaces = Spaces(self.context.tasks, self.machines, self)
        self.snapshot = Selected(self.context, panes, self.machines, self.presenter, self.spaces, lambda: self.on_show)
        self.beside = Beside(self.context, panes, self.machines, lambda: self.on_show)
        self.shown = OnShow(self.context, panes, self.machines, self.snapshot, self.spaces, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)  # before it is filled: it shows its first widget at once
        self._stack.addWidget(self.empty)
        self._stack.addWidget(panes)
        self.jobs = Jobs(self.context, self)
        self.job_strip = JobStrip(self.context, self.jobs, self, column)
        self.strip = self.job_strip.strip
        self.changes = Changes(self.context, self.machines, self.presenter, self.jobs, self)

    def _connect(self) -> None:
        self.shown.another.connect(self._show_another)
        self.shown.changed.connect(self._changed)
        self.shown.watch.changed.connect(self._reload_quietly)
        self.shown.watch.holders_changed.connect(self._reload_quietly)
        for pane in (self.sources_pane, self.header):
            pane.open_wanted.connect(self._ask_to_open)
        self.sources_pane.chosen.connect(self.choose)
        header = self.header
        header.view_chosen.connect(self.show_mode)
        header.filtered.connect(self._filter)
        header.machine_chosen.connect(self.choose)
        header.details_wanted.connect(lambda: self.show_details(True))
        header.filter.down.connect(lambda: self.list.view.setFocus(Qt.FocusReason.TabFocusReason))
        self.details.back_wanted.connect(lambda: self.show_details(False))
        self.list.inspect_wanted.connect(lambda: self.context.actions.run("snapshot.inspect"))
        self.list.copy_wanted.connect(self.snapshot.copy)
        self.snapshot.changed.connect(self._changed)
        self._panes.folded.connect(lambda *_: self.context.touch())
        self.list.menu_wanted.connect(self._show_menu)
        self.changes.changed.connect(self._work_changed)
        self.changes.made.connect(self._select_before)
        self.changes.read_again.connect(self._show_changed)
        self.strip.gone.connect(self._strip_gone)
        self.strip.undo_wanted.connect(self.changes.undo_wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._panes.adapt()

    @property
    def panes_shown(self) -> Panes:
        """The panes, to show and hide those at the sides."""
        return self._panes

    @property
    def on_details_page(self) -> bool:
        return self._panes.details_alone

    def show_details(self, shown: bool) -> None:
        """In the smallest windows details are a page of their own."""
        self._panes.show_details(shown)
        self.context.touch()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._panes.adapt()

    # --- what the shell asks ---

    async def open(self, document: Document) -> None:
        """Show a machine; what keeps it from being shown is explained in its place."""
        self.machines.add(document.sources)
        self.shown.show(document.sources)
        await self.machines.read(document.sources)

    def document(self) -> Document | None:
        if self.on_show is None or self.on_show == DEMO:
            return None
        return Document(DocumentKind.DISKS, self.on_show)

    @property
    def on_show(self) -> Paths | None:
        """The machine on show: its disks, or DEMO."""
        return self.shown.current

    def show_demo(self) -> None:
        """Put the built-in machine on show; it is started where there is none."""
        self.demo.start()
        self.choose(DEMO)

    def close_document(self) -> None:
        """Take the machine on show off the list; the next one comes on show."""
        self.beside.finish()
        paths = self.on_show
        if paths is None:
            return
        if paths == DEMO:
            if not self.context.tasks.closed:
                self._start(self.demo.end(), tr("End the demo machine"))
            return
        following = self.machines.remove(paths)
        self.shown.forget()
        if following is not None and not self.context.tasks.closed:
            self.choose(following)
        elif following is None:
            self._stack.setCurrentWidget(self.empty)
        self._changed()

    def running(self) -> list[str]:
        return [one.title for one in self.jobs.activities if one.runs]

    def status(self) -> tuple[str, str]:
        if self.on_show is None:
            return tr("No image is open"), ""
        name, found = about.short(self.machines.name(self.on_show)), self.found
        use, tick = self.demo.status() if self.on_show == DEMO else ("", "")
        if found is None:
            failure = self.machines.failure(self.on_show)
            return f"{name}: {failure.text if failure is not None else use or SourceState.LOADING.word}", tick
        shown, selected = self.list.model.shown, len(self.snapshot.rows())
        left = about.status_left(name, found, shown=shown, selected=selected, use=use)
        right = about.status_right(found, self.context.settings["appearance.units"])
        return left, "     ".join(filter(None, (tick, right)))

    def focus_filter(self) -> None:
        self.header.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.header.filter.selectAll()

    def escape(self) -> bool:
        if self.on_details_page:
            self.show_details(False)
            return True
        if self.header.filter.text():
            self.header.filter.clear()
            self.list.view.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    def panes(self) -> list[QWidget]:
        if self._stack.currentWidget() is self.empty:
            return [self.empty]
        strip = [part for part in (self.strip, self.job_strip.panel) if part.isVisible()]
        band = [self.demo.band.run] if self.on_show == DEMO else []
        return [self.sources_pane.list, *band, self.list.view, self.details.area, *strip]

    def palette_entries(self, prefix: str) -> list[PaletteEntry]:
        found = self.found
        if prefix != "#" or found is None:
            return []
        if self._entries[0] is not found:
            self._entries = (found, [self._palette_entry(row) for row in found.rows])
        return self._entries[1]

    def _palette_entry(self, row: SnapshotRow) -> PaletteEntry:
        key = key_of(row)
        name = isolated(shown_name(row.name, row.id))
        icon = "hard-drive" if row.disk_only else "clock-counter-clockwise"
        return PaletteEntry(tr("Snapshots"), name, lambda: self.select(key), subject=id_text(row.id), icon=icon)

    def save_state(self) -> dict[str, Any]:
        return state_of(self._panes, self.machines.files() or self._remembered)

    def restore_state(self, state: dict[str, Any]) -> None:
        restore(self._panes, state)
        if (mode := mode_in(state)) is not None:
            self.show_mode(mode)
        if self.context.settings["files.reopen"]:
            self._remembered = sources_in(state)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._panes.adapt()
        self._tick.start()
        self.list.model.tick()
        self.shown.watch.set_active(True)
        if self._remembered and not self.context.tasks.closed:
            remembered, self._remembered = self._remembered, []
            self._start(self._bring_back(remembered), tr("Read the images of the last time"))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()
        self.shown.watch.set_active(False)

    # --- machines ---

    @property
    def found(self) -> Snapshots | None:
        """The list of the machine on show, None while or where it cannot be had."""
        return self.shown.found

    def choose(self, paths: Paths) -> None:
        """Put a machine on show, reading it if that was not done yet."""
        if paths == self.on_show:
            return
        self.shown.show(paths)
        if not self.machines.known(paths):
            self._start(self.machines.read(paths), tr("Read the images"))

    async def add_disks(self, more: Sequence[str]) -> None:
        """Open the machine on show again, with more disks."""
        before = self.on_show
        if before is None:
            return
        document = await self.context.documents.open([*before, *more])
        if document is not None and document.sources != before:
            self.machines.remove(before)
            self.shown.show_sources()

    def _ask_to_open(self) -> None:
        self.context.actions.run("file.open")

    def _start(self, work: Any, name: str) -> object:
        return self.context.tasks.start(work, name)

    async def _bring_back(self, remembered: list[Paths]) -> None:
        new = [paths for paths in remembered if paths not in self.machines.files()]
        for paths in new:
            self.machines.add(paths)
        if self.on_show is None and new:
            self.shown.show(new[0])
        self.shown.show_sources()
        for paths in new:
            await self.machines.read(paths)

    async def reload(self) -> None:
        """Read the machine on show again; what is selected stays selected."""
        if self.on_show is not None:
            await self.machines.read(self.on_show)

    def _reload_quietly(self) -> None:
        if self.changes.concerns(self.on_show):
            return  # it is our own doing, and the list is read again at its end
        if self.on_show is not None and not self.context.tasks.closed:
            self._start(self.machines.read(self.on_show), tr("Read the images again"))

    def _again(self) -> None:
        if self.on_show is not None:
            self.machines.forget(self.on_show)
            self.shown.expect()
            if self.on_show == DEMO:
                self._start(self.demo.begin_anew(), tr("Start the demo machine again"))
            else:
                self._reload_quietly()

    def _machine_read(self, paths: Paths) -> None:
        if paths == self.on_show:
            self.shown.show_read()
        self.shown.show_sources()

    # --- showing ---

    def _show_another(self) -> None:
        self._stack.setCurrentWidget(self._panes)
        owned = self.on_show == DEMO
        self.header.set_busy(self.changes.concerns(self.on_show))
        self._panes.show_band(self.demo.band if owned else None)
        if owned:
            self.demo.show_now()

    def _demo_moved(self) -> None:
        """Another moment of it."""
        if self.on_show == DEMO:
            self.list.model.set_now(self.demo.now)
            self.status_changed.emit()

    def _demo_changed(self) -> None:
        """It runs, stands or is gone; where it ended, the next machine comes on show."""
        self.shown.show_sources()
        if self.on_show == DEMO and self.machines.known(DEMO):
            self.shown.show_use()
        if self.on_show == DEMO and self.found is not None:
            self._reload_quietly()  # what it wrote is on its disks when it stands
        if self.on_show == DEMO and not self.demo.machine.exists and not self.context.tasks.closed:
            rest = self.machines.paths()
            self.shown.forget()
            if rest:
                self.choose(rest[0])
            else:
                self._stack.setCurrentWidget(self.empty)
        self._changed()

    def _changed(self) -> None:
        self.status_changed.emit()
        self.context.touch()

    def _work_changed(self) -> None:
        """Something is begun or done."""
        self.header.set_busy(self.changes.concerns(self.on_show))
        self.context.touch()

    def _setting_changed(self, id: str) -> None:
        if id == "appearance.units":
            units = self.context.settings["appearance.units"]
            self.list.model.set_units(units)
            self.machines.set_units(units)
            if self.found is not None:
                self.shown.show_use()
                self.snapshot.show()

    # --- the list ---

    def select(self, key: Key) -> None:
        """Select a snapshot from elsewhere, e.g. the command palette."""
        self.header.filter.clear()
        self.list.select(key)
        self.list.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_menu(self, place: QPoint) -> None:
        show_list_menu(self.context.actions, self, place)

    def _select_before(self, request: ChangeRequest) -> None:
        if request.machine == self.on_show:
            select_before(self.list, request)

    def _show_changed(self, request: ChangeRequest) -> None:
        """Select what the change leads to: the new snapshot, or what stands where one is gone."""
        if request.machine == self.on_show and self.found is not None:
            select_after(self.list, self.header, request, self.found)

    def _strip_gone(self) -> None:
        """The keyboard was in it: it goes on in the list."""
        if self.window().focusWidget() is None or self.strip.isAncestorOf(self.window().focusWidget()):
            self.list.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_mode(self, mode: str) -> None:
        self.header.views.set_chosen(mode)
        self.list.show_mode(mode)

    def switch_view(self) -> None:
        self.show_mode(TABLE if self.list.mode == TIMELINE else TIMELINE)

    def _filter(self, words: str) -> None:
        self.list.filter(words)
        self._changed()

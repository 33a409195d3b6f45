"""The Snapshots view: machines, the snapshots of one, and everything about the selected one.

Layout and links only: engine calls are the presenter's, texts are the models' and ``explain``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedLayout, QVBoxLayout, QWidget

from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.models.names import shown_name, visible_name
from ui.models.snapshot_rows import Column, Key, key_of
from ui.models.source_list import Paths, SourceState, holders
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.documents import Document, DocumentKind
from ui.shell.page import Page
from ui.shell.palette_entry import PaletteEntry
from ui.snapshots.copying import details_text
from ui.snapshots.details import is_damaged
from ui.snapshots.details_pane import DetailsPane
from ui.snapshots.explain import source_of
from ui.snapshots.header import TABLE, TIMELINE, Header
from ui.snapshots.list_pane import ListPane
from ui.snapshots.machines import Machines
from ui.snapshots.presenter import Presenter
from ui.snapshots.sources import SourcesPane
from ui.snapshots.states import ErrorPane, nothing_opened, reading
from ui.snapshots.watch import Watch
from ui.theme.tokens import NARROW, TINY
from ui.widgets.controls import line

SKELETON_MS = 150
"""A reading shorter than this shows no waiting page."""
PEEK_MS = 120
"""The VM state is looked into only where the selection rests this long."""
TICK_MS = 60_000
WIDTHS = (240, 824, 304)
NARROW_DETAILS = 276


def _short(name: str) -> str:
    """A machine's name as part of a line."""
    return formats.isolated(formats.shortened(name))


def _all(paths: Paths) -> str:
    return "\n".join(map(formats.printable, paths))


class SnapshotsPage(Page):
    """Any number of machines, one of them on show."""

    title = "Snapshots"

    def __init__(self, context: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.presenter = Presenter(context.tasks, lambda: [Path(p) for p in context.settings["files.allow_roots"]])
        self.machines = Machines(self.presenter, context.settings["appearance.units"], self)
        self.machines.changed.connect(self._machine_read)
        self._current: Paths | None = None
        self._remembered: list[Paths] = []
        self._entries: tuple[Snapshots | None, list[PaletteEntry]] = (None, [])
        self._watch = Watch(self.presenter.holders, self._start, self)
        self._watch.changed.connect(self._reload_quietly)
        self._watch.holders_changed.connect(self._reload_quietly)
        self._build()
        self._skeleton = QTimer(self, singleShot=True, interval=SKELETON_MS)
        self._skeleton.timeout.connect(self._show_reading)
        self._peek = QTimer(self, singleShot=True, interval=PEEK_MS)
        self._peek.timeout.connect(self.look_into)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.list.model.tick)
        context.settings.changed.connect(self._setting_changed)
        self._setting_changed("appearance.units")

    # --- layout ---

    def _build(self) -> None:
        actions = self.context.actions
        self._stack = QStackedLayout(self)
        self.empty = nothing_opened(self._ask_to_open)
        self._panes = QSplitter(Qt.Orientation.Horizontal)
        self._panes.setHandleWidth(1)
        self._panes.setChildrenCollapsible(False)
        self.sources_pane = SourcesPane(self.machines.model, actions["file.close"])
        self.sources_pane.chosen.connect(self.choose)
        self.sources_pane.open_wanted.connect(self._ask_to_open)
        self.details = DetailsPane()
        self.details.back_wanted.connect(lambda: self.show_details(False))
        for part in (self.sources_pane, self._make_middle(), self.details):
            self._panes.addWidget(part)
        for place, stretch in enumerate((0, 1, 0)):
            self._panes.setStretchFactor(place, stretch)
        self._panes.setSizes(list(WIDTHS))
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._panes)
        self._as_page = False

    def _make_middle(self) -> QWidget:
        actions = self.context.actions
        middle = self._middle = QWidget()
        middle.setProperty("surface", "panel")
        middle.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        middle.setMinimumWidth(320)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        inspect = actions["snapshot.inspect"]
        actions["snapshot.add_disk"].setIconText("Add disk…")  # Qt leaves the … out of what buttons show
        self.header = Header(inspect, actions["snapshot.export"], actions["snapshot.add_disk"])
        self.header.view_chosen.connect(self.show_mode)
        self.header.filtered.connect(self._filter)
        self.header.machine_chosen.connect(self.choose)
        self.header.open_wanted.connect(self._ask_to_open)
        self.header.details_wanted.connect(lambda: self.show_details(True))
        self.header.filter.down.connect(lambda: self.list.view.setFocus(Qt.FocusReason.TabFocusReason))
        self.list = ListPane(self.context.now)
        self.list.selected_changed.connect(self._selected_changed)
        self.list.inspect_wanted.connect(lambda: self.context.actions.run("snapshot.inspect"))
        self.list.copy_wanted.connect(self.copy)
        # Enter belongs to the lists alone: as a shortcut of the window it would take the key from every field
        inspect.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        for view in (self.list.timeline, self.list.grid):
            view.addAction(inspect)
        self.reading = reading()
        self.error = ErrorPane(self._again, self.close_document)
        self._centre = QStackedLayout()
        for part in (self.list, self.reading, self.error):
            self._centre.addWidget(part)
        column.addWidget(self.header)
        column.addWidget(line())
        column.addLayout(self._centre, 1)
        return middle

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """What a narrow window leaves out (1200) and what becomes a page of its own (900)."""
        width = self.context.window.width()
        narrow, tiny = width < NARROW, width < TINY
        self.header.set_narrow(narrow, tiny=tiny)
        self.list.set_narrow(narrow)
        if narrow and self.sources_pane.isVisibleTo(self._panes) and not tiny:
            self._panes.setSizes([0, width - NARROW_DETAILS, NARROW_DETAILS])
        self.sources_pane.setVisible(not narrow)
        self._as_page = self._as_page and tiny
        self.details.set_page(tiny)
        self.details.setVisible(not tiny or self._as_page)
        self._middle.setVisible(not self._as_page)

    @property
    def on_details_page(self) -> bool:
        return self._as_page

    def show_details(self, shown: bool) -> None:
        """In the smallest windows details are a page of their own."""
        self._as_page = shown
        self._fold()
        self.context.touch()
        (self.details.area if shown else self.list.view).setFocus(Qt.FocusReason.OtherFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._fold()

    # --- what the shell asks ---

    async def open(self, document: Document) -> None:
        """Show a machine; what keeps it from being shown is explained in its place."""
        self.machines.add(document.sources)
        self._show_machine(document.sources)
        await self.machines.read(document.sources)

    def document(self) -> Document | None:
        return Document(DocumentKind.DISKS, self._current) if self._current is not None else None

    def close_document(self) -> None:
        """Take the machine on show off the list; the next one comes on show."""
        paths = self._current
        if paths is None:
            return
        following = self.machines.remove(paths)
        self._watch.stop()
        self._current = None
        if following is not None and not self.context.tasks.closed:
            self.choose(following)
        elif following is None:
            self._stack.setCurrentWidget(self.empty)
        self._changed()

    def status(self) -> tuple[str, str]:
        if self._current is None:
            return "", ""
        name, found = _short(self.machines.name(self._current)), self.found
        if found is None:
            failure = self.machines.failure(self._current)
            return f"{name}: {failure.text if failure is not None else SourceState.LOADING.value}", ""
        state = ", ".join(map(formats.printable, holders(found.devices)))
        left = [f"{name}: {f'in use by {state}' if state else SourceState.FREE.value}"]
        shown, total = self.list.model.rowCount(), self.list.model.total
        if total:
            selected = 1 if self.selected() is not None else 0
            left.append(f"{selected} of {formats.grouped(total)} selected")
        if shown != total:
            left.append(f"{formats.grouped(shown)} shown")
        size = sum(row.vm_state_size for row in found.rows)
        right = formats.counted(total, "snapshot", "snapshots")
        return "     ".join(left), f"{right}, {self.context.size(size)} of VM state" if size else right

    def focus_filter(self) -> None:
        self.header.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.header.filter.selectAll()

    def escape(self) -> bool:
        if self._as_page:
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
        return [self.sources_pane.list, self.list.view, self.details.area]

    def palette_entries(self, prefix: str) -> list[PaletteEntry]:
        found = self.found
        if prefix != "#" or found is None:
            return []
        if self._entries[0] is not found:
            self._entries = (found, [self._palette_entry(row) for row in found.rows])
        return self._entries[1]

    def _palette_entry(self, row: SnapshotRow) -> PaletteEntry:
        key = key_of(row)
        name = shown_name(row.name, row.id)
        icon = "hard-drive" if row.disk_only else "clock-counter-clockwise"
        return PaletteEntry(
            "Snapshots", name, lambda: self.select(key), subject=f"id {visible_name(row.id)}", icon=icon
        )

    def save_state(self) -> dict[str, Any]:
        column, descending = self.list.order
        return {
            "panes": bytes(self._panes.saveState().toBase64().data()).decode(),
            "mode": self.list.mode,
            "order": [int(column), descending],
            "sources": [list(paths) for paths in self.machines.paths()] or [list(p) for p in self._remembered],
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        if isinstance(panes := state.get("panes"), str):
            self._panes.restoreState(QByteArray.fromBase64(panes.encode("ascii", "replace")))
        match state.get("order"):
            case [int(column), bool(descending)] if column in set(Column):
                self.list.set_order(Column(column), descending=descending)
        if state.get("mode") in (TIMELINE, TABLE):
            self.show_mode(state["mode"])
        sources = state.get("sources")
        if isinstance(sources, list) and self.context.settings["files.reopen"]:
            self._remembered = [
                tuple(paths) for paths in sources if isinstance(paths, list) and paths
                and all(isinstance(path, str) for path in paths)
            ]  # fmt: skip

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fold()
        self._tick.start()
        self.list.model.tick()
        self._watch.set_active(True)
        if self._remembered and not self.context.tasks.closed:
            remembered, self._remembered = self._remembered, []
            self._start(self._bring_back(remembered), "Read the images of the last time")

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()
        self._watch.set_active(False)

    # --- machines ---

    @property
    def found(self) -> Snapshots | None:
        """The list of the machine on show, None while or where it cannot be had."""
        return self.machines.found(self._current)

    def choose(self, paths: Paths) -> None:
        """Put a machine on show, reading it if that was not done yet."""
        if paths == self._current:
            return
        self._show_machine(paths)
        if not self.machines.known(paths):
            self._start(self.machines.read(paths), "Read the images")

    async def add_disks(self, more: Sequence[str]) -> None:
        """Open the machine on show again, with more disks."""
        before = self._current
        if before is None:
            return
        document = await self.context.documents.open([*before, *more])
        if document is not None and document.sources != before:
            self.machines.remove(before)
            self._show_sources()

    def _ask_to_open(self) -> None:
        self.context.actions.run("file.open")

    def _start(self, work: Any, name: str) -> object:
        return self.context.tasks.start(work, name)

    async def _bring_back(self, remembered: list[Paths]) -> None:
        new = [paths for paths in remembered if paths not in self.machines.paths()]
        for paths in new:
            self.machines.add(paths)
        if self._current is None and new:
            self._show_machine(new[0])
        self._show_sources()
        for paths in new:
            await self.machines.read(paths)

    async def reload(self) -> None:
        """Read the machine on show again; what is selected stays selected."""
        if self._current is not None:
            await self.machines.read(self._current)

    def _reload_quietly(self) -> None:
        if self._current is not None and not self.context.tasks.closed:
            self._start(self.machines.read(self._current), "Read the images again")

    def _again(self) -> None:
        if self._current is not None:
            self.machines.forget(self._current)
            self._skeleton.start()
            self._reload_quietly()

    def _machine_read(self, paths: Paths) -> None:
        if paths == self._current:
            self._show_read(paths)
        self._show_sources()

    # --- showing ---

    def _show_machine(self, paths: Paths) -> None:
        """Put a machine on show as far as it is known."""
        if paths != self._current:
            self.list.forget_selection()
            self.header.filter.clear()
            self._watch.stop()
        self._current = paths
        self._stack.setCurrentWidget(self._panes)
        self._show_sources()
        if self.machines.known(paths):
            self._show_read(paths)
        else:
            self.header.set_machine(self.machines.name(paths), _all(paths), ())
            self.header.set_chip("")
            self._skeleton.start()
        self._changed()

    def _show_sources(self) -> None:
        if self._current is not None:
            self.sources_pane.show_current(self._current)
            self.header.set_machines(self.machines.model.entries, self._current)

    def _show_reading(self) -> None:
        if self._current is not None and not self.machines.known(self._current):
            self.reading.say(f"Reading {_short(self.machines.name(self._current))}", "")
            self.header.set_listing(machine=False, snapshots=False)
            self.details.clear()
            self._centre.setCurrentWidget(self.reading)

    def _show_read(self, paths: Paths) -> None:
        """The list, or why there is none."""
        self._skeleton.stop()
        failure, found, name = self.machines.failure(paths), self.machines.found(paths), self.machines.name(paths)
        rows = bool(found is not None and found.rows)
        self.header.set_listing(machine=found is not None, snapshots=rows, exportable=bool(self.exportable()))
        if failure is not None:
            self.header.set_machine(name, _all(paths), ())
            self.header.set_chip("cannot be shown", "danger", "warning-circle-fill")
            self.error.show_failure(failure)
            self._centre.setCurrentWidget(self.error)
            self.details.clear()
            self._watch.follow(paths, None)
        elif found is not None:
            self.header.set_machine(name, _all(paths), self._facts(found))
            self._show_use(found)
            self.list.show_list(found)
            self._centre.setCurrentWidget(self.list)
            self._watch.follow(paths, [device.in_use for device in found.devices])
        self._watch.set_active(self.isVisible())
        self._changed()

    def _facts(self, found: Snapshots) -> list[str]:
        units = self.context.settings["appearance.units"]
        size = formats.size(sum(device.virtual_size for device in found.devices), units)
        kinds = list(dict.fromkeys(device.format for device in found.devices))
        facts = [formats.counted(len(found.devices), "disk", "disks"), size, " and ".join(kinds)]
        return [*facts, "encrypted"] if any(device.encrypted for device in found.devices) else facts

    def _show_use(self, found: Snapshots) -> None:
        users = holders(found.devices)
        if users:
            words = users[0] if len(users) == 1 else f"{len(users)} processes"
            about = "Its snapshots can be looked at. What is shown may lag behind what that process does."
            self.header.set_chip(f"in use by {formats.printable(words)}", "warn", "lock-simple-fill", about)
        elif any(map(is_damaged, found.devices)):
            about = "Something in the image is wrong; what is sound is shown. The details say what."
            self.header.set_chip("damaged", "warn", "warning-fill", about)
        else:
            self.header.set_chip("not in use", "neutral", "circle", "No other process has these images open.")

    def _changed(self) -> None:
        self.status_changed.emit()
        self.context.touch()

    def _setting_changed(self, id: str) -> None:
        if id == "appearance.units":
            units = self.context.settings["appearance.units"]
            self.list.model.set_units(units)
            self.machines.set_units(units)
            if self.found is not None:
                self.header.set_facts(self._facts(self.found))
                self._selected_changed()

    # --- one snapshot ---

    def selected(self) -> SnapshotRow | None:
        return self.list.selected() if self.found is not None else None

    def selected_name(self) -> str:
        row = self.selected()
        return shown_name(row.name, row.id) if row is not None else ""

    def selected_source(self) -> str | None:
        """SRC of the selected snapshot's VM state, None where it has none."""
        row, found = self.selected(), self.found
        return source_of(row, found) if row is not None and found is not None else None

    def exportable(self) -> list[str]:
        """The disks whose contents can be written out: those of the selected snapshot, else all."""
        found, row = self.found, self.selected()
        if found is None:
            return []
        usable = [device.path for device in found.devices if device.error is None and not device.encrypted]
        return [path for path in usable if path in row.entries] if row is not None else usable

    def select(self, key: Key) -> None:
        """Select a snapshot from elsewhere, e.g. the command palette."""
        self.header.filter.clear()
        self.list.select(key)
        self.list.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _selected_changed(self) -> None:
        row, found = self.selected(), self.found
        if row is None or found is None:
            units = self.context.settings["appearance.units"]
            self.details.show_machine(found, self.list.model.labels, units)
        else:
            units = self.context.settings["appearance.units"]
            self.details.show_snapshot(row, found, self.list.model.labels, units)
            self.header.set_primary(inspect=not row.disk_only)
            self._show_machine_type()
        self._changed()

    def _show_machine_type(self) -> None:
        source = self.selected_source()
        if source is None:
            return
        known = self.machines.machine_type(source)
        if known is not None:
            self.details.set_machine(known)
        else:
            self._peek.start()

    def look_into(self) -> None:
        """Read the selected VM state's first bytes: they name the machine type."""
        source = self.selected_source()
        if source is not None and self.machines.machine_type(source) is None and not self.context.tasks.closed:
            self._start(self._look_into(source), "Look into the VM state")

    async def _look_into(self, source: str) -> None:
        text = await self.machines.look_into(source)
        if self.selected_source() == source:
            self.details.set_machine(text)

    def export(self) -> None:
        """Ask how to write a disk out, and do it."""
        from ui.snapshots.dialogs import ExportDialog

        found = self.found
        if found is not None:
            ExportDialog(self.context, self.presenter, found, self.selected(), self.exportable()).open()

    def copy(self) -> None:
        """Put every recorded value of the selected snapshot on the clipboard."""
        row, found = self.selected(), self.found
        if row is not None and found is not None:
            QGuiApplication.clipboard().setText(details_text(row, found))
            self.context.notify(f"The details of {formats.isolated(self.selected_name())} are on the clipboard")

    def show_mode(self, mode: str) -> None:
        self.header.views.set_chosen(mode)
        self.list.show_mode(mode)

    def switch_view(self) -> None:
        self.show_mode(TABLE if self.list.mode == TIMELINE else TIMELINE)

    def _filter(self, words: str) -> None:
        self.list.filter(words)
        self._changed()

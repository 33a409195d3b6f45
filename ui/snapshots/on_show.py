"""The machine on show: its list in the middle, or why there is none, and what says that its files have changed."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from snapmgr.snapshots.model import Snapshots
from ui.models.source_list import Paths
from ui.shell.context import WindowContext
from ui.shell.failures import Failure
from ui.shell.watch import Watch
from ui.snapshots import about
from ui.snapshots.machines import Machines
from ui.snapshots.panes import Panes
from ui.snapshots.presenter import find_holders
from ui.snapshots.selected import Selected
from ui.snapshots.spaces import Spaces
from ui.words import tr

SKELETON_MS = 150
"""A reading shorter than this shows no waiting page."""


class OnShow(QObject):
    """``current`` are the disks of the machine, None for none.  ``another`` says that there is another one, before
    what is known of it is shown, ``changed`` that what is shown of it is another."""

    another = Signal()
    changed = Signal()

    def __init__(
        self,
        context: WindowContext,
        panes: Panes,
        machines: Machines,
        snapshot: Selected,
        spaces: Spaces,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.current: Paths | None = None
        self._context, self._view = context, parent
        self._panes, self._machines, self._snapshot, self._spaces = panes, machines, snapshot, spaces
        self.watch = Watch(context.tasks, self, holders=find_holders)
        self._skeleton = QTimer(self, singleShot=True, interval=SKELETON_MS)
        self._skeleton.timeout.connect(self.show_reading)

    @property
    def found(self) -> Snapshots | None:
        """Its list, None while or where it cannot be had."""
        return self._machines.found(self.current)

    def show(self, paths: Paths) -> None:
        """Put a machine on show as far as it is known."""
        if paths != self.current:
            self._panes.list.forget_selection()
            self._panes.header.filter.clear()
            self.watch.stop()
            self._spaces.stop()
        self.current = paths
        self.show_sources()
        self.another.emit()
        if self._machines.known(paths):
            self.show_read()
        else:
            header = self._panes.header
            header.set_machine(self._machines.name(paths), about.files(paths), ())
            header.set_state(about.UNKNOWN)
            self.expect()
        self.changed.emit()

    def forget(self) -> None:
        """There is none any more."""
        self.watch.stop()
        self.current = None

    def expect(self) -> None:
        """It is being read; where that takes long, that is said."""
        self._skeleton.start()

    def show_sources(self) -> None:
        if self.current is not None:
            self._panes.sources.show_current(self.current)
            self._panes.header.set_machines(self._machines.model.entries, self.current)

    def show_reading(self) -> None:
        """That it is being read, unless it is known by now."""
        if self.current is not None and not self._machines.known(self.current):
            panes = self._panes
            panes.reading.say(tr("Reading {name}", name=about.short(self._machines.name(self.current))), "")
            panes.header.set_listing(machine=False, snapshots=False)
            panes.details.clear()
            panes.show_in_middle(panes.reading)

    def show_read(self) -> None:
        """The list, or why there is none."""
        paths = self.current
        if paths is None:
            return
        self._skeleton.stop()
        failure, found = self._machines.failure(paths), self._machines.found(paths)
        exportable = bool(self._snapshot.exportable() or self._snapshot.closed())  # else it says why not
        own = found is not None and found.owned
        listed = own or bool(found and found.rows)
        self._panes.header.set_listing(machine=found is not None, snapshots=listed, exportable=exportable, more=not own)
        if failure is not None:
            self._show_failure(paths, failure)
        elif found is not None:
            self._show_found(paths, found)
        self.watch.set_active(self._view.isVisible())
        self.changed.emit()

    def _show_failure(self, paths: Paths, failure: Failure) -> None:
        panes = self._panes
        panes.header.set_machine(self._machines.name(paths), about.files(self._machines.files_of(paths)), ())
        owner = self._machines.owner(paths)
        panes.header.set_state(about.unreadable())
        self.show_use()
        panes.error.show_failure(failure, runs_here=owner is not None)
        panes.show_in_middle(panes.error)
        panes.details.clear()
        if owner is None:
            self.watch.follow(paths, self._machines.stamps(paths))

    def _show_found(self, paths: Paths, found: Snapshots) -> None:
        panes, owner = self._panes, self._machines.owner(paths)
        panes.header.set_machine(self._machines.name(paths), about.files(self._machines.files_of(paths)), ())
        self.show_use()
        panes.list.show_list(found, owner.now if owner is not None else None)
        panes.show_in_middle(panes.list)
        window = self._view.window()
        if self._view.isVisible() and window.focusWidget() in (None, window):  # the keyboard is nowhere
            panes.list.view.setFocus(Qt.FocusReason.OtherFocusReason)
        if owner is not None:
            return  # nobody else writes to its disks
        self.watch.follow(
            paths,
            self._machines.stamps(paths),
            [device.in_use for device in found.devices],
            beside=[device.backing_file for device in found.devices if device.backing_file is not None],
        )

    def show_use(self) -> None:
        """What the machine is, and who uses it."""
        found, owner = self.found, self._machines.owner(self.current)
        if owner is not None:
            self._panes.header.set_facts(owner.facts())
            self._panes.header.set_state(owner.state())
        elif found is not None:
            self._panes.header.set_facts(about.facts(found, self._context.settings["appearance.units"]))
            self._panes.header.set_state(about.state(found))

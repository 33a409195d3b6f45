"""The selected snapshot: its details, the machine that its VM state names, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

from snapmgr.errors import SnapmgrError
from snapmgr.snapshots.model import DeviceInfo, SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models.names import shown_name
from ui.models.source_list import Paths
from ui.shell.context import WindowContext
from ui.snapshots.copying import details_text
from ui.snapshots.explain import source_of
from ui.snapshots.machines import Machines
from ui.snapshots.panes import Panes
from ui.snapshots.presenter import Presenter
from ui.snapshots.spaces import Spaces
from ui.snapshots.spaces import texts as space_texts
from ui.words import tr

PEEK_MS = 120
"""The VM state is looked into only where the selection rests this long."""


class Selected(QObject):
    """``changed`` follows every change of what is selected; ``on_show`` answers the machine on show."""

    changed = Signal()

    def __init__(
        self,
        context: WindowContext,
        panes: Panes,
        machines: Machines,
        presenter: Presenter,
        spaces: Spaces,
        on_show: Callable[[], Paths | None],
    ) -> None:
        super().__init__(panes)
        self._context, self._panes, self._machines = context, panes, machines
        self._presenter, self._spaces, self._on_show = presenter, spaces, on_show
        self._peek = QTimer(self, singleShot=True, interval=PEEK_MS)
        self._peek.timeout.connect(self.look_into)
        self._measure = QTimer(self, singleShot=True, interval=PEEK_MS)
        self._measure.timeout.connect(self.measure)
        spaces.changed.connect(self._show_space)
        panes.list.selected_changed.connect(self.show)

    def _found(self) -> Snapshots | None:
        return self._machines.found(self._on_show())

    def row(self) -> SnapshotRow | None:
        return self._panes.list.selected() if self._found() is not None else None

    def rows(self) -> list[SnapshotRow]:
        """All that are selected."""
        return self._panes.list.selected_rows() if self._found() is not None else []

    def name(self) -> str:
        row = self.row()
        return shown_name(row.name, row.id) if row is not None else ""

    def source(self) -> str | None:
        """SRC of its VM state, None where it has none."""
        row, found = self.row(), self._found()
        return source_of(row, found) if row is not None and found is not None else None

    def exportable(self) -> list[str]:
        """The disks whose contents can be written out: those of the selected snapshot, else all."""
        return [device.path for device in self._disks() if device.readable]

    def exportable_of(self, rows: Sequence[SnapshotRow]) -> list[str]:
        """The disks of several snapshots whose contents can be written out."""
        found = self._found()
        devices = found.devices if found is not None else ()
        return [one.path for one in devices if one.readable and any(one.path in row.entries for row in rows)]

    def closed(self) -> SnapmgrError | None:
        """Why the contents of one of them cannot be read, None where that is no matter of missing files."""
        return next((device.closed for device in self._disks() if device.closed is not None), None)

    def _disks(self) -> list[DeviceInfo]:
        """Those that have the selected snapshot, else all."""
        row, found = self.row(), self._found()
        devices = found.devices if found is not None else ()
        return [device for device in devices if row is None or device.path in row.entries]

    def show(self) -> None:
        """Say everything of it in the details; of the machine, where none is selected."""
        row, found, panes = self.row(), self._found(), self._panes
        units, labels = self._context.settings["appearance.units"], panes.list.model.labels
        if row is None or found is None:
            panes.details.show_machine(found, labels, units)
        else:
            panes.details.show_snapshot(row, found, labels, units)
            panes.header.set_primary(inspect=not row.disk_only)
            self._show_machine_type()
            self._show_space()
        self.changed.emit()

    def _show_space(self) -> None:
        """What it takes up, as far as that is known; it is measured once the selection rests."""
        row, paths = self.row(), self._on_show()
        if row is None or paths is None:
            return
        space = self._spaces.of(paths)
        self._panes.details.area.set_space(*space_texts(space, row, self._context.settings["appearance.units"]))
        if space is None:
            self._measure.start()

    def measure(self) -> None:
        """Find out what the snapshots on show take up."""
        paths = self._on_show()
        if self.row() is not None and paths is not None:
            self._spaces.want(paths)

    def _show_machine_type(self) -> None:
        source = self.source()
        if source is None:
            return
        known = self._machines.machine_type(source)
        if known is not None:
            self._panes.details.set_machine(known)
        else:
            self._peek.start()

    def look_into(self) -> None:
        """Read the VM state's first bytes: they name the machine type."""
        source, tasks = self.source(), self._context.tasks
        if source is not None and self._machines.machine_type(source) is None and not tasks.closed:
            tasks.start(self._look_into(source), tr("Look into the VM state"))

    async def _look_into(self, source: str) -> None:
        text = await self._machines.look_into(source)
        if self.source() == source:
            self._panes.details.set_machine(text)

    def export(self) -> QDialog | None:
        """Ask how to write a disk out, and do it.  Returns the dialog, which is open until that is done."""
        from ui.snapshots.dialogs import ExportDialog
        from ui.snapshots.export_many import ExportManyDialog

        found, rows = self._found(), self.rows()
        if found is not None and len(rows) > 1:
            dialog: QDialog = ExportManyDialog(self._context, self._presenter, found, rows, self.exportable_of(rows))
        elif found is not None:
            dialog = ExportDialog(self._context, self._presenter, found, self.row(), self.exportable())
        else:
            return None
        dialog.open()
        return dialog

    def copy(self) -> None:
        """Put every recorded value on the clipboard."""
        row, found = self.row(), self._found()
        if row is not None and found is not None:
            QGuiApplication.clipboard().setText(details_text(row, found))
            name = isolated(self.name())
            self._context.notify(tr("The details of {snapshot} are on the clipboard", snapshot=name))

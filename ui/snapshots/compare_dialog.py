"""Two snapshots of a machine beside each other."""

from __future__ import annotations

from snapmgr.snapshots.find import tag_of
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.compare.comparing import Compared
from ui.compare.dialog import Compare
from ui.models.names import disk_labels, quoted
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.snapshots.explain import source_of
from ui.snapshots.presenter import Presenter
from ui.words import tr


class CompareDialog(Compare):
    """Compares at once; ``found`` is what came of it."""

    def __init__(
        self, context: WindowContext, presenter: Presenter, found: Snapshots, a: SnapshotRow, b: SnapshotRow
    ) -> None:
        now = context.now()
        sides = side_of(a, found, now), side_of(b, found, now)
        labels = disk_labels([device.path for device in found.devices])
        super().__init__(context, presenter.compare, sides, labels)


def side_of(row: SnapshotRow, found: Snapshots, now: float) -> Compared:
    """A snapshot as one side."""
    return Compared(
        quoted(row.name, row.id),
        formats.stamped_time(row.date_sec, now) if row.dated else tr(formats.NOT_RECORDED),
        source_of(row, found),
        {device.path: tag_of(row, device.path, found) for device in found.devices if device.path in row.entries},
        row.vm_clock_nsec if row.clocked else None,
    )

"""The last deletion, as long as it can be undone: until somebody writes to one of its disks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from snapmgr.names import visible_name
from snapmgr.snapshots.model import SnapshotRow
from ui.isolation import isolated
from ui.models.source_list import Paths
from ui.snapshots.change_request import ChangeRequest, Kind
from ui.snapshots.machines import Machines
from ui.words import tr

if TYPE_CHECKING:
    from snapmgr.snapshots.switched import Switched
    from snapmgr.snapshots.transaction import Changed


def undo_text(*, trim: bool, runs: bool = False) -> str:
    """Whether a deletion can be undone, said before; ``runs``: a guest writes to the disks meanwhile."""
    if trim:
        return tr("This cannot be undone.")
    if runs:
        return tr(
            "The machine runs and writes to its disks, so this cannot be undone. Pause it first to keep that open."
        )
    return tr("This can be undone until something is written to the disks.")


class Undo:
    """Remembers one deletion, the last."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines
        self._deletion: ChangeRequest | None = None
        self._switched: tuple[Switched, ...] = ()

    def remember(self, request: ChangeRequest, changed: Sequence[Changed]) -> None:
        """What was done just now: a deletion that can be undone, or something that may end that."""
        if request.kind is Kind.DELETE:
            switched = tuple(one.switched for one in changed if one.switched is not None)
            undoable = len(switched) == len(changed)
            self._deletion, self._switched = (request, switched) if undoable else (None, ())
        elif self._deletion is not None and set(request.paths) & set(self._deletion.paths):
            self._deletion, self._switched = None, ()

    def follows(self, request: ChangeRequest) -> bool:
        """Whether this is what could be undone."""
        return self._deletion is request

    def rows(self) -> tuple[SnapshotRow, ...]:
        """What was deleted."""
        return self._deletion.rows if self._deletion is not None else ()

    def request(self) -> ChangeRequest | None:
        """What brings it back."""
        deletion = self._deletion
        if deletion is None:
            return None
        paths = tuple(one.path for one in self._switched)
        owned = deletion.owned
        return ChangeRequest(Kind.UNDO, deletion.machine, paths, deletion.rows, switched=self._switched, owned=owned)

    def why_not(self, on_show: Paths | None) -> str:
        """Why nothing can be brought back on the machine on show, "" if it can as far as its list knows."""
        deletion = self._deletion
        if deletion is None or on_show is None:
            return tr("Nothing was deleted that could be brought back")
        if deletion.machine != on_show:
            name = isolated(self._machines.name(deletion.machine))
            return tr("What was deleted last belongs to another machine: {machine}", machine=name)
        owner = self._machines.owner(on_show)
        if owner is not None and owner.runs:
            return tr("The machine runs and writes to its disks: what was deleted may be overwritten")
        known = dict(zip(self._machines.files_of(on_show), self._machines.stamps(on_show) or (), strict=False))
        for one in self._switched:
            stamp = known.get(one.path)
            if stamp is None or (stamp.mtime_ns, stamp.size) != (one.state.written, one.state.size):
                disk = isolated(visible_name(one.path.rpartition("/")[2]))
                return tr("{disk} was written to since: what was deleted may be overwritten", disk=disk)
        return ""

"""The last deletion, as long as it can be undone: until somebody writes to one of its disks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from snapmgr.names import visible_name
from ui.isolation import isolated
from ui.models.source_list import Paths
from ui.snapshots.change_request import ChangeRequest, Kind
from ui.snapshots.change_texts import noted_text, rows_text
from ui.snapshots.machines import Machines
from ui.words import plural, tr

if TYPE_CHECKING:
    from snapmgr.snapshots.switched import Switched
    from snapmgr.snapshots.transaction import Changed


def undo_text(*, trim: bool, disks: int, runs: bool = False) -> str:
    """Whether a deletion from so many disks can be undone, said before; ``runs``: a guest writes to them meanwhile."""
    if trim:
        return tr("This cannot be undone.")
    if runs:
        return tr(
            "The machine runs and writes to its disks, so this cannot be undone. Pause it first to keep that open."
        )
    return plural(
        "This can be undone until something is written to the disk.",
        "This can be undone until something is written to the disks.",
        disks,
    )


class Undo:
    """Remembers one deletion, the last of this window; of each machine's disks the last one is noted beside them, also
    for windows to come."""

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

    @property
    def machine(self) -> Paths | None:
        """From whose disks this window deleted last, as far as that can be undone."""
        return self._deletion.machine if self._deletion is not None else None

    def subject(self, on_show: Paths | None) -> str:
        """What was deleted: a name, or how many snapshots."""
        if self._own(on_show):
            return rows_text(self._deletion.rows) if self._deletion is not None else ""
        noted = self._machines.deletion(on_show) if on_show is not None else None
        return noted_text(noted.name, noted.count) if noted is not None else ""

    def request(self, on_show: Paths | None) -> ChangeRequest | None:
        """What brings it back."""
        deletion = self._deletion
        if deletion is not None and self._own(on_show):
            return self._back(deletion.machine, self._switched, rows=deletion.rows, owned=deletion.owned)
        noted = self._machines.deletion(on_show) if on_show is not None else None
        if on_show is None or noted is None:
            return None
        return self._back(on_show, noted.switched, name=noted_text(noted.name, noted.count))

    def _back(self, machine: Paths, switched: tuple[Switched, ...], **facts: Any) -> ChangeRequest:
        paths = tuple(one.path for one in switched)
        return ChangeRequest(Kind.UNDO, machine, paths, switched=switched, **facts)

    def _own(self, on_show: Paths | None) -> bool:
        return self._deletion is not None and self._deletion.machine == on_show

    def why_not(self, on_show: Paths | None) -> str:
        """Why nothing can be brought back on the machine on show, "" if it can as far as its list knows."""
        deletion, noted = self._deletion, self._machines.deletion(on_show) if on_show is not None else None
        if on_show is None or (deletion is None and noted is None):
            return tr("Nothing was deleted that could be brought back")
        if deletion is not None and noted is None and not self._own(on_show):
            name = isolated(self._machines.name(deletion.machine))
            return tr("What was deleted last belongs to another machine: {machine}", machine=name)
        owner = self._machines.owner(on_show)
        if owner is not None and owner.runs:
            return tr("The machine runs and writes to its disks: what was deleted may be overwritten")
        known = dict(zip(self._machines.files_of(on_show), self._machines.stamps(on_show) or (), strict=False))
        switched = self._switched if self._own(on_show) or noted is None else noted.switched
        for one in switched:
            stamp = known.get(one.path)
            if stamp is None or (stamp.mtime_ns, stamp.size) != (one.state.written, one.state.size):
                disk = isolated(visible_name(one.path.rpartition("/")[2]))
                return tr("{disk} was written to since: what was deleted may be overwritten", disk=disk)
        return ""

"""What the snapshots on show take up: measured in a worker once somebody wants to know, kept until an image changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.snapshots.model import SnapshotRow
from snapmgr.work import CancelToken
from ui.models.source_list import Paths
from ui.shell import formats
from ui.shell.failures import describe
from ui.shell.tasks import Tasks
from ui.shell.watch import Stamps
from ui.snapshots.machines import Machines
from ui.snapshots.owner import Owner
from ui.words import tr

if TYPE_CHECKING:
    from snapmgr.block.qcow2.space import SnapshotSpace
    from snapmgr.snapshots.space import MachineSpace
    from ui.snapshots.details import Facts

_State = tuple[Stamps | None, tuple[str | None, ...]]
"""What the files were when they were listed, and who used them."""


class Spaces(QObject):
    """``changed`` carries the disks of a machine whose space is known now.  One machine is measured at a time: the one
    that was asked for last."""

    changed = Signal(tuple)

    def __init__(self, tasks: Tasks, machines: Machines, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks, self._machines = tasks, machines
        self._known: dict[Paths, tuple[_State, MachineSpace]] = {}
        self._token: CancelToken | None = None
        self._measuring: tuple[Paths, _State] | None = None

    def of(self, paths: Paths) -> MachineSpace | None:
        """None where it was not measured since its images changed."""
        state, space = self._known.get(paths, (None, None))
        return space if state == self._state(paths) else None

    def _state(self, paths: Paths) -> _State:
        """What a measurement is true of."""
        found = self._machines.found(paths)
        return self._machines.stamps(paths), tuple(device.in_use for device in found.devices) if found else ()

    def want(self, paths: Paths) -> None:
        """Measure it, unless that is known or under way."""
        wanted, moves = (paths, self._state(paths)), self._machines.owner(paths) is not None
        if (self.of(paths) is not None and not moves) or self._measuring == wanted or self._tasks.closed:
            return  # what a guest that runs takes up is another every time
        self.stop()
        self._measuring, self._token = wanted, CancelToken()
        self._tasks.start(self._measure(*wanted, self._token), tr("Measure what snapshots take up"))

    def stop(self) -> None:
        """Measure nothing any more: another machine is on show, or the images are being changed."""
        if self._token is not None:
            self._token.cancel()
        self._measuring = self._token = None

    async def _measure(self, paths: Paths, state: _State, token: CancelToken) -> None:
        found = self._machines.found(paths)
        having = found.having(found.rows) if found is not None else []
        owner = self._machines.owner(paths)
        try:
            space = await (self._own(owner) if owner else self._tasks.run_in_worker(measure, having, cancel=token))
        except (Cancelled, asyncio.CancelledError):
            return
        finally:
            if self._token is token:
                self._measuring = self._token = None
        self._known[paths] = (state, space)
        self.changed.emit(paths)

    async def _own(self, owner: Owner) -> MachineSpace:
        """What keeps a machine from being measured stands in the place of the answer."""
        from snapmgr.snapshots.space import MachineSpace

        try:
            return await owner.space()
        except SnapmgrError as error:
            return MachineSpace({}, dict.fromkeys(owner.files, error))


def measure(paths: Sequence[str], cancel: CancelToken) -> MachineSpace:
    from snapmgr.snapshots import space

    return space.measure(paths, cancel=cancel)


def texts(space: MachineSpace | None, row: SnapshotRow, units: formats.Units) -> tuple[tuple[str, str], ...]:
    """What it takes up alone and what it shares, each with a hint; "…" while that is not known."""
    if space is None:
        return ("…", ""), ("…", "")
    of = space.of(row)
    if of is None:
        why = why_unknown(space, [row])
        return (tr("not known"), why), (tr("not known"), why)
    return (formats.size(of.unique, units), _hint(of)), (formats.size(of.shared, units), formats.exact_bytes(of.shared))


def _hint(of: SnapshotSpace) -> str:
    exact = formats.exact_bytes(of.unique)
    said = tr("Nothing else uses it: {size} become free when this snapshot alone is deleted.", size=exact)
    if not of.state_unique:
        return said
    state = tr("Of that the VM state takes {size}.", size=formats.size(of.state_unique))
    return f"{said}\n{state}"


def why_unknown(space: MachineSpace, rows: Sequence[SnapshotRow]) -> str:
    """Why nobody can say what these take up."""
    error = next((space.errors[path] for row in rows for path in row.entries if path in space.errors), None)
    return describe(error, "", error.path).text if error is not None else tr("The images have changed meanwhile.")


def show_freed(facts: Facts, space: MachineSpace | None, rows: Sequence[SnapshotRow]) -> None:
    """Among the facts: how much becomes free when all of these are deleted; "…" while that is not known."""
    text, hint = "…", ""
    size = space.freed_by(rows) if space is not None else None
    if size is not None:
        text = formats.size(size)
    elif space is not None:
        text, hint = tr("not known"), why_unknown(space, rows)
    #: How much room becomes free by deleting
    facts.set_fact(tr("Frees"), text, hint=hint, quiet=size is None)

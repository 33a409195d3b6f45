"""The opened machines and what is known of each: its list, or why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from snapmgr.snapshots.model import Snapshots
from ui.models.source_list import DEMO, Paths, SourceEntry, SourceListModel, SourceState, described
from ui.shell import formats
from ui.shell.failures import Failure, describe
from ui.shell.watch import Stamps
from ui.snapshots.owner import Owner
from ui.snapshots.presenter import Presenter
from ui.words import tr

if TYPE_CHECKING:
    from snapmgr.snapshots.deleted import Deletion


class Machines(QObject):
    """``changed`` carries the disks of a machine of which something new is known."""

    changed = Signal(tuple)

    def __init__(self, presenter: Presenter, units: formats.Units, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model = SourceListModel(self)
        self._presenter, self._units = presenter, units
        self.owners: dict[Paths, Owner] = {}
        """Of machines that run in this window."""
        self._lists: dict[Paths, Snapshots] = {}
        self._failures: dict[Paths, Failure] = {}
        self._stamps: dict[Paths, Stamps] = {}
        self._types: dict[str, str] = {}
        self._deleted: dict[Paths, Deletion | None] = {}

    def found(self, paths: Paths | None) -> Snapshots | None:
        """The list of a machine, None where it was not read yet or cannot be."""
        return self._lists.get(paths) if paths is not None else None

    def failure(self, paths: Paths) -> Failure | None:
        """Why a machine cannot be shown."""
        return self._failures.get(paths)

    def stamps(self, paths: Paths) -> Stamps | None:
        """What its files were just before it was read."""
        return self._stamps.get(paths)

    def deletion(self, paths: Paths) -> Deletion | None:
        """What was deleted last from its disks when it was read, also by another process; whether it can still be
        brought back is to be found out."""
        return self._deleted.get(paths)

    def owner(self, paths: Paths | None) -> Owner | None:
        """Who runs it here, None for images on which no machine of this window runs."""
        return self.owners.get(paths) if paths is not None else None

    def files_of(self, paths: Paths) -> Paths:
        """Its disks."""
        owner = self.owner(paths)
        return owner.files if owner is not None else paths

    def known(self, paths: Paths) -> bool:
        """Whether reading it has ended in one way or the other."""
        return paths in self._lists or paths in self._failures

    def paths(self) -> list[Paths]:
        """All machines, in the order in which they were opened."""
        return [entry.paths for entry in self.model.entries]

    def files(self) -> list[Paths]:
        """Those that are made of disk images, in the same order."""
        return [paths for paths in self.paths() if paths != DEMO]

    def name(self, paths: Paths) -> str:
        entry = self.model.entry(paths)
        return entry.name if entry is not None else ""

    def add(self, paths: Paths) -> None:
        """List a machine, as one that is being read; nothing happens if it is listed already."""
        if self.model.entry(paths) is None:
            self.model.put(SourceEntry(paths, SourceState.LOADING, SourceState.LOADING.word))

    def remove(self, paths: Paths) -> Paths | None:
        """Take a machine off the list; returns the one that comes next, None for none."""
        order = self.paths()
        place = order.index(paths)
        self.model.remove(paths)
        self.forget(paths)
        rest = [*order[place + 1 :], *reversed(order[:place])]
        return rest[0] if rest else None

    def forget(self, paths: Paths) -> None:
        """Know nothing of it any more: it is read again when it is asked for."""
        self._lists.pop(paths, None)
        self._failures.pop(paths, None)
        if self.model.entry(paths) is None:
            self._stamps.pop(paths, None)
            self._deleted.pop(paths, None)

    async def read(self, paths: Paths) -> None:
        """Read a machine that is listed.  Never raises: what keeps it from being read is its failure."""
        owner = self.owner(paths)
        try:
            self._stamps[paths] = await self._presenter.stamps(self.files_of(paths))
            found = await (owner.snapshots() if owner is not None else self._presenter.read(paths))
            self._deleted[paths] = await self._presenter.last_deletion(paths) if owner is None else None
        except Exception as error:
            self.forget(paths)
            if owner is not None:
                self._failures[paths] = owner.failure(error)
            else:
                failure = self._failures[paths] = describe(error, tr("Cannot be shown"), paths[0])
                self.model.mark(paths, SourceState.ERROR, failure.text.rstrip("."))
        else:
            self.forget(paths)
            self._lists[paths] = found
            self._describe(paths, found)
        if self.model.entry(paths) is None:  # closed meanwhile
            self.forget(paths)
            return
        self._types.clear()
        self.changed.emit(paths)

    def replace(self, paths: Paths, found: Snapshots) -> None:
        """The same list, with something else beside it."""
        if paths in self._lists:
            self._lists[paths] = found

    def set_units(self, units: formats.Units) -> None:
        self._units = units
        for paths, found in self._lists.items():
            self._describe(paths, found)

    def _describe(self, paths: Paths, found: Snapshots) -> None:
        """Its row in the list; of a machine that runs here its owner says the rest."""
        entry = self.model.entry(paths)
        if entry is not None:
            own = replace(entry, count=len(found.rows))
            self.model.put(own if found.owned else described(paths, found, self._units))

    def machine_type(self, source: str) -> str | None:
        """The machine type that a VM state names, None if it was not looked into yet."""
        return self._types.get(source)

    async def look_into(self, source: str) -> str:
        """Read it from the VM state; "" where none is named."""
        self._types[source] = await self._presenter.machine(source)
        return self._types[source]

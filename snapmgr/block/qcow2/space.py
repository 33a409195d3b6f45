"""What each snapshot takes up: clusters that only it uses, and those that it shares.  Counted by the walk of the check.

Every cluster belongs to a group, which is the set of its users: snapshots share nearly all they have, so there are few
groups however many clusters there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapmgr.block.qcow2.check import MOST_METADATA, check_image
from snapmgr.block.qcow2.entry import SIZES
from snapmgr.block.qcow2.faults import Faults
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.references import L1, References, user_of
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.block.qcow2.tally import Tally
from snapmgr.errors import ImageError, Unsupported
from snapmgr.work import Progress, no_progress

_MOST_SETS = 256 << 20
"""Bytes of sets of users that are kept: no image that somebody uses comes near it."""
_ROWS = 16 << 20
"""Bytes of the table of groups and users that is looked at at once."""

HARMLESS = frozenset(
    {
        "leaked-clusters",
        "dirty",
        "size-odd",
        "header-length",
        "snapshot-id-twice",
        "snapshot-twins",
        "snapshot-name-cut",
    }
)
"""Problems that say nothing against what is counted."""


@dataclass(frozen=True, slots=True)
class SnapshotSpace:
    """Bytes of clusters that only this snapshot uses, and of those that others or the disk of now use too.  The VM
    state's part of both is told apart; the rest is the disk, with all tables."""

    unique: int
    shared: int
    state_unique: int = 0
    state_shared: int = 0


class ImageSpace:
    """What the snapshots of one image take up, by their place in its table (``entries``)."""

    def __init__(self, image: Qcow2Image, sets: Sequence[int], clusters: NDArray[np.int64]) -> None:
        self.cluster_size = image.cluster_size
        self.entries: tuple[SnapshotEntry, ...] = image.metadata.snapshots
        self._version = image.header.version
        held = np.flatnonzero(clusters)
        self._sets = [sets[group] for group in held.tolist()]
        self._clusters = clusters[held]
        self._all = self._of_all()

    def of(self, entry: int) -> SnapshotSpace:
        return self._all[entry]

    def freed_by(self, gone: Collection[int]) -> int:
        """Bytes of the file that are free once all of these are deleted: what they share among themselves too."""
        gone = set(gone)
        users = _set_of(user_of(entry, state=state) for entry in gone for state in (False, True))
        clusters = sum(
            int(number) for one, number in zip(self._sets, self._clusters, strict=True) if one and not one & ~users
        )
        everyone = range(len(self.entries))
        table = self._table(everyone) - self._table([entry for entry in everyone if entry not in gone])
        return (clusters + table) * self.cluster_size

    def _table(self, kept: Iterable[int]) -> int:
        """Clusters of the snapshot table with these entries, as a change writes it."""
        length = 0
        for entry in (self.entries[index] for index in kept):
            more = max(0, SIZES - entry.extra_size) if self._version >= 3 else 0
            length += entry.length + more + 7 & ~7
        return -(-length // self.cluster_size)

    def _of_all(self) -> list[SnapshotSpace]:
        number = len(self.entries)
        both, states = np.zeros(number, np.int64), np.zeros(number, np.int64)
        width = (2 * number + 2 + 7) // 8
        step = max(1, _ROWS // (8 * width))
        for first in range(0, len(self._sets), step):
            raw = b"".join(one.to_bytes(width, "little") for one in self._sets[first : first + step])
            bits = np.unpackbits(np.frombuffer(raw, np.uint8).reshape(-1, width), axis=1, bitorder="little")
            weights = self._clusters[first : first + step]
            disk, state = bits[:, 2 : 2 + 2 * number : 2], bits[:, 3 : 3 + 2 * number : 2]
            both += weights @ (disk | state)
            states += weights @ state
        alone, states_alone = self._alone()
        size = self.cluster_size
        return [
            SnapshotSpace(one * size, (whole - one) * size, one_state * size, (state - one_state) * size)
            for one, whole, one_state, state in zip(
                alone.tolist(), both.tolist(), states_alone.tolist(), states.tolist(), strict=True
            )
        ]

    def _alone(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Clusters that one snapshot alone uses: all of them, and those of its VM state."""
        alone, states = np.zeros(len(self.entries), np.int64), np.zeros(len(self.entries), np.int64)
        for one, clusters in zip(self._sets, self._clusters.tolist(), strict=True):
            entry = (one.bit_length() - 1) // 2 - 1
            if entry < 0 or one & ((1 << user_of(entry, state=False)) - 1):
                continue
            alone[entry] += clusters
            if one >> user_of(entry, state=True):
                states[entry] += clusters
        return alone, states


def _set_of(users: Iterable[int]) -> int:
    """A set of users: a bit for each."""
    known = list(users)
    raw = bytearray(max(known, default=0) // 8 + 1)
    for user in known:
        raw[user // 8] |= 1 << user % 8
    return int.from_bytes(raw, "little")


class Sharing(References):
    """Notes by whom each cluster is used, beside how often."""

    tells_users = True

    def __init__(self, image: Qcow2Image, faults: Faults, tally: Tally) -> None:
        super().__init__(image, faults, tally)
        self._shared_image = image
        self._groups = np.zeros(len(self.counts), np.int32)
        self._sets = [0]
        self._numbers = {0: 0}
        self._joined: dict[tuple[int, tuple[int, ...]], int] = {}
        self._weight = 0
        self._by: tuple[int, ...] = ()
        self._quiet = False

    def used_by(self, users: Iterable[int]) -> None:
        self._by = tuple(users)

    def add_l1s(self, tables: Sequence[L1]) -> tuple[Words, NDArray[np.intp]]:
        self._quiet = True  # who uses an L2 table is known once all L1 tables are
        found = super().add_l1s(tables)
        self._quiet = False
        return found

    def add_l2(self, l2_offset: int, times: int, active: int) -> None:
        self._note(np.array([l2_offset // self._cluster]))
        super().add_l2(l2_offset, times, active)

    def _number(self, users: int) -> int:
        """The group of clusters with exactly these users."""
        if users not in self._numbers:
            self._weight += users.bit_length() // 8
            if self._weight > _MOST_SETS:
                raise Unsupported("too-many-snapshots", "too many snapshots share too little to be told apart")
            self._numbers[users] = len(self._sets)
            self._sets.append(users)
        return self._numbers[users]

    def _with(self, group: int) -> int:
        """The group that a cluster of ``group`` comes to, now that it has been met with here too."""
        key = (group, self._by)
        if key not in self._joined:
            self._joined[key] = self._number(self._sets[group] | _set_of(self._by))
        return self._joined[key]

    def _count(self, numbers: NDArray[np.int64], times: int) -> None:
        super()._count(numbers, times)
        if len(numbers) and not self._quiet:
            self._note(numbers)

    def _note(self, numbers: NDArray[np.int64]) -> None:
        """These clusters are used by those who are named now."""
        before = self._groups[numbers]
        if (before == before[0]).all():
            self._groups[numbers] = self._with(int(before[0]))
            return
        groups, places = np.unique(before, return_inverse=True)
        after = np.array([self._with(group) for group in groups.tolist()], np.int32)
        self._groups[numbers] = after[places]

    def _count_row(self, offset: int, length: int, times: int) -> None:
        super()._count_row(offset, length, times)
        row = self._groups[offset // self._cluster : (offset + length - 1) // self._cluster + 1]
        for group in np.unique(row).tolist():
            row[row == group] = -1 - self._with(group)  # negative: done
        np.subtract(-1, row, out=row)

    def space(self) -> ImageSpace:
        clusters = np.bincount(self._groups, minlength=len(self._sets)).astype(np.int64)
        clusters[0] = 0
        return ImageSpace(self._shared_image, self._sets, clusters)


def space_of(image: Qcow2Image, *, most_metadata: int = MOST_METADATA, progress: Progress = no_progress) -> ImageSpace:
    """Look through all tables of ``image``; ``progress`` is told the bytes of L2 tables.

    Raises ImageError ``damaged`` where they cannot be believed, Unsupported for more than ``most_metadata`` bytes of
    tables, and for an image that keeps its data elsewhere.
    """
    if image.header.has_data_file:
        raise Unsupported("snapshots-with-data-file", "the image keeps its data in another file", path=image.path)
    made: list[Sharing] = []

    def sharing(image: Qcow2Image, faults: Faults, tally: Tally) -> Sharing:
        made.append(Sharing(image, faults, tally))
        return made[0]

    checked = check_image(image, most_metadata=most_metadata, others=False, progress=progress, references=sharing)
    checked.require_complete()
    wrong = next((problem for problem in checked.problems if problem.code not in HARMLESS), None)
    if wrong is not None:
        message = f"the image is damaged, so nobody can say what is shared: {wrong.message}"
        raise ImageError("damaged", message, path=image.path, offset=wrong.offset, hint=wrong.hint)
    return made[0].space()

"""What is wrong with an image that opens: its header, snapshot table, tables and refcounts, and the files it names.

Only metadata is read, and never more than a bounded amount of it; an image too large for that is checked in part.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapmgr.block.problem import ImageProblem
from snapmgr.block.qcow2.bitmaps import read_bitmaps
from snapmgr.block.qcow2.faults import LOST, Faults
from snapmgr.block.qcow2.geometry import SECTOR
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.refcounts import (
    read_refcount_table,
    read_refcounts,
    refcounts_at,
    unreadable_refcounts,
)
from snapmgr.block.qcow2.references import ACTIVE, L1, REST, Refcounts, References, copied_flags, user_of
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.block.qcow2.tables import read_l1
from snapmgr.block.qcow2.tally import NO_LEAKS, Leaks, Tally
from snapmgr.errors import ImageError, SnapmgrError, Unsupported
from snapmgr.names import quoted
from snapmgr.work import Progress, no_progress

MOST_METADATA = 128 << 20
"""Bytes of tables that are read at most before the check is cut short."""
MOST_CLUSTERS = 1 << 25
"""Clusters of a file whose refcounts are compared: 2 TiB at 64 KiB each."""

_COMPARED = 1 << 20
"""Clusters whose refcounts are compared at once: bounds memory."""
_INCOMPLETE = 16


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, and how many bytes of tables, at least, nobody looked at because there are too many of them.

    ``tally`` is what QEMU counts; like ``leaks`` it says nothing where tables were left out.
    """

    problems: tuple[ImageProblem, ...]
    left_out: int
    tally: Tally
    leaks: Leaks = NO_LEAKS

    @property
    def complete(self) -> bool:
        return self.left_out == 0

    def require_complete(self) -> None:
        """Raise Unsupported ``too-many-tables`` where some tables were left out."""
        if not self.complete:
            size = self.left_out >> 20
            message = f"the image has more tables than are looked through: {size} MiB at least"
            raise Unsupported("too-many-tables", message)


def check_image(
    image: Qcow2Image,
    *,
    most_metadata: int = MOST_METADATA,
    others: bool = True,
    progress: Progress = no_progress,
    references: Callable[[Qcow2Image, Faults, Tally], References] = References,
) -> Checked:
    """Look for faults, in tables of ``most_metadata`` bytes at most: of larger ones in none at all, since a refcount
    is right or wrong only by all that refers to its cluster.  Without ``others`` the files that it
    names are left alone.  ``progress`` is told the bytes of L2 tables.  ``references`` makes what counts the uses.

    Raises SnapmgrError only where the file itself cannot be read.
    """
    faults, tally = Faults(), Tally()
    _check_header(image, faults)
    _check_snapshots(image, faults, tally)
    if others:
        _check_other_files(image, faults)
    try:
        _refuse_too_long(image)
        leaks, left_out = (
            _check_clusters(image, references(image, faults, tally), faults, tally, most_metadata, progress),
            0,
        )
    except _TooMuch as error:
        leaks, left_out = NO_LEAKS, error.left_out
    return Checked(tuple(faults.problems()), left_out, tally, leaks)


class _TooMuch(Exception):
    """There are more tables than may be read."""

    def __init__(self, left_out: int) -> None:
        self.left_out = left_out


def _refuse_too_long(image: Qcow2Image) -> None:
    """Before anything is allocated for each cluster.  Raises _TooMuch."""
    clusters = -(-image.file.size // image.cluster_size)
    if clusters > MOST_CLUSTERS:
        raise _TooMuch((clusters << image.header.refcount_order) // 8)


def _check_header(image: Qcow2Image, faults: Faults) -> None:
    header = image.header
    if image.corrupt:
        hint = "Reading is allowed, writing is not; snapctl check --repair all repairs it."
        faults.add("corrupt", "the image is marked as corrupt", 72, hint)
    if image.dirty:
        hint = "The next program that writes to it repairs the refcounts first."
        faults.add("dirty", "the image is marked as dirty: it was not closed, its refcounts may be stale", 72, hint)
    if header.header_length % 8:
        faults.add("header-length", f"the header's length, {header.header_length}, is no multiple of 8", 100)
    if header.raw_size % SECTOR:
        faults.add("size-odd", f"the disk's size, {header.raw_size}, is no multiple of 512: the rest is cut off", 24)
    if header.data_file_raw and not header.has_data_file:
        faults.add("data-file-raw", "the image claims a raw data file but has no external data file at all", 88)
    for name, offset, length in _header_tables(image):
        if length and offset + length - image.file.size >= image.cluster_size:
            code = f"{name.lower().replace(' ', '-')}-beyond-end"
            faults.add(code, f"the {name} lies behind the end of the file: it reads as zeros", offset, LOST)


def _header_tables(image: Qcow2Image) -> list[tuple[str, int, int]]:
    header = image.header
    return [
        ("L1 table", header.l1_offset, header.l1_size * 8),
        ("refcount table", header.refcount_table_offset, header.refcount_table_clusters * header.cluster_size),
    ]


def _check_snapshots(image: Qcow2Image, faults: Faults, tally: Tally) -> None:
    entries = image.metadata.snapshots
    if entries and image.header.has_data_file:
        message = "there are snapshots although the data is in another file: they cannot be used"
        faults.add("snapshots-with-data-file", message, image.header.snapshots_offset)
        tally.corruptions += 1
    for entry in entries:
        _check_entry(image, entry, faults, tally)
    for identity, times in Counter(entry.id for entry in entries if entry.id).items():
        if times > 1:
            alike = [entry for entry in entries if entry.id == identity]
            second, twins = alike[1], len({entry.name for entry in alike}) < times
            message = f"{times} snapshots have the id {quoted(second.id_text)}: programs find only the first by it"
            code, hint = "snapshot-id-twice", "Delete them by name."
            if twins:
                code, hint = "snapshot-twins", "Delete or rename all but one of those with the same name."
            faults.add(code, message, second.offset, hint)


def _check_entry(image: Qcow2Image, entry: SnapshotEntry, faults: Faults, tally: Tally) -> None:
    who = f"snapshot {quoted(entry.name_text[:60])} (entry {entry.index})"
    if entry.offset + entry.length > image.file.size:
        faults.add(
            "snapshot-table-cut", f"{who}: its table entry reaches behind the end of the file", entry.offset, LOST
        )
    if image.header.version >= 3 and entry.extra_size < _INCOMPLETE:
        message = f"{who}: the disk's size is missing from its table entry"
        faults.add("snapshot-incomplete", message, entry.offset, "Any change of its snapshots writes it.")
        tally.corruptions += 1
    if b"\0" in entry.id or b"\0" in entry.name:
        faults.add("snapshot-name-cut", f"{who}: its id or name goes on behind a zero byte", entry.offset)
    _check_sizes(image, entry, who, faults)
    try:
        image.check_snapshot_l1(entry)
    except ImageError as error:
        faults.add(error.code, f"{who}: {error.message}", error.offset, LOST)
        if entry.l1_size or entry.l1_offset % image.cluster_size:  # QEMU never goes to one without entries
            tally.corruptions += 1
        return
    if entry.l1_offset + entry.l1_size * 8 - image.file.size >= image.cluster_size:
        message = f"{who}: its L1 table lies behind the end of the file, so the disk reads as empty"
        faults.add("snapshot-l1-table-beyond-end", message, entry.offset, LOST)


def _check_sizes(image: Qcow2Image, entry: SnapshotEntry, who: str, faults: Faults) -> None:
    geometry = image.geometry
    mapped = entry.l1_size * geometry.l2_span
    if entry.disk_size % SECTOR:
        message = f"{who}: the disk's size, {entry.disk_size}, is no multiple of 512"
        faults.add("snapshot-disk-size", message, entry.offset + 48)
    elif entry.disk_size > mapped:
        message = f"{who}: its L1 table maps {mapped} bytes of a disk of {entry.disk_size}"
        faults.add("snapshot-disk-size", message, entry.offset + 48)
    elif entry.disk_size == 0 and image.size and entry.extra_size >= _INCOMPLETE:
        faults.add("snapshot-disk-size", f"{who}: the disk is said to have had no bytes", entry.offset + 48)
    if entry.vm_state_size and geometry.vm_state_offset(entry.disk_size) + entry.vm_state_size > mapped:
        message = f"{who}: a VM state of {entry.vm_state_size} bytes is more than its L1 table can map"
        faults.add("vm-state-size", message, entry.offset + 40)
    small = entry.vm_state_size if entry.vm_state_size < 1 << 32 else 0
    if entry.vm_state_size_32 not in (small, entry.vm_state_size & 0xFFFF_FFFF):
        message = (
            f"{who}: the VM state's size is {entry.vm_state_size_32} in one field and "
            f"{entry.vm_state_size} in the other, which counts"
        )
        faults.add("vm-state-size-differs", message, entry.offset + 32)


def _check_other_files(image: Qcow2Image, faults: Faults) -> None:
    """Whether the backing chain and the data file can be opened, to the last one."""
    try:
        image.data_file()
    except SnapmgrError as error:
        faults.add(error.code, error.message, None, error.hint or "")
    try:
        open_below(image)
    except SnapmgrError as error:
        faults.add(error.code, error.message, None, error.hint or "")


def open_below(image: Qcow2Image) -> None:
    """Open the backing chain to its last file, data files too.  Raises SnapmgrError for what is missing."""
    below = image
    while isinstance(backing := below.backing(), Qcow2Image):
        below = backing
        below.data_file()


def _check_clusters(
    image: Qcow2Image, references: References, faults: Faults, tally: Tally, most_metadata: int, progress: Progress
) -> Leaks:
    """Walk the tables of all layers and compare with the refcounts.  Raises _TooMuch."""
    header = image.header
    clusters = -(-image.file.size // image.cluster_size)
    sound = _sound_entries(image)
    l1_bytes = 8 * (header.l1_size + sum(entry.l1_size for entry in sound))
    refcount_bytes = (clusters << header.refcount_order) // 8
    if l1_bytes + refcount_bytes > most_metadata:
        raise _TooMuch(l1_bytes + refcount_bytes)
    tally.total_clusters = -(-image.size // image.cluster_size)
    active = image.active_l1()
    parts = _l1_tables(image, active, sound, states=references.tells_users)
    used, whose = references.add_l1s(parts)
    tables = _Tables(used, np.array([part.user for part in parts], np.int64)[whose])
    table_bytes = l1_bytes + refcount_bytes + len(tables.offsets) * image.cluster_size
    if table_bytes > most_metadata:
        raise _TooMuch(table_bytes)
    now = Counter(used[whose == 0].tolist())
    for index, (offset, number) in enumerate(zip(tables.offsets.tolist(), tables.times.tolist(), strict=True)):
        if references.tells_users:
            references.used_by(tables.users(index))
        references.add_l2(offset, number, now[offset])
        progress((index + 1) * image.cluster_size, len(tables.offsets) * image.cluster_size)
    _add_tables(image, references, sound, faults, tally)
    table = read_refcount_table(image.file, header)
    references.add_refcount_blocks(table)
    references.limit()
    number = len(references.counts)
    refcounts = Refcounts(
        read_refcounts(image.file, header, table, number),
        unreadable_refcounts(header, table, number),
        functools.partial(refcounts_at, image.file, header, table),
    )
    leaks = _compare(image, references, refcounts, faults, tally)
    copied_flags(image, active, refcounts, faults, tally)
    return leaks


def _l1_tables(image: Qcow2Image, active: Words, sound: Sequence[SnapshotEntry], *, states: bool) -> list[L1]:
    """That of the disk as it is now first, then those of the snapshots; with ``states`` disk and VM state apart."""
    parts = [L1(active, image.header.l1_offset, ACTIVE)]
    for entry in sound:
        words, disk = read_l1(image.file, entry.l1_offset, entry.l1_size), image.geometry.l1_entries(entry.disk_size)
        if not states:
            parts.append(L1(words, entry.l1_offset, user_of(entry.index, state=False)))
            continue
        for piece, state in ((slice(0, disk), False), (slice(disk, None), True)):
            place = entry.l1_offset + 8 * (disk if state else 0)
            parts.append(L1(words[piece], place, user_of(entry.index, state=state)))
    return parts


class _Tables:
    """The L2 tables of all layers: ``offsets``, each once, and how many ``times`` L1 entries name it."""

    def __init__(self, used: Words, users: NDArray[np.int64]) -> None:
        order = np.argsort(used, kind="stable")
        self.offsets, self._first, self.times = np.unique(used[order], return_index=True, return_counts=True)
        self._users = users[order]

    def users(self, index: int) -> list[int]:
        """Whose L1 entries name it."""
        first = int(self._first[index])
        found: list[int] = self._users[first : first + int(self.times[index])].tolist()
        return found


def _sound_entries(image: Qcow2Image) -> list[SnapshotEntry]:
    """The snapshots whose L1 table can be read at all."""
    sound = []
    for entry in image.metadata.snapshots:
        try:
            image.check_snapshot_l1(entry)
        except ImageError:
            continue  # already reported with the snapshot table
        sound.append(entry)
    return sound


def _add_tables(
    image: Qcow2Image, references: References, sound: Sequence[SnapshotEntry], faults: Faults, tally: Tally
) -> None:
    """Header, tables, snapshot table and L1 tables, encryption header, bitmaps."""
    header = image.header
    references.used_by([REST])
    references.add_range(0, image.cluster_size)
    for _, offset, length in _header_tables(image):
        references.add_range(offset, length)
    for entry in sound:
        references.used_by([user_of(entry.index, state=False)])
        references.add_range(entry.l1_offset, entry.l1_size * 8)
    references.used_by([REST])
    if image.metadata.snapshots:
        last = image.metadata.snapshots[-1]
        references.add_range(header.snapshots_offset, last.offset + last.length - header.snapshots_offset)
    if image.metadata.extensions.crypto:
        references.add_range(*image.metadata.extensions.crypto)
    _add_bitmaps(image, references, faults, tally)


def _add_bitmaps(image: Qcow2Image, references: References, faults: Faults, tally: Tally) -> None:
    listed = image.metadata.extensions.bitmaps
    if listed is None:
        return
    references.add_range(listed.directory_offset, listed.directory_size)
    try:
        tables = read_bitmaps(image.file, image.header, listed)
    except ImageError as error:
        faults.add(error.code, error.message, error.offset, error.hint or "")
        tally.corruptions += 1
        return
    for table in tables:
        references.add_range(table.offset, table.length)
        references.add_clusters(table.clusters, 1)


def _compare(image: Qcow2Image, references: References, refcounts: Refcounts, faults: Faults, tally: Tally) -> Leaks:
    number = len(references.counts)
    if references.counts[-1] == 0:
        number -= 1  # the cluster behind the end of the file matters only if something uses it
    tally.image_end = image.cluster_size
    leaked = []
    for first in range(0, number, _COMPARED):
        piece = slice(first, min(first + _COMPARED, number))
        used, unknown = references.counts[piece], refcounts.unknown[piece]
        counted = refcounts.counts[piece].astype(np.int64, casting="unsafe")
        counted[counted < 0] = np.iinfo(np.int64).max
        place = first * image.cluster_size
        low, high = ~unknown & (counted < used), ~unknown & (counted > used)
        faults.count_where("refcount-too-low", low, place, image.cluster_size)
        faults.count_where("leaked-clusters", high, place, image.cluster_size)
        tally.corruptions += int(np.count_nonzero(low))
        leaked.append(np.flatnonzero(high) + first)
        tally.leaks += len(leaked[-1])
        tally.check_errors += int(np.count_nonzero(unknown))
        either = np.flatnonzero(~unknown & ((counted != 0) | (used != 0)))
        if len(either):
            tally.image_end = (first + int(either[-1]) + 1) * image.cluster_size
    clusters = np.concatenate(leaked) if leaked else NO_LEAKS.clusters
    return Leaks(clusters, references.counts[clusters])

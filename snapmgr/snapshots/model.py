"""Snapshots as rows over the disks of one machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from snapmgr.block.problem import ImageProblem as ImageProblem
from snapmgr.errors import SnapmgrError
from snapmgr.sidecar.keys import Key, snapshot_key

HOLD_NO_SNAPSHOTS = frozenset({"raw-disk", "foreign-format"})
"""Errors that say of a disk that there is nothing to list in it."""


@dataclass(frozen=True, slots=True)
class DiskSnapshot:
    """One entry of one qcow2's snapshot table.  Sizes in bytes, clocks in ns; ``icount`` None = not recorded.

    ``name`` and ``id`` are decoded as UTF-8 with surrogateescape: a tag may hold any bytes.
    ``disk_size`` is the size the disk had then (the current size where an old entry does not say).  ``l1_offset`` is
    where its tables begin in the file.
    """

    id: str
    name: str
    vm_state_size: int
    date_sec: int
    date_nsec: int
    vm_clock_nsec: int
    icount: int | None
    disk_size: int
    index: int = 0
    """Its place in the table."""
    l1_offset: int = field(default=0, repr=False, compare=False)

    @property
    def key(self) -> Key:
        """Under which the sidecar knows it."""
        return snapshot_key(self.id, self)

    @property
    def dated(self) -> bool:
        """Whether the entry says when it was made: nobody made one in the first second of 1970."""
        return self.date_sec != 0


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """One disk of the machine.  ``error`` says why it cannot hold or show snapshots (None = it can).

    ``unchecked`` says in one sentence why its tables were not looked through for ``problems`` (None = they were).
    ``backing`` is the backing file as the image names it, ``backing_file`` the path of it, None where it is none or one
    that is not to be touched.
    ``closed`` says why its contents cannot be read although its snapshots are listed: a file that it needs is missing.
    ``fixed`` says why its snapshots cannot be changed and none can be made, ``unloadable`` why none can be loaded (None
    = nothing is known that speaks against it); that it is ``in_use`` speaks against either.
    ``in_use`` names the holder in words (``qemu-system-x86, 4711`` or ``another process``), None = nobody.
    """

    path: str
    format: str
    virtual_size: int
    cluster_size: int | None
    in_use: str | None = None
    error: SnapmgrError | None = None
    problems: tuple[ImageProblem, ...] = ()
    encrypted: bool = False
    backing: str | None = None
    backing_file: str | None = None
    unchecked: str | None = None
    closed: SnapmgrError | None = None
    fixed: SnapmgrError | None = None
    unloadable: SnapmgrError | None = None

    @property
    def readable(self) -> bool:
        """Whether the disk's contents can be read, as far as can be told without reading all of them."""
        return self.error is None and not self.encrypted and self.closed is None

    @property
    def unread(self) -> bool:
        """Whether snapshots may be in there that nobody has seen; other formats have none."""
        return self.error is not None and self.error.code not in HOLD_NO_SNAPSHOTS


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A name across disks: ``entries`` maps each device path that has it to its table entry, in device order.

    The scalar fields are those of the entry that holds the VM state, else of the first device that has the name.
    ``missing`` are the devices that could have it and do not; ``differs`` says in words where id, date or VM clock
    differ between disks (empty = alike), which should not be; ``disk_size_differs`` says it of sizes, which is nothing
    unusual.
    """

    name: str
    id: str
    vm_state_size: int
    date_sec: int
    date_nsec: int
    vm_clock_nsec: int
    icount: int | None
    disk_size: int
    entries: Mapping[str, DiskSnapshot]
    missing: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    disk_size_differs: str = ""

    @property
    def dated(self) -> bool:
        """Whether the date is recorded, see ``DiskSnapshot.dated``."""
        return self.date_sec != 0

    @property
    def clocked(self) -> bool:
        """Whether the VM clock is recorded: what was saved without a machine has one of 0, which says nothing."""
        return self.vm_clock_nsec != 0 or not self.disk_only

    @property
    def disk_sizes(self) -> dict[str, int]:
        """The size that each disk had then, in bytes, by device path and in device order."""
        return {path: entry.disk_size for path, entry in self.entries.items()}

    @property
    def disk_only(self) -> bool:
        return self.vm_state_size == 0

    @property
    def state_device(self) -> str | None:
        """Path of the disk that holds the VM state, None for a disk-only snapshot."""
        return next((path for path, entry in self.entries.items() if entry.vm_state_size), None)


@dataclass(frozen=True, slots=True)
class Beside:
    """What no image holds of its snapshots, by positions of ``Snapshots.rows``; what is not in there is not known.

    ``parents`` says what each came from, None for nothing; ``screens`` the key under which a screen is kept;
    ``current`` the one that all disks were last saved as or loaded from.  ``damaged`` are files that were set aside.
    """

    notes: Mapping[int, str] = field(default_factory=dict)
    screens: Mapping[int, Key] = field(default_factory=dict)
    parents: Mapping[int, int | None] = field(default_factory=dict)
    current: int | None = None
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshots:
    """What ``list_snapshots`` found: the disks in the order given, and the names across them in table order.

    What stands ``beside`` them is looked up by ``beside.with_beside``.  ``owned``: a machine of this process has the
    disks open, so that whatever is done with them goes through it.
    """

    devices: tuple[DeviceInfo, ...]
    rows: tuple[SnapshotRow, ...]
    beside: Beside = field(default_factory=Beside)
    owned: bool = False

    def having(self, rows: Iterable[SnapshotRow]) -> list[str]:
        """Paths of the disks that have one of these, in the order of the disks."""
        some = {path for row in rows for path in row.entries}
        return [device.path for device in self.devices if device.path in some]

    def place(self, row: SnapshotRow) -> int:
        """Position of one of ``rows``; -1 for another."""
        return next((place for place, one in enumerate(self.rows) if one is row), -1)

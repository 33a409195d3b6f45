"""The machine's disks: block devices that are given away and taken back (block.c: bdrv_inactivate_all, bdrv_activate).

Who has given a disk away holds no lock on it and does not touch it, so that another machine may run with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from snapmgr.block import images, lock
from snapmgr.block.device import BlockDevice
from snapmgr.block.held import HeldDevice
from snapmgr.block.raw import RawFile
from snapmgr.errors import SnapmgrError

Opener = Callable[[], BlockDevice]


class Disk:
    """One disk.  ``opener`` opens its device, again after it was given away; ``name`` is for messages.

    One that is not ``active`` yet is taken over at the end of a load.
    """

    def __init__(self, name: str, opener: Opener, *, active: bool = True) -> None:
        self.name = name
        self._opener = opener
        self._device: BlockDevice | None = opener() if active else None
        self._held: HeldDevice | None = None

    @property
    def active(self) -> bool:
        return self._device is not None

    @property
    def device(self) -> BlockDevice:
        """What the guest reads and writes.  Raises as ``storage``."""
        return self._held or self.storage

    @property
    def storage(self) -> BlockDevice:
        """Where it is kept.  Raises SnapmgrError ``disk-inactive`` while the disk is given away."""
        if self._device is None:
            raise SnapmgrError("disk-inactive", f"{self.name} was given away by a migration", path=self.name)
        return self._device

    def hold(self) -> None:
        """``storage`` stays as it is from now on; what the guest writes waits in memory."""
        self._held = HeldDevice(self.storage)

    def let_go(self) -> None:
        """What waits is written; more than once is harmless, and from any thread.

        Raises what writing raises: the guest's next write tries again.
        """
        if self._held is not None:
            self._held.let_go()
            self._held = None

    def inactivate(self) -> None:
        """Flush and let go; more than once is harmless."""
        if self._device is not None:
            self.device.flush()
            self.device.close()
            self._device = self._held = None

    def activate(self) -> None:
        """Take it back.  Raises InUse where somebody else has it now."""
        if self._device is None:
            self._device = self._opener()

    def close(self) -> None:
        """For good; what was written is flushed."""
        self.inactivate()


class MemoryDisk(Disk):
    """A disk that lives as long as its device: for machines without files."""

    def __init__(self, name: str, device: BlockDevice, *, active: bool = True) -> None:
        super().__init__(name, lambda: device, active=active)


def open_disk(path: Path, *, active: bool = True) -> Disk:
    """A raw or qcow2 image, with the locks that a QEMU which writes it would hold.

    Raises InUse, NotFound, Unsupported for images in other formats, and what ``Qcow2Disk`` raises.
    """
    return Disk(str(path), lambda: open_device(path), active=active)


def open_device(path: Path) -> BlockDevice:
    """What ``open_disk`` opens."""
    file = RawFile.open(path, writable=True)
    try:
        form = images.format_of(file)
        if form == "qcow2":
            file.close()
            return images.open_disk(path)
        if form != "raw":
            raise images.not_qcow2(path, form)
        lock.acquire(file.descriptor, lock.Use.WRITE, path)
        return file
    except BaseException:
        file.close()
        raise


def inactivate_all(disks: Iterable[Disk]) -> None:
    """Give all away, or none: where one refuses, those before it are taken back and its error is raised."""
    done: list[Disk] = []
    try:
        for disk in disks:
            disk.inactivate()
            done.append(disk)
    except (SnapmgrError, OSError):
        for disk in done:
            disk.activate()
        raise


def activate_all(disks: Iterable[Disk]) -> None:
    """Take all back, or none."""
    done: list[Disk] = []
    try:
        for disk in disks:
            if not disk.active:
                disk.activate()
                done.append(disk)
    except (SnapmgrError, OSError):
        for disk in done:
            disk.inactivate()
        raise

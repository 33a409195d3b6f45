"""The machine's disks: block devices that are given away and taken back (block.c: bdrv_inactivate_all, bdrv_activate).

Who has given a disk away holds no lock on it and does not touch it, so that another machine may run with it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from snapmgr.block import images, lock
from snapmgr.block.device import BlockDevice
from snapmgr.block.held import MOST, HeldDevice
from snapmgr.block.raw import RawFile
from snapmgr.block.reserve import reserve_for
from snapmgr.errors import SnapmgrError

Opener = Callable[[], BlockDevice]


class Disk:
    """One disk.  ``opener`` opens its device, again after it was given away; ``name`` is for messages.  ``viewer``
    opens it for reading while another machine writes to it.

    One that is not ``active`` yet is taken over at the end of a load.
    """

    def __init__(self, name: str, opener: Opener, *, active: bool = True, viewer: Opener | None = None) -> None:
        self.name = name
        self._opener = opener
        self._viewer = viewer or opener
        self._device: BlockDevice | None = opener() if active else None
        self._held: HeldDevice | None = None
        self.wrote: Callable[[int, int], None] = lambda offset, length: None
        """Told where the guest wrote, and how many bytes."""

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

    def hold(self, *, most: int = MOST, reserving: bool = False) -> None:
        """``storage`` stays as it is from now on; what the guest writes waits in memory, ``most`` bytes of it.

        ``reserving``: nothing waits that would find no room then; the guest's write is refused instead.
        """
        self._held = HeldDevice(self.storage, most=most, reserve=reserve_for(self.storage) if reserving else None)

    @property
    def held(self) -> HeldDevice | None:
        """What the guest's writes wait in, if they do."""
        return self._held

    def look_on(self) -> HeldDevice:
        """See it as it is now, while another machine has it.  What is put or written here waits until ``activate``.

        What waited is forgotten.  Raises as the opener does.
        """
        self.look_away()
        self._held = HeldDevice(self._viewer(), most=sys.maxsize)
        return self._held

    def look_away(self) -> None:
        """Forget what waits, and let go of what was looked at or had."""
        if self._held is not None:
            self._held.drop()
        open_one = self._held or self._device
        if open_one is not None:
            open_one.close()
        self._held = self._device = None

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
        """Take it back, with what waits since ``look_on``.  Raises InUse where somebody else has it now."""
        if self._device is None:
            self._device = self._opener()
            if self._held is not None:
                self._held.move_to(self._device)
                self.let_go()

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
    return Disk(str(path), lambda: open_device(path), active=active, viewer=lambda: view_device(path))


def view_device(path: Path) -> BlockDevice:
    """A disk as it is, to be read while another process writes to it.  Raises as ``open_disk``, but not InUse."""
    file = RawFile.open(path)
    try:
        form = images.format_of(file)
        if form == "qcow2":
            file.close()
            return images.open_image(path, use=lock.Use.SHARE)
        if form != "raw":
            raise images.not_qcow2(path, form)
        lock.share(file.descriptor)
        return file
    except BaseException:
        file.close()
        raise


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

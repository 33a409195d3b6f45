"""The VM state that a snapshot of a qcow2 image keeps, as a source: ``IMAGE@TAG``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from snapmgr.block.images import open_image
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.block.qcow2.tags import find_tag, listed
from snapmgr.block.qcow2.texts import DISK_ONLY
from snapmgr.block.qcow2.vmstate import VmState
from snapmgr.containers.pieces import PIECE, memory, read_ahead
from snapmgr.errors import NotFound, SnapmgrError, UsageError
from snapmgr.names import quoted

_MAPPED = b"\x0amapped-ram"
"""How a capability stands in the configuration section, which is the first of a stream: its length, its name."""
_HEAD, _TAIL = 4096, 2 << 20


class VmStateSource:
    """A Source over the VM state of one snapshot; the image stays open, and locked as a reader's, until ``close``.

    ``size`` is the size that the snapshot table records, cut to what the snapshot's tables can map at all (then
    ``complete`` is False).  Of a mapped-ram stream QEMU records how much it wrote, pages left out (m: 11.1): there it
    is where the last contents end.
    """

    def __init__(self, path: str | Path, tag: str | None = None, *, allow_roots: Sequence[Path] = ()) -> None:
        """Without ``tag`` the image's only VM state.

        Raises UsageError ``which-snapshot`` (the hint lists them) or ``ambiguous-snapshot``, NotFound
        ``snapshot-not-found`` or ``no-vm-state``, SnapmgrError ``disk-only``, Unsupported where the image is encrypted
        or none of ours, ImageError where it is damaged.
        """
        self.path: Path | None = Path(path)
        self.container = "qcow2"
        self.origin = 0
        self._image = open_image(path, allow_roots=allow_roots)
        try:
            self.snapshot: SnapshotEntry = _chosen(self._image, tag, path)
            self._state: VmState = self._image.vm_state(self.snapshot)
            self._fill(0, memoryview(bytearray(1)))  # encryption is said now, not in the middle
        except BaseException as error:
            self._image.close()
            if isinstance(error, SnapmgrError) and error.path is None:
                error.path = str(path)
            raise
        name = self.snapshot.name_text or f"id:{self.snapshot.id_text}"
        self.tag: str | None = self.snapshot.name_text if tag is None else tag
        self.label = f"{Path(path).name}@{name}"
        self.size = _end(self._state)
        self.complete = self._state.size == self._state.recorded

    @property
    def readable(self) -> int:
        """Bytes up to the end of what is mapped: QEMU ignores the recorded size and reads until the stream ends."""
        return self._state.readable

    def read(self, offset: int, length: int) -> memoryview:
        """Bytes ``[offset, offset + length)``, fewer at the end of what is mapped.

        Raises ImageError where the tables are damaged, SnapmgrError ``file-changed`` where the image was cut off since
        it was opened: somewhere from its ``offset`` on.
        """
        start = max(offset, 0)
        return self._piece(start, max(0, min(offset + length, max(self.size, self.readable)) - start))

    def chunks(self, offset: int = 0, room: int = 0) -> Iterator[memoryview]:
        """The state from ``offset`` to its recorded end in pieces of some MiB."""
        return read_ahead(self._fill, offset, self.size, room)

    def beyond(self) -> Iterator[memoryview]:
        """What is mapped behind the recorded end, in pieces."""
        at = self.size
        while len(piece := self.read(at, PIECE)):
            yield piece
            at += len(piece)

    def _piece(self, offset: int, length: int) -> memoryview:
        buffer = memory(length)
        self._fill(offset, buffer)
        return buffer.toreadonly()

    def _fill(self, offset: int, buffer: memoryview) -> None:
        try:
            self._state.read_into(offset, buffer)
        except SnapmgrError as error:
            if error.path is None:
                error.path = str(self.path)
            if error.code == "file-changed":  # an offset in the image so far, which means nothing in the stream
                error.offset = offset
            raise

    def close(self) -> None:
        """Close the image and drop its locks; what was read stays."""
        self._image.close()


def _end(state: VmState) -> int:
    """Where the stream ends."""
    if state.readable <= state.size or _MAPPED not in state.read(0, _HEAD):
        return state.size
    start = max(state.size, state.readable - _TAIL)
    behind = state.read(start, state.readable - start).rstrip(b"\0")  # a description stands last: no zeros
    return start + len(behind)


def _chosen(image: Qcow2Image, tag: str | None, path: str | Path) -> SnapshotEntry:
    if tag is not None:
        entry = image.snapshots[find_tag([(entry.id_text, entry.name_text) for entry in image.snapshots], tag, path)]
        if entry.vm_state_size == 0:
            raise SnapmgrError(
                "disk-only",
                f"the snapshot {quoted(tag)} of {path} has no VM state: only the disk was saved",
                path=path,
                hint="Export its disk instead.",
                qemu=DISK_ONLY,
            )
        return entry
    states = [entry for entry in image.snapshots if entry.vm_state_size]
    if len(states) == 1:
        return states[0]
    if not states:
        kinds = "only snapshots without VM state" if image.snapshots else "no snapshots"
        raise NotFound(
            "no-vm-state",
            f"{path} has {kinds}",
            path=path,
            hint="Name a disk that holds the machine's VM state, or a migration stream.",
        )
    there = listed([(entry.id_text, entry.name_text) for entry in states])
    raise UsageError(
        "which-snapshot",
        f"{path} has {len(states)} snapshots with VM state",
        path=path,
        hint=f"Say which one, as IMAGE@TAG: {there}",
    )

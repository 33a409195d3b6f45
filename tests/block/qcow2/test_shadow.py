"""A change that is cut off anywhere leaves the old image or the new one, each of them whole."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2 import change
from snapmgr.block.qcow2.check import check_image
from snapmgr.block.qcow2.entry import NewEntry
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.block.qcow2.state_writer import StateWriter
from snapmgr.errors import SnapmgrError
from tests import corpus
from tests.block.recording import Flush, Recording, Write, losses, prefixes

CASES = [
    name
    for name in ("fmt-cs512", "fmt-v2", "fmt-v3", "fmt-extl2-cs16k", "fmt-zlib-4k", "fmt-resized-4k")
    if name in corpus.images()
]
State = list[tuple[bytes, bytes, str]]
CHANGES: dict[str, Callable[[Shadow], None]] = {
    "create": lambda shadow: change.create(shadow, NewEntry(b"77", b"new", 5, 6, shadow.image.header.raw_size)),
    "delete": lambda shadow: change.delete(shadow, shadow.image.snapshots[:1]),
    "delete all": lambda shadow: change.delete(shadow, shadow.image.snapshots),
    "apply": lambda shadow: change.apply(shadow, shadow.image.snapshots[0]),
    "rename": lambda shadow: change.rename(shadow, shadow.image.snapshots[-1], b"another " * 20),
}


@pytest.fixture
def content(case: str, tmp_path: Path) -> bytes:
    return corpus.unpack_image(case, tmp_path)[f"{case}.qcow2"].read_bytes()


def state(content: bytes) -> State:
    """What is in an image: the disk now and of every snapshot, and their VM states; it must be sound."""
    image = Qcow2Image(MemoryDevice(content))
    found = check_image(image)
    assert found.complete and not found.problems
    whole = [(b"", b"", _digest(image.active.pread_into, image.size))]
    for entry in image.snapshots:
        view, vm_state = image.at(entry), image.vm_state(entry)
        digest = _digest(view.pread_into, entry.disk_size) + _digest(vm_state.read_into, vm_state.size)
        whole.append((entry.id, entry.name, digest))
    return whole


def _digest(pread_into: Callable[[int, memoryview], None], size: int) -> str:
    buffer = bytearray(size)
    pread_into(0, memoryview(buffer))
    return hashlib.sha256(buffer).hexdigest()


def recorded(content: bytes, kind: str) -> Recording:
    file = Recording(content)
    shadow = change.begin(Qcow2Image(file))
    CHANGES[kind](shadow)
    shadow.prepare()
    shadow.commit()
    return file


def looked_at(actions: int, switch: int, chance: random.Random) -> set[int]:
    """Some moments of a change, and all about its switch; every one where ``SNAPMGR_LONG`` is set."""
    if "SNAPMGR_LONG" in os.environ or actions <= 8:
        return set(range(actions + 1))
    return {0, *range(switch - 1, switch + 3), *chance.sample(range(actions), 3)}


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("case", CASES)
def test_whatever_comes_through_is_old_or_new(content: bytes, kind: str) -> None:
    file = recorded(content, kind)
    before, after = state(content), state(file.content)
    assert before != after or kind == "apply"
    switch = max(place for place, action in enumerate(file.actions) if isinstance(action, Write))
    assert isinstance(file.actions[switch - 1], Flush) and isinstance(file.actions[switch + 1], Flush)
    assert file.actions[switch] == Write(0, file.content[:512])
    chance = random.Random(kind)
    moments = looked_at(len(file.actions), switch, chance)
    for done, left in prefixes(content, file.actions):
        if done in moments:
            assert state(left) == (after if done > switch else before)
    for done, left in losses(content, file.actions, chance):
        if done not in moments:
            continue
        found = state(left)
        assert found == (after if done > switch + 1 else before) or (done == switch + 1 and found in (before, after))


@pytest.mark.parametrize("case", CASES)
def test_what_the_old_image_uses_is_not_written_to(content: bytes) -> None:
    for kind in CHANGES:
        file = recorded(content, kind)
        free = Shadow(Qcow2Image(Recording(content))).allocation.now == 0
        cluster = Qcow2Image(MemoryDevice(content)).cluster_size
        *earlier, _ = [action for action in file.actions if isinstance(action, Write)]
        for write in earlier:
            first, last = write.offset // cluster, (write.offset + len(write.data) - 1) // cluster
            assert free[first : last + 1].all()


@pytest.mark.parametrize("case", CASES)
def test_what_is_abandoned_leaves_no_byte(content: bytes) -> None:
    file = Recording(content)
    shadow = change.begin(Qcow2Image(file))
    change.create(shadow, NewEntry(b"77", b"new", 5, 6, shadow.image.header.raw_size))
    shadow.prepare()
    shadow.abandon()
    assert len(file.content) == len(content)
    assert state(file.content) == state(content)


@pytest.mark.parametrize("case", CASES)
def test_what_was_switched_can_go_back_at_once(content: bytes) -> None:
    file = Recording(content)
    shadow = change.begin(Qcow2Image(file))
    change.delete(shadow, shadow.image.snapshots)
    shadow.prepare()
    shadow.commit()
    shadow.go_back()
    shadow.abandon()
    assert state(file.content) == state(content)


def test_a_disk_that_fills_up_leaves_the_image_as_it_was(tmp_path: Path) -> None:
    class Full(MemoryDevice):
        def resize(self, size: int) -> None:
            if size > self.size:
                raise SnapmgrError("cannot-write", "no space left on device")
            super().resize(size)

    content = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"].read_bytes()
    file = Full(content)
    shadow = change.begin(Qcow2Image(file))
    with pytest.raises(SnapmgrError, match="no space left"):
        change.create(shadow, NewEntry(b"77", b"new", 5, 6, shadow.image.header.raw_size))
    shadow.abandon()
    assert state(file.content) == state(content)


@pytest.mark.parametrize("most", [1 << 40, 30 << 20], ids=["any length", "no longer than it must"])
def test_a_file_grows_in_few_steps_under_a_vm_state(tmp_path: Path, most: int) -> None:
    class Steps(MemoryDevice):
        def resize(self, size: int) -> None:
            if size > most:
                raise SnapmgrError("cannot-write", "file too large")
            lengths.append(size)
            super().resize(size)

    lengths: list[int] = []
    file = Steps(corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"].read_bytes())
    shadow = change.begin(Qcow2Image(file))
    with StateWriter(shadow) as writer:
        for number in range(6):
            writer.write(bytes([number]) * (4 << 20))
        tables = writer.tables()
    assert len(lengths) <= 4 or most == 30 << 20
    change.create(shadow, NewEntry(b"77", b"new", 5, 6, shadow.image.header.raw_size, vm_state_size=24 << 20), tables)
    shadow.prepare()
    shadow.commit()
    assert file.size == shadow.allocation.end, "what it grew too much is cut off"
    image = Qcow2Image(file)
    vm_state, piece = image.vm_state(image.snapshots[-1]), bytearray(4 << 20)
    for number in range(6):
        vm_state.read_into(number * len(piece), memoryview(piece))
        assert piece == bytes([number]) * len(piece)

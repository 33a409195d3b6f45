"""Edits by name: what they reach, what they refuse, and what they leave alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import NotFound, UsageError
from snapmgr.inspect.index import index_stream
from snapmgr.replica.edit import edit, find_place, scalars
from snapmgr.replica.machine import Replica
from tests import corpus
from tests.replica.reload import written


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    path = tmp_path / "in.mig"
    path.write_bytes(corpus.stream_bytes("pc-halt.v72"))
    with closing(open_source(str(path))) as source:
        yield Replica.from_stream(source)


def changed_bytes(replica: Replica) -> list[tuple[int, int]]:
    """(offset, byte) wherever what the replica writes is not what it was made from."""
    before, after = corpus.stream_bytes("pc-halt.v72"), written(replica)
    assert len(before) == len(after)
    return [(at, new) for at, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]


def test_a_number_changes_its_own_bytes_and_no_others(replica: Replica) -> None:
    done = edit(replica, "cpu/env.regs[0]=0x01020304A5A5A5A4")
    assert (done.before, done.after) == ("2779096485 (0xa5a5a5a5)", "72623862485198244 (0x1020304a5a5a5a4)")
    changed = changed_bytes(replica)
    assert [byte for _, byte in changed] == [1, 2, 3, 4, 0xA4]
    assert changed[-1][0] - changed[0][0] == 7


def test_bytes_within_a_buffer(replica: Replica) -> None:
    edit(replica, "0000:00:01.0/PIIX3/dev.config[0]@0x60=0102")
    assert [byte for _, byte in changed_bytes(replica)] == [1, 2]


@pytest.mark.parametrize("device", ["dma (1)", "i8259 (1)"])
def test_instances_are_told_apart(replica: Replica, device: str) -> None:
    field = "command" if device.startswith("dma") else "imr"
    value = 0x55 if find_place(replica, f"{device}/{field}")[1].get() != 0x55 else 0x54
    edit(replica, f"{device}/{field}={value}")
    assert find_place(replica, f"{device}/{field}")[1].get() == value
    assert find_place(replica, f"{device.split(' ')[0]}/{field}")[1].get() != value
    assert len(changed_bytes(replica)) == 1


def test_every_value_has_a_name_that_reaches_it(replica: Replica) -> None:
    for device in replica.devices.values():
        for way in scalars(device):
            assert find_place(replica, way)[0] is device


def test_ram_reads_back(replica: Replica, tmp_path: Path) -> None:
    edit(replica, "ram/pc.ram@0xf00ffe=01020304")
    edit(replica, "ram/pc.ram@0x7c00=90")
    target = tmp_path / "out.mig"
    target.write_bytes(written(replica))
    with closing(open_source(str(target))) as source:
        index = index_stream(source)
        assert not index.problems
        assert bytes(index.ram.read("pc.ram", 0xF00FFD, 6)) == b"\0\1\2\3\4\0"
        assert bytes(index.ram.read("pc.ram", 0x7C00, 1)) == b"\x90"


@pytest.mark.parametrize(
    ("text", "error", "code"),
    [
        ("cpu", UsageError, "edit-syntax"),
        ("=1", UsageError, "edit-syntax"),
        ("nobody/x=1", NotFound, "no-such-device"),
        ("cpu/nothing=1", NotFound, "no-such-field"),
        ("cpu/env.regs[16]=1", NotFound, "no-such-field"),
        ("cpu/env.eip[0]=1", NotFound, "no-such-field"),
        ("cpu/env.eip.x=1", NotFound, "no-such-field"),
        ("cpu/env.regs=1", UsageError, "edit-value"),
        ("cpu/env.eip=many", UsageError, "edit-value"),
        ("cpu/env.eip=0x10000000000000000", UsageError, "edit-range"),
        ("i8259/imr=256", UsageError, "edit-range"),
        ("i8259/imr=-1", UsageError, "edit-range"),
        ("0000:00:01.0/PIIX3/dev.config[0]=00", UsageError, "edit-range"),
        ("0000:00:01.0/PIIX3/dev.config[0]@0xff=0000", UsageError, "edit-range"),
        ("0000:00:01.0/PIIX3/dev.config[0]@0=xy", UsageError, "edit-value"),
        ("ram/pc.ram=00", UsageError, "edit-syntax"),
        ("ram/none@0=00", NotFound, "no-such-block"),
        ("ram/pc.ram@0x1000000=00", UsageError, "edit-range"),
        ("ram/pc.ram@0=", UsageError, "edit-range"),
    ],
)
def test_what_cannot_be_edited_is_said_and_changes_nothing(
    replica: Replica, text: str, error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as caught:
        edit(replica, text)
    assert caught.value.code == code  # type: ignore[attr-defined]
    assert changed_bytes(replica) == []

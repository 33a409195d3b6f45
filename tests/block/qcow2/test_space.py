"""What snapshots take up: what is said before a deletion is what it frees, by our own hands and by qemu-img's."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapmgr.block.images import open_image
from snapmgr.block.qcow2.layers import uses_of
from snapmgr.block.qcow2.refcounts import read_refcount_table, read_refcounts
from snapmgr.block.qcow2.space import ImageSpace, space_of
from snapmgr.errors import ImageError, SnapmgrError, Unsupported
from snapmgr.snapshots.change import create_snapshot, delete_snapshot
from tests import corpus
from tests.qemu import needs_qemu

CASES = [
    name
    for name in (
        "vm-hmp-72", "vm-v2", "vm-cs2m", "vm-extl2", "vm-prealloc", "vm-resized", "fmt-cs512", "fmt-cs4k",
        "fmt-extl2-cs16k", "fmt-zlib", "fmt-zstd", "fmt-zlib-4k", "fmt-rb1", "fmt-rb2-full", "fmt-bitmaps",
        "names-id-gaps",
    )
    if name in corpus.images()
]  # fmt: skip


def space(path: Path) -> ImageSpace:
    image = open_image(path)
    try:
        return space_of(image)
    finally:
        image.close()


def counted(path: Path) -> int:
    """Bytes of the file that its refcounts say are in use."""
    image = open_image(path)
    try:
        table = read_refcount_table(image.file, image.header)
        counts = read_refcounts(image.file, image.header, table, -(-image.file.size // image.cluster_size))
        return int(np.count_nonzero(counts)) * image.cluster_size
    finally:
        image.close()


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs_qemu) for name in CASES])
def test_a_deletion_frees_what_was_said(tmp_path: Path, name: str) -> None:
    path = next(iter(corpus.unpack_image(name, tmp_path).values()))
    said, copy = space(path), tmp_path / "copy.qcow2"
    for entry in said.entries[:4]:
        frees = said.freed_by([entry.index])
        shutil.copy(path, copy)
        [done] = delete_snapshot([copy], f"name:{entry.name_text}")
        assert done.freed == frees
        shutil.copy(path, copy)
        before = counted(copy)
        subprocess.run(["qemu-img", "snapshot", "-d", entry.name_text, copy], check=True, capture_output=True)
        assert before - counted(copy) == frees


def test_what_several_share_goes_with_the_last_of_them(tmp_path: Path) -> None:
    path = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]
    create_snapshot([path], "third")
    said = space(path)
    alone = [said.freed_by([index]) for index in range(3)]
    for gone in ([0, 1], [1, 2], [0, 1, 2]):
        copy = tmp_path / "copy.qcow2"
        shutil.copy(path, copy)
        names = [f"name:{said.entries[index].name_text}" for index in gone]
        [done] = delete_snapshot([copy], {str(copy): names})
        assert done.freed == said.freed_by(gone) >= sum(alone[index] for index in gone)


def users(path: Path) -> tuple[list[np.ndarray], np.ndarray]:
    """Which clusters each snapshot uses, and the disk of now: by a walk of each layer on its own."""
    image = open_image(path)
    try:
        layers = []
        for entry in image.snapshots:
            uses = uses_of(image, image.snapshot_l1(entry)) > 0
            first = entry.l1_offset // image.cluster_size
            uses[first : first + -(-entry.l1_size * 8 // image.cluster_size)] = True
            layers.append(uses)
        return layers, uses_of(image, image.active_l1()) > 0
    finally:
        image.close()


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 63), st.integers(1, 8)),
        st.tuples(st.just("discard"), st.integers(0, 63), st.integers(1, 8)),
        st.tuples(st.just("packed"), st.integers(0, 63), st.integers(1, 1)),
        st.tuples(st.just("snapshot"), st.integers(0, 0), st.integers(0, 0)),
    ),
    min_size=3,
    max_size=14,
)


@pytest.mark.qemu
@needs_qemu[1]
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS, extended=st.booleans())
def test_every_set_of_snapshots_against_each_layer_alone(
    tmp_path: Path, operations: Sequence[tuple[str, int, int]], extended: bool
) -> None:
    path = tmp_path / "made.qcow2"
    path.unlink(missing_ok=True)
    options = f"cluster_size=16k,extended_l2={'on' if extended else 'off'}"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-o", options, path, "1M"], check=True)
    commands: list[str] = []
    words = {"write": "write -q", "discard": "discard -q", "packed": "write -q -c -P 7"}
    for number, (kind, place, length) in enumerate([*operations, ("snapshot", 0, 0)]):
        if kind != "snapshot":
            length = min(length, 64 - place)
            commands += ["-c", f"{words[kind]} {place * 16}k {length * 16}k"]
            continue
        if commands:
            subprocess.run(["qemu-io", "-f", "qcow2", *commands, path], capture_output=True)  # nothing is packed twice
            commands = []
        create_snapshot([path], f"s{number}")
    said, (layers, now) = space(path), users(path)
    for index in range(len(layers)):
        others = [now, *(layer for other, layer in enumerate(layers) if other != index)]
        alone = layers[index] & ~np.any(others, axis=0)
        of = said.of(index)
        size = said.cluster_size
        assert of.unique == int(alone.sum()) * size
        assert of.unique + of.shared == int(layers[index].sum()) * size
        assert of.state_unique == of.state_shared == 0
    everyone = range(len(layers))
    for gone in itertools.chain.from_iterable(itertools.combinations(everyone, size) for size in (1, 2, len(layers))):
        stay = np.any([now, *(layer for other, layer in enumerate(layers) if other not in gone)], axis=0)
        free = np.any([layers[index] for index in gone], axis=0) & ~stay
        table = len(gone) == len(layers)
        assert said.freed_by(gone) == (int(free.sum()) + table) * said.cluster_size


def test_a_vm_state_is_told_from_the_disk(tmp_path: Path) -> None:
    path = next(iter(corpus.unpack_image("vm-hmp-72", tmp_path).values()))
    said = space(path)
    for entry in said.entries:
        of = said.of(entry.index)
        assert of.state_unique >= entry.vm_state_size * 0.9 and of.state_unique < of.unique


@pytest.mark.parametrize(
    ("case", "error", "code"),
    [
        ("bad-refcount-low", ImageError, "damaged"),
        ("bad-snap-shared-l1", ImageError, "damaged"),
        ("fmt-data-file", Unsupported, "snapshots-with-data-file"),
    ],
)
def test_where_nobody_can_say_it_is_refused(tmp_path: Path, case: str, error: type[SnapmgrError], code: str) -> None:
    path = next(path for name, path in corpus.unpack_image(case, tmp_path).items() if name.endswith(".qcow2"))
    with pytest.raises(error) as refused:
        space(path)
    assert refused.value.code == code


def test_more_tables_than_may_be_read(tmp_path: Path) -> None:
    image = open_image(corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"])
    with pytest.raises(Unsupported) as refused:
        space_of(image, most_metadata=100)
    image.close()
    assert refused.value.code == "too-many-tables"

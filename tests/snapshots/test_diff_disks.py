"""Clusters that differ between snapshots: those that QEMU's own reader reads differently."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path

import numpy as np
import pytest

from snapmgr.errors import Cancelled, NotFound, SnapmgrError
from snapmgr.snapshots.change import create_snapshot
from snapmgr.snapshots.diff_disks import compare_disk
from snapmgr.snapshots.list import list_snapshots
from snapmgr.work import CancelToken
from tests import corpus
from tests.qemu import needs_qemu

CASES = [
    name
    for name in (
        "vm-hmp-72", "vm-extl2", "vm-resized", "vm-prealloc", "fmt-v2", "fmt-cs512", "fmt-cs2m", "fmt-extl2-cs16k",
        "fmt-zlib", "fmt-zstd", "fmt-zlib-4k", "fmt-resized", "fmt-backing-raw", "fmt-backing-qcow2",
    )
    if name in corpus.images()
]  # fmt: skip


def qemus(path: Path, identity: str | None, out: Path) -> np.ndarray:
    chosen = ["-l", f"snapshot.id={identity}"] if identity else []
    subprocess.run(["qemu-img", "convert", "-O", "raw", *chosen, path, out], check=True, capture_output=True)
    return np.frombuffer(out.read_bytes(), np.uint8)


def padded(disk: np.ndarray, length: int) -> np.ndarray:
    whole = np.zeros(length, np.uint8)
    whole[: len(disk)] = disk[:length]  # QEMU reads as much as the disk has now, whatever it had then
    return whole


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs_qemu) for name in CASES])
def test_clusters_that_qemu_reads_differently(tmp_path: Path, name: str) -> None:
    path = next(iter(corpus.unpack_image(name, tmp_path).values()))
    rows = list_snapshots([path]).rows
    sizes: dict[str | None, int] = {row.id: row.disk_size for row in rows}
    disks = {identity: qemus(path, identity, tmp_path / "out.raw") for identity in [*[row.id for row in rows], None]}
    for one, other in itertools.product(disks, repeat=2):
        found = compare_disk(path, one and f"id:{one}", other and f"id:{other}", allow_roots=(tmp_path,))
        length = len(found.clusters) * found.cluster_size
        left, right = padded(disks[one], length), padded(disks[other], length)
        differ = (left.reshape(-1, found.cluster_size) != right.reshape(-1, found.cluster_size)).any(axis=1)
        if found.size_a == found.size_b:
            assert np.array_equal(found.clusters, differ)
        else:  # what only one of them has differs, whatever it holds
            shorter = min(found.size_a, found.size_b) // found.cluster_size
            assert np.array_equal(found.clusters[:shorter], differ[:shorter]) and found.clusters[shorter:].all()
        assert sum(size for _, size in found.ranges()) == found.changed * found.cluster_size
        assert found.differs is (found.changed > 0 or found.size_a != found.size_b)
        if one is not None:
            assert found.size_a == sizes[one]


def test_what_lies_in_one_place_is_not_read(tmp_path: Path) -> None:
    path = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]
    create_snapshot([path], "now")
    found = compare_disk(path, "now", None)
    assert not found.differs and found.compared == 0
    first = compare_disk(path, "first", "now")
    assert first.differs and 0 < first.compared <= 2 * len(first.clusters) * first.cluster_size


def test_errors_and_stopping(tmp_path: Path) -> None:
    path = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]
    with pytest.raises(NotFound):
        compare_disk(path, "first", "none")
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        compare_disk(path, "first", "second", cancel=token)
    encrypted = corpus.unpack_image("fmt-luks", tmp_path)["fmt-luks.qcow2"]
    [row, *_] = list_snapshots([encrypted]).rows
    with pytest.raises(SnapmgrError) as refused:
        compare_disk(encrypted, f"id:{row.id}", None)
    assert refused.value.code == "encrypted"

"""Damaged bytes anywhere in an image's metadata: a typed error or a disk, never anything else, and no file left."""

from __future__ import annotations

import functools
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapmgr.containers.open import open_source
from snapmgr.errors import SnapmgrError
from snapmgr.inspect.index import index_stream
from snapmgr.snapshots.export import export_disk
from snapmgr.snapshots.list import list_snapshots
from tests import corpus

BASES = ("fmt-v2", "fmt-cs4k", "fmt-extl2-cs16k", "fmt-zstd", "fmt-rb64", "bad-compressed")
INTERESTING = (0, 1, 0x7F, 0x80, 0xFF)
SMALL = 1 << 26
EXAMPLES = 60 if "SNAPMGR_LONG" in os.environ else 24


@functools.cache
def intact(base: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return corpus.unpack_image(base, Path(folder))[f"{base}.qcow2"].read_bytes()


def metadata(image: bytearray) -> list[range]:
    """Where the header, the refcount table, the active L1 table with its first L2 table and the snapshots stand."""

    def word(at: int) -> int:
        return int.from_bytes(image[at : at + 8])

    l1 = word(40)
    first_l2 = word(l1) & 0x00FF_FFFF_FFFF_FE00
    snapshots = word(64)
    places = [range(4, 120), range(word(48), word(48) + 16), range(l1, l1 + 16), range(first_l2, first_l2 + 256)]
    places.append(range(snapshots, snapshots + 160))
    return [place for place in places if place.start and place.stop <= len(image)]


def uses(path: Path, out: Path) -> None:
    """All that can be done with an image; raises only SnapmgrError where something is refused."""
    rows = list_snapshots([path]).rows
    sizes = {device.virtual_size for device in list_snapshots([path]).devices}
    wanted: list[str | None] = [None] if max(sizes) <= SMALL else []
    wanted += [f"id:{row.id}" for row in rows[:3] if row.disk_size <= SMALL]
    for tag in wanted:
        for form in ("raw", "qcow2"):
            export_disk(path, tag, out, format=form, overwrite=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.mark.parametrize("base", [base for base in BASES if base in corpus.images()])
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_mutated_metadata_is_a_typed_error_or_a_disk(folder: Path, base: str, data: st.DataObject) -> None:
    image = bytearray(intact(base))
    places = metadata(image)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.sampled_from(data.draw(st.sampled_from(places))))
        image[at] = data.draw(st.sampled_from(INTERESTING) | st.integers(0, 255))
    mutant, out = folder / "mutant.qcow2", folder / "out"
    mutant.write_bytes(image)
    out.unlink(missing_ok=True)
    try:
        uses(mutant, out)
    except SnapmgrError as error:
        assert error.code and error.message
    assert not list(folder.glob(".*.part"))


UNREADABLE = [
    (name, image)
    for name, case in corpus.images().items()
    for image, truth in case["truth"].items()
    if case["group"] == "damaged"
    and corpus.per_version(truth["info"])["exit"] == 0
    and "disk" in truth
    and "sha256" not in corpus.per_version(truth["disk"])
]


@pytest.mark.parametrize(("name", "image"), UNREADABLE)
def test_a_disk_that_qemu_cannot_read_is_a_typed_error_and_no_file(tmp_path: Path, name: str, image: str) -> None:
    path, out = corpus.unpack_image(name, tmp_path)[image], tmp_path / "out.raw"
    before = set(tmp_path.iterdir())
    with pytest.raises(SnapmgrError) as refused:
        export_disk(path, None, out)
    assert refused.value.exit_code in (1, 3) and refused.value.path
    assert set(tmp_path.iterdir()) == before


STATE = "vm-cs512"


@pytest.mark.skipif(STATE not in corpus.images(), reason="not in the shipped part of the corpus")
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_vm_state_of_a_mutated_table_is_read_or_refused(folder: Path, data: st.DataObject) -> None:
    image = bytearray(intact(STATE))
    start = int.from_bytes(image[64:72])
    for _ in range(data.draw(st.integers(1, 2))):
        image[start + data.draw(st.integers(0, 120))] = data.draw(st.sampled_from(INTERESTING))
    mutant = folder / "state.qcow2"
    mutant.write_bytes(image)
    try:
        source = open_source(f"{mutant}@id:1")
    except SnapmgrError as error:
        assert error.code and error.message
        return
    try:
        if source.size <= SMALL:
            index_stream(source)
    except SnapmgrError as error:
        assert error.code and error.message
    finally:
        source.close()

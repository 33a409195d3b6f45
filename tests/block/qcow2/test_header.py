"""The header: every refusal with its code and QEMU's words, and nothing but typed errors for any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.header import Header, check_header, parse_header
from snapmgr.block.qcow2.opening import read_metadata
from snapmgr.errors import ImageError, SnapmgrError, Unsupported
from tests.block.tiny import header, tiny


def refused(**changed: int) -> SnapmgrError:
    with pytest.raises((ImageError, Unsupported)) as error:
        check_header(parse_header(header(**changed)))
    return error.value


def test_a_sound_header_is_read_field_by_field() -> None:
    found = parse_header(header(compatible=1, autoclear=1))
    check_header(found)
    assert (found.version, found.cluster_size, found.size, found.l1_size) == (3, 4096, 1 << 20, 1)
    assert (found.l1_offset, found.refcount_table_offset, found.refcount_order) == (3 << 12, 1 << 12, 4)
    assert (found.compatible, found.autoclear, found.header_length) == (1, 1, 112)


def test_version_2_has_no_later_fields() -> None:
    found = parse_header(header(version=2, incompatible=31, refcount_order=7, length=0))
    assert (found.incompatible, found.refcount_order, found.header_length) == (0, 4, 72)


@pytest.mark.parametrize(
    ("changed", "code", "offset", "qemu"),
    [
        ({"version": 4}, "unknown-version", 4, "Unsupported qcow2 version 4"),
        ({"cluster_bits": 8}, "cluster-size", 20, "Unsupported cluster size: 2^8"),
        ({"cluster_bits": 22}, "cluster-size", 20, "Unsupported cluster size: 2^22"),
        ({"length": 103}, "header-too-short", 100, "qcow2 header too short"),
        ({"length": 4097}, "header-too-long", 100, "qcow2 header exceeds cluster size"),
        ({"backing_offset": 4097}, "backing-name-offset", 8, "Invalid backing file offset"),
        ({"incompatible": 16, "cluster_bits": 13}, "subcluster-size", 20, "Unsupported subcluster size: 256"),
        ({"refcount_order": 7}, "refcount-width", 96, "Reference count entry width too large; may not exceed 64 bits"),
        ({"reftable_clusters": 0}, "no-refcount-table", 56, "Image does not contain a reference count table"),
        ({"reftable_clusters": 2049}, "reference-count-table-too-large", 48, "Reference count table too large"),
        ({"reftable_offset": 4104}, "reference-count-table-offset", 48, "Reference count table offset invalid"),
        ({"reftable_offset": 1 << 63}, "reference-count-table-offset", 48, "Reference count table offset invalid"),
        ({"snapshots": 65537}, "snapshot-table-too-large", 60, "Snapshot table too large"),
        ({"snapshots_offset": 8}, "snapshot-table-offset", 60, "Snapshot table offset invalid"),
        ({"l1_size": (4 << 20) + 1}, "active-l1-table-too-large", 36, "Active L1 table too large"),
        ({"l1_offset": 1}, "active-l1-table-offset", 36, "Active L1 table offset invalid"),
        ({"size": (2 << 20) + 1}, "l1-too-small", 36, "L1 table is too small"),
        ({"size": (1 << 63) - 1}, "size-too-big", 24, "Image is too big"),
        ({"crypt": 3}, "encryption-method", 32, "Unsupported encryption method 3"),
        ({"crypt": 0xFFFFFFFF}, "encryption-method", 32, "Unsupported encryption method -1"),
    ],
)
def test_each_fault_has_its_code_its_place_and_qemus_words(
    changed: dict[str, int], code: str, offset: int, qemu: str
) -> None:
    error = refused(**changed)
    assert (error.code, error.offset, error.qemu) == (code, offset, qemu)
    assert error.exit_code == 3


def test_the_largest_tables_allowed_pass() -> None:
    found = parse_header(header(reftable_clusters=2048, snapshots=65536, l1_size=4 << 20, size=1 << 40))
    check_header(found)
    assert found.geometry.l1_entries(found.size) == 1 << 19


def test_sizes_are_counted_in_sectors() -> None:
    assert parse_header(header(size=1000)).size == 512


@pytest.mark.parametrize("cluster_bits", [12, 16, 21])
@pytest.mark.parametrize("size", [(1 << 64) - 1, (1 << 64) - 512])
def test_sizes_that_wrap_to_nothing_are_refused_at_the_end(size: int, cluster_bits: int) -> None:
    with pytest.raises(ImageError) as error:
        read_metadata(MemoryDevice(tiny({}, size=size, cluster_bits=cluster_bits)))
    assert (error.value.code, error.value.offset) == ("size-too-big", 24)
    assert error.value.qemu == "Could not refresh total sector count: File too large"  # qemu-img 7.2


@given(st.binary(max_size=300))
def test_random_bytes_raise_typed_errors_only(noise: bytes) -> None:
    try:
        read_metadata(MemoryDevice(noise))
    except SnapmgrError as error:
        assert error.exit_code == 3


@given(st.lists(st.tuples(st.integers(4, 111), st.integers(0, 255)), max_size=6))
def test_mutated_headers_raise_typed_errors_only(changes: list[tuple[int, int]]) -> None:
    image = bytearray(tiny({0: 5 << 12}))
    for at, value in changes:
        image[at] = value
    try:
        found = read_metadata(MemoryDevice(image))
    except SnapmgrError as error:
        assert error.exit_code == 3 and error.qemu
    else:
        assert isinstance(found.header, Header)

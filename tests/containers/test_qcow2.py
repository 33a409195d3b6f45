"""The VM state of a snapshot as a source."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.containers.qcow2 import VmStateSource
from snapmgr.containers.source import Source
from snapmgr.errors import NotFound, SnapmgrError, Unsupported, UsageError
from snapmgr.snapshots.change import create_snapshot
from snapmgr.snapshots.plans import VmState
from tests.corpus import images, unpack_image


def opened(case: str, folder: Path, tag: str | None = None) -> VmStateSource:
    return VmStateSource(unpack_image(case, folder)[f"{case}.qcow2"], tag)


def entries(case: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = images()[case]["truth"][f"{case}.qcow2"]["snapshots"]
    return found


def test_it_is_a_source(tmp_path: Path) -> None:
    source: Source = opened("vm-hmp-72", tmp_path, "work")
    assert (source.container, source.tag, source.label) == ("qcow2", "work", "vm-hmp-72.qcow2@work")
    assert source.path == tmp_path / "vm-hmp-72.qcow2"
    assert source.complete and source.size == entries("vm-hmp-72")[1]["vm_state_size"]
    source.close()


def test_any_piece_is_the_same_as_the_whole(tmp_path: Path) -> None:
    source = opened("vm-cs512", tmp_path, "id:1")
    whole = b"".join(source.chunks())
    assert hashlib.sha256(whole).hexdigest() == entries("vm-cs512")[0]["vm_state_sha256"]
    for offset, length in [(0, 4), (511, 2), (4095, 70_000), (source.size - 3, 3), (1 << 40, 1)]:
        assert source.read(offset, length) == whole[offset : offset + length]
    assert b"".join(source.chunks(12_345)) == whole[12_345:]
    source.close()


def test_a_state_whose_recorded_size_is_too_small_can_be_read_on(tmp_path: Path) -> None:
    path = unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"]
    whole = int(str(entries("vm-hmp-72")[0]["vm_state_size"]))
    with path.open("r+b") as file:
        file.seek(int(str(entries("vm-hmp-72")[0]["entry_offset"])) + 40)
        file.write((100_000).to_bytes(8))
    source = VmStateSource(path, "boot")
    assert source.size == 100_000 and source.readable >= whole and source.complete
    pieces = [*source.chunks(), *source.beyond()]
    assert sum(len(piece) for piece in pieces) == source.readable
    state = hashlib.sha256(b"".join(pieces)[:whole]).hexdigest()
    assert state == entries("vm-hmp-72")[0]["vm_state_sha256"]
    source.close()


def test_a_size_beyond_all_tables_is_cut(tmp_path: Path) -> None:
    source = opened("bad-snap-vmstate-huge", tmp_path, "one")
    assert not source.complete and source.size < 1 << 32
    source.close()


def test_of_a_mapped_ram_stream_the_recorded_size_is_not_where_it_ends(tmp_path: Path) -> None:
    """QEMU 11.1 records how much it wrote, 626,609 bytes of a stream that ends at 140,668,410."""
    path = unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]
    stream = b"QEVM\0\0\0\3\7...\x0amapped-ram" + bytes(200_003) + b'\6{"devices": []}'
    create_snapshot([path], "mapped", VmState(lambda put: put(stream)))
    image = path.read_bytes()
    recorded = len(stream).to_bytes(8)
    assert recorded in image
    path.write_bytes(image.replace(recorded, (5_000).to_bytes(8)))
    source = VmStateSource(path, "mapped")
    assert source.complete and source.size == len(stream) < source.readable
    assert b"".join(source.chunks()) == stream
    source.close()


@pytest.mark.parametrize("case", ["vm-hmp-72", "vm-v2"])
def test_several_states_are_listed(tmp_path: Path, case: str) -> None:
    with pytest.raises(UsageError) as unclear:
        opened(case, tmp_path)
    assert unclear.value.code == "which-snapshot"
    for entry in entries(case):
        assert f"{entry['name']} (id {entry['id']})" in str(unclear.value.hint)


def test_the_only_state_needs_no_tag(tmp_path: Path) -> None:
    path = unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"]
    with path.open("r+b") as file:  # two of the three become disk-only
        for entry in entries("vm-hmp-72")[:2]:
            file.seek(int(str(entry["entry_offset"])) + 32)
            file.write(bytes(4))
            file.seek(4, 1)
            file.write(bytes(8))
    source = VmStateSource(path)
    assert source.label == "vm-hmp-72.qcow2@done" and source.tag == "done"
    source.close()


def test_snapshots_without_state_say_so(tmp_path: Path) -> None:
    with pytest.raises(SnapmgrError) as refused:
        opened("fmt-v3", tmp_path, "first")
    assert refused.value.code == "disk-only"
    assert refused.value.qemu == "This is a disk-only snapshot. Revert to it  offline using qemu-img"
    with pytest.raises(NotFound) as none:
        opened("fmt-v3", tmp_path)
    assert none.value.code == "no-vm-state"


def test_the_right_one_of_names_that_are_ids(tmp_path: Path) -> None:
    """QEMU itself looks for ids first and loads the wrong one."""
    for entry in entries("vm-numeric-names"):
        if not entry["vm_state_size"]:
            continue
        source = opened("vm-numeric-names", tmp_path, f"name:{entry['name']}")
        state = hashlib.sha256(b"".join(source.chunks())).hexdigest()
        assert state == entry["vm_state_sha256"]
        source.close()


def test_an_unknown_tag_lists_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as missing:
        opened("vm-hmp-72", tmp_path, "nosuch")
    assert missing.value.hint == "There are: boot (id 1), work (id 2), done (id 3)"


def test_what_is_no_qcow2_is_refused_by_name(tmp_path: Path) -> None:
    path = unpack_image("other-vmdk", tmp_path)["other-vmdk.vmdk"]
    with pytest.raises(Unsupported) as refused:
        VmStateSource(path, None)
    assert refused.value.code == "foreign-format" and "vmdk" in refused.value.message


def test_an_at_in_the_name_goes_before_a_tag(tmp_path: Path) -> None:
    plain = unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"]
    odd = plain.rename(tmp_path / "a@boot")
    source = open_source(f"{odd}@work")
    assert source.tag == "work"
    source.close()
    with pytest.raises(UsageError):
        open_source(str(odd))


def test_an_image_that_is_cut_off_while_it_is_open_gives_no_zeros_for_what_is_gone(tmp_path: Path) -> None:
    path = unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"]
    source = VmStateSource(path, "work")
    begin = bytes(source.read(0, 4))
    os.truncate(path, 65536)
    assert begin == b"QEVM"
    with pytest.raises(SnapmgrError, match="became shorter") as told:
        source.read(source.size // 2, source.size // 2)
    assert (told.value.code, told.value.path) == ("file-changed", str(path))
    assert told.value.offset == source.size // 2
    with pytest.raises(SnapmgrError, match="became shorter"):
        list(source.chunks())
    source.close()

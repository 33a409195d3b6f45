"""What is said of a stream and a machine beside the place where QEMU stops."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import replace

import pytest

from snapmgr.containers.open import open_source
from snapmgr.inspect.against.compare import differences
from snapmgr.inspect.against.judge import judge
from snapmgr.inspect.against.mend import (
    block_option,
    device_option,
    memory_option,
    place_hint,
    renamed_block,
    size_text,
)
from snapmgr.inspect.against.streams import target_of
from snapmgr.inspect.against.target import Target, TargetDevice
from snapmgr.inspect.against.virtio import features
from snapmgr.inspect.against.virtio_names import _OWN_OPTIONS, feature_names, feature_options
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.model import Problem
from snapmgr.wire.wording import VERSIONS
from tests import corpus
from tests.qemu import QEMU, needs_qemu, needs_release


def read(data: bytes) -> tuple[StreamIndex, Target]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        index = index_stream(open_source(file.name))
        return index, target_of(index)


@pytest.fixture(scope="module")
def tiny() -> tuple[StreamIndex, Target]:
    return read(corpus.stream_bytes("tiny.v72"))


def problems(index: StreamIndex, target: Target) -> list[Problem]:
    return list(judge(index, replace(target, releases=("7.2",))).problems)


def test_two_faults_far_apart_are_both_found(tiny: tuple[StreamIndex, Target]) -> None:
    """A section of a version that is too new, and behind it the byte of a footer."""
    data = bytearray(corpus.stream_bytes("damaged-dev-version-new.v72", damaged=True))
    record = next(row for row in tiny[0].records if row.idstr == "ioapic")
    data[record.offset + record.length - 1] ^= 0xFF
    found = problems(read(bytes(data))[0], tiny[1])
    assert [problem.code for problem in found[:2]] == ["version-too-new", "footer-id"]


def test_a_device_at_another_place_is_named(tiny: tuple[StreamIndex, Target]) -> None:
    index, target = tiny
    assert target.devices is not None
    moved = tuple(
        replace(device, idstr=device.idstr.replace("00:01.1", "00:05.0")) if device.idstr.endswith("/ide") else device
        for device in target.devices
    )
    first = problems(index, replace(target, devices=moved))[0]
    assert (first.code, first.section) == ("device-unknown", "0000:00:01.1/ide (0)")
    assert "0000:00:05.0/ide" in first.message
    assert first.hint == "Put the target's 0000:00:05.0/ide at addr=01.1 of the same bus."


def test_what_only_the_target_has_is_a_warning(tiny: tuple[StreamIndex, Target]) -> None:
    index, target = tiny
    extra = TargetDevice("0000:00:07.0/e1000", 0, 2, 99)
    (found,) = problems(index, replace(target, devices=(*(target.devices or ()), extra)))
    assert (found.code, found.severity.value) == ("section-missing", "warning")
    assert "Leave out -device e1000" in found.hint


def test_what_a_stream_that_breaks_off_has_not_is_one_problem(tiny: tuple[StreamIndex, Target]) -> None:
    """All devices of the target that would have come behind that place."""
    data = corpus.stream_bytes("damaged-cut-device.v72", damaged=True)
    found = problems(read(data)[0], tiny[1])
    (problem,) = [problem for problem in found if problem.code in ("sections-not-reached", "section-missing")]
    assert problem.offset == len(data) and "0000:00:01.1/ide (0)" in problem.message and "timer" not in problem.message


def test_blocks_are_compared_by_name_and_size(tiny: tuple[StreamIndex, Target]) -> None:
    index, target = tiny
    assert target.blocks is not None
    first, *rest = target.blocks
    renamed = problems(index, replace(target, blocks=(replace(first, name="mem0"), *rest)))
    assert renamed[0].qemu["7.2"] == 'Unknown ramblock "pc.ram", cannot accept migration'
    assert "perhaps it is mem0" in renamed[0].message
    smaller = problems(index, replace(target, blocks=(replace(first, used_length=1 << 20), *rest)))
    assert (smaller[0].code, smaller[0].hint) == ("ram-size", "Start the target with -m 2M.")


def test_another_machine_type_is_stopped_at_first(tiny: tuple[StreamIndex, Target]) -> None:
    index, target = tiny
    first = problems(index, replace(target, machine="pc-q35-7.2"))[0]
    assert first.qemu["7.2"] == "Machine type received is 'pc-i440fx-7.2' and local is 'pc-q35-7.2'"
    assert first.hint == "Start the target with -M pc-i440fx-7.2."


def test_pages_of_no_size_that_can_be_are_told_shortly(tiny: tuple[StreamIndex, Target]) -> None:
    data = corpus.stream_bytes("tiny.v72")
    sub = b"\5\x1econfiguration/target-page-bits" + (1).to_bytes(4) + (1 << 31).to_bytes(4)
    end = tiny[0].records[1].offset + tiny[0].records[1].length
    index, target = read(data[:end] + sub + data[end:])
    assert target.page_bits == tiny[1].page_bits
    found = problems(index, tiny[1])
    assert any(problem.message.startswith("The stream has pages of 2^2147483648 bytes") for problem in found)


def test_other_names_for_the_same_bytes_are_no_other_length(tiny: tuple[StreamIndex, Target]) -> None:
    """10.0 has two more fields where 7.2 has one that is as long as both."""
    (_, newer), index = read(corpus.stream_bytes("tiny.v100")), tiny[0]
    states = [
        next(one.state for one in target.devices or () if one.idstr == "globalstate") for target in (tiny[1], newer)
    ]
    assert None not in states and states[0] != states[1]
    found = [problem.section for problem in differences(index, newer) if problem.code == "fields-differ"]
    assert "globalstate (0)" not in found


def test_features_of_virtio_have_names() -> None:
    _, target = read(corpus.stream_bytes("devices-pc.v72"))
    assert all(features(d.payload) == 0 for d in target.devices or () if "/virtio-" in d.idstr)
    assert feature_names("virtio-net", 1 << 22 | 1 << 32 | 1 << 50) == ["MQ", "VERSION_1", "bit 50"]
    assert feature_names("virtio-blk", 0x44) == ["SEG_MAX", "BLK_SIZE"]
    assert feature_names("virtio-net", 1 << 60 | 1 << 40) == ["RING_RESET", "RSS"]
    assert feature_options("virtio-blk", 1 << 12 | 1 << 34 | 1 << 1, VERSIONS) == ["num-queues=2", "packed=on"]


def test_options_are_told_of_the_releases_that_have_them() -> None:
    scsi, in_order = 1 << 7, 1 << 35
    assert feature_options("virtio-blk", scsi | in_order, ["7.2"]) == ["scsi=on"]
    assert feature_options("virtio-blk", scsi | in_order, ["10.0", "11.1"]) == ["in_order=on"]
    assert feature_options("virtio-blk", scsi | in_order, VERSIONS) == []


def test_a_version_is_too_old_for_the_releases_that_say_so(tiny: tuple[StreamIndex, Target]) -> None:
    """Since 11.1 the clock loads version 3 only; older ones load the first."""
    data = bytearray(corpus.stream_bytes("tiny.v72"))
    record = next(row for row in tiny[0].records if row.idstr == "mc146818rtc")
    data[record.payload - 1] = 2
    index = read(bytes(data))[0]
    (problem,) = [problem for problem in differences(index, tiny[1]) if problem.code == "version-too-old"]
    assert list(problem.qemu) == ["11.1"] and problem.qemu["11.1"].endswith("minimum version_id 3")
    assert features(b"short") is None


def test_options_that_would_mend_it() -> None:
    assert [size_text(size) for size in (2 << 30, 3 << 20, 5 << 10, 7)] == ["2G", "3M", "5K", "7B"]
    assert memory_option("vga.vram", 8 << 20, {}).startswith("Give the display vgamem_mb=8")
    assert device_option("0000:00:03.0/virtio-net") == "Start the target with -device virtio-net-pci,addr=03.0."
    assert device_option("hpet").endswith("hpet=on behind its -M.") and not device_option("hpet", leave_out=True)
    port = place_hint("0000:00:06.0/1/usb-ptr", "0000:00:06.0/2/usb-ptr")
    assert port == "Give the target's 0000:00:06.0/2/usb-ptr port=1 of the same bus."


def test_memory_of_another_name_gets_it_by_an_option() -> None:
    """Those that real QEMUs then load with."""
    assert "-object memory-backend-ram,id=m1,size=128M" in block_option("m1", 128 << 20)
    assert renamed_block("mm", "pc.ram", 4 << 20).endswith(
        "-M memory-backend=mm -object memory-backend-ram,id=mm,size=4M."
    )
    assert renamed_block("pc.ram", "mm", 4 << 20).endswith("give that the id pc.ram.")
    moved = renamed_block("0000:00:07.0/vga.vram", "0000:00:08.0/vga.vram", 1 << 20)
    assert moved == "Put the target's device at 00:08 at addr=07.0."


@needs_qemu[0]
@needs_qemu[1]
@needs_release("7.2")
@pytest.mark.parametrize("kind", sorted(_OWN_OPTIONS))
def test_options_are_those_of_a_real_qemu(kind: str) -> None:
    device = "virtio-serial-pci" if kind == "virtio-console" else f"{kind}-pci"
    told = subprocess.run([QEMU or "", "-device", f"{device},help"], capture_output=True, text=True, check=True).stdout
    known = {line.partition("=")[0].strip() for line in told.splitlines()}
    features = sum(1 << bit for bit in range(64))
    options = feature_options(kind, features, ["7.2"])
    assert options
    assert {option.partition("=")[0] for option in options} <= known

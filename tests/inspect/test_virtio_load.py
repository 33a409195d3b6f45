"""What a load makes of virtio devices whose sections were changed: foreseen as a real QEMU prints it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from snapmgr.containers.open import open_source
from snapmgr.inspect.against.judge import judge
from snapmgr.inspect.against.probe import probe, save
from snapmgr.inspect.against.streams import target_of
from snapmgr.inspect.against.trial import Trial, try_load
from snapmgr.inspect.against.virtio import head_of
from snapmgr.inspect.against.virtio_load import VirtioLoad
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.vmstate.buffers import Buffer
from snapmgr.vmstate.field import Field
from snapmgr.vmstate.load import load_bytes
from snapmgr.vmstate.state import VMState
from tests import corpus
from tests.inspect.test_foreseen import Bytes
from tests.qemu import QEMU, needs_qemu, needs_release

RELEASE = "7.2"
DISK = "driver=null-co,read-zeroes=on,size=1048576"
COMMAND = (
    f"{QEMU} -accel tcg -display none -nodefaults -no-user-config -M pc -m 4M -vga none -S"
    f" -blockdev {DISK},node-name=d -device virtio-blk-pci,drive=d -device virtio-scsi-pci"
    " -netdev user,id=n -device virtio-net-pci,netdev=n,romfile= -device virtio-balloon-pci -device virtio-rng-pci"
    " -device virtio-serial-pci -chardev null,id=c -device virtconsole,chardev=c"
)
CONFIG, REST = 4, 4 + 256
Change = Callable[[bytearray, int], None]


def start(section: bytes) -> int:
    """Where the device's status stands: behind the PCI function and its table of interrupts."""
    head = head_of(section)
    assert head is not None
    return REST + 16 + head.vectors * 16 + -(-head.vectors // 8) + 2


def put(at: int, value: bytes, section: bytearray, status: int) -> None:
    section[status + at : status + at + len(value)] = value


def in_config(at: int, section: bytearray, status: int) -> None:
    section[CONFIG + at] ^= 4


def in_capability(kind: int, at: int, section: bytearray, status: int) -> None:
    here = section[CONFIG + 0x34]
    while section[CONFIG + here] != kind:
        here = section[CONFIG + here + 1]
    section[CONFIG + here + at] ^= 4


def queues(at: int, value: bytes, section: bytearray, status: int) -> None:
    """Behind the device's registers."""
    registers = int.from_bytes(section[status + 8 : status + 12])
    put(12 + registers + at, value, section, status)


def own(at: int, value: bytes, section: bytearray, status: int) -> None:
    head = head_of(bytes(section))
    assert head is not None
    put(len(section) - status - len(head.own) + at, value, section, status)


def behind(name: bytes, at: int, value: bytes, section: bytearray, status: int) -> None:
    put(section.index(name) + len(name) + at - status, value, section, status)


CASES: list[tuple[str, Change, str]] = [
    ("rng", partial(put, 2, b"\4\0"), "Failed to load virtio-rng:virtio"),
    ("rng", partial(put, -2, b"\0\x77"), "Failed to load virtio-rng:virtio"),
    ("rng", partial(queues, 0, (0x401).to_bytes(4)), "Invalid number of virtqueues: 0x401"),
    ("blk", partial(queues, 16, b"\0\7"), "VQ 0 address 0x0 inconsistent with Host index 0x7"),
    ("blk", partial(queues, 18, b"\0\x77"), "Failed to load virtio-blk:virtio"),
    (
        "rng",
        partial(behind, b"64bit_features", 10, b"\x20"),
        "Features 0x2000 unsupported. Allowed features: 0x10179000000",
    ),
    (
        "scsi",
        partial(behind, b"virtio/virtqueues", 3, b"\x09"),
        "virtio/virtqueues: incoming version_id 9 is too new for local version_id 1",
    ),
    ("scsi", partial(behind, b"virtio/virtqueues", -1, b"z"), "Failed to load virtio-scsi:virtio"),
    (
        "balloon",
        partial(behind, b"virtio_pci/modern_state", 3, b"\0"),
        "virtio_pci/modern_state: incoming version_id 0 is too old for local minimum version_id  1",
    ),
    ("net", partial(own, 6 + 4 + 4 + 2 + 1 + 1 + 4 + 512, b"\0\0\0\1"), "virtio-net: saved image requires vnet_hdr=on"),
    (
        "net",
        partial(own, 6 + 4 + 4 + 2 + 1 + 1 + 4 + 512 + 4 + 6, b"\1"),
        "virtio-net: saved image requires TUN_F_UFO support",
    ),
    ("console", partial(own, 8, b"\1"), "Failed to load virtio-console:virtio"),
    ("console", partial(own, 7, b"\1"), ""),
    ("blk", partial(put, -300, b"\0"), ""),
    (
        "scsi",
        partial(in_config, 8),
        "get_pci_config_device: Bad config data: i=0x8 read: 4 device: 0 cmask: ff wmask: 0 w1cmask:0",
    ),
    (
        "scsi",
        partial(in_capability, 9, 3),
        "get_pci_config_device: Bad config data: i=0x87 read: 1 device: 5 cmask: ff wmask: 0 w1cmask:0",
    ),
]


def changed(index: StreamIndex, data: bytes, device: str, change: Change) -> bytes:
    record = next(one for one in index.records.of("FULL") if (one.idstr or "").endswith(f"virtio-{device}"))
    section = bytearray(data[record.payload : record.payload + record.payload_length])
    change(section, start(bytes(section)))
    return data[: record.payload] + section + data[record.payload + record.payload_length :]


def foreseen(index: StreamIndex, data: bytes, path: Path, release: str = RELEASE) -> tuple[str, str]:
    path.write_bytes(data)
    with closing(open_source(path)) as source:
        verdict = judge(index_stream(source), replace(target_of(index), releases=(release,)))
    line = next((text for problem in verdict.problems if (text := problem.qemu.get(release))), "")
    return verdict.by_version[release], line


@needs_qemu[0]
@needs_qemu[1]
@needs_release(RELEASE)
def test_a_real_qemu_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "base"
    save(COMMAND.split(), path)
    data = path.read_bytes()
    with closing(open_source(path)) as source:
        index = index_stream(source)
        streams = [changed(index, data, device, change) for device, change, _ in CASES]
        with ThreadPoolExecutor(2) as pool:
            trials: list[Trial] = list(pool.map(_load, streams))
        ours = [foreseen(index, stream, tmp_path / "s") for stream in streams]
    assert [text for _, text in ours] == [text for _, _, text in CASES]
    assert ours == [(trial.verdict, trial.lines[0] if trial.lines else "") for trial in trials]


@needs_qemu[0]
@needs_qemu[1]
@needs_release(RELEASE)
def test_a_target_whose_device_has_another_layout(tmp_path: Path) -> None:
    """Its registers are compared with what it has itself, however much follows them."""
    start = f"{QEMU} -accel tcg -display none -nodefaults -no-user-config -M pc -m 2M -vga none -device virtio-rng-pci"
    save(start.split(), tmp_path / "sent")
    target = probe(f"{start},disable-modern=on")
    with closing(open_source(tmp_path / "sent")) as source:
        verdict = judge(index_stream(source), target)
        trial = try_load(source, f"{start},disable-modern=on")
    line = next(text for problem in verdict.problems if (text := problem.qemu.get(RELEASE)))
    assert (verdict.by_version, line) == ({RELEASE: trial.verdict}, trial.lines[0])
    assert line.startswith("get_pci_config_device: Bad config data")


def _load(data: bytes) -> Trial:
    source: Any = Bytes(data)
    return try_load(source, COMMAND)


@pytest.mark.parametrize(
    ("device", "change", "text"),
    [
        ("rng", partial(queues, 0, b"\1"), "Invalid number of virtqueues: 0x1000001"),
        ("gpu", partial(put, 2, b"\4\0"), "Failed to load virtio-gpu:virtio"),
        ("gpu", lambda section, status: put(-status - 41, b"\2", section, len(section) + status), "1 != 2"),
    ],
)
def test_what_a_device_refuses_is_foreseen(device: str, change: Change, text: str, tmp_path: Path) -> None:
    path, data = tmp_path / "base", corpus.stream_bytes("devices-pc.v72")
    path.write_bytes(data)
    with closing(open_source(path)) as source:
        index = index_stream(source)
        verdict, line = foreseen(index, changed(index, data, device, change), tmp_path / "s")
    assert verdict == "refuses"
    assert line == text


def test_the_newest_says_what_it_refuses_of_the_pci_function_on_a_line_of_its_own(tmp_path: Path) -> None:
    """As 11.1.3 printed it; what travels up is said behind it."""
    path, data = tmp_path / "base", corpus.stream_bytes("devices-pc.v72")
    path.write_bytes(data)

    def other_version(section: bytearray, status: int) -> None:
        section[2] = 8

    with closing(open_source(path)) as source:
        index = index_stream(source)
        said = foreseen(index, changed(index, data, "gpu", other_version), tmp_path / "s", "11.1")
    assert said == ("refuses", "Invalid value 2050 expecting positive value <= 2")


def test_of_a_device_that_is_not_known_the_size_is_believed() -> None:
    state = VMState("virtio-mem", fields=(Field("virtio", VirtioLoad(Buffer(64), "virtio-mem", "7.2", "pc"), ("v",)),))
    section = bytearray(64)
    section[4:6] = (0x1AF4).to_bytes(2, "little")
    assert load_bytes(state, SimpleNamespace(v=bytes(section) + bytes(400)), bytes(64)) == 64

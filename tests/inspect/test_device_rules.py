"""What devices refuse after a load, and fields that others decide: foreseen as a real QEMU says it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from snapmgr.containers.open import open_source
from snapmgr.inspect.against.judge import judge
from snapmgr.inspect.against.probe import save
from snapmgr.inspect.against.streams import target_of
from snapmgr.inspect.against.trial import Trial, try_load
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.repair import Change, changes
from snapmgr.vmstate.tree import FieldValue
from snapmgr.vmstate.walk import decode
from tests.inspect.test_foreseen import Bytes
from tests.qemu import QEMU, needs_qemu, needs_release

RELEASE = "7.2"
COMMAND = (
    f"{QEMU} -accel tcg -display none -nodefaults -no-user-config -M q35 -m 2M -vga none -S"
    " -device pcie-root-port,id=r,chassis=1 -device isa-serial,chardev=c -chardev null,id=c"
    " -device i6300esb -device i82557b,romfile= -device piix3-ide -device pvscsi"
)
AHCI, PORT, DRIVE = "0000:00:1f.2/ich9_ahci", "pcie-root-port", "piix3-ide"
LOG = "parent_obj.parent_obj.parent_obj.exp.aer_log/log_num"
ABORT = "Unexpected error in qemu_ram_resize() at ../../softmmu/physmem.c:1852:"

CASES: list[tuple[str, str, int, str]] = [
    ("globalstate", "runstate", 0x70 << 99 * 8 | 0x71 << 98 * 8, "invalid parameter value: pq"),
    (
        "kvm-tpr-opt",
        "rom_state_paddr",
        1,
        "error while loading state for instance 0x0 of device 'kvm-tpr-opt'",
    ),
    (
        "kvm-tpr-opt",
        "rom_state_paddr",
        0xC8000,
        "error while loading state for instance 0x0 of device 'kvm-tpr-opt'",
    ),
    ("serial", "state/lsr", 0, "inconsistent state in serial device (tsr not empty, tsr_retry=0"),
    (AHCI, "ahci/dev/[1]/ncq_tfs/[3]/used", 1, "Failed to load ich9_ahci:ahci"),
    (AHCI, "ahci/dev/[2]/busy_slot", 32, "Failed to load ich9_ahci:ahci"),
    (
        AHCI,
        "ahci/dev/[0]/port_regs.cmd",
        1 << 15,
        "AHCI: DMA engine should be off, but status bit indicates it is still running.",
    ),
    ("fw_cfg", "fw_cfg/acpi_mr/linker_mr_size", 0x10001, ABORT),
    ("hpet", "num_timers", 4, "Missing section footer for hpet"),
    (PORT, LOG, 9, "Input validation failed: PCIE_AER_ERROR_LOG/log_num <= log_max"),
    (PORT, LOG, 1, "Missing section footer for 0000:00:01.0/pcie-root-port"),
    (DRIVE, "bus[0].ifs/[0]/identify_set", 1, "Missing section footer for 0000:00:04.0/ide"),
    ("i6300esb_wdt", "reboot_enabled", 1, ""),
]

CUT = [
    "Failed to load fw_cfg/dma:dma_addr",
    "fw_cfg/acpi_mr: incoming version_id 0 is too old for local minimum version_id  1",
]

OLDER = [
    ("mc146818rtc", 1, "Missing section footer for mc146818rtc"),
    ("ps2kbd", 2, "Missing section footer for ps2kbd"),
    ("timer", 1, "Missing section footer for timer"),
    ("i82557b", 2, ""),
]


def leaves(values: Iterator[FieldValue] | tuple[FieldValue, ...], path: str = "") -> Iterator[tuple[str, int, int]]:
    for value in values:
        name = f"{path}/{value.name}".removeprefix("/")
        if value.children:
            yield from leaves(tuple(value.children), name)
        else:
            yield name, value.offset, value.length


def changed(index: StreamIndex, data: bytes, device: str, path: str, value: int) -> bytes:
    name = "/ide" if device == DRIVE else device
    record = next(one for one in index.records.of("FULL") if (one.idstr or "").endswith(name))
    assert index.description is not None
    described = index.description.find(record.idstr or "", record.instance_id or 0)
    decoded = decode(described, index.source.read(record.payload, record.payload_length), record.payload)
    at, length = next((at, length) for name, at, length in leaves(tuple(decoded.children)) if name == path)
    return data[:at] + value.to_bytes(length) + data[at + length :]


def foreseen(index: StreamIndex, data: bytes, path: Path) -> tuple[str, str]:
    path.write_bytes(data)
    with closing(open_source(path)) as source:
        verdict = judge(index_stream(source), replace(target_of(index), releases=(RELEASE,)))
    line = next((text for problem in verdict.problems if (text := problem.qemu.get(RELEASE))), "")
    return verdict.by_version[RELEASE], line


def repairs(path: Path, what: str) -> list[Change]:
    with closing(open_source(path)) as source:
        return [change for change in changes(index_stream(source)) if what in change.what.lower()]


def loaded(data: bytes) -> Trial:
    source: Any = Bytes(data)
    return try_load(source, COMMAND)


def older(index: StreamIndex, data: bytes, device: str, version: int) -> bytes:
    record = next(one for one in index.records.of("FULL") if (one.idstr or "").endswith(device))
    return data[: record.payload - 4] + version.to_bytes(4) + data[record.payload :]


def without_description(index: StreamIndex, data: bytes) -> bytes:
    return data[: next(record.offset for record in index.records.of("VMDESCRIPTION")) + 3]


def cut_at_version(index: StreamIndex, data: bytes, subsection: bytes) -> bytes:
    """The stream ends inside the number behind the name."""
    return data[: data.index(subsection) + len(subsection) + 2]


@needs_qemu[0]
@needs_qemu[1]
@needs_release(RELEASE)
def test_a_real_qemu_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "base"
    save(COMMAND.split(), path)
    data = path.read_bytes()
    with closing(open_source(path)) as source:
        index = index_stream(source)
        (tmp_path / "bare").write_bytes(without_description(index, data))
        assert not repairs(tmp_path / "bare", "footer")
        streams = [changed(index, data, device, field, value) for device, field, value, _ in CASES]
        streams += [without_description(index, data), cut_at_version(index, data, b"fw_cfg/dma")]
        streams += [cut_at_version(index, data, b"fw_cfg/acpi_mr")]
        streams += [older(index, data, device, version) for device, version, _ in OLDER]
        with ThreadPoolExecutor(2) as pool:
            trials = list(pool.map(loaded, streams))
        ours = [foreseen(index, stream, tmp_path / "s") for stream in streams]
    assert [text for _, text in ours] == [*(text for *_, text in CASES), "", *CUT, *(text for *_, text in OLDER)]
    assert ours == [(trial.verdict, trial.lines[0] if trial.lines else "") for trial in trials]

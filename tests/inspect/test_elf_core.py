"""A core of a stream: where RAM lies and what the registers are, as QEMU itself says of the machine."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import NotFound, Unsupported
from snapmgr.inspect.elf_core import plan_core, write_core
from snapmgr.inspect.guest_memory import Placed, place, split_of
from snapmgr.inspect.index import StreamIndex, index_stream
from tests.cli.places import stored
from tests.qemu import MEMORY, machine, needs_qemu
from tests.savevm.streams import END, START, be32, begin, footer, full, stream

GIB = 1 << 30


@contextmanager
def indexed(path: Path) -> Iterator[StreamIndex]:
    with closing(open_source(path)) as source:
        yield index_stream(source)


@pytest.fixture
def index(request):
    with indexed(stored(request.param)) as found:
        yield found


def programs(core: bytes) -> list[tuple[int, ...]]:
    """Type, flags, offset, virtual and physical address, sizes in file and memory, and alignment of each program."""
    assert core[:7] == b"\x7fELF\x02\x01\x01"
    at, count = struct.unpack_from("<Q", core, 32)[0], struct.unpack_from("<H", core, 56)[0]
    return [struct.unpack_from("<IIQQQQQQ", core, at + 56 * number) for number in range(count)]


def notes_of(core: bytes) -> list[tuple[bytes, int, bytes]]:
    """Owner, type and bytes of each note."""
    elf64 = core[4] == 2
    at, count = struct.unpack_from("<Q" if elf64 else "<I", core, 32 if elf64 else 28)[0], 0
    kind, offset, size = 0, 0, 0
    for count in range(struct.unpack_from("<H", core, 56 if elf64 else 44)[0]):
        if elf64:
            kind, _, offset, _, _, size = struct.unpack_from("<IIQQQQ", core, at + 56 * count)
        else:
            kind, offset, _, _, size = struct.unpack_from("<IIIII", core, at + 32 * count)
        if kind == 4:
            break
    found, end = [], offset + size
    while offset < end:
        name, length, kind = struct.unpack_from("<III", core, offset)
        body = offset + 12 + -(-name // 4) * 4
        found.append((core[offset + 12 : offset + 12 + name - 1], kind, core[body : body + length]))
        offset = body + -(-length // 4) * 4
    return found


@pytest.mark.parametrize(
    ("type_name", "length", "below"),
    [
        ("pc-i440fx-7.2", 0xE0000000 - (1 << 20), 0xE0000000 - (1 << 20)),
        ("pc-i440fx-7.2", 0xE0000000, 0xC0000000),
        ("pc-i440fx-2.0", 8 * GIB, 0xC0000000),
        ("pc-i440fx-1.7", 4 * GIB, 0xE0000000),
        ("isapc", 4 * GIB, 0xE0000000),
        ("pc-q35-10.0", 0xB0000000 - (1 << 20), 0xB0000000 - (1 << 20)),
        ("pc-q35-10.0", 0xB0000000, 0x80000000),
        ("microvm", 3 * GIB, 3 * GIB),
        ("microvm", 5 * GIB, 3 * GIB),
    ],
)
def test_ram_is_split_where_info_mtree_has_it(type_name, length, below):
    """The numbers are what QEMU 7.2 printed for machines of these sizes."""
    assert split_of(type_name, length) == below


@pytest.mark.parametrize("index", ["machine-none.v72"], indirect=True)
def test_a_machine_that_is_not_known_is_refused(index):
    with pytest.raises(NotFound, match=r"pc\.ram"):
        place(index)
    with pytest.raises(Unsupported, match="none"):
        place(index, "ram")


@pytest.mark.skipif(shutil.which("readelf") is None, reason="no readelf on this machine")
@pytest.mark.parametrize("index", ["devices-pc.v72"], indirect=True)
def test_readelf_finds_nothing_wrong(index, tmp_path):
    core, path = plan_core(index), tmp_path / "guest.core"
    with path.open("wb") as file:
        write_core(index, core, file)
    said = subprocess.run(["readelf", "-h", "-l", "-n", path], capture_output=True, text=True, check=True)
    assert said.stderr == ""
    assert said.stdout.count("NT_PRSTATUS") == core.cpus == 2
    assert re.findall(r"LOAD +0x0*1000 0x0{16} 0x0{16}", said.stdout) != []
    written = path.read_bytes()
    assert path.stat().st_blocks * 512 < len(written) // 8
    loads = [row for row in programs(written) if row[0] == 1]
    assert [(row[4], row[5]) for row in loads] == [(0, 16 << 20), ((4 * GIB) - (256 << 10), 256 << 10)]
    for row, part in zip(loads, core.placed, strict=True):
        assert written[row[2] : row[2] + row[5]] == index.ram.read(part.block, part.offset, part.length)


@pytest.mark.parametrize("index", ["no-vmdesc.v72"], indirect=True)
def test_without_a_description_there_are_no_registers(index):
    core = plan_core(index)
    assert (core.cpus, core.notes) == (0, b"")


NOTE = struct.pack("<III", 11, 9, 0) + b"VMCOREINFO\0\0" + b"SYMBOL(x)"


def left_by_kernel(folder: Path, note: bytes, guest_format: int = 1, size: int = 0x1024, at: int = 0x1FE8) -> bytes:
    """The notes of a guest of 16 KiB whose kernel told the device vmcoreinfo where its note is: over two pages."""
    ram = bytearray(4 * 4096)
    ram[at : at + len(note)] = note[: max(len(ram) - at, 0)]
    listed = (len(ram) | 4).to_bytes(8) + b"\6pc.ram" + len(ram).to_bytes(8)
    pages = b"".join(
        (page << 12 | 8 | 0x20).to_bytes(8) + ram[page << 12 : (page + 1) << 12] if page else
        (8).to_bytes(8) + b"\6pc.ram" + ram[:4096]
        for page in range(4)
    )  # fmt: skip
    eos = (0x10).to_bytes(8) + footer(2)
    payload = struct.pack(">?HHIQ", True, 0, guest_format, size, at)
    names = {"has_vmcoreinfo": 1, "vmcoreinfo.host_format": 2, "vmcoreinfo.guest_format": 2,
             "vmcoreinfo.size": 4, "vmcoreinfo.paddr": 8}  # fmt: skip
    fields = [{"name": name, "type": f"uint{8 * length}", "size": length} for name, length in names.items()]
    device = {"name": "vmcoreinfo", "instance_id": 0, "vmsd_name": "vmcoreinfo", "version": 1, "fields": fields}
    text = json.dumps({"page_size": 4096, "devices": [device]}).encode()
    path = folder / "guest.mig"
    path.write_bytes(
        stream(
            begin(START, 2, b"ram", 0, 4) + listed + eos,
            begin(END, 2) + pages + eos,
            full(5, payload, idstr=b"vmcoreinfo", version=1),
            configuration=b"\7" + be32(13) + b"pc-i440fx-7.2",
        )
        + b"\6" + be32(len(text)) + text
    )  # fmt: skip
    with indexed(path) as index:
        assert not index.problems
        return plan_core(index).notes


def test_the_note_that_the_kernel_left_tells_crash_where_it_lies(tmp_path):
    assert left_by_kernel(tmp_path, NOTE) == NOTE + bytes(3)
    for wrong in ({"guest_format": 0}, {"size": 20}, {"size": 2 << 20}, {"at": 0x4000}, {"size": 0x8000}):
        assert left_by_kernel(tmp_path, NOTE, **wrong) == b""
    for other in (NOTE.replace(b"VM", b"WM"), struct.pack("<III", 11, 1 << 31, 0) + NOTE[12:], b"\xff" * 200):
        assert left_by_kernel(tmp_path, other) == b""


class TestBesideQemu:
    """A machine is migrated and dumped at the same moment."""

    pytestmark = needs_qemu

    def test_registers_and_memory_are_those_of_its_own_dump(self, tmp_path):
        stream, dump = tmp_path / "guest.mig", tmp_path / "qemu.core"
        with machine(tmp_path, "-smp", "2") as guest:
            guest.boot()
            guest.run("dump-guest-memory", paging=False, protocol=f"file:{dump}")
            physical = guest.save_memory(tmp_path / "memory")
            guest.migrate(stream)
        with indexed(stream) as index:
            path = tmp_path / "ours.core"
            with path.open("wb") as file:
                write_core(index, plan_core(index), file)
            ours, theirs = path.read_bytes(), dump.read_bytes()
            states = [[note for note in notes_of(core) if note[0] == b"QEMU"] for core in (ours, theirs)]
            assert states[0] == states[1] and len(states[0]) == 2
            aligned = [{row[7] for row in programs(core)} for core in (ours, theirs)]
            assert aligned[0] == aligned[1] == {0}  # else crash takes it for a netdump
            start = next(row[2] for row in programs(ours) if row[0] == 1)
            assert ours[start : start + 0xA0000] == physical[:0xA0000]
            assert ours[start + 0x100000 : start + MEMORY] == physical[0x100000:MEMORY]

    def test_what_cmos_says_of_ram_counts_before_the_machine_type(self, tmp_path):
        stream = tmp_path / "guest.mig"
        with machine(tmp_path, "-machine", f"max-ram-below-4g={24 << 20}") as guest:
            tree = guest.monitor("info mtree -f")
            guest.migrate(stream)
        assert re.search(r"0000000100000000-00000001007fffff .*: pc\.ram @0000000001800000", tree)
        with indexed(stream) as index:
            loads = [(part.offset, part.length, part.address) for part in place(index) if part.block == "pc.ram"]
            assert loads == [(0, 24 << 20, 0), (24 << 20, 8 << 20, 4 * GIB)]


def test_ram_that_memory_backend_named_is_known_by_its_size() -> None:
    with closing(open_source(stored("hugetlb-plain.v100"))) as source:
        assert place(index_stream(source))[0] == Placed("huge", 0, 16 << 20, 0)

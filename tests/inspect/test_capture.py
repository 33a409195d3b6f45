"""Captured channels, read together: records, RAM and messages back are what was seen without reading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.containers.open import open_source
from snapmgr.errors import Unsupported
from snapmgr.inspect.against.judge import judge
from snapmgr.inspect.against.resolve import resolve_target
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.model import Node, Severity
from snapmgr.inspect.page_states import PagePlace, page_at
from snapmgr.inspect.passes import history
from snapmgr.inspect.report import inspect_document
from snapmgr.inspect.verify import verify
from snapmgr.ram.multifd import PacketFlag
from snapmgr.ram.words import RamFlag
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import SectionBegin
from tests import corpus
from tests.ram.test_multifd import GREETED, packet

Indexed = Callable[..., StreamIndex]
CASES: dict[str, Any] = corpus.streams()["cases"]
NAMES = corpus.capture_cases()


@pytest.mark.parametrize("name", NAMES)
def test_ram_is_what_the_source_had_when_it_stood_still(indexed: Indexed, name: str) -> None:
    index = indexed(name, "*")
    truths = {block["name"]: block["sha256"] for block in CASES[name].get("blocks", ()) if block["sha256"]}
    assert truths or CASES[name]["kind"] == "colo"
    assert {block: index.ram.sha256(block) for block in truths} == truths


@pytest.mark.parametrize("name", NAMES)
def test_records_of_the_main_stream_are_those_of_the_independent_walker(indexed: Indexed, name: str) -> None:
    document, facts = inspect_document(indexed(name, "*")), CASES[name]["facts"]
    rows = {row["offset"]: row for row in document["sections"] if row["channel"] == 0}
    for offset, kind, number, idstr, instance, version, length, count in facts["index"]:
        if kind in ("START", "PART", "END", "FULL"):
            row = rows[offset]
            assert (row["type"], row["section_id"], row["idstr"]) == (kind, number, idstr)
            assert (row["instance_id"], row["version_id"]) == (instance, version)
            assert row["length"] == length or count > 1
    commands: dict[str, list[int]] = {}
    for row in document["commands"]:
        if row["channel"] == 0:
            commands.setdefault(row["name"], []).append(row["offset"])
    assert commands == {command: seen["offsets"] for command, seen in facts["commands"].items()}


@pytest.mark.parametrize("name", NAMES)
def test_messages_back_are_those_that_were_seen(indexed: Indexed, name: str) -> None:
    document = inspect_document(indexed(name, "*"))
    for connection, truth in CASES[name]["return_path"].items():
        ours = [row for row in document["return_path"] if f"conn{row['channel']}" == connection]
        assert Counter(row["name"] for row in ours) == truth["counts"]
        for row, (offset, kind, _length, _data, *more) in zip(ours, truth["first"], strict=False):
            assert (row["offset"], row["name"]) == (offset, kind)
            if more:
                assert row["bitmap_bytes"] == more[0]["bitmap_bytes"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_them_and_every_byte_is_something(indexed: Indexed, name: str) -> None:
    index = indexed(name, "*")
    assert not [problem for problem in verify(index).problems if problem.severity is not Severity.NOTE] or (
        CASES[name]["kind"] == "colo"
    )
    assert all(record.type != "UNKNOWN" for record in index.records)
    at = 0
    for row in range(len(index.records)):
        offset, length = index.records.span(row)
        if index.records.within_at(row) < 0:
            assert offset == at
        at = max(at, offset + length)
    assert at == index.size == sum(channel.size for channel in index.channels)


@pytest.mark.parametrize("name", ["multifd-zlib.v100", "postcopy-preempt.v72", "postcopy-recover.v100", "colo.v72"])
def test_rows_lie_within_their_row_and_end_at_bytes(indexed: Indexed, name: str) -> None:
    tree = indexed(name, "*").tree

    def walk(node: Node) -> None:
        for child in tree.children(node):
            assert node.offset <= child.offset <= child.offset + child.length <= node.offset + node.length
            walk(child)

    for node in tree.roots:
        walk(node)
    assert tree.marks(0, indexed(name, "*").size)


def test_a_page_that_comes_twice_has_what_came_behind_the_later_sync(indexed: Indexed) -> None:
    index = indexed("multifd-none.v100", "*")
    assert index.iterations == 5
    assert sum(block.resent for block in index.blocks) > 100


@pytest.mark.parametrize("version", ["v72", "v100"])
def test_checkpoints_of_colo_are_told_apart(indexed: Indexed, version: str) -> None:
    index = indexed(f"colo.{version}", "*")
    case = CASES[f"colo.{version}"]
    found = [(record.offset, record.idstr) for record in index.records if record.type == "MESSAGE"]
    forward = [(index.place(offset)[1], name) for offset, name in found if index.place(offset)[0] is index.channels[0]]
    assert forward == [(row[0], row[1]) for row in case["colo_tail"]]
    back = [name for offset, name in found if index.place(offset)[0] is not index.channels[0]]
    assert back == [row[1] for row in case["colo_messages_back"]]


def test_checkpoints_that_nothing_announced_are_told_apart(tmp_path: Path) -> None:
    """QEMU 11.1 goes on with them where older ones have said ENABLE_COLO at the beginning."""
    folder = corpus.lay_out("colo.v100", tmp_path)
    packed, command = folder / "conn0.fwd.bin.zst", 0x1B
    whole = corpus.unpack(packed)
    assert whole[command : command + 5] == b"\x08\0\x08\0\0"
    packed.unlink()
    packed.with_suffix("").write_bytes(whole[:command] + whole[command + 5 :])
    index = index_stream(open_source(folder))
    case = CASES["colo.v100"]
    found = [(record.offset, record.idstr) for record in index.records if record.type == "MESSAGE"]
    assert found[: len(case["colo_tail"])] == [(row[0] - 5, row[1]) for row in case["colo_tail"]]
    assert [name for _, name in found[len(case["colo_tail"]) :]] == [row[1] for row in case["colo_messages_back"]]
    assert [problem.code for problem in index.problems if problem.code != "order-json"] == ["colo-checkpoints"]


def test_what_only_a_later_checkpoint_has_is_no_fault(tmp_path: Path) -> None:
    """The stream describes the first state of its devices, which did not need the subsection."""
    folder = corpus.lay_out("colo.v100", tmp_path)
    packed = folder / "conn0.fwd.bin.zst"
    before, whole = index_stream(open_source(folder)), corpus.unpack(packed)
    device = [row for row in before.records if row.type == "FULL" and row.idstr == "timer"][-1]
    at = before.place(device.offset)[1] + device.length - 5  # its footer
    packed.unlink()
    for name, severity in ((b"timer/new", Severity.NOTE), (b"other/new", Severity.ERROR)):
        more = bytes((RecordType.SUBSECTION, len(name))) + name + bytes(8)
        packed.with_suffix("").write_bytes(whole[:at] + more + whole[at:])
        (found,) = (row for row in index_stream(open_source(folder)).problems if row.code != "order-json")
        assert (found.severity, found.length, found.section) == (severity, len(more), "timer (0)")
        assert name.decode() in found.message or severity is Severity.ERROR


def test_a_cut_channel_is_read_up_to_the_cut(tmp_path: Path) -> None:
    folder = corpus.lay_out("multifd-zlib.v100", tmp_path)
    whole = (folder / "conn2.fwd.bin").read_bytes()
    (folder / "conn2.fwd.bin").write_bytes(whole[:50000])
    index = index_stream(open_source(folder))
    found = [(problem.code, index.place(problem.offset)) for problem in index.problems]
    assert ("channel-truncated", (index.channels[2], 49999)) in found
    assert [problem.code for problem in verify(index).problems if problem.severity is Severity.ERROR] == [
        "channel-truncated"
    ]
    verdict = judge(index, resolve_target(str(corpus.lay_out("multifd-zstd.v100", tmp_path))))
    assert verdict.verdict == "refuses"
    assert verdict.problems[0].code == "channel-truncated"
    assert index.ram.read("pc.ram", 0, 1 << 20)


def test_a_recovered_migration_loads_on_a_machine_like_its_own(indexed: Indexed, tmp_path: Path) -> None:
    index = indexed("postcopy-recover.v72", "*")
    verdict = judge(index, resolve_target(str(corpus.lay_out("postcopy-recover.v72", tmp_path))))
    assert verdict.verdict == "loads"


def test_a_damaged_packet_is_found_when_the_pages_are_unpacked(tmp_path: Path) -> None:
    folder = corpus.lay_out("multifd-zlib.v100", tmp_path)
    data = bytearray((folder / "conn2.fwd.bin").read_bytes())
    data[60000:60400] = bytes(400)
    (folder / "conn2.fwd.bin").write_bytes(data)
    verdict = verify(index_stream(open_source(folder)))
    assert "multifd-data" in [problem.code for problem in verdict.problems if problem.severity is Severity.ERROR]


def synthetic(folder: Path, pages: int, *channels: bytes) -> StreamIndex:
    """A capture of one RAM block without devices, whose pages travel in ``channels`` of multifd, in one pass."""
    sync, eos = RamFlag.MULTIFD_FLUSH.to_bytes(8), RamFlag.EOS.to_bytes(8) + writer.footer(2)
    start, end = SectionBegin(0, 0, RecordType.START, 2, "ram", 0, 4), SectionBegin(0, 0, RecordType.END, 2)
    size = pages << 12
    listed = (size | RamFlag.MEM_SIZE).to_bytes(8) + writer.counted(b"pc.ram") + size.to_bytes(8) + sync + eos
    main = writer.header() + writer.section_begin(start) + listed + writer.section_begin(end) + sync + eos + b"\0"
    (folder / "conn0.fwd.bin").write_bytes(main + writer.vmdesc(b'{"page_size": 4096, "devices": []}'))
    for number, sent in enumerate(channels, 1):
        silent = packet([], [], b"", PacketFlag.SYNC)
        (folder / f"conn{number}.fwd.bin").write_bytes(GREETED + silent + sent + silent)
    return index_stream(open_source(folder))


def test_what_is_packed_by_hardware_is_named_and_passed_over(tmp_path: Path) -> None:
    qpl = packet([1, 2], [3], bytes(100), PacketFlag.QPL, 5) + packet([4], [], b"\7" * 4096, 0, 6)
    index = synthetic(tmp_path, 8, qpl)
    (note,) = [problem for problem in index.problems if problem.code == "packing-not-read"]
    assert "qpl" in note.message and note.severity is Severity.NOTE
    assert (index.blocks[0].normal, index.blocks[0].compressed, index.blocks[0].zero) == (1, 2, 1)
    assert index.ram.read("pc.ram", 4 << 12, 4096) == b"\7" * 4096
    with pytest.raises(Unsupported, match="packed by qpl"):
        index.ram.sha256("pc.ram")
    (sending,) = history(index, "pc.ram", 2)
    whole = next(record for record in index.records if record.type == "PACKET" and record.idstr == "pc.ram")
    assert (sending.begin, sending.length, sending.packed_by) == (whole.offset, whole.length, "qpl")
    assert page_at(index, whole.offset + 9) == PagePlace("pc.ram", 1)


@pytest.mark.parametrize("name", ["multifd-zlib.v100", "multifd-zstd.v72"])
def test_a_page_leads_to_the_packet_that_it_is_packed_in(indexed: Indexed, name: str) -> None:
    """The packet's header lists the page, and its bytes lead back to the first page of it."""
    index, seen = indexed(name, "*"), 0
    for page in range(0, 4096, 16):
        for sending in history(index, "pc.ram", page):
            if sending.packed_by:
                head = index.source.read(sending.begin, 320 + 8 * 128)
                normal = int.from_bytes(head[16:20])
                offsets = np.frombuffer(head, ">u8", normal, 320)
                assert page << 12 in offsets
                assert head[:4] == GREETED[:4] and sending.packed_by in name
                assert page_at(index, sending.begin) == PagePlace("pc.ram", int(offsets[0]) >> 12)
                seen += 1
    assert seen > 5


def test_device_state_in_packets_is_named_and_passed_over(tmp_path: Path) -> None:
    head = GREETED[:8] + PacketFlag.DEVICE_STATE.to_bytes(4) + b"vfio".ljust(256, b"\0")
    index = synthetic(tmp_path, 8, head + (0).to_bytes(4) + (50).to_bytes(4) + bytes(50) + packet([1], [], bytes(4096)))
    assert "device-state-packet" in [problem.code for problem in index.problems]
    assert [record.idstr for record in index.records if record.type == "PACKET"] == ["sync", "vfio", "pc.ram", "sync"]


@settings(max_examples=30)
@given(data=st.data())
def test_pages_are_right_however_they_are_spread_over_packets(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each page once, in any order, by any channel, in packets of any size, with contents or zero."""
    order = data.draw(st.permutations(range(40)))
    zero = data.draw(st.sets(st.integers(0, 39)))
    sent, at, number = [b"", b""], 0, 0
    while at < len(order):
        some = order[at : at + data.draw(st.integers(1, 20))]
        normal = [page for page in some if page not in zero]
        contents = b"".join(bytes([page + 1]) * 4096 for page in normal)
        sent[data.draw(st.integers(0, 1))] += packet(
            normal, [page for page in some if page in zero], contents, 0, number
        )
        at, number = at + len(some), number + 1
    index = synthetic(tmp_path_factory.mktemp("spread"), 40, *sent)
    expected = b"".join((b"\0" if page in zero else bytes([page + 1])) * 4096 for page in range(40))
    assert index.ram.read("pc.ram", 0, 40 << 12) == expected
    assert (index.blocks[0].zero, index.iterations) == (len(zero), 1)


def test_what_postcopy_threw_away_has_not_come_before_it_comes_again(tmp_path: Path) -> None:
    folder = corpus.lay_out("postcopy.v72", tmp_path)
    whole = open_source(folder).read(0, 1 << 21).tobytes()
    (folder / "conn0.fwd.bin.zst").unlink()
    offset = CASES["postcopy.v72"]["facts"]["commands"]["POSTCOPY_RAM_DISCARD"]["offsets"][0]
    length = int.from_bytes(whole[offset + 5 + 1 + 1 + 6 + 1 + 8 :][:8])
    (folder / "conn0.fwd.bin").write_bytes(whole[: offset + 30])
    block = index_stream(open_source(folder)).blocks[0]
    assert block.name == "pc.ram" and length
    assert block.pages - block.normal - block.zero == length >> 12
    (folder / "conn0.fwd.bin").write_bytes(whole[:offset])
    block = index_stream(open_source(folder)).blocks[0]
    assert block.pages == block.normal + block.zero

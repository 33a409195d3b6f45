"""The index of every corpus stream equals the truths that were obtained without it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapmgr.containers.open import open_source
from snapmgr.errors import SnapmgrError, StreamError
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.model import Node, Severity
from snapmgr.ram.words import RamFlag
from snapmgr.work import CancelToken
from tests import corpus
from tests.benchmarks.streams import write_stream

Indexed = Callable[..., StreamIndex]
PLAIN = corpus.plain_cases()
ONE_WAY = [name for name, case in corpus.streams()["cases"].items() if "stream" in case["files"]]
CASES: dict[str, Any] = corpus.streams()["cases"]


def rows(index: StreamIndex) -> list[tuple[object, ...]]:
    """Our records as the truths have theirs: PARTs that follow each other are one row with a count."""
    found: list[list[Any]] = []
    for record in index.records:
        if record.type in ("HEADER", "UNKNOWN"):
            continue
        row = [
            record.offset,
            record.type,
            record.section_id,
            record.idstr,
            record.instance_id,
            record.version_id,
            record.length,
            1,
        ]
        last = found[-1] if found else None
        if record.type == "PART" and last and last[1] == "PART" and last[2] == record.section_id:
            last[6] += record.length
            last[7] += 1
        else:
            found.append(row)
    return [tuple(row) for row in found]


@pytest.mark.parametrize("name", ONE_WAY)
def test_records_are_those_of_the_independent_walker(indexed: Indexed, name: str) -> None:
    facts = CASES[name].get("facts") or {}
    if facts.get("walk_error") or not facts.get("index") or facts.get("index_parts_left_out"):
        facts = {**facts, "index": (facts.get("index") or [])[:6]}
    ours = {row[0]: row for row in rows(indexed(name))}
    for offset, kind, number, idstr, instance, version, length, count in (row[:8] for row in facts["index"]):
        if kind == "SUBSECTION" or kind == "PART":
            continue
        if kind == "CONFIGURATION":
            assert (ours[offset][1], ours[offset][3]) == (kind, idstr)
            continue
        assert ours[offset] == (offset, kind, number, idstr, instance, version, length, count)


@pytest.mark.parametrize("name", PLAIN)
def test_parts_are_all_there(indexed: Indexed, name: str) -> None:
    facts = CASES[name]["facts"]
    if facts["walk_error"]:
        assert any(record.type == "END" for record in indexed(name).records)
        return
    theirs = {row[0]: (row[6], row[7]) for row in facts["index"] if row[1] == "PART"}
    ours = {row[0]: (row[6], row[7]) for row in rows(indexed(name)) if row[1] == "PART"}
    assert ours == theirs


def truth_of(case: dict[str, Any], block: dict[str, Any]) -> str | None:
    name = block["name"]
    if block["sha256"] and (case.get("stream_rebuilds_truth") or {}).get(name):
        return str(block["sha256"])
    if name in (case.get("stream_rebuilds_truth") or {}) or name in (case.get("stream_rebuilds_dest") or {}):
        return (case.get("dest") or {}).get("blocks_sha256", {}).get(name)
    return None


@pytest.mark.parametrize("name", PLAIN)
def test_ram_is_what_the_source_had(indexed: Indexed, name: str) -> None:
    case, index = CASES[name], indexed(name)
    assert {block.name: block.used_length for block in index.blocks} == case["facts"]["blocks_in_stream"]
    compared = 0
    for block in case["blocks"]:
        if (truth := truth_of(case, block)) is not None:
            assert index.ram.sha256(block["name"]) == truth, block["name"]
            compared += 1
    assert compared or name.startswith("ignore-shared")


CODED = [name for name in ONE_WAY if CASES[name]["kind"] in ("mapped-ram", "compress") or name.startswith("xbzrle")]


@pytest.mark.parametrize("name", CODED)
def test_ram_in_another_coding_is_what_the_source_had(indexed: Indexed, name: str) -> None:
    case, index = CASES[name], indexed(name)
    truths = {block["name"]: truth_of(case, block) for block in case["blocks"]}
    assert truths["pc.ram"] is not None
    for block, truth in truths.items():
        assert truth is None or index.ram.sha256(block) == truth, block


@pytest.mark.parametrize("name", PLAIN)
def test_ram_of_every_block_equals_what_the_script_extracts(indexed: Indexed, name: str) -> None:
    index = indexed(name)
    for block, digest in CASES[name]["analyze"]["extracted_ram_sha256"].items():
        known = block if block in index.ram.blocks else f"/{block}"
        assert index.ram.sha256(known) == digest, block


@pytest.mark.parametrize("name", PLAIN)
def test_page_counts_are_those_of_the_flags(indexed: Indexed, name: str) -> None:
    flags = {int(flag, 16): fact["count"] for flag, fact in CASES[name]["facts"]["ram_flags"].items()}
    blocks = indexed(name).blocks
    normal = sum(count for flag, count in flags.items() if flag & 0x08)
    zero = sum(count for flag, count in flags.items() if flag & 0x02)
    resent = sum(block.resent for block in blocks)
    assert sum(block.normal + block.zero for block in blocks) + resent == normal + zero
    assert all(block.normal + block.zero <= block.pages for block in blocks)


@pytest.mark.parametrize("name", PLAIN)
def test_good_streams_have_no_errors(indexed: Indexed, name: str) -> None:
    index = indexed(name)
    assert [problem for problem in index.problems if problem.severity is Severity.ERROR] == []


@pytest.mark.parametrize("name", PLAIN)
def test_the_description_is_found(indexed: Indexed, name: str) -> None:
    index = indexed(name)
    truth = CASES[name]["facts"]["vmdesc_offset_len"]
    if truth and not CASES[name]["facts"]["walk_error"]:
        assert index.vmdesc is not None
        assert index.vmdesc[0] - 5 == truth[0] or index.vmdesc[0] == truth[0]
    assert index.description is not None


@pytest.mark.parametrize("name", sorted(corpus.streams()["damaged"]))
def test_damaged_streams_are_indexed_or_refused_with_a_reason(indexed: Indexed, name: str) -> None:
    case = corpus.streams()["damaged"][name]
    try:
        index = indexed(name, damaged=True)
    except SnapmgrError as error:
        assert case["dest"]["result"] != "loaded"
        assert error.code in ("not-a-stream", "empty", "truncated")
        return
    at = 0
    for record in index.records:
        if record.within is None:
            assert record.offset >= at
            at = record.offset
        assert record.offset + record.length <= index.size


FILLED = "damaged-ram-zero-fill.v100"


@pytest.mark.skipif(FILLED not in corpus.streams()["damaged"], reason="not in the shipped part of the corpus")
def test_a_zero_page_of_another_byte_is_said_in_qemus_words(indexed: Indexed) -> None:
    index = indexed(FILLED, damaged=True)
    (problem,) = [problem for problem in index.problems if problem.code == "zero-fill"]
    (said,) = [line for line in corpus.streams()["damaged"][FILLED]["dest"]["stderr"] if "zero page" in line]
    assert said.endswith(problem.qemu["10.0"])
    assert problem.severity is Severity.WARNING


@pytest.mark.parametrize("version", [3, 4])
def test_the_headers_row_says_the_version_that_stands_there(tmp_path: Path, version: int) -> None:
    stream = corpus.stream_bytes("machine-none.v100")
    path = tmp_path / "s.mig"
    path.write_bytes(stream[:4] + version.to_bytes(4) + stream[8:])
    assert index_stream(open_source(path)).tree.roots[0].meaning == f"version {version}"


def test_two_faults_far_apart_are_both_found(tmp_path: Path) -> None:
    stream = bytearray(corpus.stream_bytes("tiny.v100"))
    rows = [row for row in CASES["tiny.v100"]["facts"]["index"] if row[1] == "FULL"]
    for row in (rows[2], rows[-3]):
        stream[row[0] + row[6] - 5] = 0x7F
    path = tmp_path / "two.mig"
    path.write_bytes(stream)
    index = index_stream(open_source(path))
    found = [problem for problem in index.problems if problem.code == "missing-section-footer"]
    assert [problem.section for problem in found] == [f"{row[3]} ({row[4]})" for row in (rows[2], rows[-3])]
    names = [record.idstr for record in index.records if record.type == "FULL"]
    assert names == [row[3] for row in rows]


def test_cancelling_keeps_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "s.mig"
    write_stream(path, pages=1 << 13, stretch=64)
    cancel = CancelToken()
    index = index_stream(open_source(path), progress=lambda done, total: cancel.cancel(), cancel=cancel)
    assert not index.complete
    assert 0 < index.indexed < index.size
    assert index.blocks[0].normal > 0


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(StreamError) as refused:
        index_stream(open_source(tmp_path / "empty"))
    assert refused.value.code == "empty"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_mutated_real_streams_never_raise_anything_else(tmp_path: Path, data: st.DataObject) -> None:
    stream = bytearray(corpus.stream_bytes("machine-none.v100"))
    for _ in range(data.draw(st.integers(1, 8))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "mutated.mig"
    path.write_bytes(stream[: data.draw(st.integers(0, len(stream)))])
    try:
        index = index_stream(open_source(path))
    except SnapmgrError:
        return
    for root in index.tree.roots:
        for node in index.tree.children(root):
            index.tree.children(node)
    index.tree.marks(0, index.size)
    index.spans()


def test_a_file_cut_while_it_is_read_is_shown_as_far_as_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "s.mig"
    write_stream(path, 8192, 64)
    source = open_source(path)

    def cut(done: int, total: int) -> None:
        os.truncate(path, 16)

    index = index_stream(source, progress=cut)
    assert any(problem.code == "file-changed" for problem in index.problems)
    assert 0 < index.indexed < index.size
    walked = list(walk(index))
    assert any("became shorter" in node.meaning for node in walked)


def walk(index: StreamIndex) -> Iterator[Node]:
    pending = list(index.tree.roots)
    while pending:
        node = pending.pop()
        yield node
        pending.extend(index.tree.children(node))


def small_pages() -> tuple[bytes, bytes]:
    """A stream of a target with pages of 1 KiB, and what its RAM holds."""
    name, pages = b"\x04sram", (b"\x11" * 1024, None, b"\x22" * 1024, None)
    start = (4096 | RamFlag.MEM_SIZE).to_bytes(8) + name + (4096).to_bytes(8)
    records = b""
    for page, content in enumerate(pages):
        flag = RamFlag.ZERO if content is None else RamFlag.PAGE
        word = page << 10 | flag | (RamFlag.CONTINUE if page else 0)
        records += word.to_bytes(8) + (b"" if page else name) + (content or b"\0")
    eos, footer = RamFlag.EOS.to_bytes(8), b"\x7e\0\0\0\2"
    text = b'{"page_size": 1024, "devices": []}'
    stream = (
        b"QEVM\0\0\0\3\x01\0\0\0\2\x03ram" + bytes(4) + b"\0\0\0\4" + start + eos + footer
        + b"\x03\0\0\0\2" + records + eos + footer + b"\0\x06" + len(text).to_bytes(4) + text
    )  # fmt: skip
    return stream, b"".join(page or bytes(1024) for page in pages)


def test_the_description_says_how_large_pages_are(tmp_path: Path) -> None:
    """A target whose least page is smaller than 4 KiB (vexpress-a9: 1 KiB) does not say so in its configuration."""
    path, (stream, contents) = tmp_path / "small.mig", small_pages()
    path.write_bytes(stream)
    with closing(open_source(path)) as source:
        index = index_stream(source)
        assert index.problems == () and index.page_size == 1024
        assert bytes(index.ram.read("sram", 0, 4096)) == contents

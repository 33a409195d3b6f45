"""The tree: rows nest, paths are stable, and every byte belongs to exactly one mark."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Node, NodeKind
from snapmgr.inspect.search import search
from snapmgr.inspect.tree import Tree
from tests import corpus

Indexed = Callable[..., StreamIndex]
PLAIN = corpus.plain_cases()
PACKAGED = [name for name in ("postcopy.v72", "postcopy.v100") if name in corpus.streams()["cases"]]


def walk(tree: Tree, nodes: list[Node] | None = None) -> Iterator[Node]:
    for node in tree.roots if nodes is None else nodes:
        yield node
        yield from walk(tree, list(tree.children(node)))


@pytest.mark.parametrize("name", [name for name in PLAIN if "devices" not in name])
def test_rows_nest_and_their_paths_lead_back(indexed: Indexed, name: str) -> None:
    tree = indexed(name).tree
    nodes = list(walk(tree))
    for node in nodes:
        children = tree.children(node)
        assert bool(children) == bool(node.children)
        at = node.offset
        for place, child in enumerate(children):
            assert child.path == (*node.path, place)
            assert at <= child.offset and child.offset + child.length <= node.offset + node.length
            at = child.offset
    assert all(tree.node(node.path) == node for node in nodes[:: max(1, len(tree.roots))])


@pytest.mark.parametrize("name", ["tiny.v72", "tiny.v100", "pc-live.v100"])
def test_marks_cover_every_byte_once(indexed: Indexed, name: str) -> None:
    if name not in corpus.streams()["cases"]:
        name = "tiny.v100"
    index = indexed(name)
    at = 0
    for mark in index.tree.marks(0, index.size):
        assert mark.offset == at and mark.length > 0
        at += mark.length
    assert at == index.size


@pytest.mark.parametrize("name", ["tiny.v72", "tiny.v100"])
def test_marks_of_a_window_are_those_of_the_whole(indexed: Indexed, name: str) -> None:
    index = indexed(name)
    whole = list(index.tree.marks(0, index.size))
    for start in range(0, index.size, 9973):
        end = start + 300
        expected = [mark for mark in whole if mark.offset < end and mark.offset + mark.length > start]
        assert list(index.tree.marks(start, 300)) == expected


@pytest.mark.parametrize("name", ["tiny.v72", "tiny.v100"])
def test_the_path_at_an_offset_holds_it(indexed: Indexed, name: str) -> None:
    index = indexed(name)
    for offset in range(0, index.size, 4999):
        node = index.tree.node(index.tree.path_at(offset))
        assert node.offset <= offset < node.offset + node.length
        below = index.tree.children(node)
        assert not any(child.offset <= offset < child.offset + child.length for child in below)


@pytest.mark.parametrize("name", PACKAGED)
def test_records_in_a_package_are_rows_below_it(indexed: Indexed, name: str) -> None:
    index = indexed(name, "conn0.fwd")
    package = next(node for node in index.tree.roots if node.name == "PACKAGED")
    names = [child.name for child in index.tree.children(package)]
    assert names[0] == "Command" and names[1] == "POSTCOPY_LISTEN" and "cpu" in names and "POSTCOPY_RUN" in names
    inner = next(record for record in index.records if record.idstr == "cpu")
    path = index.tree.path_at(inner.payload + 1)
    assert path[0] == package.path[0]


def flatten(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from flatten(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from flatten(inner)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize(
    "name", [name for name in ("tiny.v72", "tiny.v100", "isapc.v100", "microvm.v100", "q35-live.v100") if name in PLAIN]
)
def test_values_in_the_tree_are_those_of_the_script(indexed: Indexed, name: str) -> None:
    truth = json.loads(corpus.analyze_truth(name))
    tree, index = indexed(name).tree, indexed(name)
    for row, record in enumerate(index.records):
        if record.type != "FULL":
            continue
        shown = {node.value.split(" ")[0] for node in walk(tree, [tree.node(tree.path_of_row(row))])}
        for text in flatten(truth[f"{record.idstr} ({record.section_id})"]):
            if text.startswith("0x"):
                assert text.split(" ")[0] in shown, (record.idstr, text)


def found(index: StreamIndex, query: str) -> list[Node]:
    return [index.tree.node(path) for path in search(index, query)]


def test_words_values_offsets_types_and_kinds_are_found(indexed: Indexed) -> None:
    index = indexed("tiny.v100")
    assert {node.name for node in found(index, "eflags")} == {"env.eflags"}
    assert all(int(node.value, 16) == 0xFFF0 for node in found(index, "=0xfff0"))
    assert "env.eip" in {node.name for node in found(index, "=65520")}
    assert "env.a20_mask" in {node.name for node in found(index, "=-1")}
    record = next(record for record in index.records if record.idstr == "cpu")
    (at,) = found(index, f"@{record.payload:X}")
    assert at.offset <= record.payload < at.offset + at.length
    assert {node.kind for node in found(index, "kind:command")} == {NodeKind.COMMAND}
    assert all("timer" in node.type for node in found(index, "type:timer"))
    assert found(index, "is:fault") == []
    assert found(index, "nothing-is-called-so") == []
    assert found(index, "  ") == []


def test_finding_stops_at_its_limit(indexed: Indexed) -> None:
    assert len(list(search(indexed("tiny.v100"), "type:uint8", limit=7))) == 7


def test_spans_cover_the_stream_in_order(indexed: Indexed) -> None:
    index = indexed("tiny.v100")
    at = 0
    for span in index.spans():
        assert span.offset == at
        at += span.length
    assert at == index.size


@pytest.mark.parametrize("name", ["no-vmdesc.v72", *PACKAGED[:1]])
def test_bytes_that_nothing_describes_are_no_fault_where_nothing_is_wrong(indexed: Indexed, name: str) -> None:
    index = indexed(name) if name not in PACKAGED else indexed(name, file="conn0.fwd")
    assert index.description is None and not index.problems
    tree = index.tree
    rest = list(walk(tree, [row for row in tree.roots if row.kind in (NodeKind.DEVICE, NodeKind.COMMAND)]))
    assert "Not described" in {node.name for node in rest}
    assert NodeKind.FAULT not in {node.kind for node in rest}


def test_bytes_behind_what_is_described_are_a_fault(indexed: Indexed) -> None:
    index = indexed("damaged-idstr-unknown.v72", damaged=True)
    faults = [node for node in walk(index.tree) if node.name == "Not described"]
    assert [fault.kind for fault in faults] == [NodeKind.FAULT]

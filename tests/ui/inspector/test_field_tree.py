"""The tree model: lazy, filtered, growing, and right in Qt's eyes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.model import Node, NodeKind
from snapmgr.inspect.search import search
from snapmgr.work import CancelToken
from ui.models.field_columns import BYTES, NAME, OFFSET, VALUE
from ui.models.field_tree import MATCH_ROLE, NODE_ROLE, FieldTreeModel

Indexed = Callable[..., StreamIndex]


class Flat:
    """Many rows of one level, as an array or a stream with very many records makes them."""

    def __init__(self, count: int) -> None:
        self.roots: Sequence[Node] = [
            Node((row,), f"row {row}", "0x00", "0", "uint8", row, 1, NodeKind.DEVICE) for row in range(count)
        ]

    def children(self, node: Node, /) -> Sequence[Node]:
        return ()


def names(model: FieldTreeModel, parent: QModelIndex | None = None) -> list[str]:
    parent = parent or QModelIndex()
    return [model.index(row, 0, parent).data() for row in range(model.rowCount(parent))]


def open_all(model: FieldTreeModel, parent: QModelIndex | None = None, depth: int = 9) -> int:
    """Expand everything below; returns how many rows there are."""
    parent = parent or QModelIndex()
    while model.canFetchMore(parent):
        model.fetchMore(parent)
    rows = model.rowCount(parent)
    return rows + sum(open_all(model, model.index(row, 0, parent), depth - 1) for row in range(rows) if depth)


def test_qt_finds_no_fault_in_the_model(dressed: QApplication, qtmodeltester: ModelTester, indexed: Indexed) -> None:
    model = FieldTreeModel(indexed("tiny.v100").tree)
    open_all(model)
    qtmodeltester.check(model, force_py=True)


def test_nothing_below_a_row_is_made_before_it_is_expanded(dressed: QApplication, indexed: Indexed) -> None:
    index = indexed("tiny.v100")
    asked: list[tuple[int, ...]] = []

    class Watched:
        roots = index.tree.roots

        def children(self, node: Node, /) -> Sequence[Node]:
            asked.append(node.path)
            return index.tree.children(node)

    model = FieldTreeModel(Watched())
    assert model.hasChildren(model.index(0, 0)) and model.rowCount(model.index(0, 0)) == 0
    assert asked == []
    model.fetchMore(model.index(0, 0))
    assert asked == [(0,)] and model.rowCount(model.index(0, 0)) == len(index.tree.children(index.tree.roots[0]))


def test_cells_say_what_the_node_is(dressed: QApplication, indexed: Indexed) -> None:
    index = indexed("tiny.v100")
    model = FieldTreeModel(index.tree)
    path = index.tree.path_at(4)
    row = model.index_of(path)
    assert row.data() == "version"
    assert row.siblingAtColumn(VALUE).data() == "0x00000003  3"
    assert row.siblingAtColumn(OFFSET).data() == "00000004"
    assert row.siblingAtColumn(BYTES).data() == "4"
    assert row.siblingAtColumn(OFFSET).data(Qt.ItemDataRole.ToolTipRole) == "4 bytes from the beginning"
    assert row.data(NODE_ROLE).path == path


def test_every_path_leads_to_its_row(dressed: QApplication, indexed: Indexed) -> None:
    index = indexed("tiny.v72")
    model = FieldTreeModel(index.tree)
    for offset in range(0, index.size, 1013):
        path = index.tree.path_at(offset)
        row = model.index_of(path)
        assert row.data(NODE_ROLE).path == path
        above = row.parent()
        assert not above.isValid() or above.data(NODE_ROLE).path == path[:-1]


def test_a_filter_keeps_the_parents_of_what_it_found(dressed: QApplication, indexed: Indexed) -> None:
    index = indexed("tiny.v100")
    model = FieldTreeModel(index.tree)
    paths = list(search(index, "env.eip"))
    model.begin_filter()
    assert model.rowCount() == 0
    model.add_matches(paths)
    assert names(model) == ["cpu"]
    (row,) = [model.index_of(path) for path in paths]
    assert row.data() == "env.eip" and row.data(MATCH_ROLE)
    assert names(model, row.parent()) == ["env.eip"] and not row.parent().data(MATCH_ROLE)
    model.clear_filter()
    assert len(names(model)) == len(index.tree.roots)


def test_what_is_below_a_match_stays_reachable(dressed: QApplication, indexed: Indexed) -> None:
    index = indexed("tiny.v100")
    model = FieldTreeModel(index.tree)
    cpu = next(node for node in index.tree.roots if node.name == "cpu")
    model.begin_filter()
    model.add_matches([cpu.path])
    top = model.index(0, 0)
    model.fetchMore(top)
    assert model.rowCount(top) == len(index.tree.children(cpu))


def test_matches_that_come_later_take_their_places(
    dressed: QApplication, indexed: Indexed, qtmodeltester: ModelTester
) -> None:
    index = indexed("tiny.v100")
    paths = list(search(index, "type:uint8"))
    at_once, in_pieces = FieldTreeModel(index.tree), FieldTreeModel(index.tree)
    at_once.begin_filter()
    at_once.add_matches(paths)
    in_pieces.begin_filter()
    for path in paths[::-1]:
        in_pieces.add_matches([path])
        in_pieces.index_of(path)
    assert open_all(at_once) == open_all(in_pieces)
    assert names(at_once) == names(in_pieces)
    qtmodeltester.check(in_pieces, force_py=True)


def test_a_growing_index_keeps_the_rows_that_stay(dressed: QApplication, indexed: Indexed, qtbot: QtBot) -> None:
    tree = indexed("tiny.v100").tree

    class Part:
        def __init__(self, count: int) -> None:
            self.roots = [replace(node) for node in tree.roots[:count]]

        def children(self, node: Node, /) -> Sequence[Node]:
            return tree.children(node)

    model = FieldTreeModel(Part(9))
    open_all(model, model.index(8, 0))
    kept = model.index_of((8, 0))
    with qtbot.waitSignal(model.rowsInserted):
        model.grow(Part(20))
    assert len(names(model)) == 20 and model.index_of((8, 0)) == kept
    model.grow(tree)
    assert names(model) == [node.name for node in tree.roots]


def test_a_stream_that_is_read_piece_by_piece_ends_as_if_read_at_once(
    dressed: QApplication, stream: Callable[..., Path], qtmodeltester: ModelTester
) -> None:
    path = stream("tiny.v100")
    source = open_source(path)
    whole = index_stream(source)
    token = CancelToken()
    token.cancel()
    begun = index_stream(source, cancel=token)
    model = FieldTreeModel(begun.tree)
    open_all(model)
    model.grow(whole.tree)
    fresh = FieldTreeModel(whole.tree)
    assert open_all(model) == open_all(fresh)
    qtmodeltester.check(model, force_py=True)
    source.close()


def test_heavy_rows_are_asked_for_and_come_later(dressed: QApplication, indexed: Indexed, qtbot: QtBot) -> None:
    tree = indexed("tiny.v100").tree
    model = FieldTreeModel(tree, heavy=lambda node: node.name == "cpu")
    cpu = next(node for node in tree.roots if node.name == "cpu")
    row = model.index_of(cpu.path)
    with qtbot.waitSignal(model.children_wanted) as wanted:
        model.fetchMore(row)
    assert wanted.args == [cpu] and model.rowCount(row) == 0
    assert not model.canFetchMore(row), "it is on its way already"
    model.provide(cpu.path, list(tree.children(cpu)))
    assert model.rowCount(row) == len(tree.children(cpu))


def test_very_many_children_come_in_pieces(dressed: QApplication, qtbot: QtBot) -> None:
    parts = Flat(10_000).roots

    class Deep:
        roots = [replace(parts[0], name="ram", children=len(parts))]

        def children(self, node: Node, /) -> Sequence[Node]:
            return [replace(part, path=(0, *part.path)) for part in parts] if len(node.path) == 1 else ()

    model = FieldTreeModel(Deep())
    top = model.index(0, 0)
    model.fetchMore(top)
    assert 0 < model.rowCount(top) < 10_000
    assert model.index_of((0, 7_777)).data() == "row 7777", "what is asked for is there at once"
    qtbot.waitUntil(lambda: model.rowCount(top) == 10_000)
    assert not model.canFetchMore(top)
    assert [model.index(row, 0, top).data() for row in (0, 999, 1000, 9_999)] == [
        "row 0", "row 999", "row 1000", "row 9999",
    ]  # fmt: skip


def test_ten_thousand_rows(dressed: QApplication, qtbot: QtBot) -> None:
    tree = Flat(10_000)
    model = FieldTreeModel(tree)
    assert model.rowCount() == 10_000
    assert model.index_of((9_999,)).data() == "row 9999"
    model.begin_filter()
    model.add_matches([(row,) for row in range(0, 10_000, 2)])
    assert model.rowCount() == 5_000
    assert model.index(4_999, 0).data() == "row 9998"


@pytest.mark.parametrize("text", ["a\nb\x1b[0m", "\u202eevil", "x" * 5000, "\udcff"])
def test_names_from_a_stream_cannot_disturb_the_row(dressed: QApplication, text: str) -> None:
    tree = Flat(1)
    tree.roots = [replace(tree.roots[0], name=text, value=text)]
    model = FieldTreeModel(tree)
    for column in (NAME, VALUE):
        shown = model.index(0, column).data()
        assert len(shown) < 1000 and "\n" not in shown and "\u202e" not in shown and "\x1b" not in shown
        shown.encode()

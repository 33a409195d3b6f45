"""What the window's models say of a stream is what the corpus recorded: its records for every stream, the rest for the
good plain ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication

from snapmgr.inspect.index import StreamIndex
from tests import corpus
from ui.models import block_table, record_table
from ui.models.block_table import BlockTableModel
from ui.models.field_columns import BYTES, NAME, OFFSET, VALUE
from ui.models.field_tree import FieldTreeModel
from ui.models.problem_table import ProblemTableModel
from ui.models.record_table import RecordTableModel

Indexed = Callable[..., StreamIndex]
PLAIN = corpus.plain_cases()
RECORDED = [
    name
    for name, case in corpus.streams()["cases"].items()
    if case["kind"] != "colo" and not case["facts"]["index_parts_left_out"]
]
"""Streams whose records the corpus lists one by one; what COLO says after its stream is no record."""


def number(text: str) -> int:
    """A count as it is shown, back as a number."""
    return int(text.replace("\u202f", ""))


def optional(text: str) -> int | None:
    return int(text) if text else None


def truth_rows(name: str) -> list[list[Any]]:
    """facts.index without the subsections of the configuration, which lie in its record here."""
    return [row for row in corpus.streams()["cases"][name]["facts"]["index"] if row[1] != "SUBSECTION"]


@pytest.mark.parametrize("name", RECORDED)
def test_records_are_those_of_the_truth(dressed: QApplication, indexed: Indexed, name: str) -> None:
    """Of streams in several connections it is the main one."""
    case = corpus.streams()["cases"][name]
    index = indexed(name, "stream" if "stream" in case["files"] else f"conn{case['main_connection']}.fwd")
    model = RecordTableModel(index.records)

    def text(row: int, column: int) -> str:
        return str(model.index(row, column).data())

    row = 0
    while text(row, record_table.TYPE) == "HEADER":
        row += 1
    for offset, kind, ident, idstr, instance, version, _, count in truth_rows(name):
        for _ in range(count):
            assert text(row, record_table.TYPE) == ("VMDESCRIPTION" if kind == "VMDESC" else kind)
            if kind in ("START", "PART", "END", "FULL"):
                assert optional(text(row, record_table.SECTION)) == ident
                assert text(row, record_table.NAME) == idstr
                assert optional(text(row, record_table.INSTANCE)) == instance
                assert optional(text(row, record_table.VERSION)) == version
            if count == 1:
                assert int(text(row, record_table.OFFSET), 16) == offset
            row += 1
    if case["facts"]["walk_error"] is None:
        assert row == model.rowCount()


@pytest.mark.parametrize("name", PLAIN)
def test_ram_blocks_are_those_of_the_truth(dressed: QApplication, indexed: Indexed, name: str) -> None:
    index = indexed(name)
    model = BlockTableModel(index.blocks)
    truth = {block["name"]: block for block in corpus.streams()["cases"][name]["blocks"]}
    shown = [model.index(row, block_table.NAME).data() for row in range(model.rowCount())]
    assert shown and set(shown) <= set(truth)
    for row, block in enumerate(shown):
        used = truth[block]["used"]
        exact = model.index(row, block_table.USED).data(Qt.ItemDataRole.ToolTipRole)
        assert number(exact.removesuffix(" bytes")) == used
        counts = [
            number(model.index(row, column).data())
            for column in (block_table.NORMAL, block_table.ZERO, block_table.XBZRLE, block_table.COMPRESSED)
        ]
        assert sum(counts) <= number(model.index(row, block_table.PAGES).data()) == -(-used // 4096)


def values_in(truth: Any) -> int:
    """How many single values the script printed."""
    if isinstance(truth, dict):
        return sum(values_in(value) for value in truth.values())
    return sum(values_in(value) for value in truth) if isinstance(truth, list) else 1


class Shown:
    """Reads the tree as a person does: what the cells of its rows say, and the bytes that they name."""

    def __init__(self, model: FieldTreeModel, index: StreamIndex) -> None:
        self.model, self.index = model, index

    def rows(self, parent: QModelIndex) -> dict[str, list[QModelIndex]]:
        while self.model.canFetchMore(parent):
            self.model.fetchMore(parent)
        found: dict[str, list[QModelIndex]] = {}
        for row in range(self.model.rowCount(parent)):
            child = self.model.index(row, NAME, parent)
            found.setdefault(child.data(), []).append(child)
        return found

    def raw(self, row: QModelIndex) -> bytes:
        offset = int(row.siblingAtColumn(OFFSET).data(), 16)
        return bytes(self.index.source.read(offset, number(row.siblingAtColumn(BYTES).data())))

    def compare(self, rows: list[QModelIndex], truth: Any) -> int:
        """Compare the rows of one name with what the script printed; returns how many values were compared."""
        if isinstance(truth, list) and truth:
            elements = rows
            if len(rows) == 1 and len(truth) > 1:
                elements = [row for same in self.rows(rows[0]).values() for row in same]
            if len(elements) == len(truth):
                return sum(self.compare([row], value) for row, value in zip(elements, truth, strict=True))
            return 0  # repeated arrays: one list for the script, rows of rows here
        if isinstance(truth, dict):
            below = self.rows(rows[0])
            return sum(self.compare(below[name], value) for name, value in truth.items() if name in below)
        raw, cell = self.raw(rows[0]), rows[0].siblingAtColumn(VALUE).data()
        if isinstance(truth, bool):
            assert bool(raw.strip(b"\0")) is truth
        elif truth.startswith("0x"):
            assert cell.split(" ")[0] == truth.split(" ")[0], rows[0].data()
            assert raw.hex() == truth.split(" ")[0][2:]
        elif truth != "nullptr":
            assert raw.hex(" ") == truth, rows[0].data()
        return 1


COMPARED: dict[tuple[str, bytes, str], int] = {}
"""Values that were compared of a device, its bytes and what QEMU's script printed of them: most streams are of the same
machine that has just started, and the same device with the same bytes is shown once."""


@pytest.mark.parametrize("name", PLAIN)
def test_device_values_are_those_of_qemus_script(dressed: QApplication, indexed: Indexed, name: str) -> None:
    index = indexed(name)
    shown = Shown(FieldTreeModel(index.tree), index)
    truth = json.loads(corpus.analyze_truth(name))
    compared = told = 0
    for row, record in enumerate(index.records):
        if record.type != "FULL":
            continue
        expected = truth[f"{record.idstr} ({record.section_id})"]
        told += values_in(expected)
        same = (record.idstr, bytes(index.source.read(record.payload, record.payload_length)), json.dumps(expected))
        if same in COMPARED:
            compared += COMPARED[same]
            continue
        before = compared
        top = shown.model.index_of(index.tree.path_of_row(row))
        below = shown.rows(top)
        fields = dict(below)
        for state in below.get("state", []):
            fields.update(shown.rows(state))
        for field, value in expected.items():
            assert field in fields, f"{record.idstr} shows no {field}"
            compared += shown.compare(fields[field], value)
        COMPARED[same] = compared - before
    assert compared >= 0.9 * told > 0


@pytest.mark.parametrize("name", PLAIN)
def test_good_streams_have_no_error(dressed: QApplication, indexed: Indexed, name: str) -> None:
    model = ProblemTableModel(indexed(name).problems)
    assert not any(model.stops(row) for row in range(model.rowCount()))

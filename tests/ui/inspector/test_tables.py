"""Models of records, blocks and problems in Qt's eyes, and where they grow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import BlockSummary, Problem, Record, Severity
from ui.models.block_table import SHARE, SORT_ROLE, BlockTableModel, share_text, states
from ui.models.problem_table import OFFSET_ROLE, STOPS_ROLE, ProblemTableModel, summary, worst
from ui.models.record_table import OFFSET, RecordTableModel

Indexed = Callable[..., StreamIndex]
ERROR = Problem(Severity.ERROR, "missing-section-footer", 0x53A1C23A, "The footer of serial should stand here")
NOTE = Problem(Severity.NOTE, "trailing-bytes", 9, "Bytes follow the end")


def test_qt_finds_no_fault_in_the_tables(dressed: QApplication, indexed: Indexed, qtmodeltester: ModelTester) -> None:
    index = indexed("tiny.v100")
    for model in (
        RecordTableModel(index.records),
        BlockTableModel(index.blocks),
        ProblemTableModel([ERROR, NOTE]),
        RecordTableModel(),
        BlockTableModel(),
        ProblemTableModel(),
    ):
        qtmodeltester.check(model, force_py=True)


def test_records_grow_by_their_new_rows(dressed: QApplication, qtbot: QtBot) -> None:
    records = [Record("PART", row * 100, 100, row * 100 + 5, 90, 2, "ram") for row in range(10_000)]
    model = RecordTableModel(records[:10])
    with qtbot.waitSignal(model.rowsInserted) as inserted:
        model.grow(records)
    assert inserted.args[1:] == [10, 9_999]
    assert model.index(9_999, OFFSET).data() == f"{999_900:08X}"
    with qtbot.waitSignal(model.modelReset):
        model.grow(records[:3])
    assert model.rowCount() == 3


def test_a_block_says_what_its_pages_hold() -> None:
    block = BlockSummary("pc.ram", 4096 * 1000, 4096, 1000, 270, 725, 0, 0, 40)
    assert [(word, count) for _, word, count in states(block) if count] == [
        ("normal", 270), ("zero", 725), ("not sent", 5),
    ]  # fmt: skip
    assert share_text(block) == "27 % normal, 72 % zero, under 1 % not sent"
    assert share_text(BlockSummary("empty", 0, 4096, 0, 0, 0, 0, 0, 0)) == "no pages"


def test_blocks_are_sorted_by_number_not_by_text(dressed: QApplication) -> None:
    model = BlockTableModel([BlockSummary("b", 4096 * 9, 4096, 9, 9, 0, 0, 0, 0)])
    assert model.index(0, SHARE).data(SORT_ROLE) == 1.0
    assert model.index(0, 1).data(SORT_ROLE) == 4096 * 9


def test_counts_of_the_same_blocks_keep_the_selection(dressed: QApplication, qtbot: QtBot) -> None:
    first = BlockSummary("b", 8192, 4096, 2, 1, 0, 0, 0, 0)
    model = BlockTableModel([first])
    with qtbot.waitSignal(model.dataChanged), qtbot.assertNotEmitted(model.modelReset):
        model.set_blocks([BlockSummary("b", 8192, 4096, 2, 2, 0, 0, 0, 0)])
    assert model.block(0).normal == 2


def test_only_the_first_error_is_where_qemu_stops(dressed: QApplication) -> None:
    model = ProblemTableModel([ERROR, ERROR, NOTE])
    assert [model.index(row, 0).data(STOPS_ROLE) for row in range(3)] == [True, False, False]
    assert model.index(0, 0).data(OFFSET_ROLE) == "53A1C23A"
    assert "QEMU stops here" in model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert not ProblemTableModel([NOTE]).stops(0)


def test_a_block_left_out_by_x_ignore_shared_says_so() -> None:
    model = BlockTableModel([BlockSummary("shared", 4096 * 10, 4096, 10, 0, 0, 0, 0, 0, ignored=True)])
    share = model.index(0, SHARE)
    assert "left out" in share.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "x-ignore-shared" in share.data(Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize(
    ("problems", "text", "severity"),
    [
        ((), "", None),
        ((NOTE,), "1 note", Severity.NOTE),
        ((ERROR, NOTE, NOTE), "1 error, 2 notes", Severity.ERROR),
    ],
)
def test_problems_are_counted(problems: tuple[Problem, ...], text: str, severity: Severity | None) -> None:
    assert summary(problems) == text and worst(problems) is severity

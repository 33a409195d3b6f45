"""The overview: to scale, nothing lost where many spans share a pixel, and what is clicked is what is selected."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import NodeKind, Problem, Severity, Span
from ui.theme.palette import color
from ui.widgets.bar_grid import INSET
from ui.widgets.bar_segments import SpanTable, default_lens
from ui.widgets.byte_bar import ByteBar

Indexed = Callable[..., StreamIndex]
MIB = 1 << 20


def spans(*parts: tuple[NodeKind, str, int]) -> list[Span]:
    """Spans one behind the other."""
    found, at = [], 0
    for row, (kind, label, length) in enumerate(parts):
        found.append(Span(kind, label, at, length, (row,)))
        at += length
    return found


GUEST = spans(
    (NodeKind.META, "Header", 8),
    (NodeKind.RAM, "RAM, iteration 1", 900 * MIB),
    (NodeKind.RAM, "RAM, iteration 2", 100 * MIB),
    (NodeKind.DEVICE, "cpu 0", 600_000),
    (NodeKind.DEVICE, "serial", 60),
    (NodeKind.META, "VM description", 400_000),
)
SIZE = GUEST[-1].offset + GUEST[-1].length


@pytest.fixture
def bar(dressed: QApplication, qtbot: QtBot) -> ByteBar:
    made = ByteBar()
    made.resize(1000 + 2 * INSET, made.sizeHint().height())
    qtbot.addWidget(made)
    made.set_stream(GUEST, SIZE, [Problem(Severity.ERROR, "x", GUEST[4].offset, "The footer is missing", length=2)])
    made.show()
    return made


def test_segments_are_to_scale() -> None:
    segments = SpanTable(GUEST).segments(0, SIZE, 1000)
    shown = {GUEST[segment.span].label: segment for segment in segments if segment.span is not None}
    first, second = shown["RAM, iteration 1"], shown["RAM, iteration 2"]
    assert (first.right - first.left) / (second.right - second.left) == pytest.approx(9, rel=1e-3)
    assert first.right == pytest.approx(second.left)


def test_what_shares_a_pixel_keeps_the_worst() -> None:
    many = spans(
        (NodeKind.RAM, "ram", 100_000),
        (NodeKind.DEVICE, "a", 3),
        (NodeKind.FAULT, "bad", 2),
        (NodeKind.DEVICE, "b", 3),
        (NodeKind.META, "end", 100_000),
    )
    segments = SpanTable(many).segments(0, 200_008, 100)
    (merged,) = [segment for segment in segments if segment.span is None]
    assert merged.kind is NodeKind.FAULT and merged.right - merged.left == 1


def test_ten_thousand_spans_make_no_more_pieces_than_pixels() -> None:
    many = spans(*[(NodeKind.RAM if row % 2 else NodeKind.BLOCK, str(row), 10) for row in range(10_000)])
    assert len(SpanTable(many).segments(0, 100_000, 640)) == 640


def test_a_window_holds_only_what_lies_in_it() -> None:
    table = SpanTable(GUEST)
    segments = table.segments(GUEST[3].offset, 600_060, 500)
    assert {GUEST[segment.span].label for segment in segments if segment.span is not None} == {"cpu 0", "serial"}
    assert table.segments(0, 0, 100) == [] and SpanTable().segments(0, 10, 100) == []
    assert table.at(GUEST[4].offset + 59) == 4 and table.at(SIZE) is None


def test_the_lens_begins_where_the_devices_are(indexed: Indexed) -> None:
    offset, length = default_lens(GUEST, SIZE)
    assert offset < GUEST[3].offset and offset + length == SIZE and length < 2 * MIB
    assert default_lens(spans((NodeKind.DEVICE, "cpu", 100)), 100) == (0, 100)


def test_a_click_selects_the_byte_under_the_pointer(bar: ByteBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.selected) as clicked:
        qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(INSET + 450, 25))
    assert clicked.args[0] == pytest.approx(SIZE * 450 / 1000, abs=SIZE / 1000)
    assert bar.tooltip_at(QPointF(INSET + 450, 25)) == f"RAM, iteration 1, byte {clicked.args[0]:08X}"
    bar.set_lens(GUEST[3].offset, 600_000)
    with qtbot.waitSignal(bar.selected) as clicked:
        qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(INSET + 500, bar.height() - 30))
    assert clicked.args[0] == pytest.approx(GUEST[3].offset + 300_000, abs=700)


def test_the_wheel_zooms_at_the_pointer(bar: ByteBar) -> None:
    bar.set_lens(0, SIZE)
    bar.zoom(0.5, SIZE // 4)
    offset, length = bar.lens
    assert length == pytest.approx(SIZE / 2, abs=2)
    assert (SIZE // 4 - offset) / length == pytest.approx(0.25, abs=1e-6)
    for _ in range(80):
        bar.zoom(0.5)
    assert bar.lens[1] == 64
    for _ in range(80):
        bar.zoom(2.0)
    assert bar.lens == (0, SIZE)


def test_dragging_the_lens_moves_it(bar: ByteBar, qtbot: QtBot) -> None:
    bar.set_lens(0, SIZE // 4)
    with qtbot.assertNotEmitted(bar.selected):
        qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(INSET + 100, 25))
        qtbot.mouseMove(bar, QPoint(INSET + 300, 25))
        qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(INSET + 300, 25))
    assert bar.lens[0] == pytest.approx(SIZE * 0.2, rel=0.02) and bar.lens[1] == SIZE // 4


def test_keys_go_from_span_to_span(bar: ByteBar, qtbot: QtBot) -> None:
    seen: list[int] = []
    bar.span_selected.connect(seen.append)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_Right):
        qtbot.keyClick(bar, key)
    assert seen == [0, 1, 2, 1, 5, 5]
    qtbot.keyClick(bar, Qt.Key.Key_Plus)
    zoomed = bar.lens[1]
    qtbot.keyClick(bar, Qt.Key.Key_0)
    assert bar.lens[1] > zoomed


def test_the_lens_follows_a_selection_out_of_sight(bar: ByteBar) -> None:
    bar.set_mark(100 * MIB, 4096, follow=False)
    assert bar.lens[0] > 900 * MIB
    bar.set_mark(100 * MIB, 4096)
    offset, length = bar.lens
    assert offset <= 100 * MIB < offset + length
    assert "RAM, iteration 1" in bar.accessibleDescription()


def test_a_problem_is_marked_and_named(bar: ByteBar) -> None:
    image = bar.grab().toImage()
    x = INSET + round(GUEST[4].offset * 1000 / SIZE)
    column = [image.pixelColor(x, y).name() for y in range(10, 20)]
    assert color("danger").name() in column
    assert "The footer is missing" in bar.tooltip_at(QPointF(x, 25))


def test_what_is_not_read_yet_is_said(bar: ByteBar) -> None:
    bar.clear()
    bar.set_stream(GUEST[:2], SIZE, read=GUEST[2].offset)
    assert bar.tooltip_at(QPointF(INSET + 990, 25)).startswith("not read yet")
    assert bar.tooltip_at(QPointF(INSET + 90, 25)).startswith("RAM, iteration 1")


def test_every_span_of_a_real_stream_has_its_place(bar: ByteBar, indexed: Indexed) -> None:
    index = indexed("tiny.v100")
    table = SpanTable(index.spans())
    for row, span in enumerate(table.spans):
        assert table.at(span.offset) == row and table.at(span.offset + span.length - 1) == row

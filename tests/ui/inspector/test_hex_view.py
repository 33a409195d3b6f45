"""The bytes view: rows are the bytes, positions of any size, keys and pointer, underlines where fields are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from snapmgr.errors import SnapmgrError
from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Mark, NodeKind
from ui.inspector.presenter import StreamBytes
from ui.theme.palette import color
from ui.widgets.hex_rows import PER_ROW, SCROLL_LIMIT, Columns, Rows, owners, pieces, runs
from ui.widgets.hex_view import HexView

Indexed = Callable[..., StreamIndex]


class Patterned:
    """Bytes of any size: each is the low byte of its offset times 7."""

    def __init__(self, size: int, marks: Sequence[Any] = ()) -> None:
        self.size = size
        self._marks = marks

    def read(self, offset: int, length: int, /) -> bytes:
        return bytes((place * 7) & 0xFF for place in range(offset, min(offset + length, self.size)))

    def marks(self, offset: int, length: int, /) -> Sequence[Any]:
        return [mark for mark in self._marks if mark.offset < offset + length and mark.offset + mark.length > offset]


@pytest.fixture
def view(dressed: QApplication, qtbot: QtBot) -> HexView:
    made = HexView()
    made.resize(700, 400)
    qtbot.addWidget(made)
    made.show()
    return made


def merged(line: tuple[str, str]) -> str:
    """A painted row: what is bright over what is quiet."""
    bright, quiet = (text.ljust(120) for text in line)
    return "".join(over if over != " " else under for over, under in zip(bright, quiet, strict=True)).rstrip()


def test_rows_on_screen_are_the_bytes_of_the_stream(view: HexView, indexed: Indexed) -> None:
    index = indexed("tiny.v100")
    view.set_source(StreamBytes(index))
    for offset in (0, 41_000, index.size - 1):
        view.show_range(offset, 1)
        for number, line in enumerate(view.visible_rows()):
            at = view.first_visible + number * PER_ROW
            data = bytes(index.source.read(at, PER_ROW))
            words = merged(line).split()
            assert words[0] == f"{at:08X}"
            assert words[1 : 1 + len(data)] == [f"{byte:02X}" for byte in data]


def test_a_row_is_laid_out_on_the_grid() -> None:
    columns = Columns(8, text_shown=True)
    line = merged(columns.lines(0x53A1C200, b"\0A~\x7f " + b"z" * 11))
    assert line == "53A1C200  00 41 7E 7F 20 7A 7A 7A  7A 7A 7A 7A 7A 7A 7A 7A  ·A~··" + "z" * 11
    assert line[columns.byte_cell(8)] == "7" and line[columns.text_at] == "·"
    short = merged(columns.lines(0, b"ab"))
    assert short[columns.text_at :] == "ab"


def test_every_cell_leads_back_to_its_byte() -> None:
    for shown in (True, False):
        columns = Columns(8, shown)
        for byte in range(PER_ROW):
            for half in (0, 1):
                assert columns.column_at(columns.byte_cell(byte) + half) == (byte, False)
            if shown:
                assert columns.column_at(columns.text_at + byte) == (byte, True)
        assert columns.column_at(-50) == (0, False)


@pytest.mark.parametrize("size", [1, 16, 17, 1 << 20, 1 << 36, (1 << 62) + 5])
def test_positions_of_any_size_reach_every_row(size: int) -> None:
    rows = Rows()
    rows.size, rows.visible = size, 20
    assert rows.steps <= SCROLL_LIMIT
    rows.reveal(size - 1)
    assert rows.first_byte <= size - 1 < rows.first_byte + rows.visible * PER_ROW
    assert rows.step == rows.steps
    rows.set_step(0)
    assert rows.top == 0
    rows.scroll_to(rows.last_top // 2)
    middle = rows.top
    assert not rows.set_step(rows.step) and rows.top == middle, "the bar's own rounding does not move the view"


def test_the_far_end_of_an_exabyte_is_shown(view: HexView) -> None:
    view.set_source(Patterned((1 << 60) + 3))
    view.show_range(1 << 60, 3)
    words = merged(view.visible_rows()[-1]).split()
    assert words[0] == f"{1 << 60:016X}" and words[1:4] == ["00", "07", "0E"]


def test_the_deepest_mark_owns_a_byte_and_runs_end_with_rows() -> None:
    def mark(offset: int, length: int, *path: int) -> Mark:
        return Mark(offset, length, NodeKind.DEVICE, path)

    marks = [mark(0, 40, 0), mark(4, 2, 0, 1), mark(20, 4, 0, 2)]
    owner = owners(marks, 2, 30)
    assert owner[:5] == [0, 0, 1, 1, 0]
    assert list(runs(owners(marks, 0, 48))) == [(0, 4, 0), (4, 6, 1), (6, 16, 0), (16, 20, 0), (20, 24, 2), (24, 32, 0),
                                                (32, 40, 0)]  # fmt: skip
    assert list(pieces(14, 35, 0, 64)) == [(0, 14, 15), (1, 0, 15), (2, 0, 2)]
    assert list(pieces(0, 100, 32, 16)) == [(0, 0, 15)]


def test_keys_move_and_extend_the_selection(view: HexView, qtbot: QtBot) -> None:
    view.set_source(Patterned(10_000))
    view.show_range(100, 1)
    chosen: list[tuple[int, int]] = []
    view.selected.connect(lambda offset, length: chosen.append((offset, length)))
    for key, shift in (
        (Qt.Key.Key_Right, False),
        (Qt.Key.Key_Down, True),
        (Qt.Key.Key_Left, True),
        (Qt.Key.Key_Home, False),
        (Qt.Key.Key_End, False),
    ):
        held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(view, key, held)
    assert chosen == [(101, 1), (101, 17), (101, 16), (112, 1), (127, 1)]
    qtbot.keyClick(view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert view.selection == (9_999, 1)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.selection == (9_999, 1), "there is nothing behind the last byte"
    qtbot.keyClick(view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert view.first_visible == 0
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert view.selection[0] > 100 and view.selection[0] % PER_ROW == 0


def test_dragging_selects_from_either_side(view: HexView, qtbot: QtBot) -> None:
    view.set_source(Patterned(10_000))
    first, last = view.byte_rect(0x24).center(), view.byte_rect(0x57).center()
    for begin, end in ((first, last), (last, first)):
        qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=begin)
        qtbot.mouseMove(view.viewport(), end)
        qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=end)
        assert view.selection == (0x24, 0x57 - 0x24 + 1)


def test_a_range_that_is_shown_is_not_told_as_chosen(view: HexView, qtbot: QtBot) -> None:
    view.set_source(Patterned(10_000))
    with qtbot.assertNotEmitted(view.selected):
        view.show_range(5_000, 40)
    assert view.selection == (5_000, 40)
    assert view.first_visible <= 5_000 < view.first_visible + 20 * PER_ROW
    before = view.first_visible
    view.show_range(5_010, 2)
    assert view.first_visible == before, "what is in sight does not jump"


def test_fields_are_underlined_in_the_colour_of_their_kind(view: HexView) -> None:
    view.set_source(Patterned(64, [Mark(0, 2, NodeKind.DEVICE, (0,)), Mark(2, 4, NodeKind.META, (1,))]))
    image = view.viewport().grab().toImage()

    def colour_under(offset: int) -> str:
        rect = view.byte_rect(offset)
        return image.pixelColor(QPoint(rect.center().x(), rect.bottom() - 2)).name()

    assert colour_under(1) == color("k_dev").name()
    assert colour_under(3) == color("k_meta").name()
    assert colour_under(20) == color("sunken").name()
    gap = view.byte_rect(1).right() + (view.byte_rect(2).left() - view.byte_rect(1).right()) // 2
    assert image.pixelColor(gap, view.byte_rect(1).bottom() - 2).name() == color("sunken").name()


def test_the_selection_is_filled(view: HexView) -> None:
    view.set_source(Patterned(64, [Mark(4, 2, NodeKind.FAULT, (0,))]))

    def ground(offset: int) -> str:
        image = view.viewport().grab().toImage()
        return image.pixelColor(view.byte_rect(offset).topLeft() + QPoint(-1, 3)).name()

    assert ground(8) == color("sunken").name()
    view.show_range(8, 2)
    assert ground(8) == color("primary").name()
    view.show_range(4, 2)
    assert ground(4) == color("dangerFill").name()


def test_what_the_selection_lies_in_is_one_tinted_ground(view: HexView) -> None:
    view.set_source(Patterned(256))
    view.show_range(0x20, 2, (0x10, 0x40))
    image = view.viewport().grab().toImage()
    x = view.byte_rect(0x14).left() - 1
    column = [image.pixelColor(x, y).name() for y in range(view.byte_rect(0x14).top(), view.byte_rect(0x44).bottom())]
    assert len(set(column)) == 1 and column[0] != color("sunken").name()


def test_narrow_views_give_up_the_text_before_the_bytes(view: HexView) -> None:
    view.set_source(Patterned(256))
    assert merged(view.visible_rows()[0]).endswith("·······1·?F·T[bi") or len(merged(view.visible_rows()[0])) > 70
    view.resize(500, 300)
    assert len(merged(view.visible_rows()[0])) == Columns(8, False).width
    assert view.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize(("width", "per_row"), [(340, 8), (230, 4)])
def test_narrower_views_show_fewer_bytes_a_row_and_all_of_them(view: HexView, width: int, per_row: int) -> None:
    view.resize(700, 120)
    view.set_source(Patterned(4096))
    view.show_range(2047, 1)
    first = view.first_visible
    view.resize(width, 120)
    assert view.horizontalScrollBar().maximum() == 0
    assert view.byte_rect(per_row).top() > view.byte_rect(per_row - 1).top() == view.byte_rect(0).top()
    assert first <= view.first_visible <= 2047 and view.viewport().rect().contains(view.byte_rect(2047))
    line = merged(view.visible_rows()[0])
    assert line.startswith(f"{view.first_visible:08X}  ")
    assert line[10 : 10 + 3 * per_row + 1].split() == [
        f"{byte:02X}" for byte in Patterned(4096).read(view.first_visible, per_row)
    ]


def test_what_is_underlined_or_selected_is_cut_at_the_ends_of_shorter_rows() -> None:
    assert list(runs([0] * 10, 4)) == [(0, 4, 0), (4, 8, 0), (8, 10, 0)]
    assert list(pieces(6, 13, 0, 16, 4)) == [(1, 2, 3), (2, 0, 3), (3, 0, 0)]


def test_where_not_even_four_bytes_fit_they_are_scrolled_and_what_is_selected_stays_in_sight(view: HexView) -> None:
    view.set_source(Patterned(256))
    view.show_range(15, 1)
    view.resize(150, 300)
    assert view.horizontalScrollBar().maximum() > 0
    assert view.viewport().rect().contains(view.byte_rect(15))


def test_only_what_is_on_screen_is_read(view: HexView) -> None:
    asked: list[tuple[int, int]] = []
    source = Patterned(1 << 40)

    def read(offset: int, length: int, /) -> bytes:
        asked.append((offset, length))
        return Patterned.read(source, offset, length)

    view.set_source(SimpleNamespace(size=source.size, read=read, marks=source.marks))
    view.show_range(1 << 39, 8)
    view.viewport().grab()
    assert asked and all(length <= 40 * PER_ROW for _, length in asked)


class Cut(Patterned):
    """Ends earlier than it says."""

    def __init__(self, size: int, left: int, code: str = "file-changed") -> None:
        super().__init__(size)
        self.left, self.code = left, code

    def read(self, offset: int, length: int, /) -> bytes:
        if min(offset + length, self.size) > self.left:
            raise SnapmgrError(self.code, "it became shorter", offset=max(offset, self.left))
        return super().read(offset, length)


def test_bytes_that_are_gone_have_a_mark_in_their_place_and_the_reason_is_told_once(
    view: HexView, qtbot: QtBot
) -> None:
    view.set_source(Patterned(64))
    with qtbot.waitSignal(view.unreadable) as told:
        view.set_source(Cut(64, 20))
        view.viewport().grab()
    assert told.args[0].code == "file-changed"
    whole, part, *rest = [merged(line).split() for line in view.visible_rows()]
    assert whole[1:17] == [f"{place * 7 & 0xFF:02X}" for place in range(16)]
    assert part[1:] == [*(f"{place * 7 & 0xFF:02X}" for place in range(16, 20)), *["??"] * 12]
    assert [row[1:] for row in rest] == [["??"] * 16] * 2
    assert [row[0] for row in rest] == ["00000020", "00000030"], "where they were is still said"
    with qtbot.assertNotEmitted(view.unreadable, wait=20):
        view.viewport().grab()
    view.show_range(32, 4)
    assert "4 bytes: gone" in view.accessibleDescription() and view.item_text(40).endswith(": gone")
    with qtbot.waitSignal(view.unreadable) as told:
        view.set_source(Patterned(64))
        view.viewport().grab()
    assert told.args == [None]


def test_what_is_read_again_after_it_was_lost_is_shown(view: HexView) -> None:
    source = Cut(64, 0)
    view.set_source(source)
    assert merged(view.visible_rows()[0]).split()[1:] == ["??"] * 16
    source.left = 64
    view.look_again()
    assert "??" not in merged(view.visible_rows()[0])


def test_a_disk_that_gives_up_is_asked_once_for_what_is_on_screen(view: HexView) -> None:
    source = Cut(1 << 20, 0, "cannot-read")
    asked: list[int] = []

    def read(offset: int, length: int, /) -> bytes:
        asked.append(length)
        return Cut.read(source, offset, length)

    view.set_source(SimpleNamespace(size=source.size, read=read, marks=source.marks))
    asked.clear()
    for _ in range(3):
        view.viewport().grab()
        rows = view.visible_rows()
    assert {merged(row).split()[1] for row in rows} == {"??"}
    assert len([length for length in asked if length > PER_ROW]) <= 1


def test_bytes_that_are_gone_stand_on_a_ground_of_their_own(view: HexView) -> None:
    view.set_source(Cut(64, 32))
    picture = view.grab().toImage()
    ratio = picture.devicePixelRatio()

    def ground(offset: int) -> str:
        corner = view.byte_rect(offset).topLeft() * ratio
        return picture.pixelColor(corner.x() - 1, corner.y() + 2).name().upper()

    assert ground(40) == color("dangerBg").name().upper() != ground(8)

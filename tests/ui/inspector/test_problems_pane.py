"""Problems are shown, and gone through."""

from __future__ import annotations

import pytest

from tests import corpus
from tests.ui.inspector.conftest import Live
from tests.ui.inspector.made import Stream, clipboard, damaged
from ui.inspector.checking import CheckDialog
from ui.inspector.repair_dialog import RepairDialog


def test_a_damaged_stream_shows_where_qemu_stops(live: Live, stream: Stream) -> None:
    name = damaged("damaged-footer-byte")
    live.open(stream(name, damaged=True))
    page = live.page
    assert page.loaded is not None
    problems = page.loaded.index.problems
    assert page.content.header.chip.text() == "does not load"
    assert page.content.problems.row() == 0 and page.content.problems.model.stops(0)
    selection = page.selection.current
    assert selection is not None and selection.problem == 0 and selection.offset == problems[0].offset
    shown = page.content.problems.explanation
    assert shown.isVisible() and shown.stops.isVisible()
    said = corpus.streams()["damaged"][name]["dest"]["stderr"][0].partition(": ")[2]
    assert said in shown.qemu.text()
    page.clipboard.copy_report()
    assert problems[0].code in clipboard() and said in clipboard() and f"{problems[0].offset:08X}" in clipboard()


def test_what_is_selected_first_is_seen_with_what_is_around_it(live: Live, stream: Stream) -> None:
    live.open(stream(damaged("damaged-footer-byte"), damaged=True))
    content = live.page.content
    view, selection = content.tree.tree, live.page.selection.current
    row = view.visualRect(view.currentIndex())
    assert 3 * row.height() < row.top() < view.viewport().height() - 3 * row.height()
    assert selection is not None and content.bytes.hex.first_visible + 3 * 16 <= selection.offset
    shown = content.problems.explanation
    assert shown.widget().layout().geometry().width() == shown.width(), "laid out for the width that there is"


def test_next_problem_goes_around(live: Live, stream: Stream) -> None:
    live.open(stream(damaged("damaged-section-id-unknown", "damaged-footer-byte"), damaged=True))
    page = live.page
    assert page.loaded is not None
    order = sorted(range(len(page.loaded.index.problems)), key=lambda row: page.loaded.index.problems[row].offset)  # type: ignore[union-attr]
    page.links.select_bytes(0, 1, "go to")
    assert page.content.problems.row() is None
    for row in [*order, order[0]]:
        live.act("stream.next_problem")
        assert page.content.problems.row() == row
    for row in [*reversed(order)]:
        live.act("stream.previous_problem")
        assert page.content.problems.row() == row


@pytest.mark.parametrize(
    "case",
    ["damaged-cut-device", "damaged-cut-ram-page", "damaged-section-type", "damaged-ram-page-beyond", "damaged-tail"],
)
def test_damaged_streams_open_and_every_problem_can_be_shown(live: Live, stream: Stream, case: str) -> None:
    live.open(stream(damaged(case), damaged=True))
    page = live.page
    assert page.loaded is not None and page.content.problems.model.rowCount() == len(page.loaded.index.problems) > 0
    for row in range(page.content.problems.model.rowCount()):
        page.content.problems.chosen.emit(row)
        assert page.content.problems.explanation.isVisible()
        assert page.content.problems.explanation.title.text()
        page.links.show_bytes()


def test_a_stream_without_problems_says_so(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    assert live.page.content.problems.none.isVisible()
    assert live.page.content.problems.none.title.text() == "No problems found"
    others = live.page.content.problems.others
    assert others is not None and others.isVisible()
    others.check.click()
    (dialog,) = live.window.findChildren(CheckDialog)
    dialog.reject()
    assert live.context.actions.reason("stream.next_problem") == "No problem was found in this stream"


def test_a_repaired_copy_is_offered_where_it_can_be_saved(live: Live, stream: Stream) -> None:
    for case, offered in (("damaged-footer-id", True), ("damaged-cut-device", False)):
        live.open(stream(damaged(case), damaged=True))
        live.context.actions.refresh()  # as the window does whenever something has changed
        button = live.page.content.problems.explanation.repair
        assert button is not None and button.isVisible() is offered
        if offered:
            button.click()
            dialog = live.window.findChild(RepairDialog)
            assert dialog is not None
            dialog.close()

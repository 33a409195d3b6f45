"""The page over real streams: opening, one selection in every pane, filter, problems, what is copied and written."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from snapmgr.errors import Cancelled, SnapmgrError, StreamError
from snapmgr.inspect.model import NodeKind
from snapmgr.work import Progress
from tests import corpus
from tests.ui.inspector.conftest import Live
from ui.inspector.copying import Form
from ui.inspector.dialogs import ExportDialog
from ui.inspector.header import RAM, RECORDS, STRUCTURE
from ui.inspector.selection import Selection
from ui.inspector.states import ErrorState
from ui.models.field_tree import NODE_ROLE
from ui.shell.documents import Document, DocumentKind

Stream = Callable[..., Path]


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def damaged(*names: str) -> str:
    """The first of these damaged cases that this corpus has."""
    known = corpus.streams()["damaged"]
    return next(name for stem in names for name in (f"{stem}.v72", f"{stem}.v100") if name in known)


# --- opening ---


def test_an_opened_stream_says_what_it_is(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    assert page.document() is not None and page.content.header.name.full_text() == "tiny.v100.mig"
    assert page.content.header.chip.text() == "loads"
    assert "pc-i440fx-10.0" in page.content.header.facts.full_text()
    assert page.status()[0].startswith("150\u202f209 bytes") and page.status()[1].endswith("read only")
    assert page.content.bar.accessibleDescription().startswith("Whole stream to scale: 147 KiB, 1 precopy iteration")


def test_an_empty_page_says_what_it_is_for(live: Live) -> None:
    assert live.page.empty.isVisible() and live.page.document() is None
    assert live.context.actions.reason("stream.export") == "No stream is open"
    assert live.page.status() == ("", "")


@pytest.mark.parametrize("kind", ["text", "empty", "zero"])
def test_what_is_no_stream_is_explained_in_the_page(live: Live, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes({"text": b"Dear reader,\n", "empty": b"", "zero": bytes(5000)}[kind])
    live.open(path)
    error = live.page.error
    assert isinstance(error, ErrorState) and error.isVisible() and live.page.document() is None
    live.open(corpus_file(live, tmp_path))
    assert live.page.content.isVisible() and live.page.error is None


def corpus_file(live: Live, folder: Path) -> Path:
    path = folder / "good.mig"
    path.write_bytes(corpus.stream_bytes("tiny.v72"))
    return path


def test_a_failed_opening_leaves_what_was_open(live: Live, stream: Stream, tmp_path: Path) -> None:
    live.open(stream("tiny.v72"))
    other = tmp_path / "letter.txt"
    other.write_text("Dear reader")
    with pytest.raises(SnapmgrError):
        live.open(other)
    assert live.page.content.isVisible() and live.page.content.header.name.full_text() == "tiny.v72.mig"
    live.settle()
    assert bytes(live.page.content.bytes.hex.source.read(0, 4)) == b"QEVM"


def test_opening_another_stream_replaces_the_first(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v72"))
    first = live.page.loaded
    live.open(stream("tiny.v100"))
    assert live.page.loaded is not first and live.page.content.header.name.full_text() == "tiny.v100.mig"
    assert first is not None
    with pytest.raises(Cancelled, match="closed"):
        first.index.source.read(0, 4)


def test_closing_lets_go_of_everything(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v72"))
    loaded = live.page.loaded
    live.page.close_document()
    live.settle()
    assert live.page.document() is None and live.page.empty.isVisible()
    assert live.page.content.tree.model is None and live.page.content.bytes.hex.visible_rows() == []
    assert loaded is not None
    with pytest.raises(Cancelled, match="closed"):
        loaded.index.source.read(0, 4)
    assert live.context.actions.reason("stream.go_to") == "No stream is open"


def long_stream(folder: Path, times: int = 60) -> Path:
    """A stream of some ten MiB: one whose RAM sections come again and again."""
    whole = corpus.stream_bytes("tiny.v100")
    facts = corpus.streams()["cases"]["tiny.v100"]["facts"]["index"]
    begin, length = next((row[0], row[6]) for row in facts if row[1] == "PART")
    path = folder / "long.mig"
    path.write_bytes(whole[:begin] + whole[begin : begin + length] * times * 10 + whole[begin + length :])
    return path


def test_cancelling_keeps_what_was_read(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from snapmgr.inspect import index as engine

    page, read = live.page, engine.index_stream

    def cancelled_by_its_first_step(source: Any, *, progress: Progress, **rest: Any) -> engine.StreamIndex:
        def step(done: int, total: int) -> None:
            progress(done, total)
            page.presenter.cancel_reading()

        return read(source, progress=step, **rest)

    monkeypatch.setattr(engine, "index_stream", cancelled_by_its_first_step)
    live.open(long_stream(tmp_path))
    assert page.loaded is not None
    index = page.loaded.index
    assert not index.complete and 0 < index.indexed < index.size
    assert page.content.header.chip.text() == "read in part" and not page.content.header.cancel.isVisible()
    assert page.content.tree.model is not None and page.content.tree.model.rowCount() > 2
    page.links.select_bytes(4, 4, "go to")
    assert page.content.tree.node() is not None


def test_cancelling_before_anything_was_read_shows_what_was_there(live: Live, tmp_path: Path) -> None:
    path, page = long_stream(tmp_path), live.page

    async def open_and_cancel() -> None:
        task = live.context.tasks.start(page.open(Document(DocumentKind.STREAM, (str(path),))), "Open")
        await asyncio.sleep(0)
        page.presenter.cancel_reading()
        await task

    live.run(open_and_cancel())
    live.settle()
    if page.loaded is None:
        assert page.empty.isVisible() and page.document() is None
    else:
        assert not page.loaded.index.complete


def test_a_growing_stream_can_be_used(live: Live, tmp_path: Path) -> None:
    from snapmgr.containers.open import open_source
    from snapmgr.inspect.index import index_stream
    from snapmgr.work import CancelToken
    from ui.inspector.presenter import prepare

    path = long_stream(tmp_path)
    source = open_source(path)
    token = CancelToken()
    half = index_stream(source, cancel=token, progress=lambda done, total: done > total // 2 and token.cancel())
    document = Document(DocumentKind.STREAM, (str(path),))
    page = live.page
    page.show_growth(prepare(half), document)
    live.settle()
    assert "reading" in page.content.header.chip.text() and page.content.header.cancel.isVisible()
    page.links.select_bytes(9, 1, "go to")
    chosen = page.selection.current
    assert chosen is not None and chosen.path
    page.show_growth(prepare(index_stream(source)), document)
    assert page.selection.current == chosen and page.content.tree.node() is not None
    assert page.content.tree.model is not None and page.content.tree.model.rowCount() > len(half.tree.roots)


# --- one selection ---


def test_what_opens_without_a_fault_begins_at_its_beginning(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    node = live.page.content.tree.node()
    assert node is not None and node.name == "Header" and live.page.content.bytes.hex.selection == (0, 8)
    assert live.page.content.bar.lens[0] > 1000, "the lens stays with the devices"


def test_a_row_selects_its_bytes_and_a_byte_its_row(live: Live, stream: Stream, qtbot: QtBot) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    assert page.loaded is not None
    tree = page.loaded.index.tree
    for offset in range(40_000, 48_000, 617):
        page.content.bytes.hex.show_range(offset, 1)
        qtbot.mouseClick(
            page.content.bytes.hex.viewport(),
            Qt.MouseButton.LeftButton,
            pos=page.content.bytes.hex.byte_rect(offset).center(),
        )
        path = tree.path_at(offset)
        assert page.content.tree.tree.currentIndex().data(NODE_ROLE).path == path
        assert page.content.bytes.hex.selection == (offset, 1)
    view = page.content.tree.tree
    for _ in range(6):
        qtbot.keyClick(view, Qt.Key.Key_Down)
        node = page.content.tree.node()
        assert node is not None and page.content.bytes.hex.selection == (node.offset, node.length)
        assert page.content.problems.detail.name.full_text() == node.name
        assert page.selection.current == Selection(node.offset, node.length, node.path, None, "tree")


def test_overview_records_and_palette_select_the_same_thing(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    assert page.loaded is not None
    index = page.loaded.index
    row = next(row for row, record in enumerate(index.records) if record.idstr == "apic")
    record = index.records[row]
    page.content.bar.selected.emit(record.offset + 40)
    current = page.content.tree.tree.currentIndex()
    assert current.data(NODE_ROLE).path[0] == index.tree.path_of_row(row)[0]
    assert page.content.records.currentIndex().row() == row
    page.content.records.chosen.emit(row, True)
    node = page.content.tree.node()
    assert node is not None and (node.offset, node.length) == (record.offset, record.length)
    entry = next(entry for entry in page.palette_entries("@") if entry.text == "cpu")
    entry.run()
    assert page.content.tree.node() is not None and page.content.tree.node().name == "cpu"  # type: ignore[union-attr]
    assert page.palette_entries("#") == []


def test_back_returns_to_what_was_selected(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    page.links.select_bytes(0x20, 1, "go to")
    page.links.select_bytes(45_000, 1, "go to")
    live.act("stream.back")
    assert page.content.bytes.hex.selection == (0x20, 1)
    live.act("stream.forward")
    assert page.content.bytes.hex.selection == (45_000, 1)
    assert live.context.actions.reason("stream.forward") == "There is no later place"


def test_go_to_takes_an_offset(live: Live, stream: Stream, qtbot: QtBot) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    live.act("stream.go_to")
    page.content.bytes.offset.setText("B000")
    qtbot.keyClick(page.content.bytes.offset, Qt.Key.Key_Return)
    assert page.content.bytes.hex.selection == (0xB000, 1)
    page.content.bytes.offset.setText("no offset")
    qtbot.keyClick(page.content.bytes.offset, Qt.Key.Key_Return)
    assert page.content.bytes.hex.selection == (0xB000, 1)
    page.content.bytes.offset.setText("FFFFFFFFFF")
    qtbot.keyClick(page.content.bytes.offset, Qt.Key.Key_Return)
    assert page.content.bytes.hex.selection == (0xB000, 1)
    assert page.loaded is not None and f"{page.loaded.index.size:X}" in page.content.bytes.offset.toolTip()


# --- filter ---


def filter_for(live: Live, words: str) -> None:
    live.page.content.tree.find.setText(words)
    live.settle()


def test_the_filter_narrows_the_tree_and_says_how_many(live: Live, stream: Stream, qtbot: QtBot) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    model = page.content.tree.model
    assert model is not None
    everything = model.rowCount()
    filter_for(live, "env.eip")
    assert page.content.tree.find.said() == "1 match" and model.rowCount() == 1
    qtbot.keyClick(page.content.tree.find, Qt.Key.Key_Return)
    assert page.content.tree.node() is not None and page.content.tree.node().name == "env.eip"  # type: ignore[union-attr]
    assert page.escape() and not page.escape()
    live.settle()
    assert model.rowCount() == everything and page.content.tree.find.said() == ""
    node = page.content.tree.node()
    assert node is not None and node.name == "env.eip", "where the user was stays selected"


@pytest.mark.parametrize(
    ("words", "kind"),
    [("kind:command", NodeKind.COMMAND), ("@B040", NodeKind.DEVICE), ("type:uint64", NodeKind.DEVICE)],
)
def test_words_of_the_filter(live: Live, stream: Stream, words: str, kind: NodeKind) -> None:
    live.open(stream("tiny.v100"))
    filter_for(live, words)
    page = live.page
    page.content.tree.find.accepted.emit()
    node = page.content.tree.node()
    assert node is not None and node.kind is kind


def test_a_filter_without_a_match_says_so(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    filter_for(live, "lsrr")
    assert live.page.content.tree.nothing.isVisible()
    assert live.page.content.tree.nothing.title.text() == "Nothing matches “lsrr”."
    filter_for(live, "")
    assert live.page.content.tree.tree.isVisible()


def test_a_filter_that_cannot_be_understood_says_why(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    filter_for(live, "@xyz")
    assert (
        live.page.content.tree.nothing.isVisible()
        and "cannot be understood" in live.page.content.tree.nothing.title.text()
    )


def test_the_last_words_win(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    for words in ("e", "en", "env", "env.eip"):
        page.content.tree.find.setText(words)
    live.settle()
    assert page.content.tree.find.said() == "1 match"


# --- problems ---


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
    assert live.context.actions.reason("stream.next_problem") == "No problem was found in this stream"


# --- VM description, records, RAM ---


def test_the_description_is_the_json_of_the_stream(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    assert page.loaded is not None
    page.content.bytes.tabs.setCurrentIndex(1)
    live.settle()
    text = page.content.bytes.description.toPlainText()
    assert json.loads(text) == json.loads(page.loaded.index.vmdesc_text() or "")
    page.links.select_node(next(span.path for span in page.loaded.spans if span.label == "apic"), "palette")
    block = page.content.bytes.description.textCursor().block()
    assert '"name": "apic"' in block.next().text()
    page.content.bytes.description.device_chosen.emit("cpu", 0)
    assert page.content.tree.node() is not None and page.content.tree.node().name == "cpu"  # type: ignore[union-attr]


def test_a_stream_without_description_says_so(live: Live, stream: Stream) -> None:
    live.open(stream("no-vmdesc.v72"))
    live.page.content.bytes.tabs.setCurrentIndex(1)
    live.settle()
    assert live.page.content.bytes.no_description.isVisible()


def test_parts_of_the_page_are_actions(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    for part, widget in (
        (RAM, live.page.content.ram),
        (RECORDS, live.page.content.records),
        (STRUCTURE, live.page.content.tree),
    ):
        live.act(f"stream.{part}")
        assert widget.isVisible() and live.page.part() == part
    assert live.page.content.ram.selected() == "pc.ram"


def test_a_block_is_saved_as_it_is(live: Live, stream: Stream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live.open(stream("tiny.v100"))
    target = tmp_path / "pc.ram.bin"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    live.act("stream.save_block")
    truth = next(block for block in corpus.streams()["cases"]["tiny.v100"]["blocks"] if block["name"] == "pc.ram")
    data = target.read_bytes()
    assert len(data) == truth["used"]
    if truth["sha256"] is not None:
        assert hashlib.sha256(data).hexdigest() == truth["sha256"]
    assert live.context.notices.history[-1].text.startswith("pc.ram is saved")


def test_the_stream_itself_is_never_written(live: Live, stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stream("tiny.v100")
    before = path.read_bytes()
    live.open(path)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
    live.act("stream.save_block")
    assert path.read_bytes() == before
    assert live.context.notices.history[-1].failure is not None


# --- copying and exporting ---


def test_copy_takes_the_field_or_the_bytes(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    page.links.select_bytes(4, 4, "go to")
    live.act("stream.copy")
    assert clipboard() == "version = 0x00000003 (3)"
    page.clipboard.copy(Form.HEX)
    assert clipboard() == "00 00 00 03"
    page.clipboard.copy(Form.PATH)
    assert clipboard() == "Header/version"
    live.act("stream.copy_offset")
    assert clipboard() == "0x00000004"


def test_too_much_is_not_copied_and_says_why(live: Live, stream: Stream) -> None:
    live.open(stream("pc-halt.v100"))
    page = live.page
    assert page.loaded is not None
    page.links.select_bytes(0, page.loaded.index.size, "go to")
    if page.loaded.index.size > 1 << 20:
        assert "export it instead" in live.context.actions.reason("stream.copy")
    else:
        assert not live.context.actions.reason("stream.copy")


@pytest.mark.parametrize("choice", range(3))
def test_exports_are_json_and_say_what_the_engine_says(live: Live, stream: Stream, tmp_path: Path, choice: int) -> None:
    live.open(stream("tiny.v100"))
    dialog = ExportDialog(live.context, live.page)
    dialog._choices.button(choice).click()
    target = tmp_path / f"{choice}.json"
    dialog.path.setText(str(target))
    dialog.go.click()
    live.settle()
    written = json.loads(target.read_text())
    if choice == 0:
        assert written["size"] == 150_209 and written["configuration"]["machine"] == "pc-i440fx-10.0"
    elif choice == 1:
        assert target.read_text() == corpus.analyze_truth("tiny.v100")
    else:
        names = [row["name"] for row in written["tree"]]
        assert live.page.loaded is not None
        assert names == [node.name for node in live.page.loaded.index.tree.roots]
        cpu = next(row for row in written["tree"] if row["name"] == "cpu")
        assert any(field["name"] == "env.eip" for field in cpu["children"][1]["children"])
    assert list(tmp_path.glob("*.part")) == []


def test_an_export_that_cannot_be_written_says_so_before_the_click(live: Live, stream: Stream, tmp_path: Path) -> None:
    live.open(stream("tiny.v100"))
    dialog = ExportDialog(live.context, live.page)
    dialog.path.setText(str(tmp_path / "missing" / "x.json"))
    assert not dialog.go.isEnabled() and "no folder" in dialog.message.text()
    dialog.path.setText(str(tmp_path))
    assert not dialog.go.isEnabled() and "folder" in dialog.message.text()
    dialog.path.setText(str(tmp_path / "x.json"))
    assert dialog.go.isEnabled() and dialog.go.text() == "Export"
    (tmp_path / "x.json").write_text("{}")
    dialog._check()
    assert dialog.go.text() == "Replace file"
    dialog.reject()


def test_an_export_that_the_stream_does_not_allow_is_explained(live: Live, stream: Stream, tmp_path: Path) -> None:
    live.open(stream("no-vmdesc.v72"))
    dialog = ExportDialog(live.context, live.page)
    dialog._choices.button(1).click()
    dialog.path.setText(str(tmp_path / "x.json"))
    dialog.show()
    dialog.go.click()
    live.settle()
    assert "Not exported" in dialog.message.text() and dialog.go.isEnabled()
    assert not (tmp_path / "x.json").exists() and list(tmp_path.glob("*.part")) == []
    dialog.reject()


# --- what is kept ---


def test_panes_come_back_as_they_were(live: Live) -> None:
    page = live.page
    page.content.show_problems(False)
    state = json.loads(json.dumps(page.save_state()))
    page.content.show_problems(True)
    page.restore_state(state)
    assert not page.problems_shown()
    page.restore_state({"across_folded": {"0": [1, 2, 3], "1": "x"}, "down_folded": 7, "problems_shown": "no"})
    page.restore_state({"across": 5, "down": "no base64 §"})


def test_a_stream_error_keeps_its_words(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "old.mig"
    path.write_bytes(b"QEVM\0\0\0\2" + bytes(40))
    try:
        live.open(path)
    except StreamError as error:
        assert error.code
    assert live.page.error is not None or live.page.loaded is not None

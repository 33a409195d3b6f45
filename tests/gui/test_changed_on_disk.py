"""A stream whose file changes while it is open in the Inspector: a bar says so, and Reload keeps the place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests import corpus
from tests.gui.driving import Drive, settle, until
from ui.inspector.content import Content
from ui.inspector.dialogs import ExportDialog
from ui.inspector.page import InspectorPage
from ui.main_window import MainWindow
from ui.shell.notices import Tone
from ui.shell.palette_sources import PaletteSources

Opened = Callable[..., InspectorPage]


def parts(page: InspectorPage) -> tuple[Content, Path]:
    """The panes, and the file that is open."""
    assert page.content is not None and page.loaded is not None
    path = page.loaded.index.source.path
    assert path is not None
    return page.content, path


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "").replace("\u202f", " ")


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(bytes(1000))


def shrink(path: Path) -> None:
    os.truncate(path, 0x8000)


def rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"QEVM")


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


@pytest.mark.parametrize(
    ("change", "title", "meaning"),
    [
        (grow, "tiny.v100.mig changed on disk", "It has 1000 bytes more than when it was opened."),
        (shrink, "tiny.v100.mig changed on disk", "It lost 117 441 bytes, and ends at 00008000 now."),
        (rewrite, "tiny.v100.mig changed on disk", "It was written to since it was opened"),
        (replace, "tiny.v100.mig changed on disk", "Another file has its name now."),
        (Path.unlink, "tiny.v100.mig is gone from its folder", "What was opened is held and whole"),
    ],
)
def test_a_bar_says_what_became_of_the_file(
    window: MainWindow, opened: Opened, drive: Drive, change: Callable[[Path], None], title: str, meaning: str
) -> None:
    content, path = parts(opened("tiny.v100"))
    assert not content.notice.isVisible()
    change(path)
    drive(until(content.notice.isVisible))
    assert plain(content.notice.title.full_text()) == title and meaning in plain(content.notice.text.text())
    gone = change is Path.unlink
    assert content.notice.go.isEnabled() is not gone
    drive(settle(window))
    assert window.context.actions.reason("stream.reload") == ("There is no file of this name any more" if gone else "")


def test_reload_keeps_selection_filter_and_what_is_on_screen(
    window: MainWindow, opened: Opened, drive: Drive, qtbot: QtBot
) -> None:
    page = opened("tiny.v100")
    content, path = parts(page)
    before = page.loaded
    content.tree.find.setText("env.e")
    drive(settle(window))
    qtbot.keyClick(content.tree.find, Qt.Key.Key_Return)
    drive(settle(window))
    node, first, matches = content.tree.node(), content.bytes.hex.first_visible, content.tree.find.said()
    assert node is not None and first > 0 and "match" in matches
    data = path.read_bytes()
    path.write_bytes(data[: node.offset] + b"\xaa" * node.length + data[node.offset + node.length :])
    drive(until(content.notice.isVisible))
    qtbot.mouseClick(content.notice.go, Qt.MouseButton.LeftButton)
    drive(settle(window))
    now = content.tree.node()
    assert page.loaded is not before and not content.notice.isVisible()
    assert now is not None and (now.name, now.offset) == (node.name, node.offset) and "aa" in now.value
    assert content.bytes.hex.selection == (node.offset, node.length) and content.bytes.hex.first_visible == first
    assert content.tree.find.text() == "env.e" and content.tree.find.said() == matches


def test_what_moved_is_found_again_by_its_names(window: MainWindow, opened: Opened, drive: Drive) -> None:
    page = opened("tiny.v100")
    content, path = parts(page)
    assert page.loaded is not None
    records = page.loaded.index.records
    devices = [record for record in records if record.type == "FULL"]
    chosen, removed = devices[-1], devices[0]
    page.links.select_node(page.loaded.index.tree.path_at(chosen.payload + 2), "palette")
    drive(settle(window))
    node = content.tree.node()
    assert node is not None
    data = path.read_bytes()
    path.write_bytes(data[: removed.offset] + data[removed.offset + removed.length :])
    drive(until(content.notice.isVisible))
    window.context.actions.run("stream.reload")
    drive(settle(window))
    now = content.tree.node()
    assert now is not None and (now.name, now.offset) == (node.name, node.offset - removed.length)


def test_reload_keeps_the_problem_the_part_and_bytes_inside_a_field(
    window: MainWindow, drive: Drive, tmp_path: Path
) -> None:
    known = corpus.streams()["damaged"]
    name = next(name for name in ("damaged-footer-byte.v72", "damaged-footer-byte.v100") if name in known)
    path = tmp_path / "s.mig"
    path.write_bytes(corpus.stream_bytes(name, damaged=True))
    window.context.open(path)
    drive(settle(window))
    page = window.context.page("inspector")
    assert isinstance(page, InspectorPage)
    content, _ = parts(page)
    page.links.select_problem(0)
    chosen = page.selection.current
    assert chosen is not None and chosen.problem == 0
    window.context.actions.run("stream.reload")
    drive(settle(window))
    again = page.selection.current
    assert again is not None and again.same_place(chosen) and content.problems.row() == 0
    content.show_part("records")
    page.links.select_bytes(5, 2, "bytes")
    window.context.actions.run("stream.reload")
    drive(settle(window))
    inside = page.selection.current
    assert inside is not None and (inside.offset, inside.length, inside.problem) == (5, 2, None)
    assert content.part() == "records" and content.bytes.hex.selection == (5, 2)


def test_reload_of_a_stream_that_ends_before_the_place_begins_anew(
    window: MainWindow, opened: Opened, drive: Drive
) -> None:
    page = opened("tiny.v100")
    content, path = parts(page)
    assert page.loaded is not None
    page.links.select_bytes(page.loaded.index.size - 8, 4, "palette")
    os.truncate(path, 0x100)
    window.context.actions.run("stream.reload")
    drive(settle(window))
    now = page.selection.current
    assert now is not None and now.offset <= 0x100 and page.loaded.index.size == 0x100
    assert content.problems.model.rowCount() > 0, "it ends early, and says so"


def test_reload_of_what_is_no_stream_any_more_says_so_and_keeps_what_is_open(
    window: MainWindow, opened: Opened, drive: Drive, qtbot: QtBot
) -> None:
    page = opened("tiny.v100")
    content, path = parts(page)
    other = path.with_name("letter")
    other.write_text("Dear reader,")
    other.replace(path)
    drive(until(content.notice.isVisible))
    qtbot.mouseClick(content.notice.go, Qt.MouseButton.LeftButton)
    drive(settle(window))
    (notice,) = (one for one in window.context.notices.history if one.tone is Tone.ERROR)
    assert plain(notice.text) == "Not read again: tiny.v100.mig" and "not a migration stream" in notice.detail
    assert content.isVisible() and content.notice.isVisible() and page.document() is not None
    assert bytes(content.bytes.hex.source.read(0, 4)) == b"QEVM"


def test_a_bar_that_was_dismissed_comes_back_only_for_other_news(
    window: MainWindow, opened: Opened, drive: Drive, qtbot: QtBot
) -> None:
    page = opened("tiny.v100")
    content, path = parts(page)
    grow(path)
    drive(until(content.notice.isVisible))
    qtbot.mouseClick(content.notice.close_button, Qt.MouseButton.LeftButton)
    assert not content.notice.isVisible()
    grow(path)
    page.changing.watch.look()
    drive(settle(window))
    assert not content.notice.isVisible(), "it goes on growing"
    shrink(path)
    drive(until(content.notice.isVisible))
    content.bytes.hex.setFocus()
    qtbot.keyClick(content.bytes.hex, Qt.Key.Key_Escape)
    assert not content.notice.isVisible()


def test_a_file_that_comes_back_as_it_was_takes_the_bar_away(window: MainWindow, opened: Opened, drive: Drive) -> None:
    content, path = parts(opened("tiny.v100"))
    path.rename(path.with_name("elsewhere"))
    drive(until(content.notice.isVisible))
    path.with_name("elsewhere").rename(path)
    drive(until(content.notice.isHidden))


def test_a_change_before_the_stream_was_read_to_its_end_is_noticed(
    window: MainWindow, opened: Opened, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    from snapmgr.inspect import index as engine

    read = engine.index_stream

    def grown_meanwhile(source: object, **rest: object) -> engine.StreamIndex:
        grow(source.path)  # type: ignore[attr-defined]
        return read(source, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "index_stream", grown_meanwhile)
    content, _ = parts(opened("tiny.v100"))
    assert content.notice.isVisible()


def test_nothing_is_watched_once_the_stream_is_closed(window: MainWindow, opened: Opened, drive: Drive) -> None:
    page = opened("tiny.v100")
    content, path = parts(page)
    grow(path)
    drive(until(content.notice.isVisible))
    window.context.actions.run("file.close")
    drive(settle(window))
    assert page.document() is None and page.changing.current is None and content.notice.isHidden()
    assert page.changing.watch._files.files() == []


def test_an_image_that_is_written_to_concerns_a_vm_state_only_when_its_snapshot_goes(
    window: MainWindow, drive: Drive, tmp_path: Path
) -> None:
    path = corpus.unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"]
    window.context.open(f"{path}@work")
    drive(settle(window))
    page = window.context.page("inspector")
    assert isinstance(page, InspectorPage)
    content, _ = parts(page)
    with path.open("ab") as file:  # as a machine that runs writes to its disk
        file.write(bytes(65536))
    page.changing.watch.look()
    drive(settle(window))
    assert not content.notice.isVisible() and page.changing.current is None
    with path.open("r+b") as file:
        file.seek(60)  # how many snapshots there are
        file.write(bytes(4))
    drive(until(content.notice.isVisible))
    assert plain(content.notice.title.full_text()) == "The snapshot is gone from vm-hmp-72.qcow2"


def test_an_export_of_what_was_lost_gives_one_message_and_no_file(
    window: MainWindow, opened: Opened, drive: Drive, qtbot: QtBot, tmp_path: Path
) -> None:
    page = opened("tiny.v100")
    _, path = parts(page)
    dialog = ExportDialog(window.context, page)
    dialog.show()
    dialog._choices.button(2).click()
    dialog.path.setText(str(tmp_path / "out.json"))
    shrink(path)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    drive(settle(window))
    said = plain(dialog.message.text())
    assert said.startswith("Not exported: tiny.v100.mig. ") and "became shorter while it was open" in said
    assert "Open it again" in said and not list(tmp_path.glob("*out*"))
    dialog.reject()


def test_an_export_of_what_was_written_to_warns_of_a_mixture(
    window: MainWindow, opened: Opened, drive: Drive, tmp_path: Path
) -> None:
    page = opened("tiny.v100")
    content, path = parts(page)
    rewrite(path)
    drive(until(content.notice.isVisible))
    dialog = ExportDialog(window.context, page)
    dialog.path.setText(str(tmp_path / "out.json"))
    dialog.show()
    assert not dialog.message.isVisible(), "the summary is that of what was read"
    dialog._choices.button(2).click()
    assert dialog.message.text().startswith("The file changed on disk") and dialog.go.isEnabled()
    dialog.reject()


def test_the_palette_reads_the_stream_again(window: MainWindow, opened: Opened, drive: Drive) -> None:
    page = opened("tiny.v100")
    before = page.loaded
    rows = PaletteSources(window.context, window.show_settings).rows(">reload")
    next(row.entry for row in rows if row.entry is not None).run()
    drive(settle(window))
    assert page.loaded is not before and page.loaded is not None

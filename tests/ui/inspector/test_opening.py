"""Streams are opened, replaced, cancelled and closed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from snapmgr.errors import Cancelled, SnapmgrError, StreamError
from snapmgr.work import Progress
from tests import corpus
from tests.ui.inspector.conftest import Live
from tests.ui.inspector.made import Stream, long_stream
from ui.inspector.states import ErrorState
from ui.shell.documents import Document, DocumentKind


def test_an_opened_stream_says_what_it_is(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    assert page.document() is not None and page.content.header.name.full_text() == "tiny.v100.mig"
    assert page.content.header.chip.text() == "loads in 10.0 and 11.1"
    assert "pc-i440fx-10.0" in page.content.header.facts.full_text()
    assert page.status()[0].startswith("150\u202f209 bytes") and page.status()[1].endswith("read only")
    assert page.content.bar.accessibleDescription().startswith("Whole stream to scale: 147 KiB, 1 precopy iteration")


def test_an_empty_page_says_what_it_is_for(live: Live) -> None:
    assert live.page.empty.isVisible() and live.page.document() is None
    assert live.context.actions.reason("stream.export") == "No stream is open"
    assert live.page.status() == ("No stream is open", "")


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


def test_another_stream_comes_in_front_of_the_first_and_the_same_in_its_place(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v72"))
    first = live.page.loaded
    live.open(stream("tiny.v100"))
    second = live.page.loaded
    assert second is not first and live.page.content.header.name.full_text() == "tiny.v100.mig"
    assert first is not None and bytes(first.index.source.read(0, 4)) == b"QEVM"
    live.open(stream("tiny.v100"))
    assert second is not None and live.page.loaded is not second
    with pytest.raises(Cancelled, match="closed"):
        second.index.source.read(0, 4)


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


def test_a_stream_error_keeps_its_words(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "old.mig"
    path.write_bytes(b"QEVM\0\0\0\2" + bytes(40))
    try:
        live.open(path)
    except StreamError as error:
        assert error.code
    assert live.page.error is not None or live.page.loaded is not None

"""What is copied out of the Inspector."""

from __future__ import annotations

from tests.ui.inspector.conftest import Live
from tests.ui.inspector.made import Stream, clipboard
from ui.inspector.copying import Form


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

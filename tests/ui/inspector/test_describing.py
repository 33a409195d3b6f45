"""The VM description beside the bytes."""

from __future__ import annotations

import json

from tests.ui.inspector.conftest import Live
from tests.ui.inspector.made import Stream


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

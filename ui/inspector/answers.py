"""What the status bar and the palette say of the stream that is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui.inspector.offsets import parse_offset
from ui.models.problem_table import summary
from ui.models.texts import shown
from ui.shell import formats
from ui.shell.palette_entry import PaletteEntry
from ui.words import plural, tr

if TYPE_CHECKING:
    from snapmgr.inspect.model import Node
    from ui.inspector.bookmarks import Bookmark
    from ui.inspector.linking import Links
    from ui.inspector.presenter import Loaded
    from ui.inspector.selection import Selection
    from ui.shell.links import Link

LISTED = 5000
"""Stretches of a stream that the palette offers at most."""


def status_of(loaded: Loaded, selection: Selection | None) -> tuple[str, str]:
    """Left and right side of the status bar."""
    index = loaded.index
    found = summary(index.problems)
    records = plural("{n} record", "{n} records", len(index.records))
    facts = f"{formats.exact_bytes(index.size)}, {records}"
    left = "     ".join(part for part in (found, facts) if part)
    return left, "     ".join(part for part in (_selected_text(loaded, selection), tr("read only")) if part)


def _selected_text(loaded: Loaded, selection: Selection | None) -> str:
    if selection is None:
        return ""
    where = formats.offset(selection.offset, loaded.digits)
    channel, inside = loaded.index.place(selection.offset)
    if channel is not None:
        #: A byte of a captured channel: 000F0040, conn1.fwd 00000040
        where = tr("{offset}, {channel} {inside}", offset=where, channel=channel.name, inside=formats.offset(inside))
    if not selection.length:
        return tr("at {offset}", offset=where)
    return plural("{n} byte selected at {offset}", "{n} bytes selected at {offset}", selection.length, offset=where)


def sections_of(loaded: Loaded, links: Links, bookmarks: Sequence[Bookmark]) -> list[PaletteEntry]:
    """Bookmarks and stretches of the stream for the palette."""
    marks = [
        PaletteEntry(
            tr("Bookmarks"),
            shown(mark.name),
            lambda mark=mark: links.go_to(mark.offset, mark.length),
            subject=formats.offset(mark.offset, loaded.digits),
            icon="bookmark-simple",
        )
        for mark in bookmarks
    ]
    return marks + [
        PaletteEntry(
            tr("In this stream"),
            shown(span.label),
            lambda span=span: links.select_node(span.path, "palette"),
            subject=formats.offset(span.offset, loaded.digits),
            icon="tree-structure",
        )
        for span in loaded.spans[:LISTED]
    ]


def offset_in(loaded: Loaded, links: Links, text: str) -> PaletteEntry | None:
    """An offset that was typed into the palette, None where it is none of this stream."""
    offset = parse_offset(text, 0)
    if offset is None or offset >= loaded.index.size:
        return None
    return PaletteEntry(
        tr("In this stream"),
        text,
        lambda: links.select_bytes(offset, 1, "palette"),
        subject=tr("offset {offset}", offset=formats.offset(offset, loaded.digits)),
        icon="arrow-right",
    )


def follow(link: Link, loaded: Loaded, links: Links) -> bool:
    """Go to the bytes of a link, or to the field of its names where another one stands at them now; False where there
    is neither."""
    size, tree = loaded.index.size, loaded.index.tree
    if link.offset < size:
        chain = loaded.chain(tree.path_at(link.offset))
        if tuple(node.name for node in chain[: len(link.names)]) == link.names:
            links.go_to(link.offset, min(link.length, size - link.offset))
            return True
    found: Node | None = None
    for name in link.names:
        below = tree.roots if found is None else tree.children(found)
        found = next((node for node in below if node.name == name), None)
        if found is None:
            return False
    if found is None:
        return False
    links.go_to(found.offset, found.length)
    return True

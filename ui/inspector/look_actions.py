"""Other ways to look at what a stream holds, for menus, shortcuts and the palette."""

from __future__ import annotations

from ui.inspector.actions import VIEW, content_of, has_selection, has_stream, has_whole_stream, page_of
from ui.inspector.bookmarks import Bookmark
from ui.inspector.header import STRUCTURE
from ui.inspector.places import BYTES
from ui.shell import formats
from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.shell.links import Link, link_text
from ui.words import later, tr

ACTIONS = Actions()
MOST_FOUND = 4096
"""Bytes that are looked for at once."""


def has_domain(context: WindowContext) -> str:
    if reason := has_stream(context):
        return reason
    loaded = page_of(context).loaded
    return "" if loaded is not None and loaded.index.libvirt is not None else tr("This is no save file of libvirt")


def has_hits(context: WindowContext) -> str:
    if reason := has_stream(context):
        return reason
    return "" if page_of(context).has_hits() else tr("Nothing was found: find something first")


@ACTIONS.add(
    "stream.find",
    later("Find in RAM and bytes"),
    keys="Ctrl+Shift+F",
    icon="magnifying-glass",
    menu=Menu.STREAM,
    group=0,
    submenu=later("Find"),
    view=VIEW,
    enabled=has_whole_stream,
)
def find(context: WindowContext) -> None:
    """Look for text, bytes, names or values, and list where they are."""
    page_of(context).finding().open()


@ACTIONS.add(
    "stream.find_selected",
    later("Find selected bytes in RAM"),
    icon="magnifying-glass",
    menu=Menu.STREAM,
    group=0,
    submenu=later("Find"),
    view=VIEW,
    enabled=lambda context: _can_find_selected(context),
)
def find_selected(context: WindowContext) -> None:
    """Look for the selected bytes in all of RAM."""
    page = page_of(context)
    selection, loaded = page.selection.current, page.loaded
    if selection is None or loaded is None:
        return
    finding = page.finding()
    finding.open()
    finding.pane.set_pattern(bytes(loaded.index.source.read(selection.offset, selection.length)))
    finding.begin()


def _can_find_selected(context: WindowContext) -> str:
    if reason := has_whole_stream(context) or has_selection(context):
        return reason
    selection = page_of(context).selection.current
    fits = selection is not None and 0 < selection.length <= MOST_FOUND
    return "" if fits else tr("More bytes are selected than can be looked for")


@ACTIONS.add(
    "stream.next_hit",
    later("Next hit"),
    keys="F3",
    icon="caret-down",
    menu=Menu.STREAM,
    group=0,
    submenu=later("Find"),
    view=VIEW,
    enabled=has_hits,
)
def next_hit(context: WindowContext) -> None:
    """Go to the next place that was found."""
    page_of(context).finding().pane.hits.step(1)


@ACTIONS.add(
    "stream.previous_hit",
    later("Previous hit"),
    keys="Shift+F3",
    icon="caret-up",
    menu=Menu.STREAM,
    group=0,
    submenu=later("Find"),
    view=VIEW,
    enabled=has_hits,
)
def previous_hit(context: WindowContext) -> None:
    """Go to the place before."""
    page_of(context).finding().pane.hits.step(-1)


def has_several(context: WindowContext) -> str:
    if reason := has_whole_stream(context):
        return reason
    return "" if len(page_of(context).documents()) > 1 else tr("No other stream is open")


@ACTIONS.add(
    "stream.next_stream",
    later("Next stream"),
    keys="Ctrl+PgDown",
    icon="arrow-right",
    menu=Menu.STREAM,
    group=5,
    submenu=later("Streams"),
    view=VIEW,
    enabled=has_several,
)
def next_stream(context: WindowContext) -> None:
    """Go to the next stream that is open."""
    page_of(context).step_stream(1)


@ACTIONS.add(
    "stream.previous_stream",
    later("Previous stream"),
    keys="Ctrl+PgUp",
    icon="arrow-left",
    menu=Menu.STREAM,
    group=5,
    submenu=later("Streams"),
    view=VIEW,
    enabled=has_several,
)
def previous_stream(context: WindowContext) -> None:
    """Go to the stream before."""
    page_of(context).step_stream(-1)


def _place(context: WindowContext) -> tuple[str, int, int] | None:
    """SRC, offset and bytes of what is selected."""
    page = page_of(context)
    document, selection = page.document(), page.selection.current
    return (document.sources[0], selection.offset, selection.length) if document and selection is not None else None


def _marked(context: WindowContext) -> bool:
    if has_stream(context) or (place := _place(context)) is None:
        return False
    return page_of(context).bookmarks().at(*place) is not None


def can_mark(context: WindowContext) -> str:
    return has_stream(context) or ("" if _place(context) is not None else tr("Nothing is selected"))


def can_link(context: WindowContext) -> str:
    if reason := can_mark(context):
        return reason
    document = page_of(context).document()
    kept = document is not None and not document.fleeting
    return "" if kept else tr("This stream is kept in no file: save it first")


@ACTIONS.add(
    "stream.copy_link",
    later("Copy link"),
    icon="link",
    menu=Menu.STREAM,
    group=2,
    submenu=later("Copy as"),
    view=VIEW,
    enabled=can_link,
)
def copy_link(context: WindowContext) -> None:
    """Copy a link to the selected place: Go to offset and snapmgr on a command line follow it."""
    page, place = page_of(context), _place(context)
    selection, loaded = page.selection.current, page.loaded
    if place is None or selection is None or loaded is None:
        return
    names = tuple(node.name for node in loaded.chain(selection.path))
    page.clipboard.put(link_text(Link(*place, names)), tr("A link to this place"))


@ACTIONS.add(
    "stream.bookmark",
    later("Bookmark"),
    keys="Ctrl+M",
    icon="bookmark-simple",
    menu=Menu.STREAM,
    group=0,
    submenu=later("Bookmarks"),
    view=VIEW,
    enabled=can_mark,
    checked=_marked,
)
def bookmark(context: WindowContext) -> None:
    """Keep the selected place to come back to, or keep it no longer."""
    page, place, bookmarks = page_of(context), _place(context), page_of(context).bookmarks()
    if place is None or page.loaded is None or page.selection.current is None:
        return
    source, offset, length = place
    if (known := bookmarks.at(*place)) is not None:
        bookmarks.remove(source, known)
        context.notify(tr("The bookmark is removed"))
        return
    nodes = page.loaded.chain(page.selection.current.path)
    where = formats.offset(offset, page.loaded.digits)
    names = "/".join(node.name for node in nodes)
    if nodes and (nodes[-1].offset, nodes[-1].length) != (offset, length):  # several of one field are told apart
        #: Name of a bookmark of some bytes: {name} is the field that they lie in
        names = tr("{name} at {offset}", name=names, offset=where)
    if bookmarks.add(source, Bookmark(offset, length, names or where)):
        document = page.document()
        passing = document is not None and document.fleeting
        said = tr("A bookmark is kept until this window closes: the stream is in no file") if passing else ""
        context.notify(said or tr("A bookmark is kept"), action=tr("Bookmarks"), run=lambda: context.actions.run(_LIST))
    else:
        context.notify(tr("This stream has as many bookmarks as are kept: remove some first"))


_LIST = "stream.bookmarks"


@ACTIONS.add(
    _LIST,
    later("All bookmarks"),
    keys="Ctrl+Shift+M",
    icon="bookmark-simple",
    menu=Menu.STREAM,
    group=0,
    submenu=later("Bookmarks"),
    view=VIEW,
    enabled=has_stream,
)
def bookmarks(context: WindowContext) -> None:
    """See the places that were kept, and go to one."""
    from ui.inspector.bookmarks_dialog import BookmarksDialog

    page = page_of(context)
    if (document := page.document()) is not None:
        BookmarksDialog(context, page, document.sources[0]).open()


@ACTIONS.add(
    "stream.compare",
    later("Compare"),
    keys="Ctrl+D",
    icon="git-diff",
    menu=Menu.STREAM,
    group=4,
    view=VIEW,
    enabled=has_whole_stream,
)
async def compare(context: WindowContext) -> None:
    """Show what differs from another stream or VM state: fields, pages of RAM, bytes."""
    from ui.inspector.comparing import compare_stream

    document = page_of(context).document()
    if document is not None:
        await compare_stream(context, document.sources[0])


@ACTIONS.add(
    "stream.screen",
    later("Guest’s screen"),
    icon="monitor",
    menu=Menu.STREAM,
    group=3,
    submenu=later("RAM and guest"),
    view=VIEW,
    enabled=has_whole_stream,
)
def screen(context: WindowContext) -> None:
    """See what the guest showed when it was saved."""
    from ui.inspector.screen_dialog import ScreenDialog

    ScreenDialog(context, page_of(context)).open()


@ACTIONS.add(
    "stream.domain",
    later("Show libvirt domain"),
    icon="file-text",
    menu=Menu.STREAM,
    group=3,
    submenu=later("RAM and guest"),
    view=VIEW,
    enabled=has_domain,
)
def domain(context: WindowContext) -> None:
    """See the XML of the domain that libvirt saved."""
    content = content_of(context)
    content.show_part(STRUCTURE)
    content.fold(BYTES, False)
    content.bytes.show_domain()

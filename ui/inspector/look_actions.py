"""Other ways to look at what a stream holds, for menus, shortcuts and the palette."""

from __future__ import annotations

from ui.inspector.actions import VIEW, content_of, has_stream, has_whole_stream, page_of
from ui.inspector.header import STRUCTURE
from ui.inspector.places import BYTES
from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.words import later, tr

ACTIONS = Actions()


def has_domain(context: WindowContext) -> str:
    if reason := has_stream(context):
        return reason
    loaded = page_of(context).loaded
    return "" if loaded is not None and loaded.index.libvirt is not None else tr("This is no save file of libvirt")


@ACTIONS.add("stream.screen", later("Guest’s screen…"), icon="monitor", menu=Menu.STREAM, group=3, view=VIEW,
             enabled=has_whole_stream)  # fmt: skip
def screen(context: WindowContext) -> None:
    """See what the guest showed when it was saved."""
    from ui.inspector.screen_dialog import ScreenDialog

    ScreenDialog(context, page_of(context)).open()


@ACTIONS.add("stream.domain", later("Show libvirt domain"), icon="file-text", menu=Menu.STREAM, group=3, view=VIEW,
             enabled=has_domain)  # fmt: skip
def domain(context: WindowContext) -> None:
    """See the XML of the domain that libvirt saved."""
    content = content_of(context)
    content.show_part(STRUCTURE)
    content.fold(BYTES, False)
    content.bytes.show_domain()

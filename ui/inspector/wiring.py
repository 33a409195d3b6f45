"""What works on the panes of the Inspector, made when they are there.  Importing this imports all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from ui.inspector.changing import Changing
from ui.inspector.clipboard import Clipboard
from ui.inspector.content import Content
from ui.inspector.describing import Describer
from ui.inspector.filling import Filling
from ui.inspector.filtering import Filter
from ui.inspector.linking import Links
from ui.inspector.memory.memory import Memory
from ui.inspector.presenter import Loaded, Presenter
from ui.inspector.selection import SelectionModel
from ui.inspector.stream_tabs import StreamTabs
from ui.shell.context import WindowContext

__all__ = ["Content", "Wiring", "wire"]


@dataclass(frozen=True)
class Wiring:
    """One of each per page."""

    filling: Filling
    links: Links
    filter: Filter
    describer: Describer
    clipboard: Clipboard
    changing: Changing
    memory: Memory
    streams: StreamTabs


def wire(
    content: Content,
    context: WindowContext,
    selection: SelectionModel,
    presenter: Presenter,
    opened: Callable[[], Loaded | None],
    owner: QObject,
) -> Wiring:
    """Connect the panes with each other and with the engine; ``opened`` says what is open now."""
    tasks = context.tasks
    links = Links(content, selection, opened, owner)
    return Wiring(
        Filling(content, selection, presenter, tasks, context.size),
        links,
        Filter(content.tree, presenter, tasks, opened),
        Describer(content.bytes, selection, presenter, tasks, opened),
        Clipboard(content, selection, opened, context.notify, context.fail),
        Changing(content, context, links, opened, owner),
        Memory(content, context, links, opened, owner),
        StreamTabs(content.streams, owner),
    )

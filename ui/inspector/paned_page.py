"""The panes of the Inspector's page: made piece by piece, seen or not, and what of them is kept."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from ui.inspector.header import STRUCTURE
from ui.inspector.presenter import Loaded, Presenter
from ui.inspector.selection import SelectionModel
from ui.shell.actions import plain
from ui.shell.context import WindowContext
from ui.shell.page import Page
from ui.words import tr

if TYPE_CHECKING:
    from ui.inspector.changing import Changing
    from ui.inspector.clipboard import Clipboard
    from ui.inspector.content import Content
    from ui.inspector.describing import Describer
    from ui.inspector.filling import Filling
    from ui.inspector.filtering import Filter
    from ui.inspector.find.finding import Finding
    from ui.inspector.linking import Links
    from ui.inspector.memory.memory import Memory
    from ui.inspector.stream_tabs import StreamTabs
    from ui.inspector.wiring import Wiring


class PanedPage(Page):
    """Its panes are made after it is there itself, piece by piece between the window's other work.  ``loaded`` is what
    they show."""

    filling: Filling
    links: Links
    filter: Filter
    describer: Describer
    clipboard: Clipboard
    changing: Changing
    memory: Memory

    def __init__(self, context: WindowContext, presenter: Presenter, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.selection = SelectionModel(self)
        self.presenter = presenter
        self.loaded: Loaded | None = None
        self._stored: dict[str, Any] = {}
        self._stack = QStackedLayout(self)
        self._finding: Finding | None = None
        self.streams: StreamTabs | None = None
        self.content: Content | None = None
        self._building = context.tasks.start(self._build(), tr("Prepare the Inspector"))

    def streams_made(self, streams: StreamTabs) -> None:
        """The tabs are there."""

    def built(self) -> Awaitable[None]:
        """To be awaited: the panes are there then."""
        return asyncio.shield(self._building)

    async def _build(self) -> None:
        """Make the panes, unseen; whatever else the window has to do comes in between."""
        module = await self.context.tasks.run_in_worker(importlib.import_module, "ui.inspector.wiring")
        actions = self.context.actions
        asking = (
            "stream.check_against",
            "stream.export",
            "stream.save_block",
            "stream.save_page",
            "stream.save_repaired",
        )
        for id in asking:
            actions[id].setIconText(plain(actions[id].text()))  # Qt leaves the … out of what buttons show
        actions["stream.page_bytes"].setIconText(tr("Show in bytes"))
        content: Content = module.Content(actions, self)
        for _ in content.pieces():
            await asyncio.sleep(0)
        self._connect(content, module.wire)
        content.restore_state(self._stored)
        self._stack.addWidget(content)
        self.content = content
        await self._lay_out()  # before a worker reads: each part is asked for its size, and would wait for it each time

    def _connect(self, content: Content, wire: Callable[..., Wiring]) -> None:
        wired = wire(content, self.context, self.selection, self.presenter, lambda: self.loaded, self)
        self.filling, self.links, self.filter = wired.filling, wired.links, wired.filter
        self.describer, self.clipboard, self.changing = wired.describer, wired.clipboard, wired.changing
        self.memory, self.streams = wired.memory, wired.streams
        self.streams_made(wired.streams)
        self._offer(content)
        self.changing.set_seen(self.isVisible())
        self.links.moved.connect(self._moved)
        content.changed.connect(self.context.touch)
        content.bytes.link_typed.connect(self.context.open)
        content.ram.block_chosen.connect(lambda _: self.context.touch())
        content.header.cancel_wanted.connect(self.presenter.cancel_reading)

    def _offer(self, content: Content) -> None:
        """What can be done with a place, under the other button of the pointer."""
        of_place = (
            "stream.copy",
            "stream.copy_as",
            "stream.copy_link",
            "stream.bookmark",
            "stream.find_selected",
            "stream.compare",
        )
        for view in (content.tree.tree, content.bytes.hex):
            view.addActions([self.context.actions[id] for id in of_place])
            view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def finding(self) -> Finding:
        """The search, made when it is first wanted; only while there are panes."""
        if self._finding is None:
            from ui.inspector.find.finding import Finding

            assert self.content is not None
            self._finding = Finding(self.content, self.context, self.links, self.memory, lambda: self.loaded, self)
        return self._finding

    def has_hits(self) -> bool:
        """Whether a search found something that is listed."""
        return self._finding is not None and self._finding.pane.hits.hits.rowCount() > 0

    def _forget(self) -> None:
        """Nothing of the last stream stays."""
        self.memory.begin()
        if self._finding is not None:
            self._finding.forget()

    def _moved(self) -> None:
        self.status_changed.emit()
        self.context.touch()

    async def _lay_out(self) -> None:
        """Let panes that are not seen yet know what they have room for, in a turn of its own."""
        if self.content is not None and self._stack.currentWidget() is not self.content:
            self.content.setGeometry(self.rect())
            self.content.grab(QRect(0, 0, 1, 1))  # lays out what is hidden, as if it were to be painted
            await asyncio.sleep(0)

    def focus_filter(self) -> None:
        if self.content is not None:
            self.content.focus_filter()

    def escape(self) -> bool:
        if self.content is None or self.loaded is None:
            return False
        if self.content.tree.find.text():
            self.content.tree.find.clear()
            return True
        return self.changing.dismiss()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.content is not None:
            self.changing.set_seen(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.content is not None:
            self.changing.set_seen(False)

    def panes(self) -> list[QWidget]:
        shown = self._stack.currentWidget()
        return self.content.panes() if self.content is not None and shown is self.content else [shown]

    def part(self) -> str:
        """structure, records or ram."""
        return STRUCTURE if self.content is None else self.content.part()

    def problems_shown(self) -> bool:
        return self.content is not None and self.content.problems_shown()

    def save_state(self) -> dict[str, Any]:
        return self.content.save_state() if self.content is not None else self._stored

    def restore_state(self, state: dict[str, Any]) -> None:
        self._stored = state
        if self.content is not None:
            self.content.restore_state(state)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and self.content is not None and self.loaded is not None:
            self.content.tree.tree.share_columns()
            self.content.adapt()

"""The Inspector: one stream in five linked panes.  What is open, and what of the page is seen."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QRect, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from snapmgr.errors import Cancelled
from ui.inspector.answers import offset_in, sections_of, status_of
from ui.inspector.bookmarks import Bookmarks
from ui.inspector.header import STRUCTURE
from ui.inspector.place import Place
from ui.inspector.presenter import Loaded, Presenter, Shown
from ui.inspector.selection import SelectionModel
from ui.inspector.states import LoadingState, empty_state
from ui.shell.actions import plain
from ui.shell.context import WindowContext
from ui.shell.documents import Document
from ui.shell.page import Page
from ui.shell.palette_entry import PaletteEntry
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
    from ui.inspector.wiring import Wiring

SKELETON_MS = 150
"""A reading shorter than this shows no loading page."""


class InspectorPage(Page):
    """One stream at a time.

    Its panes are made after it is there itself, piece by piece between the window's other work; until then, and while
    no stream is open, it shows one of its other states.
    """

    filling: Filling
    links: Links
    filter: Filter
    describer: Describer
    clipboard: Clipboard
    changing: Changing
    memory: Memory

    def __init__(self, context: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.selection = SelectionModel(self)
        self.presenter = Presenter(context.tasks, self._progressed, self._grown)
        self._document: Document | None = None
        self._opening: Document | None = None
        self.loaded: Loaded | None = None
        self._place: Place | None = None
        self._stored: dict[str, Any] = {}
        self._stack = QStackedLayout(self)
        actions = context.actions
        self.empty = empty_state(lambda: actions.run("file.open"), lambda: actions.run("file.demo"), self)
        self.blank = QWidget(self)
        self.loading = LoadingState(self.presenter.cancel_reading, self)
        self.error: QWidget | None = None
        self._finding: Finding | None = None
        self.content: Content | None = None
        for part in (self.empty, self.blank, self.loading):
            self._stack.addWidget(part)
        self._skeleton = QTimer(self, singleShot=True, interval=SKELETON_MS)
        self._skeleton.timeout.connect(self._show_skeleton)
        context.settings.changed.connect(self._setting_changed)
        self._building = context.tasks.start(self._build(), tr("Prepare the Inspector"))

    def _setting_changed(self, id: str) -> None:
        """Sizes are said again in other units."""
        if id == "appearance.units" and self.content is not None and self.loaded is not None:
            self.filling.say(self.loaded, finished=self._opening is None)

    # --- the panes ---

    def built(self) -> Awaitable[None]:
        """To be awaited: the panes are there then."""
        return asyncio.shield(self._building)

    async def _build(self) -> None:
        """Make the panes, unseen; whatever else the window has to do comes in between."""
        module = await self.context.tasks.run_in_worker(importlib.import_module, "ui.inspector.wiring")
        actions = self.context.actions
        for id in ("stream.export", "stream.compare", "stream.save_block", "stream.save_page"):
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
        self.memory = wired.memory
        self.changing.set_seen(self.isVisible())
        self.links.moved.connect(self._moved)
        content.changed.connect(self.context.touch)
        content.ram.block_chosen.connect(lambda _: self.context.touch())
        content.header.cancel_wanted.connect(self.presenter.cancel_reading)

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

    # --- opening and closing ---

    async def open(self, document: Document) -> None:
        """Read a stream.  Where nothing was open, a failure is explained here; else it is raised."""
        before = self._document
        self._begin(document)
        try:
            roots = [Path(folder) for folder in self.context.settings["files.allow_roots"]]
            loaded = await self.presenter.read(document.sources[0], roots, self.built())
        except Cancelled:
            self._settle(document)
            return
        except Exception as error:  # whatever it is: nobody is left with a page that says it is being read
            await self._not_opened(document, error, before)
            return
        finally:
            self._end(document)
        try:
            await self._show_whole(loaded, document)
        except Exception as error:
            self.close_document()
            await self._explain(document, error)

    async def reload(self) -> None:
        """Read the stream again; selection, offset and filter stay where they still exist."""
        if self._document is None or self.loaded is None or self.content is None:
            return
        words = self.content.tree.find.text()
        self._place = Place.of(self.loaded, self.selection.current, self.content)
        again = replace(self._document)  # another stream to all that compare: the same file holds other bytes now
        try:
            await self.open(again)
        except Exception as error:
            self.context.fail(error, tr("Not read again"), again.sources[0])
            return
        finally:
            self._place = None
        if self._document is again and words and not self.content.tree.find.text():
            await self.filter.apply(words)
            if self._document is again and self.selection.current is not None:
                self.content.tree.show_path(self.selection.current.path)

    def _begin(self, document: Document) -> None:
        self._opening = document
        if self.loaded is None:
            self._stack.setCurrentWidget(self.blank)
        self._skeleton.start()
        self.status_changed.emit()

    def _end(self, document: Document) -> None:
        """Reading ended in whatever way, unless another one has taken over."""
        if self._opening is document:
            self._opening = None
            self._skeleton.stop()
            self._moved()

    def _settle(self, document: Document) -> None:
        """Nothing came of it: show what there is."""
        if self._opening is not document:
            return
        if self.content is not None and self.loaded is not None:
            self.content.header.set_progress(None)
            self._stack.setCurrentWidget(self.content)
        else:
            self._stack.setCurrentWidget(self.error or self.empty)

    async def _not_opened(self, document: Document, error: Exception, before: Document | None) -> None:
        """Raise where there is something to go back to, else say in the page what is the matter."""
        if before is not None or self._document is not None:
            self._settle(document)
            raise error
        await self._explain(document, error)
        self._settle(document)

    async def _explain(self, document: Document, error: Exception) -> None:
        """Say in the page why nothing is shown."""
        from ui.inspector.not_a_stream import explain

        state = await explain(self.context, document, error)
        self._drop_error()
        self.error = state
        self._stack.addWidget(state)
        if self.loaded is None and self._opening is None:
            self._stack.setCurrentWidget(state)

    def _drop_error(self) -> None:
        if self.error is not None:
            self._stack.removeWidget(self.error)
            self.error.deleteLater()
            self.error = None

    def document(self) -> Document | None:
        return self._document

    def opening(self) -> Document | None:
        return self._opening if self._showing is not self._opening else None

    def close_document(self) -> None:
        self.presenter.cancel_reading()
        if self.loaded is not None:
            self._release(self.loaded)
            self.filling.clear()
            self.changing.end()
            self._forget()
        self._document = self.loaded = None
        self.selection.clear()
        self._drop_error()
        self._stack.setCurrentWidget(self.empty)
        self._moved()

    def _release(self, loaded: Loaded) -> None:
        """Close the file once nothing reads it any more; at the end of the window nothing does."""
        if self.context.tasks.closed:
            loaded.index.source.close()
        else:
            self.context.tasks.start(self._let_go(loaded), tr("Close"))

    async def _let_go(self, loaded: Loaded) -> None:
        await self.presenter.stop_search()
        loaded.index.source.close()

    # --- reading ---

    def _show_skeleton(self) -> None:
        if self._opening is not None and self._showing is not self._opening:
            self.loading.begin(self._opening.label)
            self._stack.setCurrentWidget(self.loading)

    @property
    def _showing(self) -> Document | None:
        return self._document if self.loaded is not None else None

    def _progressed(self, done: int, total: int) -> None:
        self.loading.set_progress(done, total)
        if self.content is not None and self._opening is not None and self._showing is self._opening:
            self.content.header.set_progress(100 * done // total if total else -1)

    async def _show_whole(self, loaded: Loaded, document: Document) -> None:
        """Show a stream that was read to its end; panes that are seen already are painted before one is selected."""
        await self._lay_out()
        self._show(loaded, document, finished=True)
        if self._stack.currentWidget() is self.content:
            await asyncio.sleep(0)
        if self.loaded is loaded:
            self._finish(loaded)
            await self._come_forward()

    def _grown(self, loaded: Loaded) -> Shown:
        return self.show_growth(loaded, self._opening) if self._opening is not None else None

    def show_growth(self, loaded: Loaded, document: Document) -> Shown:
        """Show what was read so far of a stream that is being read."""
        self._show(loaded, document, finished=False)
        return self.context.tasks.start(self._come_forward(), tr("Show the stream"))

    async def _lay_out(self) -> None:
        """Let panes that are not seen yet know what they have room for, in a turn of its own."""
        if self.content is not None and self._stack.currentWidget() is not self.content:
            self.content.setGeometry(self.rect())
            self.content.grab(QRect(0, 0, 1, 1))  # lays out what is hidden, as if it were to be painted
            await asyncio.sleep(0)

    async def _come_forward(self) -> None:
        """Let the panes be seen, after the turns of the loop in which they were filled and all actions asked again: all
        at once would be felt."""
        if self._stack.currentWidget() is not self.content:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        if self.content is not None and self.loaded is not None:
            self._stack.setCurrentWidget(self.content)

    def _show(self, loaded: Loaded, document: Document, *, finished: bool) -> None:
        """Fill the panes with a stream, or with more of it; ``finished``: no more will come."""
        if self._showing is document:
            self.loaded = loaded
            self.filling.grow(loaded, finished=finished)
        else:
            self._replace(loaded, document)
        self.filling.say(loaded, finished=finished)
        self._moved()

    def show_checked(self, loaded: Loaded) -> None:
        """The stream that is open, with the problems that a machine has with it, from the first one on."""
        if self._document is None or self.content is None:
            return
        self._show(loaded, self._document, finished=True)
        if loaded.index.problems:
            self.links.select_problem(0)

    def _replace(self, loaded: Loaded, document: Document) -> None:
        if self.loaded is not None:
            self._release(self.loaded)
        self._document, self.loaded = document, loaded
        self._drop_error()
        self.selection.clear()
        self.describer.forget()
        self.filling.begin(loaded, document)
        self._forget()
        self.changing.begin(loaded)

    def _finish(self, loaded: Loaded) -> None:
        """The whole stream is there: begin at what QEMU stops at, else at its beginning."""
        place, self._place = self._place, None
        self.describer.look_again()
        self.filter.look_again()
        self.memory.look_again()
        if self.selection.current is not None:
            self.links.show(self.selection.current)
        elif place is not None and place.restore(loaded, self.links, self.content):
            pass
        elif loaded.index.problems:
            self.links.select_problem(0)
        elif loaded.spans:
            self.links.select_node((0,), "start")

    # --- what the shell and the actions ask ---

    def status(self) -> tuple[str, str]:
        if (opening := self.opening()) is not None:
            return tr("Reading {name}", name=opening.label), ""
        if self.loaded is None:
            return tr("No stream is open"), ""
        return status_of(self.loaded, self.selection.current)

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

    def palette_entries(self, prefix: str) -> list[PaletteEntry]:
        if prefix != "@" or self.loaded is None:
            return []
        marks = Bookmarks(self.context.settings.state)
        kept = marks.of(self._document.sources[0]) if self._document is not None else []
        return sections_of(self.loaded, self.links, kept)

    def palette_offset(self, text: str) -> PaletteEntry | None:
        return offset_in(self.loaded, self.links, text) if self.loaded is not None else None

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

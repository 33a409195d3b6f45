"""The Inspector: one stream in five linked panes, others as tabs.  What is open, and what of the page is seen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from snapmgr.errors import Cancelled
from ui.inspector.answers import follow, offset_in, sections_of, status_of
from ui.inspector.bookmarks import Bookmarks
from ui.inspector.paned_page import PanedPage
from ui.inspector.place import Place
from ui.inspector.presenter import Loaded, Presenter, Shown
from ui.inspector.states import LoadingState, empty_state
from ui.inspector.stream_tabs import OpenStream, StreamTabs
from ui.shell.context import WindowContext
from ui.shell.documents import Document
from ui.shell.links import Link
from ui.shell.palette_entry import PaletteEntry
from ui.words import tr

SKELETON_MS = 150
"""A reading shorter than this shows no loading page."""


class InspectorPage(PanedPage):
    """One stream in front, others as tabs.  While none is open, it shows one of its other states."""

    def __init__(self, context: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(context, Presenter(context.tasks, self._progressed, self._grown), parent)
        self._document: Document | None = None
        self._opening: Document | None = None
        self._place: Place | None = None
        self._passing: dict[str, object] = {}
        actions = context.actions
        self.empty = empty_state(lambda: actions.run("file.open"), lambda: actions.run("file.demo"), self)
        self.blank = QWidget(self)
        self.loading = LoadingState(self.presenter.cancel_reading, self)
        self.error: QWidget | None = None
        for part in (self.empty, self.blank, self.loading):
            self._stack.addWidget(part)
        self._skeleton = QTimer(self, singleShot=True, interval=SKELETON_MS)
        self._skeleton.timeout.connect(self._show_skeleton)
        context.settings.changed.connect(self._setting_changed)

    def _setting_changed(self, id: str) -> None:
        """Sizes are said again in other units."""
        if id == "appearance.units" and self.content is not None and self.loaded is not None:
            self.filling.say(self.loaded, finished=self._opening is None)

    def bookmarks(self) -> Bookmarks:
        """Those of the stream, kept nowhere but here where it is in no file, by whose name it would be found again."""
        document = self._document
        return Bookmarks(self._passing if document is not None and document.fleeting else self.context.settings.state)

    # --- opening and closing ---

    async def open(self, document: Document) -> None:
        """Read a stream.  Where nothing was open, a failure is explained here; else it is raised."""
        before = self._document
        if self.streams is not None and document != before and self.streams.behind(document) is not None:
            self.show_stream(document)
            return
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
        if self.streams is not None:
            self.streams.set_enabled(False)
        self.status_changed.emit()

    def _end(self, document: Document) -> None:
        """Reading ended in whatever way, unless another one has taken over."""
        if self._opening is document:
            self._opening = None
            self._skeleton.stop()
            if self.streams is not None:
                self.streams.set_enabled(True)
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

    def documents(self) -> list[Document]:
        behind = self.streams.documents() if self.streams is not None else []
        current = [self._document] if self._document is not None else []
        return [one for one in behind if one not in current] + current

    def show_stream(self, document: Document) -> None:
        """Bring a stream that is open to the front, as it was left."""
        assert self.streams is not None
        stream = self.streams.take(document) if self._opening is None else None
        if stream is None or self.content is None:
            return
        self._place = stream.place
        self._show(stream.loaded, stream.document, finished=True)
        self.content.show_part(stream.part)
        self._stack.setCurrentWidget(self.content)
        self._finish(stream.loaded)
        if stream.words:
            self.context.tasks.start(self.filter.apply(stream.words), tr("Filter"))

    def streams_made(self, streams: StreamTabs) -> None:
        streams.chosen.connect(self.show_stream)
        streams.closed.connect(self.close_stream)
        streams.dropped.connect(self._release)

    def step_stream(self, step: int) -> None:
        """To the next stream that is open, or to the one before."""
        following = self.streams.beside(self._document, step) if self.streams is not None else None
        if following is not None:
            self.show_stream(following)

    def close_stream(self, document: Document) -> None:
        """Close one of the streams that are open."""
        if document == self._document:
            self.close_document()
        elif self.streams is not None:
            self.streams.close(document)
            self._moved()

    def _put_behind(self, document: Document, loaded: Loaded) -> None:
        """Keep what is in front while another comes: it is a tab."""
        if self.streams is not None and self.content is not None:
            place = Place.of(loaded, self.selection.current, self.content)
            words = self.content.tree.find.text()
            self.streams.put_behind(OpenStream(document, loaded, place, self.part(), words))

    def let_go(self) -> None:
        if self.streams is not None:
            self.streams.close_behind()
        self.close_document()

    def close_document(self) -> None:
        self.presenter.cancel_reading()
        document = self._document
        if self.loaded is not None:
            self._release(self.loaded)
            self.filling.clear()
            self.changing.end()
            self._forget()
        self._document = self.loaded = None
        self.selection.clear()
        self._drop_error()
        self._stack.setCurrentWidget(self.empty)
        following = self.streams.close(document) if self.streams is not None and document is not None else None
        if following is not None:
            self.show_stream(following.document)
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
            self._take_focus()

    def _take_focus(self) -> None:
        """Where the keyboard is nowhere, it goes to the structure: arrows and F8 work at once."""
        window = self.window()
        if self.isVisible() and self.content is not None and window.focusWidget() in (None, window):
            self.content.tree.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _grown(self, loaded: Loaded) -> Shown:
        return self.show_growth(loaded, self._opening) if self._opening is not None else None

    def show_growth(self, loaded: Loaded, document: Document) -> Shown:
        """Show what was read so far of a stream that is being read."""
        self._show(loaded, document, finished=False)
        return self.context.tasks.start(self._come_forward(), tr("Show the stream"))

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
        if self.loaded is not None and self._document is not None:
            if self._document == document:
                self._release(self.loaded)
            else:
                self._put_behind(self._document, self.loaded)
        self._document, self.loaded = document, loaded
        if self.streams is not None:
            self.streams.in_front(document)
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
        left, right = status_of(self.loaded, self.selection.current)
        return left, "     ".join(part for part in (self.memory.page_text(), right) if part)

    def palette_entries(self, prefix: str) -> list[PaletteEntry]:
        if prefix != "@" or self.loaded is None:
            return []
        marks = self.bookmarks()
        kept = marks.of(self._document.sources[0]) if self._document is not None else []
        return sections_of(self.loaded, self.links, kept)

    def follow(self, link: Link) -> None:
        if self.loaded is not None and not follow(link, self.loaded, self.links):
            self.context.notify(tr("What the link leads to is not in this stream any more"))

    def palette_offset(self, text: str) -> PaletteEntry | None:
        return offset_in(self.loaded, self.links, text) if self.loaded is not None else None

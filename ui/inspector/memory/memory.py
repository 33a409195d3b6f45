"""What works on the RAM part: reads maps and pages in a worker, and links them with the selection of the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.work import CancelToken
from ui.inspector.content import Content
from ui.inspector.header import RAM
from ui.inspector.linking import Links
from ui.inspector.memory.sides import MAP, PASSES
from ui.inspector.presenter import Loaded
from ui.inspector.selection import Selection
from ui.models.texts import shown
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.failures import told
from ui.words import plural, tr

if TYPE_CHECKING:
    from snapmgr.inspect.model import BlockSummary
    from snapmgr.inspect.passes import Sending
    from ui.inspector.memory.facts import Map
    from ui.inspector.memory.map_pane import MapPane


class Memory(QObject):
    """One per page.  ``opened`` says what is open now."""

    def __init__(
        self,
        content: Content,
        context: WindowContext,
        links: Links,
        opened: Callable[[], Loaded | None],
        owner: QObject,
    ) -> None:
        super().__init__(owner)
        self._content, self._context, self._links, self._opened = content, context, links, opened
        self._part, self._tasks = content.memory, context.tasks
        self._map: Map | None = None
        self._of: Loaded | None = None
        """The stream whose map is shown, or being read."""
        self._reading: CancelToken | None = None
        self._wanted: tuple[str, int] | None = None
        """The page whose facts are wanted."""
        self._mark: tuple[int, int] | None = None
        """Bytes of the block that are to be selected in the page that comes."""
        self._looking: asyncio.Task[None] | None = None
        self._pointed = -1
        """The page under the pointer, if that rests on one."""
        self._peeking: asyncio.Task[None] | None = None
        self._part.say = self.words
        self._part.made.connect(self._made)
        self._part.shown.connect(lambda _: self.look_again())
        content.ram.block_chosen.connect(lambda _: self.look_again())
        links.selection.changed.connect(self._selected)

    # --- panes ---

    def _made(self, side: str) -> None:
        pane = self._part.map
        if side != MAP or pane is None:
            return
        pane.block_wanted.connect(self._content.ram.select)
        pane.look_wanted.connect(self.look_again)
        pane.cancel_wanted.connect(self.stop)
        pane.map.chosen.connect(self._chosen)
        pane.map.pointed.connect(self._point_at)
        pane.map.opened.connect(lambda _: self._context.actions.run("stream.page_bytes"))
        pane.detail.bytes_wanted.connect(self.show_record)

    @property
    def pane(self) -> MapPane | None:
        return self._part.map

    def _seen(self) -> bool:
        return self._content.part() == RAM and self._part.isVisible()

    def _block(self) -> BlockSummary | None:
        loaded, name = self._opened(), self._content.ram.selected()
        blocks = loaded.index.blocks if loaded is not None else ()
        return next((block for block in blocks if block.name == name), None)

    # --- the map ---

    def begin(self) -> None:
        """Another stream is shown, or none: nothing of the last one stays."""
        self.stop()
        self._map = self._of = self._wanted = None
        if self.pane is not None:
            self.pane.map.show_levels(None, self.pane.look(), 1, 4096)
            self.pane.detail.clear()

    def stop(self) -> None:
        """Cancel what is being read."""
        if self._reading is not None:
            self._reading.cancel()

    def look_again(self) -> None:
        """Something else may be to be seen: the part came to the front, or block, look or pass were changed."""
        loaded = self._opened()
        if not self._seen() or loaded is None:
            return
        block = self._block()
        self._part.about.setText(shown(block.name) if block is not None and self._part.side() == PASSES else "")
        if self._part.side() == PASSES:
            self._tasks.start(self._show_passes(loaded), tr("Read the passes over RAM"))
        if self._part.side() != MAP or self.pane is None:
            return
        pane = self.pane
        if block is None:
            pane.show_waiting(tr("No RAM in this stream"), reading=False)
            return
        if loaded is not self._of:
            self._of, self._map = loaded, None
            pane.set_choices(loaded.index.blocks, block.name, loaded.index.iterations)
        pane.choose_block(block.name)
        if block.ignored:
            pane.show_waiting(tr("The contents of this block are not in the stream"), reading=False)
            return
        if self._map is None or (self._map.block, self._map.look, self._map.upto) != (
            block.name,
            pane.look(),
            pane.upto(),
        ):
            self._tasks.start(self._read(loaded, block), tr("Read the map of pages"))

    async def _read(self, loaded: Loaded, block: BlockSummary) -> None:
        from ui.inspector.memory.facts import read_map

        pane = self.pane
        assert pane is not None
        self.stop()
        token = self._reading = CancelToken()
        self._map = None
        loop, index = asyncio.get_running_loop(), loaded.index
        waiting = loop.call_later(0.15, lambda: self._map is None and pane.show_waiting(tr("Reading pages")))

        def grown(part: Map) -> None:
            loop.call_soon_threadsafe(self._show_part, loaded, token, part)

        try:
            found = await self._tasks.run_in_worker(
                read_map, index, block.name, pane.look(), pane.upto(), grown, progress=pane.read, cancel=token
            )
        except Cancelled:
            if self._reading is token and self._map is not None:
                pane.end_reading()  # what was read stays
            elif self._reading is token:
                pane.show_waiting(tr("Reading was stopped"), tr("Choose State to see how pages came."), reading=False)
            return
        except (SnapmgrError, OSError) as error:
            if self._reading is token:
                pane.show_waiting(tr("Pages cannot be read"), told(error, beside=True), reading=False)
            return
        finally:
            waiting.cancel()
        if self._reading is not token or loaded is not self._opened():
            return
        self._reading = None
        await self._show_map(loaded, found, reading=False)

    def _show_part(self, loaded: Loaded, token: CancelToken, part: Map) -> None:
        """What is known of the contents by now."""
        if self._reading is token and not token.cancelled and loaded is self._opened():
            self._tasks.start(self._show_map(loaded, part, reading=True), tr("Read the map of pages"))

    async def _show_map(self, loaded: Loaded, found: Map, *, reading: bool) -> None:
        pane, block, goes_on = self.pane, self._block(), self._map is not None
        if pane is None or block is None:
            return
        self._map = found
        same = self._wanted is not None and self._wanted[0] == block.name
        pane.show_map(found, loaded.index.page_size or 4096, reading=reading)
        if goes_on:
            return
        if self._wanted is not None and same:
            pane.map.show_page(self._wanted[1])
        else:
            current = self._links.selection.current
            place = await self._place_of(loaded, current) if current is not None else None
            self._show_page(*(place if place is not None and place[0] == block.name else (block.name, 0)), follow=False)

    async def _show_passes(self, loaded: Loaded) -> None:
        from ui.inspector.memory.facts import read_passes

        view, block = self._part.passes, self._block()
        if view is None:
            return
        if block is None:
            view.show_rows((), 1, 4096)
            return
        rows = await self._tasks.run_in_worker(read_passes, loaded.index, block.name)
        if loaded is self._opened() and block.name == self._content.ram.selected():
            view.show_rows(rows, block.pages, loaded.index.page_size or 4096)

    # --- one page ---

    def _chosen(self, page: int, joined: bool) -> None:
        if self._map is not None:
            self._show_page(self._map.block, page, follow=True, joined=joined)

    def go_to(self, block: str, offset: int, mark: tuple[int, int] | None = None) -> None:
        """Show the page of a byte of RAM on the map; ``mark`` (offset in the block, bytes) is selected in it."""
        loaded = self._opened()
        if loaded is None:
            return
        page = offset // (loaded.index.page_size or 4096)
        self._wanted, self._mark = (block, page), mark
        self._content.show_part(RAM)
        self._part.show_side(MAP)
        self._content.ram.select(block)
        if self.pane is not None and self._map is not None and self._map.block == block:
            self.pane.map.show_page(page)
        self._show_page(block, page, follow=True)

    def focus_bytes(self) -> None:
        """Bring the keyboard to the bytes of the page."""
        if self.pane is not None and self.pane.detail.hex.isVisible():
            self.pane.detail.hex.setFocus()

    def _show_page(self, block: str, page: int, *, follow: bool, joined: bool = False) -> None:
        loaded, pane = self._opened(), self.pane
        if loaded is None or pane is None:
            return
        self._wanted = (block, page)
        if self._map is not None and self._map.block == block and pane.map.page != page:
            pane.map.show_page(page)
        pane.detail.begin(block, page, loaded.index.page_size or 4096)
        if self._looking is None or self._looking.done():
            self._looking = self._tasks.start(self._look(loaded, follow, joined), tr("Read a page"))

    async def _look(self, loaded: Loaded, follow: bool, joined: bool) -> None:
        """Facts of the page that is wanted, again as long as another one was wanted meanwhile."""
        from ui.inspector.memory.facts import page_facts

        while (wanted := self._wanted) is not None and loaded is self._opened() and self.pane is not None:
            facts = await self._tasks.run_in_worker(page_facts, loaded.index, *wanted)
            if wanted != self._wanted or loaded is not self._opened():
                continue
            if self._map is not None and self._map.block == wanted[0] and self.pane.map.page != wanted[1]:
                self.pane.map.show_page(wanted[1])
            self.pane.detail.show_facts(facts, loaded.digits)
            if self._mark is not None:
                start = self._mark[0] - facts.page * (loaded.index.page_size or 4096)
                self.pane.detail.hex.show_range(start, self._mark[1])
                self._mark = None
            self._context.touch()
            if follow and facts.sendings:
                self._select(loaded, facts.sendings[-1], joined=joined)
            return

    def _point_at(self, page: int) -> None:
        """Show what the page under the pointer holds and where its records are; with no page, the current one again."""
        loaded, pane, self._pointed = self._opened(), self.pane, page
        if loaded is None or pane is None:
            return
        if page < 0:
            pane.detail.look_back(loaded.index.page_size or 4096)
        elif self._peeking is None or self._peeking.done():
            self._peeking = self._tasks.start(self._peek(loaded), tr("Read a page"))

    async def _peek(self, loaded: Loaded) -> None:
        """Facts of the page under the pointer, again as long as that moves on."""
        from ui.inspector.memory.facts import page_facts

        while self._pointed >= 0 and self._map is not None and loaded is self._opened() and self.pane is not None:
            wanted = self._map.block, self._pointed
            facts = await self._tasks.run_in_worker(page_facts, loaded.index, *wanted)
            if wanted[1] == self._pointed and self._map is not None and self._map.block == wanted[0]:
                if wanted != self._wanted:  # which is shown with all that can be done with it
                    self.pane.detail.look_at(facts, loaded.index.page_size or 4096, loaded.digits)
                return

    def _select(self, loaded: Loaded, sending: Sending, *, joined: bool = False) -> bool:
        """Make the record of a page, or the packet that it came in, the selection; False where it has none."""
        if not sending.length:
            return False
        path = loaded.index.tree.path_at(sending.begin)
        selection = Selection(sending.begin, sending.length, path, None, "ram")
        self._links.selection.select(selection, joined=joined)
        return True

    def show_record(self, sending: Sending) -> None:
        """Bring the bytes of one record of the page to the front."""
        loaded = self._opened()
        if loaded is not None and self._select(loaded, sending):
            self._links.show_bytes()

    def shown_page(self) -> Sending | None:
        """The last record of the current page, None where it never came, or is not known yet."""
        facts = self.pane.detail.facts if self.pane is not None else None
        return facts.sendings[-1] if facts is not None and facts.sendings else None

    def page_text(self) -> str:
        """Which page is selected, for the status bar; "" while the map is not seen."""
        if self._map is None or self._wanted is None or not self._seen() or self._part.side() != MAP:
            return ""
        page, pages = formats.grouped(self._wanted[1]), formats.grouped(self._map.levels.pages)
        #: Of a block of RAM
        return tr("page {n} of {all} selected", n=page, all=pages)

    # --- the selection of other panes ---

    def _selected(self, selection: Selection) -> None:
        loaded = self._opened()
        if selection.origin != "ram" and loaded is not None and self.pane is not None and self._map is not None:
            self._tasks.start(self._follow(loaded, selection), tr("Read a page"))

    async def _follow(self, loaded: Loaded, selection: Selection) -> None:
        place = await self._place_of(loaded, selection)
        if place is None or loaded is not self._opened() or place == self._wanted:
            return
        self._wanted = place
        if place[0] != self._content.ram.selected():
            self._content.ram.select(place[0])
        self._show_page(*place, follow=False)

    async def _place_of(self, loaded: Loaded, selection: Selection) -> tuple[str, int] | None:
        from snapmgr.inspect.page_states import page_at

        place = await self._tasks.run_in_worker(page_at, loaded.index, selection.offset)
        return (place.block, place.page) if place is not None else None

    # --- words ---

    def words(self, first: int, count: int) -> str:
        """What lies under a cell of the map."""
        from ui.inspector.memory.looks import Look, words_of

        found, loaded = self._map, self._opened()
        if found is None or loaded is None:
            return ""
        address = f"0x{first * (loaded.index.page_size or 4096):X}"
        values = found.levels.values[0][first : first + count]
        if found.look.heat:
            top = int(values.max(initial=0)) * found.step
            said = plural("sent {n} time", "sent {n} times", top)
            if found.look is Look.LAST:
                said = tr("last sent in iteration {n}", n=top)
            said = said if top else tr("never sent")
            if len(values) > 1:
                said = tr("the highest: {said}", said=said)
        elif len(values) == 1:
            said = tr(words_of(found.look)[int(values[0])].word)
        else:
            import numpy as np

            counts = np.bincount(values, minlength=8).tolist()
            words = words_of(found.look)
            said = ", ".join(
                f"{tr(words[value].word)} {formats.grouped(counts[value])}" for value in words if counts[value]
            )
        if len(values) == 1:
            #: What lies under the pointer on a map of pages: pc.ram, page 107 851, 0x1A54B000, xbzrle
            return tr("{block}, page {page}, {address}, {said}", block=shown(found.block), page=formats.grouped(first),
                      address=address, said=said)  # fmt: skip
        pages = plural("{n} page", "{n} pages", len(values))
        return tr("{block}, {pages} from {address}: {said}", block=shown(found.block), pages=pages, address=address,
                  said=said)  # fmt: skip

"""Runs a search for the pane and links its hits with everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.work import CancelToken
from ui.inspector.content import Content
from ui.inspector.find.find_pane import FindPane
from ui.inspector.find.hit_menu import hit_menu
from ui.inspector.find.searching import Hit, Where, find
from ui.inspector.header import STRUCTURE
from ui.inspector.linking import Links
from ui.inspector.memory.memory import Memory
from ui.inspector.presenter import Loaded, in_turn
from ui.shell.context import WindowContext
from ui.shell.failures import told
from ui.words import plural, tr


class Finding(QObject):
    """One per page, made at the first search.  ``opened`` says what is open now."""

    def __init__(
        self,
        content: Content,
        context: WindowContext,
        links: Links,
        memory: Memory,
        opened: Callable[[], Loaded | None],
        owner: QObject,
    ) -> None:
        super().__init__(owner)
        self._content, self._context, self._links, self._memory = content, context, links, memory
        self._opened = opened
        self._token: CancelToken | None = None
        self._of: Loaded | None = None
        self.pane = FindPane(content)
        content.add_below(self.pane)
        self.pane.begun.connect(self.begin)
        self.pane.stopped.connect(self.stop)
        self.pane.closed.connect(self.close)
        self.pane.hits.wanted.connect(self.show_hit)
        self.pane.hits.menu_wanted.connect(self._menu)
        self.pane.hits.opened.connect(lambda _: self._links.show_bytes())

    def open(self) -> None:
        self.pane.setVisible(True)
        self.pane.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.pane.field.selectAll()

    def close(self) -> None:
        self.stop()
        self.pane.setVisible(False)
        self._content.setFocus()

    def forget(self) -> None:
        """Another stream is shown: its hits are not those of the last one."""
        self.stop()
        self._of = None
        self.pane.hits.hits.clear(8)
        self.pane.say("")

    def stop(self) -> None:
        if self._token is not None:
            self._token.cancel()

    def begin(self) -> None:
        """Look for what the field says."""
        loaded = self._opened()
        if loaded is not None:
            self._context.tasks.start(self._find(loaded), tr("Find"))

    async def _find(self, loaded: Loaded) -> None:
        self.stop()
        pane, token = self.pane, CancelToken()
        self._token, self._of = token, loaded
        pane.hits.hits.clear(loaded.digits)
        pane.set_busy(True)
        pane.say("")
        where: Where = pane.where.currentData()
        loop = asyncio.get_running_loop()

        def take(batch: list[Hit]) -> None:
            if self._token is token and not token.cancelled:
                pane.hits.hits.append(batch)
                pane.say(self._counted())

        try:
            more = await self._context.tasks.run_in_worker(
                find, loaded.index, where, pane.field.text(), pane.hexadecimal(),
                lambda batch: in_turn(loop, take, batch), progress=pane.looked, cancel=token,
            )  # fmt: skip
        except Cancelled:
            if self._token is token:
                pane.say(tr("{found}, stopped", found=self._counted()))
        except (SnapmgrError, OSError) as error:
            if self._token is token:
                pane.say(told(error, beside=True), fault=True)
        else:
            if self._token is token:
                pane.say(tr("more than {found}", found=self._counted()) if more else self._counted())
                if pane.hits.hits.rowCount() and not pane.hits.currentIndex().isValid():
                    pane.hits.selectRow(0)
        finally:
            if self._token is token:
                self._token = None
                pane.set_busy(False)

    def _counted(self) -> str:
        count = self.pane.hits.hits.rowCount()
        #: What a search found
        return plural("{n} hit", "{n} hits", count) if count else tr("nothing found")

    def _menu(self, hit: Hit, at: QPoint) -> None:
        if self._opened() is self._of and self._of is not None:
            hit_menu(self.pane, hit, self.show_hit, self.show_bytes, self._context.notify).popup(at)

    def show_bytes(self, hit: Hit) -> None:
        """Make a hit the selection, and go to its bytes: those of a page are shown beside the map."""
        self.show_hit(hit)
        if hit.path or not hit.block:
            self._links.show_bytes()
        else:
            self._memory.focus_bytes()

    def show_hit(self, hit: Hit) -> None:
        """Make a hit the selection, on the page map or in the structure."""
        if self._opened() is not self._of or self._of is None:
            return
        if hit.path:
            self._content.show_part(STRUCTURE)
            self._links.select_node(hit.path, "find")
        elif hit.block:
            self._memory.go_to(hit.block, hit.offset, mark=(hit.offset, hit.length))
        else:
            self._content.show_part(STRUCTURE)
            self._links.select_bytes(hit.offset, hit.length, "find")

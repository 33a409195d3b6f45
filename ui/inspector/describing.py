"""The VM description of the stream, laid out when it is first looked at, and shown where the selection is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from snapmgr.errors import SnapmgrError
from snapmgr.inspect.model import Node
from ui.inspector.bytes_pane import BytesPane
from ui.inspector.description_view import Description
from ui.inspector.presenter import Loaded, Presenter
from ui.inspector.selection import Selection, SelectionModel
from ui.shell.failures import told
from ui.shell.tasks import Tasks
from ui.words import later, tr

ABSENT = later("QEMU writes none for postcopy, or with suppress-vmdesc. Fields are then not decoded.")
NOT_YET = later("It comes last, and is not there yet.")


class Describer:
    """One per page.  ``opened`` says what is open now."""

    def __init__(
        self,
        pane: BytesPane,
        selection: SelectionModel,
        presenter: Presenter,
        tasks: Tasks,
        opened: Callable[[], Loaded | None],
    ) -> None:
        self._pane, self._selection = pane, selection
        self._presenter, self._tasks, self._opened = presenter, tasks, opened
        self._laid_out = False
        pane.description_wanted.connect(self._wanted)
        selection.changed.connect(self._selected)

    def forget(self) -> None:
        """Another stream is shown."""
        self._laid_out = False

    def look_again(self) -> None:
        """The stream is read to its end: its description is there now, if it has one."""
        if self._pane.describes():
            self._wanted()

    def _wanted(self) -> None:
        if (loaded := self._opened()) is None:
            return
        if self._laid_out:
            self._pane.show_description()
        else:
            self._pane.say_no_description(tr("Reading the VM description"), "")
            self._tasks.start(self._lay_out(loaded), tr("VM description"))

    async def _lay_out(self, loaded: Loaded) -> None:
        try:
            found = await self._presenter.description(loaded.index)
        except Exception as error:
            if loaded is self._opened():
                self._pane.say_no_description(tr("The VM description cannot be shown"), told(error, beside=True))
            if isinstance(error, SnapmgrError | OSError):
                return
            raise  # a fault of our own is told with its details too
        if loaded is not self._opened():
            return
        if found is None:
            reason = NOT_YET if self._presenter.reading else ABSENT
            self._pane.say_no_description(tr("No VM description in this stream"), tr(reason))
        else:
            await self._show(found, loaded)

    async def _show(self, found: Description, loaded: Loaded) -> None:
        view = self._pane.description
        view.begin(found)
        self._laid_out = True
        self._pane.show_description()
        for piece in found.pieces():
            view.append(piece)
            await asyncio.sleep(0)
            if loaded is not self._opened():
                return
        if self._selection.current is not None:
            self._selected(self._selection.current)

    def _selected(self, selection: Selection) -> None:
        loaded = self._opened()
        if self._laid_out and loaded is not None and selection.path and selection.origin != "description":
            self._show_device(loaded, loaded.chain(selection.path[:1])[0])

    def _show_device(self, loaded: Loaded, top: Node) -> None:
        record = loaded.index.tree.record_of(top.path)
        if record is not None and record.idstr is not None and record.instance_id is not None:
            self._pane.description.show_device(record.idstr, record.instance_id)

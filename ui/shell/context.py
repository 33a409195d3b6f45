"""What a page and an action are given: the services of their window, and where the window stands."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from ui.shell import formats
from ui.shell.actions import ActionSet
from ui.shell.failures import Failure, describe
from ui.shell.notices import Notice, Notices, Tone
from ui.shell.settings import Settings
from ui.shell.tasks import Tasks
from ui.words import tr

if TYPE_CHECKING:
    from ui.shell.documents import Documents
    from ui.shell.page import Page


class WindowContext(QObject):
    """One per window.  ``changed`` says that actions and status should be asked again; ``touch`` causes it.

    ``now`` is the clock that texts are relative to: pictures and tests put their own.
    """

    changed = Signal()
    view_asked = Signal(str)
    settings_asked = Signal(str)
    """Show the preferences; the text is the id of a setting to point at, or empty."""
    palette_asked = Signal(str)
    """Show the command palette with this typed already."""

    def __init__(self, window: QWidget, settings: Settings, now: Callable[[], float]) -> None:
        super().__init__(window)
        self.window = window
        self.settings = settings
        self.now = now
        self.notices = Notices(self)
        self.tasks = Tasks(self._task_failed)
        self.actions = ActionSet(self, window)
        self.documents: Documents
        self.view = "start"
        self.pages: dict[str, Page] = {}
        self._pending = QTimer(self, singleShot=True, interval=0)
        self._pending.timeout.connect(self.changed)

    def touch(self) -> None:
        """Something changed that actions or the status bar depend on; may be called as often as one likes."""
        if not self._pending.isActive():
            self._pending.start()

    def page(self, view: str) -> Page | None:
        """The page of a view if it was built already."""
        return self.pages.get(view)

    @property
    def current(self) -> Page | None:
        return self.pages.get(self.view)

    def show_view(self, view: str) -> None:
        """Go to ``start``, ``snapshots``, ``inspector`` or ``migration``."""
        self.view_asked.emit(view)

    def open(self, *sources: str | Path) -> None:
        """Open files by their content; several images are one machine's disks.  ``IMAGE@TAG`` is a VM state."""
        #: Something that is done, as in “Open: not done”
        self.tasks.start(self.documents.open([str(source) for source in sources]), tr("Open"))

    def size(self, count: int) -> str:
        """Bytes in the units of the settings."""
        return formats.size(count, self.settings["appearance.units"])

    def run(self, work: Callable[[WindowContext], Awaitable[None] | None], name: str) -> None:
        """Call an action's function; a coroutine becomes a task, and what it raises is shown."""
        try:
            result = work(self)
        except Exception as error:
            self._task_failed(error, name)
            return
        if inspect.iscoroutine(result):
            self.tasks.start(result, name)

    def notify(
        self, text: str, *, tone: Tone = Tone.INFO, action: str = "", run: Callable[[], None] | None = None
    ) -> None:
        """Tell in passing that something finished: a toast for 6 s, kept in View > Notices."""
        self.notices.post(Notice(text, tone=tone, action=action, run=run))

    def fail(self, error: BaseException | Failure, what: str = "", path: str | Path | None = None) -> None:
        """Show what went wrong; stays until it is dismissed."""
        failure = error if isinstance(error, Failure) else describe(error, what, path)
        self.notices.post(Notice.of_failure(failure))

    def slot_failed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """For ``sys.excepthook``: an error that left a slot is told in the window and printed."""
        sys.__excepthook__(kind, error, trace)
        self.fail(error, tr("Not done"))

    def _task_failed(self, error: BaseException, name: str) -> None:
        #: {name} is what was to be done: Open, Export
        self.fail(error, tr("{name}: not done", name=name))

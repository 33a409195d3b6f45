"""The bar that says that the stream which is shown changed on disk."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from ui.inspector.changes import NO_FILE, Change, Kind, change_of, concerning, texts
from ui.inspector.content import Content
from ui.inspector.linking import Links
from ui.inspector.presenter import Loaded
from ui.shell.context import WindowContext
from ui.shell.watch import Watch
from ui.words import tr


class Changing(QObject):
    """One per page: watches the file of what is open.  ``opened`` says what that is."""

    def __init__(
        self,
        content: Content,
        context: WindowContext,
        links: Links,
        opened: Callable[[], Loaded | None],
        owner: QObject,
    ) -> None:
        super().__init__(owner)
        self._content, self._bar, self._links = content, content.notice, links
        self._context, self._tasks, self._opened = context, context.tasks, opened
        self.current: Change | None = None
        """What is known to have become of the file."""
        self._dismissed: Kind | None = None
        self.watch = Watch(context.tasks, self)
        self.watch.changed.connect(self._changed)
        self._bar.wanted.connect(lambda: context.actions.run("stream.reload"))
        self._bar.dismissed.connect(self.dismiss)

    def begin(self, loaded: Loaded) -> None:
        """Another stream is shown, or the same read again: it is compared with what it was when its reading began."""
        self.end()
        if loaded.index.source.path is not None and loaded.stamp is not None:
            self.watch.follow([str(loaded.index.source.path)], (loaded.stamp,))
            self.watch.look()  # it may have changed while it was read

    def end(self) -> None:
        """Nothing is shown any more."""
        self.watch.stop()
        self.current = self._dismissed = None
        self._bar.hide()

    def set_seen(self, seen: bool) -> None:
        """Whether the page is on show."""
        self.watch.set_active(seen)

    def dismiss(self) -> bool:
        """Hide the bar until something else becomes of the file; False where it was not there."""
        if self._bar.isHidden():
            return False
        self._dismissed = self.current.kind if self.current is not None else None
        self._bar.hide()
        return True

    def _changed(self) -> None:
        loaded, stamps = self._opened(), self.watch.stamps
        if loaded is None or loaded.stamp is None or not stamps:
            return
        change = change_of(loaded.stamp, stamps[0])
        if change is None:
            self._say(loaded, None)
        else:
            self._tasks.start(self._judge(loaded, change), tr("Look at the files"))

    async def _judge(self, loaded: Loaded, change: Change) -> None:
        found = await self._tasks.run_in_worker(concerning, loaded.index.source, change)
        now = self._opened()
        if now is not None and now.index.source is loaded.index.source:
            self._say(loaded, found)

    def _say(self, loaded: Loaded, change: Change | None) -> None:
        self.current = change
        self._context.touch()
        if change is None:
            self._dismissed = None
            self._bar.hide()
            return
        if change.kind not in (Kind.GONE, Kind.REPLACED):
            self._content.bytes.hex.look_again()
            self._links.explain_again()
        if change.kind is not self._dismissed:
            refused = tr(NO_FILE) if change.kind is Kind.GONE else ""
            self._bar.say(*texts(change, loaded.index.source, loaded.digits), refused)

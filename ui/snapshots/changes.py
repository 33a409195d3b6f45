"""Changes of snapshots: one at a time, shown in the strip from beginning to end, the list read again afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from snapmgr.errors import Cancelled
from snapmgr.work import CancelToken
from ui.models.source_list import Paths
from ui.shell.context import WindowContext
from ui.shell.failures import Failure
from ui.shell.notices import Tone
from ui.snapshots import change_texts as texts
from ui.snapshots.change_request import ChangeRequest
from ui.snapshots.machines import Machines
from ui.snapshots.presenter import Presenter
from ui.snapshots.undo import Undo
from ui.widgets.activity import Activity, ActivityState
from ui.widgets.activity_strip import ActivityStrip
from ui.words import tr


class Token(CancelToken):
    """Says in the window's thread when it is too late to cancel."""

    def __init__(self, sealed: Callable[[], None]) -> None:
        super().__init__()
        self._loop, self._tell = asyncio.get_running_loop(), sealed

    def close(self) -> None:
        super().close()
        self._loop.call_soon_threadsafe(self._tell)


class Changes(QObject):
    """``made`` carries a request that was carried out, ``read_again`` the same once the list shows it."""

    made = Signal(object)
    read_again = Signal(object)
    changed = Signal()

    def __init__(self, context: WindowContext, machines: Machines, presenter: Presenter, strip: ActivityStrip) -> None:
        super().__init__(strip)
        self._context, self._machines, self._presenter, self._strip = context, machines, presenter, strip
        self._activity: Activity | None = None
        self._token: Token | None = None
        self.request: ChangeRequest | None = None
        """What is being done."""
        self.undo = Undo(machines)
        strip.cancel_wanted.connect(self.cancel)
        strip.undo_wanted.connect(self._undo_wanted)

    def busy(self) -> str:
        """Why nothing else can be changed now, "" if it can."""
        if self.request is None:
            return ""
        #: {what} is something like: Saving “before-update”
        return tr("{what} is not finished yet", what=texts.running(self.request))

    @property
    def cancellable(self) -> bool:
        """Whether what runs can still be stopped."""
        token = self._token
        return token is not None and not token.closed and not token.cancelled

    def concerns(self, paths: Paths | None) -> bool:
        """Whether these disks are being changed: what is seen of them meanwhile is our own doing."""
        return self.request is not None and paths is not None and bool(set(paths) & set(self.request.paths))

    def start(self, request: ChangeRequest) -> None:
        """Do it, unless something else is being done."""
        if self.request is None and not self._context.tasks.closed:
            self.request = request
            self.changed.emit()
            self._context.tasks.start(self._make(request), texts.running(request))

    def take_back(self) -> None:
        """Undo the last deletion."""
        if (request := self.undo.request()) is not None:
            self.start(request)

    def _undo_wanted(self) -> None:
        actions = self._context.actions
        if reason := actions.reason("snapshot.undo"):
            self._context.notify(tr("Not brought back: {reason}", reason=reason), tone=Tone.WARNING)
        actions.run("snapshot.undo")

    def cancel(self) -> None:
        """Stop it where that is still possible; it says itself how it ended."""
        if self._token is None or self._activity is None or not self.cancellable:
            return
        self._token.cancel()
        self._show(self._activity.ended(ActivityState.CANCELLING, self._activity.title, self._activity.about))

    async def _make(self, request: ChangeRequest) -> None:
        self._token = token = Token(self._sealed)
        title, machine = texts.running(request), self._machines.name(request.machine)
        self._show(Activity(title, machine, request.kind.value))
        try:
            changed = await self._presenter.change(request, self._progressed, token)
        except Cancelled:
            title = tr("{what}: cancelled", what=texts.not_done(request.kind))
            await self._end(request, ActivityState.CANCELLED, title, texts.unchanged(request))
        except Exception as error:  # whatever it is: the strip does not stay with a bar that never moves
            failure = texts.failed(request, error, sealed=token.closed)
            await self._end(request, ActivityState.FAILED, failure.title, failure.text, failure)
        else:
            said = texts.result(request, changed, self._context.settings["appearance.units"])
            self.undo.remember(request, changed)
            self.made.emit(request)
            await self._end(request, ActivityState.DONE, texts.done(request), said)
            self.read_again.emit(request)
        finally:
            self.request = self._token = None
            self.changed.emit()

    async def _end(
        self, request: ChangeRequest, state: ActivityState, title: str, about: str, failure: Failure | None = None
    ) -> None:
        """Read the list before anything is said, so that what is said can be seen."""
        await self._machines.read(request.machine)
        if self._activity is not None:
            undo = state is ActivityState.DONE and self.undo.follows(request)
            self._show(self._activity.ended(state, title, about, failure, undo=undo))
        if not self._strip.isVisible():  # somebody looks at another view
            self._tell(title, failure)

    def _tell(self, title: str, failure: Failure | None) -> None:
        if failure is not None:
            self._context.fail(failure)
        else:
            self._context.notify(title, tone=Tone.DONE)

    def _show(self, activity: Activity) -> None:
        self._activity = activity
        self._strip.show_activity(activity)

    def _progressed(self, done: int, total: int) -> None:
        if self._activity is not None and self._activity.state is ActivityState.RUNNING and self._token is not None:
            self._show(self._activity.progressed(done, total, cancellable=not self._token.closed))

    def _sealed(self) -> None:
        if self._activity is not None and self._activity.runs:
            self._show(self._activity.progressed(self._activity.done, self._activity.total, cancellable=False))
        self.changed.emit()

"""The ``globalstate`` section: the run state that the guest had before it was stopped (migration/global_state.c)."""

from __future__ import annotations

from collections.abc import Collection

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.entry import Entry
from snapmgr.savevm.handlers import Host
from snapmgr.trace.names import traced
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.fields import buffer, u32
from snapmgr.vmstate.state import VMState

ROOM = 100
"""Bytes for the run state's name, its NUL included."""


class GlobalState:
    """``run_states`` are the names that a load accepts; ``received`` the one that came, None before any came."""

    def __init__(self, host: Host, run_states: Collection[str]) -> None:
        self._host = host
        self._known = frozenset(run_states)
        self.size = 0
        self.runstate = bytes(ROOM)
        self.received: str | None = None

    @property
    def name(self) -> str:
        """The run state that is held, received or not."""
        return self.runstate[: ROOM - 1].split(b"\0", 1)[0].decode("utf-8", "replace")

    def store(self, run_state: str) -> None:
        """Remember the run state that is to be sent.  Raises SnapmgrError for a name that has no room."""
        if len(run_state) >= ROOM:
            text = f"runstate name too big: {self.name}"
            self._host.error_report(text)
            self._host.trace.emit(traced("migrate_state_too_big"))
            raise SnapmgrError("runstate-too-long", f"a run state's name of {len(run_state)} bytes", qemu=text)
        self.runstate = run_state.encode().ljust(ROOM, b"\0")

    def store_running(self) -> None:
        """Send "running", whatever the machine does: Xen's tools have stopped it."""
        self.runstate = b"running".ljust(ROOM, b"\0")

    def is_needed(self) -> bool:
        """Where it is optional, "running" and "paused" go without saying."""
        return self._host.options.store_global_state or self.name not in ("running", "paused")

    def pre_save(self) -> None:
        self._host.trace.emit(traced("migrate_global_state_pre_save", self.name))
        self.size = len(self.name) + 1

    def post_load(self, version: int) -> None:
        """Raises VMStateError for a run state that does not exist."""
        self.received = self.name
        self._host.trace.emit(traced("migrate_global_state_post_load", self.name))
        if self.name not in self._known:
            text = f"invalid parameter value: {self.name}"
            raise VMStateError("runstate-unknown", f"there is no run state {self.name!r}", qemu=text)


GLOBAL_STATE = VMState(
    "globalstate",
    needed=GlobalState.is_needed,
    pre_save=GlobalState.pre_save,
    post_load=GlobalState.post_load,
    fields=(u32("size"), buffer("runstate", ROOM)),
)


def register_global_state(host: Host, run_states: Collection[str]) -> tuple[GlobalState, Entry]:
    """Add it to the registry, as instance 0."""
    state = GlobalState(host, run_states)
    return state, host.registry.register(GLOBAL_STATE, state, instance_id=0)

"""One entry of the registry (savevm.c: SaveStateEntry)."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.savevm.handlers import Handlers
from snapmgr.vmstate.state import Priority, VMState

OLD_STYLE = "(old)"


@dataclass(slots=True, eq=False)
class Entry:
    """Who is saved under which names.  Either ``state`` (declared) or ``handlers`` (live and old-style) is there.

    ``compat`` is the (idstr, instance id) by which older streams know a device that has a path now.
    ``alias_id`` is an u32 as it is compared: 0 for live entries, ``ANY`` where none was given (find_se).
    ``order`` is the place in the registry: higher priorities first, then as registered.
    """

    idstr: str
    instance_id: int
    alias_id: int
    version_id: int
    section_id: int
    order: tuple[int, int]
    handlers: Handlers | None = None
    state: VMState | None = None
    target: object = None
    compat: tuple[str, int] | None = None

    @property
    def is_ram(self) -> bool:
        """Whether it has a part that is sent while the guest runs: "has save_setup" (register_savevm_live)."""
        return self.handlers is not None and self.handlers.save_setup is not None

    @property
    def is_full(self) -> bool:
        """Whether it has a FULL section."""
        return self.state is not None or (self.handlers is not None and self.handlers.save_state is not None)

    @property
    def is_active(self) -> bool:
        """False where its own hook says so: setup, iterate, pending, complete and load_setup pass it over."""
        hook = self.handlers.is_active if self.handlers is not None else None
        return hook is None or hook()

    @property
    def state_name(self) -> str:
        """As the trace calls its description."""
        return OLD_STYLE if self.state is None else self.state.name

    @property
    def priority(self) -> Priority:
        """Entries without a VMState have the lowest (save_state_priority)."""
        return Priority.DEFAULT if self.state is None else self.state.priority

"""What an entry of the registry offers, and what any machine must (savevm.c: register_savevm_live, SaveVMHandlers).

A hook that is absent is None, as in QEMU: its presence means something (``save_setup`` makes an entry ``is_ram``).
Hooks fail by raising ``HandlerFailed``, which carries the errno that QEMU's return value would be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.output import Output
from snapmgr.trace.bus import Trace
from snapmgr.wire.layout import PayloadReader

if TYPE_CHECKING:
    from snapmgr.savevm.registry import Registry

EPERM, EIO, EAGAIN, EINVAL, ERANGE, ENOTSUP = 1, 5, 11, 22, 34, 95


class HandlerFailed(SnapmgrError):
    """A hook refused.  ``errno`` is positive (``EIO``, ``EINVAL``…); ``qemu`` the text that QEMU reports, if any."""

    def __init__(self, errno: int, message: str, *, qemu: str | None = None, offset: int | None = None) -> None:
        self.errno = errno
        super().__init__("handler-failed", message, qemu=qemu, offset=offset)


@dataclass(frozen=True, slots=True)
class Pending:
    """Bytes still to send: before the switchover, on either side of it, only after it (qemu_savevm_state_pending)."""

    precopy_only: int = 0
    compatible: int = 0
    postcopy_only: int = 0

    @property
    def total(self) -> int:
        """All three."""
        return self.precopy_only + self.compatible + self.postcopy_only

    def __add__(self, other: Pending) -> Pending:
        return Pending(
            self.precopy_only + other.precopy_only,
            self.compatible + other.compatible,
            self.postcopy_only + other.postcopy_only,
        )


@dataclass(frozen=True, slots=True)
class Handlers:
    """Hooks of one entry (include/migration/register.h: SaveVMHandlers).

    ``save_state`` and ``load_state`` are those of old-style devices; ``load_state(version)`` (also of live entries)
    returns a reader for one section's payload.  ``save_live_iterate`` and the two ``complete`` put into an Output;
    iterate returns True when this stage is done.
    """

    save_state: Callable[[Output], None] | None = None
    load_state: Callable[[int], PayloadReader] | None = None
    save_setup: Callable[[Output], None] | None = None
    save_live_iterate: Callable[[Output], bool] | None = None
    save_live_complete_precopy: Callable[[Output], None] | None = None
    save_live_complete_postcopy: Callable[[Output], None] | None = None
    save_live_pending: Callable[[int], Pending] | None = None
    """Called with the threshold in bytes."""
    save_cleanup: Callable[[], None] | None = None
    load_setup: Callable[[], None] | None = None
    load_cleanup: Callable[[], None] | None = None
    resume_prepare: Callable[[], None] | None = None
    is_active: Callable[[], bool] | None = None
    is_active_iterate: Callable[[], bool] | None = None
    has_postcopy: Callable[[], bool] | None = None


@dataclass(slots=True)
class StreamOptions:
    """What QEMU keeps as properties of the migration object, of the machine type, and of the command line.

    ``page_bits`` is log2 of the target's page size, ``page_bits_minimum`` the smallest its CPU knows; ``uuid`` 16 raw
    bytes; ``capabilities`` the names that are on.  ``describe_configuration`` puts the configuration into the VM
    description, as QEMU 10.0 does and older ones do not.  ``release`` is whose loader is imitated, one of
    ``wire.faults.VERSIONS``; None takes what any of them takes.
    """

    machine: str
    page_bits: int = 12
    page_bits_minimum: int = 12
    uuid: bytes | None = None
    validate_uuid: bool = False
    capabilities: set[str] = field(default_factory=set)
    send_configuration: bool = True
    send_section_footer: bool = True
    store_global_state: bool = True
    suppress_vmdesc: bool = False
    describe_configuration: bool = False
    only_migratable: bool = False
    xen: bool = False
    release: str | None = None


class Host(Protocol):
    """What savevm needs of a machine.  Demo, replica and dry run are the same to it."""

    options: StreamOptions
    trace: Trace

    @property
    def registry(self) -> Registry: ...

    def error_report(self, text: str) -> None:
        """QEMU would print this on stderr."""

    def warn_report(self, text: str) -> None:
        """As ``error_report``, for what does not stop anything."""

    def cpu_synchronize_all_states(self) -> None:
        """Bring the CPUs' cached state up to date before it is saved."""

    def cpu_synchronize_all_pre_loadvm(self) -> None: ...

    def cpu_synchronize_all_post_init(self) -> None:
        """The CPUs take over what was loaded."""

    def inactivate_disks(self) -> None:
        """Give the disks away.  Raises HandlerFailed."""

    def activate_disks(self) -> None:
        """Take the disks over.  Raises HandlerFailed."""

    def precopy_notify(self, event: str) -> None:
        """``setup``, ``complete``, ``cleanup``: whoever listens may raise SnapmgrError."""

    def postcopy_notify(self, event: str) -> None:
        """``inbound-advise``, ``inbound-listen`` (migration/postcopy-ram.h: PostcopyNotifyReason): whoever listens may
        raise SnapmgrError, and the load fails then."""

    def ram_pagesize_summary(self) -> int:
        """All page sizes of the memory behind RAM blocks that travel, in bytes, or-ed (migration/ram.c)."""

    def discard_ram(self, idstr: str, start: int, length: int) -> None:
        """What was received of a RAM block from ``start`` on, in bytes, is thrown away.  Raises HandlerFailed."""

    def received_pages(self, idstr: str) -> bytes | None:
        """Which pages of a RAM block have come, as RECV_BITMAP tells it; None where there is no such block."""

    def in_postcopy(self) -> bool:
        """Whether a migration that goes out has handed the guest over already (migration_in_postcopy)."""

    def in_colo(self) -> bool: ...

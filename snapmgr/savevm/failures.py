"""Why saving or loading stopped: which device, which field, what QEMU would have printed."""

from __future__ import annotations

import os

from snapmgr.errors import SnapmgrError, StreamError
from snapmgr.savevm.entry import Entry
from snapmgr.savevm.handlers import EINVAL, EIO, HandlerFailed, Host
from snapmgr.vmstate.failure import VMStateError


class SaveError(SnapmgrError):
    """A machine that could not be saved.  ``device`` is an idstr, ``errno`` positive: what QEMU would return."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        errno: int = EINVAL,
        qemu: str | None = None,
        device: str | None = None,
        section_id: int | None = None,
    ) -> None:
        self.device = device
        self.section_id = section_id
        self.errno = errno
        super().__init__(code, message, qemu=qemu)

    @classmethod
    def of(cls, cause: SnapmgrError | OSError, entry: Entry | None = None, *, qemu: str | None = None) -> SaveError:
        """The same with the device, or with what QEMU says of the whole."""
        errno = errno_of(cause)
        if isinstance(cause, OSError):
            return cls("write-failed", os.strerror(errno), errno=errno, qemu=qemu)
        device, section_id = getattr(cause, "device", None), getattr(cause, "section_id", None)
        message = cause.message
        if entry is not None:
            device, section_id, message = entry.idstr, entry.section_id, f"{entry.idstr}: {message}"
        return cls(cause.code, message, errno=errno, qemu=qemu or cause.qemu, device=device, section_id=section_id)


class LoadError(StreamError):
    """A stream that could not be loaded: the first thing that was wrong, and where.

    ``device``, ``instance`` and ``version`` are those of the stream's section, ``field`` the path within the device;
    ``qemu`` is the first line that QEMU prints; ``errno`` is positive: what QEMU would return.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        offset: int | None = None,
        qemu: str | None = None,
        errno: int = EINVAL,
    ) -> None:
        self.device: str | None = None
        self.instance: int | None = None
        self.version: int | None = None
        self.field: str | None = None
        self.errno = errno
        super().__init__(code, message, offset=offset, qemu=qemu)


def errno_of(cause: BaseException) -> int:
    """What QEMU would return, positive; EINVAL for refusals that carry no number."""
    if isinstance(cause, OSError):
        return cause.errno or EIO
    if isinstance(cause, HandlerFailed | SaveError | LoadError):
        return cause.errno
    return errno_of(cause.__cause__) if isinstance(cause.__cause__, OSError) else EINVAL


def report_lines(failure: SnapmgrError) -> list[str]:
    """QEMU's lines for a refusal, innermost first."""
    if isinstance(failure, VMStateError):
        return failure.reports
    return [] if failure.qemu is None else [failure.qemu]


def report_all(host: Host, failure: SnapmgrError) -> None:
    """Say what QEMU would print for a refusal, innermost first."""
    for line in report_lines(failure):
        host.error_report(line)

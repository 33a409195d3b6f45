"""What is known while a stream is loaded, and how a refusal is said (migration.h: MigrationIncomingState)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.entry import Entry
from snapmgr.savevm.failures import LoadError, errno_of, report_lines
from snapmgr.savevm.handlers import EINVAL, EIO, Host
from snapmgr.savevm.loaded import LoadedSections
from snapmgr.trace.events import Value
from snapmgr.trace.names import traced
from snapmgr.vmstate.failure import VMStateError
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import SectionBegin
from snapmgr.wire.wording import CHAINING, IO_ERROR, chained, failed, shown


class PostcopyState(IntEnum):
    """How far postcopy has come (migration/postcopy-ram.h: PostcopyState); the numbers stand in QEMU's texts."""

    NONE = 0
    ADVISE = 1
    DISCARD = 2
    LISTENING = 3
    RUNNING = 4
    END = 5


@dataclass(slots=True)
class Incoming:
    """One load.  ``end`` is where the stream ends, None while that is not known.

    QEMU's reads give zeros beyond the end and notice it at their next check; so do ours, and ``beyond`` is the check.
    """

    host: Host
    listens: bool = False
    """Whether the driver can run the guest while RAM still comes."""
    recovering: bool = False
    """Whether a new channel came after a break and the source has not said yet that it goes on."""
    loaded: LoadedSections = field(init=False)
    end: int | None = None
    return_path: bool = False
    postcopy: PostcopyState = PostcopyState.NONE
    in_command: bool = False
    in_payload: bool = False
    """Whether a device, RAM or the configuration is reading just now."""
    looked_beyond: bool = False
    """Whether a look for a subsection has met the end: every check from then on notices it."""
    section: SectionBegin | None = None
    entry: Entry | None = None
    may_colo: bool = False
    """Whether whoever drives the load can go on with COLO."""
    colo: bool = False

    def __post_init__(self) -> None:
        self.loaded = LoadedSections(self.host.registry)

    def beyond(self, offset: int) -> bool:
        """Whether bytes before ``offset`` were asked for that the stream does not have."""
        return self.end is not None and (offset > self.end or self.looked_beyond)

    @property
    def runs(self) -> bool:
        """Whether the guest may run already: what fails now does not end the load."""
        return self.postcopy in (PostcopyState.RUNNING, PostcopyState.END)

    @property
    def chains(self) -> bool:
        """Whether the release that is imitated says most of it in one line at the end."""
        return self.host.options.release in CHAINING

    def trace(self, name: str, *values: Value, offset: int | None = None) -> None:
        self.host.trace.emit(traced(name, *values, offset=offset))

    def refuse(self, code: str, text: str, offset: int, *, message: str = "", errno: int = EINVAL) -> LoadError:
        """Report QEMU's ``text`` (that of older releases) and return the error to raise, with the section's device
        where there is one."""
        message = message or text
        text = chained(text) if self.chains else text
        self.host.error_report(text)
        return self._error(code, message, offset, text, errno)

    def unsaid(self, code: str, message: str, offset: int) -> LoadError:
        """What QEMU stops at with other words each time, as two of its threads race."""
        return self._error(code, message, offset, None, EINVAL)

    def cut(self, offset: int, where: str | None = None) -> LoadError:
        """The stream ends where QEMU says nothing but that reading failed; ``where`` is what newer ones say."""
        text = IO_ERROR
        if self.chains:
            text = chained(IO_ERROR) if where is None else failed(where, EIO)
        return self._error("truncated", "the stream ends early", offset, text, EIO)

    def failed(self, failure: SnapmgrError, text: str | None) -> LoadError:
        """A device, RAM or the configuration refused: report its lines, then ``text``."""
        errno = EIO if failure.code == "truncated" else errno_of(failure)
        lines = self._chain(failure, text, errno) if self.chains else report_lines(failure)
        if text is not None and not self.chains:
            lines = [*lines, text]
        for line in lines:
            self.host.error_report(line)
        error = self._error(failure.code, failure.message, failure.offset, lines[0] if lines else None, errno)
        error.field = (failure.field or None) if isinstance(failure, VMStateError) else None
        return error

    def _chain(self, failure: SnapmgrError, text: str | None, errno: int) -> list[str]:
        """What newer releases print: what was said at its place, and all in one line."""
        if isinstance(failure, VMStateError):
            said, chain, errno = failure.said, failure.chain, EINVAL
        else:
            version = self.loaded.version(self.entry) if self.entry is not None else 0
            said, chain = report_lines(failure), f"Failed to load vmstate version_id: {version}, ret: {-errno}"
        if text is not None and self.section is not None and self.section.type in (RecordType.START, RecordType.FULL):
            chain = f"{text}: {chain}" if chain else text
        return [*said, failed(chain, errno)]

    def _error(self, code: str, message: str, offset: int | None, qemu: str | None, errno: int) -> LoadError:
        if offset is not None and self.end is not None:
            offset = min(offset, self.end)
        error = LoadError(code, message, offset=offset, qemu=qemu, errno=errno)
        if self.section is not None:
            error.device = shown(c_string(self.section.idstr or ""))
            error.instance = self.section.instance_id
            error.version = self.section.version_id
        return error

    def end_command(self, result: int) -> None:
        """Tell the trace how a command ended."""
        self.in_command = False
        self.trace("qemu_loadvm_state_section_command", result)


def c_string(name: str) -> str:
    """What C sees of a name that was sent."""
    return name.split("\0", 1)[0]


def signed(value: int) -> int:
    """An u32 as ``%d`` prints it."""
    return value - (1 << 32) if value >> 31 else value

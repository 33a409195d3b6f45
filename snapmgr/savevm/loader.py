"""The load loop: bytes in, handlers called, effects out (savevm.c: qemu_loadvm_state, qemu_loadvm_state_main).

Nothing is opened, sent or waited for here, and nothing is read that is not due: whoever drives it feeds bytes as they
come and performs the effects.  A package is loaded as it arrives, so it is never held whole; QEMU takes it in whole
before it looks inside, which shows in the place of one trace event and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.blockers import Blocked, check_state
from snapmgr.savevm.effects import Effect, OpenReturnPath, PostcopyRun, StateLoaded
from snapmgr.savevm.failures import LoadError, errno_of
from snapmgr.savevm.handlers import EINVAL, EIO, ENOTSUP, EPERM, Host
from snapmgr.savevm.incoming import Incoming, PostcopyState, c_string, signed
from snapmgr.savevm.load_commands import process_command
from snapmgr.savevm.load_sections import SectionLoading
from snapmgr.savevm.packages import Packages
from snapmgr.wire.constants import VERSION, Command, RecordType
from snapmgr.wire.events import CommandEvent, Eof, Event, Fault, Header, NeedData, PackageBegin, SectionEnd, Vmdesc
from snapmgr.wire.loading import LoadingReader, PackageEnd
from snapmgr.wire.window import Buffer
from snapmgr.wire.wording import IO_ERROR, VERSIONS, chained, shown

LOST_BITMAPS = (
    "postcopy_ram_listen_thread: loadvm failed during postcopy: {}. All states are migrated except dirty bitmaps. "
    "Some dirty bitmaps may be lost, and present migrated dirty bitmaps are correctly migrated and valid."
)
"""What QEMU says where the guest has everything else (postcopy_ram_listen_thread)."""
LISTEN_FAILED = "postcopy_ram_listen_thread: loadvm failed: {}"
"""What it says before it gives up (postcopy_ram_listen_thread)."""
PAUSED = "Detected IO failure for postcopy. Migration paused."
"""What it says of a guest that runs without all of its RAM (postcopy_pause_incoming)."""


class Stage(Enum):
    """How far a load has come: what a failure leaves to be done depends on it."""

    BEFORE = auto()
    HEADER = auto()
    CONFIGURATION = auto()
    SETUP = auto()
    MAIN = auto()
    DESCRIPTION = auto()
    DONE = auto()


class Loader:
    """Loads one stream into one machine, which has been reset before.

    ``device_state`` is for sections without a header (qemu_load_device_state); they belong to a stream before them
    where they go on ``after`` its loader.  ``colo`` says that the driver can do it: what was set up to load stays then
    until ``cleanup``.  With ``postcopy`` the driver runs the guest when it is told so.  ``offset`` is where the first
    byte stands in whatever it is taken from.  With ``folds`` handlers do not hear of sections that repeat and bring
    nothing, nor does the trace.
    """

    def __init__(
        self,
        host: Host,
        *,
        device_state: bool = False,
        offset: int = 0,
        colo: bool = False,
        postcopy: bool = False,
        after: Loader | None = None,
        folds: bool = False,
    ) -> None:
        self._host = host
        self._in = Incoming(host, may_colo=colo, listens=postcopy)
        if after is not None:
            self._in.loaded = after._in.loaded
        self._folds = folds
        self._reader = self._new_reader(offset, header=not device_state)
        self._device_state = device_state
        self._fed = offset
        self._packages = Packages(self._in)
        self._stage = Stage.BEFORE
        self._failure: SnapmgrError | None = None
        self.failed_apart = False
        """Whether it failed where QEMU reads in a thread of its own, which has texts of its own: behind a package with
        LISTEN."""
        self.failed_before: int | None = None
        """Where the package ends that it failed in: QEMU has that much in memory, and reads zeros behind it."""

    def _new_reader(self, offset: int, *, header: bool) -> LoadingReader:
        footers = self._host.options.send_section_footer
        sections = SectionLoading(self._in)
        return LoadingReader(sections, footers=footers, header=header, offset=offset, folds=self._folds)

    @property
    def runs(self) -> bool:
        """Whether the guest was told to run while pages still come: a failure is a pause from then on."""
        return self._in.runs

    @property
    def discards(self) -> bool:
        """Whether pages were thrown away for a postcopy that did not begin."""
        return self._in.postcopy is PostcopyState.DISCARD

    def resume(self) -> None:
        """After a failure of a guest that ``runs``: another channel, which begins with a record of its own."""
        incoming = self._in
        incoming.end = incoming.section = incoming.entry = None
        incoming.in_command = incoming.in_payload = False
        incoming.recovering = True
        self._failure, self._fed, self._stage = None, 0, Stage.MAIN
        self._packages = Packages(incoming)
        self._reader = self._new_reader(0, header=False)

    @property
    def offset(self) -> int:
        """Where the next byte that is taken stands."""
        return self._reader.offset

    @property
    def ahead(self) -> int:
        """Bytes before ``offset`` that were not fed and are not wanted."""
        return self._reader.ahead

    def jump(self) -> None:
        """What is fed next begins at ``offset``."""
        self._fed += self._reader.ahead
        self._reader.jump()

    def feed(self, data: Buffer) -> None:
        """Add bytes in any chunking; empty data says that no more will come."""
        if len(data):
            self._fed += len(data)
            self._reader.feed(data)
        else:
            self._in.end = self._fed

    def return_path_failed(self) -> None:
        """The effect OpenReturnPath could not be performed.  Raises LoadError, as QEMU gives up here."""
        self._in.return_path = False
        self._in.in_command = True
        try:
            raise self._in.refuse("return-path", "CMD_OPEN_RETURN_PATH failed", self.offset, errno=EPERM)
        except LoadError as error:
            self._fail(error)
            raise

    def next_effect(self) -> Effect | NeedData | None:
        """What is to be done next, how many bytes are missing for it, or None after StateLoaded.

        Raises LoadError with the device, instance, version, field, offset and QEMU's text of the first thing that is
        wrong, Blocked for a machine that cannot be loaded into, Unsupported.  It is raised again at every later call.
        """
        if self._failure is not None:
            raise self._failure.again()
        try:
            return self._next()
        except SnapmgrError as error:
            self._fail(error)
            raise

    # -- the loop --------------------------------------------------------------------------------------------------

    def _next(self) -> Effect | NeedData | None:
        if self._stage is Stage.BEFORE:
            self._begin()
        while self._stage is not Stage.DONE:
            event = self._event()
            if not isinstance(event, NeedData):
                effect = self._take(event)
                if effect is not None:
                    return effect
            elif self._in.end is None:
                return event
            else:
                self._go_beyond_end(event, self._in.end)
        return None

    def _begin(self) -> None:
        if self._device_state:
            self._stage = Stage.MAIN
            return
        try:
            check_state(self._host.registry)
        except Blocked as blocked:
            self._host.error_report(blocked.message)
            raise
        self._stage = Stage.HEADER

    def _event(self) -> Event | NeedData | None:
        """The reader's next event; what devices raise is told with their names."""
        try:
            return self._reader.next_event()
        except LoadError:
            raise
        except SnapmgrError as failure:
            raise self._in.failed(failure, self._failure_text()) from failure

    def _go_beyond_end(self, need: NeedData, end: int) -> None:
        """QEMU reads zeros there; only payloads and the description are told that the stream has ended."""
        self._packages.check_end(end)
        if self._in.in_payload or self._stage is Stage.DESCRIPTION:
            self._reader.feed(b"")
        else:
            self._reader.feed(bytes(need.count))

    def _take(self, event: Event | None) -> Effect | None:
        match event:
            case Header(version=version) if version == VERSION:
                self._after_header()
            case Fault(fatal=False) if self._stage is Stage.MAIN:
                self._host.warn_report(event.message)
            case Fault():
                return self._fault(event)
            case SectionEnd():
                self._packages.check_inside(event)
                self._in.section = None
            case CommandEvent():
                return self._command(event)
            case PackageBegin():
                self._packages.begin(event)
            case PackageEnd():
                if self._packages.end():
                    self._reader.leave_package()
            case Eof():
                return self._eof(event)
            case Vmdesc() | None:
                return self._finish(None if event is not None else 0)
            case _ if self._stage is Stage.CONFIGURATION:
                self._setup()
        return None

    def _after_header(self) -> None:
        if self._host.options.send_configuration:
            self._stage = Stage.CONFIGURATION
        else:
            self._setup()

    def _setup(self) -> None:
        """What is to be done before the first section (qemu_loadvm_state_setup)."""
        self._stage = Stage.SETUP
        self._in.trace("loadvm_state_setup", offset=self.offset)
        for entry in self._host.registry:
            hook = entry.handlers.load_setup if entry.handlers is not None else None
            if hook is None or not entry.is_active:
                continue
            try:
                hook()
            except SnapmgrError as failure:
                raise self._in.failed(failure, f"Load state of device {entry.idstr} failed") from failure
        self._host.cpu_synchronize_all_pre_loadvm()
        self._stage = Stage.MAIN

    def _command(self, event: CommandEvent) -> Effect | None:
        self._packages.check_inside(event)
        if event.number == Command.PACKAGED:
            return None
        effect = process_command(self._in, event)
        quits = isinstance(effect, PostcopyRun)
        self._in.end_command(int(quits))
        if quits and self._packages.quit():
            self._reader.leave_package()
        return effect

    def _eof(self, event: Eof) -> Effect | None:
        if self._packages.leave():
            self._reader.leave_package()
            return None
        if self._device_state:
            return self._finish()
        if self._in.postcopy is PostcopyState.LISTENING:
            raise self._in.unsaid("postcopy-state", "the stream ends before the guest may run", event.offset)
        if self._in.runs:
            return self._finish_postcopy()
        self._in.trace("qemu_loadvm_state_post_main", 0, offset=event.offset)
        if self._host.options.suppress_vmdesc or self._host.in_postcopy():
            return self._finish()
        self._stage = Stage.DESCRIPTION
        return None

    def _finish(self, found: int | None = None) -> Effect:
        """After EOF and the description.  ``found`` is the byte that stands there in its place: worth a line only."""
        if found is not None:
            self._host.error_report(f"Expected vmdescription section, but got {found}")
        self._stage = Stage.DONE
        if not self._device_state and not self._in.colo:
            self.cleanup()
        self._host.cpu_synchronize_all_post_init()
        return StateLoaded(self.offset)

    def _finish_postcopy(self) -> Effect:
        """The guest runs already, with its CPUs as they were loaded (postcopy_ram_listen_thread)."""
        self._stage = Stage.DONE
        self._in.postcopy = PostcopyState.END
        return StateLoaded(self.offset)

    def leave(self, lost: BaseException | None = None) -> None:
        """The last of a postcopy has come, or is ``lost`` where that were dirty bitmaps only; once."""
        self._in.trace("postcopy_ram_listen_thread_exit", offset=self.offset)
        if lost is not None:
            self._host.error_report(LOST_BITMAPS.format(-errno_of(lost)))
            self._in.postcopy, self._stage = PostcopyState.END, Stage.DONE
        self.cleanup()

    def cleanup(self) -> None:
        """Every entry's hook, active or not (qemu_loadvm_state_cleanup)."""
        self._in.trace("loadvm_state_cleanup", offset=self.offset)
        for entry in self._host.registry:
            if entry.handlers is not None and entry.handlers.load_cleanup is not None:
                entry.handlers.load_cleanup()

    # -- refusals --------------------------------------------------------------------------------------------------

    def _fault(self, event: Fault) -> Effect:
        """What the reader says of the framing."""
        text = event.qemu.get(VERSIONS[-1] if self._in.chains else VERSIONS[0], "")
        if self._stage is Stage.DESCRIPTION:
            return self._finish(int(text.rsplit(" ", 1)[1]) if event.code == "no-vmdesc" else None)
        if event.code == "missing-section-footer" and self._in.beyond(event.offset + 1):
            text = f"check_section_footer: Read section footer failed: {-EIO}"
        if text in ("", IO_ERROR, chained(IO_ERROR)):
            raise self._in.cut(event.offset)
        errno = ENOTSUP if event.code == "stream-version" else EINVAL
        raise self._in.refuse(event.code, text, event.offset, message=event.message, errno=errno)

    def _failure_text(self) -> str | None:
        """The line behind those of the device that refused."""
        section, entry = self._in.section, self._in.entry
        if not self._in.in_payload or section is None or entry is None:
            return None
        if section.type in (RecordType.PART, RecordType.END):
            return f"error while loading state section id {signed(section.section_id)}({entry.idstr})"
        name = shown(c_string(section.idstr or ""))
        return f"error while loading state for instance 0x{section.instance_id or 0:x} of device '{name}'"

    def _fail(self, error: SnapmgrError) -> None:
        self._failure = error.again()
        result = -errno_of(error)
        self.failed_before = None if self._reader.took_outside else self._packages.only_end
        self.failed_apart = self._in.postcopy >= PostcopyState.LISTENING and not self._packages
        if self._in.runs:
            self._packages.fail(result)
            return
        if self._stage is Stage.CONFIGURATION:
            self.cleanup()
        elif self._stage is Stage.MAIN:
            self._packages.fail(result)
            if self._device_state:
                self._host.error_report(f"Failed to load device state: {result}")
                return
            self._in.trace("qemu_loadvm_state_post_main", result, offset=error.offset)
            self.cleanup()
            self._host.cpu_synchronize_all_post_init()


def load(host: Host, pieces: Iterable[Buffer], *, device_state: bool = False) -> list[Effect]:
    """Load a whole stream; returns the effects, StateLoaded last.  Raises as ``next_effect``.

    There is no way back from here: a stream that wants one is refused.
    """
    loader, effects, source = Loader(host, device_state=device_state), list[Effect](), iter(pieces)
    while (step := loader.next_effect()) is not None:
        if isinstance(step, NeedData):
            loader.feed(next(source, b""))
        elif isinstance(step, OpenReturnPath):
            loader.return_path_failed()
        else:
            effects.append(step)
    return effects

"""The save loop, step by step (savevm.c: qemu_savevm_state_header … qemu_savevm_state_cleanup).

Each step puts its bytes into an ``Output`` and raises where QEMU sets the file's error: what was put until then stays,
exactly as QEMU leaves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.savevm.configuration import put_configuration
from snapmgr.savevm.describe import description_text
from snapmgr.savevm.entry import Entry
from snapmgr.savevm.failures import SaveError, report_all
from snapmgr.savevm.handlers import HandlerFailed, Handlers, Host, Pending
from snapmgr.savevm.output import Output
from snapmgr.savevm.registry import Registry
from snapmgr.savevm.sections import put_footer, put_header, put_state
from snapmgr.trace.names import traced
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType

EOF = bytes([RecordType.EOF])
Hook = TypeVar("Hook")


class Saver:
    """Saves one machine into one output.  The caller runs the steps in QEMU's order, ``cleanup`` last in any case."""

    def __init__(self, host: Host, out: Output) -> None:
        self._host = host
        self._out = out
        self._configuration: dict[str, Any] | None = None

    def header(self) -> None:
        """Magic, version, and the configuration where the machine sends one."""
        self._trace("savevm_state_header")
        self._out.put(writer.header())
        if self._host.options.send_configuration:
            self._configuration = put_configuration(self._host, self._out)

    def setup(self) -> None:
        """The START section of every active entry that is live.  Raises SaveError; listeners were told even then."""
        self._trace("savevm_state_setup")
        try:
            for entry, hook in self._active(lambda handlers: handlers.save_setup):
                self._put_section(entry, RecordType.START, hook, quiet=True)
        finally:
            self._notify("setup")

    def resume_prepare(self) -> None:
        """After a broken postcopy.  Raises what the first hook that refuses raises."""
        self._trace("savevm_state_resume_prepare")
        for _, hook in self._active(lambda handlers: handlers.resume_prepare):
            hook()

    def iterate(self, *, postcopy: bool = False, urgent: bool = False) -> bool:
        """One PART section each, until one is not done yet.  Returns whether all are done: on to the last part.

        False too where the rate limit is used up, unless something is ``urgent``.  A ``postcopy`` pass is for entries
        that can postcopy.  SaveError.
        """
        self._trace("savevm_state_iterate")
        for entry, hook in self._active(lambda handlers: handlers.save_live_iterate):
            if not _iterates(entry, postcopy):
                continue
            if (self._out.over_limit() and not urgent) or not self._iterate(entry, hook):
                return False
        return True

    def pending(self, threshold: int) -> Pending:
        """Bytes that are still to be sent; below ``threshold`` bytes a hook looks closer."""
        total = Pending()
        for _, hook in self._active(lambda handlers: handlers.save_live_pending):
            total += hook(threshold)
        return total

    def complete_precopy(self, *, iterable_only: bool = False, inactivate_disks: bool = False) -> None:
        """END sections, then FULL ones, EOF and the VM description.  Raises SaveError, and what a device raises."""
        in_postcopy = self._host.in_postcopy()
        self._notify("complete")
        self._trace("savevm_state_complete_precopy")
        self._host.cpu_synchronize_all_states()
        if not in_postcopy or iterable_only:
            self._complete_iterable(in_postcopy)
        if not iterable_only:
            self.complete_non_iterable(in_postcopy=in_postcopy, inactivate_disks=inactivate_disks)
        self._out.flush()

    def complete_non_iterable(self, *, in_postcopy: bool, inactivate_disks: bool) -> None:
        """FULL sections; disks are given away before EOF, so that the other side may take them after it."""
        devices = [self._put_device(entry) for entry in self._host.registry if self._is_due(entry)]
        if inactivate_disks:
            self._inactivate_disks()
        if not in_postcopy:
            self._out.put(EOF)
        if not self._host.options.suppress_vmdesc and not self._host.in_postcopy():
            self._out.put(writer.vmdesc(description_text(self._description(devices))))

    def devices_apart(self) -> bytes:
        """What ``complete_non_iterable`` puts, not into the output but as bytes that no device changes any more.

        The guest must stand still.  Raises as ``complete_non_iterable``.
        """
        self._host.cpu_synchronize_all_states()
        out, self._out = self._out, Output()
        try:
            self.complete_non_iterable(in_postcopy=False, inactivate_disks=False)
            return b"".join(self._out.take())
        finally:
            self._out = out

    def complete_postcopy(self) -> None:
        """END sections of those that went on in postcopy, and EOF.  Raises SaveError."""
        for entry, hook in self._active(lambda handlers: handlers.save_live_complete_postcopy):
            self._put_section(entry, RecordType.END, hook)
        self._out.put(EOF)
        self._out.flush()

    def live_state(self) -> None:
        """END sections and EOF, without devices (qemu_savevm_live_state)."""
        self.complete_precopy(iterable_only=True)
        self._out.put(EOF)

    def device_state(self) -> None:
        """FULL sections of what has no live part, without configuration and description (qemu_save_device_state)."""
        if not self._host.in_colo():
            self._out.put(writer.header())
        self._host.cpu_synchronize_all_states()
        for entry in self._host.registry:
            if not entry.is_ram and entry.is_full and _is_needed(entry):
                put_header(self._out, entry, RecordType.FULL)
                self._put_state(entry)
                put_footer(self._host, self._out, entry)
        self._out.put(EOF)

    def cleanup(self) -> None:
        """Every entry's hook, active or not, set up or not; more than once does no harm."""
        self._notify("cleanup")
        self._trace("savevm_state_cleanup")
        for entry in self._host.registry:
            if entry.handlers is not None and entry.handlers.save_cleanup is not None:
                entry.handlers.save_cleanup()

    # -- sections --------------------------------------------------------------------------------------------------

    def _active(self, hook: Callable[[Handlers], Hook | None]) -> Iterator[tuple[Entry, Hook]]:
        """Entries that have the hook and are active, which is asked when an entry's turn has come."""
        for entry in self._host.registry:
            found = hook(entry.handlers) if entry.handlers is not None else None
            if found is not None and entry.is_active:
                yield entry, found

    def _put_section(
        self, entry: Entry, kind: RecordType, put: Callable[[Output], bool | None], *, quiet: bool = False
    ) -> bool:
        """Header, what ``put`` puts, and the footer, even where ``put`` refuses: SaveError then.

        Returns what ``put`` returned.  ``quiet`` sections are not told to the trace.
        """
        if not quiet:
            self._trace("savevm_section_start", entry.idstr, entry.section_id)
        put_header(self._out, entry, kind)
        failure: HandlerFailed | None = None
        result = 0
        try:
            result = int(bool(put(self._out)))
        except HandlerFailed as refused:
            failure, result = refused, -refused.errno
        if not quiet:
            self._trace("savevm_section_end", entry.idstr, entry.section_id, result)
        put_footer(self._host, self._out, entry)
        if failure is not None:
            raise self._failed(failure, entry)
        return bool(result)

    def _failed(self, failure: SnapmgrError, entry: Entry | None, qemu: str | None = None) -> SaveError:
        error = SaveError.of(failure, entry, qemu=qemu)
        self._out.set_error(error)
        return error

    def _iterate(self, entry: Entry, step: Callable[[Output], bool]) -> bool:
        try:
            return self._put_section(entry, RecordType.PART, step)
        except SaveError as error:
            text = f"failed to save SaveStateEntry with id(name): {entry.section_id}({entry.idstr}): {-error.errno}"
            self._host.error_report(text)
            raise

    def _complete_iterable(self, in_postcopy: bool) -> None:
        for entry, hook in self._active(lambda handlers: handlers.save_live_complete_precopy):
            if not (in_postcopy and _has_postcopy(entry)):
                self._put_section(entry, RecordType.END, hook)

    def _is_due(self, entry: Entry) -> bool:
        if not entry.is_full:
            return False
        if _is_needed(entry):
            return True
        self._trace("savevm_section_skip", entry.idstr, entry.section_id)
        return False

    def _put_device(self, entry: Entry) -> dict[str, Any]:
        self._trace("savevm_section_start", entry.idstr, entry.section_id)
        put_header(self._out, entry, RecordType.FULL)
        described = self._put_state(entry)
        self._trace("savevm_section_end", entry.idstr, entry.section_id, 0)
        put_footer(self._host, self._out, entry)
        return {"name": entry.idstr, "instance_id": entry.instance_id, **described}

    def _put_state(self, entry: Entry) -> dict[str, Any]:
        """A refusal is reported and leaves the section without its footer."""
        try:
            return put_state(self._host, self._out, entry)
        except Cancelled:
            raise
        except SnapmgrError as failure:
            report_all(self._host, failure)
            raise self._failed(failure, entry) from failure

    def _inactivate_disks(self) -> None:
        try:
            self._host.inactivate_disks()
        except HandlerFailed as failure:
            name = "qemu_savevm_state_complete_precopy_non_iterable"
            text = f"{name}: bdrv_inactivate_all() failed ({-failure.errno})"
            self._host.error_report(text)
            raise self._failed(failure, None, text) from failure

    def _description(self, devices: list[dict[str, Any]]) -> dict[str, Any]:
        options = self._host.options
        whole: dict[str, Any] = {"page_size": 1 << options.page_bits, "devices": devices}
        if options.describe_configuration and self._configuration is not None:
            return {"configuration": self._configuration, **whole}
        return whole

    def _notify(self, event: str) -> None:
        """Listeners that refuse are reported and ignored, as in QEMU."""
        try:
            self._host.precopy_notify(event)
        except SnapmgrError as error:
            self._host.error_report(error.qemu or error.message)

    def _trace(self, name: str, *values: int | str) -> None:
        self._host.trace.emit(traced(name, *values, offset=self._out.offset))


def guest_unplug_pending(registry: Registry) -> bool:
    """Whether the guest has not let go of a device yet (qemu_savevm_state_guest_unplug_pending)."""
    states = ((entry.state, entry.target) for entry in registry if entry.state is not None)
    return any(state.dev_unplug_pending is not None and state.dev_unplug_pending(target) for state, target in states)


def _is_needed(entry: Entry) -> bool:
    return entry.state is None or entry.state.is_needed(entry.target)


def _has_postcopy(entry: Entry) -> bool:
    hook = entry.handlers.has_postcopy if entry.handlers is not None else None
    return hook is not None and hook()


def _iterates(entry: Entry, postcopy: bool) -> bool:
    hook = entry.handlers.is_active_iterate if entry.handlers is not None else None
    if hook is not None and not hook():
        return False
    return not postcopy or _has_postcopy(entry)

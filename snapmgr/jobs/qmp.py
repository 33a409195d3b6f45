"""QMP for a machine's jobs: lines of JSON in, lines of JSON out, as QEMU's monitor has them (qmp-spec; qapi/job.json).

It does no I/O: whoever has the pipes calls ``take`` for one line after the other, in the thread of the table's loop,
and is given answers and events through ``put``.  Commands are QEMU's; snapshot-save takes ``live`` and ``overwrite``
besides, snapshot-delete ``trim``, and all three ``auto-finalize``, which QEMU has for other jobs.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from snapmgr import __version__
from snapmgr.errors import SnapmgrError
from snapmgr.jobs.snapshots import MachineJobs
from snapmgr.jobs.table import JobStatusChange, timestamp
from snapmgr.machine.machine import Machine
from snapmgr.machine.runstate import RunState
from snapmgr.trace.events import TraceEvent

Document = dict[str, Any]

LONGEST = 1 << 16
"""Bytes of a line; nobody has to say more."""

_KINDS: dict[type, str] = {str: "string", bool: "boolean", int: "integer", list: "array"}


class Refused(Exception):
    """What is answered in place of a return; ``kind`` is QMP's class."""

    def __init__(self, text: str, kind: str = "GenericError") -> None:
        super().__init__(text)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class _Command:
    do: Callable[[Document], Any]
    needs: Mapping[str, type]
    takes: Mapping[str, type]


class QmpSession:
    """One client's.  ``order`` has something done by the thread that owns the machine."""

    def __init__(
        self,
        machine: Machine,
        jobs: MachineJobs,
        order: Callable[[Callable[[], Any]], Future[Any]],
        put: Callable[[Document], None],
    ) -> None:
        self._machine = machine
        self._jobs = jobs
        self._order = order
        self._put = put
        self._agreed = False
        self._live: set[str] = set()
        self.over = False
        """Whether it was told to quit."""
        text = {"tag": str, "job-id": str}
        where = {"devices": list, "auto-finalize": bool}
        state = {"vmstate": str, **where}
        names = {"id": str}
        self._commands = {
            "snapshot-save": _Command(self._save, text, {**state, "live": bool, "overwrite": bool}),
            "snapshot-load": _Command(self._load, text, state),
            "snapshot-delete": _Command(self._delete, text, {**where, "trim": bool}),
            "query-jobs": _Command(lambda said: jobs.table.query(), {}, {}),
            "query-status": _Command(self._status, {}, {}),
            "query-commands": _Command(lambda said: [{"name": name} for name in sorted(self._commands)], {}, {}),
            "stop": _Command(lambda said: self._have_done(machine.stop), {}, {}),
            "cont": _Command(lambda said: self._have_done(machine.start), {}, {}),
            "quit": _Command(self._quit, {}, {}),
            "job-set-speed": _Command(self._set_speed, {**names, "speed": int}, {}),
            **{f"job-{verb}": _Command(self._verb(verb), names, {}) for verb in _VERBS},
        }

    def greet(self) -> None:
        """The first line; events come from now on."""
        self._put({"QMP": {"version": {"package": f"Snapmgr {__version__}"}, "capabilities": []}})
        self._jobs.table.subscribe(self._happened)
        self._machine.trace.listen(_RunStates(asyncio.get_running_loop(), self._put))

    async def take(self, line: bytes) -> None:
        """One line of what the client says; anything wrong with it is answered."""
        if not line.strip():
            return
        said: Any = None
        try:
            said = _parsed(line)
            found = self._carried_out(said)
            answer: Document = {"return": await found if isinstance(found, Awaitable) else found}
        except Refused as refusal:
            answer = {"error": {"class": refusal.kind, "desc": str(refusal)}}
        except SnapmgrError as error:
            answer = {"error": {"class": "GenericError", "desc": error.qemu or error.message}}
        if isinstance(said, dict) and "id" in said:
            answer["id"] = said["id"]
        self._put(answer)

    def _carried_out(self, said: Document) -> Any:
        """The answer, or what it is waited for with."""
        name, words = said["execute"], said.get("arguments", {})
        if not self._agreed:
            if name != "qmp_capabilities":
                raise Refused("Expecting capabilities negotiation with 'qmp_capabilities'", "CommandNotFound")
            self._agreed = True
            return {}
        if name == "qmp_capabilities":
            raise Refused("Capabilities negotiation is already complete, command ignored", "CommandNotFound")
        command = self._commands.get(name)
        if command is None:
            raise Refused(f"The command {name} has not been found", "CommandNotFound")
        _check(words, command)
        return command.do(words)

    # -- commands ----------------------------------------------------------------------------------------------------

    def _save(self, said: Document) -> Document:
        live, overwrite = said.get("live", False), said.get("overwrite", False)
        self._begins(said).save(said["job-id"], said["tag"], live=live, overwrite=overwrite, **_where(said))
        (self._live.add if live else self._live.discard)(said["job-id"])
        return {}

    def _load(self, said: Document) -> Document:
        self._begins(said).load(said["job-id"], said["tag"], **_where(said))
        return {}

    def _delete(self, said: Document) -> Document:
        trim, devices = said.get("trim", False), said.get("devices")
        self._begins(said).delete(said["job-id"], said["tag"], trim=trim, devices=devices)
        return {}

    def _begins(self, said: Document) -> MachineJobs:
        """The jobs, the next of which is as it was asked for."""
        self._jobs.table.auto_finalize = said.get("auto-finalize", True)
        return self._jobs

    def _verb(self, verb: str) -> Callable[[Document], Document]:
        def do(said: Document) -> Document:
            getattr(self._jobs.table.get(said["id"]), verb)()
            return {}

        return do

    def _set_speed(self, said: Document) -> Document:
        self._jobs.table.get(said["id"]).set_speed(said["speed"])
        return {}

    def _status(self, said: Document) -> Document:
        state = self._machine.run_state  # one word: nobody has to be waited for
        return {"status": state.value, "running": state is RunState.RUNNING}

    async def _have_done(self, action: Callable[[], Any]) -> Document:
        """Unless a job has the machine: it may stand, and only somebody who is heard lets it go on."""
        for view in self._jobs.table.views():
            if view.id not in self._live and not self._jobs.table.get(view.id).over:
                raise Refused(f"job {view.id} ({view.type}) is at work on {self._jobs.table.machine}")
        await asyncio.wrap_future(self._order(action))
        return {}

    def _quit(self, said: Document) -> Document:
        self.over = True
        return {}

    def _happened(self, event: JobStatusChange) -> None:
        self._put(event.document())


class _RunStates:
    """Says STOP and RESUME where the guest stops and runs, whoever has it do so (vm_stop, vm_start)."""

    def __init__(self, loop: asyncio.AbstractEventLoop, put: Callable[[Document], None]) -> None:
        self._loop, self._put = loop, put

    def put(self, event: TraceEvent) -> None:
        """Told in the thread of the machine."""
        if event.name != "runstate_set":
            return
        before, now = (event[key] == RunState.RUNNING.value for key in ("current_state_str", "new_state_str"))
        if before is not now:
            name = "RESUME" if now else "STOP"
            said = {"event": name, "timestamp": timestamp(time.time_ns())}
            with suppress(RuntimeError):  # the session is over
                self._loop.call_soon_threadsafe(self._put, said)


_VERBS = ("cancel", "pause", "resume", "complete", "finalize", "dismiss")


def _where(said: Document) -> Document:
    return {"vmstate": said.get("vmstate"), "devices": said.get("devices")}


def _parsed(line: bytes) -> Document:
    """A request: an object with ``execute``.  Raises Refused."""
    if len(line) > LONGEST:
        raise Refused(f"JSON parse error, more than {LONGEST} bytes in a line")
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Refused(f"JSON parse error, {error}") from None
    if not isinstance(said, dict):
        raise Refused("QMP input must be a JSON object")
    for name in said:
        if name not in ("execute", "arguments", "id"):
            raise Refused(f"QMP input member '{name}' is unexpected")
    if "execute" not in said:
        raise Refused("QMP input lacks member 'execute'")
    if not isinstance(said["execute"], str):
        raise Refused("QMP input member 'execute' must be a string")
    if not isinstance(said.get("arguments", {}), dict):
        raise Refused("QMP input member 'arguments' must be an object")
    return said


def _check(words: Document, command: _Command) -> None:
    """Raise Refused for an argument that lacks, is of another kind, or that nobody takes."""
    for name in command.needs:
        if name not in words:
            raise Refused(f"Parameter '{name}' is missing")
    known = {**command.needs, **command.takes}
    for name, value in words.items():
        if name not in known:
            raise Refused(f"Parameter '{name}' is unexpected")
        if type(value) is not known[name]:
            raise Refused(f"Invalid parameter type for '{name}', expected: {_KINDS[known[name]]}")
        if isinstance(value, list) and not all(isinstance(part, str) for part in value):
            raise Refused(f"Invalid parameter type for '{name}[]', expected: string")

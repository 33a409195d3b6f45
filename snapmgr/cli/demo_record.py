"""What ``snapctl demo migrate`` tells of its way: the states it went through, query-migrate, and ``--record``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from snapmgr.cli.newfile import check_target, new_file
from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.machine.machine import Machine
    from snapmgr.migrate.both import Both
    from snapmgr.migrate.recorder import Recorder
    from snapmgr.migrate.source import Outgoing
    from snapmgr.trace.events import TraceEvent

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def record_options(function: _Decorated) -> _Decorated:
    """They arrive as ``record`` and ``force``."""
    for option in (
        click.option("-f", "--force", is_flag=True, help="Replace the FILE of --record if it exists."),
        click.option("--record", metavar="FILE", help="Keep all of it in FILE: both streams, events, numbers, pages "
                     "and screens. The window opens it and shows it again."),
    ):  # fmt: skip
        function = option(function)
    return function


class States:
    """Those that one side goes through; heard by the thread of the migration."""

    def __init__(self, machine: Machine) -> None:
        self.names: list[str] = []
        machine.trace.listen(self)

    def put(self, event: TraceEvent) -> None:
        if event.name == "migrate_set_state":
            self.names.append(str(event["new_state"]))

    def facts(self, outgoing: Outgoing) -> dict[str, Any]:
        """As the events MIGRATION would have told, and as the command query-migrate answers now."""
        return {"states": self.names, "query-migrate": outgoing.query()}


def check_record(wanted: dict[str, Any], uri: str | None) -> None:
    """Before anything runs.  Raises UsageError and as ``check_target``."""
    if wanted["record"] is None:
        return
    if uri is not None:
        raise UsageError("usage", "--record needs both sides in this process", hint="Leave out --to.")
    check_target(wanted["record"], force=wanted["force"], sources=wanted["disks"])


@contextmanager
def recording(wanted: dict[str, Any], *, watched: bool = False) -> Iterator[Recorder | None]:
    """None where nothing is to be kept, nor ``watched``; else the file is written at the end, however the migration
    ended."""
    if wanted["record"] is None and not watched:
        yield None
        return
    from snapmgr.migrate.recorder import Recorder
    from snapmgr.migrate.recording import Recording
    from snapmgr.migrate.recording_file import write_recording

    kept = wanted["record"] is not None
    recorder = Recorder(Recording(facts=_facts(wanted)), time.monotonic, streams=kept)
    try:
        yield recorder
    finally:
        recorder.close()
    if not kept:
        return
    with new_file(wanted["record"], force=wanted["force"]) as file:
        write_recording(recorder.recording, file)


def begin(recorder: Recorder | None, both: Both, wanted: dict[str, Any]) -> int:
    """``both`` is prepared; returns the ticks that are left to be run before it moves."""
    if recorder is None:
        return int(wanted["ticks"])
    recorder.begin(both)
    return 0


def _facts(wanted: dict[str, Any]) -> dict[str, Any]:
    """What was asked for, in the words of the window."""
    return {
        "ram": wanted["ram"],
        "disks": len(wanted["disks"]),
        "workload": wanted["workload"],
        "writes": wanted["rate"] or 0,
        "bandwidth": wanted["link_bandwidth"],
        "latency": wanted["latency"],
        "jitter": wanted["jitter"],
        "capabilities": sorted(wanted["capabilities"]),
        "max_bandwidth": wanted["max_bandwidth"],
        "max_postcopy_bandwidth": wanted["max_postcopy_bandwidth"],
        "downtime_limit": wanted["downtime_limit"],
        "throttle_initial": wanted["cpu_throttle_initial"],
        "throttle_increment": wanted["cpu_throttle_increment"],
        "throttle_most": wanted["max_cpu_throttle"],
        "dirty_limit": wanted["vcpu_dirty_limit"],
        "channels": wanted["multifd_channels"],
        "compression": wanted["multifd_compression"],
        "checkpoint_delay": wanted["checkpoint_delay"],
        "lost_after": wanted["checkpoints"],
        "before": wanted["ticks"],
        "after": wanted["after"],
        "rate": wanted["tick_rate"],
    }

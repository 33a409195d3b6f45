"""Events of a migration in words: what each is called, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recording import PAGE_WAITS, Moment
from snapmgr.trace.events import TraceEvent
from snapmgr.wire.constants import Command
from ui.shell import formats
from ui.words import grouped, later, plural, tr

RAM = "ram"
SLOW = 50
"""Milliseconds from which a wait for a page is told among milestones."""
CHECKPOINT_DONE = "vmstate-loaded"
"""What the secondary says last in each checkpoint (QAPI: COLOMessage)."""


@dataclass(frozen=True, slots=True)
class Said:
    """``tint`` and ``icon`` as the theme has them; ``text`` may be empty."""

    icon: str
    tint: str
    title: str
    text: str = ""


STATES = {
    "setup": later("both sides get ready"),
    "active": later("RAM is sent while the guest runs"),
    "device": later("the guest stands still, devices are sent"),
    "pre-switchover": later("the guest stands still, its disks are still here"),
    "wait-unplug": later("the guest has to let go of a device first"),
    "postcopy-device": later("the destination loads the devices"),
    "postcopy-active": later("the guest runs on the destination, pages follow"),
    "postcopy-paused": later("the channel is broken, the guest waits for its pages"),
    "postcopy-recover-setup": later("a new channel"),
    "postcopy-recover": later("what is missing is asked for"),
    "completed": later("all has arrived"),
    "cancelling": later("it is given up"),
    "cancelled": later("the guest stayed on the source"),
    "failing": later("something went wrong, and is cleaned up"),
    "failed": later("the guest stays on the source"),
    "colo": later("two machines run the same guest"),
}
"""Of QAPI's MigrationStatus."""


def command_name(event: TraceEvent) -> str:
    """QEMU's name of a command that was sent."""
    number = event["command"]
    known = number in set(Command)
    return Command(number).name if known and isinstance(number, int) else tr("command {number}", number=number)


def said(moment: Moment) -> Said:
    """An event as the log shows it; what it does not know stands there under QEMU's name."""
    make = _SAID.get(moment.event.name)
    if make is None:
        arguments = " ".join(f"{name}={value}" for name, value in moment.event.arguments)
        return Said("circle", "text3", moment.event.name, arguments)
    return make(moment.event)


def folded(moment: Moment) -> str:
    """The kind of what happens again and again, "" for what is an event by itself."""
    event = moment.event
    if event.name == "savevm_section_start":
        return RAM if event["id"] == RAM else ""
    return event.name if event.name in ("migrate_handle_rp_req_pages", "colo_receive_message") else ""


def is_milestone(moment: Moment, *, in_colo: bool = False) -> bool:
    """Whether somebody who wants to understand, and not to debug, has to see it; ``in_colo``: a checkpoint is one
    event, not its parts."""
    event = moment.event
    if in_colo and event.name in _PARTS:
        return False
    if event.name == "runstate_set":
        return "colo" not in (event["current_state_str"], event["new_state_str"])  # a checkpoint says it in one line
    if event.name == "colo_receive_message":
        return moment.side is Side.SOURCE and event["msg"] == CHECKPOINT_DONE
    if event.name == "savevm_section_start" and event["id"] != RAM:
        return moment.side is Side.SOURCE and event.offset is not None  # others belong to a checkpoint
    if event.name == PAGE_WAITS:
        return int(event["longest"] or 0) >= SLOW * 1000
    return event.name in _SAID and (moment.side is Side.SOURCE or moment.event.name in _THERE)


def _state(event: TraceEvent) -> Said:
    state = str(event["new_state"])
    tint = {
        "completed": "ok",
        "failing": "warn",
        "failed": "danger",
        "cancelled": "warn",
        "postcopy-paused": "warn",
    }.get(state, "accent")
    return Said("flag", tint, state, tr(STATES.get(state, "")))


def _section(event: TraceEvent) -> Said:
    text = tr("section {number}", number=event["section_id"])
    if event["id"] == RAM:
        return Said("square-fill", "k_ram", RAM, text)
    return Said("square-fill", "k_dev", str(event["id"]), text)


def _command(event: TraceEvent) -> Said:
    size = plural("{n} byte", "{n} bytes", int(event["len"] or 0))
    return Said("terminal", "k_cmd", command_name(event), size)


def _run_state(event: TraceEvent) -> Said:
    new = str(event["new_state_str"])
    icon = "play-fill" if new == "running" else "pause-fill"
    was = tr("was {state}", state=event["current_state_str"])
    return Said(icon, "ok" if new == "running" else "text2", tr("guest {state}", state=new), was)


def _sync(event: TraceEvent) -> Said:
    pages = int(event["dirty_pages"] or 0)
    return Said("arrows-clockwise", "p_dirty", tr("new iteration"), tr("{pages} pages to send", pages=grouped(pages)))


def _throttle(event: TraceEvent) -> Said:
    return Said("gauge", "warn", tr("throttle"), tr("{number} % of the time", number=event["percentage"]))


def _request(event: TraceEvent) -> Said:
    start, length = int(event["start"] or 0), int(event["len"] or 0)
    pages = plural("{n} page", "{n} pages", length // 4096)
    where = tr("{block} 0x{address}, {pages}", block=event["rbname"] or "", address=f"{start:07X}", pages=pages)
    return Said("question", "p_req", tr("page request"), where.strip())


def _waits(event: TraceEvent) -> Said:
    longest = int(event["longest"] or 0) / 1000
    slow = longest >= SLOW
    #: How often the guest waited for pages, and the longest time
    text = plural("{n} wait, {number} ms", "{n} waits, up to {number} ms", int(event["count"] or 0),
                  number=formats.decimal(longest, 1))  # fmt: skip
    return Said("warning" if slow else "circle", "warn" if slow else "text3",
                tr("slow page") if slow else tr("guest waited"), text)  # fmt: skip


def _colo_message(event: TraceEvent) -> Said:
    message = str(event["msg"])
    if message == CHECKPOINT_DONE:
        return Said("check-square", "k_cmd", tr("checkpoint"), tr("the destination can go on from here"))
    return Said("circle", "text3", "colo_receive_message", f"msg={message}")


def _colo_exit(event: TraceEvent) -> Said:
    text = tr("it was the {mode}; reason: {reason}", mode=event["mode"], reason=event["reason"])
    return Said("shield-check", "warn", "COLO_EXIT", text)


_SAID: dict[str, Callable[[TraceEvent], Said]] = {
    "migrate_set_state": _state,
    "runstate_set": _run_state,
    "savevm_section_start": _section,
    "savevm_command_send": _command,
    "migration_bitmap_sync_end": _sync,
    "migration_throttle": _throttle,
    "colo_receive_message": _colo_message,
    "COLO_EXIT": _colo_exit,
    "migrate_handle_rp_req_pages": _request,
    PAGE_WAITS: _waits,
    "source_return_path_thread_resume_ack": lambda event: Said("check", "ok", tr("resume"), tr("both sides agree")),
    "savevm_state_header": lambda event: Said("file-text", "k_meta", tr("header"), ""),
    "savevm_state_setup": lambda event: Said("list-bullets", "k_meta", tr("setup"), tr("block list")),
    "savevm_state_complete_precopy": lambda event: Said("flag-banner", "accent", tr("last part"),
                                                        tr("the guest stands still")),
}  # fmt: skip
_PARTS = frozenset({"savevm_section_start", "savevm_command_send", "savevm_state_header", "savevm_state_setup",
                    "savevm_state_complete_precopy", "migration_bitmap_sync_end"})  # fmt: skip
"""Of a checkpoint."""
_THERE = frozenset({"runstate_set", "COLO_EXIT"})
"""Events of the destination that are milestones, too."""

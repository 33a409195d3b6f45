"""What a step puts into the stream, and what that is for (savevm.c): commands, RAM, bitmaps, devices."""

from __future__ import annotations

from snapmgr.migrate.held import SAID
from snapmgr.savevm.status import MigrationStatus as Status
from snapmgr.trace.events import TraceEvent
from snapmgr.wire.constants import Command
from ui.migration.event_texts import RAM, command_name
from ui.words import later, tr

COMMANDS = {
    Command.OPEN_RETURN_PATH: later("The destination shall be able to answer: it opens the way back."),
    Command.PING: later(
        "The destination sends this number back as a PONG, so that the source knows how far it has read."
    ),
    Command.POSTCOPY_ADVISE: later(
        "Postcopy may come. The destination compares the size of its pages with the one told here, and refuses what"
        " would not fit."
    ),
    Command.POSTCOPY_LISTEN: later(
        "The destination reads on in a thread of its own. From here on a page that is missing can be asked for."
    ),
    Command.POSTCOPY_RUN: later("The guest goes on at the destination, though pages of its RAM are missing there."),
    Command.POSTCOPY_RAM_DISCARD: later(
        "Pages that the guest has written since they were sent: what the destination has of them is thrown away, so"
        " that they are asked for anew."
    ),
    Command.PACKAGED: later(
        "What follows is read as one piece before any of it is loaded: LISTEN, all devices, and RUN. While they load"
        " the channel is free for pages."
    ),
    Command.ENABLE_COLO: later(
        "COLO will follow: the destination keeps a copy of the RAM that comes, beside the one that its own guest uses."
    ),
    Command.POSTCOPY_RESUME: later(
        "The channel had broken. Both sides agree on what is missing, and the destination goes on waiting for pages."
    ),
    Command.RECV_BITMAP: later("The destination shall say which pages of one block it has, a bit for each."),
    Command.SWITCHOVER_START: later("The switchover begins: the guest stands still, and what follows is the rest."),
}
"""What each is for."""

DEVICES = {
    "demo-iommu": later("It says where in RAM the devices’ addresses lie, so it goes before all devices that need it."),
    "demo-clock": later("The guest’s time: it stands still with the guest, and goes on from here."),
    "demo-legacy": later(
        "An old device without a description: it writes and reads its bytes itself, so nobody else can name them."
    ),
    "cpu_common": later("What all kinds of processors have: whether this one is halted, and what interrupts it."),
    "cpu": later("The registers of one processor. The guest goes on at this very instruction."),
    "demo-irq": later("Interrupts that are pending, masked and in service; one that was lost would hang the guest."),
    "demo-timer": later("The timer and the real-time clock, with what their next interrupt is due at."),
    "demo-uart": later("The serial line, with the bytes in its FIFO that were not sent yet."),
    "demo-display": later("The display’s registers and palette. The picture itself is RAM, in the block demo.vram."),
    "demo-disk": later("The disk’s controller, with requests in flight. What is on the disk does not move."),
    "demo-nic": later("The network card. After the move it announces itself, so that switches learn the new way."),
    "globalstate": later("The run state that the guest had; the destination goes on in the same one."),
}
"""Of the demo machine, by the last part of their idstr."""


MESSAGES = {
    "checkpoint-ready": later("The destination has loaded everything: COLO can begin."),
    "checkpoint-request": later("The source wants a checkpoint."),
    "checkpoint-reply": later("The destination’s guest stands still. Now that of the source is stopped as well."),
    "vmstate-send": later(
        "Both guests stand still. RAM that was written since the last checkpoint comes next, then the devices."
    ),
    "vmstate-size": later("So many bytes of device state follow."),
    "vmstate-received": later("All of the checkpoint is at the destination, which loads it now."),
    "vmstate-loaded": later(
        "The destination has become what the source is. The output that was held goes out, and both guests run on."
    ),
}
"""Of COLO (QAPI: COLOMessage)."""


def explanation(event: TraceEvent, status: Status = Status.ACTIVE, *, stands: bool = False) -> tuple[str, str]:
    """What a step is about to put: its name, and what that is for.

    ``status`` is that of the migration; ``stands``: the guest stands still, so this is the rest."""
    if event.name == "savevm_section_start":
        return _section(event, status, stands=stands)
    if event.name == "savevm_command_send":
        number = event["command"]
        known = isinstance(number, int) and number in set(Command)
        return command_name(event), tr(COMMANDS[Command(number)]) if known else ""
    if event.name in SAID:
        message = str(event["msg"])
        said = tr(MESSAGES[message]) if message in MESSAGES else ""
        return message, said
    return {
        "savevm_state_header": (tr("header"), tr(
            "The stream begins: QEVM and its version, then the configuration, which names the machine that the"
            " destination must be.")),
        "savevm_state_setup": (tr("setup"), tr(
            "Everything that is sent while the guest runs begins with a START section: RAM lists its blocks with their"
            " lengths, bitmaps their disks.")),
    }.get(event.name, (event.name, ""))  # fmt: skip


def _section(event: TraceEvent, status: Status, *, stands: bool) -> tuple[str, str]:
    name, number = str(event["id"]), event["section_id"]
    title = tr("section {number}, {name}", number=number, name=name)
    if name == RAM:
        return title, _ram(status, stands=stands)
    if name == "dirty-bitmap":
        return title, tr(
            "Which parts of the disks were written since a backup. Bits change as long as the guest runs here, so they"
            " are sent when it stands still, or in postcopy after it has gone over."
        )
    known = DEVICES.get(name.rpartition("/")[2])
    said = tr("One device, in a FULL section of its own, while the guest stands still.")
    return title, f"{tr(known)} {said}" if known is not None else said


def _ram(status: Status, *, stands: bool) -> str:
    if status is Status.COLO:
        return tr(
            "A checkpoint: pages that the guest has written since the last one. They wait in the destination’s cache"
            " until all of the checkpoint is there."
        )
    if status.is_postcopy and stands:
        return tr(
            "The guest runs at the destination: pages that it waits for go first, and in between all others follow in"
            " their order."
        )
    if stands:
        return tr("The guest stands still: the last pages that it has written, in an END section.")
    return tr(
        "The next piece of RAM that is dirty, in a PART section. A page of nothing but zeros needs nine bytes, any"
        " other one its contents."
    )

"""A sentence about what a migration does at a moment, for whoever has never seen one."""

from __future__ import annotations

from snapmgr.migrate.story import Story
from snapmgr.savevm.status import MigrationStatus as Status
from ui.words import later, tr

_SAID = {
    Status.SETUP: later("Both sides get ready: the source says how much RAM there is, and the destination answers."),
    Status.WAIT_UNPLUG: later("The guest has to let go of a device first, which cannot move with it."),
    Status.PRE_SWITCHOVER: later(
        "The guest stands still, and its disks still belong to the source: Continue lets it go over, Cancel lets it run"
        " on here."
    ),
    Status.DEVICE: later(
        "Switchover: the guest stands still. The last of its RAM and the state of its devices are sent, then it goes"
        " on at the destination."
    ),
    Status.POSTCOPY_DEVICE: later(
        "Switchover to postcopy: the destination takes the devices in, and runs the guest as soon as it has them; most"
        " of its RAM stays behind for now."
    ),
    Status.POSTCOPY_ACTIVE: later(
        "The guest runs on the destination. Where it needs a page that is still on the source it waits (a ring), asks"
        " for it, and gets it first; the rest follows."
    ),
    Status.POSTCOPY_PAUSED: later(
        "The channel is broken: the guest is on the destination, a part of its RAM on the source. It waits for the"
        " pages that it needs (rings) until Recover makes a new channel."
    ),
    Status.POSTCOPY_RECOVER_SETUP: later("A new channel: the source is about to ask what the destination has."),
    Status.POSTCOPY_RECOVER: later(
        "A new channel: the destination says which pages it has, and the source goes on with all others."
    ),
    Status.COLO: later(
        "Both machines run the same guest. At every checkpoint the destination becomes what the source is; only then"
        " the world sees what the guest has sent. So either machine may be lost at any time."
    ),
    Status.FAILING: later("Something went wrong: the source cleans up, and takes the guest back."),
    Status.CANCELLING: later("It is given up: the guest goes on where it is."),
    Status.CANCELLED: later("It was given up: the guest goes on at the source, as if nothing had been."),
    Status.FAILED: later("It failed: the guest goes on at the source, and has lost nothing."),
    Status.COMPLETED: later("All is there: the guest runs on the destination, and the source has nothing left to do."),
}
FIRST = later("Iteration 1: every page is sent once. The guest runs on meanwhile, and writes to some of them again.")
COPIED = later(
    "RAM is sent as it was at one moment. The guest runs on: a page that it is about to write is copied before."
)
SWITCHOVER = later(
    "Switchover to postcopy: the guest stands still while its devices are sent; most of its RAM stays behind for now."
)


def caption(story: Story, at: float, *, copies: bool = False) -> str:
    """What happens at a time, "" before it begins; ``copies``: the guest stays, and a copy goes over."""
    status = story.status_at(at)
    if copies and status is Status.COMPLETED:
        return tr("The destination has the guest as it was when it began; the guest itself runs on, on the source.")
    stopped = story.stopped is not None and at >= story.stopped and story.owner_at(at) is None
    if (status is Status.POSTCOPY_ACTIVE and stopped) or (status is Status.DEVICE and story.becomes_postcopy):
        return tr(SWITCHOVER)
    if status is Status.ACTIVE and stopped:
        return tr(_SAID[Status.DEVICE])
    if status is Status.ACTIVE:
        number = story.pass_at(at)
        if copies:
            return tr(COPIED)
        if number <= 1:
            return tr(FIRST)
        slowed = next((percent for when, percent in reversed(story.throttles) if when <= at), 0)
        if slowed:
            return tr("Iteration {number}, throttled: the guest stands still for {percent} % of its time, so that it"
                      " writes less than the link carries.", number=number, percent=slowed)  # fmt: skip
        return tr("Iteration {number}: only pages that the guest has written since they were sent go again.",
                  number=number)  # fmt: skip
    if status is Status.COMPLETED and story.lost is not None:
        return tr("One of the two machines was lost: the guest goes on at the other one, and the world saw no gap.")
    said = _SAID.get(status)
    return tr(said) if said is not None else ""

"""Why something cannot be done with a migration now: sentences, "" for what can be done."""

from __future__ import annotations

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recorder import ENDS
from snapmgr.migrate.wanted import BITMAPS, COLO, MAPPED
from snapmgr.savevm.status import MigrationStatus as Status
from ui.migration.run import Run
from ui.words import tr


def nothing_moves(run: Run) -> str:
    return tr("No migration is running") if run.is_over else ""


def no_cancel(run: Run) -> str:
    """Why it cannot be stopped any more."""
    if run.is_over:
        return nothing_moves(run)
    if run.both is None:
        return tr("The machines are being made")
    if run.status in ENDS:
        moved = run.owner is Side.DESTINATION
        return tr("It is over: the guest is at its new place") if moved else tr("It is over: the guest stays here")
    if run.status is Status.COLO:
        return tr("Both machines run the guest. Press Failover on the one that shall go on")
    if run.status is Status.POSTCOPY_DEVICE:
        return tr("The guest is about to run on the destination: there is no way back")
    if run.status.is_postcopy:
        return tr("The guest runs on the destination: stopping now would lose it. Pause instead")
    return ""


def no_pause(run: Run) -> str:
    """Why a postcopy cannot stand still now."""
    if run.is_over or run.status not in (Status.POSTCOPY_ACTIVE, Status.POSTCOPY_RECOVER):
        return tr("Only a postcopy that goes on can be paused")
    if run.owner is Side.SOURCE:
        return tr("The guest has not gone over yet: without a channel it would stay on the source")
    return ""


def no_cut(run: Run) -> str:
    if run.is_over or run.both is None or run.status in ENDS:
        return tr("Nothing is connected")
    return tr("The link is broken already") if run.status is Status.POSTCOPY_PAUSED else ""


def no_postcopy(run: Run) -> str:
    """Why the guest cannot go over now."""
    if run.is_over:
        return nothing_moves(run)
    if not {"postcopy-ram", BITMAPS} & run.wanted.capabilities:
        return tr("The capability postcopy-ram was not on when it started")
    if MAPPED in run.wanted.capabilities:
        return tr("A file has no way back, over which the guest could ask for what it lacks")
    return "" if run.status is Status.ACTIVE else tr("Only while the guest runs on the source and its RAM is sent")


def no_failover(run: Run) -> str:
    """Why neither machine can be taken for lost now."""
    if run.is_over:
        return nothing_moves(run)
    if COLO not in run.wanted.capabilities:
        return tr("The capability x-colo was not on when it started")
    if run.status in ENDS:
        return tr("One machine goes on alone already")
    return "" if run.status is Status.COLO else tr("Only once both machines run the guest")

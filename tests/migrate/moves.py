"""Which states of a migration may follow each other, in QEMU and here.

QEMU's are the calls of migrate_set_state in migration/*.c of 7.2 and 10.0.13, and what 11.1.3 said in its MIGRATION
events.  Where a call names no old state, those stand here that it is reached in.
"""

from __future__ import annotations

from snapmgr.savevm.status import MigrationStatus as S

Moves = frozenset[tuple[str, str]]


def _moves(*rows: str) -> Moves:
    """``a b > c d``: from either to either."""
    pairs = set()
    for row in rows:
        before, after = row.split(" > ")
        pairs |= {(old, new) for old in before.split() for new in after.split()}
    return frozenset(pairs)


QEMU = {
    "7.2": _moves(
        "none > setup",  # migrate_init
        "setup > active wait-unplug",  # qemu_savevm_wait_unplug
        "wait-unplug > active",
        "setup > completed failed",  # qemu_savevm_state: snapshots
        "active > postcopy-active",  # postcopy_start
        "active > pre-switchover",  # migration_maybe_pause
        "pre-switchover > device postcopy-active",
        "active device postcopy-active > completed",  # migration_completion
        "active > colo",
        "colo > completed",  # primary_vm_do_failover
        "active pre-switchover device postcopy-active > failed",  # migration_detect_error, multifd
        "postcopy-paused > failed",  # migrate_fd_connect: no way back on the new channel
        "postcopy-active postcopy-recover > postcopy-paused",  # postcopy_pause
        "postcopy-paused > postcopy-recover",
        "postcopy-recover > postcopy-active",
        "setup active wait-unplug pre-switchover device > cancelling",  # migrate_fd_cancel: migration_is_running
        "postcopy-active postcopy-paused postcopy-recover > cancelling",
        "cancelling > cancelled",
    ),
    "10.0": _moves(
        "none > setup",
        "setup > active wait-unplug",
        "wait-unplug > active",
        "setup > completed failed",
        "active > pre-switchover device",  # migration_switchover_prepare
        "pre-switchover > device",
        "device > postcopy-active colo",
        "active device postcopy-active > completed",  # active: a background snapshot
        "colo > completed",
        "active pre-switchover device postcopy-active postcopy-recover-setup > failed",
        "postcopy-active postcopy-recover postcopy-recover-setup > postcopy-paused",
        "postcopy-paused > postcopy-recover-setup",
        "postcopy-recover-setup > postcopy-recover",
        "postcopy-recover > postcopy-active",
        "setup active wait-unplug pre-switchover device colo > cancelling",  # qmp_migrate_cancel: never in postcopy
        "cancelling > cancelled",
    ),
    "11.1": _moves(
        "none > setup",
        "setup > active wait-unplug",
        "wait-unplug > active",
        "setup > completed failed",
        "active > pre-switchover device",
        "pre-switchover > device",
        "device > postcopy-device colo",
        "postcopy-device > postcopy-active",
        "active device postcopy-active > completed",
        "colo > completed",
        "setup active pre-switchover device postcopy-device postcopy-active postcopy-recover-setup > failing",
        "failing > failed",
        "postcopy-device postcopy-active postcopy-recover postcopy-recover-setup > postcopy-paused",
        "postcopy-paused > postcopy-recover-setup",
        "postcopy-recover-setup > postcopy-recover",
        "postcopy-recover > postcopy-active",
        "setup active wait-unplug pre-switchover device colo > cancelling",
        "cancelling > cancelled",
    ),
}

SEEN = {
    "7.2": (
        "setup active completed",
        "setup active cancelling cancelled",
        "setup active failed",
        "setup failed",
        "setup active pre-switchover device completed",
        "setup active pre-switchover cancelling cancelled",
        "setup active postcopy-active completed",
        "setup active postcopy-active cancelling cancelled",
        "setup active postcopy-active postcopy-paused cancelling cancelled",
        "setup active postcopy-active postcopy-paused postcopy-recover postcopy-active completed",
    ),
    "10.0": (
        "setup active device completed",
        "setup active cancelling cancelled",
        "setup active failed",
        "setup failed",
        "setup active pre-switchover device completed",
        "setup active pre-switchover cancelling cancelled",
        "setup active device postcopy-active completed",
        "setup active device postcopy-active postcopy-paused postcopy-recover-setup postcopy-paused"
        " postcopy-recover-setup postcopy-recover postcopy-active completed",
        "setup active completed",
    ),
    "11.1": (
        "setup active device completed",
        "setup active cancelling cancelled",
        "setup active failing failed",
        "setup failing failed",
        "setup active pre-switchover device completed",
        "setup active device postcopy-device postcopy-active completed",
        "setup active device postcopy-device postcopy-active postcopy-paused postcopy-recover-setup postcopy-paused"
        " postcopy-recover-setup postcopy-recover postcopy-active completed",
        "setup active completed",
    ),
}
"""What the events of real ones said: one that goes well, is cancelled, loses its channel, finds nobody, pauses before
the switchover, is cancelled there; postcopy, cancelled (10.0 and 11.1 refuse that), recovered at once and only in the
second try; a background snapshot."""

SEEN_INCOMING = {
    "7.2": (
        "setup active completed",
        "setup active postcopy-active postcopy-paused",
    ),
    "10.0": (
        "setup active completed",
        "setup active failed",
        "setup active postcopy-active postcopy-paused postcopy-recover postcopy-active completed",
    ),
    "11.1": (
        "setup active completed",
        "setup active failed",
        "setup active postcopy-device postcopy-active postcopy-paused postcopy-recover postcopy-active completed",
    ),
}
"""The same of destinations: one that goes well, whose stream is refused, whose channel breaks in postcopy."""

OURS = _moves(
    "none > setup",
    "setup > active wait-unplug failing cancelling",
    "wait-unplug > active cancelling",
    "active > pre-switchover device failing cancelling",
    "pre-switchover > device failing cancelling",
    "device > colo postcopy-device completed failing cancelling",
    "postcopy-device > postcopy-active failing",
    "postcopy-active > postcopy-paused completed failing",
    "postcopy-paused > postcopy-recover-setup failing",
    "postcopy-recover-setup > postcopy-recover",
    "postcopy-recover > postcopy-active postcopy-paused",
    "colo > completed",
    "failing > failed",
    "cancelling > cancelled",
)
"""What a source of ours does, after the newest QEMU: a part of what 11.1's may do."""

BEYOND = _moves("postcopy-paused > failing")
"""And this, where somebody ends what waits for a channel, and loses what was not sent: QEMU's waits until it is
killed."""

OURS_INCOMING = _moves(
    "none > setup",
    "setup > active failed",
    "active > postcopy-device colo completed failed",
    "colo > completed failed",
    "postcopy-device > postcopy-active failed",
    "postcopy-active > postcopy-paused completed failed",
    "postcopy-paused > postcopy-recover failed",
    "postcopy-recover > postcopy-active postcopy-paused",
)
"""What a destination of ours does.  That one which is given up while it waits fails is ours: QEMU's waits for ever."""


def followers(status: S) -> set[S]:
    """Where ours may go from there."""
    return {S(new) for old, new in OURS if old == status}

"""What a migration between two demo machines is asked to be.

The engine is imported where it is asked for: what can be wanted is shown before anything moves.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from snapmgr.machine.options import MachineOptions
    from snapmgr.migrate.both import Both, Seen
    from snapmgr.migrate.link import Link
    from snapmgr.migrate.model import Parameters
    from snapmgr.migrate.trouble import Fault

MIB = 1 << 20
PAGE = 4096
DISK = 64 * MIB
"""Bytes of each disk."""
TICKS_A_SECOND = 50.0
COLO = "x-colo"
"""The capability that has two machines run the same guest."""
BITMAPS = "dirty-bitmaps"
"""The capability that moves what is known of the disks' writes."""
SHARED = "x-ignore-shared"
"""The capability with which RAM stays where it is."""
BACKGROUND = "background-snapshot"
"""The capability with which the guest stays, and the destination gets a copy of it."""
MAPPED = "mapped-ram"
"""The capability with which there is a file instead of a channel."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """``bandwidth`` of the link in bytes a second (0: any), its ``latency`` and ``jitter`` in ms, ``writes`` in pages a
    tick; ``before`` and ``after`` are ticks of the guest around the migration.  Both machines reach ``disks``.

    Postcopy begins by itself after ``postcopy_after_passes`` iterations, and the link breaks at ``breaks_at`` percent
    of that (0: never).  ``channels`` and their ``compression`` are those of multifd, ``dirty_limit`` is in MiB a
    second.  With x-colo checkpoints are ``checkpoint_delay`` ms apart, and after ``lost_after`` (0: never) the source
    is taken for lost."""

    ram: int = 64 * MIB
    disks: int = 0
    workload: str = "random"
    writes: int = 40
    bandwidth: int = 16 * MIB
    latency: int = 1
    jitter: int = 0
    capabilities: frozenset[str] = frozenset()
    max_bandwidth: int = 64 * MIB
    downtime_limit: int = 300
    max_postcopy_bandwidth: int = 0
    channels: int = 2
    compression: str = "none"
    postcopy_after_passes: int | None = None
    breaks_at: int = 0
    checkpoint_delay: int = 500
    lost_after: int = 0
    throttle_initial: int = 20
    throttle_increment: int = 10
    throttle_most: int = 99
    dirty_limit: int = 1
    before: int = 300
    after: int = 100
    rate: float = TICKS_A_SECOND

    def options(self) -> MachineOptions:
        from snapmgr.machine.guest import BootOptions
        from snapmgr.machine.options import MachineOptions

        return MachineOptions(
            ram=self.ram, boot=BootOptions(self.workload, 1, self.writes), capabilities=self.capabilities
        )

    def parameters(self) -> Parameters:
        from snapmgr.migrate.model import Parameters

        return Parameters(
            max_bandwidth=self.max_bandwidth,
            downtime_limit=self.downtime_limit,
            max_postcopy_bandwidth=self.max_postcopy_bandwidth,
            postcopy_after_passes=self.postcopy_after_passes,
            cpu_throttle_initial=self.throttle_initial,
            cpu_throttle_increment=self.throttle_increment,
            max_cpu_throttle=self.throttle_most,
            vcpu_dirty_limit=self.dirty_limit,
            multifd_channels=self.channels,
            multifd_compression=self.compression,
            x_checkpoint_delay=self.checkpoint_delay,
        )

    def make_disks(self, folder: Path) -> list[Path]:
        """Empty images, which both machines can reach.  For a worker."""
        from snapmgr.block.qcow2.create import Qcow2Writer

        paths = [folder / f"disk{number}.qcow2" for number in range(self.disks)]
        for path in paths:
            with path.open("w+b") as file:
                Qcow2Writer(file.fileno(), DISK).finish()
        return paths

    def both(
        self, clock: Callable[[], float], seen: Seen, disks: Sequence[Path] = (), file: Path | None = None
    ) -> Both:
        """The machines, not made yet; with x-colo they are a Replicated.  ``file`` is what mapped-ram writes."""
        from snapmgr.migrate.colo.both import Replicated
        from snapmgr.migrate.ways import both_of

        if COLO not in self.capabilities:
            return both_of(self.options(), disks, file=file, rate=self.rate, clock=clock, seen=seen)
        return Replicated(self.options(), disks, checkpoints=self.lost_after, rate=self.rate, clock=clock, seen=seen)

    def set_link(self, link: Link) -> None:
        """Make the link what is wanted; at any time."""
        for wire in (link.forward, link.back):
            wire.bandwidth, wire.latency, wire.jitter = self.bandwidth, self.latency / 1000, self.jitter / 1000

    def faults(self) -> list[Fault]:
        """For ``Both.prepare``: what happens on the way.  In percent, as a guest that hardly runs leaves little behind,
        and not before it runs there: what breaks earlier takes it back instead."""
        from snapmgr.migrate.trouble import Fault

        return [Fault("cut", self.breaks_at, percent=True)] if self.breaks_at else []

    def facts(self) -> dict[str, Any]:
        """As JSON's values, for a recording."""
        return {**asdict(self), "capabilities": sorted(self.capabilities)}

    @property
    def written(self) -> int:
        """Bytes a second that the guest asks to write."""
        return int(self.writes * PAGE * self.rate)

    def faster(self, times: int) -> Wanted:
        """The same in a fraction of the time: guest and link faster, and less downtime allowed."""
        return replace(
            self,
            rate=self.rate * times,
            bandwidth=self.bandwidth * times,
            max_bandwidth=self.max_bandwidth * times,
            max_postcopy_bandwidth=self.max_postcopy_bandwidth * times,
            downtime_limit=max(1, self.downtime_limit // times),
            dirty_limit=self.dirty_limit * times,
            checkpoint_delay=self.checkpoint_delay // times,
        )


_BOUNDS = {"postcopy_after_passes": 1000, "breaks_at": 100, "lost_after": 10_000}
"""The most that a recording may ask for of what no control shows."""
_OURS = frozenset({"before", "after", "rate"})
"""What is never taken from a file: how long a guest runs around a migration."""


def wanted_of(facts: Mapping[str, Any]) -> Wanted:
    """What a recording says was asked for (``Wanted.facts``); what it does not say, or nobody could ask for, is as at
    the beginning."""
    found: dict[str, Any] = {}
    for name, usual in asdict(Wanted()).items():
        value = facts.get(name)
        if name == "capabilities":
            if isinstance(value, list):
                found[name] = frozenset(one for one in value if isinstance(one, str))
        elif name in _OURS or value is None:
            continue
        elif isinstance(usual, str):
            if isinstance(value, str):
                found[name] = value
        elif type(value) is int and 0 <= value <= _BOUNDS.get(name, 1 << 50):
            found[name] = value
    return replace(Wanted(), **found)

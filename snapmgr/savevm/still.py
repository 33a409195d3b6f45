"""The half of a ``Host`` that is the same for every machine that does not run."""

from __future__ import annotations


class StandsStill:
    """No CPUs, no disks, nobody who listens, no migration going out."""

    def cpu_synchronize_all_states(self) -> None:
        """Nothing runs here."""

    def cpu_synchronize_all_pre_loadvm(self) -> None:
        """Nothing runs here."""

    def cpu_synchronize_all_post_init(self) -> None:
        """Nothing runs here."""

    def inactivate_disks(self) -> None:
        """There are none."""

    def activate_disks(self) -> None:
        """There are none."""

    def precopy_notify(self, event: str) -> None:
        """Nobody listens."""

    def in_postcopy(self) -> bool:
        return False

    def in_colo(self) -> bool:
        return False

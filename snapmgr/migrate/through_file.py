"""Both sides of a migration by way of a mapped-ram file: the destination begins when the source is done."""

from __future__ import annotations

from pathlib import Path

from snapmgr.migrate.both import Both
from snapmgr.migrate.channel import ChannelBroken
from snapmgr.migrate.destination import receive
from snapmgr.migrate.link import Link
from snapmgr.migrate.one_way import DescriptorChannel, from_file, to_file
from snapmgr.savevm.status import MigrationStatus


class FileLink(Link):
    """Its source writes a file; what is set of the wires has no effect."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.source: DescriptorChannel = to_file(path)  # type: ignore[assignment]


class ThroughFile(Both):
    """As Both, for machines with the capability mapped-ram."""

    def __enter__(self) -> Both:
        super().__enter__()
        self._file = Path(self._folder.name) / "ram"
        self.link = FileLink(self._file)
        return self

    def _receive(self) -> None:
        """Raises ChannelBroken where the file was never finished."""
        self.outgoing.wait_until(lambda: False)
        if self.outgoing.statistics.status is not MigrationStatus.COMPLETED:
            raise ChannelBroken("the file was not finished")
        channel = from_file(self._file)
        try:
            receive(self.destination, channel, handover=self._handover)
        finally:
            channel.close()

"""Both sides of a migration by way of a mapped-ram file: the destination begins when the source is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from snapmgr.migrate.both import Both
from snapmgr.migrate.channel import ChannelBroken
from snapmgr.migrate.destination import receive
from snapmgr.migrate.link import Link, Wire
from snapmgr.migrate.one_way import DescriptorChannel, from_file, to_file
from snapmgr.savevm.output import Buffer
from snapmgr.savevm.status import MigrationStatus


class PacedFile(DescriptorChannel):
    """A file that is written no faster than ``wire`` carries, and not once that is cut; what is written at places is
    shown to its ``tap``, too."""

    def __init__(self, wire: Wire, descriptor: int) -> None:
        super().__init__(descriptor)
        self._wire = wire

    def send(self, buffers: Sequence[Buffer]) -> None:
        super().send(buffers)
        self._spend(buffers)

    def write_at(self, offset: int, buffers: Sequence[Buffer]) -> None:
        super().write_at(offset, buffers)
        self._spend(buffers)

    def _spend(self, buffers: Sequence[Buffer]) -> None:
        for buffer in buffers:
            view = memoryview(buffer).cast("B")
            self._wire.tap(view)
            self._wire.spend(len(view))


class FileLink(Link):
    """Its source writes a file; only the wire forward has an effect, by its bandwidth and where it is cut."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self.path = path
        self.source = to_file(path, made=partial(PacedFile, self.forward))  # type: ignore[assignment]


class ThroughFile(Both):
    """As Both, for machines with the capability mapped-ram."""

    keeps: Path | None = None
    """The file, where it is wanted afterwards."""

    def __enter__(self) -> Both:
        super().__enter__()
        self._file = self.keeps or Path(self._folder.name) / "ram"
        self.link = FileLink(self._file, self._clock)
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

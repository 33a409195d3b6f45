"""Writing a replica to a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from snapmgr.savevm.output import Buffer
from snapmgr.savevm.output import Output as StreamOutput

if TYPE_CHECKING:
    from snapmgr.replica.machine import Replica


def put_replica(replica: Replica, put: Callable[[Buffer], object]) -> None:
    """Save ``replica``, piece by piece.  Raises as Replica.save, and what ``put`` raises."""

    def drain(buffers: Sequence[Buffer]) -> None:
        for buffer in buffers:
            put(buffer)

    replica.save(StreamOutput(drain))

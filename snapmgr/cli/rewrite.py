"""Writing a replica to a file, and what it is made from."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from snapmgr.cli.output import Output
from snapmgr.cli.progress import progress
from snapmgr.savevm.output import Buffer
from snapmgr.savevm.output import Output as StreamOutput

if TYPE_CHECKING:
    from snapmgr.containers.source import Source
    from snapmgr.replica.machine import Replica


def put_replica(replica: Replica, put: Callable[[Buffer], object]) -> None:
    """Save ``replica``, piece by piece.  Raises as Replica.save, and what ``put`` raises."""

    def drain(buffers: Sequence[Buffer]) -> None:
        for buffer in buffers:
            put(buffer)

    replica.save(StreamOutput(drain))


def joined(output: Output, source: Source, beside: Path) -> Source | None:
    """A plain stream of captured channels or of a mapped-ram file, in a file without a name in the folder ``beside``;
    None for what is one stream already.  Raises as ``put_plain``, and OSError."""
    from snapmgr.containers.file import FileSource
    from snapmgr.inspect.index import index_stream
    from snapmgr.inspect.plain import is_spread, put_plain

    with progress(output, "Reading") as report:
        index = index_stream(source, progress=report)
    if not is_spread(index):
        return None
    with tempfile.TemporaryFile(dir=beside) as file, progress(output, "Joining") as report:
        put_plain(index, file.write, report)
        file.flush()
        return FileSource(os.dup(file.fileno()), source.label, source.path, "raw")

"""Dumps of VM states: files, the demo machine's types, or what a QEMU binary says of itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapmgr.vmstate.dump import Json


def read_dump(target: str) -> Json:
    """The dump that ``target`` means: a demo machine type, a JSON file, or a QEMU command line in one argument.

    Raises UsageError, DumpError, SnapmgrError ``qemu-failed`` with the first thing that QEMU said.
    """
    from snapmgr.inspect.against.probe import ask_dump
    from snapmgr.machine.dumps import dump_machine
    from snapmgr.machine.types import TYPES
    from snapmgr.vmstate.dumpfile import DumpError, parse_dump

    if target in TYPES:
        return dump_machine(target)
    path = Path(target)
    try:
        if path.is_file() and not os.access(path, os.X_OK):
            return parse_dump(path.read_bytes())
        return parse_dump(ask_dump(target))
    except DumpError as error:
        error.path = target
        raise

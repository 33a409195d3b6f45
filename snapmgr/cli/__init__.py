"""The command line: ``snapctl`` does without a display what the window does."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``snapctl`` with ``arguments`` (those of the process by default) and return its exit code."""
    try:
        from snapmgr.cli import process, program

        if arguments is None:
            process.prepare()
        return program.main(arguments)
    except KeyboardInterrupt:  # before the program could see to it, or while it said so
        if sys.stderr is not None:
            sys.stderr.write("snapctl: cancelled\n")
        return 130


__all__ = ["main"]

"""The command line: ``snapctl`` does without a display what the window does."""

from snapmgr.cli.program import main

__all__ = ["main"]

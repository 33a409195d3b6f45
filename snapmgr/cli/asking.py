"""Asking before something is lost."""

from __future__ import annotations

import sys

import click

from snapmgr.cli.output import Output
from snapmgr.cli.text import printable
from snapmgr.errors import Cancelled

yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask. Without a terminal nothing is asked.")


def ask(output: Output, question: str, yes: bool) -> None:
    """Raise Cancelled unless somebody at a terminal agrees, or nobody is there to be asked."""
    if yes or output.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    if not click.confirm(printable(question), err=True):
        raise Cancelled("nothing was changed")

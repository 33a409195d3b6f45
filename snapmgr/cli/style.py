"""Colour, where a person looks at a terminal that has some."""

from __future__ import annotations

import os
import shutil
import sys

import click

_COLOURS = {"error": "red", "warning": "yellow", "note": "blue", "good": "green"}


def coloured() -> bool:
    """Whether stdout is a terminal that nobody asked to keep plain (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def columns() -> int | None:
    """Columns of the terminal that a person looks at, None where stdout is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def heading(text: str) -> str:
    """A title above a table."""
    return click.style(text, bold=True) if coloured() else text


def paint(text: str, role: str) -> str:
    """``text`` in the colour of its role: a severity, or ``good``."""
    return click.style(text, fg=_COLOURS[role]) if coloured() and role in _COLOURS else text

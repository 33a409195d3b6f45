"""Where the panes of the Inspector stand: beside each other, and below."""

from __future__ import annotations

TREE, BYTES = range(2)
"""In the upper splitter."""
PROBLEMS = 1
"""In the lower one."""

"""Where the panes of the Snapshots view stand, from the beginning of a line."""

from __future__ import annotations

SOURCES, MIDDLE, DETAILS = range(3)

"""What of the Snapshots view comes back at the next start: panes, order, columns, and which machines were open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QByteArray

from ui.models.snapshot_rows import Column
from ui.models.source_list import Paths
from ui.snapshots.header import TABLE, TIMELINE
from ui.snapshots.panes import Panes


def state_of(panes: Panes, sources: Sequence[Paths]) -> dict[str, Any]:
    """For JSON; ``sources`` are the machines that are open."""
    column, descending = panes.list.order
    return {
        "panes": bytes(panes.saveState().toBase64().data()).decode(),
        "folded": panes.save_folded(),
        "mode": panes.list.mode,
        "order": [int(column), descending],
        "columns": {str(int(key)): shown for key, shown in panes.list.grid.columns.asked.items()},
        "sources": [list(paths) for paths in sources],
    }


def restore(panes: Panes, state: dict[str, Any]) -> None:
    """Whatever of it makes sense; how the list is shown is ``mode_in``."""
    if isinstance(places := state.get("panes"), str):
        panes.restoreState(QByteArray.fromBase64(places.encode("ascii", "replace")))
    panes.restore_folded(state.get("folded"))
    match state.get("order"):
        case [int(column), bool(descending)] if column in set(Column):
            panes.list.set_order(Column(column), descending=descending)
    if isinstance(columns := state.get("columns"), dict):
        known = {str(int(column)): column for column in Column if column != Column.NAME}
        asked = {known[key]: shown for key, shown in columns.items() if key in known and isinstance(shown, bool)}
        panes.list.grid.columns.asked.update(asked)


def mode_in(state: dict[str, Any]) -> str | None:
    """TIMELINE or TABLE."""
    mode = state.get("mode")
    return mode if mode in (TIMELINE, TABLE) else None


def sources_in(state: dict[str, Any]) -> list[Paths]:
    """The machines that were open."""
    sources = state.get("sources")
    if not isinstance(sources, list):
        return []
    return [
        tuple(paths) for paths in sources if isinstance(paths, list) and paths
        and all(isinstance(path, str) for path in paths)
    ]  # fmt: skip

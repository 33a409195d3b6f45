"""What a table's header says: title, meaning, and the side that its numbers stand on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt

from ui.words import tr


def header_value(
    titles: Sequence[str],
    meanings: Mapping[int, str],
    alignment: Callable[[int], Qt.AlignmentFlag],
    section: int,
    role: int,
) -> Any:
    """``headerData`` of a column, None for what a header does not say.  The texts are translated here."""
    if not 0 <= section < len(titles):
        return None
    if role == Qt.ItemDataRole.DisplayRole:
        return tr(titles[section])
    if role == Qt.ItemDataRole.ToolTipRole:
        return tr(meanings.get(section, "")) or None
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return alignment(section)
    return None

"""Keys that both views of the snapshots handle alike."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QKeyEvent


class _View(Protocol):
    inspect_wanted: SignalInstance
    copy_wanted: SignalInstance


def list_key(view: _View, event: QKeyEvent) -> bool:
    """Enter and Ctrl+C; returns whether it was one of them."""
    if (
        event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    ):
        view.inspect_wanted.emit()
        return True
    if event.key() == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
        view.copy_wanted.emit()
        return True
    return False

"""Whether somebody wants less to move (QStyleHints.accessibility, Qt 6.12; older ones do not tell)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication


def reduced() -> bool:
    hints = QGuiApplication.styleHints()
    wanted = getattr(hints, "accessibility", None)
    preference = getattr(wanted(), "motionPreference", None) if wanted is not None else None
    return preference is not None and preference() == Qt.MotionPreference.ReducedMotion

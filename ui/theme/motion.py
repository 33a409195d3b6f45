"""Whether somebody wants less to move: by the settings, or by the desktop (QStyleHints.accessibility, Qt 6.12; older
ones do not tell)."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QStyleHints

Motion = Literal["system", "reduced"]

STILL = 0.5
"""Seconds between two pictures of what would move all the time, where less shall."""

_chosen: list[Motion] = ["system"]


def use(motion: Motion) -> None:
    """What the settings say."""
    _chosen[0] = motion


def reduced() -> bool:
    if _chosen[0] == "reduced":
        return True
    if not hasattr(QStyleHints, "accessibility"):  # asked for in every frame
        return False
    hints = QGuiApplication.styleHints()
    wanted = getattr(hints, "accessibility", None)
    preference = getattr(wanted(), "motionPreference", None) if wanted is not None else None
    return preference is not None and preference() == Qt.MotionPreference.ReducedMotion

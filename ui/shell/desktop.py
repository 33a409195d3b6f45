"""Telling the desktop that something long has ended, where nobody looks at the window.

Nothing happens where the desktop has no tray: there is nobody to tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

LONG = 10.0
"""Seconds from which on somebody may have turned to something else."""
SHOWN_MS = 10_000


class Tray(Protocol):
    """What is needed of a QSystemTrayIcon."""

    def show(self) -> None: ...

    def hide(self) -> None: ...

    def showMessage(self, title: str, text: str, icon: QIcon, milliseconds: int) -> None: ...


def system_tray(window: QWidget) -> Tray | None:
    """An icon in the desktop's tray, not shown yet; None where there is none that shows messages."""
    if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
        return None
    tray = QSystemTrayIcon(window.windowIcon(), window)
    tray.messageClicked.connect(window.raise_)
    tray.messageClicked.connect(window.activateWindow)
    return tray


class DesktopNotices(QObject):
    """``tray`` makes the icon when it is first needed; it is seen as long as its message."""

    def __init__(self, window: QWidget, wanted: Callable[[], bool], tray: Callable[[QWidget], Tray | None]) -> None:
        super().__init__(window)
        self._window, self._wanted, self._make = window, wanted, tray
        self._tray: Tray | None = None
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self._gone)

    def tell(self, title: str, text: str, seconds: float) -> bool:
        """Tell what has ended after so many seconds.  Returns whether it was told."""
        if seconds < LONG or self._window.isActiveWindow() or not self._wanted():
            return False
        if self._tray is None:
            self._tray = self._make(self._window)
        if self._tray is None:
            return False
        self._tray.show()
        self._tray.showMessage(title, text, self._window.windowIcon(), SHOWN_MS)
        self._timer.start()
        return True

    def _gone(self) -> None:
        if self._tray is not None:
            self._tray.hide()

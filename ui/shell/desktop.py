"""Telling the desktop that something long has ended, where nobody looks at the window.

A desktop without a tray, such as GNOME, is told by libnotify's ``notify-send``; without either nothing happens.
"""

from __future__ import annotations

import html
import shutil
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QProcess, QTimer
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


class NotifySend:
    """A Tray without an icon: ``program`` is the path of notify-send."""

    def __init__(self, program: str) -> None:
        self._program = program

    def show(self) -> None:
        pass

    def hide(self) -> None:
        pass

    def showMessage(self, title: str, text: str, icon: QIcon, milliseconds: int) -> None:
        """The text of a message is markup, its title is not."""
        options = ["--app-name=Snapmgr", f"--expire-time={milliseconds}"]
        QProcess.startDetached(self._program, [*options, "--", title, html.escape(text, quote=False)])


def system_tray(window: QWidget) -> Tray | None:
    """An icon in the desktop's tray, not shown yet, else a NotifySend; None where there is neither."""
    if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
        program = shutil.which("notify-send")
        return NotifySend(program) if program is not None else None
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

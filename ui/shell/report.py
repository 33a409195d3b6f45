"""What a report of a fault should say about the system; no names of files, no names of people.

It is for those who mend the fault, so it is English in every language.
"""

from __future__ import annotations

import platform
from importlib import metadata

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from ui.shell.settings import SETTINGS, Settings

PARTS = ("PySide6-Essentials", "numpy", "qasync", "zstandard", "qtawesome")


def version() -> str:
    """Version of this Snapmgr."""
    import snapmgr

    return str(snapmgr.__version__)


def system_report(settings: Settings) -> str:
    """Versions, platform and settings as plain text; folders are counted, not named."""
    screen = QGuiApplication.primaryScreen()
    lines = [
        f"Snapmgr {version()}",
        f"Python {platform.python_version()}, Qt {qVersion()}, PySide6 {PySide6.__version__}",
        f"{platform.system()} {platform.release()} {platform.machine()}, {QGuiApplication.platformName()}",
        f"Screen {screen.size().width()}×{screen.size().height()}, ratio {screen.devicePixelRatio():g}",
        ", ".join(f"{part} {_installed(part)}" for part in PARTS),
    ]
    for setting in SETTINGS:
        value = settings[setting.id]
        lines.append(f"{setting.id} = {f'{len(value)} folders' if isinstance(value, tuple) else value}")
    return "\n".join(lines) + "\n"


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed as a package"

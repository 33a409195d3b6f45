"""The entry point: what it answers without a window."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from snapmgr import __version__
from tests.corpus import ROOT
from ui.shell.display import why_no_display


def snapmgr(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    command = [sys.executable, "-m", "ui.app", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


def test_version_and_help_need_no_display() -> None:
    assert snapmgr("--version").stdout == f"snapmgr {__version__}\n"
    told = snapmgr("--help")
    assert told.returncode == 0 and told.stdout.startswith("Usage: snapmgr")


def test_version_does_not_load_qt() -> None:
    program = "import sys; from ui.app import main; main(['--version']); sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_without_a_display_the_demo_stream_is_shown_as_text() -> None:
    done = snapmgr()
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("snapmgr: there is no display here, so there is no window.")
    assert "pc-i440fx-10.0" in done.stdout


def test_words_that_make_no_sense() -> None:
    for word, text in (("--nonsense", "no option"), ("qmp:/run/x", "not built yet")):
        done = snapmgr(word)
        assert done.returncode == 2 and text in done.stderr


def test_a_window_opens_and_closes(tmp_path: Path) -> None:
    program = (
        "import sys; from PySide6.QtCore import QTimer; from ui import main_window, app\n"
        "live = main_window.MainWindow.live\n"
        "async def closing(self, files):\n"
        "    QTimer.singleShot(0, self.close)\n"
        "    await live(self, files)\n"
        "main_window.MainWindow.live = closing\n"
        "sys.exit(app.main([]))"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "snapmgr" / "window.json").exists()


def test_a_display_is_believed_only_if_it_answers(tmp_path: Path) -> None:
    assert why_no_display({}) == "there is no display here"
    assert why_no_display({"QT_QPA_PLATFORM": "offscreen"}) == ""
    assert why_no_display({"DISPLAY": "elsewhere:10"}) == ""
    dead = why_no_display({"DISPLAY": ":98765"})
    assert dead == "the display :98765 does not answer"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wl"))
        server.listen()
        assert why_no_display({"WAYLAND_DISPLAY": "wl", "XDG_RUNTIME_DIR": str(tmp_path)}) == ""


def test_nothing_is_not_lost_by_the_binding() -> None:
    """PySide6 6.12.0 on Python 3.11 loses a reference to None with every call that returns nothing."""
    from PySide6.QtCore import QObject

    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(500):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 100


FIRST_PAINT = """
import sys
from ui import app
from ui.main_window import MainWindow

async def live(window, sources):
    print(*(name for name in sys.argv[1].split(",") if name in sys.modules), sep=",")
    await window.end()

MainWindow.live = live
sys.exit(app.main([]))
"""


def test_the_first_paint_waits_for_nothing_that_only_another_view_needs(tmp_path: Path) -> None:
    late = ("numpy", "snapmgr.machine.machine", "ui.snapshots.page", "ui.inspector.page", "ui.migration.page")
    homes = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "STATE", "DATA", "CACHE")}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT, ",".join((*late, "ui.start.page"))],
        cwd=ROOT,
        env=os.environ | homes | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "ui.start.page\n"

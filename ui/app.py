"""``snapmgr [FILE…]``: opens the window.  Answers ``--version`` and ``--help`` without loading Qt.

What it prints to a terminal is English, as ``snapctl`` is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

HELP = """Usage: snapmgr [FILE...]

Open the window of Snapmgr: with nothing, on its start page; with a migration
stream, in the Inspector; with the qcow2 images of one machine, in Snapshots.

  FILE         a migration stream (also .gz, .zst, .xz), IMAGE.qcow2, or
               IMAGE.qcow2@TAG for the VM state of one snapshot
  snapmgr:…    a link to a place in a stream, as Copy link in the window writes it
  --version    print the version
  --help       print this

Without a display, what the window would show is printed to the terminal.
The same without a window: snapctl --help
"""


SWITCHING = 0.0002
"""Seconds that a worker may keep the window waiting, each time both want to run Python; Python's own are 25 times as
long, and many such waits on one turn of the loop are felt: every call that paints is one.  A worker loses nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point.  Returns the exit code: 0 done, 2 for words that make no sense."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if "--help" in words or "-h" in words:
        sys.stdout.write(HELP)
        return 0
    if "--version" in words:
        from snapmgr import __version__

        sys.stdout.write(f"snapmgr {__version__}\n")
        return 0
    refused = _refused(words)
    if refused:
        sys.stderr.write(f"snapmgr: {refused}\n")
        return 2
    files = [word for word in words if word != "--"]
    from ui.shell.display import why_no_display

    reason = why_no_display(os.environ)
    return _on_terminal(reason, files) if reason else _in_window(files)


def _refused(words: list[str]) -> str:
    for word in words[: words.index("--") if "--" in words else None]:
        if word.startswith("-") and word != "-":
            return f"there is no option {word}; see snapmgr --help"
        if word.startswith("qmp:"):
            return "connecting to a running QEMU is not built yet; open its disk images or a saved stream instead"
    return ""


def _on_terminal(reason: str, files: list[str]) -> int:
    """Say that there is no display, and show the file (or the demo stream) as text."""
    from ui.theme.resources import resource

    shown = [_source_of(file) for file in files] or [str(resource("demo", "demo.mig"))]
    sys.stdout.write(f"snapmgr: {reason}, so there is no window. The same on the terminal:\n\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "snapmgr.cli", "inspect", *shown[:1]]
    return subprocess.run(command, check=False).returncode


def _source_of(file: str) -> str:
    """The SRC of a link to a place; what is no link, and what leads nowhere, stays for others to judge."""
    from snapmgr.errors import UsageError
    from ui.shell.links import is_link, parse_link

    if not is_link(file):
        return file
    try:
        return parse_link(file).source
    except UsageError:
        return file


def _in_window(files: list[str]) -> int:
    """Open the window and stay until it is closed."""
    from PySide6.QtWidgets import QApplication

    app = QApplication([sys.argv[0]])
    app.setApplicationName("Snapmgr")
    app.setDesktopFileName("snapmgr")
    app.setQuitOnLastWindowClosed(False)
    import qasync

    from ui.main_window import MainWindow
    from ui.shell.garbage import Garbage
    from ui.shell.language import speak
    from ui.shell.settings import Settings
    from ui.theme.appearance import Appearance

    sys.setswitchinterval(SWITCHING)
    speak(app)
    loop = qasync.QEventLoop(app)
    with loop:
        window = MainWindow(Settings(), Appearance(app))
        sys.excepthook = window.context.slot_failed
        window.show()
        garbage = Garbage()
        loop.run_until_complete(window.live(files))
        garbage.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

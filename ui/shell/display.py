"""Whether a window can be shown at all: Qt itself ends the process where it cannot."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from pathlib import Path


def why_no_display(environment: Mapping[str, str]) -> str:
    """The reason in words, "" where there is a display (or somebody chose a platform of Qt by name)."""
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return ""
    wayland, x11 = environment.get("WAYLAND_DISPLAY"), environment.get("DISPLAY")
    if not wayland and not x11:
        return "there is no display here"
    if wayland and _answers(_wayland_socket(wayland, environment)):
        return ""
    if x11 and _x11_answers(x11):
        return ""
    return f"the display {x11 or wayland} does not answer"


def _wayland_socket(name: str, environment: Mapping[str, str]) -> str:
    folder = environment.get("XDG_RUNTIME_DIR", "")
    return name if name.startswith("/") else str(Path(folder) / name)


def _x11_answers(display: str) -> bool:
    """Local displays are asked; one of another machine is believed."""
    host, _, number = display.rpartition(":")
    if host not in ("", "unix") or not number:
        return bool(number)
    path = f"/tmp/.X11-unix/X{number.partition('.')[0]}"
    return _answers(path) or _answers(f"\0{path}")


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True

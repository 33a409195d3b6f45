"""``snapctl demo snapshot``: real images, real signals."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.jobs.machines import contents, images

_SIGNALLED = """
import os, signal, sys, threading
from snapmgr.cli import main
from snapmgr.jobs.control import JobControl
from snapmgr.snapshots import transaction

name, where = sys.argv.pop(1), sys.argv.pop(1)
signal.signal(signal.SIGINT, signal.default_int_handler)  # test workers are started without it
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nor with this one, under nohup
heard, real_stop = threading.Event(), JobControl.stop

def stop(control):
    try:
        return real_stop(control)
    finally:
        heard.set()

def tell():
    os.kill(os.getpid(), getattr(signal, name))
    assert heard.wait(60)

JobControl.stop = stop
if where == "late":
    switch = transaction.switch_all
    transaction.switch_all = lambda shadows: (tell(), switch(shadows))
else:
    pwrite, left = os.pwrite, iter(range(int(where), -1, -1))
    def write(*words):
        if threading.current_thread() is not threading.main_thread() and next(left, 1) == 0:
            tell()
        return pwrite(*words)
    os.pwrite = write
sys.exit(main())
"""


def snapctl(*words: object, signalled: tuple[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    start = ["-m", "snapmgr.cli"] if signalled is None else ["-c", _SIGNALLED, *signalled]
    command = [sys.executable, *start, "--json", "demo", "snapshot", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def names(paths: list[Path]) -> list[list[str]]:
    return [[name for _, name, _ in listed] for listed, _ in contents(paths)]


@pytest.fixture
def disks(tmp_path: Path) -> list[Path]:
    return images(tmp_path, "a", "b")


@pytest.fixture
def machine(disks: list[Path]) -> list[object]:
    return ["--ram", "16M", "--disk", disks[0], "--disk", disks[1]]


def test_save_load_delete(disks: list[Path], machine: list[object]) -> None:
    saved = json.loads(snapctl("save", "x", *machine, "--ticks", 30).stdout)
    assert saved.keys() == {"tick", "digest", "name", "vm-state-size", "stopped-ms"}
    loaded = json.loads(snapctl("load", "x", *machine).stdout)
    assert loaded == {"tick": 30, "digest": saved["digest"], "name": "x"}
    gone = json.loads(snapctl("delete", "x", *machine).stdout)
    assert [row["path"] for row in gone["devices"]] == [str(path) for path in disks] and names(disks) == [[], []]


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_during_a_save_leaves_nothing(disks: list[Path], machine: list[object], signal: str) -> None:
    done = snapctl("save", "x", *machine, "--ticks", 0, signalled=(signal, "2"))
    assert (done.returncode, json.loads(done.stdout)["error"]["code"], done.stderr) == (130, "cancelled", "")
    assert names(disks) == [[], []]


@pytest.mark.parametrize("command", ["load", "delete"])
def test_a_signal_during_the_others_leaves_all(disks: list[Path], machine: list[object], command: str) -> None:
    assert snapctl("save", "x", *machine, "--ticks", 20).returncode == 0
    before = contents(disks)
    done = snapctl(command, "x", *machine, signalled=("SIGINT", "1"))
    assert (done.returncode, json.loads(done.stdout)["error"]["code"], done.stderr) == (130, "cancelled", "")
    assert contents(disks) == before


def test_a_signal_after_the_switch_comes_too_late(disks: list[Path], machine: list[object]) -> None:
    done = snapctl("save", "x", *machine, signalled=("SIGINT", "late"))
    assert (done.returncode, json.loads(done.stdout)["name"], done.stderr) == (0, "x", "")
    assert names(disks) == [["x"], ["x"]]

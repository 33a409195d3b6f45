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
    transaction.switch_all = lambda shadows, **how: (tell(), switch(shadows, **how))
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
    assert saved.keys() == {
        "tick",
        "digest",
        "name",
        "vm-state-size",
        "live",
        "stopped-ms",
        "waited-ms",
        "ticks-meanwhile",
    }
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
    said = "snapctl: too late to cancel: it is being finished\n"
    assert (done.returncode, json.loads(done.stdout)["name"], done.stderr) == (0, "x", said)
    assert names(disks) == [["x"], ["x"]]


def test_qmp_on_standard_input_waits_for_its_jobs_but_not_for_one_that_nobody_finalizes(disks: list[Path]) -> None:
    asked = [("qmp_capabilities", {}), ("snapshot-save", {"job-id": "a", "tag": "x"})]
    asked.append(("snapshot-delete", {"job-id": "b", "tag": "x", "auto-finalize": False}))
    lines = "".join(json.dumps({"execute": name, "arguments": words}) + "\n" for name, words in asked)
    command = [sys.executable, "-m", "snapmgr.cli", "demo", "qmp", "--ram", "16M", "--ticks", "5"]
    command += [word for disk in disks for word in ("--disk", str(disk))]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=120, check=False)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert "QMP" in said[0] and sum("return" in one for one in said) == 3 and not any("error" in one for one in said)
    passed = [one["data"]["status"] for one in said if one.get("data", {}).get("id") == "a"]
    assert passed == ["created", "running", "waiting", "pending", "concluded"]
    assert (done.returncode, done.stderr, names(disks)) == (1, "", [["x"], ["x"]])

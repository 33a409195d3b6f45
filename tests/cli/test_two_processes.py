"""Every way to move between two processes; the source is killed when it has said that it is done.

All of them with ``SNAPMGR_LONG=1``; CI takes one here, and ``test_demo_migrate`` has more of the way.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Snapctl

DEMO = [sys.executable, "-m", "snapmgr.cli", "demo"]
SMALL = ["--ram", "16M", "--json"]
POSTCOPY = "--capability postcopy-ram"
PAUSE = "--capability pause-before-switchover --continue-after 20"
ACK = "--capability return-path --capability switchover-ack"
WAYS = {
    "preempt": (f"--mode postcopy --preempt --postcopy-after 0 {PAUSE}", f"{POSTCOPY} --capability postcopy-preempt"),
    "precopy": ("", ""),
    "paused and acknowledged": (f"{PAUSE} {ACK}", ACK),
    "xbzrle": ("--capability xbzrle", "--capability xbzrle"),
    "compress": ("--capability compress", "--capability compress"),
    "multifd": ("--capability multifd --multifd-compression zstd", "--capability multifd"),
    "postcopy": ("--mode postcopy", POSTCOPY),
    "ignore-shared": ("--mode ignore-shared --shared-ram RAM", "--capability x-ignore-shared --shared-ram RAM"),
    "mapped-ram": ("--mode mapped-ram", "--capability mapped-ram"),
}


@pytest.mark.parametrize("way", WAYS if "SNAPMGR_LONG" in os.environ else ["preempt"])
def test_the_guest_goes_on_when_its_source_is_killed(snapctl: Snapctl, tmp_path: Path, way: str) -> None:
    here, there = (words.replace("RAM", str(tmp_path / "ram")).split() for words in WAYS[way])
    by_file = way == "mapped-ram"
    uri = f"file:{tmp_path}/file" if by_file else f"unix:{tmp_path}/socket"
    receiving = None if by_file else start(["receive", uri, "--after", "30", *SMALL, *there], waits=True)
    with start(["migrate", "--ticks", "5", "--to", uri, *SMALL, *here]) as source:
        assert source.stdout is not None and source.stdout.readline() == "{\n"
        source.kill()
    receiving = receiving or start(["receive", uri, "--after", "30", *SMALL, *there])
    out, err = receiving.communicate(timeout=60)
    assert receiving.returncode == 0, err
    came = json.loads(out)
    between = ["postcopy-device", "postcopy-active"] if POSTCOPY in WAYS[way][1] else []
    assert came["states"] == ["setup", "active", *between, "completed"]
    assert came["digest"] == snapctl("demo", "run", "--ticks", str(came["tick"]), *SMALL).document["digest"]


def start(words: list[str], *, waits: bool = False) -> subprocess.Popen[str]:
    """A ``snapctl demo``; one that ``waits`` has said so."""
    process = subprocess.Popen([*DEMO, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if waits:
        assert process.stderr is not None and "waiting" in process.stderr.readline()
    return process

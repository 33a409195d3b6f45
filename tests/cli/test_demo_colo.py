"""``snapctl demo migrate --mode colo``: whichever side is lost, the other one goes on, after kill -9 too."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Snapctl
from tests.cli.test_demo_migrate import SNAPCTL, new_disk
from tests.processes import beside

FAST = ("--ram", "16M", "--checkpoint-delay", "20", "--checkpoints", "4", "--ticks", "20")


@pytest.mark.parametrize("survivor", ["primary", "secondary"])
def test_one_side_is_lost(snapctl: Snapctl, tmp_path: Path, survivor: str) -> None:
    disk = new_disk(tmp_path / "disk.qcow2")
    words = ("--mode", "colo", "--failover", survivor, "--after", 10, "--disk", disk)
    result = snapctl("demo", "migrate", *FAST, *words, "--json")
    document = result.document
    assert result.code == 0 and document["status"] == "completed"
    mine, lost = ("source_digest", "destination_digest")[:: 1 if survivor == "primary" else -1]
    assert document[mine] == document["reference_digest"] and document[lost] is None
    assert document["colo"]["checkpoints"] >= 4 and document["colo"]["last-mode"] == "primary"
    assert document["switchover_tick"] <= document["colo"]["checkpoint_tick"] <= document["tick"]
    assert snapctl("check", disk).code == 0


def between(folder: Path) -> tuple[subprocess.CompletedProcess[bytes], int, dict[str, Any]]:
    """What became of the primary, and of the secondary in another process."""
    disk = str(new_disk(folder / "disk.qcow2"))
    like = ["--capability", "x-colo", "--ram", "16M", "--disk", disk, "--after", "30", "--json"]
    command = [*SNAPCTL, "demo", "receive", f"unix:{folder}/s", *like]
    with beside(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as receiver:
        assert receiver.stdout is not None and receiver.stderr is not None
        assert b"waiting at" in receiver.stderr.readline()
        words = ["--mode", "colo", "--to", f"unix:{folder}/s", "--failover", "kill", "--disk", disk, "--json"]
        primary = subprocess.run([*SNAPCTL, "demo", "migrate", *FAST, *words], capture_output=True, check=False)
        said = json.loads(receiver.stdout.read())
    assert "error" not in said, said
    return primary, receiver.returncode, said


def test_a_primary_that_is_killed(snapctl: Snapctl, tmp_path: Path) -> None:
    """The guest goes on in the other process, on the same disk, as if nothing had happened."""
    primary, code, said = between(tmp_path)
    assert primary.returncode == -signal.SIGKILL and not primary.stdout
    assert code == 0 and said["checkpoints"] >= 4 and said["checkpoint_tick"] <= said["arrival_tick"]
    assert said["tick"] == said["arrival_tick"] + 30
    other = new_disk(tmp_path / "other.qcow2")
    undisturbed = snapctl("demo", "run", "--ticks", said["tick"], "--ram", "16M", "--disk", other, "--json").document
    assert said["digest"] == undisturbed["digest"]
    assert snapctl("check", tmp_path / "disk.qcow2").code == 0

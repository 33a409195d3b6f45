"""Damage at other places and of other devices than the corpus has it, and what real QEMUs 7.2 and 10.0 said of it.

Found by damaging streams of the corpus in bulk; each row is of a cause of its own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from snapmgr.inspect.verify import REFUSES
from tests import corpus
from tests.inspect.test_verify import judged_by, version_of

NO_SUCH = "Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices"
CONFIG = "get_pci_config_device: Bad config data: "
MASKS = "cmask: ff wmask: 0 w1cmask:0"

ROWS = [
    ("tiny.v100", 45066, 4, "ffffffff", f"Unknown savevm section or instance 'i8259' 4294967295. {NO_SUCH}"),
    ("q35-live.v100", 161, 1619996, "", 'Unknown ramblock "/rom@e", cannot accept migration'),
    ("devices-q35.v72", 1701668, 4, "0000000b", "Missing section footer for cpu"),
    ("devices-q35.v72", 1725989, 4, "00000001", "Missing section footer for hpet"),
    ("devices-q35.v100", 1750559, 0, "aa4d", f"{CONFIG}i=0x100 read: 0 device: 1 {MASKS}"),
    ("devices-pc.v72", 693338, 165259, "0520", "Failed to load virtio-gpu-scanouts:parent_obj.scanout"),
    ("devices-pc.v100", 760971, 8, "", f"{CONFIG}i=0x24 read: 98 device: 0 {MASKS}"),
    ("devices-pc.v100", 657568, 4, "00000001", "Input validation failed: hpet/num_timers must match"),
    ("bare.v72", 614101, 1, "09", "4 != 9"),
]


@pytest.mark.parametrize(("base", "at", "removed", "inserted", "text"), ROWS)
def test_what_real_qemus_said(base: str, at: int, removed: int, inserted: str, text: str, tmp_path: Path) -> None:
    data, release = corpus.stream_bytes(base), version_of(base)
    verdict = judged_by(base, data[:at] + bytes.fromhex(inserted) + data[at + removed :], tmp_path, release)
    first = next(text for problem in verdict.problems if (text := problem.qemu.get(release)))
    assert (verdict.verdict, first) == (REFUSES, text)


@pytest.mark.parametrize("instance_id", [0x20, 0xA0])
def test_a_section_answers_to_the_port_where_its_device_stands(instance_id: int, tmp_path: Path) -> None:
    """As real QEMUs take it."""
    data = corpus.stream_bytes("tiny.v100")
    verdict = judged_by("tiny.v100", data[:45066] + instance_id.to_bytes(4) + data[45070:], tmp_path, "10.0")
    assert verdict.verdict == "loads"
    about = [problem.code for problem in verdict.problems if problem.section == f"i8259 ({instance_id})"]
    assert about == ["instance-not-described"]

"""Damage at other places and of other devices than the corpus has it, and what real QEMUs 7.2 and 10.0 said of it.

Found by damaging streams of the corpus in bulk; each row is of a cause of its own.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.inspect.against.judge import judge
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.verify import REFUSES
from tests import corpus
from tests.inspect.test_verify import machine_of, version_of

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
]


@pytest.mark.parametrize(("base", "at", "removed", "inserted", "text"), ROWS)
def test_what_real_qemus_said(base: str, at: int, removed: int, inserted: str, text: str, tmp_path: Path) -> None:
    data, (target, layouts), release = corpus.stream_bytes(base), machine_of(base), version_of(base)
    (tmp_path / "s.mig").write_bytes(data[:at] + bytes.fromhex(inserted) + data[at + removed :])
    with closing(open_source(tmp_path / "s.mig")) as source:
        verdict = judge(index_stream(source), replace(target, releases=(release,)), layouts=layouts)
    first = next(text for problem in verdict.problems if (text := problem.qemu.get(release)))
    assert (verdict.verdict, first) == (REFUSES, text)


@pytest.mark.parametrize("instance_id", [0x20, 0xA0])
def test_a_section_answers_to_the_port_where_its_device_stands(instance_id: int, tmp_path: Path) -> None:
    """As real QEMUs take it."""
    data, (target, layouts) = bytearray(corpus.stream_bytes("tiny.v100")), machine_of("tiny.v100")
    data[45066:45070] = instance_id.to_bytes(4)
    (tmp_path / "s.mig").write_bytes(data)
    with closing(open_source(tmp_path / "s.mig")) as source:
        index = index_stream(source)
        verdict = judge(index, replace(target, releases=("10.0",)), layouts=layouts)
    assert verdict.verdict == "loads"
    about = [problem.code for problem in verdict.problems if problem.section == f"i8259 ({instance_id})"]
    assert about == ["instance-not-described"]

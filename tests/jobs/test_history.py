"""The history of jobs, whatever became of its file."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from snapmgr.jobs.history import MOST, JobHistory, JobRecord

RECORD = JobRecord("snapshot-save", "a", "demo", 1_700_000_000_000_000_000, 1_700_000_001_000_000_000, "concluded")


def test_it_lasts(tmp_path: Path) -> None:
    failed = replace(RECORD, id="b", machine="/disks/\udcff.qcow2", error="no space", about="“x”")
    JobHistory(tmp_path / "new").append(RECORD)
    JobHistory(tmp_path / "new").append(failed)
    assert JobHistory(tmp_path / "new").read() == [RECORD, failed]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["jobs.json", "jobs.lock"]


def test_it_is_in_the_folder_for_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    JobHistory().append(RECORD)
    assert (tmp_path / "snapmgr" / "jobs.json").is_file()


def test_it_does_not_grow_for_ever(tmp_path: Path) -> None:
    history = JobHistory(tmp_path)
    rows = [
        {"type": "t", "id": str(n), "machine": "m", "start": n, "end": n, "status": "concluded"} for n in range(MOST)
    ]
    history.path.write_text(json.dumps({"jobs": rows}))
    history.append(replace(RECORD, error="x" * 100_000))
    read = history.read()
    assert len(read) == MOST and read[0].id == "1"
    assert read[-1].error is not None and len(read[-1].error) == 4096


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"\xff\xfe", b"null", b"[]", b'{"jobs": 3}', b'{"jobs": [1, null, {}]}', b"[" * 200_000,
        b'{"jobs": [{"type": [], "id": {}, "machine": 1, "start": "x", "end": null, "status": []}]}',
        b'{"jobs": [{"type": "t", "id": "i", "machine": "m", "start": true, "end": 1, "status": "concluded"}]}',
        b'{"jobs": [{"type": "t", "id": "i", "machine": "m", "start": -1, "end": 1, "status": "concluded"}]}',
        b'{"jobs": [{"type": "t", "id": "i", "machine": "m", "start": 1, "end": 1, "status": "odd"}]}',
        b'{"jobs": [{"type": "t", "id": "i", "machine": "", "start": 1, "end": 1, "status": "concluded", "error": 3}]}',
        b'{"jobs": [{"start": ' + b"9" * 5000 + b"}]}", b" " * (5 << 20),
    ],
)  # fmt: skip
def test_a_damaged_file_is_empty_and_written_anew(tmp_path: Path, content: bytes) -> None:
    history = JobHistory(tmp_path)
    history.path.write_bytes(content)
    assert history.read() == []
    history.append(RECORD)
    assert history.read() == [RECORD]


def test_sound_rows_among_damaged_ones_stay(tmp_path: Path) -> None:
    history = JobHistory(tmp_path)
    history.append(RECORD)
    document = json.loads(history.path.read_text())
    document["jobs"].insert(0, {"type": 3})
    history.path.write_text(json.dumps(document))
    assert history.read() == [RECORD]


def test_what_cannot_be_written_leaves_what_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = JobHistory(tmp_path)
    history.append(RECORD)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            history.append(replace(RECORD, id="b"))
    assert history.read() == [RECORD]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["jobs.json", "jobs.lock"]

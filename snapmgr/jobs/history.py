"""What jobs there were: a file of JSON in the folder for state, which no damage makes unreadable for long.

Several processes may append; a file that is none of ours, or half of one, counts as empty and is written anew.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs

from snapmgr.jobs.status import JobStatus

MOST = 500
"""Jobs that are remembered, the newest of them."""
_LONGEST_FILE = 4 << 20
_LONGEST_TEXT = 4096
_LATEST = 1 << 63


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job that is over.  ``start`` and ``end`` in ns since 1970; ``error`` None where it did what it was for;
    ``about`` says in words which snapshots it was about, "" where nobody said that."""

    type: str
    id: str
    machine: str
    start: int
    end: int
    status: str
    error: str | None = None
    about: str = ""


class JobHistory:
    """``folder`` is for tests; else where the system keeps state."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or platformdirs.user_state_path("snapmgr", appauthor=False)
        self.path = self.folder / "jobs.json"

    def read(self) -> list[JobRecord]:
        """Oldest first; what is damaged is left out.  Raises nothing."""
        try:
            with self.path.open("rb") as file:
                content = file.read(_LONGEST_FILE + 1)
            found = json.loads(content) if len(content) <= _LONGEST_FILE else None
        except (OSError, ValueError, RecursionError):
            return []
        rows = found.get("jobs") if isinstance(found, dict) else None
        records = [_record(row) for row in rows[-MOST:]] if isinstance(rows, list) else []
        return [record for record in records if record is not None]

    def append(self, record: JobRecord) -> None:
        """One more; the oldest go.  Raises OSError where it cannot be written, and the file is as before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "jobs.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            cut = {key: _cut(value) if isinstance(value, str) else value for key, value in asdict(record).items()}
            rows = [*(asdict(one) for one in self.read()), cut][-MOST:]
            self._replace(json.dumps({"version": 1, "jobs": rows}, indent=1).encode())

    def _replace(self, content: bytes) -> None:
        number, name = tempfile.mkstemp(dir=self.folder, prefix=".jobs-")
        try:
            with open(number, "wb") as file:  # noqa: PTH123  (a number, not a path)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _record(row: Any) -> JobRecord | None:
    """None for anything that ``append`` would not have written."""
    if not isinstance(row, dict):
        return None
    texts = [row.get(name) for name in ("type", "id", "machine", "status")]
    texts += [row["error"]] if row.get("error") is not None else []
    texts += [row.get("about", "")]
    right = all(isinstance(text, str) and len(text) <= _LONGEST_TEXT for text in texts)
    right &= all(type(row.get(name)) is int and 0 <= row[name] < _LATEST for name in ("start", "end"))
    if not right or row["status"] not in list(JobStatus):
        return None
    kind, job, machine = row["type"], row["id"], row["machine"]
    start, end, status = row["start"], row["end"], row["status"]
    return JobRecord(kind, job, machine, start, end, status, row.get("error"), row.get("about", ""))

"""Where the test streams and images are, with their truths: the whole corpus, or the part shipped in tests/data.

SNAPMGR_CORPUS, else ../shared/corpus beside the clone, else tests/data (same layout, fewer cases).
"""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "tests" / "data"


def corpus_root() -> Path:
    named = os.environ.get("SNAPMGR_CORPUS")
    if named:
        return Path(named)
    beside = ROOT.parent / "shared" / "corpus"
    return beside if beside.is_dir() else SHIPPED


@functools.cache
def streams() -> dict[str, Any]:
    """MANIFEST.json of the streams: keys format, aux, cases, damaged, not_made."""
    result: dict[str, Any] = json.loads((corpus_root() / "streams" / "MANIFEST.json").read_text())
    return result


@functools.cache
def images() -> dict[str, dict[str, Any]]:
    """Image cases by name."""
    data = json.loads((corpus_root() / "images" / "MANIFEST.json").read_text())
    return {case["name"]: case for case in data["cases"]}


def unpack(stored: Path) -> bytes:
    """The raw bytes of a stored corpus file."""
    data = stored.read_bytes()
    if stored.suffix == ".zst":
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return data


BLOCK = 1 << 16
"""Bytes of zeros that become a hole."""


def write_sparse(target: Path, data: bytes) -> None:
    """Write a file as QEMU does, whole blocks of zeros as holes: most of the images are nothing else."""
    whole = len(data) // BLOCK * BLOCK
    used = np.frombuffer(data, np.uint64, whole // 8).reshape(-1, BLOCK // 8).any(axis=1)
    edges = np.flatnonzero(np.diff(used, prepend=False, append=False)).reshape(-1, 2) * BLOCK
    with target.open("wb") as file:
        for start, end in (*edges.tolist(), (whole, len(data))):
            file.seek(start)
            file.write(memoryview(data)[start:end])
        file.truncate(len(data))


def _case(name: str, cases: dict[str, Any]) -> Any:
    if name not in cases and corpus_root() == SHIPPED:
        pytest.skip(f"{name} is not shipped")
    return cases[name]


def stream_case(name: str, *, damaged: bool = False) -> Any:
    """What is known of a stream.  A test that names one which only the whole corpus has is skipped."""
    return _case(name, streams()["damaged" if damaged else "cases"])


def stream_bytes(name: str, file: str = "stream", *, damaged: bool = False) -> bytes:
    """A stream as it was sent.  A test that names one which only the whole corpus has is skipped, as below."""
    case = stream_case(name, damaged=damaged)
    return unpack(corpus_root() / "streams" / case["files"][file]["file"])


def capture_cases() -> list[str]:
    """Cases whose channels were captured, one file for each direction of each connection."""
    return [name for name, case in streams()["cases"].items() if "conn0.fwd" in case["files"]]


def lay_out(name: str, folder: Path) -> Path:
    """A folder with the channels of a capture, as docs/format/channels.md has them."""
    target, case = folder / name, _case(name, streams()["cases"])
    if not target.exists():
        target.mkdir()
        for entry in case["files"].values():
            stored = corpus_root() / "streams" / entry["file"]
            (target / entry["file"].removeprefix(f"{name}.")).write_bytes(stored.read_bytes())
    return target


def analyze_truth(name: str) -> str:
    """What QEMU's analyze-migration.py printed for this stream."""
    case = streams()["cases"][name]
    return unpack(corpus_root() / "streams" / case["analyze"]["json"]["file"]).decode()


def plain_cases() -> list[str]:
    """Good plain streams: precopy or background snapshot whose ``analyze`` is ok."""
    return [
        name
        for name, case in streams()["cases"].items()
        if case["kind"] in ("precopy", "bgsnap") and (case.get("analyze") or {}).get("ok")
    ]


def unpack_image(name: str, folder: Path) -> dict[str, Path]:
    """Unpack all files of an image case into ``folder``; returns them by file name.

    A test that names a case which only the whole corpus has is skipped where the clone stands alone.
    """
    result = {}
    for entry in _case(name, images())["files"]:
        target = folder / entry["file"]
        stored = corpus_root() / "images" / entry.get("stored", entry["file"])
        write_sparse(target, unpack(stored))
        result[entry["file"]] = target
    return result


def per_version(truth: Any, version: str = "7.2") -> Any:
    """The 7.2 or 10.0 side of a truth, where ``"same"`` stands for the 7.2 one."""
    value = truth[version]
    return truth["7.2"] if value == "same" else value


def disk_truth(case: str, image: str, identity: str | None) -> dict[str, Any]:
    """``bytes`` and ``sha256`` of the disk as the guest sees it after loading a snapshot, or now; empty where QEMU
    could not tell."""
    known = images()[case]["truth"][image]
    if identity is not None:
        known = next(entry for entry in known["snapshots"] if entry["id"] == identity)
        after = known.get("disk after -a")
        if isinstance(after, dict):
            return dict(per_version(after))
    disk = known.get("disk")
    found = per_version(disk) if isinstance(disk, dict) else None
    return dict(found) if isinstance(found, dict) and "sha256" in found else {}

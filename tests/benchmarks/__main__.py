"""``python -m tests.benchmarks``: measure, and write docs/performance.md."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.streams import write_stream

ROOT = Path(__file__).resolve().parents[2]
TURNS = 5
SHM = Path("/dev/shm")

INDEX = """
import sys, time
from snapmgr.containers.open import open_source
from snapmgr.inspect.index import index_stream
import numpy
def anonymous():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("RssAnon"))
before, source = anonymous(), open_source(sys.argv[1])
begin = time.perf_counter()
index = index_stream(source)
print(time.perf_counter() - begin, (anonymous() - before) / 1024)
assert not index.problems
"""


def run(code: str, *arguments: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [float(word) for word in done.stdout.split()]


def seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def index_row(title: str, path: Path, budget: float) -> list[str]:
    """Best of some turns of ``cat`` and of the index, taken alternately."""
    cats, ours, memory = [], [], []
    for _ in range(TURNS):
        cats.append(seconds(["cat", str(path)]))
        elapsed, grown = run(INDEX, str(path))
        ours.append(elapsed)
        memory.append(grown)
    size = path.stat().st_size / 1e9
    ratio = min(cats) / min(ours)
    return [
        f"| index, {title} ({size:.2f} GB) | {min(ours):.3f} s, `cat` {min(cats):.3f} s "
        f"| {ratio:.2f} × the speed of `cat` | ≥ {budget} |",
        f"| memory while indexing, {title} | {max(memory):.0f} MiB | | ≤ 150 MiB |",
    ]


def machine() -> str:
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return (
        f"{model}, {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
    )


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory(dir=SHM if SHM.is_dir() else None) as folder:
        for title, stretch, budget in (("usual mix", 64, 0.5), ("every run one page long", 1, 0.25)):
            path = Path(folder) / "stream.mig"
            write_stream(path, 1 << 19, stretch)
            rows += index_row(title, path, budget)
    start = min(seconds([sys.executable, "-m", "snapmgr.cli", "--version"]) for _ in range(TURNS))
    rows.append(f"| `snapctl --version` | {start * 1000:.0f} ms | | ≤ 150 ms |")
    text = [
        "# Performance",
        "",
        f"Measured on {datetime.date.today().isoformat()} by `python -m tests.benchmarks`: {machine()}.",
        "Files on tmpfs, best of five turns taken alternately; ratios are of one run.",
        "",
        "| what | measured | ratio | budget |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
    ]
    (ROOT / "docs" / "performance.md").write_text("\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()

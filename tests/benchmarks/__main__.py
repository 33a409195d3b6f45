"""``python -m tests.benchmarks``: measure, and write docs/performance.md."""

from __future__ import annotations

import datetime
import os
import platform
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.devices import device_rows
from tests.benchmarks.encodings import encoding_rows
from tests.benchmarks.moving import moving_rows
from tests.benchmarks.save_load import save_load_rows
from tests.benchmarks.snapshots import snapshot_rows
from tests.benchmarks.streams import write_stream

ROOT = Path(__file__).resolve().parents[2]
TURNS = 5
SHM = Path("/dev/shm")
SAMPLING = 0.002
"""Seconds between two looks at the memory of a process."""

INDEX = """
import sys, time
from snapmgr.containers.open import open_source
from snapmgr.inspect.index import index_stream
import numpy
source = open_source(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
begin = time.perf_counter()
index = index_stream(source)
print(time.perf_counter() - begin, flush=True)
sys.stdin.readline()
assert not index.problems
"""


def anonymous(pid: int) -> int:
    """RssAnon of a process in KiB: what it holds itself, mapped files aside."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def index(path: Path, *, watched: bool) -> float:
    """Index in a process of its own: seconds, or where ``watched`` by how many MiB its memory grew at most."""
    with subprocess.Popen(
        [sys.executable, "-c", INDEX, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the stream was not opened")
        before = most = anonymous(process.pid)
        process.stdin.write("go\n")
        process.stdin.flush()
        while watched and not select.select([process.stdout], [], [], SAMPLING)[0]:
            most = max(most, anonymous(process.pid))
        elapsed = float(process.stdout.readline())
        most = max(most, anonymous(process.pid))
        process.stdin.close()
    if process.returncode:
        raise RuntimeError("the stream was not indexed without problems")
    return (most - before) / 1024 if watched else elapsed


def seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def index_rows(title: str, path: Path, budget: float) -> list[str]:
    """Best of some turns of ``cat`` and of the index, taken alternately; memory is watched in a turn of its own."""
    cats, ours = [], []
    for _ in range(TURNS):
        cats.append(seconds(["cat", str(path)]))
        ours.append(index(path, watched=False))
    size = path.stat().st_size / 1e9
    ratio = min(cats) / min(ours)
    return [
        f"| index, {title} ({size:.2f} GB) | {min(ours):.3f} s, `cat` {min(cats):.3f} s "
        f"| ≥ {budget} × the speed of `cat` | {ratio:.2f} × |",
        budget_row(f"memory while indexing, {title}", index(path, watched=True), 150, "MiB"),
    ]


def analyze_rows(path: Path) -> list[str]:
    """Beside QEMU's own script, where SNAPMGR_ANALYZE says where it is: no package installs it.

    The script is taken with its start, the index without: it is called from programs that run.
    """
    script = os.environ.get("SNAPMGR_ANALYZE")
    if script is None:
        return []
    theirs, ours = [], []
    for _ in range(TURNS):
        theirs.append(seconds([sys.executable, script, "-f", str(path)]))
        ours.append(index(path, watched=False))
    return [
        f"| index, usual mix, beside QEMU's `analyze-migration.py` | {min(ours):.3f} s, the script {min(theirs):.2f} s "
        f"| ≥ 4 × the script | {min(theirs) / min(ours):.1f} × |"
    ]


def budget_row(what: str, measured: float, budget: float, unit: str) -> str:
    return f"| {what} | {measured:.0f} {unit} | ≤ {budget:.0f} {unit} | {measured / budget:.2f} of it |"


def in_window(home: Path, module: str, *words: str) -> list[float]:
    """What a module prints, in ms, in a window of a user who never opened one."""
    with tempfile.TemporaryDirectory(dir=home) as name:
        folders = {f"XDG_{kind}_HOME": f"{name}/{kind}" for kind in ("CONFIG", "STATE", "DATA", "CACHE")}
        environment = os.environ | folders | {"QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-m", module, *words]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [float(word) * 1000 for word in done.stdout.split()]


def job_rows(home: Path) -> list[str]:
    """Worst stalls of some windows whose demo machine of 1 GiB is saved while it runs."""
    usual, longest = zip(*(in_window(home, "tests.benchmarks.job_stalls") for _ in range(TURNS)), strict=True)
    return [
        budget_row("window: stalls while 1 GiB is saved live, 99 of 100 under", max(usual), 16, "ms"),
        budget_row("window: longest stall while 1 GiB is saved live", max(longest), 50, "ms"),
    ]


def window_rows(path: Path, home: Path) -> list[str]:
    """Best start and opening, worst stalls, of some windows of a user who never opened one."""
    turns = [in_window(home, "tests.benchmarks.window", str(path), str(time.monotonic())) for _ in range(TURNS)]
    paint, shown, usual, longest = zip(*turns, strict=True)
    return [
        budget_row("window: process start to first paint", min(paint), 1000, "ms"),
        budget_row("window: big stream opened and shown", min(shown), 1000, "ms"),
        budget_row("window: stalls while opening it, 99 of 100 under", max(usual), 16, "ms"),
        budget_row("window: longest stall while opening it", max(longest), 50, "ms"),
    ]


def map_rows(home: Path) -> list[str]:
    """Frames of the page map of 2²⁴ pages, at all its zooms; 60 a second leave 16 ms for one."""
    built, mean, longest = in_window(home, "tests.benchmarks.page_map")
    return [
        budget_row("page map of 2²⁴ pages: all its levels, in a worker", built, 100, "ms"),
        budget_row("page map of 2²⁴ pages: a frame, panned at every zoom", mean, 16, "ms"),
        budget_row("page map of 2²⁴ pages: the longest frame", longest, 50, "ms"),
    ]


def migration_rows(home: Path) -> list[str]:
    """Frames and stalls of the Migration view; 30 a second leave 33 ms for one."""
    frame, *stalls = in_window(home, "tests.benchmarks.migration")
    rows = [budget_row("Migration view while 2 GiB move: from frame to frame", frame, 33, "ms")]
    for place, what in enumerate(("while 2 GiB move", "while that is played again", "while its playhead is dragged")):
        usual, longest = stalls[2 * place : 2 * place + 2]
        rows.append(budget_row(f"Migration view {what}: stalls, 99 of 100 under", usual, 16, "ms"))
        rows.append(budget_row(f"Migration view {what}: longest stall", longest, 50, "ms"))
    return rows


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
    with tempfile.TemporaryDirectory(dir=SHM if SHM.is_dir() else None) as name:
        folder = Path(name)
        path = folder / "stream.mig"
        write_stream(path, 1 << 19, 1)
        worst = index_rows("every run one page long", path, 0.25)
        write_stream(path, 1 << 19, 64)
        rows += index_rows("usual mix", path, 0.5) + analyze_rows(path) + worst + save_load_rows(folder)
        rows += snapshot_rows(folder) + device_rows() + encoding_rows(folder)
        start = min(seconds([sys.executable, "-m", "snapmgr.cli", "--version"]) for _ in range(TURNS))
        rows.append(budget_row("`snapctl --version`", start * 1000, 150, "ms"))
        rows += window_rows(path, folder) + job_rows(folder) + map_rows(folder) + migration_rows(folder) + moving_rows()
    text = [
        "# Performance",
        "",
        f"Measured on {datetime.date.today().isoformat()} by `python -m tests.benchmarks`: {machine()}.",
        f"The guest has 2 GiB, about 60 % of its pages random; files on {'tmpfs' if SHM.is_dir() else 'disk'}.",
        f"Times are the best of {TURNS} turns, `cat` and index in turn; memory is the most that was seen in a turn of",
        f"its own; stalls are the worst of {TURNS} windows, without a display.",
        "",
        "| what | measured | budget | ratio |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
        "The window opens the stream of the usual mix. A stall is how late a tick of a timer of one millisecond comes.",
        "",
    ]
    (ROOT / "docs" / "performance.md").write_text("\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()

"""What ``verify --against`` foresees for every text of savevm.c's load path is what a real ``-incoming`` prints."""

from __future__ import annotations

import functools
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import StreamError
from snapmgr.inspect.against.control import Control
from snapmgr.inspect.against.judge import judge
from snapmgr.inspect.against.streams import target_of_stream
from snapmgr.inspect.against.target import Target
from snapmgr.inspect.against.trial import Trial, ending, try_load
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.verify import LOADS, REFUSES, WAITS, Verdict, unreadable
from tests import corpus
from tests.inspect import coverage
from tests.inspect.foreseen import CASES, Case, reason_left_out, timer
from tests.inspect.newest import Bytes
from tests.qemu import QEMU, needs_qemu, needs_release
from tests.savevm import spec
from tests.savevm.spec import Text
from tests.savevm.streams import command, discard, packaged, stream

RELEASE = "7.2"
QUIET = (QEMU or "", *corpus.streams()["cases"]["machine-none.v72"]["dest_args"])


@functools.cache
def machine_none() -> Target:
    with tempfile.NamedTemporaryFile() as file:
        file.write(corpus.stream_bytes("machine-none.v72"))
        file.flush()
        with closing(open_source(file.name)) as source:
            return replace(target_of_stream(source), releases=(RELEASE,))


def foreseen(case: Case, folder: Path) -> Verdict:
    path = folder / "s.mig"
    path.write_bytes(case.data)
    target = replace(machine_none(), capabilities=case.capabilities, uuid=case.uuid)
    try:
        with closing(open_source(path)) as source:
            return judge(index_stream(source), target)
    except StreamError as error:
        return unreadable(error)


def first_text(verdict: Verdict) -> str | None:
    return next((text for problem in verdict.problems if (text := problem.qemu.get(RELEASE))), None)


def named(text: Text) -> str:
    return f"{text.function}: {text.text[:40]} {text.nth}"


@pytest.mark.parametrize("text", CASES, ids=named)
def test_the_first_line_is_the_one_that_was_to_be_provoked(text: Text, tmp_path: Path) -> None:
    line = first_text(foreseen(CASES[text], tmp_path))
    assert line is not None
    assert text.matches(line.removeprefix("warning: "))


def test_no_text_of_the_load_path_is_forgotten() -> None:
    texts, _ = spec.noted()
    assert sorted(text for text in texts if reason_left_out(text) is None) == sorted(CASES)


def test_the_table_of_all_texts_is_as_it_is_tested() -> None:
    assert coverage.TABLE.read_text() == coverage.table()
    texts, _ = spec.noted()
    assert all(coverage.status(text) != "None" for text in texts)


OTHERS: list[tuple[bytes, str, str]] = [
    (packaged(b"\4ab", length=3), REFUSES, "Unable to read ID string for section 1633812480"),
    (packaged(b"\4", length=1), REFUSES, "Unable to read ID string for section 0"),
    (
        command(3) + command(6, discard(b"ram", (4 << 20, 4096))),
        REFUSES,
        "ram_block_discard_range: Overrun block 'ram' (4194304/1000/400000)",
    ),
    (
        command(3) + command(6, discard(b"ram", (0, 100))),
        REFUSES,
        "ram_block_discard_range: Unaligned length: 64",
    ),
    (command(3) + command(6, discard(b"ram", (0, 4096))), WAITS, "Expected vmdescription section, but got 0"),
    (
        command(10, b"\3ram"),
        LOADS,
        "migrate_send_rp_recv_bitmap: MSG_RP_RECV_BITMAP only used for recovery",
    ),
]
"""Texts of savevm.c's neighbours on the same path: records, what becomes of them, the first line."""


def loaded(case: Case) -> Trial:
    """What a real QEMU makes of it."""
    if case.runs:
        return load_running(case)
    source: Any = Bytes(case.data)
    return try_load(source, " ".join([*QUIET, *case.options]))


def load_running(case: Case) -> Trial:
    """The same over a socket, whose end comes when the guest runs."""
    ours, theirs = socket.socketpair()
    with ours, theirs, Control([*QUIET], 10.0) as qemu:
        wanted = [{"capability": name, "state": True} for name in case.capabilities]
        qemu.run("migrate-set-capabilities", capabilities=wanted)
        qemu.run("getfd", descriptors=(theirs.fileno(),), fdname="stream")
        theirs.close()

        def feed() -> None:
            ours.sendall(case.data)
            while qemu.run("query-status")["status"] == "inmigrate":
                pass
            ours.shutdown(socket.SHUT_WR)

        return ending(qemu, feed)


def other(data: bytes) -> Case:
    return Case(stream(data, timer()))


@pytest.mark.parametrize("row", range(len(OTHERS)))
def test_what_neighbours_say_is_foreseen(row: int, tmp_path: Path) -> None:
    data, verdict, text = OTHERS[row]
    ours = foreseen(other(data), tmp_path)
    assert (ours.by_version[RELEASE], first_text(ours) or "") == (verdict, text)


@needs_qemu[0]
@needs_qemu[1]
@needs_release(RELEASE)
def test_what_neighbours_say_is_what_a_real_qemu_prints() -> None:
    said = {}
    for row, (data, verdict, text) in enumerate(OTHERS):
        if verdict != WAITS:
            trial = loaded(other(data))
            said[row] = (trial.verdict, trial.lines[0] if trial.lines else "", verdict, text)
    assert [found[:2] for found in said.values()] == [found[2:] for found in said.values()]


@needs_qemu[0]
@needs_qemu[1]
@needs_release(RELEASE)
def test_a_real_qemu_prints_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        trials = dict(zip(CASES, pool.map(loaded, CASES.values()), strict=True))
    wrong = {}
    for text, trial in trials.items():
        verdict = foreseen(CASES[text], tmp_path)
        ours = (verdict.by_version[RELEASE], first_text(verdict))
        if ours != (trial.verdict, trial.lines[0] if trial.lines else None):
            wrong[named(text)] = (ours, trial)
    assert not wrong
    assert sum(trial.verdict == REFUSES for trial in trials.values()) > len(trials) // 2

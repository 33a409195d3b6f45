"""What is foreseen of QEMU 11.1, which says most of it in one line, is what a real one said (``newest.json``)."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import StreamError
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.verify import LOADS, REFUSES, WAITS, Verdict, unreadable
from snapmgr.wire.wording import by_version, chain_of, chained
from tests import corpus
from tests.inspect import newest, test_foreseen
from tests.inspect.foreseen import CASES
from tests.inspect.newest import RELEASE
from tests.inspect.test_verify import DAMAGED, judged_by

TOLD = newest.told()


def foreseen(name: str, folder: Path) -> Verdict:
    try:
        return judged_by(DAMAGED[name]["base"], corpus.stream_bytes(name, damaged=True), folder, RELEASE)
    except StreamError as error:
        return unreadable(error)


def brief(verdict: Verdict) -> tuple[str, str]:
    texts = (text for problem in verdict.problems if (text := problem.qemu.get(RELEASE)))
    return verdict.by_version[RELEASE], next(texts, "")


def test_damaged_streams_of_an_older_machine_type(tmp_path: Path) -> None:
    """Those that are refused; all of both machine types in the long run."""
    every = "SNAPMGR_LONG" in os.environ
    names = [name for name in DAMAGED if every or (name.endswith("v100") and TOLD[name][0] == REFUSES)]
    ours = {name: brief(foreseen(name, tmp_path)) for name in names}
    assert ours == {name: TOLD[name] for name in names}


def test_every_text_of_the_load_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = replace(test_foreseen.machine_none(), releases=(RELEASE,))
    monkeypatch.setattr(test_foreseen, "machine_none", lambda: machine)
    names = {f"{text.function}: {text.text} {text.nth}": case for text, case in CASES.items() if not case.runs}
    ours = {name: brief(test_foreseen.foreseen(case, tmp_path)) for name, case in names.items()}
    assert ours == {name: TOLD[name] for name in names}


def test_where_a_thread_of_its_own_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a real one does with what comes over a socket that breaks."""
    machine = replace(test_foreseen.machine_none(), releases=(RELEASE,))
    monkeypatch.setattr(test_foreseen, "machine_none", lambda: machine)
    broken = "Failed to load section ID: stream error: -5: Channel error: Input/output error"
    assert [brief(test_foreseen.foreseen(case, tmp_path)) for case in CASES.values() if case.runs] == [
        (REFUSES, f"loadvm failed during postcopy: -5: {broken}"),
        (LOADS, f"loadvm failed during postcopy: -5: {broken}"),
        (WAITS, "Detected IO failure for postcopy. Migration paused."),
    ]


NO_ROOM = "VQ 0 vring.num 1024 exceeds allocated max 64"
DIFFERS = (
    "load of migration failed: Invalid argument: error while loading state for instance 0x0 of device "
    "'0000:00:1f.2/ich9_ahci': 6 != 4000000"
)


def test_what_it_looks_at_and_older_ones_do_not(tmp_path: Path) -> None:
    """Queues that nobody uses are sent larger than they are; as a real one refuses it, and older ones load it."""
    verdict = judged_by("devices-pc.v100", corpus.stream_bytes("devices-pc.v100"), tmp_path)
    assert verdict.by_version["10.0"] == LOADS
    assert brief(verdict) == (REFUSES, NO_ROOM)


def test_values_that_differ_travel_up(tmp_path: Path) -> None:
    data = corpus.stream_bytes("q35-live.v100")
    (tmp_path / "s.mig").write_bytes(data)
    with closing(open_source(tmp_path / "s.mig")) as source:
        index = index_stream(source)
    record = next(record for record in index.records if record.idstr and record.idstr.endswith("ich9_ahci"))
    at = data.rindex((6).to_bytes(4), record.payload, record.payload + record.payload_length)
    changed = data[:at] + (0x4000000).to_bytes(4) + data[at + 4 :]
    verdict = judged_by("q35-live.v100", changed, tmp_path, RELEASE)
    assert brief(verdict) == (REFUSES, DIFFERS)


def test_firmware_tables_that_are_too_large_end_it(tmp_path: Path) -> None:
    data = corpus.stream_bytes("q35-live.v100")
    at = data.index(b"fw_cfg/acpi_mr") + len(b"fw_cfg/acpi_mr") + 4
    verdict = judged_by("q35-live.v100", data[:at] + (1 << 40).to_bytes(8) + data[at + 8 :], tmp_path)
    assert brief(verdict) == (REFUSES, "Unexpected error in qemu_ram_resize() at system/physmem.c:2051:")


def test_what_travels_up_and_what_is_said_at_its_place() -> None:
    line = chained("Unknown savevm section 7")
    assert (line, chain_of(line)) == (
        "load of migration failed: Invalid argument: Unknown section 7",
        "Unknown section 7",
    )
    assert chained("Illegal RAM offset 0") == "Illegal RAM offset 0"
    assert by_version("Illegal RAM offset 0", "") == dict.fromkeys(("7.2", "10.0"), "Illegal RAM offset 0")


if newest.COMMAND:  # what no machine of a CI has is not left out there

    def test_a_real_one_says_the_same() -> None:
        assert newest.ask(newest.COMMAND) == TOLD

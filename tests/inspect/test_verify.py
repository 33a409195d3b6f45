"""The verdict on every damaged stream of the corpus is what a real QEMU did with it: alone, and against its base."""

from __future__ import annotations

import functools
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import StreamError
from snapmgr.inspect.against.judge import judge
from snapmgr.inspect.against.layouts import Layouts
from snapmgr.inspect.against.streams import target_of, target_of_stream
from snapmgr.inspect.against.target import Target
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.model import Severity
from snapmgr.inspect.verify import LOADS, REFUSES, WAITS, Verdict, unreadable, verify, verify_source
from tests import corpus
from tests.inspect.test_index import Indexed

CASES = corpus.streams()["cases"]
DAMAGED = corpus.streams()["damaged"]

TARGET_DECIDES = {
    "bitflip-9.v72": "an instance number that the target does not have",
    "cmd-advise": "the capability postcopy-ram of the target",
    "cmd-enable-colo.v100": "the capability x-colo of the target; with it QEMU waits",
    "config-machine": "the machine type of the target",
    "config-missing": "whether the target's machine type expects a configuration",
    "dev-version-0": "the lowest version that the target's device reads",
    "dev-version-new": "the highest version that the target's device reads",
    "idstr-nul": "whether the target has a device of that name",
    "idstr-unknown": "whether the target has a device of that name",
    "instance": "an instance number that the target does not have",
}
"""Refused by QEMU for what the target is: the stream alone does not say it."""

ONLY_WARNED = {"bitflip-9.v72", "dev-version-0", "dev-version-new", "idstr-nul", "idstr-unknown", "instance"}
"""Of these, those where the stream's own description says that the sender had something else."""


def kind_of(name: str) -> str:
    """The key in the tables above: the kind, or kind and version where the versions differ."""
    full = name.removeprefix("damaged-")
    return full if full in TARGET_DECIDES else full.rsplit(".", 1)[0]


def version_of(name: str) -> str:
    return "7.2" if name.endswith(".v72") else "10.0"


def verdict_on(stream: bytes, folder: Path) -> Verdict:
    path = folder / "s.mig"
    path.write_bytes(stream)
    try:
        source = open_source(path)
    except StreamError as error:
        assert error.code == "not-a-stream"
        return unreadable(error)
    try:
        return verify_source(source)
    finally:
        source.close()


@functools.cache
def machine_of(base: str) -> tuple[Target, Layouts]:
    """The machine that wrote a stream, and what is made of its description."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(corpus.stream_bytes(base))
        file.flush()
        return target_of_stream(open_source(file.name)), Layouts()


def judged_by(base: str, data: bytes, folder: Path, *releases: str) -> Verdict:
    """What the machine that wrote ``base`` makes of ``data``, as these releases or all that it may be."""
    path = folder / "s.mig"
    path.write_bytes(data)
    target, layouts = machine_of(base)
    target = replace(target, releases=releases or target.releases)
    with closing(open_source(path)) as source:
        return judge(index_stream(source), target, layouts=layouts)


def both_verdicts(name: str, folder: Path) -> tuple[Verdict, Verdict]:
    """On a damaged stream alone, and against its base, from one reading."""
    path = folder / "s.mig"
    path.write_bytes(corpus.stream_bytes(name, damaged=True))
    try:
        with closing(open_source(path)) as source:
            index = index_stream(source)
            target, layouts = machine_of(DAMAGED[name]["base"])
            local = replace(target, releases=(version_of(name),))
            return verify(index), judge(index, local, layouts=layouts)
    except StreamError as error:
        verdict = unreadable(error)
        return verdict, verdict


def assert_first_line(name: str, against: Verdict) -> None:
    """What QEMU printed first, behind its own name, is the first text that was foreseen for its version."""
    said = [line.removeprefix("qemu-system-x86_64: ") for line in DAMAGED[name]["dest"]["stderr"]]
    foreseen = [text for problem in against.problems if (text := problem.qemu.get(version_of(name)))]
    if not said or "GLib" not in said[0]:
        assert foreseen[:1] == said[:1]


def errors(verdict: Verdict) -> list[str]:
    return [problem.code for problem in verdict.problems if problem.severity is Severity.ERROR]


def named(result: str) -> list[str]:
    return sorted(name for name, case in DAMAGED.items() if case["dest"]["result"].startswith(result))


@pytest.mark.parametrize("name", named("loaded"))
def test_what_qemu_loads_has_no_error(name: str, tmp_path: Path) -> None:
    verdict, against = both_verdicts(name, tmp_path)
    for each in (verdict, against):
        assert (each.by_version[version_of(name)], errors(each)) == (LOADS, [])
    if DAMAGED[name]["dest"]["stderr"]:
        assert_first_line(name, against)


@pytest.mark.parametrize("name", named("refused"))
def test_what_qemu_refuses_is_refused_unless_the_target_decides(name: str, tmp_path: Path) -> None:
    verdict, against = both_verdicts(name, tmp_path)
    assert against.verdict == REFUSES
    assert errors(against)
    assert_first_line(name, against)
    ours = verdict.by_version[version_of(name)]
    if kind_of(name) not in TARGET_DECIDES:
        assert ours == REFUSES
        return
    assert ours == (WAITS if kind_of(name).startswith("cmd-enable-colo") else LOADS)
    warned = any(problem.severity is Severity.WARNING for problem in verdict.problems)
    assert warned == (kind_of(name) in ONLY_WARNED)


@pytest.mark.parametrize("name", named("still"))
def test_where_qemu_waits_for_ever(name: str, tmp_path: Path) -> None:
    for verdict in both_verdicts(name, tmp_path):
        assert verdict.by_version[version_of(name)] == WAITS
        assert errors(verdict)


@pytest.mark.parametrize("name", corpus.plain_cases())
def test_good_streams_load_where_they_were_written(name: str, tmp_path: Path) -> None:
    verdict = verdict_on(corpus.stream_bytes(name), tmp_path)
    assert (verdict.by_version[version_of(name)], errors(verdict)) == (LOADS, [])
    assert not any(problem.code.endswith("described") for problem in verdict.problems)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.get("cross_dest")])
def test_the_other_qemu_loads_what_it_is_said_to_load(name: str, tmp_path: Path) -> None:
    assert CASES[name]["cross_dest"]["ok"]
    assert verdict_on(corpus.stream_bytes(name), tmp_path).verdict == LOADS


def test_a_command_that_only_newer_qemus_know(tmp_path: Path) -> None:
    stream = corpus.stream_bytes("tiny.v100")
    verdict = verdict_on(stream, tmp_path)
    assert verdict.verdict == {"7.2": REFUSES, "10.0": LOADS, "11.1": LOADS}
    (note,) = verdict.problems
    assert (note.severity, note.qemu) == (Severity.NOTE, {"7.2": "MIG_CMD 0xb unknown (len 0x0)"})
    assert stream[note.offset : note.offset + note.length] == bytes.fromhex("08 000b 0000")


def test_what_is_no_stream_is_refused(tmp_path: Path) -> None:
    verdict = verdict_on(b"Once upon a time", tmp_path)
    assert (verdict.verdict, errors(verdict)) == (REFUSES, ["not-a-stream"])
    (problem,) = verdict.problems
    assert problem.qemu["7.2"] == "Not a migration stream"
    assert Path(problem.message.split(" is not ")[0]).name.islower(), "the name of a file stays as it is"


@pytest.mark.parametrize("kept", range(1, 9))
def test_a_stream_cut_in_its_header_is_refused(kept: int, tmp_path: Path) -> None:
    assert verdict_on(corpus.stream_bytes("tiny.v72")[:kept], tmp_path).verdict == REFUSES


@pytest.mark.parametrize("lost", range(1, 5))
def test_a_stream_cut_in_a_footer_is_refused_for_the_id_that_is_read_as_zeros(lost: int, tmp_path: Path) -> None:
    """As a real QEMU 7.2 does it."""
    stream = corpus.stream_bytes("tiny.v72")
    end = stream.index(b"\x7e\0\0\0\2") + 5
    (problem,) = verdict_on(stream[: end - lost], tmp_path).problems
    assert problem.qemu["7.2"] == "Mismatched section id in footer for ram - read 0x0 expected 0x2"


def test_so_it_is_for_a_section_that_nothing_describes(tmp_path: Path) -> None:
    stream = corpus.stream_bytes("tiny.v72")
    (tmp_path / "whole.mig").write_bytes(stream)
    with closing(open_source(tmp_path / "whole.mig")) as source:
        records = index_stream(source).records
    record = next(record for record in records if record.type == "FULL" and record.section_id)
    problem = verdict_on(stream[: record.offset + record.length - 2], tmp_path).problems[0]
    expected = f"Mismatched section id in footer for {record.idstr} - read 0x0 expected {record.section_id:#x}"
    assert problem.qemu["7.2"] == expected


def test_a_description_with_a_wrong_size_is_not_believed(tmp_path: Path) -> None:
    """A loader does not look at the description, so what it says wrongly must not make an error."""
    stream = bytearray(corpus.stream_bytes("tiny.v72"))
    begin = stream.index(b'"name": "fw_cfg"')
    size = stream.index(b'"type": "uint16", "size": 2', begin) + len(b'"type": "uint16", "size": ')
    stream[size] = ord("4")
    verdict = verdict_on(bytes(stream), tmp_path)
    assert (verdict.verdict, errors(verdict)) == (LOADS, [])
    (warned,) = [problem for problem in verdict.problems if problem.code == "description-wrong"]
    assert warned.section == "fw_cfg (0)"
    assert warned.message.endswith("field cur_entry is uint16 and has 4 bytes")


def test_an_error_behind_a_thousand_warnings_still_counts(tmp_path: Path) -> None:
    """Zero pages of another byte, then a word that no QEMU knows."""
    stream = corpus.stream_bytes("tiny.v72")
    (part,) = [row[0] for row in CASES["tiny.v72"]["facts"]["index"] if row[1] == "PART"]
    behind = stream.index(b"pc.ram", part) + len(b"pc.ram") + 1
    filled, unknown = (0x22).to_bytes(8) + b"\xab", (0x400).to_bytes(8)
    verdict = verdict_on(stream[:behind] + filled * 1200 + unknown + stream[behind:], tmp_path)
    assert sum(problem.code == "zero-fill" for problem in verdict.problems) == 1000
    assert "ram-flags" in errors(verdict)
    assert verdict.by_version["7.2"] == REFUSES


MANY_DEVICES = ("devices", "microvm", "isapc", "q35-live", "pc-live")


@pytest.mark.parametrize("name", [name for name in corpus.plain_cases() if name.startswith(MANY_DEVICES)])
def test_a_good_stream_loads_into_the_machine_that_wrote_it(indexed: Indexed, name: str) -> None:
    index = indexed(name)
    release = "7.2" if name.endswith(".v72") else "10.0"
    verdict = judge(index, replace(target_of(index), releases=(release,)))
    assert verdict.by_version == {release: LOADS}
    assert not [problem for problem in verdict.problems if problem.severity is Severity.ERROR]

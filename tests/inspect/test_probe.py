"""A real QEMU's command line as the target: what it would send, and what it says when it loads."""

from __future__ import annotations

import shlex
from contextlib import closing
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.inspect.against.judge import verify_against
from snapmgr.inspect.against.probe import probe, words_of
from snapmgr.inspect.against.trial import tried
from snapmgr.inspect.verify import LOADS, REFUSES
from tests import corpus
from tests.qemu import QEMU, needs_qemu

NONE = shlex.join([QEMU or "", *corpus.streams()["cases"]["machine-none.v72"]["dest_args"]])


def test_a_command_line_is_words_and_never_waits_for_a_stream() -> None:
    assert words_of("qemu -incoming 'exec:touch /x' -name 'a b; c'") == ["qemu", "-name", "a b; c"]
    assert words_of(f"qemu -name {'x' * 300}") == ["qemu", "-name", "x" * 300]
    with pytest.raises(UsageError):
        words_of("qemu 'unclosed")


@needs_qemu[0]
@needs_qemu[1]
@pytest.mark.parametrize(("memory", "verdict"), [("4M", LOADS), ("5M", REFUSES)])
def test_what_is_foreseen_is_what_that_qemu_does(memory: str, verdict: str, tmp_path: Path) -> None:
    (tmp_path / "s.mig").write_bytes(corpus.stream_bytes("machine-none.v72"))
    command = NONE.replace("-m 4M", f"-m {memory}")
    target = probe(command)
    (release,) = target.releases
    with closing(open_source(tmp_path / "s.mig")) as source:
        foreseen = verify_against(source, target)
        done = tried(foreseen, source, command, target)
    assert foreseen.by_version == done.by_version == {release: verdict}
    assert not any(problem.code == "dry-run" for problem in done.problems)
    assert all(set(problem.qemu) <= {release} for problem in foreseen.problems)
    if verdict == REFUSES:
        assert foreseen.problems[0].qemu[release] == "Size mismatch: ram: 0x400000 != 0x500000: Invalid argument"
        assert foreseen.problems[0].hint == "Start the target with -m 4M."


@needs_qemu[0]
@needs_qemu[1]
def test_a_qemu_that_does_not_start_is_quoted() -> None:
    with pytest.raises(SnapmgrError, match=r"qemu-system-x86_64: unsupported machine type") as caught:
        probe(f"{QEMU} -M no-such-machine")
    assert caught.value.code == "qemu-failed"

"""``snapctl`` as a process of its own: pipes, signals, start-up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import corpus
from tests.cli.places import stored

SNAPCTL = [sys.executable, "-m", "snapmgr.cli"]


def test_standard_input():
    done = subprocess.run(
        [*SNAPCTL, "inspect", "-", "--json"], input=corpus.stream_bytes("tiny.v72"), capture_output=True, check=True
    )
    document = json.loads(done.stdout)
    assert document["container"] == "stdin"
    assert document["size"] == len(corpus.stream_bytes("tiny.v72"))


def test_nothing_but_the_document_and_no_progress_in_a_pipe():
    done = subprocess.run([*SNAPCTL, "--json", "inspect", stored("tiny.v72")], capture_output=True, check=True)
    json.loads(done.stdout)
    assert done.stderr == b""


def test_a_reader_that_leaves_early_is_no_error():
    """As in ``snapctl devices FILE | head -1``: the pipe is closed long before everything is written."""
    process = subprocess.Popen(
        [*SNAPCTL, "devices", stored("devices-pc.v72")], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 0


def interrupted(process):
    """Output of a process after Ctrl+C, pressed again if it came right before a read that then went to sleep."""
    for _ in range(20):
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=3)
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    raise AssertionError("the interrupt was not seen")


def test_an_interrupt_ends_with_130_and_leaves_nothing(tmp_path):
    """Standard input never ends, so the command is certainly at work when the signal comes."""
    with_interrupts = (
        "import signal, sys; from snapmgr.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # test workers are started without it
        "sys.exit(main())"
    )
    words = ["--json", "convert", "-", "-o", str(tmp_path / "out")]
    process = subprocess.Popen(
        [sys.executable, "-c", with_interrupts, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(corpus.stream_bytes("tiny.v72"))  # more than a pipe holds: it comes back when they read
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stdout is not None and process.stderr is not None
        assert json.loads(process.stdout.read())["error"]["code"] == "cancelled"
        assert process.stderr.read() == b""
    finally:
        process.kill()
        process.communicate()
    assert list(tmp_path.iterdir()) == []


def test_start_up_brings_neither_numpy_nor_the_engine():
    """What ``--version`` imports decides how long every completion and every script waits."""
    code = "import sys; from snapmgr.cli import main; main(['--version']); print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert "click" in loaded
    heavy = {"numpy", "zstandard", "PySide6", "snapmgr.inspect.index", "snapmgr.block.qcow2", "asyncio"}
    assert heavy.isdisjoint(loaded)


def test_bash_completes_commands_and_files():
    environment = os.environ | {"_SNAPCTL_COMPLETE": "bash_complete", "COMP_WORDS": "snapctl sn", "COMP_CWORD": "1"}
    done = subprocess.run(SNAPCTL, env=environment, capture_output=True, check=True, text=True)
    assert done.stdout == "plain,snapshot\n"


WORDS = (["inspect", "STREAM"], ["inspect", "STREAM", "--json"], ["ram", "STREAM", "--block", "pc.ram"], ["--version"])


def words_of(words):
    return [str(stored("tiny.v72")) if word == "STREAM" else word for word in words]


@pytest.mark.parametrize("closed", [1, 2])
@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_a_closed_stream_is_written_to_by_nobody(words, closed):
    """As in ``snapctl inspect FILE >&-``."""
    command = ["sh", "-c", f'exec "$@" {closed}>&-', "sh", *SNAPCTL, *words_of(words)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("words", [*WORDS[:3], ["inspect", "/no/such/file", "--json"]], ids=" ".join)
def test_standard_output_on_a_full_disk_is_one_error(words):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*SNAPCTL, *words_of(words)], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr == b"snapctl: standard output cannot be written: No space left on device\n"


def test_a_terminal_that_lacks_a_character_gets_it_escaped(tmp_path):
    path = tmp_path / "снимок.mig"
    path.write_bytes(corpus.stream_bytes("tiny.v72"))
    environment = os.environ | {"PYTHONIOENCODING": "latin-1"}
    done = subprocess.run([*SNAPCTL, "verify", path], env=environment, capture_output=True, check=True)
    assert rb"\u0441\u043d\u0438\u043c\u043e\u043a.mig" in done.stdout


@pytest.mark.parametrize("words", [["inspect", "-"], ["convert", "-", "-o", "out"]], ids=" ".join)
def test_endless_bytes_that_are_no_stream_are_refused_at_once(tmp_path, words):
    with Path("/dev/zero").open("rb") as zeros:
        done = subprocess.run(
            [*SNAPCTL, "--json", *words], stdin=zeros, capture_output=True, cwd=tmp_path, timeout=60, check=False,
            env=os.environ | {"PYTHONPATH": str(corpus.ROOT)},
        )  # fmt: skip
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (3, "not-a-stream")
    assert list(tmp_path.iterdir()) == []


def test_an_image_in_a_pipe_is_named_for_what_it_is():
    done = subprocess.run(
        [*SNAPCTL, "--json", "inspect", "-"], input=b"QFI\xfb\0\0\0\3" * 20, capture_output=True, check=False
    )
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (3, "image-in-a-pipe")


def test_every_name_of_standard_output_gets_the_stream_and_nothing_else():
    stream = corpus.stream_bytes("tiny.v72")
    command = [*SNAPCTL, "convert", stored("tiny.v72"), "-o", "/dev/stdout"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == stream


def test_a_request_to_end_takes_the_half_file_away(tmp_path):
    """SIGTERM while standard input still comes; the pipe holds less than the stream, so that writing is under way."""
    command = [*SNAPCTL, "convert", "-", "-o", str(tmp_path / "out"), "--container", "zst"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdin is not None
        process.stdin.write(corpus.stream_bytes("tiny.v72"))
        process.stdin.flush()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 130
        assert process.stderr is not None and process.stderr.read() == b"snapctl: cancelled\n"
    finally:
        process.kill()
        process.communicate()
    assert list(tmp_path.iterdir()) == []


def test_bash_completes_from_the_line_as_it_was_typed(tmp_path):
    image = next(iter(corpus.unpack_image("vm-hmp-72", tmp_path).values()))
    for line, answer in ((f"snapctl inspect {image}@wo", "=@work\n"), ("snapctl inspect vm", "file\n")):
        environment = os.environ | {"_SNAPCTL_COMPLETE": "bash_complete", "_SNAPCTL_LINE": line}
        done = subprocess.run(SNAPCTL, env=environment, capture_output=True, check=True, text=True)
        assert done.stdout == answer

"""``snapctl`` as a process of its own: pipes, signals, start-up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

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

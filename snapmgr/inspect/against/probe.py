"""A QEMU command line as the target: asked for its device types, and for what it would send while it is stopped.

Nothing goes through a shell.  The guest never runs: QEMU is started with ``-S`` and killed when it has answered.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from snapmgr.containers.open import open_source
from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.inspect.against.control import Control
from snapmgr.inspect.against.dumped import target_of_dump, type_facts
from snapmgr.inspect.against.streams import target_of_stream
from snapmgr.inspect.against.target import Target
from snapmgr.vmstate.dump import Json
from snapmgr.vmstate.dumpfile import parse_dump

PATIENCE = 60.0
"""Seconds that a QEMU has for each answer; it takes less than one."""

_HINT = "Name a stream, a JSON file, or a command line such as 'qemu-system-x86_64 -M pc'."
_QUIET = ("-display", "none")
_STOPPED = ("-S", *_QUIET)


def words_of(command: str) -> list[str]:
    """The words of a command line, without what would make it wait for a stream.  Raises UsageError."""
    if os.path.isfile(command):  # noqa: PTH113 - pathlib raises for what is too long for a path
        return [str(Path(command).absolute())]
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError("usage", f"{command!r} is no command line: {error}") from None
    if not words:
        raise UsageError("usage", "name a file, a machine type or a QEMU command line")
    while "-incoming" in words[1:]:
        at = words.index("-incoming", 1)
        del words[at : at + 2]
    return words


def ask_dump(command: str) -> bytes:
    """What ``-dump-vmstate`` writes.  Raises UsageError, SnapmgrError ``qemu-failed`` with QEMU's first line."""
    words = words_of(command)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "dump.json")
        try:
            done = subprocess.run(
                [*words, *_QUIET, "-dump-vmstate", str(file)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except OSError as error:
            raise failed(words[0], error.strerror or str(error)) from error
        except subprocess.TimeoutExpired as error:
            raise failed(words[0], f"gave no dump within {PATIENCE:.0f} s") from error
        if done.returncode or not file.exists():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise failed(words[0], said[0] if said else f"ended with {done.returncode}")
        return file.read_bytes()


def probe(command: str) -> Target:
    """The machine that a command line makes: everything that it would send.

    Raises UsageError, DumpError, SnapmgrError ``qemu-failed``.
    """
    dump = parse_dump(ask_dump(command))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "probe.mig")
        release = save(words_of(command), path)
        with closing(open_source(path)) as source:
            return _combined(target_of_stream(source), dump, command, release)


def _combined(sent: Target, dump: Json, command: str, release: str) -> Target:
    named = target_of_dump(dump, command)
    machine = sent.machine or named.machine
    return replace(sent, label=command, machine=machine, types=type_facts(dump), releases=(release,))


def save(words: list[str], path: Path) -> str:
    """Let it write what it would send; returns which loader it is like."""
    out, into = os.pipe()
    keeper = threading.Thread(target=_keep, args=(out, path), daemon=True)
    keeper.start()
    try:
        with Control([*words, *_STOPPED], PATIENCE) as qemu:
            version = qemu.run("query-version")["qemu"]
            qemu.run("getfd", descriptors=(into,), fdname="probe")
            os.close(into)
            into = -1
            qemu.run("migrate", uri="fd:probe")
            qemu.wait_for_migration()
    finally:
        if into >= 0:
            os.close(into)
        keeper.join(PATIENCE)
    return release_of(int(version["major"]), int(version["minor"]))


def release_of(major: int, minor: int) -> str:
    """Which of the loaders that are imitated a QEMU is like."""
    if major < 8:
        return "7.2"
    return "10.0" if (major, minor) < (10, 2) else "11.1"


def _keep(descriptor: int, path: Path) -> None:
    with os.fdopen(descriptor, "rb") as stream, path.open("wb") as file:
        while piece := stream.read(1 << 20):
            file.write(piece)


def failed(program: str, reason: str) -> SnapmgrError:
    """QEMU could not be asked."""
    reason = reason.removeprefix(f"{program}: ").removeprefix(f"{Path(program).name}: ")
    return SnapmgrError("qemu-failed", f"{program}: {reason}", hint=_HINT)

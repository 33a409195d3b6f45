"""A dry load: the QEMU that a command line names loads the stream, stopped, and is killed when it has answered."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from snapmgr.containers.capture import CaptureSource
from snapmgr.containers.source import Source
from snapmgr.errors import SnapmgrError, Unsupported
from snapmgr.inspect.against.control import PAUSED, Control
from snapmgr.inspect.against.probe import words_of
from snapmgr.inspect.against.target import Target
from snapmgr.inspect.model import Problem, Severity
from snapmgr.inspect.verify import LOADS, REFUSES, WAITS, Verdict

PATIENCE = 60.0
"""Seconds that it may take; after that it waits for something that a stream cannot bring."""

_LOADED, _FAILED, _QUIET = "completed", "failed", ("-S", "-display", "none")


@dataclass(frozen=True, slots=True)
class Trial:
    """How it ended, and what QEMU said."""

    verdict: str
    lines: tuple[str, ...]


def tried(verdict: Verdict, source: Source, command: str, target: Target) -> Verdict:
    """The verdict as a real load has it, with what QEMU said where that was not foreseen."""
    if isinstance(source, CaptureSource):
        message = f"{source.label} is a folder with captured channels, which cannot be handed to a QEMU in one piece"
        hint = "Convert it first: that gives a plain stream."
        raise Unsupported("dry-run-channels", message, path=source.path, hint=hint)
    trial = try_load(source, command)
    release = target.releases[0]
    problems = verdict.problems
    if trial.lines and not any(trial.lines[0] == problem.qemu.get(release) for problem in problems):
        problems = (_said(trial, release), *problems)
    if trial.verdict == LOADS:
        problems = tuple(_lowered(problem) for problem in problems)
    return Verdict({release: trial.verdict}, problems)


def try_load(source: Source, command: str, patience: float = PATIENCE) -> Trial:
    """Let a QEMU load the stream.  Raises UsageError, SnapmgrError ``qemu-failed`` where it cannot be started."""
    words = [*words_of(command), *_QUIET, "-incoming", "defer"]
    out, into = os.pipe()
    feeder = threading.Thread(target=_feed, args=(source, into), daemon=True)
    try:
        with Control(words, patience) as qemu:
            return _load(qemu, out, feeder)
    finally:
        _close(out)
        if not feeder.ident:
            _close(into)
        else:
            feeder.join(patience)


def _load(qemu: Control, out: int, feeder: threading.Thread) -> Trial:
    qemu.run("getfd", descriptors=(out,), fdname="stream")
    return ending(qemu, feeder.start)


def ending(qemu: Control, feed: Callable[[], object]) -> Trial:
    """Have it load what stands in its descriptor ``stream``, which ``feed`` brings, and see what becomes of it.

    What it said before, of its own command line, is none of the trial's lines.
    """
    before = len(qemu.said())
    try:
        qemu.run("migrate-incoming", uri="fd:stream")
        feed()
        status = qemu.wait_for_migration()
        if status == PAUSED:  # it says so first, and why afterwards
            qemu.wait_for_words()
        elif status == _FAILED:  # the same, and then it ends
            qemu.ended()
    except SnapmgrError:
        verdict = REFUSES if qemu.ended() else WAITS
        return Trial(verdict, tuple(qemu.said()[before:]))
    lines = tuple(qemu.said()[before:])
    return Trial({_LOADED: LOADS, "colo": WAITS, PAUSED: WAITS}.get(status, REFUSES), lines)


def _feed(source: Source, into: int) -> None:
    """All of the stream, as far as QEMU takes it."""
    try:
        with os.fdopen(into, "wb", buffering=0) as pipe:
            for piece in source.chunks():
                while len(piece):
                    piece = piece[pipe.write(piece) :]
    except (OSError, SnapmgrError):
        return


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:
        return


def _said(trial: Trial, release: str) -> Problem:
    severity = Severity.ERROR if trial.verdict == REFUSES else Severity.WARNING
    message = "QEMU itself refused to load it" if trial.verdict == REFUSES else "QEMU itself loaded it, and said this"
    return Problem(severity, "dry-run", 0, message, qemu={release: trial.lines[0]})


def _lowered(problem: Problem) -> Problem:
    """What QEMU has loaded has no error."""
    return replace(problem, severity=Severity.WARNING) if problem.severity is Severity.ERROR else problem

"""What the later states of the devices in one stream have, as COLO's checkpoints do, and the first one had not.

The stream describes the first one alone: a subsection that was not needed then has no description.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from snapmgr.containers.source import Source
from snapmgr.inspect.model import Problem, Severity
from snapmgr.vmstate.description import VmDescription
from snapmgr.wire.constants import RecordType

_HEAD = 2 + 255
"""Bytes of the longest name, and before it."""


def without_later_subsections(
    problems: Iterable[Problem], source: Source, description: VmDescription, described: int
) -> Iterator[Problem]:
    """The problems, where bytes behind offset ``described`` that are such a subsection are no fault but a note."""
    for problem in problems:
        name = _subsection(problem, source, description) if problem.offset > described else None
        yield problem if name is None else _noted(problem, name)


def _subsection(problem: Problem, source: Source, description: VmDescription) -> str | None:
    """Name of the subsection of its own device that the bytes at fault are."""
    if problem.code != "missing-section-footer" or problem.section is None or not problem.length:
        return None
    idstr, _, instance = problem.section.removesuffix(")").rpartition(" (")
    device = description.find(idstr, int(instance)) if instance.isdecimal() else None
    head = bytes(source.read(problem.offset, min(problem.length, _HEAD)))
    if device is None or len(head) < 2 or head[0] != RecordType.SUBSECTION or len(head) < 2 + head[1]:
        return None
    name = head[2 : 2 + head[1]].decode("utf-8", "surrogateescape")
    return name if name.startswith(f"{device.vmsd_name}/") else None


def _noted(problem: Problem, name: str) -> Problem:
    return replace(
        problem,
        severity=Severity.NOTE,
        code="later-subsection",
        message=f"The subsection {name} came with a later checkpoint, and the stream does not describe it",
        cause="A description is of the first state of the devices, which did not need this subsection.",
        hint="Nothing has to be done: a machine that knows the subsection loads it.",
        qemu={},
    )

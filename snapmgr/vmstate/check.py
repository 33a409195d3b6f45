"""Would what one program saves be loaded by another?  Two dumps compared, by the rules of QEMU's own check.

The rules are those of scripts/vmstate-static-checker.py: a field may move into a struct or out of one, give its place
to unused bytes of the same size, or have one of the listed other names; new fields at the end, and devices and
subsections that only the destination knows, are no problem.
"""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.vmstate.dump import MACHINE, Json
from snapmgr.vmstate.fieldcheck import FieldCheck
from snapmgr.vmstate.findings import Finding, Findings
from snapmgr.vmstate.renamed import SECTIONS


@dataclass(frozen=True, slots=True)
class Report:
    """``findings`` keep the destination from loading; ``machines`` are two machine types that differ, which by itself
    does not."""

    findings: tuple[Finding, ...]
    machines: tuple[str, str] | None = None

    @property
    def compatible(self) -> bool:
        return not self.findings


def check_dumps(source: Json, destination: Json) -> Report:
    """Compare two dumps that ``parse_dump`` accepted, or that ``dump`` made."""
    findings, machines = Findings(), None
    for name, section in source.items():
        other = destination.get(name, destination.get(SECTIONS.get(name, "")))
        if other is None:
            findings.add("section-missing", name, f"the destination has no {name}")
        elif name != MACHINE:
            _check_section(findings, name, section, other)
        elif section["Name"] != other["Name"]:
            machines = (section["Name"], other["Name"])
    return Report(tuple(findings.found), machines)


def _check_section(findings: Findings, name: str, source: Json, destination: Json) -> None:
    findings.version(name, "", source, destination)
    for entry in source:
        if entry not in destination:
            findings.add("entry-missing", name, f"the destination's {name} has no {entry}")
        elif entry == "Description":
            FieldCheck(findings, name).description(source[entry], destination[entry])

"""Headers of sections and the configuration, judged by themselves and by the stream's own description."""

from __future__ import annotations

import pytest

from snapmgr.inspect.header_checks import machine_problem, section_problem
from snapmgr.inspect.model import Severity
from snapmgr.vmstate.description import Device, Struct, VmDescription
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Configuration, SectionBegin

KNOWN = VmDescription((Device("fw_cfg", 0, Struct("fw_cfg", 2, ())),))


def section(name: str, instance: int = 0, version: int = 2) -> SectionBegin:
    length = 14 + len(name.encode("utf-8", "surrogateescape"))
    return SectionBegin(100, length, RecordType.FULL, 8, name, instance, version)


def test_what_is_described_is_no_problem() -> None:
    assert section_problem(section("fw_cfg"), KNOWN) is None
    assert section_problem(section("fw_cfg", 0xFFFFFFFF), KNOWN) is None
    assert section_problem(section("anything"), None) is None


@pytest.mark.parametrize(
    ("event", "severity", "code", "offset", "text"),
    [
        (section("\udcff\udcfe_cfg"), Severity.ERROR, "section-name", 106, "Unknown savevm section or instance '"),
        (section("zz_cfg"), Severity.WARNING, "section-not-described", 105, "Unknown savevm section or instance 'zz_"),
        (section("fw\0cfg"), Severity.WARNING, "section-not-described", 105, "Unknown savevm section or instance 'fw'"),
        (section("fw_cfg", 7), Severity.WARNING, "section-not-described", 105, "Unknown savevm section or instance 'f"),
        (
            section("fw_cfg", 0, 99),
            Severity.WARNING,
            "version-not-described",
            116,
            "savevm: unsupported version 99 for",
        ),
        (
            section("fw_cfg", 0, 1 << 30),
            Severity.ERROR,
            "section-version",
            116,
            "savevm: unsupported version 1073741824",
        ),
        (section("fw_cfg", 0, 1), Severity.WARNING, "version-not-described", 116, ""),
    ],
)
def test_what_is_not(event: SectionBegin, severity: Severity, code: str, offset: int, text: str) -> None:
    problem = section_problem(event, KNOWN)
    assert problem is not None
    assert (problem.severity, problem.code, problem.offset) == (severity, code, offset)
    assert problem.qemu.get("7.2", "").startswith(text)
    assert bool(problem.qemu) == bool(text)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [(b"pc-i440fx-7.2", False), (b"pc\0\1", False), (b"", False), (b"pc\1", True), (b"p\xffc", True)],
)
def test_machine_types_hold_printable_bytes_only(name: bytes, wrong: bool) -> None:
    problem = machine_problem(Configuration(8, 5 + len(name), name, ()))
    assert (problem is not None) is wrong

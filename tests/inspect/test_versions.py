"""What only some versions of QEMU know."""

from __future__ import annotations

from snapmgr.inspect.model import Severity
from snapmgr.inspect.versions import VersionNotes


def test_only_the_first_place_is_noted() -> None:
    notes = VersionNotes()
    notes.see("multifd-flush", 100, 8)
    notes.see("multifd-flush", 200, 8)
    assert [(note.code, note.offset) for note in notes.notes] == [("multifd-flush", 100)]


def test_capabilities_by_version() -> None:
    notes = VersionNotes()
    assert notes.capability("x-ignore-shared", 26, 50) is None and notes.notes == []
    assert notes.capability("mapped-ram", 26, 50) is None
    assert notes.capability("compress", 26, 50) is None
    assert [note.qemu for note in notes.notes] == [
        {"7.2": "Received unknown capability mapped-ram"},
        {
            "10.0": "Received unknown capability compress",
            "11.1": "load of migration failed: Invalid argument: Loading VM subsection 'configuration/capabilities' in "
            "'configuration' failed: Received unknown capability compress",
        },
    ]
    problem = notes.capability("nosuch!", 26, 50)
    assert problem is not None and problem.severity is Severity.ERROR
    assert set(problem.qemu) == {"7.2", "10.0", "11.1"}

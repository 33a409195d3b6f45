"""Trace events: frozen, named as in migration/trace-events, with their arguments in QEMU's order."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = 1
"""Version of the recorded form; raised when an event's arguments change their meaning."""

Value = int | str | bool | None


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One event: ``name`` as in QEMU, ``arguments`` by name, ``offset`` in bytes of the stream where it has one."""

    name: str
    arguments: tuple[tuple[str, Value], ...] = ()
    offset: int | None = None

    def __getitem__(self, key: str) -> Value:
        return dict(self.arguments)[key]

    def __str__(self) -> str:
        return " ".join((self.name, *(f"{name}={value}" for name, value in self.arguments)))


def loadvm_section(section_type: int, offset: int) -> TraceEvent:
    """A record's type byte was read (savevm.c: qemu_loadvm_state_main)."""
    return TraceEvent("qemu_loadvm_state_section", (("section_type", section_type),), offset)


def loadvm_section_startfull(section_id: int, idstr: str, instance_id: int, version_id: int, offset: int) -> TraceEvent:
    """Header of a START or FULL section (savevm.c: qemu_loadvm_section_start_full)."""
    arguments = (
        ("section_id", section_id),
        ("idstr", idstr),
        ("instance_id", instance_id),
        ("version_id", version_id),
    )
    return TraceEvent("qemu_loadvm_state_section_startfull", arguments, offset)


def loadvm_section_partend(section_id: int, offset: int) -> TraceEvent:
    """Header of a PART or END section (savevm.c: qemu_loadvm_section_part_end)."""
    return TraceEvent("qemu_loadvm_state_section_partend", (("section_id", section_id),), offset)


def loadvm_process_command(name: str, length: int, offset: int) -> TraceEvent:
    """A command whose number and length are right (savevm.c: loadvm_process_command)."""
    return TraceEvent("loadvm_process_command", (("s", name), ("len", length)), offset)


def loadvm_handle_cmd_packaged(length: int, offset: int) -> TraceEvent:
    """A package begins (savevm.c: loadvm_handle_cmd_packaged)."""
    return TraceEvent("loadvm_handle_cmd_packaged", (("length", length),), offset)

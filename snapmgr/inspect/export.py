"""A stream's state as text for other programs: what QEMU's analyze-migration.py prints.

The form is that script's (QEMU 7.2 and 10.0 print the same for the same state): sections in the order of the wire,
numbers as hexadecimal text of their width, a negative one with its decimal value, everything else as bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from snapmgr.errors import StreamError
from snapmgr.vmstate.description import LISTS, VmDescription
from snapmgr.vmstate.tree import FieldKind, FieldValue
from snapmgr.vmstate.walk import DecodedSection, decode

MAX_VALUES = 4_000_000
"""Values printed in all; a description may promise endless arrays of nothing."""

_SIGNED = frozenset(
    ("int8", "int16", "int32", "int32 equal", "int32 le", "int64", "int64 equal", "uint8 equal", "uint16 equal")
)
"""Types that the script prints as signed, `uint8 equal` and `uint16 equal` too."""

_UNSIGNED = frozenset(("uint8", "uint16", "uint32", "uint32 equal", "uint64"))


@dataclass(frozen=True, slots=True)
class FullSection:
    """A FULL section: ``payload`` are its bytes without header and footer, the first at ``offset`` in the stream."""

    section_id: int
    idstr: str
    instance_id: int
    version_id: int
    payload: bytes | memoryview
    offset: int


@dataclass(frozen=True, slots=True)
class IterableSection:
    """A section sent in parts.  ``blocks`` are name and used length in bytes of RAM blocks, None for anything else."""

    section_id: int
    idstr: str
    blocks: Sequence[tuple[str, int]] | None = None


def analyze_json(description: VmDescription | None, sections: Iterable[FullSection | IterableSection]) -> str:
    """Text as the script prints it, with the newline at its end; ``sections`` in the order of the wire.

    Raises StreamError where the script gives up on device state too: no vmdesc (``no-vmdesc``), a section that is
    not described (``section-not-described``), or one whose bytes do not fit their description (the fault's code).
    """
    if description is None:
        hint = "Show the tree of fields instead; the devices that are known are decoded there."
        raise StreamError("no-vmdesc", "the stream does not describe its devices", hint=hint)
    budget = _Budget()
    found: dict[int, tuple[str, Any]] = {}
    for section in sections:
        if isinstance(section, FullSection):
            value: Any = _section(description, section, budget)
        else:
            value = _iterable(section)
        found[section.section_id] = (section.idstr, value)
    result = {f"{idstr} ({number})": value for number, (idstr, value) in found.items()}
    return json.dumps(result, indent=4, separators=(",", ": ")) + "\n"


def _iterable(section: IterableSection) -> Any:
    if section.blocks is None:
        return ""
    return {"section sizes": {name: f"0x{length:016x}" for name, length in section.blocks}}


def _section(description: VmDescription, section: FullSection, budget: _Budget) -> dict[str, Any]:
    device = description.find(section.idstr, section.instance_id)
    if device is None:
        message = f"{section.idstr} ({section.instance_id}) is not described"
        raise StreamError("section-not-described", message, offset=section.offset)
    decoded = decode(device, section.payload, section.offset)
    if decoded.faults:
        fault = decoded.faults[0]
        message = f"{section.idstr} ({section.instance_id}): {fault.message}"
        raise StreamError(fault.code, message, offset=fault.offset)
    return _struct(decoded, decoded.children, budget)


class _Budget:
    """Counts values down."""

    def __init__(self) -> None:
        self._left = MAX_VALUES

    def spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise StreamError("too-many-fields", f"more than {MAX_VALUES} values")


def _struct(decoded: DecodedSection, children: Iterable[FieldValue], budget: _Budget) -> dict[str, Any]:
    """Values by name; several of one name become a list, whatever they are."""
    values: dict[str, list[Any]] = {}
    for child in children:
        if child.kind is FieldKind.SUBSECTION:
            budget.spend()
            values[child.name] = [_struct(decoded, child.children, budget)]
        elif child.kind is FieldKind.ARRAY and child.type not in LISTS:
            held = values.setdefault(child.name, [])
            held.extend(_value(decoded, element, budget) for element in child.children)
        else:
            values.setdefault(child.name, []).append(_value(decoded, child, budget))
    return {name: held[0] if len(held) == 1 else held for name, held in values.items()}


def _value(decoded: DecodedSection, value: FieldValue, budget: _Budget) -> Any:
    budget.spend()
    if value.kind is FieldKind.STRUCT and value.type == "struct":
        return _struct(decoded, value.children, budget)
    return _scalar(value.type, decoded.raw(value))


def _scalar(type_name: str, raw: memoryview) -> Any:
    if type_name == "bool":
        return bool(raw[:1].tobytes() not in (b"", b"\0"))
    if type_name in _SIGNED and raw:
        number = int.from_bytes(raw, signed=True)
        text = f"0x{int.from_bytes(raw):0{2 * len(raw)}x}"
        return text if number >= 0 else f"{text} ({number})"
    if type_name in _UNSIGNED:
        return f"0x{int.from_bytes(raw):0{2 * len(raw)}x}"
    if type_name == "nullptr":
        return "nullptr"
    return raw.hex(" ")

"""What ``-dump-vmstate`` writes: all device types with versions, fields and subsections (savevm.c: dump_vmstate_vmsd).

Two steps: declarations become plain JSON values, and these become text with QEMU's layout, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from snapmgr.vmstate.arrays import Fixed
from snapmgr.vmstate.field import Field
from snapmgr.vmstate.state import VMState
from snapmgr.vmstate.structs import HoldsState

MACHINE = "vmschkmachine"
Json = dict[str, Any]


def dump(machine: str, types: Mapping[str, VMState], *, counts: bool = False) -> Json:
    """The dump of a machine type with device ``types`` by name.  Sizes are those of one element in bytes.

    ``counts`` adds ``num`` to arrays, as QEMU does since 8.0.
    """
    result: Json = {MACHINE: {"Name": machine}}
    for name, state in types.items():
        versions = {"version_id": state.version, "minimum_version_id": state.minimum_version}
        result[name] = {"Name": name, **versions, "Description": _state(state, counts)}
    return result


def dump_text(value: Json) -> str:
    """A dump as text: two spaces a level, one key or element a line, empty lists over three lines."""
    return "".join(_lines(value, 0)) + "\n"


def _state(state: VMState, counts: bool) -> Json:
    result: Json = {
        "name": state.name,
        "version_id": state.version,
        "minimum_version_id": state.minimum_version,
    }
    if state.fields or not state.unmigratable:
        result["Fields"] = [_field(field, counts) for field in state.fields if not field.must_exist]
    if state.subsections:
        result["Subsections"] = [_state(sub, counts) for sub in state.subsections]
    return result


def _field(field: Field, counts: bool) -> Json:
    result: Json = {"field": field.name, "version_id": field.since, "field_exists": field.exists is not None}
    if counts and isinstance(field.shape, Fixed):
        result["num"] = field.shape.static_count
    result["size"] = field.kind.size
    if isinstance(field.kind, HoldsState):
        result["Description"] = _state(field.kind.state, counts)
    return result


def _lines(value: Any, indent: int) -> Iterator[str]:
    pad = " " * indent
    if isinstance(value, dict):
        yield "{\n"
        for number, (key, item) in enumerate(value.items()):
            yield (",\n" if number else "") + f"{pad}  {json.dumps(key)}: "
            yield from _lines(item, indent + 2)
        yield f"\n{pad}}}"
    elif isinstance(value, list):
        yield "[\n"
        for number, item in enumerate(value):
            yield (",\n" if number else "") + pad + "  "
            yield from _lines(item, indent + 2)
        yield f"\n{pad}]"
    else:
        yield json.dumps(value)

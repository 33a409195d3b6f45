"""Saving a state: its bytes, and the description that goes into the vmdesc (migration/vmstate.c).

Texts are those of vmstate_save_state_v in QEMU 7.2 and 10.0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from snapmgr.vmstate.arrays import elements
from snapmgr.vmstate.containers import pack
from snapmgr.vmstate.entries import Head, heads
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field
from snapmgr.vmstate.plan import Run, Step, steps
from snapmgr.vmstate.repeated import as_object
from snapmgr.vmstate.state import Style, VMState
from snapmgr.wire.constants import RecordType
from snapmgr.wire.writer import counted

NULL_MARKER = b"0"
"""Stands in the stream for a null pointer in an array (VMS_NULLPTR_MARKER)."""

Entries = list[dict[str, Any]]


def save_state(state: VMState, target: Any, out: bytearray, *, version: int | None = None) -> dict[str, Any]:
    """Append the bytes of ``target`` as ``state`` declares them, subsections included, and return their description:
    ``{"vmsd_name", "version", "fields", "subsections"}`` with QEMU's keys in QEMU's order.

    ``version`` is that of the fields to send, None the state's own.  Raises VMStateError with the field's path; what
    ``out`` holds from its former end on is then not to be used.
    """
    description = save_parts(state, target, out, version, describe=True)
    assert description is not None
    return description


def save_parts(
    state: VMState, target: Any, out: bytearray, version: int | None, *, describe: bool
) -> dict[str, Any] | None:
    """As ``save_state``; the description only where it is asked for."""
    version = state.version if version is None else version
    try:
        _hook(state.pre_save, target, f"pre-save failed: {state.name}")
        entries = _save_saved(state, target, out, version, describe)
    except VMStateError as error:
        error.version = version if error.version is None else error.version
        raise
    return {"vmsd_name": state.name, "version": version, **entries} if describe else None


def _save_saved(state: VMState, target: Any, out: bytearray, version: int, describe: bool) -> dict[str, Any]:
    """Fields and subsections; post_save runs whatever becomes of them, and its own failure counts last."""
    try:
        result: dict[str, Any] = {"fields": _save_fields(state, target, out, version, describe)}
        if subsections := _save_subsections(state, target, out, describe):
            result["subsections"] = subsections
    except VMStateError:
        if state.post_save is not None:
            _quietly(state.post_save, target)
        raise
    _hook(state.post_save, target, f"post-save failed: {state.name}")
    return result


def _hook(hook: Callable[[Any], None] | None, target: Any, text: str) -> None:
    try:
        if hook is not None:
            hook(target)
    except VMStateError as error:
        error.report(text)
        raise


def _quietly(hook: Callable[[Any], None], target: Any) -> None:
    with suppress(VMStateError):  # the first failure is the one to tell
        hook(target)


def _save_fields(state: VMState, target: Any, out: bytearray, version: int, describe: bool) -> Entries:
    entries: Entries = []
    for step in steps(state, version):
        if isinstance(step, Run):
            _save_run(state, step, target, out)
            if describe:
                entries += step.entries()
        elif step.field.is_there(target, version):
            entries += _save_step(state, step, target, out, describe)
        elif step.field.must_exist:
            text = f"Output state validation failed: {state.name}/{step.field.name}"
            raise VMStateError("validation", "the state is not valid", field=step.field.name, qemu=text)
    return entries


def _save_run(state: VMState, run: Run, target: Any, out: bytearray) -> None:
    try:
        run.save(target, out)
    except VMStateError as error:
        error.report(f"Save of field {state.name}/{error.field} failed")
        raise


def _save_step(state: VMState, step: Step, target: Any, out: bytearray, describe: bool) -> Entries:
    field = step.field
    if field.must_exist:
        return []
    try:
        values = elements(field, target)
        style = state.style if describe else None
        if field.kind.code and not field.shape.single and not field.nullable:
            return _save_numbers(step, values, out, style)
        return _save_each(step, values, target, out, style)
    except VMStateError as error:
        error.within(field.name)
        error.report(f"Save of field {state.name}/{field.name} failed")
        raise


def _save_numbers(step: Step, values: Sequence[Any], out: bytearray, style: Style | None) -> Entries:
    """All elements at once."""
    field = step.field
    out += pack(field.kind, values)
    if style is None or not len(values):
        return []
    if field.can_fold() and field.entry is None:
        places: list[Head | None] = [Head(array_len=len(values) if len(values) > 1 else None)]
    else:
        places = _heads(field, values, style)
    return [_entry(step, head, field.kind.size, ()) for head in places if head is not None]


def _save_each(step: Step, values: Sequence[Any], target: Any, out: bytearray, style: Style | None) -> Entries:
    """Element by element; without a style nothing is described."""
    field, entries = step.field, Entries()
    places: list[Head | None] = [None] * len(values) if style is None else _heads(field, values, style)
    for number, (value, head) in enumerate(zip(values, places, strict=True)):
        start = len(out)
        try:
            parts = _save_element(field, value, target, out, head is not None)
        except VMStateError as error:
            if not field.shape.single:
                error.within(f"[{number}]")
            raise
        if head is not None:
            entries.append(_entry(step, head, len(out) - start, parts))
    return entries


def _heads(field: Field, values: Sequence[Any], style: Style) -> list[Head | None]:
    if field.entry is not None:
        return [Head()] + [None] * (len(values) - 1) if len(values) else []
    return heads(field, values, style)


def _save_element(field: Field, value: Any, owner: Any, out: bytearray, describe: bool) -> Any:
    if value is not None or not field.nullable:
        return field.kind.save(value, owner, out, describe)
    out += NULL_MARKER
    return (("struct", {}),) if field.kind.type == "struct" else ()


def _entry(step: Step, head: Head, size: int, parts: Any) -> dict[str, Any]:
    """Key order of vmsd_desc_field_start and vmsd_desc_field_end."""
    literal = step.field.entry is not None
    place = {} if literal else head.keys()
    kind = {"type": "nullptr"} if head.null else {"type": step.field.kind.type}
    pairs = () if head.null else tuple(parts)
    return as_object([*step.head.items(), *place.items(), *kind.items(), *pairs, ("size", size)])


def _save_subsections(state: VMState, target: Any, out: bytearray, describe: bool) -> Entries:
    """Those that are needed, each behind a header (vmstate.c: vmstate_subsection_save)."""
    entries: Entries = []
    for sub in state.subsections:
        if not sub.is_needed(target):
            continue
        out += bytes([RecordType.SUBSECTION]) + counted(sub.name.encode()) + (sub.version & 0xFFFFFFFF).to_bytes(4)
        try:
            description = save_parts(sub, target, out, None, describe=describe)
        except VMStateError as error:
            error.within(sub.name)
            raise
        if description is not None:
            entries.append(description)
    return entries

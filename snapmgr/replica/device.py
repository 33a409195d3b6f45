"""One device of a replica: a state made from its description, with the values that the stream had."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

from snapmgr.errors import StreamError
from snapmgr.replica.schema import Schema
from snapmgr.vmstate.dumptypes import NotTold
from snapmgr.vmstate.fields import buffer
from snapmgr.vmstate.from_description import Values, from_description
from snapmgr.vmstate.load import load_bytes
from snapmgr.vmstate.state import Priority, VMState
from snapmgr.wire.events import SectionBegin


@dataclass(slots=True)
class Device:
    """``state`` and ``values`` are None for old-style devices, which are ``payload`` bytes and no more.

    ``unknown`` says why nothing tells what the bytes mean, where it is so: they are one field ``data`` then.
    """

    idstr: str
    instance_id: int
    state: VMState | None
    values: Values | None
    payload: bytes
    unknown: str | None = None

    @property
    def described(self) -> bool:
        return self.unknown is None

    @property
    def label(self) -> str:
        """As it is named by a person: idstr, and the instance where it is not 0."""
        return self.idstr if self.instance_id == 0 else f"{self.idstr} ({self.instance_id})"


def device_of(schema: Schema, begin: SectionBegin, payload: bytes, offset: int, priority: int) -> Device:
    """The device of one FULL section, whose ``payload`` stands at ``offset`` in the stream.

    Raises StreamError where payload and description do not agree.
    """
    idstr, instance_id = begin.idstr or "", begin.instance_id or 0
    described = schema.describe(begin, payload)
    if isinstance(described, NotTold):
        state = VMState(idstr, version=begin.version_id or 0, fields=(buffer("data", len(payload)),))
        return Device(idstr, instance_id, _ranked(state, priority), _opaque(payload), payload, described.reason)
    if described.size is not None and priority == 0:
        return Device(idstr, instance_id, None, None, payload)
    made = from_description(described)
    values = made.make()
    taken = _load(made.state, values, payload, begin, offset)
    if taken != len(payload):
        message = f"{idstr}: {len(payload) - taken} bytes are not described"
        raise StreamError("not-described", message, offset=offset + taken)
    return Device(idstr, instance_id, _ranked(made.state, priority), values, payload)


def _ranked(state: VMState, priority: int) -> VMState:
    return replace(state, priority=cast(Priority, priority))


def _opaque(payload: bytes) -> Values:
    values: Any = Values()
    values.data = payload
    return cast(Values, values)


def _load(state: VMState, values: Values, payload: bytes, begin: SectionBegin, offset: int) -> int:
    try:
        return load_bytes(state, values, payload, begin.version_id or 0)
    except StreamError as error:
        error.offset = offset + (error.offset or 0)
        raise

"""Where a replica learns what its devices hold: the stream itself, another stream, or a dump of device types."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.vmstate.description import Device, VmDescription
from snapmgr.vmstate.dumptypes import NO_END, DumpTypes, NotTold
from snapmgr.wire.events import SectionBegin


@dataclass(frozen=True, slots=True)
class Schema:
    """``description`` goes by idstr and instance, ``types`` by idstr and the section's bytes.

    ``ends`` says that something tells where the sections end: a description, or footers.
    """

    description: VmDescription | None
    types: DumpTypes | None
    ends: bool

    def describe(self, begin: SectionBegin, payload: bytes) -> Device | NotTold:
        """What a FULL section holds."""
        idstr, instance_id = begin.idstr or "", begin.instance_id or 0
        if self.description is not None:
            found = self.description.find(idstr, instance_id)
            return found if found is not None else NotTold("the VM description does not have it")
        if not self.ends:
            return NO_END
        if self.types is not None:
            return self.types.describe(idstr, instance_id, begin.version_id or 0, payload)
        return NotTold("the stream has no VM description")

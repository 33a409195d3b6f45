"""Where a FULL section ends, by the stream's own vmdesc (the format has no length field)."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.errors import StreamError
from snapmgr.vmstate.description import Device, Struct, VmDescription
from snapmgr.vmstate.walk import Walk

MAX_SECTION = 1 << 28
"""A described section beyond this many bytes is refused before anything waits for it."""


@dataclass(frozen=True, slots=True)
class NeedMore:
    """At least ``count`` more bytes are needed to tell."""

    count: int


def measure(description: Device | Struct, view: bytes | bytearray | memoryview) -> int | NeedMore:
    """Bytes that the section's payload takes, where ``view`` begins with it and may go on behind it.

    Subsections count only if they are really there.  Raises StreamError (``section-too-long``, or the code of the
    fault that stops the walk), with an offset that counts from the beginning of ``view``.
    """
    state = description.state if isinstance(description, Device) else description
    if state.length > MAX_SECTION:
        message = f"a section described with {state.length} bytes, more than the {MAX_SECTION} allowed"
        raise StreamError("section-too-long", message, offset=0)
    if not state.dynamic:
        return state.length if state.length <= len(view) else NeedMore(state.length - len(view))
    walk = Walk(memoryview(view).cast("B"), 0, prefix=True)
    walk.struct(state)
    if walk.missing:
        return NeedMore(walk.missing)
    if walk.stopped:
        fault = walk.faults[-1]
        raise StreamError(fault.code, fault.message, offset=fault.offset)
    return walk.position


class VmdescLayout:
    """Measures the sections that a vmdesc describes."""

    def __init__(self, description: VmDescription) -> None:
        self.description = description

    def length_of(
        self, idstr: str, instance_id: int, version_id: int, view: bytes | bytearray | memoryview
    ) -> int | NeedMore | None:
        """Payload length in bytes; None if the device is not described.  Raises StreamError as ``measure`` does.

        The version on the wire need not be the described one: QEMU checks it elsewhere.
        """
        device = self.description.find(idstr, instance_id)
        return None if device is None else measure(device, view)

"""What a virtio GPU keeps beside what all virtio devices have (hw/display/virtio-gpu.c: virtio_gpu_load)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from snapmgr.errors import Unsupported
from snapmgr.vmstate import fields as f
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Kind, Take
from snapmgr.vmstate.load import subsection_name, take_state
from snapmgr.vmstate.state import VMState

TYPE = "virtio-gpu"
_FORMATS = frozenset({1, 2, 3, 4, 67, 68, 121, 134})
"""Formats of pictures (virtio_gpu_formats)."""
_MOST = 1 << 14
"""Pixels of a side, and pieces that a picture is made of."""
_SCREEN = "virtio-gpu-one-scanout"
_HEAD = 12
"""Bytes before the screens: no picture, which screens are on, how many there are."""


class GpuLoad(Kind):
    """Pictures that the guest made, none as a rule, and what is on the screens."""

    type = TYPE

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self.size = kind.size

    def load(self, value: Any, owner: Any) -> Take[Any]:
        """Raises VMStateError, and Unsupported where pictures follow."""
        local = bytes(value)
        if any(local[:4]) or len(local) <= _HEAD:  # how many outputs it has stands behind the pictures
            return (yield from self._kind.load(value, owner))
        if any((yield 4)):
            head = bytes((yield 16))
            width, height, form, pieces = (int.from_bytes(head[at : at + 4]) for at in range(0, 16, 4))
            if form not in _FORMATS or not width * height > 0 or max(width, height, pieces) > _MOST:
                raise VMStateError("virtio-gpu", "a picture of no known format, or of no size that can be")
            raise Unsupported("virtio-gpu", "pictures of the guest's are not read")
        screens = len(local) - _HEAD
        yield from take_state(_SCANOUTS, SimpleNamespace(outputs=int.from_bytes(local[8:_HEAD]), screens=screens), 1)
        return value


class _Screens:
    """As many as there are outputs; how much is told of each hangs on the machine's type."""

    def save(self, value: SimpleNamespace, out: bytearray) -> None:
        raise NotImplementedError("it is only loaded")

    def load(self, value: SimpleNamespace) -> Take[SimpleNamespace]:
        yield value.screens
        yield from subsection_name(len(_SCREEN) + 1)  # of the last one, which has none
        return value


_SCANOUTS = VMState(
    "virtio-gpu-scanouts",
    fields=(
        f.unused(4, name="parent_obj.enable"),
        f.u32("outputs", name="parent_obj.conf.max_outputs", equal=True),
        f.opaque("parent_obj.scanout", "struct", _Screens()),
    ),
)

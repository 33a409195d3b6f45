"""The second number that a section answers to (savevm.c: find_se compares an alias id, too).

Most devices have none, which is kept as -1 and so matches that number.  Some have the port where they stand, as they
were numbered once (qdev_set_legacy_instance_id; m).
"""

from __future__ import annotations

from snapmgr.savevm.registry import ANY
from snapmgr.vmstate.description import Device, VmDescription

_PORTS = {
    "fdc": (0x3F0,),
    "i8254": (0x40,),
    "i8259": (0x20, 0xA0),
    "mc146818rtc": (0x70,),
    "parallel_isa": (0x378, 0x278, 0x3BC),
    "serial": (0x3F8, 0x2F8, 0x3E8, 0x2E8),
}
"""By the instance, in the order in which machines make them."""


def alias_of(idstr: str, instance_id: int) -> int:
    """The alias id of a device, ``ANY`` for none."""
    ports = _PORTS.get(idstr, ())
    return ports[instance_id] if instance_id < len(ports) else ANY


def answers(idstr: str, own: int, instance_id: int) -> bool:
    """Whether the device ``own`` of that name answers to ``instance_id``."""
    return instance_id in (own, alias_of(idstr, own))


def device_for(description: VmDescription, idstr: str, instance_id: int) -> Device | None:
    """The device that takes a section: the one of this number, else one that answers to it; None if none does."""
    device = description.find(idstr, instance_id)
    if device is not None:
        return device
    named = (device for device in description if device.name == idstr)
    return next((device for device in named if answers(idstr, device.instance_id, instance_id)), None)

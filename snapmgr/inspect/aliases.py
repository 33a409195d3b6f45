"""The second number that a section answers to (savevm.c: find_se compares an alias id, too).

Most devices have none, which is kept as -1 and so matches that number.  Some have the port where they stand, as they
were numbered once (qdev_set_legacy_instance_id; m).
"""

from __future__ import annotations

NO_ALIAS = 0xFFFFFFFF

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
    """The alias id of a device."""
    ports = _PORTS.get(idstr, ())
    return ports[instance_id] if instance_id < len(ports) else NO_ALIAS


def answers(idstr: str, own: int, instance_id: int) -> bool:
    """Whether the device ``own`` of that name answers to ``instance_id``."""
    return instance_id in (own, alias_of(idstr, own))

"""Names of fields in texts, where a description has others: it counts those of one name (vmstate.c:
vmsd_desc_field_start).

Which types of QEMU 7.2, 10.0 and 11.1 have several fields of one name is by their ``-dump-vmstate``.
"""

from __future__ import annotations

_TWICE = {
    "PCIDevice": ("config",),
    "cpu": ("env.xmm_regs",),
    "e1000": ("mac_reg", "unused"),
    "eeprom": ("size",),
    "esp": ("mig_cmdbuf",),
    "fw_cfg": ("cur_offset",),
    "mc146818rtc": ("unused",),
    "sb16": ("csp_param",),
} | dict.fromkeys(("e1000e", "ivshmem-doorbell", "megasas", "megasas-gen2", "vmxnet3", "xhci"), ("parent_obj",))
"""Names that a type gives to several fields."""


def plain_name(state: str, field: str) -> str:
    """A field's own name: a description counts fields of one name, texts do not (vmstate.c: vmsd_desc_field_start)."""
    base = field.partition("[")[0]
    return base if base in _TWICE.get(state, ()) else field

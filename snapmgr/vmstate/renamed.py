"""Sections and fields that changed their names between releases while the bytes stayed the same.

A list of facts, kept in QEMU's scripts/vmstate-static-checker.py: its state of QEMU 10.0.  Other
entries may have come since.
"""

from __future__ import annotations

_PORT = (
    "port.br.dev parent_obj.parent_obj.parent_obj port.br.dev.exp.aer_log parent_obj.parent_obj.parent_obj.exp.aer_log"
)

_NAMES = {
    "apic": "timer timer_expiry",
    "cirrus_vga": "hw_cursor_x vga.hw_cursor_x hw_cursor_y vga.hw_cursor_y",
    "e1000": "dev parent_obj",
    "ehci": "dev pcidev",
    "I440FX": "dev parent_obj",
    "ich9-ahci": "ahci ich9_ahci",
    "ich9_ahci": "card parent_obj",
    "ioh-3240-express-root-port": _PORT,
    "ioh3420": "PCIDevice PCIEDevice",
    "lsiscsi": "dev parent_obj",
    "mch": "d parent_obj",
    "pci_bridge": "bridge.dev parent_obj bridge.dev.shpc shpc",
    "pcnet": "pci_dev parent_obj",
    "PIIX3": "pci_irq_levels pci_irq_levels_vmstate",
    "piix4_pm": (
        "dev parent_obj pci0_status acpi_pci_hotplug.acpi_pcihp_pci_status[0x0] pm1a.sts ar.pm1.evt.sts pm1a.en "
        "ar.pm1.evt.en pm1_cnt.cnt ar.pm1.cnt.cnt tmr.timer ar.tmr.timer tmr.overflow_time ar.tmr.overflow_time "
        "gpe ar.gpe"
    ),
    "qxl": "num_surfaces ssd.num_surfaces",
    "rtl8139": "dev parent_obj",
    "spapr_pci": (
        "dma_liobn[0] mig_liobn mem_win_addr mig_mem_win_addr mem_win_size mig_mem_win_size io_win_addr "
        "mig_io_win_addr io_win_size mig_io_win_size"
    ),
    "usb-ccid": "abProtocolDataStructure abProtocolDataStructure.data",
    "usb-host": "dev parent_obj",
    "usb-mouse": "usb-ptr-queue HIDPointerEventQueue",
    "usb-tablet": "usb-ptr-queue HIDPointerEventQueue",
    "vmware_vga": "card parent_obj",
    "vmware_vga_internal": "depth new_depth",
    "x3130-upstream": "PCIDevice PCIEDevice",
    "xhci": "pci_dev parent_obj",
    "xio3130-downstream": "PCIDevice PCIEDevice",
    "xio3130-express-downstream-port": _PORT,
    "xio3130-express-upstream-port": (
        "br.dev parent_obj.parent_obj br.dev.exp.aer_log parent_obj.parent_obj.exp.aer_log"
    ),
}
_SECTIONS = {"ICH9 LPC": "ICH9-LPC", "e1000-82540em": "e1000"}

FIELDS = {name: frozenset(words.split()) for name, words in _NAMES.items()}
"""Names that stand for each other, by the description (or section) that they are in."""

SECTIONS = _SECTIONS | {new: old for old, new in _SECTIONS.items()}
"""The other name of a section."""

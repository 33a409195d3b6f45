"""What is known of device types of QEMU that no stream tells: the oldest version that is loaded, subsections, names.

Taken from ``-dump-vmstate`` of QEMU 7.2.22, 10.0.13 and 11.1.3 (x86_64), which agree but for a few
subsections; the types that a dump leaves out (``cpu``, ``timer``) from target/i386/machine.c and softmmu/cpu-timers.c.
"""

from __future__ import annotations

_MINIMUM = {
    0: "ahci|ahci port|fpreg|hda-audio|hda-audio-stream|hda-audio-stream/buffer|i2c-ddc|ich9_ahci|ide|ide bmdma|"
    "ide_drive|intel-hda|intel-hda-stream|isa-ide|lsiscsi|ncq state|xhci|xhci-core|xhci-event|xhci-intr|"
    "xhci-port|xhci-ring|xhci-slot|xhci-sysbus",
    1: "PCIDevice|e1000|ehci|ehci-core|fw_cfg|hpet|i6300esb_wdt|ide_bus/error|ioapic|ipmi-interface-kcs|"
    "mc146818rtc|pciespscsi|sysbusespscsi|timer|uhci",
    2: "PIIX3|PIIX4|PS2 Common State|ac97|i82550|i82551|i82557a|i82557b|i82557c|i82558a|i82558b|i82559a|i82559b|"
    "i82559c|i82559er|i82562|i82801|i8254|pcnet|ps2kbd|ps2kbd/ledstate|serial",
    3: "esp|rtl8139",
    11: "cpu",
    20061112: "eeprom",
}
_MINIMUM_OF = {name: version for version, names in _MINIMUM.items() for name in names.split("|")}
"""For every type that loads older versions than its own; all others load one version."""

_SINCE = {
    "PCIDevice": {2: "irq_state"},
    "PIIX3": {3: "pci_irq_levels_vmstate"},
    "PIIX4": {3: "rcr"},
    "ahci port": {1: "port|port.ifs[0]|ncq_tfs"},
    "cpu": {12: "env.xcr0|env.xstate_bv|env.xmm_regs[1]"},
    "ehci": {2: "ehci"},
    "ehci-core": {2: "usbsts_pending|usbsts_frindex"},
    "esp": {4: "mig_cmdbuf"},
    "fw_cfg": {2: "cur_offset"},
    "hda-audio": {2: "running_real"},
    "hpet": {2: "num_timers"},
    "i8254": {3: "channels[0].irq_disabled"},
    "ide": {1: "bus", 3: "bus[0].ifs|bus[1].ifs"},
    "ide_bus/error": {2: "retry_sector_num|retry_nsector|retry_unit"},
    "ide_drive": {3: "cdrom_changed"},
    "isa-ide": {1: "bus", 3: "bus.ifs"},
    "eeprom": {20061113: "size[1]"},
    "ioapic": {2: "unused|irr"},
    "ipmi-interface-kcs": {2: "outlen|inlen"},
    "lsiscsi": {1: "sbcl"},
    "mc146818rtc": {2: "irq_coalesced|period", 3: "base_rtc|last_update|offset|update_timer|next_alarm_time"},
    "ne2000": {2: "rxcr"},
    "pciespscsi": {2: "esp.mig_version_id"},
    "ps2kbd": {3: "scancode_set"},
    "rtl8139": {4: "cplus_enabled", 5: "tally_counters.RxOkMul"},
    "serial": {3: "fcr_vmstate"},
    "sysbusespscsi": {2: "esp.mig_version_id"},
    "timer": {2: "cpu_clock_offset"},
    "uhci": {2: "expire_time", 3: "pending_int_mask"},
    "xhci": {1: "xhci"},
    "xhci-core": {1: "ports|slots|intr|cmd_ring"},
}
"""By state and version: fields that came with it; of several with one name the second one is ``NAME[1]``."""

_SUBSECTIONS = {
    "ICH9LPC": "rst_cnt smi_feat",
    "PIIX3": "rcr",
    "SCSIDevice": "sense",
    "acpi-ged": "ghes memhp",
    "e1000": "full_mac_state mit_state tx_tso_state",
    "fdc": "phase reset_sensei result_timer",
    "fdrive": "media_changed media_rate perpendicular",
    "fw_cfg": "acpi_mr dma",
    "hda-audio-stream": "buffer",
    "hpet": "offset rtc_irq_level",
    "ich9_pm": "cpuhp memhp pcihp tco",
    "ide_bus": "error",
    "ide_drive": "atapi/gesn_state pio_state tray_state",
    "kvmclock": "clock_is_reliable",
    "mc146818rtc": "irq_reinject_on_ack_count",
    "ohci-core": "eof-timer",
    "piix4_pm": "cpuhp memhp",
    "ps2kbd": "command_reply_queue ledstate need_high_bit",
    "pvscsi": "pcie",
    "qxl": "monitors-config",
    "rtl8139": "hotplug_ready",
    "sdhci": "pending-insert",
    "serial": "fifo_timeout_timer poll recv_fifo thr_ipending timeout_ipending tsr xmit_fifo",
    "usb-hub": "port-timer",
    "usb-redir-ep": "bulk-receiving stream-state",
    "vmxnet3": "mcast_list",
}
_SINCE_10 = {"acpi-ged": "cpuhp", "i8259": "ltim", "ide bmdma": "status", "virtio-gpu": "blob"}
_SINCE_11 = {"acpi-ged": "hest pcihp"}
_RAISED = {"hpet": 2, "mc146818rtc": 3}
"""The oldest versions that releases since 11.1 load, where older ones load more."""
_OLDER = ("", "7.2", "10.0")
"""Releases before 11.1, "" where none is named."""
_NONE = ("APIC", "I440FX", "PCIHOST", "dma", "i8259", "ide bmdma", "ioapic", "port92", "pcspk", "virtio-gpu")


def minimum_version(name: str, version: int, release: str = "") -> int:
    """The oldest version that a type loads, where ``version`` is the one that it saves."""
    if release not in _OLDER and name in _RAISED:
        return _RAISED[name]
    return min(_MINIMUM_OF.get(name, version), version)


def since(state: str, field: str) -> int:
    """The version of a state that brought a field; 0 where it is in all that are loaded."""
    versions = _SINCE.get(state, {})
    return next((version for version, names in versions.items() if field in names.split("|")), 0)


def subsections(name: str, release: str) -> frozenset[str] | None:
    """Names of all subsections that a type has in a release, None where the type is not known."""
    known = _SUBSECTIONS.get(name, "" if name in _NONE else None)
    if known is None:
        return None
    added = _SINCE_10.get(name, "") if release != "7.2" else ""
    if release not in _OLDER:
        added = f"{added} {_SINCE_11.get(name, '')}"
    return frozenset(f"{name}/{below}" for below in f"{known} {added}".split())

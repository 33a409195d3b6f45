"""What a demo machine is asked to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from snapmgr.errors import UsageError
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.memory import PAGE
from snapmgr.machine.types import DEFAULT, MachineType, machine_type
from snapmgr.machine.workloads import BY_NAME
from snapmgr.savevm.configuration import KNOWN_CAPABILITIES
from snapmgr.savevm.handlers import StreamOptions

MIB = 1 << 20
SMALLEST, LARGEST = 16 * MIB, 8 << 30
"""Bytes of demo.ram."""
PAGE_BITS_MINIMUM, PAGE_BITS_MAXIMUM = 12, 16
EXTRA_DEVICES = ("stubborn", "unplug")
ACCELERATORS = ("tcg", "xen")


@dataclass(frozen=True, slots=True)
class MachineOptions:
    """``ram`` in bytes; ``uuid`` 16 raw bytes; ``page_bits`` log2 of the page size that is announced.

    ``devices`` are extra ones: ``stubborn`` cannot be saved, ``unplug`` is being given up by the guest.  With the
    accelerator ``xen`` streams have neither configuration nor footers nor a global state, and a load refuses RAM.
    """

    machine: str = DEFAULT
    ram: int = 64 * MIB
    boot: BootOptions = field(default_factory=BootOptions)
    uuid: bytes | None = None
    validate_uuid: bool = False
    page_bits: int = PAGE_BITS_MINIMUM
    accel: str = "tcg"
    devices: tuple[str, ...] = ()
    only_migratable: bool = False
    send_configuration: bool = True
    send_section_footer: bool = True
    store_global_state: bool = True
    capabilities: frozenset[str] = frozenset()
    shared_ram: Path | None = None
    """A file that holds demo.ram, as memory-backend-file with share=on; x-ignore-shared leaves it where it is."""
    record_replay: bool = False
    """Whether what it does is being recorded or replayed, which allows no snapshots."""

    def __post_init__(self) -> None:
        machine_type(self.machine)
        _check(SMALLEST <= self.ram <= LARGEST and self.ram % PAGE == 0, "RAM is 16 MiB to 8 GiB, in whole pages")
        _check(PAGE_BITS_MINIMUM <= self.page_bits <= PAGE_BITS_MAXIMUM, "page bits are 12 to 16")
        _check(self.ram % (1 << self.page_bits) == 0, "RAM is a multiple of its page size")
        _check(self.accel in ACCELERATORS, f"the accelerator is one of {', '.join(ACCELERATORS)}")
        _check(self.uuid is None or len(self.uuid) == 16, "a UUID has 16 bytes")
        _check(not set(self.devices) - set(EXTRA_DEVICES), f"extra devices are {', '.join(EXTRA_DEVICES)}")
        unknown = sorted(self.capabilities - set(KNOWN_CAPABILITIES))
        _check(not unknown, f"there is no migration capability {', '.join(unknown)}")
        _check(self.boot.workload in BY_NAME, f"workloads are {', '.join(BY_NAME)}")
        _check(0 <= self.boot.seed < 1 << 64, "a seed has 64 bits")
        _check(self.boot.rate is None or 0 <= self.boot.rate < 1 << 32, "a rate is 0 to 2^32 - 1 pages a tick")

    @property
    def machine_type(self) -> MachineType:
        return machine_type(self.machine)

    def stream_options(self) -> StreamOptions:
        """As savevm wants them.  Xen's machines turn three of them off (hw/xen: xen_pv, accel xen's compat props)."""
        xen = self.accel == "xen"
        return StreamOptions(
            machine=self.machine,
            page_bits=self.page_bits,
            page_bits_minimum=PAGE_BITS_MINIMUM,
            uuid=self.uuid,
            validate_uuid=self.validate_uuid,
            capabilities=set(self.capabilities),
            send_configuration=self.send_configuration and not xen,
            send_section_footer=self.send_section_footer and not xen,
            store_global_state=self.store_global_state and not xen,
            suppress_vmdesc=self.machine_type.suppress_vmdesc,
            only_migratable=self.only_migratable,
            xen=xen,
        )


def _check(holds: bool, rule: str) -> None:
    if not holds:
        raise UsageError("machine-option", rule)

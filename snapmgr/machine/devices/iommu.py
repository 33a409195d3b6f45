"""IOMMU: where the addresses that devices use lie in guest RAM.  Loaded before everything that translates."""

from __future__ import annotations

from dataclasses import dataclass, field

from snapmgr.machine.devices.registers import wiring
from snapmgr.vmstate.fields import u8, u32, u64, vstructs
from snapmgr.vmstate.state import Priority, VMState

MOST_MAPPINGS = 16


@dataclass
class Mapping:
    """``length`` bytes from ``virtual`` on are those from ``physical`` on."""

    virtual: int = 0
    physical: int = 0
    length: int = 0


@dataclass
class Iommu:
    """``count`` is how many mappings a stream has; it means something only while one is written or read."""

    mappings: list[Mapping] = field(default_factory=list)
    faults: int = 0
    count: int = wiring(0)

    def map(self, virtual: int, physical: int, length: int) -> None:
        """The guest adds a mapping; beyond MOST_MAPPINGS it counts as a fault."""
        if len(self.mappings) == MOST_MAPPINGS:
            self.fault()
            return
        self.mappings.append(Mapping(virtual, physical, length))

    def translate(self, virtual: int, length: int) -> int | None:
        """The physical address of a range that lies in one mapping, else None."""
        for mapping in self.mappings:
            if mapping.virtual <= virtual and virtual + length <= mapping.virtual + mapping.length:
                return mapping.physical + virtual - mapping.virtual
        return None

    def begin_save(self) -> None:
        self.count = len(self.mappings)

    def forget_count(self) -> None:
        self.count = 0

    def fault(self) -> None:
        self.faults = (self.faults + 1) & 0xFFFF_FFFF


_MAPPING = VMState("demo-iommu/mapping", fields=(u64("virtual"), u64("physical"), u32("length")))

IOMMU = VMState(
    "demo-iommu",
    priority=Priority.IOMMU,
    fields=(
        u8("count"),
        vstructs("mappings", _MAPPING, count_from="count", at_most=MOST_MAPPINGS, make=Mapping),
        u32("faults"),
    ),
    pre_save=Iommu.begin_save,
    post_save=Iommu.forget_count,
    post_load=lambda iommu, version: iommu.forget_count(),
)

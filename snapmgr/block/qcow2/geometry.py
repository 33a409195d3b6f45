"""Sizes and bit fields that follow from the cluster size and the kind of L2 entries (docs/interop/qcow2.txt)."""

from __future__ import annotations

from dataclasses import dataclass

SECTOR = 512
OFFSET_MASK = 0x00FF_FFFF_FFFF_FE00
"""The host offset in an L1 or L2 entry."""
COPIED = 1 << 63
COMPRESSED = 1 << 62
ZERO = 1
L1_RESERVED = 0x7F00_0000_0000_01FF
L2_RESERVED = 0x3F00_0000_0000_01FE
SUBCLUSTERS = 32


@dataclass(frozen=True, slots=True)
class Geometry:
    """How guest offsets map to tables.  ``units_per_cluster`` is 32 with extended L2 entries, else 1."""

    cluster_bits: int
    extended: bool = False

    @property
    def cluster_size(self) -> int:
        return 1 << self.cluster_bits

    @property
    def entry_size(self) -> int:
        """Bytes of an L2 entry."""
        return 16 if self.extended else 8

    @property
    def l2_entries(self) -> int:
        return self.cluster_size // self.entry_size

    @property
    def l2_span(self) -> int:
        """Bytes of the guest that one L2 table maps."""
        return self.cluster_size * self.l2_entries

    @property
    def units_per_cluster(self) -> int:
        return SUBCLUSTERS if self.extended else 1

    @property
    def unit(self) -> int:
        """Bytes that are allocated together: a cluster or a subcluster."""
        return self.cluster_size // self.units_per_cluster

    def l1_entries(self, size: int) -> int:
        """L1 entries that a disk of ``size`` bytes needs."""
        return -(-size // self.l2_span)

    def vm_state_offset(self, disk_size: int) -> int:
        """Guest offset of the VM state: behind the disk, at the next L2 table (qcow2_vm_state_offset)."""
        return self.l1_entries(disk_size) * self.l2_span

    def compressed(self, entry: int) -> tuple[int, int]:
        """Host offset and length of the packed bytes of a compressed cluster (qcow2_parse_compressed_l2_entry)."""
        shift = 62 - (self.cluster_bits - 8)
        offset = entry & ((1 << shift) - 1)
        sectors = ((entry >> shift) & ((1 << (self.cluster_bits - 8)) - 1)) + 1
        return offset, sectors * SECTOR - offset % SECTOR

"""The machine that would load a stream: what is known of it, from wherever it is known."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.vmstate.description import Struct
from snapmgr.wire.wording import VERSIONS

_PAGES = range(10, 17)
"""Bits that pages of QEMU's targets have."""


def page_bits_of(told: int | None) -> int | None:
    """What a stream says of its pages, None where it says nothing or a damaged number."""
    return told if told in _PAGES else None


@dataclass(frozen=True, slots=True)
class TargetDevice:
    """One FULL section that the target would send: what it answers to, and what it loads.

    ``state`` is its layout, None where nothing tells it; ``payload`` the bytes that the target has itself, empty where
    they are not known.  ``size`` is given for devices with one opaque field only (old style).
    """

    idstr: str
    instance_id: int
    version: int
    section_id: int
    state: Struct | None = None
    payload: bytes = b""
    size: int | None = None
    minimum: int | None = None
    """The oldest version that it loads, None where that is to be looked up."""


@dataclass(frozen=True, slots=True)
class TargetBlock:
    """A RAM block: ``used_length`` and ``page_size`` in bytes, ``address`` in the guest where it is known."""

    name: str
    used_length: int
    page_size: int
    address: int | None = None


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """A type of device: the version that it saves, the oldest that it loads, names of its subsections."""

    version: int
    minimum: int
    subsections: frozenset[str]

    def with_other(self, other: TypeFacts) -> TypeFacts:
        """Both, where two types save under one name."""
        version, minimum = max(self.version, other.version), min(self.minimum, other.minimum)
        return TypeFacts(version, minimum, self.subsections | other.subsections)


@dataclass(frozen=True, slots=True)
class Target:
    """What is known of a machine.  ``machine`` is its type, None where it sends no configuration.

    ``devices`` and ``blocks`` are None where they are not known (a dump of device types names neither).
    """

    label: str
    machine: str | None
    page_bits: int = 12
    page_bits_minimum: int = 12
    uuid: bytes | None = None
    capabilities: frozenset[str] = frozenset()
    footers: bool = True
    describes: bool = True
    """Whether it expects a description behind the end."""
    ram_id: int = 2
    """Section id that its RAM has."""
    devices: tuple[TargetDevice, ...] | None = None
    blocks: tuple[TargetBlock, ...] | None = None
    types: dict[str, TypeFacts] | None = None
    """Types of devices by the names of their states, where a dump tells them."""
    releases: tuple[str, ...] = VERSIONS
    """Whose loaders are imitated."""

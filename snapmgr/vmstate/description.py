"""What a stream says about its own devices: the frozen form of the vmdesc.

QEMU describes each FULL section in the JSON behind EOF: one entry per field that was really written, with the bytes
that it took (migration/vmstate.c: vmsd_desc_field_start, vmsd_desc_field_end).  So every length is known without
looking at the data; the data only confirms it at the headers of subsections.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from snapmgr.vmstate.fieldtypes import size_of

SUBSECTION_HEADER = 6
"""Bytes of a subsection's header besides its name: the byte 5, the length of the name, a be32 version."""

NULL_POINTER = "nullptr"
CAPABILITY = "capability"
LISTS = ("qtailq", "qlist")


@dataclass(frozen=True, slots=True)
class Struct:
    """Fields and subsections of one VMState.

    ``length`` is the number of bytes that all of it takes on the wire.  ``dynamic`` says that the data must be looked
    at to know where things are (subsections, names with a length of their own, sizes that contradict each other).
    ``contradiction`` says which sizes do, None if none: QEMU measures every field as it writes it, parts and whole
    alike (migration/vmstate.c: vmsd_desc_field_end), so the description was changed since.
    """

    vmsd_name: str
    version: int | None
    fields: tuple[Field | Group, ...]
    subsections: tuple[Struct, ...] = ()
    length: int = field(init=False)
    dynamic: bool = field(init=False)
    contradiction: str | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        length = sum(entry.length for entry in self.fields)
        length += sum(SUBSECTION_HEADER + len(sub.wire_name) + sub.length for sub in self.subsections)
        object.__setattr__(self, "length", length)
        dynamic = bool(self.subsections) or any(entry.dynamic for entry in self.fields)
        object.__setattr__(self, "dynamic", dynamic)
        object.__setattr__(self, "contradiction", _first_contradiction((*self.fields, *self.subsections)))

    @property
    def wire_name(self) -> bytes:
        """The name as it stands in a subsection's header."""
        return self.vmsd_name.encode(errors="surrogatepass")


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of a description's ``fields``.

    ``size`` is what the vmdesc says of one element in bytes, ``stride`` what one element takes by its parts;
    ``array_len`` counts the elements that the entry stands for, None where it is no array; ``index`` is the number of
    the element that is described one by one; ``told`` is an ``array_len`` in the text that stands for one element.
    ``struct`` describes the parts (types struct, vstruct, tmp),
    ``elements`` those of a list, each of which follows a byte 1, with a byte 0 at the end.
    """

    name: str
    type: str
    size: int
    array_len: int | None = None
    index: int | None = None
    struct: Struct | None = None
    elements: tuple[Struct, ...] | None = None
    told: int | None = None
    stride: int = field(init=False)
    dynamic: bool = field(init=False)
    contradiction: str | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        stride, dynamic = self.size, self.type == CAPABILITY
        if self.struct is not None:
            stride = self.struct.length
            dynamic = self.struct.dynamic or stride != self.size
        elif self.elements is not None:
            dynamic = True
        object.__setattr__(self, "stride", stride)
        object.__setattr__(self, "dynamic", dynamic)
        object.__setattr__(self, "contradiction", self._contradiction())

    def _contradiction(self) -> str | None:
        fixed = size_of(self.type)
        if fixed is not None and fixed != self.size:
            return f"field {self.name} is {self.type} and has {self.size} bytes"
        if self.struct is not None and self.struct.length != self.size:
            return f"field {self.name} has {self.size} bytes, its parts {self.struct.length}"
        below = (self.struct,) if self.struct is not None else self.elements or ()
        return _first_contradiction(below)

    @property
    def count(self) -> int:
        return 1 if self.array_len is None else self.array_len

    @property
    def length(self) -> int:
        """Bytes that the entry takes, all elements together."""
        return self.stride * self.count


@dataclass(frozen=True, slots=True)
class Group:
    """An array that the vmdesc gives in several entries of one name: element by element, or in stretches between
    null pointers.  ``members`` follow each other on the wire."""

    name: str
    members: tuple[Field, ...]
    length: int = field(init=False)
    dynamic: bool = field(init=False)
    count: int = field(init=False)
    contradiction: str | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", sum(member.length for member in self.members))
        object.__setattr__(self, "dynamic", any(member.dynamic for member in self.members))
        object.__setattr__(self, "count", sum(member.count for member in self.members))
        object.__setattr__(self, "contradiction", _first_contradiction(self.members))


def _first_contradiction(parts: Iterable[Field | Group | Struct]) -> str | None:
    return next((part.contradiction for part in parts if part.contradiction is not None), None)


@dataclass(frozen=True, slots=True)
class Device:
    """One FULL section as described; ``size`` is given for old devices only, which have one opaque field."""

    name: str
    instance_id: int
    state: Struct
    size: int | None = None

    @property
    def vmsd_name(self) -> str:
        return self.state.vmsd_name

    @property
    def version(self) -> int | None:
        return self.state.version

    @property
    def fields(self) -> tuple[Field | Group, ...]:
        return self.state.fields

    @property
    def subsections(self) -> tuple[Struct, ...]:
        return self.state.subsections


@dataclass(frozen=True, slots=True)
class VmDescription:
    """All of the vmdesc: ``page_size`` in bytes, ``configuration`` since QEMU 10.0, devices as on the wire."""

    devices: tuple[Device, ...]
    page_size: int | None = None
    configuration: Struct | None = None
    _by_key: dict[tuple[str, int], Device] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        table = {(device.name, device.instance_id): device for device in self.devices}
        object.__setattr__(self, "_by_key", table)

    @property
    def page_bits(self) -> int | None:
        """Of the target's pages, None where they are no size that a target of QEMU has.  The configuration names only
        those that are larger than the target's least."""
        bits = (self.page_size or 0).bit_length() - 1
        return bits if 10 <= bits <= 16 and self.page_size == 1 << bits else None

    def find(self, idstr: str, instance_id: int) -> Device | None:
        """The device of a section, None if it is not described; of several of the same name the last one counts."""
        return self._by_key.get((idstr, instance_id))

    def __iter__(self) -> Iterator[Device]:
        return iter(self.devices)

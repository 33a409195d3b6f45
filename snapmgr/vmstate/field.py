"""What a field is: a name on the wire, a place in the object, how one element is coded, and how many there are.

The counterpart of VMStateField (include/migration/vmstate.h).  Its flags are two things here: a ``Kind`` codes one
element, a ``Shape`` says how many elements there are and where they lie.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

Take = Generator[int, memoryview, T]
"""Loading as a coroutine: yield how many bytes are needed, get exactly those; yield -n to look at the next n bytes
without taking them, and get fewer where the data ends.  What was given is valid up to the next yield."""

Exists = Callable[[Any, int], bool]
"""Whether a field is there: asked with the object and the version (VMStateField.field_exists)."""

Parts = tuple[tuple[str, Any], ...]
"""What an element adds to its entry in the vmdesc, between ``type`` and ``size``."""

MAX_ARRAY = 1 << 24
"""Elements that an array may have at most."""


class Kind:
    """How one element is coded (VMStateInfo).  ``type`` is its name in the vmdesc, ``size`` its bytes for the dump.

    ``code`` is the letter of ``struct`` where an element is one number of fixed width that loads as it stands; then
    ``checked`` says that its values need ``check`` beyond what the width forbids.  ``in_place`` kinds change the value
    that is there instead of making another.
    """

    type: str = "unknown"
    size: int = 0
    code: str = ""
    checked: bool = False
    in_place: bool = False

    def check(self, value: Any) -> None:
        """Raise VMStateError for a value that has no coding."""

    def can_fold(self) -> bool:
        """Whether the vmdesc may describe equal elements once (vmstate.c: vmsd_can_compress)."""
        return True

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> Parts:
        """Append one element's bytes.  Raises VMStateError."""
        raise NotImplementedError

    def load(self, value: Any, owner: Any) -> Take[Any]:
        """Take one element's bytes and return the value that is there from now on.  Raises VMStateError."""
        raise NotImplementedError


class Shape:
    """How many elements a field has.  ``single`` ones are the attribute itself, others lie in a container."""

    single: bool = True
    static_count: int = 1

    def count(self, owner: Any) -> int:
        """Elements on the wire.  Raises VMStateError beyond the bound."""
        return 1


ONE = Shape()


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of a VMState.

    ``path`` are the attributes that lead to the value, none for the object itself.  ``since`` is the version that
    brought the field; ``exists`` replaces it where given.  ``nullable`` elements may be None (VMS_ARRAY_OF_POINTER).
    ``must_exist`` fields carry nothing: their ``exists`` is the check (VMSTATE_VALIDATE).  ``entry`` are literal heads
    of the field's entry in the vmdesc, for states that were made from one.
    """

    name: str
    kind: Kind
    path: tuple[str, ...] = ()
    shape: Shape = ONE
    since: int = 0
    exists: Exists | None = None
    nullable: bool = False
    must_exist: bool = False
    entry: Parts | None = None

    def get(self, owner: Any) -> Any:
        for attribute in self.path:
            owner = getattr(owner, attribute)
        return owner

    def set(self, owner: Any, value: Any) -> None:
        *way, last = self.path
        for attribute in way:
            owner = getattr(owner, attribute)
        setattr(owner, last, value)

    def is_there(self, owner: Any, version: int) -> bool:
        """Whether the field is sent or expected (vmstate.c: vmstate_field_exists)."""
        return self.since <= version if self.exists is None else self.exists(owner, version)

    def can_fold(self) -> bool:
        return self.exists is None and self.kind.can_fold()

"""A device's state, declared once: from one ``VMState`` come saving, loading, the vmdesc, the dump and the check.

The counterpart of VMStateDescription (include/migration/vmstate.h).  Fields are bound to ordinary Python attributes;
what a field is on the wire is said by its kind (``snapmgr.vmstate.fields``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snapmgr.vmstate.field import Field


class Priority(IntEnum):
    """Higher ones are saved first (include/migration/vmstate.h: MigrationPriority)."""

    DEFAULT = 0
    IOMMU = 1
    PCI_BUS = 2
    VIRTIO_MEM = 3
    GICV3_ITS = 4
    GICV3 = 5


class Style(Enum):
    """Whose rules the vmdesc follows where releases differ.  PLAIN always says what the data holds."""

    PLAIN = "plain"
    QEMU_7_2 = "7.2"
    QEMU_10_0 = "10.0"


@dataclass(frozen=True, slots=True, eq=False)
class VMState:
    """Name, versions, fields and subsections of one device or part of a device.

    ``needed(object)`` says whether a subsection (or a whole device) is sent; ``pre_load(object)`` runs before the first
    field is read, ``post_load(object, version)`` after the last subsection; ``pre_save``, ``post_save`` around saving.
    A hook refuses by raising VMStateError.  ``minimum`` is the oldest version that is still loaded, None the same as
    ``version``.  ``style`` concerns the vmdesc only.  Identity is object identity: the same description may be
    registered many times.
    """

    name: str
    version: int = 1
    minimum: int | None = None
    fields: tuple[Field, ...] = ()
    subsections: tuple[VMState, ...] = ()
    priority: Priority = Priority.DEFAULT
    unmigratable: bool = False
    needed: Callable[[Any], bool] | None = None
    pre_load: Callable[[Any], None] | None = None
    post_load: Callable[[Any, int], None] | None = None
    pre_save: Callable[[Any], None] | None = None
    post_save: Callable[[Any], None] | None = None
    dev_unplug_pending: Callable[[Any], bool] | None = None
    style: Style = Style.PLAIN
    plans: dict[int, Any] = field(default_factory=dict, init=False, repr=False)
    """The fields as steps, by version (``snapmgr.vmstate.plan``)."""

    @property
    def minimum_version(self) -> int:
        return self.version if self.minimum is None else self.minimum

    def is_needed(self, target: Any) -> bool:
        """Whether it is sent at all (vmstate.c: vmstate_save_needed)."""
        return self.needed is None or self.needed(target)

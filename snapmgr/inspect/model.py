"""What inspecting a stream yields: frozen rows that the command line prints and the window shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum


class Severity(StrEnum):
    """``error``: QEMU refuses the stream; ``warning``: it loads, but something is wrong; ``note``: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault.  ``code`` is stable; ``offset`` and ``length`` (bytes at fault, 0 = a point) are in the stream.

    ``section`` names the section as ``idstr (instance)`` where there is one; ``message`` is one sentence of fact;
    ``cause`` says what most likely happened and ``hint`` what to do; ``qemu`` is QEMU's text by version.
    """

    severity: Severity
    code: str
    offset: int
    message: str
    section: str | None = None
    length: int = 0
    cause: str = ""
    hint: str = ""
    qemu: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the stream, in the order of the wire.

    ``type`` is HEADER, CONFIGURATION, START, PART, END, FULL, COMMAND, EOF, VMDESCRIPTION or UNKNOWN (bytes that
    were skipped after a fault); of captured channels also CHANNEL (its beginning, which may have no bytes), PACKET
    (multifd), PAGES (without a section) and MESSAGE (return path, COLO).  ``offset`` is that of the type byte,
    ``length`` reaches to the end of the footer.  ``payload`` is the offset of the first byte behind the record's own
    header, ``payload_length`` ends before the footer.  For COMMAND, PACKET and MESSAGE ``idstr`` is the name of the
    command, block or message and ``section_id`` its number, for CHANNEL that of its connection.  ``within`` is the
    row number of the PACKAGED command that this record lies in, else None.
    """

    type: str
    offset: int
    length: int
    payload: int
    payload_length: int
    section_id: int | None = None
    idstr: str | None = None
    instance_id: int | None = None
    version_id: int | None = None
    within: int | None = None
    footer: bool = False


class NodeKind(Enum):
    """Section kinds of the Inspector; the value is the colour token."""

    META = "k_meta"
    RAM = "k_ram"
    BLOCK = "k_block"
    DEVICE = "k_dev"
    SUBSECTION = "k_sub"
    COMMAND = "k_cmd"
    FAULT = "k_fault"


@dataclass(frozen=True, slots=True)
class Node:
    """One row of the structure tree.

    ``path`` is the position from the root (row numbers), a stable key; ``name`` may hold any text from the stream;
    ``value`` is the raw value as text (``0x000c``), ``meaning`` what it says in words (``12``), ``type`` the
    vmdesc type (``uint16``, ``struct serial, v3``, ``section``, ``subsection``); bytes are
    ``[offset, offset + length)``; ``children`` is 0 where no rows are below, else a number that need not be exact
    before the row was opened.
    """

    path: tuple[int, ...]
    name: str
    value: str
    meaning: str
    type: str
    offset: int
    length: int
    kind: NodeKind
    children: int = 0
    problem: int | None = None
    """Row in the problems list of the worst problem in here, else None."""
    handle: object = field(default=None, repr=False, compare=False)
    """What the tree makes the children from; nobody else's business."""


@dataclass(frozen=True, slots=True)
class BlockSummary:
    """A RAMBlock as the stream describes it: pages by their last state, ``resent`` how often one came again.

    ``ignored``: its contents were left where they are, in a file that both machines share, and are not in the stream
    (x-ignore-shared; migration/ram.c: ramblock_is_ignored).  The stream does not say so; a block is taken for one if
    the capability is on, the section has ended, and no page came.
    """

    name: str
    used_length: int
    page_size: int
    pages: int
    normal: int
    zero: int
    xbzrle: int
    compressed: int
    resent: int
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class ConfigurationInfo:
    """The configuration section: machine type, and what its subsections announced (None = not sent)."""

    machine: str
    target_page_bits: int | None = None
    capabilities: tuple[str, ...] | None = None
    uuid: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the stream for the overview bar: ``kind``, ``label`` ("RAM, iteration 1", "cpu 0"), byte range,
    and the ``path`` of the tree node that it stands for."""

    kind: NodeKind
    label: str
    offset: int
    length: int
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of bytes that is something: a field, a header, a footer, pages.  ``path`` is its node in the tree;
    ``field`` says that it is one field (underlined on its own), not filler."""

    offset: int
    length: int
    kind: NodeKind
    path: tuple[int, ...]
    field: bool = True

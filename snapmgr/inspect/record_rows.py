"""Rows of the records that are no devices: header, configuration, RAM sections, commands, and headers and footers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from snapmgr.errors import SnapmgrError
from snapmgr.inspect import block_rows
from snapmgr.inspect.bitmap_rows import bitmap_rows
from snapmgr.inspect.channel_rows import channel_rows
from snapmgr.inspect.model import Node, NodeKind, Record
from snapmgr.ram import dirty_bitmap
from snapmgr.ram.blocks import ListedBlock
from snapmgr.ram.mapped import HEADER_SIZE, MappedHeader
from snapmgr.ram.words import PageKind
from snapmgr.wire.commands import command_name
from snapmgr.wire.constants import Command

if TYPE_CHECKING:
    from snapmgr.inspect.tree import Tree

Path = tuple[int, ...]
MAX_NAME = 255


def unreadable(path: Path, name: str, offset: int, length: int, error: SnapmgrError) -> Node:
    """The row in the place of what cannot be read any more."""
    return Node(path, name, "", error.message, "not read", offset, length, NodeKind.FAULT, 0, None)


class Rows:
    """Collects leaf rows below one parent, front to back."""

    def __init__(self, tree: Tree, parent: Path, kind: NodeKind, offset: int, end: int) -> None:
        self.tree = tree
        self.parent = parent
        self.kind = kind
        self.offset = offset
        self.end = end
        self.nodes: list[Node] = []

    def number(self, name: str, size: int, meaning: str | None = None) -> int:
        """A big-endian number of ``size`` bytes; returns it."""
        size = min(size, max(self.end - self.offset, 0))
        value = int.from_bytes(self.tree.source.read(self.offset, size))
        self.add(name, f"0x{value:0{size * 2}x}", str(value) if meaning is None else meaning, f"uint{size * 8}", size)
        return value

    def text(self, name: str, size: int) -> str:
        """``size`` bytes of text; returns it."""
        size = min(size, max(self.end - self.offset, 0))
        value = bytes(self.tree.source.read(self.offset, size)).decode("utf-8", "surrogateescape")
        self.add(name, value, "", "string", size)
        return value

    def add(self, name: str, value: str, meaning: str, kind_text: str, length: int) -> None:
        """A row of ``length`` bytes from where the last one ended."""
        length = min(length, max(self.end - self.offset, 0))
        if not length:
            return
        path = (*self.parent, len(self.nodes))
        problem = self.tree.problem_in(self.offset, length)
        self.nodes.append(Node(path, name, value, meaning, kind_text, self.offset, length, self.kind, 0, problem))
        self.offset += length

    def below(self, length: int) -> Rows:
        """For the leaves of a row of the next ``length`` bytes, which ``add_parent`` adds when they are all there."""
        return Rows(self.tree, (*self.parent, len(self.nodes)), self.kind, self.offset, self.offset + length)

    def add_parent(self, name: str, value: str, meaning: str, kind_text: str, below: Rows) -> None:
        """A row of the bytes that ``below`` is for, above its rows."""
        at, length, leaves = self.offset, below.end - self.offset, Leaves(below.nodes)
        problem = self.tree.problem_in(at, length)
        row = Node(below.parent, name, value, meaning, kind_text, at, length, self.kind, len(leaves), problem, leaves)
        self.nodes.append(row)
        self.offset = below.end


def header_node(tree: Tree, path: Path, record: Record) -> Node:
    """The row of a section's own header; its rows are leaves below it."""
    what = f"{record.type.lower()}, section {record.section_id}"
    length = record.payload - record.offset
    problem = tree.problem_in(record.offset, length)
    leaves = _header_leaves(tree, path, record)
    return Node(
        path, "Section header", what, "", "", record.offset, length, NodeKind.META, len(leaves), problem, Leaves(leaves)
    )


class Leaves(tuple[Node, ...]):
    """Rows that are already made."""


def _header_leaves(tree: Tree, path: Path, record: Record) -> list[Node]:
    rows = Rows(tree, path, NodeKind.META, record.offset, record.payload)
    rows.number("type", 1, record.type)
    rows.number("section id", 4)
    if record.type in ("START", "FULL"):
        rows.text("idstr", rows.number("idstr length", 1))
        rows.number("instance id", 4)
        rows.number("version id", 4)
    return rows.nodes


def footer_nodes(tree: Tree, path: Path, record: Record) -> list[Node]:
    """The row of the footer, if the section has one."""
    if not record.footer:
        return []
    start = record.offset + record.length - 5
    value = int.from_bytes(tree.source.read(start + 1, 4))
    problem = tree.problem_in(start, 5)
    return [Node(path, "Footer", f"0x{value:08x}", f"section {value}", "footer", start, 5, NodeKind.META, 0, problem)]


def record_nodes(tree: Tree, node: Node, record: Record) -> Sequence[Node]:
    """Children of the row of any record but a device section."""
    rows = Rows(tree, node.path, node.kind, record.offset, record.offset + record.length)
    match record.type:
        case "HEADER":
            rows.text("magic", 4)
            rows.number("version", 4)
        case "CONFIGURATION":
            _configuration(rows)
        case "COMMAND":
            _command(rows, record)
        case "EOF":
            rows.number("type", 1, "EOF")
        case "VMDESCRIPTION":
            rows.number("type", 1, "VMDESCRIPTION")
            rows.number("length", 4)
            rows.add("JSON", "", f"{rows.end - rows.offset} bytes", "text", rows.end - rows.offset)
        case "START" | "PART" | "END":
            return _section(tree, node, record)
        case "CHANNEL" | "PACKET" | "PAGES" | "MESSAGE":
            channel_rows(rows, record)
    return rows.nodes


def _configuration(rows: Rows) -> None:
    rows.number("type", 1, "CONFIGURATION")
    rows.text("machine", rows.number("length", 4))
    while rows.offset < rows.end:
        before = rows.offset
        rows.number("type", 1, "SUBSECTION")
        name = rows.text("idstr", rows.number("idstr length", 1))
        rows.number("version id", 4)
        if name == "configuration/target-page-bits":
            rows.number("target_page_bits", 4)
        elif name == "configuration/uuid":
            rows.add("uuid", bytes(rows.tree.source.read(rows.offset, 16)).hex(), "", "uuid", 16)
        elif name == "configuration/capabilities":
            for _ in range(min(rows.number("count", 4), MAX_NAME)):
                rows.text("capability", rows.number("capability length", 1))
        if rows.offset == before:
            return


def _command(rows: Rows, record: Record) -> None:
    rows.number("type", 1, "COMMAND")
    number = rows.number("command", 2, command_name(record.section_id or 0))
    rows.number("length", 2)
    rows.offset, rows.end = record.payload, record.payload + record.payload_length
    if number == Command.PING:
        rows.number("value", 4)
    elif number == Command.PACKAGED:
        rows.number("package length", 4)
    elif number == Command.POSTCOPY_ADVISE and rows.end - rows.offset == 16:
        rows.number("host page sizes", 8)
        rows.number("target page size", 8)
    elif number == Command.POSTCOPY_RAM_DISCARD:
        rows.number("version", 1)
        rows.text("block", rows.number("block length", 1))
        rows.number("end of name", 1)
        while rows.end - rows.offset >= 16:
            rows.number("start", 8)
            rows.number("length", 8)
    rows.add("data", "", f"{rows.end - rows.offset} bytes", "buffer", rows.end - rows.offset)


def _section(tree: Tree, node: Node, record: Record) -> Sequence[Node]:
    nodes = [header_node(tree, (*node.path, 0), record)]
    end = record.payload + record.payload_length
    rows = Rows(tree, node.path, node.kind, record.payload, end)
    rows.nodes = nodes
    if record.idstr == "ram" and record.type == "START":
        _block_list(tree, rows)
    if record.idstr == dirty_bitmap.IDSTR:
        bitmap_rows(rows)
    elif record.idstr == block_rows.IDSTR:
        block_rows.block_rows(rows)
    if rows.offset < end:
        rows.add(
            "Pages" if record.idstr == "ram" else "Data", *_payload_text(tree, record, rows.offset), end - rows.offset
        )
    return [*nodes, *footer_nodes(tree, (*node.path, len(nodes)), record)]


def _block_list(tree: Tree, rows: Rows) -> None:
    """One row for each entry of the block list, behind the word that announces it."""
    if not tree.listed or not rows.offset < tree.listed[0].offset <= rows.end:
        return
    rows.add("block list", "", f"{len(tree.listed)} RAM blocks", "ram word", tree.listed[0].offset - rows.offset)
    for place, block in enumerate(tree.listed):
        stop = tree.listed[place + 1].offset if place + 1 < len(tree.listed) else None
        name = len(block.name.encode("utf-8", "surrogateescape"))
        own = 9 + name + (8 if block.page_size else 0) + (8 if block.address is not None else 0)
        length = stop - rows.offset if stop is not None else own
        if block.mapped is not None:
            _mapped_block(rows, block, block.mapped)
            continue
        rows.add(block.name, f"0x{block.used_length:016x}", f"{block.used_length} bytes", "RAM block", length)


def _mapped_block(rows: Rows, block: ListedBlock, header: MappedHeader) -> None:
    """A block in the mapped-ram layout: its entry, header, bitmap, and its pages at their places."""
    value, meaning = f"0x{block.used_length:016x}", f"{block.used_length} bytes"
    rows.add(block.name, value, meaning, "RAM block", header.offset - rows.offset)
    at = f"bitmap at 0x{header.bitmap:x}, pages at 0x{header.pages:x}"
    rows.add(f"{block.name}, header", "not in the stream" if header.ignored else at, "", "mapped-ram", HEADER_SIZE)
    if header.ignored:
        return
    rows.add("alignment", "", "", "padding", header.bitmap - rows.offset)
    pages = rows.tree.ram.blocks[block.name].counted()
    said = f"pages that are there: {pages[PageKind.PLAIN]}, pages of zeros: {pages[PageKind.ZERO]}"
    rows.add(f"{block.name}, bitmap", "", said, "bitmap", header.bitmap_length)
    rows.add("alignment", "", "", "padding", header.pages - rows.offset)
    rows.add(f"{block.name}, pages", "", meaning, "pages", block.used_length)


def _payload_text(tree: Tree, record: Record, offset: int) -> tuple[str, str, str]:
    """(value, meaning, type) of a payload: for RAM how many pages of each kind it carries."""
    if record.idstr != "ram":
        return "", f"{record.payload_length} bytes, not decoded", "opaque"
    found = tree.page_counts.between(offset, record.payload + record.payload_length)
    said = [f"{number} {kind.name.lower()}" for kind, number in found if number]
    return "", ", ".join(said) or "no pages", "ram words"

"""``snapctl devices``: the decoded state of the devices."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import allow_root, indexed, source_argument
from snapmgr.cli.complete import SectionType
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.schema import read_schema, say_unknown, schema_option
from snapmgr.cli.style import heading
from snapmgr.cli.text import offset, printable
from snapmgr.errors import NotFound
from snapmgr.names import quoted

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex
    from snapmgr.inspect.model import Node, Record


@click.command()
@source_argument
@click.option(
    "--section",
    metavar="'IDSTR (INSTANCE)'",
    type=SectionType(),
    help="Only this section, such as 'cpu (0)'.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["tree", "analyze"]),
    default="tree",
    show_default=True,
    help="tree: with offsets and types; analyze: as QEMU's analyze-migration.py prints it.",
)
@schema_option
@allow_root
@output_options
@pass_output
def devices(
    output: Output, src: str, section: str | None, form: str, schema: str | None, allow_roots: tuple[Path, ...]
) -> int:
    """Show the fields of every device in SRC, as far as they can be decoded.

    \b
    Examples:
      snapctl devices guest.mig
      snapctl devices guest.mig --section 'cpu (0)'
      snapctl devices guest.mig --format analyze | jq '."timer (0)"'
      snapctl devices bare.mig --schema pc.json
    """
    described = read_schema(output, schema, allow_roots)
    with indexed(output, src, allow_roots) as index:
        if described is not None:
            from snapmgr.inspect.schema import with_schema

            index, unknown = with_schema(index, described)
            say_unknown(output, unknown)
        if form == "analyze":
            output.lines(_analyze(index, section, src))
        elif output.json:
            output.document(_tree_document(index, section, src))
        else:
            output.lines("\n".join(_tree_lines(index, section, src)))
    return Exit.DONE


@dataclass(frozen=True, slots=True)
class _Section:
    """A FULL section: its name on the command line, its name in the script's output, and its row in the tree."""

    name: str
    analyzed: str
    node: Node
    record: Record


def _sections(index: StreamIndex, wanted: str | None, src: str) -> list[_Section]:
    """Device sections in the order of the wire, those inside a PACKAGED command too; one of them if asked for."""
    from snapmgr.inspect.model import NodeKind

    tree = index.tree
    found: list[_Section] = []
    for root in tree.roots:
        inside = tree.children(root) if root.kind is NodeKind.COMMAND else ()
        for node in (root, *inside):
            record = tree.record_of(node.path)
            if record is not None and record.type == "FULL":
                name = f"{record.idstr} ({record.instance_id})"
                found.append(_Section(name, f"{record.idstr} ({record.section_id})", node, record))
    if wanted is None:
        return found
    named = [section for section in found if section.name == wanted]
    if not named:
        hint = f"There is {', '.join(section.name for section in found)}." if found else "There are no device sections."
        raise NotFound("no-such-section", f"there is no section {quoted(wanted)}", path=src, hint=hint)
    return named


def _analyze(index: StreamIndex, wanted: str | None, src: str) -> str:
    """The script's text; with a section only its part of it.  The script names sections by their section id."""
    from snapmgr.inspect.analyze import analyze_text

    text = analyze_text(index)
    if wanted is None:
        return text.rstrip("\n")
    state: dict[str, Any] = json.loads(text)
    names = [section.analyzed for section in _sections(index, wanted, src)]
    return json.dumps({name: state[name] for name in names}, indent=4)


def _tree_lines(index: StreamIndex, wanted: str | None, src: str) -> Iterator[str]:
    """Sections with their fields below them, indented by depth."""
    for section in _sections(index, wanted, src):
        yield f"{offset(section.node.offset)}  {heading(printable(section.name))}"
        pending = [(field, 1) for field in reversed(_fields(index, section))]
        while pending:
            node, depth = pending.pop()
            yield _line(node, depth)
            pending.extend((child, depth + 1) for child in reversed(index.tree.children(node)))


def _line(node: Node, depth: int) -> str:
    name = printable(node.name)
    meaning = f"  ({printable(node.meaning)})" if node.meaning and node.meaning != node.value else ""
    value = f" = {printable(node.value)}{meaning}" if node.value else meaning
    return f"{offset(node.offset)}  {'  ' * depth}{name}{value}"


def _tree_document(index: StreamIndex, wanted: str | None, src: str) -> dict[str, Any]:
    """``{"sections": [field]}``; a field has name, type, value, meaning, offset, length and, below it, fields."""
    sections: list[dict[str, Any]] = []
    for section in _sections(index, wanted, src):
        top = _field(index, section.node) | {"name": section.name}
        sections.append(top)
        pending = [(top, _fields(index, section))]
        while pending:
            document, children = pending.pop()
            if children:
                below = [_field(index, child) for child in children]
                document["fields"] = below
                pending.extend((row, index.tree.children(child)) for row, child in zip(below, children, strict=True))
    return {"sections": sections}


def _fields(index: StreamIndex, section: _Section) -> Sequence[Node]:
    """The rows of a section's state, without those of its framing."""
    start, end = section.record.payload, section.record.payload + section.record.payload_length
    rows = [row for row in index.tree.children(section.node) if start <= row.offset < end]
    return index.tree.children(rows[0]) or rows if len(rows) == 1 else rows


def _field(index: StreamIndex, node: Node) -> dict[str, Any]:
    """A row of the tree; bytes that are cut short there are given whole."""
    value = node.value
    if value.endswith("…") and not node.children:
        value = bytes(index.source.read(node.offset, node.length)).hex(" ")
    return {
        "name": node.name,
        "type": node.type,
        "value": value,
        "meaning": node.meaning,
        "offset": node.offset,
        "length": node.length,
    }

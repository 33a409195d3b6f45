"""``snapctl devices``: the decoded state of the devices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from snapmgr.cli.arguments import allow_root, indexed, output_options, pass_output, source_argument
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.style import heading
from snapmgr.cli.text import offset, printable
from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex
    from snapmgr.inspect.model import Node


@click.command(short_help="The decoded state of the devices.")
@source_argument
@click.option("--section", metavar="'IDSTR (INSTANCE)'", help="Only this section, such as 'cpu (0)'.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["tree", "analyze"]),
    default="tree",
    show_default=True,
    help="tree: with offsets and types; analyze: as QEMU's analyze-migration.py prints it.",
)
@allow_root
@output_options
@pass_output
def devices(output: Output, src: str, section: str | None, form: str, allow_roots: tuple[Path, ...]) -> int:
    """Show the fields of every device in SRC, as far as they can be decoded.

    \b
    Examples:
      snapctl devices guest.mig
      snapctl devices guest.mig --section 'cpu (0)'
      snapctl devices guest.mig --format analyze | jq '."timer (0)"'
    """
    with indexed(output, src, allow_roots) as index:
        if form == "analyze":
            output.lines(_analyze(index, section, src))
        elif output.json:
            output.document(_tree_document(index, section, src))
        else:
            output.lines("\n".join(_tree_lines(index, section, src)))
    return Exit.DONE


def _analyze(index: StreamIndex, section: str | None, src: str) -> str:
    """The script's text; with a section only its part of it."""
    from snapmgr.inspect.analyze import analyze_text

    text = analyze_text(index)
    if section is None:
        return text.rstrip("\n")
    state: dict[str, Any] = json.loads(text)
    if section not in state:
        raise _no_such_section(section, list(state), src)
    return json.dumps({section: state[section]}, indent=4)


def _sections(index: StreamIndex, section: str | None, src: str) -> list[Node]:
    """Device sections in the order of the wire, those inside a PACKAGED command too."""
    from snapmgr.inspect.model import NodeKind

    tree = index.tree
    found: list[Node] = []
    for root in tree.roots:
        inside = tree.children(root) if root.kind is NodeKind.COMMAND else ()
        found.extend(node for node in (root, *inside) if node.kind is NodeKind.DEVICE)
    if section is None:
        return found
    named = [node for node in found if node.name == section]
    if not named:
        raise _no_such_section(section, [node.name for node in found], src)
    return named


def _no_such_section(section: str, known: list[str], src: str) -> UsageError:
    hint = f"There is {', '.join(known)}." if known else "The stream holds no device sections."
    return UsageError("no-such-section", f"there is no section {section!r}", path=src, hint=hint)


def _tree_lines(index: StreamIndex, section: str | None, src: str) -> Iterator[str]:
    """Sections with their fields below them, indented by depth."""
    for top in _sections(index, section, src):
        pending = [(top, 0)]
        while pending:
            node, depth = pending.pop()
            yield _line(node, depth)
            pending.extend((child, depth + 1) for child in reversed(index.tree.children(node)))


def _line(node: Node, depth: int) -> str:
    name = printable(node.name)
    if depth == 0:
        return f"{offset(node.offset)}  {heading(name)}"
    meaning = f"  ({printable(node.meaning)})" if node.meaning and node.meaning != node.value else ""
    value = f" = {printable(node.value)}{meaning}" if node.value else meaning
    return f"{offset(node.offset)}  {'  ' * depth}{name}{value}"


def _tree_document(index: StreamIndex, section: str | None, src: str) -> dict[str, Any]:
    """``{"sections": [field]}``; a field has name, type, value, meaning, offset, length and, below it, fields."""
    sections: list[dict[str, Any]] = []
    for top in _sections(index, section, src):
        pending = [(top, sections)]
        while pending:
            node, into = pending.pop()
            document = _field(node)
            into.append(document)
            if children := index.tree.children(node):
                below = document["fields"] = []
                pending.extend((child, below) for child in reversed(children))
    return {"sections": sections}


def _field(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "type": node.type,
        "value": node.value,
        "meaning": node.meaning,
        "offset": node.offset,
        "length": node.length,
    }

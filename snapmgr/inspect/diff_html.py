"""A comparison as one HTML page that needs nothing beside it: no script, no picture, no address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from snapmgr.names import visible_text

MOST_RANGES = 200
"""Stretches of a block or disk that are listed; the number of all of them is always said."""

_STYLE = """
:root { color-scheme: light dark; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 24px auto; max-width: 1100px; padding: 0 16px; }
h1 { font-size: 20px; } h2 { font-size: 16px; margin-top: 28px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: 3px 8px; border-bottom: 1px solid #8886; vertical-align: top; }
td { font-family: ui-monospace, monospace; font-size: 12px; overflow-wrap: anywhere; }
p.none { opacity: .7; }
"""


def html_lines(a: str, b: str, document: Mapping[str, Any]) -> Iterator[str]:
    """The page, line by line; ``document`` is what ``snapctl diff --json`` prints, ``a`` and ``b`` name its sides."""
    title = f"{_text(a)} and {_text(b)}"
    yield "<!DOCTYPE html>"
    yield f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head><body>'
    yield f"<h1>{title}</h1><p>A is {_text(a)}. B is {_text(b)}.</p>"
    sides = ("A", "B")
    rows = ((one["path"], one["a"], one["b"]) for one in document["configuration"])
    yield from _table("Configuration", ("Value", *sides), rows)
    versions = ((one["section"], one["a"], one["b"]) for one in document["sections"])
    yield from _table("Sections of another version, or on one side only", ("Section", *sides), versions)
    fields = ((one["path"], one["a"], one["b"]) for one in document["fields"])
    yield from _table("Fields", ("Field", *sides), fields)
    for device in document.get("more-fields-in", ()):
        yield f'<p class="none">More fields of {_text(device)} differ than are listed.</p>'
    yield from _table("RAM", ("Block", "Pages that differ", "A, bytes", "B, bytes", "Where: first page, pages"),
                      (_block(one) for one in document["ram"]))  # fmt: skip
    if "disks" in document:
        yield from _table("Disks", ("Disk", "Clusters that differ", "A, bytes", "B, bytes", "Where: offset, bytes"),
                          (_disk(one) for one in document["disks"]))  # fmt: skip
    yield "</body></html>"


def _text(value: object) -> str:
    return escape(visible_text(str(value)))


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"<h2>{title}</h2>"
    begun = False
    for row in rows:
        if not begun:
            yield "<table><tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"
            begun = True
        yield "<tr>" + "".join(f"<td>{'not there' if cell is None else _text(cell)}</td>" for cell in row) + "</tr>"
    yield "</table>" if begun else '<p class="none">Nothing differs.</p>'


def _block(one: Mapping[str, Any]) -> tuple[object, ...]:
    lengths = one["used_length"]
    said = one["error"] if "error" in one else one["changed_pages"]
    return one["block"], said, lengths["a"], lengths["b"], _ranges(one["ranges"])


def _disk(one: Mapping[str, Any]) -> tuple[object, ...]:
    sizes = one["disk-size"]
    return one["path"], one["changed-clusters"], sizes["a"], sizes["b"], _ranges(one["ranges"])


def _ranges(ranges: Sequence[Sequence[int]]) -> str:
    shown = "; ".join(f"{first:#x}, {count}" for first, count in ranges[:MOST_RANGES])
    more = len(ranges) - MOST_RANGES
    return f"{shown}; and {more} more" if more > 0 else shown

"""``snapctl ram --history``: how a block, or one page of it, was sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from snapmgr.cli.arguments import indexed
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.text import offset

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex


def history(output: Output, src: str, block: str, page: int | None, allow_roots: tuple[Path, ...]) -> int:
    """Print what each pass carried of ``block``, or how ``page`` came through all of them."""
    with indexed(output, src, allow_roots) as index:
        document, lines = _passes(index, block) if page is None else _page(index, block, page)
    if output.json:
        output.document({"block": block, **document})
    else:
        output.lines("\n".join(lines))
    return Exit.DONE


def _passes(index: StreamIndex, block: str) -> tuple[dict[str, object], list[str]]:
    from snapmgr.inspect.passes import working_set

    found = working_set(index, block)
    rows = [{"iteration": one.number, "sent": one.sent, "pages": one.pages} for one in found]
    return {"iterations": rows}, [f"pass {one.number}: {one.pages} pages, sent {one.sent} times" for one in found]


def _page(index: StreamIndex, block: str, page: int) -> tuple[dict[str, object], list[str]]:
    from snapmgr.inspect.passes import history

    found = history(index, block, page)
    rows, lines = [], list[str]()
    for one in found:
        channel, at = index.place(one.offset)
        row: dict[str, object] = {"iteration": one.iteration, "kind": one.kind.name.lower(), "offset": at}
        if channel is not None:
            row["channel"] = channel.number
        if one.packed_by:
            row["packed_by"] = one.packed_by
        rows.append(row)
        where = f"{channel.name}+{offset(at)}" if channel is not None else offset(at)
        packed = f", packed by {one.packed_by} with other pages" if one.packed_by else ""
        lines.append(f"{where}  pass {one.iteration}: {one.kind.name.lower()}{packed}")
    return {"page": page, "sent": rows}, lines or [f"page {page} was never sent"]

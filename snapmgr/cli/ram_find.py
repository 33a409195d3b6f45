"""``snapctl ram --find``: where bytes stand in RAM."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from snapmgr.cli.arguments import indexed
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.progress import progress
from snapmgr.cli.text import printable

MOST = 10_000
"""Places that are printed; of more it is said that there are more."""


def find(output: Output, src: str, text: str, block: str | None, allow_roots: tuple[Path, ...]) -> int:
    """Print every place of the pattern ``text``, in one block or in all of them."""
    from snapmgr.inspect.find_bytes import find_bytes, parse_pattern

    pattern = parse_pattern(text)
    with indexed(output, src, allow_roots) as index:
        if block is not None:
            index.ram.block(block)
            index.require_contents(next(known for known in index.blocks if known.name == block))
        with progress(output, "Searching") as report:
            places = find_bytes(index, pattern, None if block is None else [block], progress=report)
            hits = list(islice(places, MOST + 1))
    more, hits = len(hits) > MOST, hits[:MOST]
    if output.json:
        found = [{"block": hit.block, "offset": hit.offset} for hit in hits]
        output.document({"pattern": pattern.hex(), "hits": found, "more": more})
        return Exit.DONE
    if hits:
        output.lines("\n".join(f"{hit.offset:08x}  {printable(hit.block)}" for hit in hits))
    if more:
        output.note(f"there are more than {MOST} places; these are the first")
    elif not hits:
        output.note("these bytes stand nowhere in RAM")
    return Exit.DONE

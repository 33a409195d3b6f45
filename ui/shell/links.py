"""``snapmgr:`` links to a place in a stream: its file, the names down to the field, and the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode

from snapmgr.errors import UsageError
from ui.words import tr

SCHEME = "snapmgr:"
LONGEST = 1 << 15
"""Characters of a link that is followed."""


@dataclass(frozen=True, slots=True)
class Link:
    """``length`` bytes from ``offset`` in the stream SRC; ``names`` lead from the section down to a field, and are
    empty where only bytes are meant."""

    source: str
    offset: int
    length: int = 1
    names: tuple[str, ...] = ()


def is_link(text: str) -> bool:
    return text.strip().startswith(SCHEME)


def link_text(link: Link) -> str:
    """``snapmgr:/a/vm.mig?bytes=53A1C2%2B4&node=serial&node=lsr``: any character of a name can stand in it."""
    words = [("bytes", f"{link.offset:X}+{link.length}"), *(("node", name) for name in link.names)]
    source = quote(link.source, safe="/", errors="surrogateescape")
    return f"{SCHEME}{source}?{urlencode(words, errors='surrogateescape')}"


def parse_link(text: str) -> Link:
    """What ``link_text`` wrote.  Raises UsageError for anything else."""
    source, _, words = text.strip()[:LONGEST].removeprefix(SCHEME).partition("?")
    try:
        pairs = parse_qsl(words, keep_blank_values=True, errors="surrogateescape", max_num_fields=256)
        begin, _, length = dict(pairs).get("bytes", "").partition("+")
        offset, count = int(begin, 16), int(length or "1", 10)
    except ValueError:
        offset = count = -1
    path = unquote(source, errors="surrogateescape")
    if not path or "\0" in path or offset < 0 or count < 0 or max(offset, count) >= 1 << 63:
        hint = tr("Copy link, in the menu Stream, writes one that leads to a place")
        raise UsageError("link", tr("This link leads to no place in a stream"), hint=hint)
    return Link(path, offset, count, tuple(name for key, name in pairs if key == "node"))

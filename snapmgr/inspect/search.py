"""Finding rows of the structure tree.  Runs in a worker; hands out paths as it finds them, in the order of the tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from snapmgr.inspect.device_rows import ValueNodes
from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Node
from snapmgr.inspect.query import Query, parse_query
from snapmgr.work import CancelToken

WIDE = 4096
"""Arrays with more elements than this are looked at as a whole: nobody filters for one page of a frame buffer."""

_MOST_NAMES = 20_000
_ALIKE = 0.7
"""How much of a name must agree, from 0 to 1."""


def search(
    index: StreamIndex, query: str | Query, cancel: CancelToken | None = None, limit: int = 10_000
) -> Iterator[tuple[int, ...]]:
    """Paths of the rows that match, at most ``limit``.

    Raises UsageError for a query that is not understood, Cancelled between two rows.
    """
    wanted = parse_query(query) if isinstance(query, str) else query
    if wanted.empty:
        return
    found = 0
    for node in _candidates(index, wanted, cancel):
        if wanted.matches(node):
            yield node.path
            found += 1
            if found >= limit:
                return


def nearest(index: StreamIndex, word: str, cancel: CancelToken | None = None) -> tuple[str, int] | None:
    """The name of a field that is most like ``word``, and how many fields have it; None where none is much like it.

    Raises Cancelled between two rows.
    """
    names: Counter[str] = Counter()
    for node in _candidates(index, Query(), cancel):
        if node.type:
            names[node.name] += 1
            if len(names) > _MOST_NAMES:
                break
    alike = get_close_matches(word.lower(), [name.lower() for name in names], 1, _ALIKE)
    found = next((name for name in names if alike and name.lower() == alike[0]), None)
    return None if found is None else (found, names[found])


def _candidates(index: StreamIndex, wanted: Query, cancel: CancelToken | None) -> Iterator[Node]:
    """All rows, or the one at the offset that was named."""
    tree = index.tree
    if wanted.offset is not None:
        path = tree.path_at(wanted.offset)
        if path:
            yield tree.node(path)
        return
    pending: list[Iterator[Node]] = [iter(tree.roots)]
    while pending:
        if cancel is not None:
            cancel.check()
        node = next(pending[-1], None)
        if node is None:
            pending.pop()
            continue
        yield node
        children = tree.children(node)
        if children and len(children) <= WIDE:
            pending.append(children.likely(wanted) if isinstance(children, ValueNodes) else iter(children))

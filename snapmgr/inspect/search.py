"""Finding rows of the structure tree.  Runs in a worker; hands out paths as it finds them, in the order of the tree."""

from __future__ import annotations

from collections.abc import Iterator

from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Node
from snapmgr.inspect.query import Query, parse_query
from snapmgr.work import CancelToken

WIDE = 4096
"""Arrays with more elements than this are looked at as a whole: nobody filters for one page of a frame buffer."""


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
            pending.append(iter(children))

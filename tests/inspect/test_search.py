"""What may have been meant by words that nothing matches."""

from __future__ import annotations

import pytest

from snapmgr.errors import Cancelled
from snapmgr.inspect.device_rows import ValueNodes
from snapmgr.inspect.search import nearest, search
from snapmgr.work import CancelToken
from tests.inspect.test_index import Indexed


@pytest.mark.parametrize(("word", "name"), [("env.eipx", "env.eip"), ("ENV.EFLAGSS", "env.eflags"), ("zzzzzz", None)])
def test_the_name_that_is_most_like_it(indexed: Indexed, word: str, name: str | None) -> None:
    index = indexed("tiny.v100")
    found = nearest(index, word)
    assert (found and found[0]) == name
    if found is not None:
        exact = [path for path in search(index, found[0]) if index.tree.node(path).name == found[0]]
        assert found[1] == len(exact)


@pytest.mark.parametrize(
    "query",
    ["=0", "=-1", "=255", "=65535 type:int32", "is:default type:uint8", "type:uint64", "[3]", "12", "0"],
)
def test_elements_that_are_looked_at_together_are_found_as_one_by_one(
    indexed: Indexed, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = indexed("tiny.v100")
    found = list(search(index, query, limit=100_000))
    monkeypatch.setattr(ValueNodes, "likely", lambda nodes, wanted: iter(nodes))
    assert list(search(index, query, limit=100_000)) == found


def test_it_can_be_stopped(indexed: Indexed) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        nearest(indexed("tiny.v100"), "x", token)

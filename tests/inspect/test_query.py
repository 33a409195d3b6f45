"""The Inspector's filter: which numbers a row answers to."""

from __future__ import annotations

import pytest

from snapmgr.errors import UsageError
from snapmgr.inspect.model import Node, NodeKind
from snapmgr.inspect.query import parse_query, values_of


def row(value: str, kind: str) -> Node:
    return Node((0,), "field", value, "", kind, 0, 8, NodeKind.DEVICE)


@pytest.mark.parametrize(
    ("value", "kind", "numbers"),
    [
        ("0xffffffff", "int32", (0xFFFFFFFF, -1)),
        ("0xffffffff", "int32 equal", (0xFFFFFFFF, -1)),
        ("0x80", "int8", (0x80, -128)),
        ("0x7f", "int8", (0x7F,)),
        ("0xfffffffffffffffe", "timer", ((1 << 64) - 2, -2)),
        ("0xffffffff", "uint32", (0xFFFFFFFF,)),
        ("0x01", "bool", (1,)),
        ("12", "", (12,)),
        ("6c 61", "buffer", ()),
        ("", "int32", ()),
    ],
)
def test_a_row_answers_to_its_bits_and_to_what_they_mean(value: str, kind: str, numbers: tuple[int, ...]) -> None:
    node = row(value, kind)
    assert values_of(node) == numbers
    for number in numbers:
        assert parse_query(f"={number}").matches(node)
    assert not parse_query("=3").matches(node)


def test_zero_is_the_default() -> None:
    assert parse_query("is:default").matches(row("0x00000000", "int32"))
    assert not parse_query("is:default").matches(row("0xffffffff", "int32"))
    assert not parse_query("is:default").matches(row("", "struct"))


@pytest.mark.parametrize("words", ["is:xx", "is:", "is:faulty"])
def test_a_word_that_is_none_is_answered_with_those_there_are(words: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_query(words)
    assert str(refused.value) == f"{words} is not understood: there are is:fault and is:default"
    assert parse_query("is:Fault").fault

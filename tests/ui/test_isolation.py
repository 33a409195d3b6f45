"""Names written from the right, inside sentences written from the left."""

from __future__ import annotations

import pytest

from ui.isolation import isolated, steady
from ui.models.texts import sentence, shown


def test_only_a_name_that_can_turn_the_sentence_is_isolated() -> None:
    assert isolated("שלום") == "\u2068שלום\u2069"
    assert [isolated(text) for text in ("plain", "", "日本語")] == ["plain", "", "日本語"]


@pytest.mark.parametrize(
    ("said", "steadied"),
    [
        ("id differs: 1 on אבג.qcow2, 2 on vdb", "id differs: 1 on \u2068אבג.qcow2\u2069, 2 on vdb"),
        ("there is no section 'סביבה x 12' at 5", "there is no section '\u2068סביבה x 12\u2069' at 5"),
        ("אבג דהו 12 is bad", "\u2068אבג דהו\u2069 12 is bad"),
        ("it's cut (قطع)", "it's cut (\u2068قطع\u2069)"),
        ("it's plain: 'x'", "it's plain: 'x'"),
    ],
)
def test_names_in_the_engines_sentences_keep_to_themselves(said: str, steadied: str) -> None:
    assert steady(said) == steadied


def test_marks_of_direction_in_a_stream_are_written_out() -> None:
    assert shown("a\u202eb\x01") == "a\\u202Eb\\x01"
    assert shown("שם\u2069") == "\u2068שם\\u2069\u2069"
    assert sentence("the name 'שם\u202e' is odd") == "the name '\u2068שם\\u202E\u2069' is odd"
    assert len(shown("x" * 1000)) == 400

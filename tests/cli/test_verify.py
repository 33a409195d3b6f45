"""``snapctl verify``: the verdict, and the exit code that goes with it."""

from __future__ import annotations

import pytest

from tests import corpus
from tests.cli.places import stored


@pytest.mark.parametrize("name", corpus.plain_cases())
def test_what_qemu_loads_has_no_errors(snapctl, name):
    result = snapctl("verify", stored(name), "--json")
    errors = [row for row in result.document["problems"] if row["severity"] == "error"]
    assert (result.code, errors) == (0, [])


@pytest.mark.parametrize("kind", ["cut-half", "footer-id", "cmd-0", "version-2"])
def test_what_qemu_refuses_ends_with_one(snapctl, kind):
    names = [name for name in corpus.streams()["damaged"] if name.startswith(f"damaged-{kind}.")]
    for name in names:
        assert corpus.streams()["damaged"][name]["dest"]["result"] == "refused"
        result = snapctl("verify", stored(name, damaged=True), "--json")
        assert result.code == 1
        assert "refuses" in str(result.document["verdict"])
        assert any(row["severity"] == "error" for row in result.document["problems"])


def test_the_verdict_in_words(snapctl):
    assert "QEMU loads this stream" in snapctl("verify", stored("tiny.v72")).text


def test_a_target_machine_cannot_be_named_yet(snapctl):
    result = snapctl("verify", stored("tiny.v72"), "--against", "qemu-system-x86_64", "--json")
    assert result.code == 3
    assert result.error["code"] == "against-unsupported"

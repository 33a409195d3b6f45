"""The chip names the releases that load a stream, where not all of them do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.verify import judged
from ui.inspector.verdicts import expected, verdict

Indexed = Callable[..., StreamIndex]


def test_of_the_built_in_machine_no_release_is_said_to_load_it(indexed: Indexed) -> None:
    found = replace(judged(indexed("tiny.v72")), built_in=True)
    assert verdict(found).text == "loads in the demo machine" and "No QEMU has a machine of its type" in expected(found)


def test_a_stream_of_the_built_in_machine_that_is_on_its_way_is_not_whole(indexed: Indexed) -> None:
    cut = judged(indexed("damaged-cut-device.v72", damaged=True))
    assert verdict(cut).text == "does not load"
    assert verdict(replace(cut, built_in=True)).text == "not whole"
    wrong = judged(indexed("damaged-footer-byte.v72", damaged=True))
    assert verdict(replace(wrong, built_in=True)).text == "does not load"


@pytest.mark.parametrize(
    ("name", "damaged", "text", "why"),
    [
        ("tiny.v72", False, "loads", ""),
        ("damaged-cmd-switchover.v100", True, "loads in 10.0 and 11.1", "Refused by QEMU 7.2: The command SWITCHOVER"),
        ("block-migration.v72", False, "loads in 7.2", "Refused by QEMU 10.0 and 11.1: The old block migration"),
        ("damaged-footer-byte.v72", True, "does not load", ""),
        ("damaged-cmd-enable-colo.v72", True, "does not load", ""),
    ],
)
def test_the_chip_names_the_releases_that_load_it(
    indexed: Indexed, name: str, damaged: bool, text: str, why: str
) -> None:
    found = judged(indexed(name, damaged=damaged))
    said = verdict(found)
    assert said.text == text and why in said.about
    if text.startswith("loads"):
        versions = text.removeprefix("loads in ") if " in " in text else "7.2, 10.0 and 11.1"
        assert expected(found).startswith(f"QEMU {versions} should load this stream.") and why in expected(found)

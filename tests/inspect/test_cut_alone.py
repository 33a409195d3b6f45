"""Of a stream that is cut QEMU's words are known without the machine that loads it, by what was being read there."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import index_stream
from tests import corpus

FAILED = "load of migration failed: Invalid argument: "

ROWS = {
    "cut-config": (
        "Failed to load configuration:name",
        f"{FAILED}Failed to load configuration state: stream error: -5",
    ),
    "cut-idstr": ("Unable to read ID string for section 8", f"{FAILED}Unable to read ID string for section 8"),
    "cut-ram-header": ("Unable to read ID string for section 2", f"{FAILED}Unable to read ID string for section 2"),
    "cut-ram-word": ("Unknown combination of migration flags: 0x0", "Getting RAM address failed"),
    "cut-before-footer": ("check_section_footer: Read section footer failed: -5",) * 2,
    "sub-cut": ("check_section_footer: Read section footer failed: -5",) * 2,
    "cut-device": (
        "Failed to load PCIDevice:config",
        f"{FAILED}error while loading state for instance 0x0 of device '0000:00:01.0/PIIX3': "
        "Failed to load PCIDevice state: stream error: -5",
    ),
}
"""What 7.2 and 11.1 said of these streams of the corpus."""


def test_the_last_footer_of_a_stream_without_description_may_have_another_id(tmp_path: Path) -> None:
    data = bytearray(corpus.stream_bytes("no-vmdesc.v72"))
    data[-2] ^= 0x55
    path = tmp_path / "last.mig"
    path.write_bytes(data)
    (problem,) = index_stream(open_source(str(path))).problems
    assert problem.code == "footer-id"


@pytest.mark.parametrize("name", ROWS)
def test_what_was_being_read_says_what_qemu_prints(name: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.mig"
    path.write_bytes(corpus.stream_bytes(f"damaged-{name}.v72", damaged=True))
    problems = index_stream(open_source(str(path))).problems
    first = [next(text for problem in problems if (text := problem.qemu.get(of))) for of in ("7.2", "11.1")]
    assert tuple(first) == ROWS[name]

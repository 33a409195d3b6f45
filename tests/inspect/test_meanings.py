"""Words for well-known fields."""

from __future__ import annotations

import pytest

from snapmgr.inspect.meanings import field_meaning


@pytest.mark.parametrize(
    ("owner", "field", "raw", "words"),
    [
        ("serial", "lcr", b"\x13", "8N1"),
        ("serial", "lcr", b"\x1f", "8E2"),
        ("serial", "lcr", b"\x0e", "7O2"),
        ("serial", "lcr", b"\x2c", "5M1.5"),
        ("serial", "divider", b"\x00\x0c", "9,600 baud"),
        ("serial", "divider", b"\x00\x00", None),
        ("serial", "ier", b"\x05", "received data, line status"),
        ("serial", "ier", b"\x00", "none"),
        ("serial", "lsr", b"\x60", "transmit holding empty, transmitter empty"),
        ("cpu", "env.eflags", b"\x02\x46", "PF, ZF, IF"),
        ("cpu_common", "halted", b"\0\0\0\1", "halted"),
        ("cpu_common", "halted", b"\0\0\0\2", None),
        ("PCIDevice", "config[0]", b"\xf4\x1a\x50\x10", "1af4:1050"),
        ("PCIDevice", "config[0]", b"\xf4", None),
        ("serial", "scr", b"\1", None),
        ("serial", "lcr", b"", None),
    ],
)
def test_words(owner: str, field: str, raw: bytes, words: str | None) -> None:
    assert field_meaning(owner, field, raw) == words

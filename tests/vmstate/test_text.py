"""Values as people read them."""

from __future__ import annotations

import pytest

from snapmgr.vmstate.description import Field
from snapmgr.vmstate.text import meaning_text, type_text, value_text
from snapmgr.vmstate.tree import FieldKind, FieldValue, single
from snapmgr.vmstate.walk import decode
from tests.vmstate.described_streams import described_stream

ALL_ONES = b"\xff" * 8


@pytest.mark.parametrize(
    ("kind", "raw", "value", "meaning"),
    [
        ("uint16", b"\x00\x0c", "0x000c", "12"),
        ("uint8 equal", b"\xff", "0xff", "255"),
        ("int32", b"\xff\xff\xff\xff", "0xffffffff", "-1"),
        ("int32 le", b"\x00\x00\x00\x02", "0x00000002", "2"),
        ("int64", b"\x80" + bytes(7), "0x8000000000000000", str(-(1 << 63))),
        ("uint64", ALL_ONES, "0xffffffffffffffff", str((1 << 64) - 1)),
        ("bool", b"\1", "0x01", "true"),
        ("bool", b"\0", "0x00", "false"),
        ("timer", ALL_ONES, "0xffffffffffffffff", "stopped"),
        ("timer", (1_500_000_000).to_bytes(8), "0x0000000059682f00", "at 1.500000000 s"),
        ("nullptr", b"0", "0x30", "null pointer"),
        ("nullptr", b"1", "0x31", "not the mark of a null pointer (0x30)"),
        ("float64", b"\x3f\xf8" + bytes(6), "3f f8 00 00 00 00 00 00", "1.5"),
        ("capability", b"\x0amapped-ram", "6d 61 70 70 65 64 2d 72 61 6d", '"mapped-ram"'),
        ("buffer", b"launch\0\0", "6c 61 75 6e 63 68 00 00", '"launch"'),
        ("buffer", bytes(20), "00 " * 15 + "00 …", "20 bytes, all zero"),
        ("buffer", b"\x00\x40", "00 40", "2 bytes"),
        ("buffer", b"A", "41", "1 byte"),
        ("buffer", b"", "", "0 bytes"),
        ("unused_buffer", bytes(8), "00 00 00 00 00 00 00 00", "8 bytes, unused"),
        ("virtio", b"\1\2", "01 02", "2 bytes"),
        ("uint32", b"", "", "0 bytes"),
        ("uint16", bytes(9), "00 00 00 00 00 00 00 00 00", "9 bytes"),
    ],
)
def test_scalars(kind: str, raw: bytes, value: str, meaning: str) -> None:
    field = single(Field("f", kind, len(raw)), 0)
    assert (value_text(field, raw), meaning_text(field, raw)) == (value, meaning)


def test_long_text_is_cut() -> None:
    raw = b"x" * 5000
    assert meaning_text(single(Field("f", "buffer", 5000), 0), raw) == '"' + "x" * 64 + '…"'


def test_types_of_containers_say_what_is_in_them() -> None:
    stream = described_stream("pc-halt.v72")
    row = next(row for row in stream.rows if row.idstr == "cpu")
    decoded = decode(stream.description.find("cpu", 0), row.payload, row.offset)
    by_name = {value.name: value for value in decoded.children}
    assert type_text(by_name["env.regs"]) == "uint64[16]"
    assert meaning_text(by_name["env.regs"], b"") == "16 elements"
    assert type_text(by_name["env.segs"]) == "segment[6]"
    assert type_text(by_name["env.ldt"]) == "struct segment, v1"
    assert type_text(by_name["env.segs"].children[2]) == "struct segment, v1"
    assert type_text(decoded.subsections[0]).startswith("subsection, v")
    for value in decoded.walk():
        raw = decoded.raw(value)
        container = value.kind in (FieldKind.STRUCT, FieldKind.ARRAY, FieldKind.SUBSECTION)
        assert (value_text(value, raw) == "") == container


def test_unknown_bytes_are_counted() -> None:
    rest = FieldValue("Not described", FieldKind.UNKNOWN, "", 0, 3)
    assert (value_text(rest, b"abc"), meaning_text(rest, b"abc")) == ("61 62 63", "3 bytes")

"""What goes to the clipboard can be read back by what it is meant for."""

from __future__ import annotations

import ast
import base64
import re

import pytest

from snapmgr.inspect.model import Node, NodeKind
from ui.inspector.copying import Copied, Form, as_text
from ui.inspector.offsets import parse_offset

SECTION = Node((38,), "serial", "instance 0, version 3", "", "section", 0x53A1C205, 60, NodeKind.DEVICE, 1)
FIELD = Node((38, 1, 3), "lsr", "0x60", "THR empty, idle", "uint8", 0x53A1C220, 1, NodeKind.DEVICE)
WHAT = Copied(0x53A1C220, bytes(range(250, 256)) + bytes(range(20)), (SECTION, FIELD))


def test_forms_say_what_they_are_for() -> None:
    assert as_text(WHAT, Form.NAME_VALUE) == "lsr = 0x60 (THR empty, idle)"
    assert as_text(WHAT, Form.PATH) == "serial/lsr"
    assert as_text(WHAT, Form.OFFSET) == "0x53A1C220"


def test_bytes_come_back_from_every_form() -> None:
    assert bytes.fromhex(as_text(WHAT, Form.HEX)) == WHAT.data
    assert ast.literal_eval(as_text(WHAT, Form.PYTHON)) == WHAT.data
    assert base64.b64decode(as_text(WHAT, Form.BASE64)) == WHAT.data
    text = as_text(WHAT, Form.C_ARRAY)
    assert f"[{len(WHAT.data)}]" in text
    assert bytes(int(word, 16) for word in re.findall(r"0x([0-9a-f]{2})", text)) == WHAT.data


def test_a_range_without_a_field_has_no_name() -> None:
    with pytest.raises(ValueError, match="needs a field"):
        as_text(Copied(0, b"x"), Form.NAME_VALUE)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("53A1C23A", 0x53A1C23A),
        ("0x10", 16),
        ("@1f", 31),
        (" 53 A1 ", 0x53A1),
        ("4096.", 4096),
        ("+10", 0x110),
        ("-10", 0xF0),
        ("−200", 0),
        ("", None),
        ("xyz", None),
        ("--1", None),
        ("1.5", None),
    ],
)
def test_offsets_as_people_write_them(text: str, offset: int | None) -> None:
    assert parse_offset(text, here=0x100) == offset

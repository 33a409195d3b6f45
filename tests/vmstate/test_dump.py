"""Dumps: QEMU's keys, order and layout."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from snapmgr.vmstate import fields as f
from snapmgr.vmstate.dump import dump, dump_text
from snapmgr.vmstate.dumpfile import DumpError, parse_dump
from snapmgr.vmstate.state import VMState
from tests import corpus
from tests.qemu import QEMU, needs_qemu

EXTRACTS = corpus.ROOT / "tests" / "data" / "vmstate"
POINT = VMState("point", 2, 1, fields=(f.u8("x"), f.u16("y", since=2)))
DEVICE = VMState(
    "device",
    3,
    fields=(
        f.u32("a", exists=lambda *_: True),
        f.structs("points", POINT, 4),
        f.validate("not told", lambda *_: True),
        f.qtailq("queue", POINT, lambda: None),
        f.unused(7),
    ),
    subsections=(VMState("device/extra", fields=(f.boolean("b"),)),),
)
TEXT = """{
  "vmschkmachine": {
    "Name": "demo-1.0"
  },
  "dev": {
    "Name": "dev",
    "version_id": 3,
    "minimum_version_id": 3,
    "Description": {
      "name": "device",
      "version_id": 3,
      "minimum_version_id": 3,
      "Fields": [
        {
          "field": "a",
          "version_id": 0,
          "field_exists": true,
          "size": 4
        },
        {
          "field": "points",
          "version_id": 0,
          "field_exists": false,
          "size": 3,
          "Description": {
            "name": "point",
            "version_id": 2,
            "minimum_version_id": 1,
            "Fields": [
              {
                "field": "x",
                "version_id": 0,
                "field_exists": false,
                "size": 1
              },
              {
                "field": "y",
                "version_id": 2,
                "field_exists": false,
                "size": 2
              }
            ]
          }
        },
"""
TAIL = """        {
          "field": "unused",
          "version_id": 0,
          "field_exists": false,
          "size": 7
        }
      ],
      "Subsections": [
        {
          "name": "device/extra",
          "version_id": 1,
          "minimum_version_id": 1,
          "Fields": [
            {
              "field": "b",
              "version_id": 0,
              "field_exists": false,
              "size": 1
            }
          ]
        }
      ]
    }
  },
  "none": {
    "Name": "none",
    "version_id": 1,
    "minimum_version_id": 1,
    "Description": {
      "name": "none",
      "version_id": 1,
      "minimum_version_id": 1
    }
  }
}
"""


def extract(version: str) -> bytes:
    """Some devices of ``-M pc`` as QEMU 7.2 (``72``) or 10.0 (``100``, type pc-i440fx-7.2) dumped them."""
    return corpus.unpack(EXTRACTS / f"pc.v{version}.dump.json.zst")


def made(**more: Any) -> dict[str, Any]:
    return dump("demo-1.0", {"dev": DEVICE, "none": VMState("none", unmigratable=True)}, **more)


def test_keys_order_and_layout() -> None:
    text = dump_text(made())
    assert text.startswith(TEXT) and text.endswith(TAIL)
    assert json.loads(text) == parse_dump(text) == made()


def test_counts_are_added_to_fixed_arrays_only() -> None:
    described = made(counts=True)["dev"]["Description"]
    assert [list(field)[3:5] for field in described["Fields"]][:3] == [
        ["size"],
        ["num", "size"],
        ["size", "Description"],
    ]
    assert described["Fields"][1]["num"] == 4


def test_no_fields_are_an_empty_list_over_three_lines() -> None:
    text = dump_text(dump("m", {"d": VMState("d")}))
    assert '      "Fields": [\n\n      ]\n' in text


@pytest.mark.parametrize("version", ["72", "100"])
def test_real_dumps_are_written_as_they_were(version: str) -> None:
    text = extract(version).decode()
    assert dump_text(parse_dump(text)) == text


@pytest.mark.parametrize(
    "machine", [pytest.param(name, marks=needs_qemu) for name in ("pc", "pc-i440fx-2.4", "q35", "microvm")]
)
def test_a_whole_dump_of_qemu_is_written_as_it_was(machine: str, tmp_path: Path) -> None:
    text = qemu_dump(machine, tmp_path)
    value = parse_dump(text)
    assert dump_text(value) == text and len(value) > 200


def qemu_dump(machine: str, folder: Path) -> str:
    assert QEMU is not None
    path = folder / f"{machine}.json"
    subprocess.run([QEMU, "-M", machine, "-display", "none", "-dump-vmstate", str(path)], check=True, timeout=60)
    return path.read_text()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "dump-json"),
        ("[" * 100_000, "dump-json"),
        ("[]", "dump-shape"),
        ('{"vmschkmachine": {}}', "dump-shape"),
        ('{"d": 1}', "dump-shape"),
        ('{"d": {}}', "dump-shape"),
        ('{"d": {"version_id": true}}', "dump-shape"),
        ('{"d": {"version_id": 1, "minimum_version_id": "1"}}', "dump-shape"),
        ('{"d": {"version_id": 1, "Description": []}}', "dump-shape"),
        ('{"d": {"version_id": 1, "Description": {"name": "n"}}}', "dump-shape"),
        ('{"d": {"version_id": 1, "Description": {"name": "n", "version_id": 1, "Fields": {}}}}', "dump-shape"),
        ('{"d": {"version_id": 1, "Description": {"name": "n", "version_id": 1, "Fields": [{}]}}}', "dump-shape"),
        ('{"d": {"version_id": 1, "Description": {"name": "n", "version_id": 1, "Subsections": [1]}}}', "dump-shape"),
    ],
)
def test_what_is_no_dump_is_refused(text: str, code: str) -> None:
    with pytest.raises(DumpError) as caught:
        parse_dump(text)
    assert caught.value.code == code


def test_fields_need_their_numbers() -> None:
    for field in ({"field": "a", "version_id": 1}, {"field": "a", "version_id": 1, "size": 1, "num": "2"}):
        description = {"name": "n", "version_id": 1, "Fields": [field]}
        with pytest.raises(DumpError):
            parse_dump(json.dumps({"d": {"version_id": 1, "Description": description}}))


def test_depth_is_bounded() -> None:
    value: dict[str, Any] = {"name": "n", "version_id": 1}
    for _ in range(70):
        value = {"name": "n", "version_id": 1, "Subsections": [value]}
    with pytest.raises(DumpError, match="deeply"):
        parse_dump(json.dumps({"d": {"version_id": 1, "Description": value}}))

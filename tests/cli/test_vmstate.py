"""``snapctl vmstate``: dumps and their comparison."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.qemu import QEMU, needs_qemu


def test_a_dump_names_the_type_and_its_devices(snapctl):
    document = snapctl("vmstate", "dump", "demo-1.0").document
    assert document["vmschkmachine"] == {"Name": "demo-1.0"}
    assert document["demo-uart"]["version_id"] == 1
    assert snapctl("vmstate", "dump").document["demo-uart"]["version_id"] == 2


@pytest.mark.parametrize(
    ("old", "new", "code"), [("demo-1.0", "demo-1.1", 0), ("demo-1.1", "demo-1.0", 1), ("demo-1.1", "demo-1.1", 0)]
)
def test_the_newer_understands_the_older(snapctl, old, new, code):
    result = snapctl("vmstate", "check", old, new, "--json")
    assert result.code == code
    document = result.document
    assert document["compatible"] is (code == 0)
    assert document["machines"] == (None if old == new else [old, new])
    found = {(finding["code"], finding["section"]) for finding in document["findings"]}
    if code:
        assert found >= {("version", "demo-uart"), ("version", "demo-disk")}
    else:
        assert found == set()
    assert snapctl("vmstate", "check", old, new).text


def test_nothing_is_said_twice(snapctl):
    result = snapctl("vmstate", "check", "demo-1.1", "demo-1.0")
    lines = result.text.splitlines()
    assert len(lines) == len(set(lines))
    assert sum("demo-uart: version" in line for line in lines) == 1
    assert any(line.endswith("demo-uart: head is sent, the destination has no more fields") for line in lines)


def test_a_dump_that_was_written_can_be_compared(snapctl, tmp_path):
    file = tmp_path / "old.json"
    assert snapctl("vmstate", "dump", "demo-1.0", "-o", file).code == 0
    assert snapctl("vmstate", "check", file, "demo-1.1").code == 0
    assert snapctl("vmstate", "dump", "demo-1.0", "-o", file).code == 2
    assert json.loads(file.read_text())["vmschkmachine"]["Name"] == "demo-1.0"


@pytest.mark.parametrize(("text", "code"), [("{", 3), ("[]", 3), ('{"a": 1}', 3)])
def test_what_is_no_dump_is_refused_with_its_name(snapctl, tmp_path, text, code):
    file = tmp_path / "dump.json"
    file.write_text(text)
    result = snapctl("vmstate", "check", file, "demo-1.1", "--json")
    assert result.code == code
    assert result.error["path"] == str(file)


def test_a_program_that_does_not_exist_is_named(snapctl):
    result = snapctl("vmstate", "dump", "qemu-system-none -M pc", "--json")
    assert (result.code, result.error["code"]) == (1, "qemu-failed")
    assert "qemu-system-none" in result.error["message"]


@pytest.mark.qemu
@needs_qemu[1]
def test_a_real_qemu_dumps_itself(snapctl, tmp_path):
    theirs = tmp_path / "theirs.json"
    subprocess.run([QEMU, "-M", "pc", "-display", "none", "-dump-vmstate", theirs], check=True, timeout=60)
    result = snapctl("vmstate", "dump", f"{QEMU} -M pc")
    assert result.out.decode() == theirs.read_text()
    assert snapctl("vmstate", "check", theirs, f"{QEMU} -M pc", "--json").document == {
        "compatible": True,
        "machines": None,
        "findings": [],
    }
    failed = snapctl("vmstate", "dump", f"{QEMU} -M nothing", "--json")
    assert failed.code == 1
    assert "unsupported machine type" in failed.error["message"]

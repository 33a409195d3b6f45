"""``snapctl diff``: exit code 0 for the same, 1 for anything else, and what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import corpus
from tests.cli.conftest import Snapctl
from tests.cli.places import stored


def test_what_was_edited_is_said(snapctl: Snapctl, tmp_path: Path) -> None:
    other = tmp_path / "other.mig"
    changes = ("--set", "cpu/env.eip=0x7c00", "--set", "ram/pc.ram@0x5000=0102")
    assert snapctl("edit", stored("tiny.v72"), "-o", other, *changes).code == 0
    result = snapctl("diff", stored("tiny.v72"), other, "--json")
    assert result.code == 1
    document = result.document
    [field] = document["fields"]
    assert field["path"] == "cpu (0)/env.eip" and field["b"] == "0x0000000000007c00" != field["a"]
    [block] = document["ram"]
    assert (block["block"], block["changed_pages"], block["ranges"]) == ("pc.ram", 1, [[5, 1]])
    assert document["configuration"] == document["sections"] == [] and "disks" not in document
    said = snapctl("diff", stored("tiny.v72"), other)
    assert said.code == 1 and f"cpu (0)/env.eip: {field['a']} → {field['b']}" in said.text
    assert "pc.ram: 1 of " in said.text and "in 1 range" in said.text
    back = snapctl("edit", stored("tiny.v72"), "-o", tmp_path / "back.mig", "--set", f"{field['path']}={field['a']}")
    assert back.code == 0, "the path is one that edit takes"


def test_the_same_is_the_same(snapctl: Snapctl) -> None:
    result = snapctl("diff", stored("tiny.v72"), stored("tiny.v72"), "--json")
    assert result.code == 0
    assert result.document == {"configuration": [], "sections": [], "fields": [], "ram": []}


def test_two_snapshots_of_an_image(snapctl: Snapctl, tmp_path: Path) -> None:
    path = corpus.unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"]
    result = snapctl("diff", f"{path}@boot", f"{path}@done", "--json")
    assert result.code == 1 and result.document["fields"] and result.document["ram"]
    [disk] = result.document["disks"]
    assert disk["path"] == str(path) and disk["changed-clusters"] > 0
    assert sum(length for _, length in disk["ranges"]) == disk["changed-clusters"] * disk["cluster-size"]
    said = snapctl("diff", f"{path}@boot", f"{path}@done")
    assert f"{disk['changed-clusters']} of 256 clusters differ" in said.text
    assert snapctl("diff", f"{path}@boot", f"{path}@id:1").code == 0


def test_snapshots_without_a_vm_state(snapctl: Snapctl, tmp_path: Path) -> None:
    path = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]
    result = snapctl("diff", f"{path}@first", f"{path}@second", "--json")
    assert result.code == 1 and result.document["disks"][0]["changed-clusters"] > 0 and not result.document["fields"]
    assert snapctl("diff", f"{path}@first", f"{path}@first").text.splitlines()[-1].endswith("clusters are the same")
    refused = snapctl("diff", f"{path}@first", stored("tiny.v72"), "--json")
    assert refused.error["code"] == "disk-only"


@pytest.mark.parametrize(("b", "code"), [("none.mig", 1), ("", 2)])
def test_what_cannot_be_compared(snapctl: Snapctl, b: str, code: int) -> None:
    assert snapctl("diff", stored("tiny.v72"), b).code == code


def test_as_a_page_for_a_browser(snapctl: Snapctl, tmp_path: Path) -> None:
    other = tmp_path / "<b>.mig"
    assert snapctl("edit", stored("tiny.v72"), "-o", other, "--set", "cpu/env.eip=0x7c00").code == 0
    result = snapctl("diff", stored("tiny.v72"), other, "--format", "html")
    assert result.code == 1 and "<b>" not in result.text and "&lt;b&gt;.mig" in result.text
    assert "<td>cpu (0)/env.eip</td>" in result.text and "<td>0x0000000000007c00</td>" in result.text
    same = snapctl("diff", stored("tiny.v72"), stored("tiny.v72"), "--format", "html")
    assert same.code == 0 and "<td>" not in same.text and same.text.count("Nothing differs.") == 4

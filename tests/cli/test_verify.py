"""``snapctl verify``: the verdict, and the exit code that goes with it."""

from __future__ import annotations

import gzip
import json

import pytest

from tests import corpus
from tests.cli.places import stored


@pytest.mark.parametrize("name", corpus.plain_cases())
def test_what_qemu_loads_has_no_errors(snapctl, name):
    result = snapctl("verify", stored(name), "--json")
    errors = [row for row in result.document["problems"] if row["severity"] == "error"]
    assert (result.code, errors) == (0, [])


@pytest.mark.parametrize("kind", ["cut-device", "footer-id", "cmd-0", "version-2", "magic"])
def test_what_qemu_refuses_ends_with_one(snapctl, kind):
    names = [name for name in corpus.streams()["damaged"] if name.startswith(f"damaged-{kind}.")]
    assert names
    for name in names:
        assert corpus.streams()["damaged"][name]["dest"]["result"] == "refused"
        result = snapctl("verify", stored(name, damaged=True), "--json")
        assert result.code == 1
        assert "refuses" in str(result.document["verdict"])
        assert any(row["severity"] == "error" for row in result.document["problems"])


def test_the_verdict_in_words(snapctl):
    text = snapctl("verify", stored("tiny.v72")).text
    assert "QEMU loads this stream" in text and "snapctl verify --against TARGET" in text


def test_a_stream_as_the_target(snapctl):
    result = snapctl("verify", stored("damaged-instance.v72", damaged=True), "--against", stored("tiny.v72"), "--json")
    (error,) = [row for row in result.document["problems"] if row["severity"] == "error"]
    assert (result.code, result.document["verdict"], error["code"]) == (1, "refuses", "device-unknown")
    assert error["qemu"]["7.2"].startswith("Unknown savevm section or instance 'fw_cfg' 7. Make sure")
    assert snapctl("verify", stored("tiny.v72"), "--against", stored("tiny.v72")).code == 0


def test_a_dump_as_the_target_tells_versions(snapctl, tmp_path):
    types = {"name": "fw_cfg", "version_id": 1, "minimum_version_id": 1, "Fields": []}
    dump = {"vmschkmachine": {"Name": "pc-i440fx-7.2"}, "fw_cfg": {"version_id": 1, "Description": types}}
    path = tmp_path / "old.json"
    path.write_text(json.dumps(dump))
    result = snapctl("verify", stored("tiny.v72"), "--against", path, "--json")
    assert (result.code, result.document["problems"][0]["code"]) == (1, "version-too-new")
    assert result.document["problems"][0]["qemu"]["7.2"] == "savevm: unsupported version 2 for 'fw_cfg' v1"
    assert result.document["problems"][-1]["code"] == "target-types-only", "RAM and devices are not known from it"


def test_a_command_that_is_no_qemu(snapctl):
    result = snapctl("verify", stored("tiny.v72"), "--against", "no-such-qemu -M pc", "--json")
    assert (result.code, result.error["code"]) == (1, "qemu-failed")


def test_a_dry_run_needs_a_command(snapctl):
    assert snapctl("verify", stored("tiny.v72"), "--dry-run").code == 2


@pytest.mark.parametrize("packed", [False, True])
def test_an_empty_stream_is_waited_for(snapctl, tmp_path, packed):
    path = tmp_path / "nothing"
    path.write_bytes(gzip.compress(b"") if packed else b"")
    result = snapctl("verify", path, "--json")
    assert (result.code, result.document["verdict"]) == (1, "waits")
    assert "waits for more and never finishes" in snapctl("verify", path).text
    refused = snapctl("inspect", path, "--json")
    assert (refused.code, refused.error["code"]) == (3, "empty")


def test_some_text_is_refused_by_every_qemu(snapctl, tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear QEMU")
    result = snapctl("verify", path, "--json")
    assert (result.code, result.document["verdict"]) == (1, "refuses")
    assert result.document["problems"][0]["qemu"]["7.2"] == "Not a migration stream"


def test_a_stream_for_newer_qemus_only_says_so(snapctl):
    result = snapctl("verify", stored("tiny.v100"))
    assert result.code == 0
    assert "QEMU 7.2 refuses this stream" in result.text
    assert "QEMU 10.0 loads this stream" in result.text


def test_a_mended_copy_lists_its_bytes_and_loads(snapctl, tmp_path):
    out = tmp_path / "mended.mig"
    result = snapctl("repair", stored("damaged-footer-id.v72", damaged=True), "-o", out, "--json")
    (change,) = result.document["changes"]
    assert (result.code, change["before"], change["after"]) == (0, "00000999", "00000008")
    assert snapctl("verify", out, "--against", stored("tiny.v72")).code == 0
    assert snapctl("repair", out, "-o", tmp_path / "again.mig", "--json").error["code"] == "nothing-to-repair"
    assert not (tmp_path / "again.mig").exists()

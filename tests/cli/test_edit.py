"""``snapctl edit``: a copy with other values, or nothing at all."""

from __future__ import annotations

import re

from tests import corpus
from tests.cli.places import stored
from tests.record_captures import CAPTURES


def test_a_copy_with_another_value(snapctl, tmp_path):
    target = tmp_path / "out.mig"
    edits = ("--set", "cpu/env.eip=0x7c00", "--set", "ram/pc.ram@0x7c00=ebfe")
    result = snapctl("edit", stored("tiny.v72"), "-o", target, *edits, "--json")
    assert result.code == 0
    assert [change["path"] for change in result.document["edits"]] == ["cpu/env.eip", "ram/pc.ram@0x7c00"]
    assert result.document["written"] == target.stat().st_size
    shown = snapctl("devices", target, "--section", "cpu (0)", "--format", "analyze")
    assert '"eip": "0x0000000000007c00"' in shown.out.decode().replace("env.", "")
    block = tmp_path / "ram"
    assert snapctl("ram", target, "--block", "pc.ram", "-o", block).code == 0
    assert block.read_bytes()[0x7C00:0x7C02] == b"\xeb\xfe"


def test_nothing_is_written_where_a_value_does_not_fit(snapctl, tmp_path):
    target = tmp_path / "out.mig"
    result = snapctl("edit", stored("tiny.v72"), "-o", target, "--set", "i8259/imr=256", "--json")
    assert result.code == 2
    assert result.document["error"]["code"] == "edit-range"
    assert not target.exists()


def test_damaged_streams_are_refused_with_the_offset(snapctl, tmp_path):
    (tmp_path / "cut.mig").write_bytes(corpus.stream_bytes("tiny.v72")[:-20000])
    result = snapctl("edit", tmp_path / "cut.mig", "-o", tmp_path / "out.mig", "--set", "cpu/env.eip=1", "--json")
    assert result.code == 3
    assert result.document["error"]["offset"] is not None


def test_every_example_of_the_help_works(snapctl, tmp_path):
    edits = re.findall(r"--set '([^']+=[^']+)'\n", snapctl("edit", "--help").text.partition("Examples:")[2])
    assert len(edits) >= 3
    for number, edit in enumerate(edits):
        result = snapctl("edit", stored("pc-halt.v72"), "-o", tmp_path / f"{number}.mig", "--set", edit)
        assert result.code == 0, (edit, result.err)


def test_a_dump_gives_the_names_that_the_stream_does_not(snapctl, tmp_path, dump):
    edits = ("--set", "ioapic/ioredtbl[2]=0x10000")
    bare = snapctl("edit", stored("no-config-no-vmdesc.v72"), "-o", tmp_path / "no.mig", *edits, "--json")
    assert (bare.code, bare.error["message"]) == (1, "ioapic: the stream has no VM description")
    result = snapctl(
        "edit", stored("no-config-no-vmdesc.v72"), "-o", tmp_path / "out.mig", *edits, "--schema", dump, "--json"
    )
    assert result.code == 0
    assert result.document["edits"][0]["after"] == "65536 (0x10000)"
    assert "ioapic" not in [row["device"] for row in result.document["unknown"]]


def test_captured_channels_become_a_plain_stream(snapctl, tmp_path):
    capture = min(path for path in CAPTURES.iterdir() if path.is_dir())
    target = tmp_path / "o.mig"
    result = snapctl("edit", capture, "-o", target, "--set", "ram/ram@0x7c00=ebfe")
    assert result.code == 0
    contents = []
    for source in (capture, target):
        block = tmp_path / "ram"
        assert snapctl("ram", source, "--block", "ram", "-o", block, "--force").code == 0
        contents.append(bytearray(block.read_bytes()))
    contents[0][0x7C00:0x7C02] = b"\xeb\xfe"
    assert contents[0] == contents[1]
    assert snapctl("inspect", target, "--json").document["container"] == "raw"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.mig", "ram"]

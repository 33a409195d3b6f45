"""``snapctl inspect`` over every plain stream of the corpus, and over the damaged ones."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pytest

from tests import corpus
from tests.cli.places import stored

CASES = corpus.plain_cases()


def folded(sections: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Our rows as the truth has them: a run of PARTs of one section is one row."""
    rows = []
    for key, group in groupby(sections, key=lambda row: (row["type"], row["section_id"])):
        run = list(group)
        runs = [run] if key[0] == "PART" else [[row] for row in run]
        for part in runs:
            first = part[0]
            versions = (
                (first["instance_id"], first["version_id"]) if first["type"] in ("START", "FULL") else (None, None)
            )
            length = sum(row["length"] for row in part)
            rows.append(
                (first["offset"], first["type"], first["section_id"], first["idstr"], *versions, length, len(part))
            )
    return rows


def truth_rows(case: dict[str, Any], *types: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in case["facts"]["index"] if row[1] in types]


@pytest.mark.parametrize("name", CASES)
def test_says_what_the_stream_consists_of(snapctl, name):
    case = corpus.streams()["cases"][name]
    result = snapctl("inspect", stored(name), "--json")
    document = result.document
    assert result.code == 0
    assert document["problems"] == [] or all(row["severity"] == "note" for row in document["problems"])
    assert document["size"] == case["files"]["stream"]["size"]
    assert document["version"] == 3

    expected = truth_rows(case, "START", "PART", "END", "FULL")
    ours = folded(document["sections"])
    whole = case["facts"]["walk_error"] is None
    assert (ours if whole else ours[: len(expected)]) == expected
    commands = [(row["offset"], row["name"], row["length"]) for row in document["commands"]]
    assert commands == [(row[0], row[3], row[6]) for row in truth_rows(case, "COMMAND")]
    if whole:
        offset_and_length = case["facts"]["vmdesc_offset_len"]
        assert (document["vmdesc"] is None) == (offset_and_length is None)
    machine = [row[3] for row in truth_rows(case, "CONFIGURATION")]
    assert [document["configuration"]["machine"]] == machine if machine else document["configuration"] is None


@pytest.mark.parametrize("name", CASES)
def test_counts_the_blocks_and_pages_of_ram(snapctl, name):
    case = corpus.streams()["cases"][name]
    ram = snapctl("inspect", stored(name), "--json").document["ram"]
    assert {row["name"]: row["used_length"] for row in ram["blocks"]} == case["facts"]["blocks_in_stream"]
    for block in ram["blocks"]:
        assert block["pages"] * ram["page_size"] >= block["used_length"]
        assert block["normal"] + block["zero"] + block["xbzrle"] + block["compressed"] <= block["pages"]
    sent = {"normal": 0, "zero": 0}
    for flags in case["facts"]["ram_flags"].values():
        for kind, flag in (("normal", "PAGE"), ("zero", "ZERO")):
            if flag in flags["names"].split("|"):
                sent[kind] += flags["count"]
    resent = sum(block["resent"] for block in ram["blocks"])
    last = sum(block["normal"] + block["zero"] for block in ram["blocks"])
    assert last + resent == sum(sent.values())


@pytest.mark.parametrize("name", [name for name in ("uuid.v100", "uuid.v72") if name in corpus.streams()["cases"]])
def test_shows_the_uuid_that_the_configuration_carries(snapctl, name):
    arguments = corpus.streams()["cases"][name]["source_args"]
    document = snapctl("inspect", stored(name), "--json").document
    assert document["configuration"]["uuid"] == arguments[arguments.index("-uuid") + 1]


def test_names_the_container(snapctl, tmp_path):
    raw = tmp_path / "anything.qcow2"
    raw.write_bytes(corpus.stream_bytes("tiny.v72"))
    assert snapctl("inspect", raw, "--json").document["container"] == "raw"
    packed = stored("pc-halt.v72")
    assert packed.suffix == ".zst"
    assert snapctl("inspect", packed, "--json").document["container"] == "zst"


@pytest.mark.parametrize("name", sorted(corpus.streams()["damaged"]))
def test_damage_never_ends_in_a_traceback(snapctl, name):
    """A damaged stream is read as far as possible (exit 1), or refused with a code (3) where nothing can be read."""
    result = snapctl("inspect", stored(name, damaged=True), "--json")
    document = result.document
    if "error" in document:
        assert result.code == 3
        assert document["error"]["code"]
        assert document["error"]["message"]
    else:
        serious = [row for row in document["problems"] if row["severity"] != "note"]
        assert result.code == (1 if serious else 0)
        assert all(0 <= row["offset"] <= document["size"] for row in document["problems"])


def test_the_table_folds_parts_and_verbose_does_not(snapctl):
    name = "pc-live.v72"
    parts = next(row[7] for row in corpus.streams()["cases"][name]["facts"]["index"] if row[1] == "PART")
    short = snapctl("inspect", stored(name)).text
    assert f"PART x{parts}" in short
    long = snapctl("inspect", "-v", stored(name)).text
    assert long.count("PART") == parts


def test_the_table_says_what_the_document_says(snapctl):
    text = snapctl("inspect", stored("pc-halt.v72")).text
    assert "pc-i440fx-7.2" in text
    assert "16.0 MiB" in text
    assert "mc146818rtc" in text
    assert "Problems" not in text


@pytest.mark.parametrize("content", [b"", b"this is text, no stream\n" * 9, b"QEVM\0"])
def test_a_file_that_is_none_is_named_once_and_a_step_is_given(snapctl, tmp_path, content):
    path = tmp_path / "some-file.mig"
    path.write_bytes(content)
    result = snapctl("inspect", path)
    first, *more = result.err.decode().splitlines()
    assert result.code == 3
    assert first.startswith(f"snapctl: {path} is ") and first.count("some-file.mig") == 1
    assert any(line.strip().split()[0] in ("Open", "Copy", "Save", "Check") for line in more), more


def test_places_are_told_in_the_bytes_of_their_channel(snapctl, tmp_path):
    folder = corpus.lay_out("multifd-zlib.v100", tmp_path)
    whole = (folder / "conn2.fwd.bin").read_bytes()
    (folder / "conn2.fwd.bin").write_bytes(whole[:50000])
    result = snapctl("verify", folder, "--json")
    assert result.code == 1
    first = result.document["problems"][0]
    assert (first["code"], first["channel"], first["offset"]) == ("channel-truncated", 2, 49999)
    assert "conn2.fwd+0000C34F" in snapctl("inspect", folder).text

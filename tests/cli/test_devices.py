"""``snapctl devices``: equal to what QEMU's own script prints, and by section."""

from __future__ import annotations

import json

import pytest

from tests import corpus
from tests.cli.places import stored


@pytest.mark.parametrize("name", corpus.plain_cases())
def test_analyze_prints_what_the_script_of_qemu_prints(snapctl, name):
    result = snapctl("devices", stored(name), "--format", "analyze")
    assert result.code == 0
    assert result.text.rstrip("\n") == corpus.analyze_truth(name).rstrip("\n")


def test_one_section_of_the_analyze_format(snapctl):
    whole = json.loads(corpus.analyze_truth("pc-halt.v72"))
    result = snapctl("devices", stored("pc-halt.v72"), "--format", "analyze", "--section", "dma (1)")
    assert result.document == {"dma (13)": whole["dma (13)"]}


def test_the_tree_has_every_section_with_its_fields(snapctl):
    case = corpus.streams()["cases"]["pc-halt.v72"]
    sections = snapctl("devices", stored("pc-halt.v72"), "--json").document["sections"]
    expected = [f"{row[3]} ({row[4]})" for row in case["facts"]["index"] if row[1] == "FULL"]
    assert [section["name"] for section in sections] == expected
    timer = next(section for section in sections if section["name"] == "timer (0)")
    ticks = next(field for field in timer["fields"] if field["name"] == "cpu_ticks_offset")
    truth = json.loads(corpus.analyze_truth("pc-halt.v72"))["timer (0)"]["cpu_ticks_offset"]
    assert ticks["value"] == truth
    assert ticks["length"] == 8


def test_bytes_are_given_whole_in_the_document(snapctl):
    sections = snapctl("devices", stored("pc-halt.v72"), "--json", "--section", "mc146818rtc (0)").document["sections"]
    cmos = next(field for field in sections[0]["fields"] if field["name"] == "cmos_data")
    truth = json.loads(corpus.analyze_truth("pc-halt.v72"))["mc146818rtc (19)"]["cmos_data"]
    assert cmos["value"] == truth


def test_the_tree_for_people(snapctl):
    text = snapctl("devices", stored("pc-halt.v72"), "--section", "timer (0)").text
    assert "timer (0)" in text
    assert "cpu_ticks_offset = 0x" in text
    assert "cpu_common" not in text


def test_an_unknown_section_is_refused_with_the_known_ones(snapctl):
    result = snapctl("devices", stored("pc-halt.v72"), "--section", "warp (0)", "--json")
    assert result.code == 1
    assert result.error["code"] == "no-such-section"
    assert "timer (0)" in result.error["hint"]


def test_without_a_description_the_analyze_format_says_why(snapctl):
    result = snapctl("devices", stored("no-vmdesc.v72"), "--format", "analyze", "--json")
    assert result.code == 3
    assert result.error["code"] == "no-vmdesc"


def test_sections_inside_a_package_are_listed_too(snapctl):
    sections = snapctl("devices", stored("postcopy.v72", "conn0.fwd"), "--json").document["sections"]
    assert "cpu (0)" in [section["name"] for section in sections]


def test_a_dump_names_the_fields_of_a_stream_that_does_not(snapctl, dump):
    names = ("devices", stored("no-vmdesc.v72"), "--section", "ioapic (0)", "--json")
    assert [field["name"] for field in snapctl(*names).document["sections"][0]["fields"]] == ["Not described"]
    result = snapctl(*names, "--schema", dump)
    fields = result.document["sections"][0]["fields"]
    assert [field["name"] for field in fields] == ["id", "ioregsel", "unused", "irr", "ioredtbl"]
    assert "snapctl: not decoded, the dump has no device type of this name: timer, cpu_common" in result.err.decode()


def test_what_a_stream_says_of_itself_comes_before_a_schema(snapctl, dump):
    plain = snapctl("devices", stored("pc-halt.v72"))
    told = snapctl("devices", stored("pc-halt.v72"), "--schema", dump)
    assert (told.out, told.err) == (plain.out, b"")


def test_another_stream_describes_one_that_does_not(snapctl):
    result = snapctl("devices", stored("no-vmdesc.v72"), "--schema", stored("pc-halt.v72"), "--section", "hpet (0)")
    assert "num_timers" in result.text


def test_a_dump_is_no_help_where_sections_have_no_known_end(snapctl, dump):
    result = snapctl("devices", stored("bare.v72"), "--schema", dump, "-q", "--json")
    names = {field["name"] for section in result.document["sections"] for field in section["fields"]}
    assert names <= {"Not described"}
    assert b"without footers" in snapctl("devices", stored("bare.v72"), "--schema", dump).err

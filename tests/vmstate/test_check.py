"""The check of two dumps: each rule by itself, real dumps of QEMU 7.2 and 10.0, and random changes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.vmstate import fields as f
from snapmgr.vmstate.check import check_dumps
from snapmgr.vmstate.dump import dump
from snapmgr.vmstate.dumpfile import parse_dump
from snapmgr.vmstate.state import VMState
from tests.qemu import needs_qemu
from tests.vmstate.test_dump import extract, qemu_dump

Json = dict[str, Any]


def field(name: str, size: int = 4, version: int = 0, **more: Any) -> Json:
    return {"field": name, "version_id": version, "field_exists": False, "size": size, **more}


def described(*fields: Json, name: str = "state", version: int = 2, minimum: int = 1, **more: Any) -> Json:
    return {"name": name, "version_id": version, "minimum_version_id": minimum, "Fields": list(fields), **more}


def one(description: Json, section: str = "dev") -> Json:
    versions = {key: description[key] for key in ("version_id", "minimum_version_id")}
    return {section: {"Name": section, **versions, "Description": description}}


def codes(source: Json, destination: Json) -> list[str]:
    return [finding.code for finding in check_dumps(source, destination).findings]


def between(source: list[Json], destination: list[Json], name: str = "state") -> list[str]:
    return codes(one(described(*source, name=name)), one(described(*destination, name=name)))


A, B, C = field("a"), field("b", 2), field("c", 1)


def struct(name: str, *fields: Json) -> Json:
    return field(name, 100, Description=described(*fields, name=name))


@pytest.mark.parametrize(
    ("source", "destination", "expected"),
    [
        ([A, B], [A, B], []),
        ([A], [A, B], []),
        ([A, B], [A], ["field-missing"]),
        ([A, B], [B, A], ["field-name"]),
        ([A, B, C], [A, C, B], ["field-name"]),
        ([A], [field("a", 8)], ["field-size"]),
        ([field("a", version=2)], [A], ["version"]),
        ([A], [field("a", version=2)], []),
        ([A], [struct("a", B)], ["field-size"]),
        ([struct("a", B)], [A], ["description-missing"]),
        ([struct("s", A, B)], [struct("s", A)], ["field-missing"]),
        ([A, B, C], [struct("s", A, B), C], []),
        ([struct("s", A, B), C], [A, B, C], []),
        ([A, B, C], [struct("s", A), B, C], []),
        ([A, B], [struct("s", A), C], ["field-name"]),
        ([A, B, C], [struct("s", A, C), B], ["field-name"]),
        ([field("unused", 6), C], [A, B, C], []),
        ([A, B, C], [field("unused", 6), C], []),
        ([A, B, C], [field("unused", 5), C], ["unused-size"]),
        ([field("unused", 5), C], [A, B, C], ["unused-size"]),
        ([A], [field("unused", 4)], []),
        ([field("unused", 1, num=6), C], [A, B, C], []),
        ([field("a", 1, num=4)], [field("unused", 4)], []),
        ([A], [A | {"size": 4, "num": 3}], []),
    ],
)
def test_fields_in_step(source: list[Json], destination: list[Json], expected: list[str]) -> None:
    assert between(source, destination) == expected


def test_other_names_of_the_same_field() -> None:
    assert between([field("timer")], [field("timer_expiry")], "apic") == []
    assert between([field("timer")], [field("timer_expiry")], "other") == ["field-name"]
    assert between([field("pm1a.sts")], [field("gpe")], "piix4_pm") == [], "the list does not pair its names"


def test_sections() -> None:
    plain = one(described(A))
    assert codes(plain, {}) == ["section-missing"]
    assert codes({}, plain) == []
    assert codes(one(described(A), "ICH9 LPC"), one(described(A), "ICH9-LPC")) == []
    assert codes(one(described(A), "e1000"), one(described(A), "e1000-82540em")) == []
    without = {"dev": {key: value for key, value in plain["dev"].items() if key != "Name"}}
    assert codes(plain, without) == ["entry-missing"] and codes(without, plain) == []


def test_versions_of_descriptions() -> None:
    """A section has the versions of its description, so a newer one is found twice."""
    assert codes(one(described(A, version=3)), one(described(A, version=2))) == ["version", "version"]
    assert codes(one(described(A, version=2)), one(described(A, version=3, minimum=3))) == ["minimum-version"]
    assert codes(one(described(A, version=2)), one(described(A, version=3, minimum=2))) == []


def test_names_and_entries_of_descriptions() -> None:
    assert codes(one(described(A)), one(described(A, name="other"))) == ["description-name"]
    bare = described(A)
    del bare["Fields"]
    assert codes(one(described(A)), one(bare)) == ["entry-missing"]
    assert codes(one(bare), one(described(A))) == []


def test_subsections() -> None:
    def with_subs(*names: str, **more: Any) -> Json:
        subs = [described(B, name=name, **more) for name in names]
        return one(described(A, Subsections=subs))

    assert codes(with_subs("state/x"), with_subs("state/y", "state/x")) == []
    assert codes(with_subs("state/x", "state/z"), with_subs("state/x")) == ["subsection-missing"]
    assert codes(with_subs("state/x", version=3), with_subs("state/x")) == ["version"]
    assert codes(with_subs("state/x"), one(described(A))) == ["entry-missing"]


def test_findings_say_where() -> None:
    source, destination = one(described(struct("s", A, B))), one(described(struct("s", A)))
    (finding,) = check_dumps(source, destination).findings
    assert (finding.section, finding.description) == ("dev", "s")
    assert finding.message == "b is sent, the destination has no more fields"


def test_machine_types_that_differ_are_no_finding() -> None:
    report = check_dumps(dump("demo-1.0", {}), dump("demo-1.1", {}))
    assert report.compatible and report.machines == ("demo-1.0", "demo-1.1")
    assert check_dumps(dump("demo-1.0", {}), dump("demo-1.0", {})).machines is None


def test_our_own_declarations() -> None:
    old = VMState("d", 1, fields=(f.u8("a"),))
    new = VMState("d", 2, 1, fields=(f.u8("a"), f.u8("b", since=2)), subsections=(VMState("d/x", fields=(f.u8("c"),)),))
    assert codes(dump("m", {"d": old}), dump("m", {"d": new})) == []
    assert codes(dump("m", {"d": new}), dump("m", {"d": old})) == [
        "version",
        "version",
        "field-missing",
        "entry-missing",
    ]


FORWARD = [
    ("field-name", "e1000e", "e1000e"),
    ("field-name", "acpi-ged", "acpi-ghes"),
    ("field-name", "hpet", "hpet"),
    ("section-missing", "serial-mm", ""),
    ("field-name", "am53c974", "esp"),
    ("entry-missing", "am53c974", "esp"),
]
BACKWARD = [
    ("field-name", "e1000e", "e1000e"),
    ("section-missing", "xen-xenstore", ""),
    ("subsection-missing", "acpi-ged", "acpi-ged"),
    ("field-name", "acpi-ged", "acpi-ghes"),
    ("field-name", "hpet", "hpet"),
    ("subsection-missing", "sd-card", "sd-card"),
    ("version", "am53c974", "esp"),
    ("field-name", "am53c974", "esp"),
]


def test_real_dumps_of_two_releases_differ_in_what_is_listed() -> None:
    """Of some devices; test_verdicts.py has the whole dumps, and what QEMU's own script says."""
    old, new = parse_dump(extract("72")), parse_dump(extract("100"))
    for source, destination, expected in ((old, new, FORWARD), (new, old, BACKWARD)):
        found = check_dumps(source, destination).findings
        assert sorted((item.code, item.section, item.description) for item in found) == sorted(expected)
    assert check_dumps(old, old).compatible and check_dumps(new, new).compatible


@pytest.mark.parametrize("machine", [pytest.param(name, marks=needs_qemu) for name in ("pc-i440fx-2.12", "q35")])
def test_machine_types_of_one_qemu_agree(machine: str, tmp_path: Path) -> None:
    report = check_dumps(parse_dump(qemu_dump("pc", tmp_path)), parse_dump(qemu_dump(machine, tmp_path)))
    assert report.compatible and report.machines is not None and report.machines[0].startswith("pc-i440fx-")


# -- random changes whose verdict is known without the check ---------------------------------------------------------


def descriptions(value: Json) -> list[Json]:
    """All descriptions of a section with fields of their own, whatever their depth."""
    found = [value]
    for entry in value.get("Fields", []):
        if "Description" in entry:
            found += descriptions(entry["Description"])
    for below in value.get("Subsections", []):
        found += descriptions(below)
    return [item for item in found if item.get("Fields")]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_one_change_is_one_kind_of_finding(data: st.DataObject) -> None:
    real = parse_dump(extract("72"))
    section = data.draw(st.sampled_from([name for name in real if name != "vmschkmachine"]))
    source = {section: real[section]}
    destination = copy.deepcopy(source)
    place = data.draw(st.sampled_from(descriptions(destination[section]["Description"])))
    last = place["Fields"][-1]
    top = place is destination[section]["Description"]
    change = data.draw(st.sampled_from(["drop", "rename", "size", "newer", "older", "minimum", "append", "name"]))
    expected = set[str]()
    if change == "drop":
        place["Fields"].pop()
        expected = {"field-missing"}
    elif change == "rename":
        if last["field"] == "unused":
            return
        last["field"] = "?"
        expected = {"field-name"}
    elif change == "size":
        last["size"] += 1
        expected = set() if "Description" in last else {"field-size"}
    elif change == "newer":
        place["version_id"] += 1
    elif change == "older":
        place["version_id"] -= 1
        expected = {"version"}
    elif change == "minimum":
        place["minimum_version_id"] = place["version_id"] + 1
        expected = {"minimum-version"}
    elif change == "append":
        place["Fields"].append(field("more"))
    elif not top and any(place in owner.get("Subsections", []) for owner in all_descriptions(destination[section])):
        place["name"] = "?"
        expected = {"subsection-missing"}
    else:
        place["name"] = "?"
        expected = {"description-name"}
    assert set(codes(source, destination)) == expected


def all_descriptions(value: Any) -> list[Json]:
    found: list[Json] = []
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and "name" in value:
        found.append(value)
    for child in children:
        found += all_descriptions(child)
    return found


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_two_sections_are_compared_without_a_crash(data: st.DataObject) -> None:
    old, new = parse_dump(extract("72")), parse_dump(extract("100"))
    names = st.sampled_from([name for name in old if name != "vmschkmachine"])
    one_side, other = (
        old[data.draw(names)],
        new[data.draw(st.sampled_from([name for name in new if name != "vmschkmachine"]))],
    )
    for report in (check_dumps({"d": one_side}, {"d": other}), check_dumps({"d": other}, {"d": one_side})):
        assert report.compatible == (not report.findings)

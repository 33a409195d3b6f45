"""``snapctl snapshot``: lists and disks as QEMU's own tools have them, refusals as one clear error."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import struct
from dataclasses import replace

import pytest

from snapmgr.cli.output import Output
from snapmgr.cli.snapshot_text import _disk_size, snapshot_lines
from snapmgr.cli.text import width
from snapmgr.snapshots.join import joined
from snapmgr.snapshots.model import DeviceInfo, DiskSnapshot, Snapshots
from tests import corpus

CASES = corpus.images()
NO_ICOUNT = (1 << 64) - 1
SOUND = [name for name, case in CASES.items() if case["group"] not in ("other", "damaged")]
FOREIGN = [name for name, case in CASES.items() if case["group"] == "other"]
DAMAGED = [name for name, case in CASES.items() if case["group"] == "damaged"]
EXPORTED = ["vm-hmp-72", "vm-resized", "fmt-extl2", "fmt-zstd", "fmt-resized", "fmt-backing-qcow2"]


def shown(name: str) -> str:
    """A name as the truths have it: a mark for every byte that is not UTF-8."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


@pytest.mark.parametrize("name", SOUND)
def test_list_is_what_the_image_holds(snapctl, tmp_path, name):
    files = corpus.unpack_image(name, tmp_path)
    image, truth = next(iter(CASES[name]["truth"].items()))
    result = snapctl("snapshot", "list", files[image], "--json")
    document = result.document
    info = corpus.per_version(truth["info"])["stdout"]
    assert [(row["virtual-size"], row["cluster-size"], row["in-use"]) for row in document["devices"]] == [
        (info["virtual-size"], info["cluster-size"], False)
    ]
    expected = [
        (row["id"], row["name"], row["vm_state_size"], row["date_sec"], row["date_nsec"], row["vm_clock_nsec"])
        for row in truth["snapshots"]
    ]
    rows = [
        (
            row["id"],
            shown(row["name"]),
            row["vm-state-size"],
            row["date-sec"],
            row["date-nsec"],
            row["vm-clock-sec"] * 10**9 + row["vm-clock-nsec"],
        )
        for row in document["snapshots"]
    ]
    assert rows == expected
    assert [row["icount"] for row in document["snapshots"]] == [
        None if row["icount"] in (None, NO_ICOUNT) else row["icount"] for row in truth["snapshots"]
    ]
    assert all(row["devices"] == [str(files[image])] and row["missing"] == [] for row in document["snapshots"])


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_qcow2_is_refused_by_name(snapctl, tmp_path, name):
    for path in corpus.unpack_image(name, tmp_path).values():
        result = snapctl("snapshot", "list", path, "--json")
        assert result.code == 3
        assert result.error["path"] == str(path)
        assert result.error["code"] in ("foreign-format", "raw-disk", "empty")


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_listed_or_refused_as_by_qemu_img(snapctl, tmp_path, name):
    files = corpus.unpack_image(name, tmp_path)
    for image, truth in CASES[name]["truth"].items():
        result = snapctl("snapshot", "list", files[image], "--json")
        info = corpus.per_version(truth["info"])
        if info["exit"]:
            assert result.code == 3
            assert result.error["message"]
        elif info["stdout"]["format"] == "qcow2":
            problems = result.document["devices"][0].get("problems", [])
            assert result.code == (1 if problems else 0)


@pytest.mark.parametrize("name", [name for name in EXPORTED if name in CASES])
def test_export_writes_what_the_guest_would_see(snapctl, tmp_path, name):
    files = corpus.unpack_image(name, tmp_path)
    image, truth = next(iter(CASES[name]["truth"].items()))
    wanted = [(None, corpus.per_version(truth["disk"]))]
    for row in truth["snapshots"]:
        after = row["disk after -a"]
        disk = row["disk"] if after == "same" else after
        wanted.append((f"id:{row['id']}", corpus.per_version(disk) if "7.2" in disk else disk))
    for number, (tag, disk) in enumerate(wanted):
        target = tmp_path / f"disk-{number}.raw"
        result = snapctl("snapshot", "export", files[image], *([tag] if tag else []), "-o", target, "--json")
        assert result.code == 0, result.out
        assert result.document == {"path": str(target), "format": "raw", "virtual-size": disk["bytes"]}
        assert hashlib.sha256(target.read_bytes()).hexdigest() == disk["sha256"]


def test_several_images_are_one_machine(snapctl, tmp_path):
    first, second = corpus.unpack_image("vm-two-disks-72", tmp_path).values()
    listed = snapctl("snapshot", "list", first, second, "--json")
    document = listed.document
    assert listed.code == 0, "what differs between disks stands in the list, and is no failure"
    assert [row["path"] for row in document["devices"]] == [str(first), str(second)]
    assert [row["name"] for row in document["snapshots"]] == ["pair-1", "pair-2"]
    assert all(row["devices"] == [str(first), str(second)] for row in document["snapshots"])
    assert all(row["vm-state-size"] == 1298453 for row in document["snapshots"])
    for row in document["snapshots"]:
        assert row["disk-sizes"] == {str(first): 16 << 20, str(second): 4 << 20}
        assert row["differs"] == [f"disk size differs: 16777216 bytes on {first.name}, 4194304 bytes on {second.name}"]
    lines = snapctl("snapshot", "list", first, second).text.splitlines()
    assert sum("16.0 MiB, 4.00 MiB" in line for line in lines) == 2
    document = snapctl("snapshot", "list", first, "--json").document
    assert all("disk-sizes" not in row and "differs" not in row for row in document["snapshots"])


def test_a_raw_disk_among_them_is_listed_with_its_reason(snapctl, tmp_path):
    image = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]
    raw = tmp_path / "raw.img"
    raw.write_bytes(bytes(1 << 20))
    result = snapctl("snapshot", "list", image, raw, "--json")
    assert result.code == 0
    assert [row.get("error", {}).get("code") for row in result.document["devices"]] == [None, "raw-disk"]
    assert all(row["missing"] == [] for row in result.document["snapshots"])


def test_the_table_for_people(snapctl, tmp_path):
    image = corpus.unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"]
    result = snapctl("snapshot", "list", image)
    rows = CASES["vm-hmp-72"]["truth"]["vm-hmp-72.qcow2"]["snapshots"]
    assert result.code == 0
    assert f"Snapshots ({len(rows)})" in result.text
    assert all(row["name"] in result.text for row in rows)


def test_odd_names_neither_break_lines_nor_send_escapes(snapctl, tmp_path):
    image = next(iter(corpus.unpack_image("names-odd", tmp_path).values()))
    text = snapctl("snapshot", "list", image).text
    count = len(next(iter(CASES["names-odd"]["truth"].values()))["snapshots"])
    assert len(text.split("Snapshots", 1)[1].splitlines()) >= count + 2
    assert all(char.isprintable() for line in text.splitlines() for char in line)
    assert "(no name)" in text and "(blank name)" in text and "\\e[31mred" in text


@pytest.mark.parametrize("more", [[], ["-v"]])
def test_on_a_terminal_the_longest_name_does_not_widen_the_table(snapctl, tmp_path, monkeypatch, more):
    image = next(iter(corpus.unpack_image("names-odd", tmp_path).values()))
    monkeypatch.setattr("snapmgr.cli.snapshot_text.columns", lambda: 100)
    table = snapctl("snapshot", "list", image, *more).text.split("Snapshots", 1)[1].splitlines()[1:]
    assert (max(map(width, table)) <= 100) != bool(more)


@pytest.mark.parametrize("tag", ["no-such-tag", "id:99"])
def test_an_unknown_tag_is_refused_and_nothing_is_written(snapctl, tmp_path, tag):
    image = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]
    before = sorted(tmp_path.iterdir())
    result = snapctl("snapshot", "export", image, tag, "-o", tmp_path / "out.raw", "--json")
    assert (result.code, result.error["code"]) == (1, "snapshot-not-found")
    assert sorted(tmp_path.iterdir()) == before


def test_the_image_itself_is_never_the_target(snapctl, tmp_path):
    image = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]
    before = image.read_bytes()
    result = snapctl("snapshot", "export", image, "-o", image, "--force", "--json")
    assert (result.code, result.error["code"]) == (2, "same-file")
    assert image.read_bytes() == before


def test_an_encrypted_image_lists_its_snapshots_and_keeps_its_contents(snapctl, tmp_path):
    image = corpus.unpack_image("fmt-aes", tmp_path)["fmt-aes.qcow2"]
    assert struct.unpack(">I", image.read_bytes()[32:36]) == (1,)
    document = snapctl("snapshot", "list", image, "--json").document
    assert document["devices"][0]["encrypted"] is True
    result = snapctl("snapshot", "export", image, "-o", tmp_path / "out.raw", "--json")
    assert result.code == 3
    assert not (tmp_path / "out.raw").exists()


@pytest.fixture
def sound(tmp_path):
    return corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]


@pytest.mark.parametrize("quiet", [[], ["-q"], ["--json"]])
def test_a_disk_that_cannot_be_read_among_others_is_said(snapctl, tmp_path, sound, quiet):
    bad = corpus.unpack_image("bad-crypt-5", tmp_path)["bad-crypt-5.qcow2"]
    result = snapctl("snapshot", "list", sound, bad, *quiet)
    assert result.code == 1
    assert b"second" in result.out
    said = result.err.decode()
    assert str(bad) in said and "Unsupported encryption method 5" in said
    assert snapctl("snapshot", "list", bad).code == 3


def test_a_disk_that_may_not_be_read_leaves_the_others_listed(snapctl, tmp_path, sound, monkeypatch):
    locked = tmp_path / "locked.qcow2"
    locked.write_bytes(sound.read_bytes())
    opening = os.open

    def forbidden(path, *more, **named):
        if os.fspath(path) == str(locked):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opening(path, *more, **named)

    monkeypatch.setattr(os, "open", forbidden)
    result = snapctl("snapshot", "list", sound, locked)
    assert result.code == 1
    assert "second" in result.text
    assert f"snapctl: {locked} cannot be opened: Permission denied" in result.err.decode()


def test_another_format_among_them_is_listed_with_its_reason(snapctl, tmp_path, sound):
    other = corpus.unpack_image("other-vmdk", tmp_path)["other-vmdk.vmdk"]
    result = snapctl("snapshot", "list", sound, other, "--json")
    assert (result.code, result.err) == (0, b"")
    assert result.document["devices"][1]["error"]["code"] == "foreign-format"


def test_a_stream_among_the_disks_is_no_disk(snapctl, tmp_path, sound):
    stream = tmp_path / "guest.mig"
    stream.write_bytes(corpus.stream_bytes("tiny.v72"))
    result = snapctl("snapshot", "list", sound, stream)
    assert result.code == 1
    assert "is a migration stream, no disk" in result.err.decode()


def test_an_image_with_very_many_tables_says_that_they_were_not_checked(snapctl, tmp_path):
    """8 TiB whose L1 table names nothing: its refcounts alone would be 256 MiB for a file of that size."""
    image = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]
    os.truncate(image, 8 << 40)
    result = snapctl("snapshot", "list", image, "--json")
    assert result.code == 0
    assert "256 MiB at least" in result.document["devices"][0]["unchecked"]
    said = snapctl("snapshot", "list", image)
    assert f"{image}: its tables, 256 MiB at least, were not looked through" in said.err.decode()
    assert snapctl("-q", "snapshot", "list", image).err == b""


def listed(*rows, disks=("/d/root.qcow2",), verbose=False):
    """The table of snapshots, as rows of cells by their title."""
    found = Snapshots(tuple(DeviceInfo(path, "qcow2", 1 << 20, 65536) for path in disks), rows)
    text = "\n".join(snapshot_lines(Output(verbose=verbose), found))
    title, *lines = text.split("Snapshots", 1)[1].splitlines()[1:]
    titles = re.split(" {2,}", title.strip())
    return [dict(zip(titles, re.split(" {2,}", line.strip()), strict=False)) for line in lines]


def entry(name="x", icount=None, **more):
    return replace(DiskSnapshot("1", name, 0, 86400, 0, 0, icount, 1 << 20), **more)


@pytest.mark.parametrize(("icount", "verbose", "cell"), [
    (12345, False, "12345"), (None, False, None), (0, False, None), (None, True, "not recorded"), (0, True, "0"),
])  # fmt: skip
def test_instructions_are_listed_where_they_were_counted(icount, verbose, cell):
    (row,) = listed(*joined({"/d/root.qcow2": [entry(icount=icount)]}), verbose=verbose)
    assert row.get("ICOUNT") == cell


def test_what_was_not_recorded_is_not_made_up():
    (row,) = listed(*joined({"/d/root.qcow2": [entry(date_sec=0)]}))
    assert (row["DATE"], row["VM CLOCK"]) == ("not recorded", "not recorded")
    (row,) = listed(*joined({"/d/root.qcow2": [entry(vm_state_size=9)]}))
    assert row["DATE"].startswith("1970-01-") and row["VM CLOCK"] == "00:00:00.000"


def test_the_disks_that_have_a_snapshot_are_named():
    tables = {"/d/root.qcow2": [entry("both"), entry("one")], "/d/data.qcow2": [entry("both")]}
    both, one = listed(*joined(tables), disks=tuple(tables))
    assert both["ON"] == "all 2" and "MISSING ON" not in both
    assert (one["ON"], one["MISSING ON"]) == ("root.qcow2", "data.qcow2")
    both, _ = listed(*joined(tables), disks=(*tables, "/d/raw.img"))
    assert both["ON"] == "root.qcow2, data.qcow2"


def test_many_sizes_are_said_by_their_span():
    sizes = [1 << 20, 4 << 20, 2 << 20, 8 << 20]
    entries = {f"/{size}": DiskSnapshot("1", "x", 0, 1, 0, 0, None, size) for size in sizes}
    (row,) = joined({path: [entry] for path, entry in entries.items()})
    assert _disk_size(row) == "1.00 MiB to 8.00 MiB"

"""Whatever is named instead of a stream or an image: one clear error with the right exit code, nothing written."""

from __future__ import annotations

import os

import pytest

from tests import corpus

READERS = {
    "inspect": ["inspect", "SRC"],
    "devices": ["devices", "SRC"],
    "verify": ["verify", "SRC"],
    "ram": ["ram", "SRC", "--block", "pc.ram", "-o", "OUT"],
    "convert": ["convert", "SRC", "-o", "OUT"],
    "list": ["snapshot", "list", "SRC"],
    "export": ["snapshot", "export", "SRC", "-o", "OUT"],
}
ODD = {
    "missing": (1, "file-not-found"),
    "stream/below": (1, "file-not-found"),
    "": (2, "usage"),
    "folder": (3, "not-a-file"),
    "pipe": (3, "not-a-file"),
    "/dev/zero": (3, "not-a-file"),
    "loop": (1, "cannot-open"),
    "dangling": (1, "file-not-found"),
    "x" * 300: (1, "cannot-open"),
    "/proc/self/mem": (1, "cannot-open"),
}
TAGGED = {
    "state.qcow2": (2, "which-snapshot"),
    "state.qcow2@": (1, "snapshot-not-found"),
    "state.qcow2@none": (1, "snapshot-not-found"),
    "state.qcow2@id:99": (1, "snapshot-not-found"),
    "stream@tag": (2, "no-snapshots-here"),
    "disk.qcow2": (1, "no-vm-state"),
    "disk.qcow2@first": (1, "disk-only"),
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder full of odd things, which is the current one."""
    corpus.unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"].rename(tmp_path / "state.qcow2")
    corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"].rename(tmp_path / "disk.qcow2")
    (tmp_path / "stream").write_bytes(corpus.stream_bytes("tiny.v72"))
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("pool")
    (tmp_path / "pool").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(snapctl, place, words, src):
    before = sorted(path.name for path in place.iterdir())
    result = snapctl("--json", *({"SRC": src, "OUT": "out"}.get(word, word) for word in words))
    assert sorted(path.name for path in place.iterdir()) == before
    assert result.err == b""
    assert result.error["message"]
    return result.code, result.error["code"]


@pytest.mark.parametrize("src", ODD, ids=lambda name: name[:20] or "empty name")
@pytest.mark.parametrize("command", READERS)
def test_what_is_no_file_that_can_be_read(snapctl, place, command, src):
    assert refused(snapctl, place, READERS[command], src) == ODD[src]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["inspect", "folder"], "Name a file, or - for standard input."),
        (["inspect", "disk.qcow2@first"], "Export its disk instead. snapctl snapshot export does that."),
        (["snapshot", "export", "stream", "-o", "out"], "Look into it as a stream. snapctl inspect does that."),
    ],
)
def test_a_hint_names_what_does_it_on_the_command_line(snapctl, place, words, hint):
    assert snapctl("--json", *words).error["hint"] == hint
    assert f"  {hint}\n" in snapctl(*words).err.decode()


@pytest.mark.parametrize("src", TAGGED)
@pytest.mark.parametrize("command", ["inspect", "devices", "verify", "ram", "convert"])
def test_snapshots_that_are_not_there_or_hold_no_state(snapctl, place, command, src):
    assert refused(snapctl, place, READERS[command], src) == TAGGED[src]


@pytest.mark.parametrize("tag", ["", "none", "id:", "x" * 300])
def test_an_export_of_a_snapshot_that_is_not_there(snapctl, place, tag):
    words = ["snapshot", "export", "SRC", tag, "-o", "OUT"]
    assert refused(snapctl, place, words, "state.qcow2") == (1, "snapshot-not-found")


@pytest.mark.parametrize("name", ["state.qcow2", "./state.qcow2", "link", "hard"])
@pytest.mark.parametrize(
    "words",
    [
        ["snapshot", "export", "state.qcow2", "-o", "OUT", "--force"],
        ["convert", "state.qcow2@boot", "-o", "OUT", "--force"],
        ["ram", "state.qcow2@boot", "--block", "pc.ram", "-o", "OUT", "--force"],
    ],
    ids=lambda words: words[0],
)
def test_nothing_is_ever_written_onto_what_is_read(snapctl, place, words, name):
    (place / "link").symlink_to("state.qcow2")
    (place / "hard").hardlink_to(place / "state.qcow2")
    before = (place / "state.qcow2").read_bytes()
    result = snapctl("--json", *(name if word == "OUT" else word for word in words))
    assert (result.code, result.error["code"]) == (2, "same-file")
    assert (place / "state.qcow2").read_bytes() == before


def test_an_export_follows_a_link_and_keeps_permissions(snapctl, place):
    target = place / "target"
    target.write_bytes(b"old")
    target.chmod(0o600)
    (place / "link").symlink_to("target")
    assert snapctl("snapshot", "export", "disk.qcow2", "-o", "link", "--force").code == 0
    assert (place / "link").is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600 and target.stat().st_size == 16 << 20

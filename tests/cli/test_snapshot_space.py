"""``snapctl snapshot list --space``: what a deletion would free, and what is shared."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests import corpus
from tests.cli.conftest import Snapctl
from tests.snapshots.test_list import WRITER, held, released


def test_what_each_takes_up(snapctl: Snapctl, tmp_path: Path) -> None:
    path = corpus.unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"]
    listed = snapctl("snapshot", "list", path, "--space", "--json")
    assert listed.code == 0
    spaces = {row["name"]: row["space"] for row in listed.document["snapshots"]}
    for row in listed.document["snapshots"]:
        freed = snapctl("snapshot", "list", path, "--space")
        line = next(line for line in freed.text.splitlines() if f" {row['name']} " in line)
        assert f"{row['space']['unique'] / (1 << 20):.2f} MiB" in line
        assert row["space"]["unique"] > row["space"]["vm-state"]["unique"] >= row["vm-state-size"] * 0.9
    deleted = snapctl("snapshot", "delete", path, "work", "--json").document["devices"][0]
    assert deleted["freed"] == spaces["work"]["unique"]
    assert "space" not in snapctl("snapshot", "list", path, "--json").document["snapshots"][0]


def test_where_nobody_can_say_what_they_take_up(snapctl: Snapctl, tmp_path: Path) -> None:
    path = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]
    process = held(path, *WRITER)
    listed = snapctl("snapshot", "list", path, "--space")
    document = snapctl("snapshot", "list", path, "--space", "--json").document
    released(process)
    assert listed.code == 1 and "not known" in listed.text and b"tables are in flux" in listed.err
    assert [row["space"] for row in document["snapshots"]] == [None, None]


def test_what_is_free_is_given_back_later_too(snapctl: Snapctl, tmp_path: Path) -> None:
    path = tmp_path / "a.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "8M"], check=True)
    write = ["qemu-io", "-c", "write -P 1 0 4M", path]
    subprocess.run(write, check=True, capture_output=True)
    subprocess.run(["qemu-img", "snapshot", "-c", "old", path], check=True)
    subprocess.run([*write[:2], "write -P 2 0 4M", path], check=True, capture_output=True)
    assert snapctl("snapshot", "delete", path, "old").code == 0
    subprocess.run(["qemu-img", "snapshot", "-c", "new", path], check=True)
    before = path.stat()
    [done] = snapctl("snapshot", "trim", path, "--json").document["devices"]
    assert done["taken-before"] == before.st_blocks * 512
    assert done["taken-now"] == path.stat().st_blocks * 512 <= done["taken-before"] - (4 << 20)
    read = subprocess.run([*write[:2], "read -P 2 0 4M", path], capture_output=True, text=True)
    assert "read 4194304/4194304" in read.stdout and "failed" not in read.stdout
    subprocess.run(["qemu-img", "check", "-q", path], check=True)
    assert "given back" in snapctl("snapshot", "trim", path).text
    snapctl("snapshot", "delete", path, "new")
    snapctl("snapshot", "trim", path)
    assert snapctl("snapshot", "undo", path).code == 1
    subprocess.run(["qemu-img", "snapshot", "-c", "last", path], check=True)
    subprocess.run([*write[:2], "write -P 3 0 4M", path], check=True, capture_output=True)
    taken = path.stat().st_blocks * 512
    [done] = snapctl("snapshot", "delete", path, "last", "--trim", "--json").document["devices"]
    assert done["given-back"] == taken - path.stat().st_blocks * 512 >= 4 << 20

"""``snapctl demo snapshot``: the same digests by way of snapshots, on all disks or on none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from snapmgr.block.qcow2.create import Qcow2Writer
from snapmgr.errors import SnapmgrError
from snapmgr.machine.disks import Disk
from snapmgr.machine.machine import Machine
from tests.cli.conftest import Snapctl

SMALL = ("--ram", "16M")


@pytest.fixture
def disks(tmp_path: Path) -> tuple[Path, ...]:
    paths = tuple(tmp_path / f"{name}.qcow2" for name in ("one", "two", "three", "four"))
    for path in paths:
        with path.open("w+b") as file:
            Qcow2Writer(file.fileno(), 1 << 20).finish()
    return paths


def with_disks(*disks: Path) -> list[Any]:
    return [word for disk in disks for word in ("--disk", disk)]


@pytest.mark.parametrize("kind", ["demo-1.0", "demo-1.1"])
def test_run_is_save_and_load(snapctl: Snapctl, disks: tuple[Path, ...], kind: str) -> None:
    like = (*SMALL, "--machine", kind)
    here, there = with_disks(*disks[:2]), with_disks(*disks[2:])
    straight = snapctl("demo", "run", "--ticks", 40, *like, *here, "--json").document
    saved = snapctl("demo", "snapshot", "save", "s", "--ticks", 25, *like, *there, "--json")
    assert saved.code == 0
    assert {key: saved.document[key] for key in ("tick", "name")} == {"tick": 25, "name": "s"}
    assert snapctl("demo", "run", "--ticks", 7, *like, *there).code == 0
    loaded = snapctl("demo", "snapshot", "load", "s", "--ticks", 15, *like, *there, "--json").document
    assert {key: loaded[key] for key in ("tick", "digest")} == straight
    listed = snapctl("demo", "snapshot", "list", *there, "--json").document["snapshots"]
    assert [(row["name"], row["vm-state-size"], row["devices"]) for row in listed] == [
        ("s", saved.document["vm-state-size"], [str(disk) for disk in disks[2:]])
    ]
    assert snapctl("demo", "snapshot", "delete", "s", *like, *there).code == 0
    back = snapctl("snapshot", "undo", *disks[2:])
    assert back.code == 0 and back.text.startswith(f"{disks[2]}: snapshot 's' (id 1) is there again")
    assert all(snapctl("check", disk).code == 0 for disk in disks)
    swapped = snapctl("demo", "snapshot", "load", "s", *like, *with_disks(*disks[:1:-1]), "--json")
    assert (swapped.code, swapped.error["code"]) == (1, "disk-order")
    assert swapped.error["hint"].endswith(f": {disks[2]}, {disks[3]}")


def test_people_get_two_lines_and_names_are_made(snapctl: Snapctl, disks: tuple[Path, ...]) -> None:
    there = with_disks(disks[0])
    first, second = snapctl("demo", "snapshot", "save", "--ticks", 1, *SMALL, *there).text.splitlines()
    assert first.startswith("snapshot 'vm-20") and "saved: VM state" in first and second.startswith("tick 1  digest ")
    name = first.split("'")[1]
    assert snapctl("demo", "snapshot", "save", name, "--ticks", 1, *SMALL, *there).code == 1
    assert snapctl("demo", "snapshot", "save", name, "--ticks", 1, "--overwrite", *SMALL, *there).code == 0
    grown = disks[0].stat().st_blocks
    said = snapctl("demo", "snapshot", "delete", name, "--trim", *SMALL, *there)
    assert disks[0].stat().st_blocks < grown / 2
    assert said.code == 0 and said.text.startswith(f"{disks[0]}: snapshot '{name}' (id 2) deleted; ")
    assert said.text.endswith(" MiB given back\n")
    assert snapctl("demo", "snapshot", "delete", name, *SMALL, *there).code == 1


def test_what_is_refused(snapctl: Snapctl, disks: tuple[Path, ...], tmp_path: Path) -> None:
    raw = tmp_path / "raw.img"
    raw.write_bytes(bytes(1 << 20))
    assert snapctl("demo", "snapshot", "save", "s", *SMALL).code == 2
    refused = snapctl("demo", "snapshot", "save", "s", *SMALL, *with_disks(disks[0], raw), "--ticks", 1, "--json")
    assert (refused.code, refused.error["code"]) == (1, "no-snapshots")
    for more, code in ((("--device", "stubborn"), "state-blocked"), (("--record-replay",), "record-replay")):
        refused = snapctl(
            "demo", "snapshot", "save", "s", *SMALL, *more, *with_disks(*disks[:2]), "--ticks", 1, "--json"
        )
        assert (refused.code, refused.error["code"]) == (1, code)
    before = [disk.read_bytes() for disk in disks[:2]]
    refused = snapctl("demo", "snapshot", "save", "n" * 256, *SMALL, *with_disks(*disks[:2]), "--ticks", 5, "--json")
    assert (refused.code, refused.error["code"]) == (2, "snapshot-name")
    assert [disk.read_bytes() for disk in disks[:2]] == before, "refused before its guest wrote"
    assert snapctl("demo", "snapshot", "list", *with_disks(*disks[:2]), "--json").document["snapshots"] == []
    assert snapctl("demo", "snapshot", "load", "s", *SMALL, *with_disks(disks[0])).code == 1


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> SnapmgrError:
    """What a disk says when it is closed, where no room is left for what the guest wrote."""
    close, error = Disk.close, SnapmgrError("cannot-write", "no space is left for what the guest wrote meanwhile")

    def refuse(disk: Disk) -> None:
        close(disk)
        raise error

    monkeypatch.setattr(Disk, "close", refuse)
    return error


def test_a_full_disk_after_the_save_does_not_hide_the_snapshot(
    snapctl: Snapctl, disks: tuple[Path, ...], full: SnapmgrError, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Machine) -> None:
        raise full

    monkeypatch.setattr(Machine, "stop", refuse)
    said = snapctl("demo", "snapshot", "save", "s", *SMALL, *with_disks(disks[0]), "--ticks", 0, "--json")
    assert (said.code, said.document["name"], said.document["error"]["code"]) == (1, "s", "cannot-write")
    assert snapctl("check", disks[0]).code == 0
    loaded = snapctl("demo", "snapshot", "load", "s", *SMALL, *with_disks(disks[0]), "--json")
    assert (loaded.code, loaded.error["code"]) == (1, "cannot-write"), "it does not get as far"


def test_every_disk_is_closed_where_one_refuses(snapctl: Snapctl, disks: tuple[Path, ...], full: SnapmgrError) -> None:
    said = snapctl("demo", "run", "--ticks", 1, *SMALL, *with_disks(*disks[:2]), "--json")
    assert (said.code, said.document["tick"], said.document["error"]["message"]) == (1, 1, full.message)
    assert all(snapctl("snapshot", "create", disk, "free").code == 0 for disk in disks[:2]), "nobody has them"


def test_a_snapshot_that_a_disk_lacks_is_loaded_on_the_others(snapctl: Snapctl, disks: tuple[Path, ...]) -> None:
    both = (*SMALL, *with_disks(*disks[:2]))
    assert snapctl("demo", "snapshot", "save", "s", *both, "--ticks", 2, "--on", disks[1]).code == 0
    taken = snapctl("demo", "snapshot", "save", "s", *both, "--on", disks[1], "--json").error
    assert taken["code"] == "snapshot-exists" and taken["hint"].endswith("--overwrite has the new one take its place.")
    lacks = snapctl("demo", "snapshot", "load", "s", *both, "--json").error
    assert lacks["path"] == str(disks[0]) and lacks["hint"].endswith(f"load it: --on {disks[1]}.")
    assert snapctl("demo", "snapshot", "load", "s", *both, "--on", disks[1]).code == 0
    assert "--on" not in snapctl("demo", "snapshot", "load", "none", *both, "--json").error["hint"]


def test_an_interrupt_after_the_load_says_that_it_is_loaded(
    snapctl: Snapctl, disks: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = with_disks(disks[0])
    assert snapctl("demo", "snapshot", "save", "s", "--ticks", 1, *SMALL, *there).code == 0

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("snapmgr.cli.demo_snapshot.advance", interrupted)
    done = snapctl("demo", "snapshot", "load", "s", "--ticks", 9, *SMALL, *there, "--json")
    assert (done.code, done.document["name"], done.document["error"]["code"]) == (130, "s", "cancelled")
    assert "snapshot 's' is loaded" in done.document["error"]["message"]

"""What the window lists equals what QEMU said, for every image of the corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from snapmgr.errors import ImageError, SnapmgrError, Unsupported
from tests import corpus
from ui.models.snapshot_table import Column, Roles, SnapshotTableModel
from ui.snapshots.presenter import read_list

NO_ICOUNT = (1 << 64) - 1
_SECOND = 10**9


def cases() -> list[tuple[str, str]]:
    return [(name, file) for name, case in corpus.images().items() for file in case["truth"]]


def expected(truth: dict[str, Any]) -> list[tuple[Any, ...]] | None:
    """(id, name, seconds, ns, clock, VM state, icount, disk size) in table order; None where QEMU refuses the image."""
    info = corpus.per_version(truth["info"])
    if info["exit"]:
        return None
    if "snapshots" in truth:
        return [
            (one["id"], one["name"], one["date_sec"], one["date_nsec"], one["vm_clock_nsec"], one["vm_state_size"],
             None if one["icount"] == NO_ICOUNT else one["icount"], one["disk_size"])
            for one in truth["snapshots"]
        ]  # fmt: skip
    return [
        (one["id"], one["name"], one["date-sec"], one["date-nsec"],
         one["vm-clock-sec"] * _SECOND + one["vm-clock-nsec"], one["vm-state-size"] & NO_ICOUNT,
         one.get("icount"), None)
        for one in info["stdout"].get("snapshots", [])
    ]  # fmt: skip


def readable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def shown(model: SnapshotTableModel, *, sizes: bool) -> list[tuple[Any, ...]]:
    """The values behind the cells, every row, in the same form."""

    value = model.value
    rows = []
    for place in range(model.rowCount()):
        seconds, nanoseconds = value(place, Column.WHEN)
        rows.append(
            (readable(value(place, Column.ID)), readable(value(place, Column.NAME)), seconds, nanoseconds,
             value(place, Column.CLOCK), value(place, Column.STATE), value(place, Column.ICOUNT),
             value(place, Column.DISK_SIZE) if sizes else None)
        )  # fmt: skip
    return rows


@pytest.fixture
def model(qapp: Any) -> SnapshotTableModel:
    return SnapshotTableModel(lambda: 1795447900.0)


@pytest.mark.parametrize(("case", "file"), cases(), ids=lambda value: value)
def test_the_rows_are_those_of_qemu(case: str, file: str, model: SnapshotTableModel, tmp_path: Path) -> None:
    truth = corpus.images()[case]["truth"][file]
    path = corpus.unpack_image(case, tmp_path)[file]
    wanted = expected(truth)
    is_qcow2 = wanted is not None and corpus.per_version(truth["info"])["stdout"]["format"] == "qcow2"
    if not is_qcow2:
        with pytest.raises((ImageError, Unsupported)) as caught:
            read_list([str(path)], [])
        assert isinstance(caught.value, SnapmgrError) and caught.value.code and caught.value.path == str(path)
        return
    assert wanted is not None
    model.show(read_list([str(path)], []))
    wanted = [(readable(one[0]), readable(one[1]), *one[2:]) for one in wanted]
    if any("\ufffd" in str(one[1]) or len(str(one[1])) > 200 or len(str(one[0])) > 100 for one in wanted):
        assert len(shown(model, sizes=True)) == len(wanted)  # QEMU cuts names; the values are compared without them
        assert sorted(one[2:] for one in shown(model, sizes="snapshots" in truth)) == sorted(one[2:] for one in wanted)
        return
    key = [(-one[2], -one[3]) for one in wanted]
    newest_first = [wanted[place] for place in sorted(range(len(wanted)), key=lambda place: (key[place], place))]
    assert shown(model, sizes="snapshots" in truth) == newest_first


@pytest.mark.parametrize("case", [name for name in corpus.images() if name.startswith("vm-two-disks")])
def test_two_disks_are_one_machine(case: str, model: SnapshotTableModel, tmp_path: Path) -> None:
    files = corpus.unpack_image(case, tmp_path)
    paths = [str(path) for path in files.values()]
    model.show(read_list(paths, []))
    assert [model.index(place, Column.DISKS).data() for place in range(model.rowCount())] == ["all 2", "all 2"]
    assert [model.value(place, Column.DISKS) for place in range(2)] == [tuple(paths)] * 2
    truths = corpus.images()[case]["truth"]
    states = {one["name"]: one["vm_state_size"] for one in truths[f"{case}-vmstate.qcow2"]["snapshots"]}
    for place in range(2):
        found = model.snapshot(place)
        assert found is not None and found.vm_state_size == states[found.name] > 0
        assert found.state_device == paths[1]


def test_what_one_disk_misses_is_named(model: SnapshotTableModel, tmp_path: Path) -> None:
    one = corpus.unpack_image("vm-two-disks-72", tmp_path)
    other = corpus.unpack_image("vm-hmp-72", tmp_path)
    paths = [str(next(iter(files.values()))) for files in (one, other)]
    model.show(read_list(paths, []))
    told = {model.index(place, Column.NAME).data(): model.index(place, Column.DISKS) for place in range(5)}
    assert told["pair-1"].data(Roles.SECOND) == "not on vm-hmp-72" or "hmp" in told["pair-1"].data()
    assert all(index.data().startswith("1 of 2") and index.data(Roles.TROUBLE) for index in told.values())

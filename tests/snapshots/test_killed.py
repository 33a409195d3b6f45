"""SIGKILL in the middle of a change: QEMU finds the image sound, and it is the old one or the new one."""

from __future__ import annotations

import functools
import hashlib
import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from snapmgr.block.images import open_image
from snapmgr.block.lock import Use
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.cli import main
from snapmgr.snapshots.change import apply_snapshot, create_snapshot
from snapmgr.snapshots.export import export_disk
from snapmgr.snapshots.journal import finish_cut_off
from snapmgr.snapshots.list import list_snapshots
from tests import corpus
from tests.snapshots.killed import killed

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="qemu-img is not installed"
    ),
]
CASES = [name for name in ("fmt-cs512", "fmt-extl2-cs16k") if name in corpus.images()]
WRITES = range(1, 100) if "SNAPMGR_LONG" in os.environ else (1, 2, 4)
KINDS = ("create", "delete", "apply", "rename")
FORMATS = [
    name
    for name in ("fmt-v2", "fmt-v3", "fmt-cs512", "fmt-v2-cs4k", "fmt-rb8", "fmt-rb64", "fmt-rb32-cs4k", "fmt-extl2")
    if name in corpus.images()
]
DEATHS = 1000 if "SNAPMGR_LONG" in os.environ else 16


def state(image: Path, folder: Path) -> list[tuple[str, str, bytes]]:
    """Names and disks of all snapshots and of now, by QEMU's own reader."""
    found = []
    rows = [(row.id, row.name) for row in list_snapshots([image]).rows]
    for identity, name in [*rows, ("", "")]:
        chosen = ["-l", f"snapshot.id={identity}"] if identity else []
        subprocess.run(["qemu-img", "convert", "-O", "raw", *chosen, image, folder / "disk"], check=True)
        found.append((identity, name, (folder / "disk").read_bytes()))
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES)
def test_killed_at_a_write(tmp_path: Path, case: str, kind: str) -> None:
    image = corpus.unpack_image(case, tmp_path)[f"{case}.qcow2"]
    content, before = image.read_bytes(), state(image, tmp_path)
    assert killed(kind, 1 << 20, image)
    after = state(image, tmp_path)
    for write in WRITES:
        image.write_bytes(content)
        if killed(kind, write, image):
            break
        subprocess.run(["qemu-img", "check", "-q", image], check=True)
        assert state(image, tmp_path) in (before, after)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("case", FORMATS)
def test_killed_at_random_moments(tmp_path: Path, case: str) -> None:
    """Any of the changes, a save of the demo machine among them, at any of their writes."""
    chance = random.Random(case)
    image = corpus.unpack_image(case, tmp_path)[f"{case}.qcow2"]
    content, before = image.read_bytes(), state(image, tmp_path)
    changed: dict[str, tuple[int, list[tuple[str, str, bytes]]]] = {}
    for _ in range(DEATHS // len(FORMATS)):
        kind = chance.choice((*KINDS, "save"))
        image.write_bytes(content)
        if kind not in changed:
            changed[kind] = killed(kind, 1 << 20, image), state(image, tmp_path)
            image.write_bytes(content)
        writes, after = changed[kind]
        assert not killed(kind, chance.randint(1, writes), image)
        subprocess.run(["qemu-img", "check", "-q", image], check=True)
        # the machine that is saved wrote to its disk before, and that stays
        snapshots = slice(-1 if kind == "save" else None)
        assert state(image, tmp_path)[snapshots] in (before[snapshots], after[snapshots])


def names(*images: Path) -> list[set[str]]:
    """As they stand in the files: nothing is made up for by looking so."""
    found = []
    for image in images:
        opened = open_image(image)
        found.append({entry.name_text for entry in opened.snapshots})
        opened.close()
    return found


@pytest.mark.parametrize("kind", ["create", "delete", "rename"])
def test_killed_between_two_disks_it_is_made_up_for(tmp_path: Path, kind: str) -> None:
    images = [corpus.unpack_image(case, tmp_path)[f"{case}.qcow2"] for case in ("fmt-v3", "fmt-v2")]
    contents, before = [image.read_bytes() for image in images], names(*images)
    total = killed(kind, 1 << 20, *images)
    after = names(*images)
    assert all(old != new for old, new in zip(before, after, strict=True))
    for write, expected in ((total - 2, before), (total - 1, after), (total, after)):
        for image, content in zip(images, contents, strict=True):
            image.write_bytes(content)
        assert not killed(kind, write, *images)
        seen = names(*images)
        assert seen == ([after[0], before[1]] if write == total - 1 else expected)
        finish_cut_off([images[1]])
        assert names(*images) == expected
        assert not list((Path(os.environ["XDG_STATE_HOME"]) / "snapmgr" / "changes").glob("*"))
        for image in images:
            subprocess.run(["qemu-img", "check", "-q", image], check=True)


def active(image: Path) -> str:
    """The disk as it is now, read by QEMU's own tool."""
    raw = image.with_suffix(".raw")
    subprocess.run(["qemu-img", "convert", "-U", "-O", "raw", image, raw], check=True)
    return hashlib.sha256(raw.read_bytes()).hexdigest()


APPLIED = ("fmt-v3", "fmt-v2")


@functools.cache
def whole_apply() -> tuple[int, list[str], list[str]]:
    """Writes that it takes, and what both disks are before and after."""
    with tempfile.TemporaryDirectory() as folder:
        images = [corpus.unpack_image(case, Path(folder))[f"{case}.qcow2"] for case in APPLIED]
        before = [active(image) for image in images]
        total = killed("apply", 1 << 20, *images)
        return total, before, [active(image) for image in images]


def cut_off_apply(folder: Path) -> tuple[list[Path], list[str], list[str]]:
    """Two disks of which the first went back alone; their contents before and after."""
    total, before, after = whole_apply()
    assert all(old != new for old, new in zip(before, after, strict=True))
    images = [corpus.unpack_image(case, folder)[f"{case}.qcow2"] for case in APPLIED]
    assert not killed("apply", total - 1, *images)
    assert [active(image) for image in images] == [after[0], before[1]]
    return images, before, after


@pytest.mark.parametrize("look", ["list", "export", "check"])
def test_whoever_looks_next_makes_up_for_it(tmp_path: Path, look: str) -> None:
    images, _, after = cut_off_apply(tmp_path)
    if look == "list":
        found = list_snapshots(images)
        assert not any(device.problems for device in found.devices)
    elif look == "export":
        assert export_disk(images[1], None, tmp_path / "out.raw").path.exists()
    else:
        assert main(["check", str(images[1])]) == 0
    assert [active(image) for image in images] == after
    assert not journals()


def journals() -> list[Path]:
    return list((Path(os.environ["XDG_STATE_HOME"]) / "snapmgr" / "changes").glob("*"))


def test_what_was_written_to_meanwhile_is_left_and_told_until_it_is_put_right(tmp_path: Path) -> None:
    images, _, after = cut_off_apply(tmp_path)
    subprocess.run(["qemu-io", "-f", "qcow2", "-c", "write 0 64k", images[1]], check=True, capture_output=True)
    written = active(images[1])
    for _ in range(2):
        create_snapshot(images, f"another {_}")
        for device in list_snapshots(images).devices:
            [problem] = device.problems
            assert problem.code == "cut-off" and problem.hint
            assert "fmt-v3.qcow2 is as after it, fmt-v2.qcow2 is as before" in problem.message
            assert "fmt-v2.qcow2 was written to since" in problem.message
    assert [active(image) for image in images] == [after[0], written] and journals()
    apply_snapshot(images, "id:1")
    assert not any(device.problems for device in list_snapshots(images).devices) and not journals()
    for image in images:
        subprocess.run(["qemu-img", "check", "-q", image], check=True)


def test_a_header_that_qemu_changed_meanwhile_counts_as_written_to(tmp_path: Path) -> None:
    images, _, after = cut_off_apply(tmp_path)
    subprocess.run(["qemu-img", "snapshot", "-c", "qemu's", images[1]], check=True)
    for _ in range(2):
        for device in list_snapshots(images).devices:
            assert "fmt-v2.qcow2 was written to since" in device.problems[0].message
    assert active(images[0]) == after[0] and journals()
    images[1].unlink()  # for good: what is left of the machine is put right without it
    apply_snapshot(images[:1], "id:1")
    assert not journals()


def test_a_snapshot_that_only_some_disks_have_is_told_by_the_list_alone(tmp_path: Path) -> None:
    images = [corpus.unpack_image(case, tmp_path)[f"{case}.qcow2"] for case in APPLIED]
    contents = [image.read_bytes() for image in images]
    total = killed("create", 1 << 20, *images)
    for image, content in zip(images, contents, strict=True):
        image.write_bytes(content)
    assert not killed("create", total - 1, *images)
    subprocess.run(["qemu-img", "snapshot", "-c", "qemu's", images[1]], check=True)
    found = list_snapshots(images)
    assert [problem.hint for device in found.devices for problem in device.problems] == [
        "Their list says which snapshot misses on which disk: finish or delete it there."
    ] * 2
    assert [row.missing for row in found.rows if row.missing and row.name != "qemu's"] == [(str(images[1]),)]
    assert not any(device.problems for device in list_snapshots(images).devices) and not journals()


def test_a_disk_that_is_not_there_is_made_up_for_when_it_is_again(tmp_path: Path) -> None:
    images, before, after = cut_off_apply(tmp_path)
    away = images[1].rename(tmp_path / "away")
    for _ in range(2):
        [problem] = list_snapshots(images[:1]).devices[0].problems
        assert "could not be made up for yet" in problem.message and "fmt-v2.qcow2 is not there" in problem.message
    create_snapshot(images[:1], "meanwhile")
    away.rename(images[1])
    assert active(images[1]) == before[1]
    assert not any(device.problems for device in list_snapshots(images).devices) and not journals()
    assert [active(image) for image in images] == after


def test_whoever_looks_while_a_change_is_made_leaves_its_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [corpus.unpack_image(case, tmp_path)[f"{case}.qcow2"] for case in APPLIED]
    seen: list[int] = []
    commit = Shadow.commit

    def looked_at(shadow: Shadow) -> None:
        list_snapshots(images)
        seen.append(len(journals()))
        commit(shadow)
        list_snapshots(images)
        seen.append(len(journals()))

    monkeypatch.setattr(Shadow, "commit", looked_at)
    create_snapshot(images, "new")
    assert seen == [1, 1, 1, 1] and not journals()


def test_while_somebody_uses_one_of_them_it_waits(tmp_path: Path) -> None:
    images, before, after = cut_off_apply(tmp_path)
    held = open_image(images[0], use=Use.WRITE)
    problems = [problem for device in list_snapshots(images).devices for problem in device.problems]
    assert len(problems) == 2 and all("could not be made up for yet" in problem.message for problem in problems)
    assert active(images[1]) == before[1] and journals()
    held.close()
    assert not any(device.problems for device in list_snapshots(images).devices)
    assert [active(image) for image in images] == after and not journals()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"images": 3}', '{"images": [{"path": "x", "before": "zz"}]}'])
def test_a_journal_that_is_none_is_passed_over(tmp_path: Path, text: str) -> None:
    folder = Path(os.environ["XDG_STATE_HOME"]) / "snapmgr" / "changes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "x.json").write_text(text)
    image = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]
    content = image.read_bytes()
    finish_cut_off([image])
    (folder / "x.json").unlink()
    assert image.read_bytes() == content

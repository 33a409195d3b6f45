"""Several snapshots at once, saving before applying, stopping on the way, and what is known to stand in the way."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from snapmgr.errors import Cancelled, SnapmgrError, Unsupported, not_writable
from snapmgr.snapshots import change
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.report import snapshots_document
from snapmgr.work import CancelToken
from tests import corpus
from tests.ui.snapshots.made import case_with


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return case_with("vm-hmp-72", tmp_path / "disk.qcow2")


def names(*paths: Path) -> list[str]:
    return [row.name for row in list_snapshots(paths).rows]


def test_several_are_deleted_in_one_go(image: Path, tmp_path: Path) -> None:
    other = case_with("vm-v2", tmp_path / "other.qcow2")
    change.create_snapshot([other], "extra")
    [extra] = [row for row in list_snapshots([other]).rows if row.name == "extra"]
    change.delete_snapshot(
        [image, other], {str(image): ["boot", "id:3", "done"], str(other): [f"id:{extra.id}"]}, trim=True
    )
    assert names(image) == ["work"] and "extra" not in names(other)
    assert not list_snapshots([image]).devices[0].problems


def test_none_is_deleted_where_one_cannot_be(image: Path) -> None:
    before = image.read_bytes()
    with pytest.raises(SnapmgrError) as refused:
        change.delete_snapshot([image], {str(image): ["boot", "none"]})
    assert refused.value.code == "snapshot-not-found" and image.read_bytes() == before


def test_what_is_there_now_is_saved_before_another_is_applied(image: Path) -> None:
    change.apply_after_saving([image], "boot", "now")
    assert names(image) == ["boot", "work", "done", "now"]


def test_what_was_saved_is_taken_back_where_the_other_cannot_be_applied(tmp_path: Path) -> None:
    image = next(iter(corpus.unpack_image("fmt-bitmaps", tmp_path).values()))
    before = names(image)
    with pytest.raises(Unsupported) as refused:
        change.apply_after_saving([image], before[0], "now")
    assert refused.value.code == "bitmaps" and names(image) == before
    assert not list_snapshots([image]).devices[0].problems


CHANGES: list[Callable[..., object]] = [
    lambda path, **keywords: change.create_snapshot([path], "new", **keywords),
    lambda path, **keywords: change.delete_snapshot([path], "boot", **keywords),
    lambda path, **keywords: change.apply_snapshot([path], "boot", **keywords),
    lambda path, **keywords: change.rename_snapshot([path], "boot", "new", **keywords),
    lambda path, **keywords: change.apply_after_saving([path], "boot", "new", **keywords),
]


@pytest.mark.parametrize("run", CHANGES)
def test_stopped_at_any_report_it_is_the_old_image(image: Path, run: Callable[..., object]) -> None:
    before, places = names(image), 0
    while True:
        token, seen = CancelToken(), 0

        def stop(_done: int, _total: int, token: CancelToken = token, at: int = places) -> None:
            nonlocal seen
            if seen == at:
                token.cancel()
            seen += 1

        try:
            run(image, progress=stop, cancel=token)
        except Cancelled:
            assert names(image) == before and not list_snapshots([image]).devices[0].problems
            places += 1
        else:
            break
    assert places > 0 and token.closed and not token.cancelled


def test_a_closed_token_cannot_be_cancelled() -> None:
    token = CancelToken()
    token.close()
    token.cancel()
    assert token.closed and not token.cancelled
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        token.close()
    assert not token.closed


@pytest.mark.parametrize(
    ("case", "fixed", "unloadable"),
    [
        ("vm-hmp-72", None, None),
        ("fmt-bitmaps", None, "bitmaps"),
        ("fmt-luks", "encrypted", None),
        ("fmt-data-file", "snapshots-with-data-file", None),
        ("bad-corrupt-bit", "corrupt", None),
        ("bad-refcount-low", "damaged", None),
        ("bad-leak", None, None),
    ],
)
def test_the_list_says_what_cannot_be_changed(
    tmp_path: Path, case: str, fixed: str | None, unloadable: str | None
) -> None:
    device = list_snapshots([next(iter(corpus.unpack_image(case, tmp_path).values()))]).devices[0]
    assert (device.fixed and device.fixed.code, device.unloadable and device.unloadable.code) == (fixed, unloadable)


def test_a_file_that_may_not_be_written_is_said_to_be(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image.chmod(0o444)
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everything
    device = list_snapshots([image]).devices[0]
    assert device.fixed is not None and device.fixed.code == "read-only"
    assert device.fixed.message == f"you may not write to {image}"
    assert device.fixed.qemu == f"Could not open '{image}': Could not open '{image}': Permission denied"
    assert snapshots_document(list_snapshots([image]))["devices"][0]["fixed"]["code"] == "read-only"


def test_of_a_read_only_file_system_it_is_said_that_it_is_one(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.statvfs", lambda _: os.statvfs_result([0] * 8 + [os.ST_RDONLY, 255]))
    refused = not_writable(image)
    assert refused.message == f"{image} is on a file system that is mounted read-only"
    assert refused.qemu == f"Could not open '{image}': Could not open '{image}': Read-only file system"

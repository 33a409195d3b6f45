"""What stands beside recent files."""

from __future__ import annotations

from pathlib import Path

from ui.shell.documents import Document, DocumentKind
from ui.shell.recent import LONGEST, told_apart


def stream(path: str) -> Document:
    return Document(DocumentKind.STREAM, (path,))


def disks(*paths: str) -> Document:
    return Document(DocumentKind.DISKS, paths)


def test_folders_tell_files_of_one_name_apart() -> None:
    home = str(Path.home())
    assert told_apart([stream(f"{home}/a/vm.mig"), stream("/b/vm.mig"), stream("/b/other.mig")]) == ["~/a", "/b", "/b"]


def test_a_long_folder_loses_its_middle() -> None:
    (beside,) = told_apart([stream(f"/srv/{'x' * 80}/states/vm.mig")])
    assert len(beside) == LONGEST and beside.startswith("/srv/x") and beside.endswith("x/states")


def test_the_part_that_differs_is_never_left_out() -> None:
    before, behind = f"/srv/{'x' * 40}", f"{'y' * 40}/states/vm.mig"
    besides = told_apart([stream(f"{before}/{name}/{behind}") for name in ("monday", "tuesday", "tuesday-2")])
    assert [beside[:11] for beside in besides] == ["…/monday/yy", "…/tuesday/y", "…/tuesday-2"]
    assert max(map(len, besides)) <= LONGEST


def test_machines_with_the_same_first_disk_name_the_others() -> None:
    assert told_apart(
        [disks("/vm/root.qcow2", "/vm/data.qcow2"), disks("/vm/root.qcow2", "/vm/old.qcow2"), disks("/vm/root.qcow2")]
    ) == ["/vm, with data.qcow2", "/vm, with old.qcow2", "/vm"]

"""What may not be replaced: what is read, all that it stands on, and images that another process has open."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from snapmgr.block.replace import check_replace, files_of, read_from, used_by
from snapmgr.errors import InUse, SnapmgrError, UsageError
from tests import corpus
from tests.block.test_backing import overlay
from tests.block.test_lock import needs_qemu, running_qemu
from tests.block.tiny import tiny

_HOLD = """
import os, sys
from snapmgr.block import lock
descriptor = os.open(sys.argv[1], os.O_RDWR)
lock.acquire(descriptor, lock.Use(sys.argv[2]))
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path: Path, use: str = "write") -> Iterator[int]:
    """Another process has the locks of ``use`` on ``path``; its pid."""
    command = [sys.executable, "-c", _HOLD, str(path), use]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"held\n"
            yield process.pid
        finally:
            process.kill()


@pytest.fixture
def chain(tmp_path: Path) -> list[Path]:
    """An image, its base, and the base of its base: a raw file."""
    names = ["top.qcow2", "middle.qcow2", "bottom.raw"]
    overlay(tmp_path / names[0], b"middle.qcow2")
    overlay(tmp_path / names[1], b"file:bottom.raw")
    (tmp_path / names[2]).write_bytes(b"bottom")
    return [tmp_path / name for name in names]


def refusal(target: Path, *sources: Path, roots: tuple[Path, ...] = ()) -> str:
    with pytest.raises(UsageError) as refused:
        check_replace(target, sources, roots)
    assert str(target) in refused.value.message
    return refused.value.code


def test_an_image_and_every_file_below_it_stay(tmp_path: Path, chain: list[Path]) -> None:
    assert list(files_of(chain[0])) == chain
    for number, path in enumerate(chain):
        link = tmp_path / f"link-{number}"
        link.hardlink_to(path)
        (tmp_path / f"soft-{number}").symlink_to(path)
        for target in (path, link, tmp_path / f"soft-{number}"):
            assert refusal(target, chain[0]) == "same-file"
    check_replace(chain[0], [chain[1]])  # what stands on a base is not read through it


def test_names_count_from_the_image_that_says_them(
    tmp_path: Path, chain: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path.parent)
    assert refusal(chain[2], Path(tmp_path.name) / "top.qcow2") == "same-file"


def test_an_external_data_file_stays(tmp_path: Path) -> None:
    files = corpus.unpack_image("fmt-data-file", tmp_path)
    image = files["fmt-data-file.qcow2"]
    (data,) = set(files.values()) - {image}
    assert refusal(data, image) == "same-file"


@pytest.mark.parametrize(
    "name", [b'json:{"driver":"qcow2","file":{"driver":"file","filename":"base"}}', b'json:{"file.filename":"base"}']
)
def test_a_base_that_is_named_as_json_stays(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "base").write_bytes(b"base")
    assert refusal(tmp_path / "base", overlay(tmp_path / "top.qcow2", name)) == "same-file"


def test_a_base_elsewhere_stays_but_is_looked_into_only_where_allowed(tmp_path: Path, chain: list[Path]) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    top = overlay(folder / "over.qcow2", b"../top.qcow2")
    assert list(files_of(top)) == [top, folder / "../top.qcow2"]
    assert refusal(chain[0], top) == "same-file"
    assert refusal(chain[2], top, roots=(tmp_path,)) == "same-file"


@pytest.mark.parametrize("name", [b"\xff\xfe", b"x" * 1023, b".", b"json:{", b"json:[1]", b"json:" + b"[" * 1000])
def test_strange_names_are_nobodys(tmp_path: Path, name: bytes) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"")
    check_replace(target, [overlay(tmp_path / "top.qcow2", name), None, tmp_path / "not-there"])


def test_a_loop_ends(tmp_path: Path) -> None:
    paths = corpus.unpack_image("bad-backing-loop", tmp_path)
    for path in paths.values():
        assert sorted(files_of(path)) == sorted(paths.values())


def test_what_is_not_there_or_nobodys_may_be_replaced(tmp_path: Path, chain: list[Path]) -> None:
    check_replace(tmp_path / "new", chain)
    (tmp_path / "old").write_bytes(tiny({}))
    check_replace(tmp_path / "old", chain)
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == "not-a-file"


@pytest.mark.parametrize("use", ["write", "read"])
def test_an_image_in_use_stays_and_its_holder_is_named(tmp_path: Path, use: str) -> None:
    path = tmp_path / "disk.qcow2"
    path.write_bytes(tiny({}))
    with held(path, use) as pid:
        holder = used_by(path)
        assert holder is not None and holder.endswith(f", {pid}")
        with pytest.raises(InUse) as refused:
            check_replace(path)
    assert refused.value.exit_code == 4
    assert f"in use by {holder}" in refused.value.message
    check_replace(path)


def test_what_cannot_be_opened_may_be_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "root-owned.qcow2"
    path.write_bytes(tiny({}))

    def forbidden(*_: object, **named: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(SnapmgrError) as refused:
        check_replace(path)
    assert refused.value.code == "cannot-tell" and refused.value.hint


def test_the_search_stops_at_the_source_that_it_is(chain: list[Path]) -> None:
    assert read_from(chain[1], [chain[0], chain[1]]) == chain[1]
    assert read_from(chain[0].parent / "gone", chain) is None


class TestBesideQemu:
    """The disk of a machine that runs."""

    pytestmark = needs_qemu

    def test_its_name_and_pid_are_said(self, tmp_path: Path) -> None:
        path = tmp_path / "disk.qcow2"
        path.write_bytes(tiny({}))
        with running_qemu(path) as qemu, pytest.raises(InUse) as refused:
            check_replace(path)
        assert refused.value.message == f"{path} is in use by qemu-system-x86, {qemu.pid}"

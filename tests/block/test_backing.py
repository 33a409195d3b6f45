"""Which files an image may pull in by naming them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from snapmgr.block.backing import MAX_DEPTH, Chain
from snapmgr.block.images import open_image
from snapmgr.errors import ImageError, SnapmgrError, Unsupported
from tests import corpus
from tests.block.tiny import tiny


def overlay(path: Path, name: bytes, **changed: int) -> Path:
    """An empty image at ``path`` whose backing file is called ``name``."""
    path.write_bytes(tiny({}, {2048: name}, backing_offset=2048, backing_length=len(name), **changed))
    return path


def read_all(path: Path, *roots: Path) -> bytes:
    image = open_image(path, allow_roots=roots)
    try:
        buffer = bytearray(image.size)
        image.pread_into(0, memoryview(buffer))
        return bytes(buffer)
    finally:
        image.close()


def test_a_neighbour_is_read_through(tmp_path: Path) -> None:
    (tmp_path / "base.img").write_bytes(b"base" * 100)
    content = read_all(overlay(tmp_path / "top.qcow2", b"base.img"))
    assert content.startswith(b"base" * 100) and not any(content[400:])


@pytest.mark.parametrize("name", [b"../secret", b"/etc/hostname", b"link", b"file:../secret", b"sub/../../secret"])
def test_files_outside_the_folder_are_not_read(tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(ImageError) as refused:
        read_all(overlay(folder / "top.qcow2", name))
    assert refused.value.code == "backing-outside"
    assert (refused.value.hint or "").startswith("Allow its folder, /")


def test_an_allowed_folder_opens_them(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"not so secret")
    assert read_all(overlay(folder / "top.qcow2", b"../secret"), tmp_path).startswith(b"not so secret")


@pytest.mark.parametrize("name", [b"nbd:localhost:1", b'json:{"driver":"null"}', b"ssh://host/x", b"fd:3"])
def test_protocols_are_refused_by_name(tmp_path: Path, name: bytes) -> None:
    with pytest.raises(Unsupported) as refused:
        read_all(overlay(tmp_path / "top.qcow2", name))
    assert refused.value.code == "backing-protocol"


@pytest.mark.parametrize("name", [b"\xff\xfe", b"x" * 1023, b"."])
def test_strange_names_are_typed_errors(tmp_path: Path, name: bytes) -> None:
    with pytest.raises(SnapmgrError):
        read_all(overlay(tmp_path / "top.qcow2", name))


def test_two_images_that_back_each_other_are_a_loop(tmp_path: Path) -> None:
    paths = corpus.unpack_image("bad-backing-loop", tmp_path)
    for path in paths.values():
        image = open_image(path)
        assert len(image.snapshots) == 2
        with pytest.raises(ImageError) as refused:
            image.pread_into(4096, memoryview(bytearray(1 << 20)))
        assert refused.value.code == "backing-loop"
        image.close()


def test_a_long_chain_ends_in_an_error_before_the_stack_does(tmp_path: Path) -> None:
    for number in range(MAX_DEPTH + 3):
        overlay(tmp_path / str(number), str(number + 1).encode())
    (tmp_path / str(MAX_DEPTH + 3)).write_bytes(b"")
    with pytest.raises(ImageError) as refused:
        read_all(tmp_path / "0")
    assert refused.value.code == "backing-too-deep"


def test_the_longest_chain_allowed_is_read(tmp_path: Path) -> None:
    for number in range(MAX_DEPTH - 1):
        overlay(tmp_path / str(number), str(number + 1).encode())
    (tmp_path / str(MAX_DEPTH - 1)).write_bytes(b"deep down")
    image = open_image(tmp_path / "0")
    buffer = bytearray(9)
    image.pread_into(0, memoryview(buffer))
    assert bytes(buffer) == b"deep down"
    assert [extent.zero for extent in image.extents(0, 4096)] == [False, True]
    image.close()


def test_relative_names_count_from_the_image_not_from_the_working_folder(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    chain = Chain.of(folder / "top.qcow2")
    assert chain.resolve("base.img", folder / "top.qcow2") == folder / "base.img"


@pytest.mark.qemu
@pytest.mark.skipif(shutil.which("qemu-img") is None, reason="no qemu-img on this machine")
def test_a_backing_format_keeps_a_raw_file_raw(tmp_path: Path) -> None:
    """A guest that writes a qcow2 header to its raw disk must not get another file opened (CVE-2008-2004)."""
    (tmp_path / "base.raw").write_bytes(tiny({}, size=1 << 16).ljust(1 << 16, b"\0"))
    make = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", "base.raw", "top.qcow2"]
    subprocess.run(make, cwd=tmp_path, check=True)
    assert read_all(tmp_path / "top.qcow2").startswith(b"QFI\xfb")

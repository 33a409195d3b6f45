"""What the Inspector writes never takes the place of what it reads, nor of an image in use."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from snapmgr.errors import InUse, UsageError
from tests.block.test_backing import overlay
from tests.block.test_replace import held
from ui.inspector.exporting import new_file


def index_of(path: Path) -> Any:
    return SimpleNamespace(source=SimpleNamespace(path=path))


def test_the_image_with_the_stream_and_its_base_stay(tmp_path: Path) -> None:
    image = overlay(tmp_path / "disk.qcow2", b"base.raw")
    (tmp_path / "base.raw").write_bytes(b"base")
    for target in (image, tmp_path / "base.raw"):
        before = target.read_bytes()
        with pytest.raises(UsageError) as refused, new_file(index_of(image), target):
            pytest.fail("nothing is to be written")
        assert refused.value.code == "same-file" and target.read_bytes() == before


def test_an_image_in_use_stays(tmp_path: Path) -> None:
    image, other = tmp_path / "stream.mig", overlay(tmp_path / "other.qcow2", b"base.raw")
    before = other.read_bytes()
    with held(other) as pid, pytest.raises(InUse) as refused, new_file(index_of(image), other):
        pytest.fail("nothing is to be written")
    assert f", {pid}" in refused.value.message
    with pytest.raises(InUse), new_file(index_of(image), other) as file:
        file.write(b"ours")
        holding = held(other)
        holding.__enter__()
    holding.__exit__(None, None, None)
    assert other.read_bytes() == before
    assert list(tmp_path.iterdir()) == [other]
    with new_file(index_of(image), other) as file:
        file.write(b"ours")
    assert other.read_bytes() == b"ours"


def test_what_a_link_leads_to_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "links" / "link"
    link.parent.mkdir()
    link.symlink_to("../target")
    target.write_bytes(b"old")
    with new_file(index_of(tmp_path / "stream.mig"), link) as file:
        file.write(b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    assert list(link.parent.iterdir()) == [link]

"""Formats are recognised by contents, as qemu-img recognises them."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapmgr.block.formats import HEAD, foreign_format, image_format
from snapmgr.block.images import open_image
from snapmgr.errors import Unsupported
from tests import corpus

RECOGNISED = [
    (name, image)
    for name, case in corpus.images().items()
    for image, truth in case["truth"].items()
    if corpus.per_version(truth["info"])["exit"] == 0
]


@pytest.mark.parametrize(("name", "image"), RECOGNISED)
def test_every_image_has_the_format_that_qemu_finds(tmp_path: Path, name: str, image: str) -> None:
    head = corpus.unpack_image(name, tmp_path)[image].read_bytes()[:HEAD]
    truth = corpus.images()[name]["truth"][image]
    assert image_format(head) == corpus.per_version(truth["info"])["stdout"]["format"]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"LUKS\xba\xbe\0\x01" + bytes(100), "luks"),
        (b"# Disk DescriptorFile\nversion=1\nCID=1\n", "vmdk"),
        (b"# only a comment\nhello", None),
        (b"QFI\xfb\0\0\0\x01", "qcow"),
        (b"QFI\xfb", None),
        (b"", None),
    ],
)
def test_signatures(head: bytes, name: str | None) -> None:
    assert foreign_format(head) == name


@pytest.mark.parametrize(
    ("content", "code", "word"), [(b"", "raw-disk", "raw"), (b"QED\0" + bytes(508), "foreign-format", "qed")]
)
def test_what_is_not_qcow2_is_refused_by_name(tmp_path: Path, content: bytes, code: str, word: str) -> None:
    path = tmp_path / "disk.qcow2"
    path.write_bytes(content)
    with pytest.raises(Unsupported) as refused:
        open_image(path)
    assert refused.value.code == code
    assert word in refused.value.message

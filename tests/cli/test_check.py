"""``snapctl check`` beside ``qemu-img check``."""

from __future__ import annotations

import shutil

import pytest

from snapmgr.block import lock
from snapmgr.block.raw import RawFile
from tests import corpus

CASES = corpus.images()
CHECKED = [
    (name, image)
    for name, case in CASES.items()
    for image, truth in case["truth"].items()
    if "check json" in truth and "file" not in image
]
EITHER_LEFT_OUT = {"filename", "format", "problems"}


@pytest.mark.parametrize(("name", "image"), CHECKED)
def test_verdict_and_fields_are_those_of_qemu_img(snapctl, tmp_path, name, image):
    said = corpus.per_version(CASES[name]["truth"][image]["check json"])
    path = corpus.unpack_image(name, tmp_path)[image]
    result = snapctl("check", path, "--json")
    if not isinstance(said["stdout"], dict):
        assert result.code == 3 and result.error["path"]
    elif said["stdout"]["format"] != "qcow2" and shutil.which("qemu-img") is None:
        assert result.code == 3 and result.error["code"] == "foreign-format"
    else:
        assert result.code == (1 if said["exit"] else 0)
        fields = {key: value for key, value in said["stdout"].items() if key not in EITHER_LEFT_OUT}
        assert {key: value for key, value in result.document.items() if key not in EITHER_LEFT_OUT} == fields
        assert (result.document["filename"], result.document["format"]) == (str(path), said["stdout"]["format"])


def test_people_read_what_is_wrong_and_what_to_do(snapctl, tmp_path):
    path = corpus.unpack_image("bad-leak", tmp_path)["bad-leak.qcow2"]
    result = snapctl("check", path)
    assert result.code == 1
    assert f"{path}: 3 leaked clusters" in result.text and "81 of 3072 clusters allocated (2.64 %)" in result.text
    assert "snapctl check --repair leaks" in result.text
    repaired = snapctl("check", path, "--repair", "leaks")
    assert repaired.code == 0
    assert repaired.text.splitlines()[:2] == [f"{path}: 3 leaked clusters given back", f"{path}: no errors"]
    assert "leaks-fixed" not in snapctl("check", path, "--json").document


def test_an_image_that_somebody_writes_is_left_alone(snapctl, tmp_path):
    path = corpus.unpack_image("bad-leak", tmp_path)["bad-leak.qcow2"]
    before = path.read_bytes()
    writer = RawFile.open(path, writable=True)
    try:
        lock.acquire(writer.descriptor, lock.Use.WRITE, path)
        for words in ([], ["--repair", "leaks"]):
            result = snapctl("check", path, *words, "--json")
            assert result.code == 4 and result.error["path"] == str(path)
    finally:
        writer.close()
    reader = RawFile.open(path)
    try:
        lock.acquire(reader.descriptor, lock.Use.READ, path)
        assert snapctl("check", path).code == 1
        assert snapctl("check", path, "--repair", "leaks").code == 4
    finally:
        reader.close()
    assert path.read_bytes() == before


def test_a_raw_disk_is_refused_by_name(snapctl, tmp_path):
    path = tmp_path / "disk.raw"
    path.write_bytes(bytes(1 << 20))
    result = snapctl("check", path, "--json")
    assert result.code == 3 and result.error["code"] == "raw-disk"


def test_all_is_repaired_or_nothing_is_touched(snapctl, tmp_path):
    path = corpus.unpack_image("bad-refcount-low", tmp_path)["bad-refcount-low.qcow2"]
    assert "snapctl check --repair all" in snapctl("check", path).text
    repaired = snapctl("check", path, "--repair", "all")
    assert repaired.code == 0
    assert repaired.text.splitlines()[:2] == [f"{path}: 1 error repaired", f"{path}: no errors"]
    path = corpus.unpack_image("bad-dirty-real", tmp_path)["bad-dirty-real.qcow2"]
    document = snapctl("check", path, "--repair", "all", "--json").document
    assert document["corruptions-fixed"] == 256 and "corruptions" not in document and document["problems"] == []
    path = corpus.unpack_image("bad-l2-unaligned", tmp_path)["bad-l2-unaligned.qcow2"]
    refused = snapctl("check", path, "--repair", "all", "--json")
    assert refused.code == 1 and refused.error["code"] == "repair-errors" and refused.error["hint"]


@pytest.mark.qemu
def test_other_formats_are_what_qemu_img_says(snapctl, tmp_path):
    path = corpus.unpack_image("other-qed", tmp_path)["other-qed.qed"]
    result = snapctl("check", path)
    assert result.code == 0 and result.text.splitlines() == [f"{path}: no errors (qemu-img, qed)"]
    data = bytearray(path.read_bytes())
    data[40:48] = (1 << 40).to_bytes(8, "little")  # the L1 table far behind the end
    path.write_bytes(data)
    refused = snapctl("check", path, "--json")
    assert refused.code == 3 and refused.error["code"] == "not-opened" and refused.error["path"] == str(path)


def test_a_description_that_names_other_files_is_not_followed(snapctl, tmp_path):
    path = tmp_path / "disk.vmdk"
    path.write_text('# Disk DescriptorFile\nversion=1\nCID=1\nRW 16 FLAT "nbd://127.0.0.1:1/" 0\n')
    refused = snapctl("check", path, "--json")
    assert refused.code == 3 and refused.error["code"] == "foreign-format"

"""Recognition by content, and the list of what was opened before."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import NotFound, StreamError, Unsupported, UsageError
from snapmgr.migrate.recording_file import MAGIC
from tests.corpus import images, unpack_image
from ui.shell.documents import Document, DocumentKind, recognise
from ui.shell.drop import says
from ui.theme.resources import resource

DEMO = resource("demo", "demo.mig")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A qcow2 image of the corpus, under a name that says nothing."""
    folder = tmp_path_factory.mktemp("image")
    name = next(
        name
        for name, case in images().items()
        if len(case["files"]) == 1 and case["files"][0]["file"].endswith("qcow2")
    )
    (made,) = unpack_image(name, folder).values()
    return made.rename(folder / "picture.jpeg")


def test_a_stream_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    odd = tmp_path / "letter.txt"
    shutil.copyfile(DEMO, odd)
    assert recognise([str(odd)]) == Document(DocumentKind.STREAM, (str(odd),))
    packed = tmp_path / "letter.doc"
    packed.write_bytes(gzip.compress(DEMO.read_bytes()))
    assert recognise([str(packed)]).kind is DocumentKind.STREAM


def test_one_of_captured_channels_opens_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "conn0.fwd.bin").write_bytes(b"QEVM\0\0\0\3\7")
    channel = tmp_path / "conn1.fwd.bin"
    channel.write_bytes(bytes.fromhex("11223344") + bytes(60))
    assert recognise([str(channel)]) == Document(DocumentKind.STREAM, (str(tmp_path),))
    with pytest.raises(StreamError) as caught:
        open_source(channel)
    assert str(tmp_path) in (caught.value.hint or "")


def test_a_folder_with_captured_channels_is_a_stream(tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match="folder"):
        recognise([str(tmp_path)])
    shutil.copyfile(DEMO, tmp_path / "conn0.fwd.bin")
    assert recognise([str(tmp_path)]) == Document(DocumentKind.STREAM, (str(tmp_path),))


def test_images_of_one_machine_belong_together(image: Path, tmp_path: Path) -> None:
    assert recognise([str(image)]) == Document(DocumentKind.DISKS, (str(image),))
    raw = tmp_path / "data.img"
    raw.write_bytes(bytes(4096))
    both = recognise([str(image), str(raw)])
    assert (both.kind, both.label) == (DocumentKind.DISKS, "picture.jpeg and 1 more")


@pytest.mark.parametrize("begin", [b"Q", b"QEV", b"QEVM", b"QEVM\0\0", b"QEVN\0\0\0\3\7", bytes(7) + b"\3\1"])
def test_a_damaged_beginning_is_looked_into_as_a_stream(begin: bytes, tmp_path: Path) -> None:
    """The Inspector says where QEMU stops, and in its words."""
    file = tmp_path / "stream"
    file.write_bytes(begin)
    assert recognise([str(file)]) == Document(DocumentKind.STREAM, (str(file),))


def test_a_tag_makes_it_a_stream(image: Path) -> None:
    assert recognise([f"{image}@before"]) == Document(DocumentKind.STREAM, (f"{image}@before",))


def test_what_is_refused_says_why(image: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter.mig"
    letter.write_text("Dear reader,")
    with pytest.raises(Unsupported, match="neither a migration stream nor") as refused:
        recognise([str(letter)])
    assert refused.value.path == str(letter) and refused.value.hint
    assert refused.value.qemu == "Not a migration stream"
    empty = tmp_path / "empty"
    empty.touch()
    with pytest.raises(Unsupported, match="empty"):
        recognise([str(empty)])
    with pytest.raises(NotFound):
        recognise([str(tmp_path / "gone.mig")])
    with pytest.raises(UsageError):
        recognise([str(DEMO), str(DEMO)])
    with pytest.raises(UsageError):
        recognise([str(image), str(DEMO)])


def test_a_document_survives_its_json() -> None:
    document = Document(DocumentKind.DISKS, ("/a/x.qcow2", "/a/y.qcow2"))
    assert Document.from_json(document.as_json()) == document
    for damaged in (None, 5, {}, {"kind": "other", "sources": ["/a"]}, {"kind": "inspector", "sources": [1]}):
        assert Document.from_json(damaged) is None
    assert Document.from_json({"kind": "inspector", "sources": []}) is None


def test_a_recorded_migration_is_one_for_the_migration_view(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_bytes(MAGIC + b"\0\0\0\1")
    assert recognise([str(path)]) == Document(DocumentKind.RECORDING, (str(path),))
    assert says([str(path)])[0] == "Open it in Migration"


def test_a_stream_inside_a_file_is_opened_where_it_begins(tmp_path: Path) -> None:
    file = tmp_path / "disk.bin"
    file.write_bytes(bytes(0x1234) + b"QEVM\0\0\0\3\7")
    document = recognise([str(file)])
    assert document == Document(DocumentKind.STREAM, (f"file:{file},offset=0x1234",))
    assert recognise([f"file:{file},offset=4660"]) == document
    assert (document.label, document.where) == ("disk.bin from 00001234", str(tmp_path))


def test_a_file_as_qemu_names_it_is_that_file(tmp_path: Path) -> None:
    file = tmp_path / "vm.mig"
    file.write_bytes(b"QEVM\0\0\0\3\7")
    for source in (f"file:{file}", f"file:{file},offset=0"):
        assert recognise([source]) == Document(DocumentKind.STREAM, (str(file),))

"""``snapctl convert``: a stream in another container, byte for byte."""

from __future__ import annotations

import gzip
import hashlib
import lzma

import pytest
import zstandard

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import index_stream
from tests import corpus
from tests.cli.places import stored


@pytest.mark.parametrize("name", ["tiny.v72", "pc-live.v100", "postcopy.v72"])
def test_raw_is_the_stream_itself(snapctl, tmp_path, name):
    file = next(iter(corpus.streams()["cases"][name]["files"]))
    truth = corpus.streams()["cases"][name]["files"][file]
    target = tmp_path / "out.mig"
    result = snapctl("convert", stored(name, file), "-o", target, "--json")
    assert result.code == 0
    written = {key: result.document[key] for key in ("path", "container", "size", "written")}
    assert written == {"path": str(target), "container": "raw", "size": truth["size"], "written": truth["size"]}
    assert result.document["rewritten"] == ("reason" not in result.document) == (not name.startswith("postcopy"))
    assert hashlib.sha256(target.read_bytes()).hexdigest() == truth["sha256"]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstandard.compress], ids=["gz", "xz", "zst"])
def test_packed_streams_are_unpacked(snapctl, tmp_path, pack):
    stream = corpus.stream_bytes("tiny.v72")
    (tmp_path / "packed").write_bytes(pack(stream))
    assert snapctl("convert", tmp_path / "packed", "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out").read_bytes() == stream


def test_zst_unpacks_to_the_same(snapctl, tmp_path):
    stream = corpus.stream_bytes("tiny.v72")
    (tmp_path / "in.mig").write_bytes(stream)
    result = snapctl("convert", tmp_path / "in.mig", "-o", tmp_path / "out.zst", "--container", "zst", "--json")
    packed = (tmp_path / "out.zst").read_bytes()
    assert zstandard.decompress(packed) == stream
    assert result.document["written"] == len(packed) < len(stream)


def test_standard_output(snapctl):
    result = snapctl("convert", stored("tiny.v72"), "-o", "-")
    assert result.out == corpus.stream_bytes("tiny.v72")


def test_the_vm_state_as_it_is_stored(snapctl, tmp_path):
    image = corpus.unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"]
    for truth in corpus.images()["vm-hmp-72"]["truth"]["vm-hmp-72.qcow2"]["snapshots"]:
        target = tmp_path / f"{truth['name']}.mig"
        assert snapctl("convert", f"{image}@{truth['name']}", "-o", target).code == 0
        assert target.stat().st_size == truth["vm_state_size"]
        assert hashlib.sha256(target.read_bytes()).hexdigest() == truth["vm_state_sha256"]


def test_the_source_is_never_overwritten(snapctl, tmp_path):
    stream = tmp_path / "a.mig"
    stream.write_bytes(corpus.stream_bytes("tiny.v72"))
    before = stream.read_bytes()
    (tmp_path / "b.mig").symlink_to(stream)
    for name in ("a.mig", "b.mig"):
        result = snapctl("convert", stream, "-o", tmp_path / name, "--force", "--json")
        assert (result.code, result.error["code"]) == (2, "same-file")
    assert stream.read_bytes() == before


def test_an_existing_file_is_replaced_only_when_asked(snapctl, tmp_path):
    target = tmp_path / "out.mig"
    target.write_bytes(b"precious")
    result = snapctl("convert", stored("tiny.v72"), "-o", target, "--json")
    assert (result.code, result.error["code"]) == (2, "exists")
    assert target.read_bytes() == b"precious"
    assert snapctl("convert", stored("tiny.v72"), "-o", target, "--force").code == 0
    assert target.read_bytes() == corpus.stream_bytes("tiny.v72")


def test_a_dump_as_schema_says_what_it_does_not_tell(snapctl, tmp_path, dump):
    stream = tmp_path / "in.mig"
    stream.write_bytes(corpus.stream_bytes("no-vmdesc.v72"))
    result = snapctl("convert", stream, "-o", tmp_path / "out.mig", "--schema", dump, "--json")
    assert result.code == 0
    assert result.document["rewritten"]
    unknown = {row["device"]: row["reason"] for row in result.document["unknown"]}
    assert unknown["cpu"] == "the dump has no device type of this name"
    assert "i8259" not in unknown
    assert (tmp_path / "out.mig").read_bytes() == stream.read_bytes()
    said = snapctl("convert", stream, "-o", tmp_path / "out2.mig", "--schema", dump).err.decode()
    assert "snapctl: not decoded, the dump has no device type of this name: timer, cpu_common, cpu," in said


@pytest.mark.parametrize("text", ["{", '{"pc": 3}'])
def test_a_schema_that_is_no_dump_is_refused_by_name(snapctl, tmp_path, text):
    (tmp_path / "bad.json").write_text(text)
    arguments = ("-o", tmp_path / "out", "--schema", tmp_path / "bad.json", "--json")
    result = snapctl("convert", stored("no-vmdesc.v72"), *arguments)
    assert (result.code, result.error["path"]) == (3, str(tmp_path / "bad.json"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["tiny.v100", "mapped-ram.v100"])
def test_a_mapped_ram_file_and_back(snapctl, tmp_path, name):
    source, mapped, plain = stored(name), tmp_path / "mapped", tmp_path / "plain"
    document = snapctl("convert", source, "-o", mapped, "--container", "mapped-ram", "--json").document
    assert document["written"] == mapped.stat().st_size and document["container"] == "mapped-ram"
    snapctl("convert", mapped, "-o", plain)
    assert held(mapped) == held(plain) == held(source)


def held(path):
    """Every block's contents, and the devices."""
    index = index_stream(open_source(path))
    assert not [problem for problem in index.problems if problem.severity == "error"]
    devices = [bytes(index.source.read(one.offset, one.length)) for one in index.records if one.type == "FULL"]
    return {block.name: index.ram.sha256(block.name) for block in index.blocks}, devices

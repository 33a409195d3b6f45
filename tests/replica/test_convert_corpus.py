"""A replica of every plain stream of the corpus saves the same bytes again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from snapmgr.containers.describe import find_description
from snapmgr.containers.open import open_source
from snapmgr.errors import StreamError, Unsupported
from snapmgr.replica.machine import Replica
from tests import corpus
from tests.inspect.test_index import small_pages
from tests.replica.reload import written

CASES = corpus.streams()["cases"]
ONE_WAY = [name for name, case in CASES.items() if case["kind"] in ("precopy", "bgsnap")]
RETURN_PATH = [name for name, case in CASES.items() if case["kind"] == "returnpath"]


def again(stream: bytes, folder: Path) -> bytes:
    """What a replica of ``stream`` writes."""
    file = folder / "in.mig"
    file.write_bytes(stream)
    with closing(open_source(str(file))) as source:
        return written(Replica.from_stream(source))


@pytest.mark.parametrize("name", ONE_WAY)
def test_the_same_bytes_again(name: str, tmp_path: Path) -> None:
    stream = corpus.stream_bytes(name)
    assert again(stream, tmp_path) == stream


def test_pages_of_a_size_that_only_the_description_tells(tmp_path: Path) -> None:
    stream, _ = small_pages()
    assert again(stream, tmp_path) == stream


@pytest.mark.parametrize("name", RETURN_PATH)
def test_commands_of_the_return_path_come_again(name: str, tmp_path: Path) -> None:
    stream = corpus.stream_bytes(name, "conn0.fwd")
    assert again(stream, tmp_path) == stream


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["kind"] in ("postcopy", "cancelled")])
def test_what_is_no_whole_precopy_stream_is_refused(name: str, tmp_path: Path) -> None:
    file = "conn0.fwd" if "conn0.fwd" in CASES[name]["files"] else "stream"
    with pytest.raises((StreamError, Unsupported)):
        again(corpus.stream_bytes(name, file), tmp_path)


def test_devices_are_decoded_not_copied(tmp_path: Path) -> None:
    """Every described device of a stream that describes itself has values."""
    file = tmp_path / "in.mig"
    file.write_bytes(corpus.stream_bytes("pc-halt.v72"))
    with closing(open_source(str(file))) as source:
        devices = Replica.from_stream(source).devices.values()
        assert all(device.described for device in devices)
        assert [device.label for device in devices if device.values is None] == []


def test_a_schema_describes_a_stream_that_does_not(tmp_path: Path) -> None:
    file, schema = tmp_path / "in.mig", tmp_path / "schema.mig"
    file.write_bytes(corpus.stream_bytes("no-vmdesc.v72"))
    schema.write_bytes(corpus.stream_bytes("pc-halt.v72"))
    with closing(open_source(str(file))) as source, closing(open_source(str(schema))) as other:
        replica = Replica.from_stream(source, find_description(other))
        assert all(device.described for device in replica.devices.values())
        assert written(replica) == file.read_bytes()

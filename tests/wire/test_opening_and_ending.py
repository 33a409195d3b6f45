"""The two ends of a stream: its header, and the description behind its sections."""

from __future__ import annotations

import pytest

from snapmgr.wire.ending import read_vmdesc
from snapmgr.wire.events import Header
from snapmgr.wire.opening import read_header
from snapmgr.wire.window import Short, Window

JSON = b'{"devices": []}'


def window(data: bytes, *, ended: bool = True) -> Window:
    made = Window(1 << 20, 100)
    made.append(data)
    if ended and data:
        made.append(b"")
    return made


def test_a_good_header() -> None:
    assert read_header(window(b"QEVM\0\0\0\3")) == (Header(100, 8, 3), None)


@pytest.mark.parametrize(
    ("version", "text"),
    [
        (2, "SaveVM v2 format is obsolete and don't work anymore"),
        (4, "Unsupported migration stream version"),
        (0, "Unsupported migration stream version"),
    ],
)
def test_a_header_of_another_version_is_still_a_header(version: int, text: str) -> None:
    header, fault = read_header(window(b"QEVM" + version.to_bytes(4)))
    assert header == Header(100, 8, version)
    assert fault is not None and (fault.offset, fault.qemu["7.2"]) == (104, text)


def test_another_magic_is_no_header() -> None:
    header, fault = read_header(window(b"QFI\xfb\0\0\0\3"))
    assert header is None
    assert fault is not None and fault.qemu["10.0"] == "Not a migration stream"


@pytest.mark.parametrize("behind", [b"\0\0\0\3", b"\0\0\0\3\0", b"\0\0\0\4\7", b""])
def test_a_stream_whose_magic_alone_is_damaged_is_read_on(behind: bytes) -> None:
    made = window(b"QEVN\0\0\0\3\7")
    header, fault = read_header(made)
    assert (header, made.offset) == (Header(100, 8, 3), 108)
    assert fault is not None and (fault.code, fault.offset) == ("stream-magic", 100)
    assert fault.qemu["7.2"] == "Not a migration stream"
    assert read_header(window(b"QEVN" + behind))[0] is None
    with pytest.raises(Short):
        read_header(window(b"QEVN\0\0\0\3", ended=False))


def test_a_header_that_is_not_all_here_is_waited_for() -> None:
    with pytest.raises(Short):
        read_header(window(b"QEVM\0\0", ended=False))


def test_a_whole_description() -> None:
    vmdesc, fault = read_vmdesc(window(b"\6" + len(JSON).to_bytes(4) + JSON + b"tail"), 1 << 10)
    assert fault is None
    assert vmdesc is not None
    assert (vmdesc.offset, vmdesc.length, vmdesc.json_offset, vmdesc.text) == (100, 5 + len(JSON), 105, JSON)


@pytest.mark.parametrize("kept", range(1, 5 + len(JSON)))
def test_a_cut_description_is_no_error_for_a_loader(kept: int) -> None:
    record = b"\6" + len(JSON).to_bytes(4) + JSON
    vmdesc, fault = read_vmdesc(window(record[:kept]), 1 << 10)
    assert fault is not None and (fault.code, fault.fatal) == ("vmdesc-truncated", False)
    assert (vmdesc is None) == (kept < 5)
    with pytest.raises(Short):
        read_vmdesc(window(record[:kept], ended=False), 1 << 10)


def test_a_description_beyond_the_limit_is_not_waited_for() -> None:
    vmdesc, fault = read_vmdesc(window(b"\6\xff\xff\xff\xff" + JSON, ended=False), 4)
    assert vmdesc is not None and (vmdesc.text, vmdesc.json_length) == (JSON[:4], 0xFFFFFFFF)
    assert fault is not None and not fault.fatal


def test_something_else_than_a_description() -> None:
    vmdesc, fault = read_vmdesc(window(b"\5abc"), 1 << 10)
    assert vmdesc is None
    assert fault is not None and not fault.fatal
    assert fault.qemu["7.2"] == "Expected vmdescription section, but got 5"

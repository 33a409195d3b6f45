"""Files of the sidecar: whole or not there, set aside where they are damaged, bounded in number and size."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.sidecar.png import MOST_SIDE, check_png, to_png
from snapmgr.sidecar.prune import EVERY, prune, prune_daily
from snapmgr.sidecar.records import AT, GONE, LONGEST_NOTE, NOTE, Origin, Records
from snapmgr.sidecar.store import LONGEST, Store

A, B, C = ("a" * 32, "b" * 32, "c" * 32)
PICTURE = np.arange(6 * 4 * 3, dtype=np.uint8).reshape(6, 4, 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sidecar"


def records(folder: Path) -> Records:
    return Records(Store(folder))


def test_what_is_written_is_read_by_the_next(folder: Path) -> None:
    first = records(folder)
    first.put_origin(A, Origin("", "one"))
    first.put_origin(B, Origin(A, "caf\udce9"))
    first.put_note([A, B], "works\nfine \udcff")
    first.put_screen(B, to_png(PICTURE))
    second = records(folder)
    assert second.origin(A) == Origin("", "one") and second.origin(B) == Origin(A, "caf\udce9")
    assert [note.text for key in (A, B) if (note := second.note(key))] == ["works\nfine \udcff"] * 2
    assert second.screen(B) == to_png(PICTURE) and second.screen(A) is None
    assert second.origin(C) is None and second.note(C) is None and not second.known(C)
    assert not [path for path in folder.iterdir() if path.suffix == ".part"]


@pytest.mark.parametrize("name", [f"{A}.origin", f"{A}.note", f"{A}.at-0123456789ab", f"{A}.png"])
@pytest.mark.parametrize(
    "content",
    [
        b"{", b"[]", b"\xff\xfe", b"[" * 60_000, b'{"parent": 7, "name": 1, "text": 3, "path": 1}',
        b"x" * (LONGEST + 9),
    ],
    ids=["cut", "list", "bytes", "deep", "types", "long"],
)  # fmt: skip
def test_damaged_files_are_set_aside_and_said(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir()
    (folder / name).write_bytes(content)
    read = records(folder)
    assert (read.origin(A), read.note(A), read.arrivals(A), read.screen(A)) == (None, None, [], None)
    assert read.store.damaged == [name]
    assert (folder / "damaged" / name).read_bytes() == content and not (folder / name).exists()
    records(folder).put_note([A], "again")
    assert records(folder).note(A).text == "again"  # type: ignore[union-attr]


def test_what_a_power_cut_left_empty_is_not_there(folder: Path) -> None:
    folder.mkdir()
    for kind in ("origin", "note", "at-0123456789ab", "png"):
        (folder / f"{A}.{kind}").touch()
    read = records(folder)
    assert (read.origin(A), read.note(A), read.arrivals(A), read.screen(A)) == (None, None, [], None)
    assert not read.store.damaged


def test_the_records_of_one_snapshot_are_found_among_others(folder: Path) -> None:
    made = records(folder)
    for key in (A, B, C):
        made.put_origin(key, Origin(""))
        made.arrive(key, f"/{key[0]}.qcow2", [key])
        made.arrive(key, "/both.qcow2", [key])
    made.mark_gone(B)
    for read in (made, records(folder)):
        assert sorted(one.path for one in read.arrivals(B)) == ["/b.qcow2", "/both.qcow2"]
        assert read.has(B, GONE) and not read.has(A, GONE) and read.has_any(C, AT) and not read.has_any(C, NOTE)
        assert read.known(A) and not read.known("d" * 32) and not read.empty
    made.mark_seen(B)
    assert not made.has(B, GONE) and made.known(B) and not records(folder).has(B, GONE)


def test_all_is_looked_through_once_a_day(folder: Path) -> None:
    made = records(folder)
    made.put_origin(A, Origin(""))
    prune_daily(made.store)
    begun = folder / "tmp.part"
    begun.touch()
    os.utime(begun, (1, 1))
    prune_daily(made.store)
    assert begun.exists()
    prune_daily(made.store, now=time.time() + EVERY + 1)
    assert not begun.exists()


def test_what_is_no_file_is_never_waited_for(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / f"{A}.note")
    (folder / f"{B}.note").symlink_to(tmp_path / "secret")
    (folder / f"{C}.note").mkdir()
    read = records(folder)
    assert [read.note(key) for key in (A, B, C)] == [None] * 3
    assert len(read.store.damaged) == 3


def test_where_nothing_can_be_written_it_is_said(folder: Path) -> None:
    folder.write_text("a file in the place of the folder")
    with pytest.raises(SnapmgrError) as refused:
        records(folder).put_note([A], "text")
    assert refused.value.code == "sidecar" and str(folder) in (refused.value.path or "")
    assert records(folder).note(A) is None


def test_a_note_has_an_end(folder: Path) -> None:
    records(folder).put_note([A], "é" * LONGEST_NOTE)
    with pytest.raises(UsageError, match="4001 characters"):
        records(folder).put_note([A], "x" * (LONGEST_NOTE + 1))
    assert records(folder).note(A).text == "é" * LONGEST_NOTE  # type: ignore[union-attr]


def test_several_processes_lose_nothing(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from snapmgr.sidecar.records import Records, Origin\n"
        "from snapmgr.sidecar.store import Store\n"
        "who = sys.argv[2]\n"
        "for n in range(40):\n"
        "    records = Records(Store(Path(sys.argv[1])))\n"
        "    records.put_note(['%032x' % n], 'from ' + who)\n"
        "    records.put_origin(who * 8 + '%024x' % n, Origin('', who))\n"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(folder), who]) for who in "abc"]
    assert [one.wait() for one in started] == [0, 0, 0]
    read = records(folder)
    assert all(read.note(f"{n:032x}").text[:5] == "from " for n in range(40))  # type: ignore[union-attr]
    assert all(read.origin(who * 8 + f"{n:024x}") for who in "abc" for n in range(40))
    assert not read.store.damaged


def test_what_is_too_much_goes_the_oldest_first_and_notes_last(folder: Path) -> None:
    made = records(folder)
    for number in range(30):
        key = f"{number:032x}"
        made.put_origin(key, Origin(""))
        made.put_note([key], "mine")
        os.utime(folder / f"{key}.origin", (number, number))
    (folder / "somebody's").write_text("not ours")
    prune(made.store, files=41)
    left = records(folder)
    assert [number for number in range(30) if left.origin(f"{number:032x}")] == list(range(20, 30))
    assert all(left.note(f"{number:032x}") for number in range(30)) and (folder / "somebody's").exists()


def test_screens_have_a_bound_together(folder: Path) -> None:
    made = records(folder)
    size = len(to_png(PICTURE))
    for number in range(5):
        made.put_screen(f"{number:032x}", to_png(PICTURE))
        os.utime(folder / f"{number:032x}.png", (number, number))
    prune(made.store, pictures=3 * size)
    assert [records(folder).screen(f"{number:032x}") is None for number in range(5)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_what_is_long_gone_goes_but_not_what_children_need(folder: Path) -> None:
    made = records(folder)
    for key in (A, B):
        made.put_origin(key, Origin(""))
        made.put_note([key], "mine")
        made.put_screen(key, to_png(PICTURE))
        made.mark_gone(key)
    made.mark_seen(B)
    moment = (folder / f"{A}.gone").stat().st_mtime
    prune(made.store, now=moment + 29 * 86400)
    assert records(folder).note(A) and records(folder).screen(A)
    prune(made.store, now=moment + 31 * 86400)
    left = records(folder)
    assert (left.note(A), left.screen(A), left.origin(A)) == (None, None, Origin(""))
    assert left.note(B) and left.screen(B)


def test_a_screen_is_a_sound_png_of_its_size(folder: Path) -> None:
    png = to_png(PICTURE)
    assert check_png(png) == (4, 6)
    for bad in (b"", png[:-1], png + b"x", png[:50] + b"\0" + png[51:], b"GIF89a" + png):
        with pytest.raises(ValueError):
            check_png(bad)
        with pytest.raises(ValueError):
            records(folder).put_screen(A, bad)
    assert not folder.exists()


@pytest.mark.parametrize(("width", "height"), [(0, 1), (1, MOST_SIDE + 1), (1 << 31, 1 << 31), (4, 7), (4, 5)])
def test_a_png_packs_what_its_header_says(width: int, height: int) -> None:
    import struct
    import zlib

    png = to_png(PICTURE)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    forged = png[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + png[33:]
    with pytest.raises(ValueError):
        check_png(forged)


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(data: bytes) -> None:
    with pytest.raises(ValueError):
        check_png(b"\x89PNG\r\n\x1a\n" + data)

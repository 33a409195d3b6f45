"""Loading: versions, subsections, hooks exactly once in any chunking, and what every failure says."""

from __future__ import annotations

from typing import Any

import pytest

from snapmgr.errors import StreamError
from snapmgr.vmstate import fields as f
from snapmgr.vmstate import load
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.load import StateReader, load_bytes
from snapmgr.vmstate.state import VMState
from snapmgr.wire.events import Payload
from snapmgr.wire.window import Short, Window
from tests.vmstate.states import Thing, fed, refused_load, saved, state

POINT = VMState("point", fields=(f.u8("x"), f.u16("y")))


def point(x: int = 0, y: int = 0) -> Thing:
    return Thing(x=x, y=y)


def subsection(name: str, data: str, version: int = 1) -> bytes:
    return bytes([5, len(name)]) + name.encode() + version.to_bytes(4) + bytes.fromhex(data)


class Log(list[Any]):
    """Remembers which hooks ran."""

    def hook(self, name: str, *, fails: bool = False) -> Any:
        def run(thing: Any, *version: int) -> None:
            self.append((name, *version))
            if fails:
                raise VMStateError("no", f"{name} refuses", qemu=f"{name} said no")

        return run


# -- versions ------------------------------------------------------------------------------------------------------


def test_versions_choose_the_fields() -> None:
    declared = state(
        f.u8("a"),
        f.u8("b", since=2),
        f.u8("c", since=3),
        f.u8("old", exists=lambda _, version: version < 2),
        version=3,
        minimum=1,
    )
    for version, data, expected in ((1, "0107", (1, 0, 0, 7)), (2, "0102", (1, 2, 0, 0)), (3, "010203", (1, 2, 3, 0))):
        thing = Thing(a=0, b=0, c=0, old=0)
        assert load_bytes(declared, thing, bytes.fromhex(data), version) == len(data) // 2
        assert (thing.a, thing.b, thing.c, thing.old) == expected


@pytest.mark.parametrize(
    ("version", "code", "text"),
    [
        (4, "version-too-new", "d: incoming version_id 4 is too new for local version_id 3"),
        (1, "version-too-old", "d: incoming version_id 1 is too old for local minimum version_id  2"),
        (0xFFFFFFFF, "version-too-old", "d: incoming version_id -1 is too old for local minimum version_id  2"),
        (0x7FFFFFFF, "version-too-new", "d: incoming version_id 2147483647 is too new for local version_id 3"),
    ],
)
def test_versions_that_are_not_known(version: int, code: str, text: str) -> None:
    log = Log()
    declared = state(f.u8("a"), version=3, minimum=2, pre_load=log.hook("pre"))
    error = refused_load(declared, Thing(a=0), b"\1", version)
    assert (error.code, error.reports, error.qemu, error.offset) == (code, [text], text, 0)
    assert not log


def test_minimum_is_the_version_unless_given() -> None:
    assert refused_load(state(f.u8("a"), version=2), Thing(a=0), b"\1", 1).code == "version-too-old"


def test_structs_load_as_of_their_own_version_and_vstructs_as_of_theirs() -> None:
    inner = VMState("i", 3, 1, fields=(f.u8("a"), f.u8("b", since=2)))
    thing = Thing(i=Thing(a=0, b=0))
    assert load_bytes(state(f.struct("i", inner)), thing, b"\1\2\3") == 2
    assert load_bytes(state(f.struct("i", inner, version=1)), thing, b"\1\2\3") == 1
    assert saved(state(f.struct("i", inner, version=1)), thing) == b"\1"


# -- subsections ---------------------------------------------------------------------------------------------------


ONE = VMState("d/one", 2, 1, fields=(f.u8("b"),), needed=lambda thing: True)
TWO = VMState("d/two", fields=(f.u16("c"),), subsections=(VMState("d/two/x", fields=(f.u8("x"),)),))
PARENT = state(f.u8("a"), subsections=(ONE, TWO))


def blank() -> Thing:
    return Thing(a=0, b=0, c=0, x=0)


def test_subsections_come_in_any_order_or_not_at_all() -> None:
    one, two = subsection("d/one", "07", 2), subsection("d/two", "0809") + subsection("d/two/x", "0a")
    for data in (b"\1" + one + two, b"\1" + two + one):
        thing = blank()
        assert load_bytes(PARENT, thing, data + b"\x7e") == len(data)
        assert vars(thing) == {"a": 1, "b": 7, "c": 0x0809, "x": 10}
    thing = blank()
    assert load_bytes(PARENT, thing, b"\1\x7e") == 1
    assert vars(thing) == {"a": 1, "b": 0, "c": 0, "x": 0}


@pytest.mark.parametrize(
    "tail",
    ["7e", "05", "0500", "0501 64", "0505 612f6f6e65 00000001", "05ff 642f", "00", "0505 642f6f6e"],
    ids=["footer", "lone", "no name", "own name", "foreign", "long", "eof", "cut name"],
)
def test_a_byte_five_without_such_a_name_is_no_subsection(tail: str) -> None:
    """Fewer bytes than the name has, a name that is not longer, another parent's: vmstate_subsection_load goes on."""
    data = bytes.fromhex("01" + tail)
    assert load_bytes(PARENT, blank(), data) == 1


def test_unknown_subsections_are_refused() -> None:
    error = refused_load(PARENT, blank(), b"\1" + subsection("d/three", "00"))
    assert (error.code, error.field, error.offset, error.reports) == ("subsection-unknown", "d/three", 1, [])
    assert refused_load(PARENT, blank(), b"\1\5\2d/").field == "d/"
    without = state(f.u8("a"))
    assert refused_load(without, blank(), b"\1" + subsection("d/one", "00")).code == "subsection-unknown"


def test_the_name_is_a_prefix_without_its_slash() -> None:
    """As QEMU compares them: ``dx/one`` begins with ``d``, so it is one of d's, and unknown."""
    assert refused_load(PARENT, blank(), b"\1" + subsection("dx/one", "00")).code == "subsection-unknown"


def test_a_subsection_that_comes_twice_is_loaded_twice() -> None:
    thing = blank()
    load_bytes(PARENT, thing, b"\1" + subsection("d/one", "07") + subsection("d/one", "08"))
    assert thing.b == 8


def test_versions_of_subsections() -> None:
    error = refused_load(PARENT, blank(), b"\1" + subsection("d/one", "07", 3))
    assert error.reports == ["d/one: incoming version_id 3 is too new for local version_id 2"]
    assert (error.field, error.version, error.offset) == ("d/one", 3, 1)
    error = refused_load(PARENT, blank(), b"\1" + subsection("d/one", "07", 0))
    assert error.code == "version-too-old"


def test_eight_bits_of_a_subsections_version_count() -> None:
    thing = blank()
    load_bytes(PARENT, thing, b"\1" + subsection("d/one", "07", 0x101))
    assert thing.b == 7


def test_a_nested_state_takes_its_own_subsections() -> None:
    inner = VMState("i", fields=(f.u8("b"),), subsections=(VMState("i/s", fields=(f.u16("c"),)),))
    declared = state(f.struct("", inner, name="i"), f.u8("a"))
    thing = blank()
    data = b"\1" + subsection("i/s", "0203") + b"\4"
    assert load_bytes(declared, thing, data) == len(data)
    assert (thing.b, thing.c, thing.a) == (1, 0x0203, 4)


# -- hooks ---------------------------------------------------------------------------------------------------------


def hooked(log: Log) -> VMState:
    """A bit of everything, with hooks everywhere."""
    element = VMState("e", fields=(f.u8("x"), f.u16("y")), pre_load=log.hook("pre e"), post_load=log.hook("post e"))
    sub = VMState("d/s", 2, 1, fields=(f.u32("s"),), pre_load=log.hook("pre s"), post_load=log.hook("post s"))
    return state(
        f.u8("n"),
        f.u64("big"),
        f.varray(f.u16("list"), "n", 9),
        f.structs("points", element, 2),
        f.buffer("raw", 40),
        f.qtailq("queue", element, point),
        f.boolean("flag", exists=lambda thing, _: log.append(("exists", thing.n)) or True),
        subsections=(sub,),
        version=3,
        pre_load=log.hook("pre"),
        post_load=log.hook("post"),
    )


FULL = Thing(
    n=3, big=1 << 60, list=[1, 2, 3], points=[point(1, 2), point(3, 4)], raw=bytes(range(40)), queue=[point(5, 6)],
    flag=True, s=77,
)  # fmt: skip
ORDER = [
    ("pre",), ("pre e",), ("post e", 1), ("pre e",), ("post e", 1), ("pre e",), ("post e", 1), ("exists", 3),
    ("pre s",), ("post s", 2), ("post", 3),
]  # fmt: skip


def empty() -> Thing:
    return Thing(n=0, big=0, list=[], points=[point(), point()], raw=b"", queue=[], flag=False, s=0)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 16, 1000])
def test_hooks_run_once_in_any_chunking(size: int) -> None:
    log = Log()
    declared = hooked(log)
    data = saved(declared, FULL)
    log.clear()
    thing = empty()
    stream = data + b"\x7e\0\0\0\1"
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    done = fed(StateReader(declared, thing, 3), pieces, offset=1000)
    assert done.event == Payload(1000, len(data), "layout")
    assert log == ORDER and thing == FULL


def test_it_ends_with_its_bytes_where_nothing_can_follow() -> None:
    """Whether a subsection follows is known by the next byte, or by the end."""
    thing = Thing(a=0)
    reader, window = StateReader(state(f.u8("a")), thing, 1), Window(100)
    window.append(b"\7")
    with pytest.raises(Short):
        reader.step(window)
    assert thing.a == 7
    window.offset = 0
    window.append(b"")
    assert reader.step(window).event == Payload(0, 1, "layout")


@pytest.mark.parametrize("place", ["pre", "post"])
def test_hooks_refuse(place: str) -> None:
    log = Log()
    inner = VMState("i", fields=(f.u8("b"),), **{f"{place}_load": log.hook(place, fails=True)})
    declared = state(f.u8("a"), f.struct("i", inner), f.u8("c"), post_load=log.hook("outer"))
    thing = Thing(a=0, i=Thing(b=0), c=0)
    error = refused_load(declared, thing, b"\1\2\3")
    assert error.reports == [f"{place} said no", "Failed to load d:i"]
    assert (error.code, error.field, thing.c) == ("no", "i", 0)
    assert [name for name, *_ in log] == [place]


def test_what_is_not_valid_is_refused() -> None:
    declared = state(f.u8("a"), f.validate("a is even", lambda thing, _: thing.a % 2 == 0), f.u8("b"))
    thing = Thing(a=0, b=0)
    assert load_bytes(declared, thing, b"\2\3") == 2
    error = refused_load(declared, thing, b"\3\4")
    assert error.reports == ["Input validation failed: d/a is even"]
    assert (error.code, thing.b) == ("validation", 3)


# -- failures ------------------------------------------------------------------------------------------------------


def test_every_cut_is_told_with_field_and_lines() -> None:
    log = Log()
    declared = hooked(log)
    data = saved(declared, FULL)
    optional = data.index(b"\5\3d/s") + 1
    for end in range(len(data)):
        if optional <= end < optional + len("\3d/s"):
            assert load_bytes(declared, empty(), data[:end]) == optional - 1, "a cut name is no subsection"
            continue
        thing = empty()
        if end == optional - 1:
            assert load_bytes(declared, thing, data[:end]) == end
            continue
        error = refused_load(declared, thing, data[:end], 3)
        assert (error.code, error.offset) == ("truncated", end)
        assert error.field and error.version is not None
    assert refused_load(declared, empty(), data[:1], 3).field == "big"
    error = refused_load(declared, empty(), data[: data.index(bytes.fromhex("010002030004")) + 4], 3)
    assert error.field == "points[1]/y"
    assert error.reports == ["Failed to load e:y", "Failed to load d:points"]


def test_offsets_count_from_the_stream() -> None:
    declared = state(f.u32("a"), f.u8("b", equal=True))
    with pytest.raises(VMStateError) as caught:
        fed(StateReader(declared, Thing(a=0, b=1), 1), [b"\0\0", b"\0\7\2", b"\0"], offset=500)
    assert (caught.value.offset, caught.value.field) == (504, "b")
    assert isinstance(caught.value, StreamError)


def test_a_reader_that_is_cut_short_says_where() -> None:
    reader, window = StateReader(state(f.u8("a"), f.u32("b")), Thing(a=0, b=0), 1), Window(100, 40)
    window.append(b"\1\2\3")
    with pytest.raises(Short) as short:
        reader.step(window)
    assert short.value.count == 2
    error = reader.truncated(3)
    assert (error.field, error.offset, error.reports) == ("b", 43, ["Failed to load d:b"])


def test_a_reader_that_never_began_can_be_cut_short_too() -> None:
    error = StateReader(state(f.u8("a")), Thing(a=0), 1).truncated()
    assert (error.code, error.offset) == ("truncated", None)


def test_sizes_are_bounded_before_anything_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "MAX_SECTION", 100)
    single = state(f.u8("n"), f.varray(f.u64("a"), "n", 255))
    assert refused_load(single, Thing(n=0, a=[]), b"\x10").code == "section-too-long"
    buffers = state(f.buffer("a", 60), f.buffer("b", 60))
    error = refused_load(buffers, Thing(a=b"", b=b""), bytes(60))
    assert error.code == "section-too-long" and error.offset == 60


def test_a_load_into_nothing_is_refused() -> None:
    assert refused_load(state(f.struct("p", POINT)), Thing(p=None), bytes(3)).code == "null-pointer"


def test_setters_may_refuse() -> None:
    class Picky:
        b = c = 0

        @property
        def a(self) -> int:
            return 0

        @a.setter
        def a(self, value: int) -> None:
            raise VMStateError("no", "never")

    for neighbours in ((), (f.u8("b"), f.u8("c"))):
        error = refused_load(state(*neighbours, f.u8("a")), Picky(), bytes(3))
        assert (error.field, error.reports) == ("a", ["Failed to load d:a"])

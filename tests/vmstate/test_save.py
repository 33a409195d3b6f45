"""Saving: what hooks run when, what a failure says, and the rules by which the description is put together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from snapmgr.vmstate import fields as f
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.repeated import as_object, json_text
from snapmgr.vmstate.save import save_state
from snapmgr.vmstate.state import Style, VMState
from tests.vmstate.states import Thing, description, entries, refused_save, saved, state

POINT = VMState("point", fields=(f.u8("x"), f.u16("y")))
WITH_SUB = VMState(
    "sub", fields=(f.u8("x"),), subsections=(VMState("sub/y", needed=lambda thing: bool(thing.y), fields=(f.u8("y"),)),)
)
POINT_TEXT = (
    '{"vmsd_name": "point", "version": 1, "fields": '
    '[{"name": "x", "type": "uint8", "size": 1}, {"name": "y", "type": "uint16", "size": 2}]}'
)


def point(x: int = 0, y: int = 0) -> Thing:
    return Thing(x=x, y=y)


def text(declared: VMState, thing: Any) -> str:
    return json_text(description(declared, thing)["fields"]).decode()


def test_the_description_is_qemus_text() -> None:
    declared = state(f.u8("a"), f.structs("p", POINT, 2), f.array(f.u32("r"), 2), version=3)
    thing = Thing(a=1, p=[point(), point()], r=[1, 2])
    assert json_text(description(declared, thing)).decode() == (
        '{"vmsd_name": "d", "version": 3, "fields": [{"name": "a", "type": "uint8", "size": 1}, '
        f'{{"name": "p", "array_len": 2, "type": "struct", "struct": {POINT_TEXT}, "size": 3}}, '
        '{"name": "r", "array_len": 2, "type": "uint32", "size": 4}]}'
    )


def test_versions_choose_the_fields() -> None:
    declared = state(
        f.u8("a"), f.u8("b", since=2), f.u8("c", exists=lambda thing, version: thing.a == version), version=2
    )
    assert saved(declared, Thing(a=2, b=3, c=4)) == b"\2\3\4"
    assert saved(declared, Thing(a=1, b=3, c=4)) == b"\1\3"
    assert saved(declared, Thing(a=1, b=3, c=4), version=1) == b"\1\4"
    out = bytearray()
    assert save_state(declared, Thing(a=1, b=3, c=4), out, version=1)["version"] == 1


def test_names_that_several_fields_have_are_numbered() -> None:
    declared = state(f.u8("a", exists=lambda *_: False), f.u8("a"), f.u8("b"), f.u8("c", name="a"))
    names = [entry["name"] for entry in entries(declared, Thing(a=1, b=2, c=3))]
    assert names == ["a[1]", "b", "a[2]"]


def test_fields_that_come_and_go_are_told_one_by_one() -> None:
    declared = state(f.array(f.u8("a", exists=lambda *_: True), 3))
    assert [entry.get("index") for entry in entries(declared, Thing(a=[1, 2, 3]))] == [0, 1, 2]
    assert [list(entry) for entry in entries(declared, Thing(a=[1, 2, 3]))] == [["name", "index", "type", "size"]] * 3


@pytest.mark.parametrize(
    "element",
    [
        WITH_SUB,
        VMState("validated", fields=(f.u8("x"), f.validate("fine", lambda *_: True))),
        VMState("deep", fields=(f.struct("", WITH_SUB, name="inner"),)),
    ],
)
def test_structs_that_may_differ_are_told_one_by_one(element: VMState) -> None:
    things = [point(1, 0), point(2, 7)]
    found = entries(state(f.structs("a", element, 2)), Thing(a=things))
    assert [(entry["name"], entry["index"]) for entry in found] == [("a", 0), ("a", 1)]
    (alone,) = entries(state(f.structs("a", element, 1)), Thing(a=things[:1]))
    assert "index" not in alone and "array_len" not in alone


def test_vstructs_are_told_once_in_any_case() -> None:
    declared = state(f.structs("a", WITH_SUB, 2, version=1))
    (entry,) = entries(declared, Thing(a=[point(1, 0), point(2, 0)]))
    assert list(entry) == ["name", "array_len", "type", "vmsd_name", "version", "fields", "size"]


def test_sizes_are_what_was_written() -> None:
    found = entries(state(f.structs("a", WITH_SUB, 2)), Thing(a=[point(1, 0), point(2, 7)]))
    assert [entry["size"] for entry in found] == [1, 1 + 6 + len("sub/y") + 1]
    assert "subsections" not in found[0]["struct"] and found[1]["struct"]["subsections"][0]["vmsd_name"] == "sub/y"


def test_arrays_without_elements_are_not_told() -> None:
    declared = state(
        f.varray(f.u8("a"), "n", 9),
        f.vstructs("p", POINT, "n", 9),
        f.vpointers(f.u8("q"), "n", 9),
        f.array(f.u8("z", exists=lambda *_: True), 0),
    )
    assert description(declared, Thing(n=0, a=[], p=[], q=[], z=[]))["fields"] == []


def null(**more: Any) -> dict[str, Any]:
    return {"name": "a", **more, "type": "nullptr", "size": 1}


def byte(**more: Any) -> dict[str, Any]:
    return {"name": "a", **more, "type": "uint8", "size": 1}


@pytest.mark.parametrize(
    ("values", "plain", "qemu_10"),
    [
        ([1, 2], [byte(array_len=2)], [byte(array_len=2)]),
        ([None, None], [null(array_len=2)], [null(array_len=2)]),
        ([None, 1, 2, None], [null(), byte(array_len=2), null()], [null(), byte(array_len=2), null()]),
        ([None, None, 1], [null(array_len=2), byte()], [null(array_len=2), byte()]),
        ([1, 2, None], [byte(array_len=2), null()], [byte(array_len=3), null()]),
        ([1, None], [byte(), null()], [byte(array_len=2), null()]),
        ([None], [null()], [null()]),
    ],
)
def test_null_pointers_between_elements(values: list[Any], plain: list[Any], qemu_10: list[Any]) -> None:
    """QEMU since 9.2 counts all that is left at an element before the first null pointer."""
    field = f.pointers(f.u8("a"), len(values))
    assert entries(state(field), Thing(a=values)) == plain
    assert entries(state(field, style=Style.QEMU_10_0), Thing(a=values)) == qemu_10


def test_null_pointers_before_elements_that_do_not_fold() -> None:
    field = f.pointers(f.struct("a", WITH_SUB), 5)
    thing = Thing(a=[None, None, point(1), point(2), None])
    kinds = [(entry.get("index"), entry.get("array_len"), entry["type"]) for entry in entries(state(field), thing)]
    assert kinds == [
        (0, None, "nullptr"),
        (1, None, "nullptr"),
        (2, None, "struct"),
        (3, None, "struct"),
        (4, None, "nullptr"),
    ]
    qemu = entries(state(field, style=Style.QEMU_10_0), thing)
    kinds = [(entry.get("index"), entry.get("array_len"), entry["type"]) for entry in qemu]
    assert kinds == [
        (None, 2, "nullptr"),
        (None, 4, "nullptr"),
        (2, None, "struct"),
        (3, None, "struct"),
        (None, None, "nullptr"),
    ]


def test_qemu_7_2_tells_null_pointers_as_empty_structs() -> None:
    declared = state(f.pointers(f.struct("a", POINT), 2), style=Style.QEMU_7_2)
    assert text(declared, Thing(a=[None, point()])) == (
        '[{"name": "a", "array_len": 2, "type": "struct", "struct": {}, "size": 1}]'
    )
    numbers = state(f.pointers(f.u8("a"), 2), style=Style.QEMU_7_2)
    assert entries(numbers, Thing(a=[None, 1])) == [byte(array_len=2)]


def test_the_last_of_several_is_no_array_to_qemu_10() -> None:
    things = Thing(a=[point(), point(), point()])
    for style, indices in ((Style.QEMU_7_2, [0, 1, 2]), (Style.PLAIN, [0, 1, 2]), (Style.QEMU_10_0, [0, 1, None])):
        found = entries(state(f.structs("a", WITH_SUB, 3), style=style), things)
        assert [entry.get("index") for entry in found] == indices


def test_elements_of_lists_stand_one_behind_the_other() -> None:
    declared = state(f.qtailq("a", POINT, point))
    inner = POINT_TEXT[1:-1]
    assert text(declared, Thing(a=[point(), point()])) == (
        f'[{{"name": "a", "type": "qtailq", {inner}, {inner}, "size": 9}}]'
    )
    read = json.loads(text(declared, Thing(a=[point(), point()])), object_pairs_hook=as_object)
    assert read == entries(declared, Thing(a=[point(), point()]))


def test_subsections_that_are_needed_follow() -> None:
    first = VMState("d/one", needed=lambda thing: thing.a > 1, fields=(f.u8("b"),))
    second = VMState("d/two", 3, fields=(f.u16("c"),), subsections=(VMState("d/two/x", fields=(f.u8("a"),)),))
    declared = state(f.u8("a"), subsections=(first, second))
    thing = Thing(a=1, b=2, c=3)
    tail = "05 05 642f74776f 00000003 0003 05 07 642f74776f2f78 00000001"
    assert saved(declared, thing) == bytes.fromhex(f"01 {tail} 01")
    assert [sub["vmsd_name"] for sub in description(declared, thing)["subsections"]] == ["d/two"]
    thing.a = 2
    assert saved(declared, thing) == bytes.fromhex(f"02 05 05 642f6f6e65 00000001 02 {tail} 02")
    assert list(description(declared, thing)) == ["vmsd_name", "version", "fields", "subsections"]


def test_without_subsections_there_is_no_such_key() -> None:
    declared = state(f.u8("a"), subsections=(VMState("d/x", needed=lambda _: False, fields=(f.u8("a"),)),))
    assert list(description(declared, Thing(a=1))) == ["vmsd_name", "version", "fields"]


class Log(list[str]):
    def hook(self, name: str, *, fails: bool = False) -> Any:
        def run(*_: Any) -> None:
            self.append(name)
            if fails:
                raise VMStateError("no", f"{name} refused", qemu=f"{name} said no")

        return run


def test_hooks_run_around_fields_and_subsections() -> None:
    log = Log()
    sub = VMState("d/s", fields=(f.u8("a"),), pre_save=log.hook("pre s"), post_save=log.hook("post s"))
    inner = VMState("i", fields=(f.u8("a"),), pre_save=log.hook("pre i"), post_save=log.hook("post i"))
    declared = state(
        f.struct("", inner, name="i"), subsections=(sub,), pre_save=log.hook("pre"), post_save=log.hook("post")
    )
    saved(declared, Thing(a=1))
    assert log == ["pre", "pre i", "post i", "pre s", "post s", "post"]


def test_a_failed_pre_save_ends_it_all() -> None:
    log = Log()
    declared = state(f.u8("a"), pre_save=log.hook("pre", fails=True), post_save=log.hook("post"))
    out = bytearray()
    with pytest.raises(VMStateError) as caught:
        save_state(declared, Thing(a=1), out)
    assert log == ["pre"] and not out
    assert caught.value.reports == ["pre said no", "pre-save failed: d"]


def test_post_save_runs_after_a_failed_field_and_its_own_failure_is_secondary() -> None:
    log = Log()
    declared = state(f.u8("a"), f.u8("b"), post_save=log.hook("post", fails=True))
    error = refused_save(declared, Thing(a=1, b=-1))
    assert log == ["post"] and error.reports == ["Save of field d/b failed"]
    error = refused_save(declared, Thing(a=1, b=1))
    assert error.reports == ["post said no", "post-save failed: d"]


def test_post_save_runs_after_a_failed_subsection() -> None:
    log = Log()
    sub = VMState("d/s", fields=(f.u8("b"),), post_save=log.hook("post s"))
    declared = state(f.u8("a"), subsections=(sub,), post_save=log.hook("post"))
    error = refused_save(declared, Thing(a=1, b=300))
    assert log == ["post s", "post"]
    assert (error.field, error.reports) == ("d/s/b", ["Save of field d/s/b failed"])


def test_a_failure_inside_is_told_level_by_level() -> None:
    deep = VMState("deep", 4, fields=(f.struct("p", POINT),))
    error = refused_save(state(f.structs("q", deep, 2)), Thing(q=[Thing(p=point()), Thing(p=point(1, 1 << 16))]))
    assert error.field == "q[1]/p/y" and error.version == 1
    assert error.reports == [
        "Save of field point/y failed",
        "Save of field deep/p failed",
        "Save of field d/q failed",
    ]
    assert "65536 does not fit into uint16" in str(error)


def test_what_is_not_valid_is_not_saved() -> None:
    declared = state(f.u8("a"), f.validate("a is even", lambda thing, version: thing.a % 2 == 0))
    assert saved(declared, Thing(a=2)) == b"\2"
    assert len(entries(declared, Thing(a=2))) == 1
    error = refused_save(declared, Thing(a=3))
    assert error.reports == ["Output state validation failed: d/a is even"] and error.code == "validation"


def test_lists_name_the_element_that_fails() -> None:
    error = refused_save(state(f.qtailq("a", POINT, point)), Thing(a=[point(), point(-1)]))
    assert error.field == "a[1]/x"

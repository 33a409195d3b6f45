"""Random declarations with random values: what a generator can build from the kinds of fields there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from snapmgr.vmstate import fields as f
from snapmgr.vmstate.field import Field
from snapmgr.vmstate.state import VMState
from tests.vmstate.states import Thing

WIDTHS = {
    f.u8: (0, 1 << 8),
    f.u16: (0, 1 << 16),
    f.u32: (0, 1 << 32),
    f.u64: (0, 1 << 64),
    f.i8: (-(1 << 7), 1 << 7),
    f.i16: (-(1 << 15), 1 << 15),
    f.i32: (-(1 << 31), 1 << 31),
    f.i64: (-(1 << 63), 1 << 63),
    f.timer: (-1, 1 << 63),
}
DTYPES = {f.u8: "u1", f.u16: "u2", f.u32: "u4", f.u64: "u8", f.i8: "i1", f.i16: "i2", f.i32: "i4", f.i64: "i8"}


@dataclass
class Made:
    """A declaration, an object that fits it, and blank ones to load into."""

    state: VMState
    target: Thing
    blank: Callable[[], Thing]


@dataclass
class Piece:
    """Fields that belong together, and the attributes that they need, in the target and in a blank object."""

    fields: list[Field]
    values: dict[str, Any]
    blanks: dict[str, Callable[[], Any]]


def always(value: Any) -> Callable[[], Any]:
    return lambda: value


def numbers(constructor: Any) -> st.SearchStrategy[int]:
    low, beyond = WIDTHS[constructor]
    return st.integers(low, beyond - 1)


@st.composite
def scalars(draw: st.DrawFn, name: str) -> Piece:
    constructor = draw(st.sampled_from(list(WIDTHS)))
    return Piece([constructor(name)], {name: draw(numbers(constructor))}, {name: always(0)})


@st.composite
def others(draw: st.DrawFn, name: str) -> Piece:
    kind = draw(st.sampled_from(["bool", "float", "equal", "buffer", "bitmap", "unused", "capability"]))
    if kind == "bool":
        return Piece([f.boolean(name)], {name: draw(st.booleans())}, {name: always(False)})
    if kind == "float":
        return Piece([f.float64(name)], {name: draw(st.floats(allow_nan=False))}, {name: always(0.0)})
    if kind == "equal":
        value = draw(numbers(f.u32))
        return Piece([f.u32(name, equal=True)], {name: value}, {name: always(value)})
    if kind == "buffer":
        value = draw(st.binary(min_size=1, max_size=20))
        return Piece([f.buffer(name, len(value))], {name: value}, {name: lambda: bytearray(len(value))})
    if kind == "bitmap":
        bits = draw(st.integers(1, 200))
        return Piece([f.bitmap(name, bits=bits)], {name: draw(st.integers(0, (1 << bits) - 1))}, {name: always(0)})
    if kind == "unused":
        return Piece([f.unused(draw(st.integers(1, 9)), name=name)], {}, {})
    return Piece([f.capability(name)], {name: draw(st.text(max_size=20))}, {name: always("")})


@st.composite
def arrays(draw: st.DrawFn, name: str) -> Piece:
    constructor = draw(st.sampled_from(list(DTYPES)))
    values: Any = draw(st.lists(numbers(constructor), min_size=1, max_size=6))
    like: Callable[[], Any] = lambda: [0] * len(values)  # noqa: E731
    if draw(st.booleans()):
        dtype = DTYPES[constructor]
        values = np.array(values, dtype)
        like = lambda: np.zeros(len(values), dtype)  # noqa: E731
    if draw(st.booleans()):
        return Piece([f.array(constructor(name), len(values))], {name: values}, {name: like})
    count = f"{name}_n"
    empty: Callable[[], Any] = (lambda: like()[:0]) if draw(st.booleans()) else like
    fields = [f.u8(count), f.varray(constructor(name), count, 6)]
    return Piece(fields, {name: values, count: len(values)}, {name: empty, count: always(0)})


@st.composite
def structs(draw: st.DrawFn, name: str, parent: str, depth: int) -> Piece:
    inner = draw(states(f"{parent}-{name}", depth - 1))
    kind = draw(st.sampled_from(["one", "vstruct", "many", "counted", "pointers", "list"]))
    if kind in ("one", "vstruct"):
        version = None if kind == "one" else inner.state.version
        return Piece([f.struct(name, inner.state, version=version)], {name: inner.target}, {name: inner.blank})
    many = [inner.target] * draw(st.integers(1, 3))
    if kind == "many":
        field = f.structs(name, inner.state, len(many))
        return Piece([field], {name: many}, {name: lambda: [inner.blank() for _ in many]})
    if kind == "counted":
        count = f"{name}_n"
        fields = [f.u16(count), f.vstructs(name, inner.state, count, 3, make=inner.blank)]
        return Piece(fields, {name: many, count: len(many)}, {name: list, count: always(0)})
    if kind == "pointers":
        holes = [draw(st.booleans()) for _ in range(4)]
        there = [inner.target if there else None for there in holes]
        blanks = lambda: [inner.blank() if there else None for there in holes]  # noqa: E731
        return Piece([f.pointers(f.struct(name, inner.state), 4)], {name: there}, {name: blanks})
    return Piece([f.qtailq(name, inner.state, inner.blank)], {name: many}, {name: list})


@st.composite
def states(draw: st.DrawFn, name: str = "dev", depth: int = 2) -> Made:
    """A state of at most ``depth`` levels of structs, with subsections.  No name begins with that of a state inside:
    subsections would be taken for those of the inner one, in QEMU as here."""
    version = draw(st.integers(1, 4))
    pieces = [draw(_piece(f"f{number}", name, depth)) for number in range(draw(st.integers(1, 5)))]
    subs, below = [], list[Piece]()
    for number in range(draw(st.integers(0, 2))):
        piece = draw(_piece(f"s{number}", name, 0))
        below.append(piece)
        wanted = draw(st.booleans())
        if not wanted:  # what is not sent is what a blank object has
            piece.values = {key: make() for key, make in piece.blanks.items()}
        subs.append(
            VMState(f"{name}/s{number}", 1, fields=tuple(piece.fields), needed=lambda _, wanted=wanted: bool(wanted))
        )
    fields = [field for piece in pieces for field in piece.fields]
    state = VMState(name, version, fields=tuple(fields), subsections=tuple(subs))
    everything = pieces + below
    target = Thing(**{key: value for piece in everything for key, value in piece.values.items()})

    def blank() -> Thing:
        return Thing(**{key: make() for piece in everything for key, make in piece.blanks.items()})

    return Made(state, target, blank)


def _piece(name: str, parent: str, depth: int) -> st.SearchStrategy[Piece]:
    choices: list[st.SearchStrategy[Piece]] = [scalars(name), scalars(name), others(name), arrays(name)]
    if depth > 0:
        choices.append(structs(name, parent, depth))
    return st.one_of(*choices)

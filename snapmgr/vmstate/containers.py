"""Numbers between the wire and whatever holds them: lists, tuples, bytes, bytearrays, numpy arrays.

Whole arrays are converted at once, by ``struct`` or numpy, never element by element in Python.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Kind
from snapmgr.vmstate.scalars import does_not_fit

_DTYPES = {
    **{"b": ">i1", "B": ">u1", "h": ">i2", "H": ">u2", "i": ">i4", "I": ">u4", "q": ">i8", "Q": ">u8"},
    **{"d": ">f8", "?": "?"},
}


def length_of(values: Any) -> int:
    """Elements of a container.  Raises VMStateError for what is none."""
    if isinstance(values, np.ndarray):
        return int(values.size)
    if isinstance(values, list | tuple | bytes | bytearray):
        return len(values)
    raise VMStateError("value-type", f"an array is needed, not {type(values).__name__}")


def part(values: Any, start: int, count: int) -> Sequence[Any]:
    """``count`` elements from ``start`` on; numpy arrays are taken flat."""
    if isinstance(values, np.ndarray):
        flat: Sequence[Any] = values.reshape(-1)[start : start + count]  # type: ignore[assignment]
        return flat
    whole: Sequence[Any] = values
    return whole if start == 0 and count == len(whole) else whole[start : start + count]


def pack(kind: Kind, values: Sequence[Any]) -> bytes:
    """Numbers as they stand on the wire.  Raises VMStateError that names the first element that does not fit."""
    if isinstance(values, np.ndarray):
        return _pack_numpy(kind, values)
    if kind.code == "B" and isinstance(values, bytes | bytearray):
        return bytes(values)
    if kind.checked:
        _check_each(kind, values)
    try:
        return struct.pack(f">{len(values)}{kind.code}", *values)
    except (struct.error, OverflowError, TypeError):
        raise _first_misfit(kind, values) from None


def _check_each(kind: Kind, values: Sequence[Any]) -> None:
    for number, value in enumerate(values):
        try:
            kind.check(value)
        except VMStateError as error:
            error.within(f"[{number}]")
            raise


def _first_misfit(kind: Kind, values: Sequence[Any]) -> VMStateError:
    scratch = bytearray()
    for number, value in enumerate(values):
        try:
            kind.save(value, None, scratch, False)
        except VMStateError as error:
            error.within(f"[{number}]")
            return error
    raise AssertionError("no element fails alone")


def _pack_numpy(kind: Kind, values: np.ndarray) -> bytes:
    wire = np.dtype(_DTYPES[kind.code])
    if not np.can_cast(values.dtype, wire, "safe"):
        _check_range(values, wire, kind.type)
    return values.astype(wire).tobytes()


def _check_range(values: np.ndarray, target: np.dtype[Any], type_name: str) -> None:
    """Whether all ``values`` can be held by ``target``."""
    if target.kind == "b" and values.dtype.kind in "iu":
        bad = (values != 0) & (values != 1)
    elif target.kind in "iu" and values.dtype.kind in "iu":
        limits = np.iinfo(target)
        low, high = _clipped(limits, values.dtype)
        bad = (values < low) | (values > high)
    else:
        raise VMStateError("value-type", f"an array of {values.dtype} has no place in one of {type_name}")
    if bad.any():
        number = int(np.flatnonzero(bad)[0])
        error = does_not_fit(int(values.reshape(-1)[number]), type_name)
        error.within(f"[{number}]")
        raise error


def _clipped(limits: np.iinfo[Any], dtype: np.dtype[Any]) -> tuple[int, int]:
    own = np.iinfo(dtype)
    return max(int(limits.min), int(own.min)), min(int(limits.max), int(own.max))


def unpack(kind: Kind, data: memoryview, like: Any) -> Sequence[Any]:
    """Numbers from the wire, in a form that ``store`` can put into a container like ``like``."""
    if isinstance(like, np.ndarray):
        loaded = np.frombuffer(data, _DTYPES[kind.code].replace("?", "u1"))
        return loaded != 0 if kind.code == "?" else loaded  # type: ignore[return-value]
    if kind.code == "B" and isinstance(like, bytes | bytearray):
        return bytes(data)
    return struct.unpack(f">{len(data) // kind.size}{kind.code}", data)


def store(like: Any, start: int, loaded: Sequence[Any], *, exact: bool, type_name: str = "numbers") -> Any:
    """Put ``loaded`` into the container, in place where that is possible, and return what holds it now.

    ``exact`` containers get the length of ``loaded``.  Raises VMStateError where a numpy array is too narrow.
    """
    if isinstance(like, np.ndarray):
        return _store_numpy(like, start, np.asarray(loaded), exact, type_name)
    stop = None if exact else start + len(loaded)
    if isinstance(like, list | bytearray):
        like[start:stop] = loaded
        return like
    before, after = like[:start], like[start + len(loaded) :] if stop is not None else like[:0]
    return before + type(like)(loaded) + after


def _store_numpy(like: np.ndarray, start: int, loaded: np.ndarray, exact: bool, type_name: str) -> np.ndarray:
    if not np.can_cast(loaded.dtype, like.dtype, "safe"):
        _check_range(loaded, like.dtype, f"the array of {like.dtype}")
    if exact and like.size != start + loaded.size:
        like = np.resize(like.reshape(-1), start + loaded.size)
    like.flat[start : start + loaded.size] = loaded
    return like

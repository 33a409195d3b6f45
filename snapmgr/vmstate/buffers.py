"""Kinds of bytes as such: buffers of fixed or told size, parts of them, unused space, bitmaps, counted text.

Codings: migration/vmstate-types.c; capability: migration/savevm.c.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from snapmgr.vmstate.arrays import counted
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Kind, Take
from snapmgr.vmstate.scalars import does_not_fit


def _view(value: Any) -> memoryview:
    """The bytes of a buffer.  Raises VMStateError for what is none."""
    try:
        view = memoryview(value)
        if view.itemsize == 1 and view.c_contiguous:
            return view.cast("B")
    except TypeError:
        pass
    raise VMStateError("value-type", f"a buffer is needed, not {type(value).__name__}")


def _put(value: Any, start: int, data: memoryview) -> Any:
    """Bytes put into what can be changed, or new bytes."""
    if isinstance(value, bytearray):
        value[start : start + len(data)] = data
        return value
    if value is None or isinstance(value, bytes):
        before = value or b""
        return before[:start] + bytes(data) + before[start + len(data) :]
    view = _view(value)
    if view.readonly or len(view) < start + len(data):
        raise VMStateError("buffer-size", f"{len(data)} bytes have no place in a buffer of {len(view)}")
    view[start : start + len(data)] = data
    return value


class Buffer(Kind):
    """``size`` bytes from ``start`` on of a buffer; a ``whole`` one has no others."""

    def __init__(self, size: int, *, start: int = 0, whole: bool = True, type_name: str = "buffer") -> None:
        self.size, self.start, self.whole, self.type = size, start, whole, type_name

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> tuple[()]:
        view = _view(value)
        end = self.start + self.size
        if len(view) < end or (self.whole and len(view) != end):
            raise VMStateError("buffer-size", f"{len(view)} bytes, not {end}")
        out += view[self.start : end]
        return ()

    def load(self, value: Any, owner: Any) -> Take[Any]:
        data = yield self.size
        return _put(value, self.start, data)


class CountedBuffer(Kind):
    """As many bytes as an attribute says, times ``unit`` (VMS_VBUFFER, VMS_MULTIPLY)."""

    size = 1

    def __init__(self, size_from: tuple[str, ...], at_most: int, unit: int = 1, type_name: str = "buffer") -> None:
        self.size_from, self.at_most, self.unit, self.type = size_from, at_most, unit, type_name
        self.size = unit

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> tuple[()]:
        size = counted(owner, self.size_from, self.at_most) * self.unit
        view = _view(b"" if value is None and size == 0 else value)
        if len(view) != size:
            raise VMStateError("buffer-size", f"{len(view)} bytes, not {size}")
        out += view
        return ()

    def load(self, value: Any, owner: Any) -> Take[Any]:
        size = counted(owner, self.size_from, self.at_most) * self.unit
        data = yield size
        return bytearray(data) if isinstance(value, bytearray) else bytes(data)


class Unused(Kind):
    """Space that a field once had: zeros, ignored when loaded."""

    type = "unused_buffer"
    in_place = True

    def __init__(self, size: int) -> None:
        self.size = size

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> tuple[()]:
        out += bytes(self.size)
        return ()

    def load(self, value: Any, owner: Any) -> Take[Any]:
        yield self.size
        return value


class Bitmap(Kind):
    """Bits in 64-bit words, the lowest bit first; the number of bits is no part of it (vmstate_info_bitmap).

    The value is an int, a numpy array of bool with one element a bit, or one of uint64 with 64 bits each.
    """

    type = "bitmap"

    def __init__(self, bits: int | None, bits_from: tuple[str, ...], at_most: int) -> None:
        self.bits, self.bits_from, self.at_most = bits, bits_from, at_most
        self.size = 8 if bits is None else -(-bits // 64) * 8

    def _bits(self, owner: Any) -> int:
        return counted(owner, self.bits_from, self.at_most) if self.bits is None else self.bits

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> tuple[()]:
        bits = self._bits(owner)
        little = _little(value, bits)
        if int.from_bytes(little[bits // 8 :], "little") >> bits % 8:
            raise does_not_fit(value, f"a bitmap of {bits} bits")
        out += np.frombuffer(little, "<u8").astype(">u8").tobytes()
        return ()

    def load(self, value: Any, owner: Any) -> Take[Any]:
        bits = self._bits(owner)
        data = yield -(-bits // 64) * 8
        words = np.frombuffer(data, ">u8").astype("<u8")
        if bits % 64 and int(words[-1]) >> bits % 64:
            raise VMStateError("value-range", f"bits are set beyond the {bits} of the bitmap")
        if not isinstance(value, np.ndarray):
            return int.from_bytes(words.tobytes(), "little")
        if value.dtype == np.bool_:
            loaded = np.unpackbits(words.view("u1"), bitorder="little")[:bits].astype(np.bool_)
        else:
            loaded = words.astype(np.uint64)
        if value.shape != loaded.shape:
            return loaded
        value[:] = loaded
        return value


def _little(value: Any, bits: int) -> bytes:
    """The bits as whole little-endian words.  Raises VMStateError for what is no bitmap of that size."""
    size = -(-bits // 64) * 8
    if isinstance(value, np.ndarray) and value.dtype == np.bool_ and value.size == bits:
        return np.packbits(value.reshape(-1), bitorder="little").tobytes().ljust(size, b"\0")
    if isinstance(value, np.ndarray) and value.dtype == np.uint64 and value.size * 8 == size:
        return value.astype("<u8").tobytes()
    if isinstance(value, int):
        try:
            return value.to_bytes(size, "little")
        except OverflowError:
            pass
    raise VMStateError("value-type", f"this {type(value).__name__} is no bitmap of {bits} bits")


class CountedText(Kind):
    """Text behind its length in one byte; ``known`` says which texts are accepted from a stream, as C sees them."""

    size = 1

    def __init__(self, type_name: str = "capability", known: Callable[[str], bool] | None = None) -> None:
        self.type, self._known = type_name, known

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> tuple[()]:
        raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else None
        if raw is None or len(raw) > 255:
            raise does_not_fit(value, f"{self.type}, a text of at most 255 bytes")
        out.append(len(raw))
        out += raw
        return ()

    def load(self, value: Any, owner: Any) -> Take[Any]:
        length = yield 1
        raw = yield length[0]
        if self._known is None:
            return bytes(raw).decode("utf-8", "surrogateescape")
        text = bytes(raw).split(b"\0", 1)[0].decode("utf-8", "replace")
        if not self._known(text):
            qemu = f"Received unknown {self.type} {text}"
            raise VMStateError("value-unknown", f"unknown {self.type} {text!r}", qemu=qemu, chain=qemu)
        return text

"""Changing one value of a replica: ``DEVICE/FIELD=VALUE``, or ``ram/BLOCK@OFFSET=HEX`` for bytes of guest RAM.

A device is its idstr, with ``(INSTANCE)`` where several have it.  A field is the way to it by names as on the wire,
with ``.`` or ``/`` between them, ``[N]`` for an element and ``@N`` for a place in a buffer: ``cpu/env.regs[3]=0x10``,
``0000:00:01.0/PIIX3/dev.config[0]@0x60=8b``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from snapmgr.errors import NotFound, UsageError
from snapmgr.ram.words import IDSTR
from snapmgr.replica.device import Device
from snapmgr.replica.machine import Replica
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.from_description import Values
from snapmgr.vmstate.save import save_state

MAX_SHOWN = 8
_RAM = re.compile(r"ram/(?P<block>.+)@(?P<offset>0[xX][0-9a-fA-F]+|[0-9]+)", re.DOTALL)
_ELEMENT = re.compile(r"\[(0[xX][0-9a-fA-F]+|[0-9]+)\]")
_WITHIN = re.compile(r"@(0[xX][0-9a-fA-F]+|[0-9]+)")


@dataclass(frozen=True, slots=True)
class Edit:
    """What was changed, as text."""

    path: str
    before: str
    after: str


@dataclass(slots=True)
class Place:
    """A value inside an object or a list; of a buffer, with ``within``, the bytes from there on."""

    owner: Any
    key: str | int
    within: int | None = None

    def get(self) -> Any:
        value = getattr(self.owner, self.key) if isinstance(self.key, str) else self.owner[self.key]
        return value if self.within is None else bytes(value[self.within :])

    def set(self, value: Any) -> None:
        if self.within is not None:
            place = Place(self.owner, self.key)
            whole = bytes(place.get())
            place.set(whole[: self.within] + value + whole[self.within + len(value) :])
        elif isinstance(self.key, str):
            setattr(self.owner, self.key, value)
        else:
            self.owner[self.key] = value


def edit(replica: Replica, text: str) -> Edit:
    """Carry out one ``PATH=VALUE``.

    Raises UsageError for what cannot be understood or does not fit, NotFound for a device, field or block that is not
    there (with those that are, in the hint).
    """
    path, equals, value = text.partition("=")
    if not equals or not path:
        raise UsageError("edit-syntax", f"{text!r} is not PATH=VALUE", hint="As in 'cpu/env.eip=0x7c00'.")
    match = _RAM.fullmatch(path)
    if match is not None:
        return _edit_ram(replica, path, match["block"], int(match["offset"], 0), value)
    device, place = find_place(replica, path)
    before = place.get()
    after = _parsed(before, value, path, whole=place.within is None)
    try:
        place.set(after)
        save_state(_state(device), device.values, bytearray())
    except (VMStateError, OverflowError) as error:
        place.set(before)
        raise UsageError("edit-range", f"{path}: {value} does not fit: {error}") from error
    return Edit(path, _shown(before), _shown(place.get()))


def find_place(replica: Replica, path: str) -> tuple[Device, Place]:
    """Where the value of ``DEVICE/FIELD`` is kept.  Raises NotFound, UsageError for devices without fields."""
    device, rest = _device(replica, path)
    if device.values is None:
        raise UsageError("edit-opaque", f"{device.idstr} is an old-style device: nothing says what its bytes mean")
    return device, _find(device, rest)


def _state(device: Device) -> Any:
    assert device.state is not None
    return device.state


# -- RAM -------------------------------------------------------------------------------------------------------------


def _edit_ram(replica: Replica, path: str, name: str, offset: int, value: str) -> Edit:
    data = _hex(value, path)
    length = replica.ram_blocks.get(name)
    if length is None:
        raise NotFound("no-such-block", f"there is no RAM block {name}", hint=_choice(list(replica.ram_blocks)))
    if not data or offset + len(data) > length:
        raise UsageError("edit-range", f"{path}: {name} has {length} bytes")
    size = 1 << replica.options.page_bits
    pages, at = replica.ram_edits.setdefault(name, {}), 0
    while at < len(data):
        page, start = divmod(offset + at, size)
        part = data[at : at + size - start]
        pages.setdefault(page, []).append((start, part))
        at += len(part)
    return Edit(path, "", data.hex(" "))


# -- devices ---------------------------------------------------------------------------------------------------------


def _device(replica: Replica, path: str) -> tuple[Device, str]:
    """The device whose name ``path`` begins with, and what follows it."""
    if path.startswith(f"{IDSTR}/"):
        raise UsageError("edit-syntax", f"{path}: bytes of RAM are ram/BLOCK@OFFSET=HEX")
    found: tuple[int, Device] | None = None
    for device in replica.devices.values():
        for name in (device.idstr, device.label, f"{device.idstr} ({device.instance_id})"):
            if path.startswith(f"{name}/") and (found is None or len(name) > found[0]):
                found = len(name), device
    if found is None:
        labels = [device.label for device in replica.devices.values()]
        raise NotFound("no-such-device", f"no device is meant by {path!r}", hint=_choice(labels))
    return found[1], path[found[0] + 1 :]


def _find(device: Device, rest: str) -> Place:
    place = Place(device, "values")
    while True:
        value = place.get()
        match, within = _ELEMENT.match(rest), _WITHIN.fullmatch(rest)
        if within is not None and isinstance(value, bytes | bytearray):
            place.within = int(within[1], 0)
            return place
        if match is not None:
            place, rest = _element(value, int(match[1], 0), rest), rest[match.end() :]
        elif isinstance(value, Values):
            if device.unknown is not None and not _goes_on(rest, "data"):
                raise NotFound("no-such-field", f"{device.label}: {device.unknown}", hint="Its bytes are DEVICE/data.")
            name = _attribute(value, rest)
            place, rest = Place(value, name), rest[len(name) :]
        else:
            raise NotFound("no-such-field", f"{device.label}: there is nothing at {rest!r}")
        if not rest:
            return place
        rest = rest[1:] if rest[0] in "./" else rest


def _element(value: Any, number: int, rest: str) -> Place:
    if not isinstance(value, list | np.ndarray):
        raise NotFound("no-such-field", f"{rest!r}: this is no array")
    if number >= len(value):
        raise NotFound("no-such-field", f"{rest!r}: the array has {len(value)} elements")
    return Place(value, number)


def _attribute(values: Values, rest: str) -> str:
    names = [name for name in vars(values) if _goes_on(rest, name)]
    if not names:
        raise NotFound("no-such-field", f"there is no field at {rest!r}", hint=_choice(list(vars(values))))
    name = max(names, key=len)
    if getattr(values, name) is None:
        raise NotFound("no-such-field", f"{name!r} is not in this stream")
    return name


def _goes_on(rest: str, name: str) -> bool:
    return rest.startswith(name) and (len(rest) == len(name) or rest[len(name)] in "./[@")


def _choice(names: list[str]) -> str:
    shown = ", ".join(names[:MAX_SHOWN])
    return f"There are: {shown}" + (f" and {len(names) - MAX_SHOWN} more." if len(names) > MAX_SHOWN else ".")


# -- values ----------------------------------------------------------------------------------------------------------


def _parsed(before: Any, text: str, path: str, *, whole: bool) -> Any:
    """``text`` as a value of the kind that is there."""
    try:
        match before:
            case bool() | np.bool_():
                return {"true": True, "false": False, "1": True, "0": False}[text.lower()]
            case int() | np.integer():
                return int(text, 0)
            case float() | np.floating():
                return float(text)
            case str():
                return text
            case bytes() | bytearray() | memoryview():
                data = _hex(text, path)
                if len(data) != len(before) if whole else not 0 < len(data) <= len(before):
                    raise UsageError("edit-range", f"{path} has {len(before)} bytes, {len(data)} were given")
                return data
    except (ValueError, KeyError):
        raise UsageError("edit-value", f"{path}: {text!r} is no value for it, which is {_shown(before)} now") from None
    raise UsageError("edit-value", f"{path} has parts: name one of them", hint=_parts(before))


def _parts(value: Any) -> str | None:
    return _choice(list(vars(value))) if isinstance(value, Values) else "Elements are named [0], [1]…"


def _hex(text: str, path: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise UsageError("edit-value", f"{path}: bytes are given as hexadecimal digits, not {text!r}") from None


def _shown(value: Any) -> str:
    match value:
        case bool() | np.bool_():
            return str(bool(value)).lower()
        case int() | np.integer():
            return f"{int(value)} ({int(value):#x})"
        case bytes() | bytearray():
            return value[:16].hex(" ") + (" …" if len(value) > 16 else "")
    return str(value)


def scalars(device: Device) -> Iterator[str]:
    """The way to every single value of a device, as ``edit`` takes it, parents first; old-style devices have none."""
    if device.values is not None:
        yield from _ways(device.values, f"{device.idstr} ({device.instance_id})/")


def _ways(value: Any, way: str) -> Iterator[str]:
    if isinstance(value, Values):
        for name, below in vars(value).items():
            yield from _ways(below, f"{way}{name}." if isinstance(below, Values) else f"{way}{name}")
    elif isinstance(value, list | np.ndarray):
        for number, below in enumerate(value):
            yield from _ways(below, f"{way}[{number}]" + ("." if isinstance(below, Values) else ""))
    elif value is not None:
        yield way

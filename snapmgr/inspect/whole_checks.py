"""What only a look at the whole stream shows: its sections against its own description, once both are known.

The sender describes what it writes, in the order in which it writes it (savevm.c:
qemu_savevm_state_complete_precopy_non_iterable); a loader looks at none of that, and takes what is left out or comes
twice.  So these are warnings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from snapmgr.inspect.aliases import device_for
from snapmgr.inspect.model import Problem, Record, Severity
from snapmgr.vmstate.description import VmDescription

MAX_FOUND = 100
"""Problems of one kind that are listed."""

_NO_STOP = "QEMU loads it all the same; "
_CHANGED = "Sections were taken out, put in or moved after the stream was written."

Key = tuple[str, int]


def whole_problems(
    records: Iterable[Record],
    description: VmDescription | None,
    vmdesc: tuple[int, int] | None,
    problems: list[Problem],
) -> list[Problem]:
    """Of a plain stream that was read to its end; ``problems`` are those that were found on the way: of sections with
    wrong headers nothing more is said here.  ``vmdesc`` is the place of the description, whether it could be read or
    not."""
    main = [record for record in _first_stream(records) if record.type == "FULL" and record.idstr]
    if description is None:
        return [] if vmdesc is None else [_unreadable(*vmdesc)]
    found = list(_twice(main, description))
    if vmdesc is None or any(problem.severity is Severity.ERROR for problem in problems):
        return found
    names = [_described_as(record, description) for record in main]
    renumbered = [record for record, key in zip(main, names, strict=True) if key != _key(record) and key is not None]
    found += [_renumbered(record) for record in renumbered[:MAX_FOUND]]
    if None not in names:
        found += _left_out(names, description, vmdesc[0])
        found += _out_of_order(main, names, description)
    return found


def _first_stream(records: Iterable[Record]) -> Iterator[Record]:
    """Up to the first end: what follows may be checkpoints of COLO, which repeat it all."""
    for record in records:
        if record.type == "EOF" and record.within is None:
            return
        yield record


def _key(record: Record) -> Key:
    return record.idstr or "", record.instance_id or 0


def _described_as(record: Record, description: VmDescription) -> Key | None:
    """The device that takes a section, None for one that is not described."""
    device = device_for(description, *_key(record))
    return None if device is None else (device.name, device.instance_id)


def _twice(main: list[Record], description: VmDescription) -> Iterator[Problem]:
    """Old machine types have two sections of one name, which are described twice, too."""
    described = Counter((device.name, device.instance_id) for device in description)
    seen: dict[Key, list[int]] = {}
    left = MAX_FOUND
    for record in main:
        places = seen.setdefault(_key(record), [])
        if places and len(places) >= described[_key(record)] and left:
            left -= 1
            message = f"The section stands here again; it came at {places[-1]:08X} already"
            yield _warning("section-twice", record, message, f"{_NO_STOP}the device has what came last.")
        places.append(record.offset)


def _renumbered(record: Record) -> Problem:
    message = f"The section has the instance number {record.instance_id}, which its description does not have"
    hint = f"{_NO_STOP}the device answers to this number, too."
    return _warning("instance-not-described", record, message, hint)


def _left_out(names: list[Key | None], description: VmDescription, at: int) -> Iterator[Problem]:
    sent = set(names)
    absent = [device for device in description if (device.name, device.instance_id) not in sent]
    for device in absent[:MAX_FOUND]:
        name = f"{device.name} ({device.instance_id})"
        message = f"The stream's own description has {name}, and the stream no such section"
        hint = f"{_NO_STOP}the device is as after a reset."
        yield Problem(Severity.WARNING, "section-left-out", at, message, name, 0, _CHANGED, hint)


def _out_of_order(main: list[Record], names: list[Key | None], description: VmDescription) -> Iterator[Problem]:
    """The first section that does not stand where the description has it."""
    places = {(device.name, device.instance_id): place for place, device in enumerate(description)}
    last, seen = -1, set[Key]()
    for record, key in zip(main, names, strict=True):
        if key is None or key in seen:
            continue
        seen.add(key)
        place = places[key]
        if place < last:
            message = "The section stands behind one that the stream's own description has after it"
            hint = f"{_NO_STOP}a device may need another one to be there before it."
            yield _warning("section-order", record, message, hint)
            return
        last = place


def _warning(code: str, record: Record, message: str, hint: str) -> Problem:
    section = f"{record.idstr} ({record.instance_id})"
    return Problem(Severity.WARNING, code, record.offset, message, section, record.length, _CHANGED, hint)


def _unreadable(at: int, length: int) -> Problem:
    cause = "Bytes of it were changed after it was written."
    hint = f"{_NO_STOP}fields are shown as bytes only, and lengths of sections are guessed by their footers."
    message = "The VM description at the end cannot be read"
    return Problem(Severity.WARNING, "vmdesc-unreadable", at, message, None, length, cause, hint)

"""A dump of device types as the target (``-dump-vmstate``): versions of every type, but not which devices there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from snapmgr.inspect.against.target import Target, TargetBlock, TargetDevice, TypeFacts, page_bits_of
from snapmgr.inspect.index import StreamIndex
from snapmgr.ram.words import IDSTR
from snapmgr.vmstate.dump import MACHINE, Json

_PAGE = 4096


def target_of_dump(dump: Json, label: str) -> Target:
    """What a dump that ``parse_dump`` accepted says of a machine."""
    machine = dump.get(MACHINE, {}).get("Name")
    return Target(label, machine, types=type_facts(dump))


def type_facts(dump: Json) -> dict[str, TypeFacts]:
    """By the name of a VMState: of several types of one name, the widest."""
    facts: dict[str, TypeFacts] = {}
    for description in _descriptions(dump):
        below = frozenset(item["name"] for item in description.get("Subsections", []))
        known = facts.get(description["name"])
        version: int = description["version_id"]
        minimum: Any = description.get("minimum_version_id", version)
        found = TypeFacts(version, minimum, below)
        facts[description["name"]] = found if known is None else known.with_other(found)
    return facts


def _descriptions(dump: Json) -> Iterator[Json]:
    """At every depth; the parser has bounded it."""
    pending = [entry["Description"] for name, entry in dump.items() if name != MACHINE and "Description" in entry]
    while pending:
        description = pending.pop()
        yield description
        pending += [field["Description"] for field in description.get("Fields", []) if "Description" in field]
        pending += description.get("Subsections", [])


def with_devices_of(target: Target, index: StreamIndex) -> Target:
    """A target of which only types are known has the stream's own devices and RAM, in its own versions."""
    if target.types is None or target.devices is not None:
        return target
    info = index.configuration
    bits = page_bits_of(info.target_page_bits if info is not None else None) or target.page_bits
    started = [record.section_id for record in index.records.of("START") if record.idstr == IDSTR]
    return replace(
        target,
        machine=target.machine if info is not None else None,
        page_bits=bits,
        capabilities=frozenset(info.capabilities or ()) if info is not None else frozenset(),
        footers=any(record.footer for record in index.records),
        describes=index.vmdesc is not None,
        ram_id=started[0] if started and started[0] is not None else target.ram_id,
        devices=tuple(_devices(target.types, index)),
        blocks=tuple(
            TargetBlock(block.name, block.used_length, block.page_size or _PAGE, block.address)
            for block in index.listed
        ),
    )


def _devices(types: dict[str, TypeFacts], index: StreamIndex) -> Iterator[TargetDevice]:
    for record in index.records:
        if record.type != "FULL" or not record.idstr:
            continue
        instance_id, version = record.instance_id or 0, record.version_id or 0
        described = index.description.find(record.idstr, instance_id) if index.description else None
        known = _facts(types, record.idstr)
        yield TargetDevice(
            record.idstr,
            instance_id,
            version if known is None else known.version,
            record.section_id or 0,
            described.state if described is not None and described.size is None else None,
            minimum=0 if known is None else known.minimum,
        )


def _facts(types: dict[str, TypeFacts], idstr: str) -> TypeFacts | None:
    """By the longest name that the section's ends with: a device's path may stand before it."""
    parts = idstr.split("/")
    names = ("/".join(parts[start:]) for start in range(len(parts)))
    return next((types[name] for name in names if name in types), None)

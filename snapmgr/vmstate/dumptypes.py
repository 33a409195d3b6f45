"""What a section holds, by a dump of device types: the stand-in for a description that the stream does not carry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from snapmgr.vmstate.description import Device
from snapmgr.vmstate.dump import MACHINE, Json
from snapmgr.vmstate.reading import NoSize, TooManyReadings, readings


@dataclass(frozen=True, slots=True)
class NotTold:
    """Why a dump does not describe a section."""

    reason: str


NO_END = NotTold("without footers nothing says where its section ends")
"""A dump needs the bytes of a section, no more and no less."""


class DumpTypes:
    """The device types of a dump that ``parse_dump`` accepted, or that ``dump`` made."""

    def __init__(self, dump: Json) -> None:
        self._by_name: dict[str, list[Json]] = {}
        """Types that differ may save under one name: isa-vga and pci-vga, both as ``vga``."""
        descriptions = [
            entry["Description"] for name, entry in dump.items() if name != MACHINE and "Description" in entry
        ]
        for description in {json.dumps(item): item for item in descriptions}.values():
            self._by_name.setdefault(description["name"], []).append(description)
        self.counted = any(_has_counts(description) for description in descriptions)
        """Whether it says how long fixed arrays are, as QEMU does since 8.0."""

    def describe(self, idstr: str, instance_id: int, version: int, payload: bytes) -> Device | NotTold:
        """The only device that these bytes can be.

        A field that a counted dump gives no number counts once: variable arrays cannot be told from single fields, so
        a device whose bytes come out with those counted otherwise stays untold.
        """
        known = self._named(idstr)
        if not known:
            return NotTold("the dump has no device type of this name")
        fitting = [item for item in known if _least(item) <= version <= item["version_id"]]
        if not fitting:
            told = ", ".join(sorted({str(item["version_id"]) for item in known}))
            return NotTold(f"version {version} was saved, the dump has version {told}")
        try:
            found = [readings(item, payload, version, counted=self.counted) for item in fitting]
        except NoSize as error:
            return NotTold(f"the dump does not say how long field {error} is")
        except TooManyReadings:
            return NotTold(f"its bytes can be read in too many ways{self._why()}")
        structs = {struct for struct, _ in found if struct is not None}
        if not structs:
            return NotTold("its fields do not fill its bytes (a dump does not say how long variable arrays are)")
        if len(structs) > 1 or not all(only for _, only in found):
            return NotTold(f"its bytes can be read in more than one way{self._why()}")
        return Device(idstr, instance_id, structs.pop())

    def _named(self, idstr: str) -> list[Json]:
        """Types by the end of a section's name: a device's path may stand before it."""
        names = [name for name in self._by_name if idstr == name or idstr.endswith(f"/{name}")]
        return self._by_name[max(names, key=len)] if names else []

    def _why(self) -> str:
        return "" if self.counted else " (a dump of QEMU before 8.0 does not say how long arrays are)"


def _least(description: Json) -> int:
    key = "minimum_version_id" if "minimum_version_id" in description else "version_id"
    least: int = description[key]
    return least


def _has_counts(description: Json) -> bool:
    return any("num" in field for field in _fields(description))


def _fields(description: Json) -> Iterator[Json]:
    pending: list[Json] = [description]
    while pending:
        item = pending.pop()
        for field in item.get("Fields", []):
            yield field
            if "Description" in field:
                pending.append(field["Description"])
        pending += item.get("Subsections", [])

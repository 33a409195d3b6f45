"""Fields of two descriptions side by side (scripts/vmstate-static-checker.py: check_fields).

Both sides are read in step, except where one has a struct around what the other has bare, or unused bytes in place of
fields: then one side waits while the other goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from snapmgr.vmstate.dump import Json
from snapmgr.vmstate.findings import Findings
from snapmgr.vmstate.renamed import FIELDS

UNUSED = "unused"


def same_name(where: str, one: str, other: str) -> bool:
    """Whether two names mean the same field of ``where``."""
    return one == other or {one, other} <= FIELDS.get(where, frozenset())


class FieldCheck:
    """Compares descriptions of one section."""

    def __init__(self, findings: Findings, section: str) -> None:
        self.findings = findings
        self.section = section

    def description(self, source: Json, destination: Json) -> None:
        name = source["name"]
        self.findings.version(self.section, name, source, destination)
        if not same_name(self.section, name, destination["name"]):
            self._add("description-name", f"{name} is {destination['name']} at the destination", name)
            return
        for entry in source:
            if entry not in destination:
                self._add("entry-missing", f"the destination's {name} has no {entry}", name)
            elif entry == "Fields":
                _Pair(self, name, source[entry], destination[entry]).compare()
            elif entry == "Subsections":
                self._subsections(name, source[entry], destination[entry])

    def matched(self, description: str, source: Json, destination: Json) -> None:
        """Two fields that stand for each other."""
        self.findings.version(self.section, description, source, destination)
        name = source["field"]
        if "Description" not in source:
            if source["size"] != destination["size"]:
                text = f"{name} has {source['size']} bytes, {destination['size']} at the destination"
                self._add("field-size", text, description)
        elif "Description" not in destination:
            self._add("description-missing", f"{name} is no struct at the destination", description)
        else:
            self.description(source["Description"], destination["Description"])

    def _subsections(self, description: str, source: Sequence[Json], destination: Sequence[Json]) -> None:
        for sub in source:
            others = [other for other in destination if other["name"] == sub["name"]]
            for other in others:
                self.description(sub, other)
            if not others:
                self._add("subsection-missing", f"the destination has no subsection {sub['name']}", description)

    def _add(self, code: str, message: str, description: str) -> None:
        self.findings.add(code, self.section, message, description)


class _Side:
    """One side's fields, structs opened; ``item`` is the current one, ``waits`` while the other side goes on."""

    def __init__(self, fields: Sequence[Json]) -> None:
        self._open: list[Iterator[Json]] = [iter(fields)]
        self.item: Json = {}
        self.waits = False

    def advance(self) -> bool:
        """The next field; False at an end: that of an opened struct, or the last one, where ``ended`` is true."""
        for item in self._open[-1]:
            self.item = item
            return True
        self._open.pop()
        return False

    @property
    def ended(self) -> bool:
        return not self._open

    def enter(self) -> None:
        """Go on with the fields of the struct that is the current field."""
        self._open.append(iter(self.item["Description"]["Fields"]))

    def holds(self, name: str) -> bool:
        """Whether the current field is a struct that begins with ``name``."""
        below = self.item.get("Description", {})
        fields = below.get("Fields")
        return bool(fields) and same_name(below["name"], fields[0]["field"], name)

    @property
    def size(self) -> int:
        """Bytes of all elements."""
        return int(self.item["size"]) * int(self.item.get("num", 1))


class _Pair:
    """Two lists of fields, walked in step until one breaks or the source has no more."""

    def __init__(
        self, check: FieldCheck, description: str, source: Sequence[Json], destination: Sequence[Json]
    ) -> None:
        self.check = check
        self.name = description
        self.source = _Side(source)
        self.destination = _Side(destination)
        self.unused = 0
        """Bytes of the side that waits which the other has still to fill."""

    def compare(self) -> None:
        while self._step():
            pass

    def _step(self) -> bool:
        """One comparison; False when there is nothing more to compare."""
        source, destination = self.source, self.destination
        if not self._advance(source):
            return not source.ended
        if not self._advance(destination):
            if destination.ended:
                return self._broken(
                    "field-missing", f"{source.item['field']} is sent, the destination has no more fields"
                )
            source.waits = True
            return True
        if self.unused > 0:
            return self._fill()
        if same_name(self.name, source.item["field"], destination.item["field"]):
            self.check.matched(self.name, source.item, destination.item)
            return True
        return self._mismatch()

    def _advance(self, side: _Side) -> bool:
        if not side.waits:
            return side.advance()
        if not self.unused:
            side.waits = False
        return True

    def _fill(self) -> bool:
        """Fields of one side against unused bytes of the other."""
        waiting, going = (self.destination, self.source) if self.destination.waits else (self.source, self.destination)
        self.unused -= going.item["size"]
        if self.unused == 0:
            waiting.waits = False
        if self.unused < 0:
            return self._broken("unused-size", f"{going.item['field']} does not fit into the unused bytes")
        return True

    def _mismatch(self) -> bool:
        source, destination = self.source, self.destination
        sent, expected = source.item["field"], destination.item["field"]
        if destination.holds(sent):
            destination.enter()
            source.waits = True
        elif source.holds(expected):
            source.enter()
            destination.waits = True
        elif UNUSED not in (sent, expected):
            return self._broken("field-name", f"{sent} is sent where the destination has {expected}")
        elif source.size != destination.size:
            waiting, going = (destination, source) if expected == UNUSED else (source, destination)
            waiting.waits = True
            self.unused = waiting.size - going.size
        return True

    def _broken(self, code: str, message: str) -> bool:
        """Report, and compare no further: what follows cannot be told."""
        self.check.findings.add(code, self.check.section, message, self.name)
        return False

"""The Inspector's filter language: words, ``=0x60``, ``@53A1C2``, ``type:``, ``kind:``, ``is:``."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.errors import UsageError
from snapmgr.inspect.model import Node, NodeKind
from snapmgr.vmstate.fieldtypes import is_signed

KINDS = {
    "framing": NodeKind.META,
    "ram": NodeKind.RAM,
    "block": NodeKind.BLOCK,
    "device": NodeKind.DEVICE,
    "subsection": NodeKind.SUBSECTION,
    "command": NodeKind.COMMAND,
    "fault": NodeKind.FAULT,
}


FAULT, DEFAULT = "fault", "default"
STATES = (FAULT, DEFAULT)
"""What may stand behind ``is:``."""


@dataclass(frozen=True, slots=True)
class Query:
    """A filter, taken apart; a row matches when all of its parts do.  Words are in lower case."""

    words: tuple[str, ...] = ()
    values: tuple[int, ...] = ()
    offset: int | None = None
    types: tuple[str, ...] = ()
    kinds: tuple[NodeKind, ...] = ()
    fault: bool = False
    default: bool = False

    @property
    def empty(self) -> bool:
        return self == Query()

    def matches(self, node: Node) -> bool:
        """Whether this row itself is meant.  ``offset`` is not looked at: it names a place, not a property."""
        if self.fault and node.problem is None and node.kind is not NodeKind.FAULT:
            return False
        if self.kinds and node.kind not in self.kinds:
            return False
        if self.types and not any(wanted in node.type.lower() for wanted in self.types):
            return False
        name = node.name.lower()
        if not all(word in name or word in node.meaning.lower() for word in self.words):
            return False
        numbers = values_of(node) if self.values or self.default else ()
        return not (self.values and set(numbers).isdisjoint(self.values)) and not (self.default and 0 not in numbers)


def values_of(node: Node) -> tuple[int, ...]:
    """The numbers that a row shows: as it stands and, of a signed type, what that means; none where it shows none."""
    digits = node.value.removeprefix("0x")
    try:
        value = int(digits, 16 if digits != node.value else 10)
    except ValueError:
        return ()
    if digits != node.value and is_signed(node.type):
        half = 1 << (4 * len(digits) - 1)
        return (value, value - 2 * half) if value >= half else (value,)
    return (value,)


def parse_query(text: str) -> Query:
    """Take a filter apart.  Raises UsageError that says which part was not understood."""
    words, values, types, kinds = list[str](), list[int](), list[str](), list[NodeKind]()
    offset: int | None = None
    states = set[str]()
    for part in text.split():
        if part.startswith("=") and len(part) > 1:
            values.append(_number(part[1:], part, 10))
        elif part.startswith("@") and len(part) > 1:
            offset = _number(part[1:], part, 16)
        elif part.startswith("type:"):
            types.append(part[5:].lower())
        elif part.startswith("kind:"):
            kinds.append(_kind(part[5:].lower(), part))
        elif part.startswith("is:"):
            states.add(_state(part[3:].lower(), part))
        else:
            words.append(part.lower())
    return Query(tuple(words), tuple(values), offset, tuple(types), tuple(kinds), FAULT in states, DEFAULT in states)


def _number(text: str, part: str, base: int) -> int:
    try:
        return int(text, 16 if text.lower().startswith("0x") else base)
    except ValueError:
        raise UsageError("filter", f"{part} is not understood: a number should follow {part[0]}") from None


def _state(name: str, part: str) -> str:
    if name in STATES:
        return name
    known = " and ".join(f"is:{state}" for state in STATES)
    raise UsageError("filter", f"{part} is not understood: there are {known}")


def _kind(name: str, part: str) -> NodeKind:
    try:
        return KINDS[name]
    except KeyError:
        raise UsageError("filter", f"{part} is not understood: kinds are {', '.join(KINDS)}") from None

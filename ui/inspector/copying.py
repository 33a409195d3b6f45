"""The forms in which a field or a range of bytes goes to the clipboard."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from snapmgr.inspect.model import Node
from ui.shell import formats
from ui.words import later, tr

MOST = 1 << 20
"""Bytes that are copied at most: what is longer is exported, not copied."""


class Form(Enum):
    """The value is what the menu calls it, ``title`` the same in the language of the window."""

    #: Forms in which bytes or a field are copied
    NAME_VALUE = later("Name = value")
    PATH = later("Path")
    OFFSET = later("Offset")
    HEX = later("Hex")
    C_ARRAY = later("C array")
    PYTHON = later("Python bytes")
    BASE64 = later("Base64")

    @property
    def title(self) -> str:
        return tr(self.value)


OF_NODE = (Form.NAME_VALUE, Form.PATH)
"""Forms that need a field; the others need bytes only."""
OF_BYTES = (Form.HEX, Form.C_ARRAY, Form.PYTHON, Form.BASE64)
"""Forms that say what the bytes are."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What is to be copied: a range, and the chain of nodes from the root down to the field (may be empty)."""

    offset: int
    data: bytes
    nodes: Sequence[Node] = ()


def path_text(nodes: Sequence[Node]) -> str:
    """``serial (0)/state/lsr``: names from the section down."""
    return "/".join(node.name for node in nodes)


def name_value(node: Node) -> str:
    """``lsr = 0x60 (THR empty, idle)``."""
    if node.value and node.meaning:
        return f"{node.name} = {node.value} ({node.meaning})"
    return f"{node.name} = {node.value or node.meaning or node.type}"


def as_text(what: Copied, form: Form) -> str:
    """Raises ValueError for a form of a field where there is only a range."""
    if form in OF_NODE:
        if not what.nodes:
            raise ValueError(f"{form.value} needs a field")
        return name_value(what.nodes[-1]) if form is Form.NAME_VALUE else path_text(what.nodes)
    if form is Form.OFFSET:
        return f"0x{formats.offset(what.offset)}"
    if form is Form.HEX:
        return what.data.hex(" ").upper()
    if form is Form.C_ARRAY:
        return _c_array(what.data)
    if form is Form.PYTHON:
        return repr(what.data)
    return base64.b64encode(what.data).decode("ascii")


def _c_array(data: bytes) -> str:
    rows = [", ".join(f"0x{byte:02x}" for byte in data[at : at + 12]) for at in range(0, len(data), 12)]
    body = ",\n".join(f"    {row}" for row in rows)
    return f"static const unsigned char bytes[{len(data)}] = {{\n{body}\n}};"

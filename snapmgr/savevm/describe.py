"""The text of the VM description, as QEMU writes it (qobject/json-writer.c: compact form)."""

from __future__ import annotations

import json
import re
from typing import Any

_ESCAPED = re.compile(r"\\(?:u([0-9a-f]{4})|.)")


def description_text(description: dict[str, Any]) -> bytes:
    """JSON on one line, ASCII only; bytes of a name that are not UTF-8 become U+FFFD."""
    text = json.dumps(description)
    if "\\" in text:
        text = _ESCAPED.sub(_as_qemu_escapes, text)
    return text.replace("\x7f", "\\u007F").encode("ascii")


def _as_qemu_escapes(match: re.Match[str]) -> str:
    digits = match[1]
    if digits is None:
        return match[0]
    return "\\uFFFD" if digits.startswith("dc") and _alone(match) else "\\u" + digits.upper()


def _alone(match: re.Match[str]) -> bool:
    """Whether this half of a surrogate pair stands without its first half."""
    before = match.string[max(0, match.start() - 6) : match.start()]
    return re.fullmatch(r"\\ud[89ab][0-9a-f]{2}", before) is None

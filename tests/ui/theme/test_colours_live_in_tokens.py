"""No colour literal outside the tokens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.corpus import ROOT

ALLOWED = {"ui/theme/tokens.py"}
LITERALS = (
    re.compile(r"#[0-9A-Fa-f]{6}\b"),
    re.compile(r"#[0-9A-Fa-f]{3}\b(?=[\"';])"),
    re.compile(r"QColor\(\s*[\"'\d]"),
    re.compile(r"GlobalColor\.(?!transparent)\w+"),
    re.compile(r"\brgba?\(\s*\d"),
)
FILES = [*sorted((ROOT / "ui").rglob("*.py")), *sorted((ROOT / "resources" / "qss").glob("*.qss"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_colour_literal(path: Path) -> None:
    if str(path.relative_to(ROOT)) in ALLOWED:
        return
    text = path.read_text(encoding="utf-8")
    found = [match.group() for literal in LITERALS for match in literal.finditer(text)]
    assert not found

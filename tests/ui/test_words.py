"""The words on the screen."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.corpus import ROOT

BANNED = ("please", "sorry", "oops", "successfully", "invalid", "checkpoint", "restore", "revert")
FILES = sorted((ROOT / "ui").rglob("*.py"))
CODE = re.compile(r"^[\w./:@*{}$<>\[\]=+-]+$")


def visible_strings(path: Path) -> list[str]:
    """String constants that read like sentences or titles: not docstrings, not keys, not style."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            hidden.add(id(node.value))
        if isinstance(node, ast.Raise | ast.Assert):
            hidden |= {id(part) for part in ast.walk(node)}
    found = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in hidden]
    return [text for text in found if isinstance(text, str) and " " in text.strip() and not CODE.match(text)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_words_are_ours(path: Path) -> None:
    for text in visible_strings(path):
        words = re.findall(r"[a-z]+", text.lower())
        assert not set(words) & set(BANNED), text
        assert "!" not in text.replace("!=", ""), text
        assert not re.search(r"\w'\w", text), f"a straight apostrophe: {text}"
        assert "..." not in text or "[" in text, f"three dots: {text}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_titles_have_sentence_case(path: Path) -> None:
    names = {
        "QEMU",
        "RAM",
        "VM",
        "JSON",
        "Snapmgr",
        "Inspector",
        "Snapshots",
        "Migration",
        "Settings",
        "Python",
        "Inter",
    }
    for text in visible_strings(path):
        words = re.findall(r"[A-Za-z]+", text)
        later = [word for word in words[1:] if len(word) > 3 and word not in names]
        assert not (len(later) >= 2 and all(word[0].isupper() and word[1:].islower() for word in later)), text

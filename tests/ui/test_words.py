"""The words on the screen."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.corpus import ROOT
from tests.ui.untranslated import untranslated

BANNED = ("please", "sorry", "oops", "successfully", "invalid", "checkpoint", "restore", "revert")
OF_COLO = {"checkpoint"}
"""In the Migration view this is no snapshot, but what COLO makes."""
FILES = sorted((ROOT / "ui").rglob("*.py"))
CODE = re.compile(r"^[\w./:@*{}$<>\[\]=+-]+$")

NO_WORDS = (
    "app.py", "shots", "shot_checks.py", "pseudo.py", "shell/report.py", "shell/display.py", "theme/",
    "start/vignettes.py",
)  # fmt: skip
"""What prints to a terminal, pictures and their checks, reports for those who mend, drawing."""

TRANSLATED = [path for path in FILES if not str(path.relative_to(ROOT / "ui")).startswith(NO_WORDS)]


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
    banned = set(BANNED) - (OF_COLO if path.parent.name == "migration" else set())
    for text in visible_strings(path):
        words = re.findall(r"[a-z]+", text.lower())
        assert not set(words) & banned, text
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


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_visible_text_is_translatable(path: Path) -> None:
    """Say it with ``tr``, ``plural`` or ``later`` of ui/words.py."""
    assert not untranslated(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('label("ready")', ["ready"]),
        ('made.setText("on" if on else tr("off"))', ["on"]),
        ('made.setToolTip(f"{count} disks")', [" disks"]),
        ('icon_button("plus", name or "more")', ["more"]),
        ('return "Select a snapshot first"', ["Select a snapshot first"]),
        ('TITLES = ("Name", "size-of")', ["Name"]),
        ('f"{a} to {b}"', [" to "]),
        ('label(tr("ready"), "secondary")', []),
        ('TITLES = (later("Name"), "size-of")', []),
        ('plural("{n} disk", "{n} disks", count)', []),
        ('ACTIONS.add("file.open", "open")', ["open"]),
        ('raise ValueError("it has no version")', []),
        ('def act():\n    """Do it all."""', []),
    ],
)
def test_what_is_not_translatable_is_found(code: str, found: list[str]) -> None:
    assert [text for _, text in untranslated(code)] == found

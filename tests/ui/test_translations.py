"""Texts for translators, and a window in another language."""

from __future__ import annotations

import ast
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import PySide6
import pytest
from PySide6.QtCore import QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from tests.corpus import ROOT
from ui.main_window import MainWindow
from ui.pseudo import Pseudo, pseudo
from ui.shell import formats
from ui.shell.language import speak
from ui.words import later, listed, plural, tr

TEMPLATE = ROOT / "resources" / "translations" / "snapmgr.ts"
FORMS = {"tr": 1, "later": 1, "plural": 2}
"""The calls that translate, and how many texts each begins with."""

NOON = 1_795_435_200
"""23 November 2026, 12:00 UTC, a Monday."""


def qt_tool(name: str, *arguments: str | Path) -> None:
    tool = Path(PySide6.__file__).with_name(name)
    try:
        subprocess.run([tool, *arguments], check=True, capture_output=True)
    except OSError as error:  # a wheel of Qt without its tools
        pytest.skip(f"{name} of Qt does not run here: {error}")


@pytest.fixture
def german(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., QLocale]]:
    """``german(system=…)`` speaks German of a few texts, where the system's languages ask for it."""
    message = "<message{}><source>{}</source>{}<translation>{}</translation></message>"
    one, many = "<numerusform>{n} Platte</numerusform>", "<numerusform>{n} Platten</numerusform>"
    messages = (
        message.format("", "Open…", "", "Öffnen…"),
        message.format("", "&amp;File", "", "&amp;Datei"),
        message.format("", "Choose a migration stream, or the disk images of one machine.", "", "Wähle etwas."),
        message.format("", "No machine is called “{name}”.", "", "Keine Maschine heißt „{name}“."),
        message.format("", "Add disks to {machine}", "", "Platten zu {Maschine} hinzufügen"),
        message.format(' numerus="yes"', "{n} disk", "<comment>{n} disks</comment>", one + many),
    )
    (tmp_path / "snapmgr_de.ts").write_text(
        f'<?xml version="1.0"?><!DOCTYPE TS><TS version="2.1" language="de"><context><name></name>{"".join(messages)}'
        "</context></TS>",
        encoding="utf-8",
    )
    qt_tool("lrelease", tmp_path / "snapmgr_de.ts", "-qm", tmp_path / "snapmgr_de.qm")
    before = QLocale()
    yield lambda system="de_AT": speak(qapp, QLocale(system), tmp_path)
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.setParent(None)
    QLocale.setDefault(before)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_the_template_is_what_the_code_says() -> None:
    """After a change of a text: python packaging/translations.py"""
    qt_tool("lupdate", "-version")
    command = [sys.executable, "packaging/translations.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def literals(call: ast.Call, name: str) -> list[str]:
    """The texts that a call begins with, none for a text that was marked elsewhere."""
    return [part.value for part in call.args[: FORMS[name]] if isinstance(part, ast.Constant)]


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """(place, call, function) of everything that translates."""
    for path in sorted((ROOT / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMS:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node, node.func.id


def test_lupdate_sees_every_text() -> None:
    """It does not look into f-strings, and takes nothing that is put together."""
    messages = list(ET.parse(TEMPLATE).iter("message"))
    known = {tuple(filter(None, (one.findtext("source"), one.findtext("comment")))) for one in messages}
    for place, call, name in calls():
        texts = literals(call, name)
        if name == "tr" and not texts:
            assert isinstance(call.args[0], ast.expr) and not isinstance(call.args[0], ast.JoinedStr | ast.BinOp), place
            continue
        assert len(texts) == FORMS[name], f"{place}: only literal texts can be found"
        assert tuple(texts) in known, f"{place}: {texts} is not in the template"


def test_only_what_follows_a_number_has_forms() -> None:
    numbered = {one.findtext("source") for one in ET.parse(TEMPLATE).iter("message") if "numerus" in one.attrib}
    assert numbered == {literals(call, name)[0] for _, call, name in calls() if name == "plural"}


def test_places_are_those_that_are_filled() -> None:
    for place, call, name in calls():
        for text in literals(call, name):
            wanted = {part.partition("}")[0] for part in text.split("{")[1:]} - ({"n"} if name == "plural" else set())
            given = {keyword.arg for keyword in call.keywords}
            assert None in given or wanted == given, f"{place}: {wanted} {given}"


def test_english_needs_no_translation() -> None:
    assert tr("Nothing matches “{words}”.", words="{x}") == "Nothing matches “{x}”."
    assert [plural("{n} disk", "{n} disks", n) for n in (0, 1, 2)] == ["0 disks", "1 disk", "2 disks"]
    assert plural("{n} byte", "{n} bytes", 1 << 62) == f"{formats.grouped(1 << 62)} bytes"
    assert later("Theme") == "Theme" and tr("") == ""
    assert [listed(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_a_translation_is_used_with_the_forms_of_its_language(german: Callable[..., QLocale]) -> None:
    assert german().language() == QLocale.Language.German
    assert tr("No machine is called “{name}”.", name="devbox") == "Keine Maschine heißt „devbox“."
    assert [plural("{n} disk", "{n} disks", n) for n in (1, 2)] == ["1 Platte", "2 Platten"]
    assert tr("Export…") == "Export…", "what is not translated stays English"
    assert tr("Add disks to {machine}", machine="devbox") == "Add disks to devbox", "its place has another name"


def test_numbers_and_dates_follow_the_language(german: Callable[..., QLocale]) -> None:
    assert formats.size(1_500_000) == "1.43 MiB" and "Monday" in formats.long_time(NOON)
    german()
    assert formats.size(1_500_000) == "1,43 MiB" and "Montag" in formats.long_time(NOON)
    assert QApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen", "what Qt says itself"


@pytest.mark.parametrize(("wanted", "found"), [(("fr-FR", "fr", "de-DE", "de"), "de"), (("en-GB", "en", "de"), "c")])
def test_the_first_language_that_there_is_counts(
    german: Callable[..., QLocale], qapp: QApplication, tmp_path: Path, wanted: tuple[str, ...], found: str
) -> None:
    class System(QLocale):
        def uiLanguages(self, *_: Any) -> list[str]:
            return list(wanted)

    assert speak(qapp, System(), tmp_path).language() == QLocale(found).language()


@pytest.mark.parametrize("system", ["en_GB", "C", "fr_FR"])
def test_without_a_translation_the_window_is_english(german: Callable[..., QLocale], system: str) -> None:
    assert german(system).language() == QLocale.Language.C
    assert tr("Open…") == "Open…" and "November" in formats.long_time(NOON)


def test_the_window_speaks_it(german: Callable[..., QLocale], make_window: Callable[..., MainWindow]) -> None:
    german()
    window = make_window()
    assert window.top_row.bar.actions()[0].text() == "Datei"
    assert window.context.actions["file.open"].text() == "&Öffnen…"
    rows = window.palette_view._sources.rows("?Öffnen")
    assert [row.entry.subject for row in rows if row.entry and row.entry.key == "file.open"] == ["Wähle etwas."]


@pytest.mark.parametrize("text", ["Open…", "&File", "{n} of {total} selected", "Nothing was opened yet", "ID"])
def test_a_stretched_text_is_longer_and_keeps_what_code_needs(text: str) -> None:
    made, places = pseudo(text), [place for place in ("{n}", "{total}", "&F") if place in text]
    own = len(text) - sum(map(len, places))
    assert len(made) - len(text) >= 0.6 * own
    assert all(place in made for place in places)
    assert made.endswith("…") == text.endswith("…")


def test_a_stretched_window_has_no_plain_text_of_ours(make_window: Callable[..., MainWindow], qapp: Any) -> None:
    translator = Pseudo()
    qapp.installTranslator(translator)
    try:
        window = make_window()
        texts = [action.text() for action in window.actions()] + [part.text() for part in window.rail.buttons()]
        assert plural("{n} disk", "{n} disks", 3) == f"3{pseudo('{n} disks').removeprefix('{n}')}"
    finally:
        qapp.removeTranslator(translator)
    assert texts and not [text for text in texts if text.isascii()]

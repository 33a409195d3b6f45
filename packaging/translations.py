"""What translators work with: ``python packaging/translations.py [LANGUAGE…]``.

Collects the texts of the window into resources/translations/snapmgr.ts (the template), brings every
snapmgr_LANGUAGE.ts beside it up to date, begins the languages that are named (``de``, ``pt_BR``), and makes the .qm
of each, which the window reads.  ``--check`` writes nothing and fails where the template is not what the code says.

lupdate and lrelease are Qt's own, from the wheel of PySide6.  What an action does is the first line of its
docstring, and what a scenario teaches stands in the engine: lupdate does not look there, so these texts are handed over
in a file of their own.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import PySide6

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
TEMPLATE = FOLDER / "snapmgr.ts"
CALLS = "tr+=plural,tr+=later"
"""The functions of ui/words.py whose first texts lupdate takes: it knows tr by itself."""

Texts = list[tuple[str, str, str, bool]]


def main(words: list[str]) -> int:
    """Exit code: 0 done, or nothing to do; 1 the template is not up to date."""
    if words == ["--check"]:
        return check()
    collect(TEMPLATE)
    begun = {FOLDER / f"snapmgr_{language}.ts" for language in words}
    for file in sorted({*FOLDER.glob("snapmgr_*.ts"), *begun}):
        collect(file, "-target-language", file.stem.partition("_")[2])
        run("lrelease", "-silent", file, "-qm", file.with_suffix(".qm"))
    return 0


def check() -> int:
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "snapmgr.ts"
        collect(fresh)
        said, kept = texts(fresh), texts(TEMPLATE)
    if said == kept:
        return 0
    for sign, which in (("+", [text for text in said if text not in kept]), ("-", [t for t in kept if t not in said])):
        sys.stderr.writelines(f"{sign} {text}\n" for text in which)
    sys.stderr.write(f"{TEMPLATE} is not up to date: run python {Path(__file__).relative_to(ROOT)}\n")
    return 1


def collect(file: Path, *options: str) -> None:
    """Write the texts into ``file``; what was translated there stays."""
    if file == TEMPLATE:
        file.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = Path(folder) / "elsewhere.py"
        elsewhere.write_text(about_actions() + about_scenarios(), encoding="utf-8")
        options = ("-silent", "-no-sort", "-no-obsolete", "-locations", "none", *options)
        run(
            "lupdate",
            "-tr-function-alias",
            CALLS,
            *options,
            *sorted((ROOT / "ui").rglob("*.py")),
            elsewhere,
            "-ts",
            file,
        )


def about_actions() -> str:
    """The docstrings that the palette shows, as calls that lupdate reads."""
    sys.path.insert(0, str(ROOT))
    from ui.main_window import ACTION_MODULES

    actions = [action for name in ACTION_MODULES for action in importlib.import_module(name).ACTIONS]
    return "".join(
        f"#: Help on the command “{action.text}”\nlater({json.dumps(action.about, ensure_ascii=False)})\n"
        for action in actions
    )


def about_scenarios() -> str:
    """Titles and lessons of the Migration view, likewise."""
    from snapmgr.migrate.scenarios import SCENARIOS

    return "".join(
        f"#: A scenario of the Migration view\nlater({json.dumps(text, ensure_ascii=False)})\n"
        for scenario in SCENARIOS
        for text in (scenario.title, scenario.lesson)
    )


def texts(file: Path) -> Texts:
    """(text, second form or meaning, comment for translators, whether it follows a number), in order."""
    return [
        (
            one.findtext("source", ""),
            one.findtext("comment", ""),
            one.findtext("extracomment", ""),
            "numerus" in one.attrib,
        )
        for one in ET.parse(file).iter("message")
    ]


def run(tool: str, *arguments: str | Path) -> None:
    subprocess.run([Path(PySide6.__file__).with_name(tool), *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The language of the window: the first of the system's that there is a translation for, else English.

A translation is ``resources/translations/snapmgr_LANGUAGE.qm`` (``snapmgr_de.qm``, ``snapmgr_pt_BR.qm``), made from
the ``.ts`` beside it by ``packaging/translations.py``.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QGuiApplication

from ui.theme.resources import resource


def speak(app: QGuiApplication, wanted: QLocale | None = None, folder: Path | None = None) -> QLocale:
    """Put the language in force, before there are widgets.  Returns it; dates and numbers follow it too.

    ``wanted`` is the system's unless it is given.
    """
    locale = QLocale.c()
    for name in (wanted or QLocale.system()).uiLanguages():
        if QLocale(name).language() == QLocale.Language.English:
            break  # what the code is written in: it goes before whatever the system asks for next
        if _install(app, f"snapmgr_{name.replace('-', '_')}", folder or resource("translations")):
            _install(app, f"qtbase_{name.replace('-', '_')}", _folder_of_qt())
            locale = QLocale(name)
            app.setLayoutDirection(locale.textDirection())
            break
    QLocale.setDefault(locale)
    return locale


def _folder_of_qt() -> Path:
    return Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))


def _install(app: QGuiApplication, name: str, folder: Path) -> bool:
    """Use one file; what it lacks is looked for in those installed before.  False where there is nothing in it."""
    translator = QTranslator(app)
    return translator.load(name, str(folder)) and not translator.isEmpty() and app.installTranslator(translator)

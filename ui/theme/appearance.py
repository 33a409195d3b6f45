"""Puts a theme, a family and a size of type in force on the whole application, and follows the desktop."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from ui.theme import fonts, palette
from ui.theme.stylesheet import stylesheet
from ui.theme.tokens import DARK, LIGHT, Tokens, high_contrast

_OWN_FONTS = ("QMenu", "QMenuBar", "QTipLabel", "QMessageBox", "QAbstractItemView", "QHeaderView", "QComboMenuItem")
"""Classes to which a platform gives a font of its own, which ``setFont`` alone does not change."""

_SCHEMES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark, "system": Qt.ColorScheme.Unknown}


class Appearance(QObject):
    """One per application.  ``changed`` comes after a theme or a size was put in force."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice, self._size, self._system_font, self._contrast = "system", 13, False, False
        self._system_family = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
        app.setStyle(QStyleFactory.create("Fusion"))
        fonts.load()
        app.styleHints().colorSchemeChanged.connect(self._scheme_changed)

    def choose(self, theme: str, size: int, *, system_font: bool = False) -> None:
        """``theme`` is system, light or dark; ``size`` the body text in px."""
        self._choice, self._size, self._system_font = theme, size, system_font
        hints = self._app.styleHints()
        if hints.colorScheme() != _SCHEMES[theme] or theme == "system":
            hints.setColorScheme(_SCHEMES[theme])
        self.apply()

    def force_contrast(self, wanted: bool) -> None:
        """High contrast whatever the system says: for pictures and tests."""
        if wanted != self._contrast:
            self._contrast = wanted
            self.apply()

    def tokens(self) -> Tokens:
        """The theme that the choice and the desktop ask for."""
        scheme = _SCHEMES[self._choice]
        if scheme == Qt.ColorScheme.Unknown:
            scheme = self._app.styleHints().colorScheme()
        tokens = LIGHT if scheme == Qt.ColorScheme.Light else DARK
        return high_contrast(tokens) if self._contrast or self._system_contrast() else tokens

    def _system_contrast(self) -> bool:
        hints = self._app.styleHints()
        if not hasattr(hints, "accessibility"):  # newer than the lowest Qt that we run on
            return False
        return hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast

    def apply(self) -> None:
        tokens = self.tokens()
        font = QFont(self._system_family if self._system_font else fonts.UI_FAMILY)
        font.setPixelSize(self._size)
        self._app.setFont(font)
        for widget in _OWN_FONTS:
            self._app.setFont(font, widget)
        self._app.setPalette(palette.build(tokens))
        sheet = stylesheet(tokens, self._size, font.family())
        if sheet != self._app.styleSheet():  # Qt would polish every widget anew
            self._app.setStyleSheet(sheet)
        self.changed.emit()

    def _scheme_changed(self) -> None:
        if palette.tokens() != self.tokens():
            self.apply()


def restyle(widget: QWidget) -> None:
    """Make the style sheet look again at a widget whose dynamic property changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()

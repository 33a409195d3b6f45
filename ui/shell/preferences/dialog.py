"""Preferences: one page, searched by a field, applied at once."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.isolation import isolated
from ui.shell.context import WindowContext
from ui.shell.dialogs import ShellDialog
from ui.shell.preferences.editors import Show, editor
from ui.shell.settings import SETTINGS, Setting
from ui.widgets.controls import SearchField, button, line
from ui.widgets.labels import label
from ui.words import tr


class PreferencesDialog(ShellDialog):
    """Every declared setting under its topic.  ``show_setting`` points at one."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context, tr("Settings"), (640, 640))
        self._context = context
        self.field = SearchField(tr("Search settings"))
        self.field.textChanged.connect(self._narrow)
        self.field.escaped.connect(self.reject)
        self.layout().insertWidget(1, self.field)
        self._column = QVBoxLayout(self.body)
        self._column.setContentsMargins(0, 4, 12, 0)
        self._column.setSpacing(0)
        self._rows: dict[str, QWidget] = {}
        self._shows: dict[str, Show] = {}
        self._titles: dict[str, QWidget] = {}
        for setting in SETTINGS:
            if setting.page not in self._titles:
                self._titles[setting.page] = self._title(tr(setting.page))
            self._rows[setting.id] = self._row(setting)
            self._column.addWidget(self._rows[setting.id])
        self._privacy = label(tr("Snapmgr sends nothing anywhere."), "caption", wrap=True)
        self._privacy.setContentsMargins(0, 16, 0, 8)
        self._column.addWidget(self._privacy)
        self._none = label("", "body2")
        self._none.hide()
        self._column.addWidget(self._none)
        self._column.addStretch()
        context.settings.changed.connect(self._follow)
        self.buttons.insertWidget(0, button(tr("Put all back to default"), "ghost", run=self._reset))

    def _title(self, text: str) -> QWidget:
        title = label(text, "object")
        title.setContentsMargins(0, 16 if self._titles else 0, 0, 4)
        self._column.addWidget(title)
        return title

    def _row(self, setting: Setting) -> QWidget:
        made = QWidget()
        outer = QVBoxLayout(made)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        wide = isinstance(setting.default, tuple)
        row = QVBoxLayout() if wide else QHBoxLayout()
        row.setContentsMargins(0, 12, 0, 12)
        row.setSpacing(8 if wide else 24)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(tr(setting.label), "medium"))
        words.addWidget(label(tr(setting.about), "secondary", wrap=True))
        row.addLayout(words, 1)
        control, self._shows[setting.id] = editor(setting, self._context.settings)
        control.setObjectName(setting.id)
        alignment = Qt.AlignmentFlag(0) if wide else Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        row.addWidget(control, 0, alignment)
        outer.addLayout(row)
        outer.addWidget(line())
        return made

    def _narrow(self, text: str) -> None:
        """Show the settings whose words hold every word typed."""
        wanted = text.lower().split()
        shown = set()
        for setting in SETTINGS:
            words = " ".join(map(tr, (setting.page, setting.label, setting.about, setting.words))).lower()
            fits = all(word in words for word in wanted)
            self._rows[setting.id].setVisible(fits)
            shown |= {setting.page} if fits else set()
        for page, title in self._titles.items():
            title.setVisible(page in shown)
        self._privacy.setVisible(not wanted)
        self._none.setText(tr("No setting matches “{words}”.", words=isolated(text.strip())))
        self._none.setVisible(not shown)

    def show_setting(self, id: str) -> None:
        """Scroll to a setting and put the keyboard there."""
        row = self._rows[id]
        QTimer.singleShot(0, self, lambda: self.area.ensureWidgetVisible(row))
        for control in row.findChildren(QWidget):
            if control.focusPolicy() & Qt.FocusPolicy.TabFocus:
                control.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def _follow(self, id: str) -> None:
        """It was changed, here or elsewhere."""
        if id in self._shows:
            self._shows[id]()

    def _reset(self) -> None:
        for setting in SETTINGS:
            self._context.settings.reset(setting.id)
        self.accept()

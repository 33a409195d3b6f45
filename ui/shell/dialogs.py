"""Small dialogs of the shell: shortcuts, notices, about."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.shell.actions import Menu, plain, shown_keys
from ui.shell.context import WindowContext
from ui.shell.notices import Notice
from ui.shell.report import version
from ui.theme import icons
from ui.widgets.controls import button
from ui.widgets.labels import label
from ui.widgets.notice_box import NoticeBox
from ui.words import later, tr

_BOX = {"INFO": "info", "DONE": "ok", "WARNING": "warn", "ERROR": "danger"}


class ShellDialog(QDialog):
    """A title, a body that scrolls, a row of buttons.  Deleted when it is closed."""

    def __init__(self, context: WindowContext, title: str, size: tuple[int, int]) -> None:
        super().__init__(context.window)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window = context.window.size()
        self.resize(min(size[0], window.width() - 32), min(size[1], window.height() - 32))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(label(title, "dialog"))
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(title)
        self.body = QWidget()
        self.area.setWidget(self.body)
        column.addWidget(self.area, 1)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        self.buttons.addStretch()
        column.addLayout(self.buttons)
        close = button(tr("Close"), run=self.accept)
        close.setDefault(True)
        self.buttons.addWidget(close)


class ShortcutsDialog(ShellDialog):
    """Every action that has keys and works in the present view, by menu."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context, tr("Shortcuts"), (560, 620))
        grid = QGridLayout(self.body)
        grid.setContentsMargins(0, 0, 12, 0)
        grid.setColumnStretch(0, 1)
        grid.setVerticalSpacing(4)
        row = 0
        for menu in [*Menu, None]:
            mine = [
                action
                for action in context.actions
                if action.menu is menu and action.keys and action.view in (None, context.view)
            ]
            if not mine:
                continue
            title = label(plain(menu.title) if menu else tr("Everywhere"), "group")
            title.setContentsMargins(0, 12 if row else 0, 0, 4)
            grid.addWidget(title, row, 0)
            row += 1
            for action in mine:
                grid.addWidget(label(plain(action.title).rstrip("…")), row, 0)
                keys = QHBoxLayout()
                keys.addStretch()
                for text in action.keys:
                    keys.addWidget(label(shown_keys(text), "key"))
                grid.addLayout(keys, row, 1)
                row += 1
        grid.setRowStretch(row, 1)


class NoticesDialog(ShellDialog):
    """What the window told, the latest first."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context, tr("Notices"), (560, 520))
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(8)
        for notice in reversed(context.notices.history):
            column.addWidget(self._box(notice))
        column.addStretch()

    def _box(self, notice: Notice) -> NoticeBox:
        buttons: tuple[QWidget, ...] = ()
        failure = notice.failure
        if failure is not None:
            buttons = (
                button(tr("Copy"), "ghost", "copy", run=lambda: QGuiApplication.clipboard().setText(failure.report())),
            )
        quote = failure.qemu if failure is not None else ""
        return NoticeBox(_BOX[notice.tone.name], notice.text, notice.detail, quote=quote, buttons=buttons)


class AboutDialog(ShellDialog):
    """Version, what it is, and under which licences its parts come."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context, tr("About Snapmgr"), (520, 420))
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(12)
        row = QHBoxLayout()
        row.setSpacing(16)
        mark = label()
        mark.setPixmap(icons.app_icon().pixmap(48, 48))
        mark.setAccessibleName(tr("The mark of Snapmgr"))
        row.addWidget(mark)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(f"Snapmgr {version()}", "object"))
        words.addWidget(label(tr("Save, look into and move virtual machines."), "body2"))
        row.addLayout(words, 1)
        column.addLayout(row)
        for title, text in _LICENCES:
            part = QVBoxLayout()
            part.setSpacing(0)
            part.addWidget(label(tr(title), "strong"))
            part.addWidget(label(tr(text), "secondary", wrap=True, selectable=True))
            column.addLayout(part)
        column.addStretch()


_LICENCES = (
    ("Snapmgr", later("MIT licence. Snapmgr sends nothing anywhere.")),
    ("Qt for Python", later("LGPL version 3.")),
    (
        "Inter, JetBrains Mono",
        later("SIL Open Font License 1.1; the texts are in the fonts folder of the resources."),
    ),
    (later("Phosphor icons, by way of QtAwesome"), later("MIT licence.")),
)

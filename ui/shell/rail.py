"""The bar at the side: one button per view, settings at the bottom."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from ui.shell.actions import ActionSet, plain
from ui.theme import fonts
from ui.theme.appearance import restyle
from ui.theme.tokens import RAIL, RAIL_NARROW
from ui.words import tr

VIEWS = ("view.snapshots", "view.inspector", "view.migration")


class Rail(QToolBar):
    """Shares the actions of the menu; below 1200 px of window it shows icons only."""

    def __init__(self, actions: ActionSet) -> None:
        super().__init__(tr("Views"))
        self.setObjectName("rail")
        self.setAccessibleName(self.windowTitle())
        self.setMovable(False)
        self.setFloatable(False)
        self.setOrientation(Qt.Orientation.Vertical)
        self.toggleViewAction().setEnabled(False)
        self.toggleViewAction().setVisible(False)
        self._narrow = False
        self._buttons = [self._button(actions[id]) for id in VIEWS]
        self.addWidget(_air())
        for made in self._buttons:
            self.addWidget(made)
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.addWidget(gap)
        settings = self._button(actions["app.settings"])
        self._buttons.append(settings)
        self.addWidget(settings)
        self.addWidget(_air())
        for more in self.findChildren(QToolButton, "qt_toolbar_ext_button"):
            more.setAccessibleName(tr("More views"))
        self.set_narrow(False)

    def _button(self, action: QAction) -> QToolButton:
        made = QToolButton()
        made.setDefaultAction(action)
        made.setText(plain(action.text()))
        made.setIconSize(QSize(20, 20))
        made.setAccessibleName(plain(action.text()))
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        action.changed.connect(lambda: made.setText(plain(action.text())))
        return made

    def buttons(self) -> list[QToolButton]:
        return list(self._buttons)

    def set_narrow(self, narrow: bool) -> None:
        """Icons only, or icons with their words under them."""
        self._narrow = narrow
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        self.setProperty("narrow", narrow)
        for made in self._buttons:
            made.setToolButtonStyle(style)
        restyle(self)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_buttons"):
            self._fit()

    def _fit(self) -> None:
        width = fonts.px(RAIL_NARROW if self._narrow else RAIL)
        widest = max((fonts.text_width(fonts.ui(12, 600), made.text()) for made in self._buttons), default=0)
        width = width if self._narrow else max(width, widest + 12)
        self.setFixedWidth(width)
        for made in self._buttons:
            made.setFixedSize(width - 8, fonts.px(40 if self._narrow else 58))


def _air() -> QWidget:
    """What stands between the bar's ends and its buttons; a tool bar's own margins belong to the style."""
    made = QWidget()
    made.setFixedHeight(4)
    return made

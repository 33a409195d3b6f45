"""What moves, how far it is and what can be done now; and the one sentence that concerns it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from snapmgr.savevm.status import MigrationStatus as Status
from ui.shell.actions import plain
from ui.theme import fonts
from ui.widgets.controls import action_button, button, fit_buttons
from ui.widgets.labels import Chip, ElidedLabel, label
from ui.widgets.notice_box import Glyph
from ui.words import tr

TITLE = 250
"""Px of the header that are left to what moves and how far it is."""
MOVING = ("migration.postcopy", "migration.pause", "migration.cancel")
STILL = ("migration.scenarios", "migration.inspect", "migration.save")
"""Buttons of the header, while a migration runs and while none does."""


class Header(QWidget):
    """What moves, how far it is, and what can be done now.  ``pressed`` comes when one of these buttons was: it may be
    gone, or off, a moment later."""

    pressed = Signal()

    def __init__(self, actions: Callable[[str], QAction]) -> None:
        super().__init__()
        self._shown: tuple[bool, Status, int] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(ElidedLabel(tr("Demo migration"), "object", Qt.TextElideMode.ElideRight))
        self.chip = Chip()
        row.addWidget(self.chip)
        self.about = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight, steady=True)
        row.addWidget(self.about, 1)
        self.settings = action_button(actions("migration.settings"), icon_only=True)
        row.addWidget(self.settings)
        self._moving = [self._button(actions(id)) for id in MOVING]
        self._still = [self._button(actions(id)) for id in STILL]
        for made in (*self._moving, *self._still):
            row.addWidget(made)
        self.recover = button(tr("Recover"), "primary", "arrow-counter-clockwise",
                              run=actions("migration.recover").trigger)  # fmt: skip
        self.start = button(tr("Start"), "primary", "play-fill", run=actions("migration.start").trigger)
        self.go_over = button(tr("Continue"), "primary", "play-fill", run=actions("migration.continue").trigger)
        self.go_over.setToolTip(actions("migration.continue").toolTip())
        self.go_over.hide()
        row.addWidget(self.recover)
        row.addWidget(self.go_over)
        row.addWidget(self.start)
        for made in (*self._moving, self.recover, self.go_over, self.start):
            made.clicked.connect(self.pressed)

    def _button(self, action: QAction) -> QToolButton:
        action.setIconText(plain(action.text()))  # Qt leaves the … out of what buttons show
        return action_button(action)

    def set_moving(self, moving: bool, status: Status = Status.NONE) -> None:
        """What can be done while it runs, or while nothing does; what is to be done first stands out."""
        self.recover.setVisible(moving and status is Status.POSTCOPY_PAUSED)
        self.go_over.setVisible(moving and status is Status.PRE_SWITCHOVER)
        for made in self._moving:
            made.setVisible(moving)
        for made in self._still:
            made.setVisible(not moving)
        self.start.setVisible(not moving)
        shown = (moving, status, self.chip.sizeHint().width())
        if shown != self._shown:
            self._shown = shown
            self.fit(self.width())

    @property
    def buttons(self) -> list[QToolButton]:
        return [made for made in (*self._moving, *self._still) if not made.isHidden()]

    def fit(self, width: int) -> None:
        """Words that have no room go from the buttons, before the chip loses any."""
        others = [
            made for made in (self.start, self.recover, self.go_over, self.settings, self.chip) if not made.isHidden()
        ]
        taken = sum(made.sizeHint().width() + 8 for made in others)
        fit_buttons(self.buttons, width - taken - fonts.px(TITLE))


class Notice(QFrame):
    """One sentence that concerns this migration, where there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("frame", "box-warn")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self._glyph = Glyph("warning", "warn")
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        self._text = label("", "body", wrap=True, selectable=True)
        self._text.setMinimumHeight(1)  # else it asks for the height that it has where it is narrowest
        row.addWidget(self._text, 1)
        self.hide()

    def tell(self, text: str, tone: str = "warn") -> None:
        """``tone`` as of a NoticeBox; an empty text says nothing."""
        if (tone, text) == (self.property("frame"), self._text.text()) and self.isVisible() == bool(text):
            return
        if self.property("frame") != f"box-{tone}":
            self.setProperty("frame", f"box-{tone}")
            self.style().unpolish(self)
            self.style().polish(self)
            icon, tint = {"ok": ("check-circle", "ok"), "warn": ("warning", "warn"), "info": ("info", "accent"),
                          "danger": ("x-circle", "danger")}[tone]  # fmt: skip
            self._glyph.set_look(icon, tint)
        self._text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        return self._text.text()

"""Texts: labels by their role, labels that leave their middle out, and chips that name a state."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import RADIUS_CHIP

LEAST = 24
"""Px of width of a line that is cut short."""


def label(text: str = "", role: str = "body", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A label of a role of the style sheet: title roles, ``strong``, ``body2``, ``secondary``, ``caption``, ``mono``.

    Text is always plain: names from files are never markup.
    """
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    if role == "mono":
        made.setFont(fonts.mono())  # the style sheet keeps its features: letters that join would hide what stands there
    made.setWordWrap(wrap)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


class ElidedLabel(QLabel):
    """One line that leaves out its middle (names, paths) or its end (sentences) and says all in its tooltip.

    A ``steady`` one asks for no width of its own and takes what it is given, so that no new text of it moves anything;
    one that ``keeps`` asks for what the longest of its texts needed since it was empty.
    It paints its text itself: QLabel has the whole window laid out anew for each text, and some change with every
    frame."""

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        *,
        steady: bool = False,
        keeps: bool = False,
    ) -> None:
        super().__init__("\N{NO-BREAK SPACE}")  # as high as any line
        self._mode, self._steady, self._keeps = mode, steady, keeps
        self._full = self._shown = self._hint = ""
        self._wide = 0
        """Px that it asks for, unless it is steady."""
        self.setProperty("role", role)
        self.setMinimumWidth(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        if text == self._full:
            return
        self._full = text
        self.setAccessibleName(text)
        self._measure()

    def set_hint(self, hint: str) -> None:
        """What the tooltip says beside the whole text, e.g. the full path."""
        self._hint = hint
        self._fit()

    def text(self) -> str:
        """What is seen of it."""
        return self._shown

    def full_text(self) -> str:
        return self._full

    def is_elided(self) -> bool:
        return self._shown != self._full

    def sizeHint(self) -> QSize:
        height = super().sizeHint().height()
        return QSize(LEAST if self._steady else self._wide, height)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._measure()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Aligned with its neighbours, whichever way its own text is written."""
        painter = QPainter(self)
        left = self.layoutDirection() == Qt.LayoutDirection.LeftToRight
        side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        painter.setPen(self.palette().color(self.foregroundRole()))
        wanted = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.contentsRect(), wanted, self._shown)

    def _measure(self) -> None:
        kept = self._wide if self._keeps and self._full else 0
        wide = max(kept, self.fontMetrics().horizontalAdvance(self._full) + 2)
        if wide != self._wide:
            self._wide = wide
            if not self._steady:
                self.updateGeometry()
        self._fit()

    def _short(self) -> str:
        """As much of it as there is room for."""
        return self.fontMetrics().elidedText(self._full, self._mode, max(self.width(), LEAST))

    def _fit(self) -> None:
        shown = self._short()
        if shown != self._shown:
            self._shown = shown
            self.update()
        complete = self._full if shown != self._full else ""
        tip = "\n".join(part for part in (complete, self._hint) if part)
        if tip != self.toolTip():
            self.setToolTip(tip)


class Chip(QWidget):
    """A state in a word, on its own tint, with a glyph.  ``tone`` is ok, warn, danger, info or neutral."""

    _TEXT = {"ok": "ok", "warn": "warn", "danger": "danger", "info": "accent", "neutral": "text2"}

    def __init__(self, text: str = "", tone: str = "neutral", icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._short = False
        self._text = self._tone = self._icon = ""
        self.set_state(text, tone, icon)

    def set_state(self, text: str, tone: str = "neutral", icon: str = "") -> None:
        state = (text, tone, icon)
        if state == (self._text, self._tone, self._icon) and self.isHidden() != bool(text):
            return
        self._text, self._tone, self._icon = state
        self.setAccessibleName(text)
        if not text or self.parentWidget() is not None:  # shown without a parent it would be a window of its own
            self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def set_short(self, short: bool) -> None:
        """The glyph alone, where there is no room for the word; whoever asks for that has it in the tooltip."""
        if short != self._short:
            self._short = short
            self.updateGeometry()
            self.update()

    def is_short(self) -> bool:
        return self._short

    @staticmethod
    def width_of(text: str, icon: str, *, short: bool = False) -> int:
        """How wide one of these is."""
        return 32 if short and icon else fonts.text_width(fonts.ui(12, 500), text) + 20 + (18 if icon else 0)

    def sizeHint(self) -> QSize:
        return QSize(self.width_of(self._text, self._icon, short=self._short), fonts.px(22))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(f"{self._tone}Bg"))
        painter.drawRoundedRect(self.rect(), RADIUS_CHIP, RADIUS_CHIP)
        area = QRectF(self.rect()).adjusted(10, 0, -10, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        tint = self._TEXT[self._tone]
        if self._icon:
            glyph = QRectF(area.left() - 1, area.center().y() - 7, 14, 14)
            if flags & Qt.AlignmentFlag.AlignRight:
                glyph.moveRight(area.right() + 1)
                area.setRight(area.right() - 18)
            else:
                area.setLeft(area.left() + 18)
            icons.paint(painter, glyph, self._icon, tint)
            if self._short:
                return
        painter.setFont(fonts.ui(12, 500))
        painter.setPen(color(tint))
        painter.drawText(area, flags, self._text)

"""News at the bottom of the window: gone after 6 s; a failure stays until it is dismissed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QVBoxLayout, QWidget

from ui.shell.failures import Failure
from ui.shell.notices import Notice, Tone
from ui.theme.palette import color
from ui.widgets.controls import button, icon_button
from ui.widgets.labels import label
from ui.widgets.notice_box import Glyph
from ui.words import tr

SHOWN_MS = 6000
WIDEST = 640


class Toast(QFrame):
    """Shows one notice at a time over the bottom of its window."""

    details_asked = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("toast")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._bottom = 40
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self._content: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 10, 8, 10)
        self.hide()
        window.installEventFilter(self)

    def show_notice(self, notice: Notice) -> None:
        """Replace what is shown.  News goes by itself, a failure waits."""
        if self._content is not None:
            self._column.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = self._build(notice)
        self._column.addWidget(self._content)
        self._content.show()  # where the toast is seen already, Qt would show it later, and measure none of it now
        self.setAccessibleName(notice.text)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 6)
        shadow.setColor(color("scrim"))
        self.setGraphicsEffect(shadow)
        self.show()
        self.raise_()
        self.place()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self._timer.stop()
        if notice.tone is not Tone.ERROR:
            self._timer.start()

    def _build(self, notice: Notice) -> QWidget:
        icon, tint, _ground = notice.tone.value
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Glyph(icon, tint, 18), 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.setSpacing(2)
        row.addLayout(text, 1)
        title = label(notice.text, "strong" if notice.detail else "body", wrap=True)
        text.addWidget(title)
        text.setContentsMargins(0, 1, 0, 1)
        if notice.detail:
            text.addWidget(label(notice.detail, "secondary", wrap=True, selectable=True))
        if notice.failure is not None and notice.failure.qemu:
            text.addWidget(label(notice.failure.qemu, "mono", wrap=True, selectable=True))
        for made in self._buttons(notice):
            row.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(icon_button("x", tr("Dismiss"), self.hide), 0, Qt.AlignmentFlag.AlignTop)
        return content

    def _buttons(self, notice: Notice) -> list[QWidget]:
        if notice.action and notice.run is not None:
            run = notice.run
            return [button(notice.action, "link", run=lambda: (self.hide(), run()))]
        if notice.failure is not None:
            failure = notice.failure
            return [button(tr("Copy"), "ghost", "copy", run=lambda: self._copy(failure))]
        return []

    def _copy(self, failure: Failure) -> None:
        QGuiApplication.clipboard().setText(failure.report())

    def place(self) -> None:
        """At the bottom, in the middle, above the status bar."""
        window = self.parentWidget()
        width = min(WIDEST, window.width() - 64)
        self.ensurePolished()
        self.layout().activate()
        height = self.layout().totalHeightForWidth(width)
        self.setGeometry((window.width() - width) // 2, window.height() - height - self._bottom, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)

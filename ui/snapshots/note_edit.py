"""A note on a snapshot: written where it is read, saved by itself."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from snapmgr.sidecar.records import LONGEST_NOTE
from snapmgr.snapshots.model import SnapshotRow
from ui.widgets.labels import label
from ui.words import grouped, tr

PAUSE_MS = 400
"""A note is saved when nobody typed for this long, or the keyboard goes elsewhere."""
LEAST_LINES, MOST_LINES = 2, 10


def too_long(text: str) -> str:
    """Says that a note is, or nothing."""
    if len(text) <= LONGEST_NOTE:
        return ""
    return tr("A note has {count} characters at most.", count=grouped(LONGEST_NOTE))


class NoteField(QPlainTextEdit):
    """As high as its text; Tab goes on to the next control."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setProperty("field", "true")
        self.setAccessibleName(tr("Note"))
        self.setPlaceholderText(tr("Add a note…"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self.fit())
        self.fit()

    def fit(self) -> None:
        lines = min(MOST_LINES, max(LEAST_LINES, round(self.document().size().height())))
        margins = 2 * round(self.document().documentMargin()) + 2 * self.frameWidth() + 12
        height = lines * self.fontMetrics().lineSpacing() + margins
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Not files: where those are dropped the window opens them."""
        return not source.hasUrls() and super().canInsertFromMimeData(source)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own menu
            self.left.emit()


class NoteEdit(QWidget):
    """``written`` carries a row and what its note is from now on."""

    written = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: SnapshotRow | None = None
        self._keys: frozenset[str] = frozenset()
        self._saved = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        title = label(tr("Note"), "group")
        column.addWidget(title)
        self.field = NoteField()
        title.setBuddy(self.field)
        column.addWidget(self.field)
        self.limit = label("", "secondary", wrap=True)
        self.limit.hide()
        column.addWidget(self.limit)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.save)
        self.field.textChanged.connect(self._changed)
        self.field.left.connect(self.save)

    def text(self) -> str:
        return self.field.toPlainText()

    def show_note(self, row: SnapshotRow | None, text: str) -> None:
        """Show a snapshot's note.  What was typed for another is saved first; what is being typed for this one stays,
        and can be undone."""
        keys = frozenset(entry.key for entry in row.entries.values()) if row is not None else frozenset()
        same = bool(keys) and keys == self._keys
        if not same:
            self.save()
        elif self.text() != self._saved or text == self.text():
            self._row = row  # the list was read again
            return
        self._row, self._keys, self._saved = row, keys, text
        self.field.setReadOnly(row is None)
        if self.text() != text:
            self.field.blockSignals(True)
            self.field.setPlainText(text)
            self.field.blockSignals(False)
            self.field.fit()
        else:
            self.field.document().clearUndoRedoStacks()
        self.limit.hide()

    def save(self) -> None:
        """Save what was typed, if anything was."""
        self._pause.stop()
        text = self.text()
        if self._row is not None and text != self._saved:
            self._saved = text
            self.written.emit(self._row, text)

    def _changed(self) -> None:
        self._keep_bound()
        self._pause.start()

    def _keep_bound(self) -> None:
        """Whatever goes beyond the most that a note holds is taken off its end."""
        text = self.text()
        reason = too_long(text)
        if reason:
            kept = len(text[:LONGEST_NOTE].encode("utf-16-le", "surrogatepass")) // 2  # Qt counts as UTF-16 does
            cursor = QTextCursor(self.field.document())
            cursor.setPosition(kept)
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            self.field.blockSignals(True)
            cursor.joinPreviousEditBlock()
            cursor.removeSelectedText()
            cursor.endEditBlock()
            self.field.blockSignals(False)
            self.limit.setText(reason)
        self.limit.setVisible(bool(reason))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.save()

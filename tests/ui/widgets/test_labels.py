"""A line that is cut short: what is seen of it, and what its texts move."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from ui.widgets.labels import LEAST, Chip, ElidedLabel


class Layings(QObject):
    """Counts how often a widget is to be laid out anew."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


def in_a_row(part: QWidget, width: int = 120) -> tuple[QWidget, Layings]:
    window = QWidget()
    QHBoxLayout(window).addWidget(part)
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(width, 40)
    window.show()
    QApplication.sendPostedEvents()
    return window, Layings(window)


def test_what_has_no_room_is_in_the_tooltip(qapp: QApplication) -> None:
    made = ElidedLabel("", mode=Qt.TextElideMode.ElideRight)
    window, _ = in_a_row(made)
    assert made.text() == "" and not made.is_elided()
    made.setText("a sentence that is a good deal longer than the window is wide")
    assert made.is_elided() and made.text().startswith("a sent") and made.text().endswith("…")
    assert made.toolTip() == made.full_text() == made.accessibleName()
    made.setText("short")
    assert made.text() == "short" and made.toolTip() == ""
    window.close()


def test_a_new_text_moves_its_neighbours_unless_it_is_steady(qapp: QApplication) -> None:
    for steady in (False, True):
        made = ElidedLabel("one", steady=steady)
        window, layings = in_a_row(made)
        made.setText("another")
        QApplication.sendPostedEvents()
        assert made.text() == "another"
        assert (layings.count > 0) != steady
        assert (made.sizeHint().width() == LEAST) == steady
        window.close()


def test_a_chip_that_says_the_same_moves_nothing(qapp: QApplication) -> None:
    made = Chip("active", "ok")
    window, layings = in_a_row(made)
    made.set_state("active", "ok")
    QApplication.sendPostedEvents()
    assert layings.count == 0
    made.set_state("postcopy-active", "info")
    QApplication.sendPostedEvents()
    assert layings.count > 0
    made.hide()
    made.set_state("postcopy-active", "info")
    assert not made.isHidden()
    window.close()


def test_one_that_keeps_its_room_moves_others_only_for_longer_texts(qapp: QApplication) -> None:
    made = ElidedLabel("9 %", keeps=True)
    window, layings = in_a_row(made)
    made.setText("100 %")
    QApplication.sendPostedEvents()
    assert layings.count > 0
    wide, before = made.sizeHint().width(), layings.count
    made.setText("7 %")
    QApplication.sendPostedEvents()
    assert layings.count == before and made.sizeHint().width() == wide
    made.setText("")
    made.setText("7 %")
    assert made.sizeHint().width() < wide
    window.close()

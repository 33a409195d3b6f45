"""One of the two machines: whether it has the guest, its screen, what can be counted, and its pages."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QBoxLayout, QFormLayout, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from snapmgr.migrate.pages import Layout, PageState, States
from ui.migration.page_legend import PageLegend
from ui.migration.page_map import PageMap
from ui.theme import fonts
from ui.widgets.controls import action_button
from ui.widgets.guest_screen import GuestScreen
from ui.widgets.labels import Chip, ElidedLabel, label
from ui.words import tr

SCREEN = (172, 129)
SMALL_SCREEN = (112, 84)


class Number(ElidedLabel):
    """One whose figures are all as wide."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setFont(fonts.ui(13, 600, tabular=True))


class MachineCard(QFrame):
    """``facts`` are the names of what is counted, in their order; those of which nothing is known do not show.
    ``idle`` is what is said of the machine before anything moves, where there is no room for more."""

    def __init__(
        self, title: str, facts: Sequence[tuple[str, str]], states: Sequence[PageState], failover: QAction, idle: str
    ) -> None:
        super().__init__()
        self.setProperty("frame", "card")
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(title, "strong"))
        self.chip = Chip()
        head.addWidget(self.chip)
        head.addStretch(1)
        column.addLayout(head)
        self.idle = label(idle, "secondary", wrap=True)
        self.idle.hide()
        column.addWidget(self.idle)
        middle = self._middle = QHBoxLayout()
        middle.setSpacing(12)
        self.screen = GuestScreen()
        self.screen.setAccessibleName(tr("Screen of the guest on the {side}", side=title.lower()))
        middle.addWidget(self.screen, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        beside = self._beside = QVBoxLayout()
        beside.addLayout(self._make_facts(facts))
        failover.setIconText(tr("Failover"))  # which machine goes on says the card
        self.failover = action_button(failover)
        self.failover.hide()
        self._pad = QWidget()
        self._pad.hide()
        beside.addWidget(self._pad)
        beside.addWidget(self.failover, 0, Qt.AlignmentFlag.AlignLeft)
        beside.addStretch(1)
        middle.addLayout(beside, 1)
        column.addLayout(middle)
        self.map = PageMap(tr("Pages of the {side}", side=title.lower()))
        column.addWidget(self.map, 1)
        self.legend = PageLegend(states)
        column.addWidget(self.legend)
        self.adapt(small=False)

    def _make_facts(self, facts: Sequence[tuple[str, str]]) -> QFormLayout:
        form = self._form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(4)
        self._values: list[ElidedLabel] = []
        for text, hint in facts:
            value = Number("", "strong", Qt.TextElideMode.ElideRight, steady=True)
            value.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._values.append(value)
            title = label(tr(text), "secondary")
            title.setToolTip(tr(hint))
            value.set_hint(tr(hint))
            form.addRow(title, value)
            form.setRowVisible(form.rowCount() - 1, False)
        return form

    def adapt(self, *, small: bool, slim: bool = False) -> None:
        """Less room: a smaller screen, above what is counted where that has no room beside it."""
        self.screen.setFixedSize(*(SMALL_SCREEN if small else SCREEN))
        direction = QBoxLayout.Direction.TopToBottom if slim else QBoxLayout.Direction.LeftToRight
        self._middle.setDirection(direction)

    def show_idle(self, low: bool) -> None:
        """Nothing moves: where there is little room, no empty screen and no empty map."""
        self.idle.setVisible(low and not any(self.facts()))  # what was recorded says where the guest is
        for part in (self.screen, self.map, self.legend):
            part.setVisible(not low)

    def show_facts(self, values: Sequence[str]) -> None:
        others = [row for row, value in enumerate(values) if self._form.isRowVisible(row) != bool(value)]
        for place, value in zip(self._values, values, strict=True):
            place.setText(value)
        if others:
            self.layout().setEnabled(False)  # else all is laid out for each of them, the map too
            for row in others:
                self._form.setRowVisible(row, bool(values[row]))
            self.layout().setEnabled(True)
            self.layout().invalidate()

    @property
    def rows(self) -> int:
        """Facts that show."""
        return sum(self._form.isRowVisible(row) for row in range(self._form.rowCount()))

    def keep_rows(self, count: int) -> None:
        """Have room for so many facts."""
        height = self._values[0].sizeHint().height() + self._form.verticalSpacing()
        room = max(0, count - self.rows) * height - self._beside.spacing()
        self._pad.setVisible(room > 0)
        self._pad.setFixedHeight(max(0, room))

    def facts(self) -> list[str]:
        return [value.full_text() for value in self._values]

    def show_states(self, layout: Layout, states: States, *, live: bool = False) -> None:
        """As PageMap."""
        self.map.show_states(layout, states, live=live)
        self.legend.show_scale(self.map.scale_text())

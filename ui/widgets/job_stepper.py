"""The statuses that a job goes through, as dots on a line: those it had, where it is, and those that come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.words import tr

USUAL = ("created", "running", "waiting", "pending", "concluded")
FAILED = ("created", "running", "aborting", "concluded")
_PLACES = {"paused": "running", "ready": "running", "standby": "running"}
"""Statuses that a job comes back from: they stand where it goes on."""

DOT, LINE = 12, 2
LEAST, MOST = 300, 380


@dataclass(frozen=True, slots=True)
class Step:
    """``mark`` is done, now, failed or later."""

    name: str
    mark: str


def steps_of(had: Sequence[str]) -> list[Step]:
    """What is drawn for a job that had these statuses, the present one last."""
    names = list(FAILED if "aborting" in had else USUAL)
    if not had:
        return [Step(name, "later") for name in names]
    present = had[-1]
    place = names.index(_PLACES.get(present, present)) if _PLACES.get(present, present) in names else len(names) - 1
    names[place] = present if present in _PLACES else names[place]
    steps = []
    for at, name in enumerate(names):
        if name == "aborting" and at <= place:
            mark = "failed"
        elif at < place or (at == place and name == "concluded"):
            mark = "done"
        else:
            mark = "now" if at == place else "later"
        steps.append(Step(name, mark))
    return steps


class JobStepper(QWidget):
    """QEMU's names of the statuses, which are not translated."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps: list[Step] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(fonts.px(LEAST))
        self.setMaximumWidth(fonts.px(MOST))
        self.show_steps(())

    def show_steps(self, had: Sequence[str]) -> None:
        steps = steps_of(had)
        if steps != self.steps:
            self.steps = steps
            present = had[-1] if had else ""
            self.setAccessibleName(tr("Status: {status}", status=present) if present else tr("Status"))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(LEAST), fonts.px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        column = self.width() / len(self.steps)
        middle = fonts.px(9)
        places = [QPointF(column * (at + 0.5), middle) for at in range(len(self.steps))]
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            places.reverse()
        for at in range(1, len(places)):
            self._line(painter, places[at - 1], places[at], self.steps[at].mark != "later")
        for step, place in zip(self.steps, places, strict=True):
            self._dot(painter, step, place)
            self._name(painter, step, QRectF(place.x() - column / 2, fonts.px(18), column, fonts.px(16)))

    def _line(self, painter: QPainter, start: QPointF, end: QPointF, reached: bool) -> None:
        gap = QPointF(fonts.px(DOT) / 2 * (1 if end.x() > start.x() else -1), 0)
        painter.setPen(QPen(color("accent" if reached else "line"), LINE))
        painter.drawLine(start + gap, end - gap)

    def _dot(self, painter: QPainter, step: Step, place: QPointF) -> None:
        radius = fonts.px(DOT) / 2
        filled = {"done": "accent", "failed": "danger"}.get(step.mark)
        tint = {"later": "lineStrong", "now": "accent"}.get(step.mark, filled or "accent")
        painter.setPen(QPen(color(tint), LINE if step.mark == "now" else 1.5))
        painter.setBrush(color(filled) if filled else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place, radius, radius)
        if filled:
            size = radius * 1.5
            box = QRectF(place.x() - size / 2, place.y() - size / 2, size, size)
            icons.paint(painter, box, "check-bold" if step.mark == "done" else "x-bold", "panel")
        elif step.mark == "now":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent"))
            painter.drawEllipse(place, radius / 2.5, radius / 2.5)

    def _name(self, painter: QPainter, step: Step, box: QRectF) -> None:
        present = step.mark == "now" or (step.name == "concluded" and step.mark == "done")
        painter.setFont(fonts.ui(11, 600 if present else 400))
        tint = "danger" if step.mark == "failed" else "text" if present else "text2"
        painter.setPen(color(tint))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, step.name)

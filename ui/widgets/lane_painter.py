"""The lines and nodes of a timeline: solid where one came from the other, dotted where only the dates say an order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from ui.models.lanes import FOLDED, RowLanes
from ui.theme.palette import color

LANE_STEP = 18
"""Px between two lanes, where there are few."""
_MOST_WIDTH = 60
"""Px for all lanes beyond the first: many move closer together."""
_BEND = 8.0
"""Radius of the corner where a branch goes off."""


def lane_step(lanes: int) -> float:
    """Px between the middles of neighbours where there are ``lanes`` of them."""
    return LANE_STEP if lanes <= 2 else min(float(LANE_STEP), _MOST_WIDTH / (lanes - 1))


def extra_width(lanes: int) -> int:
    """Px that lanes need beyond the first."""
    return round(lane_step(lanes) * (lanes - 1)) if lanes > 1 else 0


def lane_pen(tint: str = "lineStrong", *, solid: bool = False) -> QPen:
    """The line of an order that is known by date only; ``solid`` where one came from the other."""
    pen = QPen(color(tint), 1.5)
    if not solid:
        pen.setDashPattern([2.0, 2.0])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


@dataclass(frozen=True, slots=True)
class Node:
    """How a row's own mark looks: ``square`` is disk only, ``current`` is filled, ``now`` is the machine itself."""

    square: bool = False
    current: bool = False
    now: bool = False


def paint_node(
    painter: QPainter, centre: QPointF, ground: str, node: Node | None = None, *, tint: str = "text3"
) -> None:
    """The mark of one snapshot on its lane; ``ground`` covers the lane behind it."""
    node = node or Node()
    if node.now:
        tint = "ok"
    elif node.current:
        tint = ground = "accent"
    painter.setPen(QPen(color(tint), 1.75))
    painter.setBrush(color(ground))
    if node.square:
        painter.drawRoundedRect(QRectF(centre.x() - 4.5, centre.y() - 4.5, 9, 9), 1, 1)
    else:
        painter.drawEllipse(centre, 6.5 if node.now else 5, 6.5 if node.now else 5)
    if node.now:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("ok"))
        painter.drawEllipse(centre, 3, 3)


def paint_lanes(
    painter: QPainter,
    top: float,
    bottom: float,
    x_of: Callable[[int], float],
    lanes: RowLanes,
    *,
    above_current: bool = False,
    at_current: bool = False,
    from_now: bool = False,
) -> None:
    """The lines of one row between ``top`` and ``bottom``; its node is painted over them.

    ``from_now``, ``above_current`` and ``at_current`` say how far the first lane is the line from now.
    """
    middle = (top + bottom) / 2

    def pen(lane: int, solid: bool, *, live: bool) -> QPen:
        return lane_pen("ok" if live and lane == 0 else "lineStrong", solid=solid)

    painter.setBrush(Qt.BrushStyle.NoBrush)
    for lane, solid in lanes.passing:
        painter.setPen(pen(lane, solid, live=above_current))
        painter.drawLine(QPointF(x_of(lane), top), QPointF(x_of(lane), bottom))
    for lane, solid in lanes.arriving:
        painter.setPen(pen(lane, solid, live=at_current))
        painter.drawPath(_arrival(x_of(lane), x_of(lanes.node), top, middle))
    if lanes.leaving is not None:
        painter.setPen(pen(lanes.node, lanes.leaving, live=from_now))
        painter.drawLine(QPointF(x_of(lanes.node), middle), QPointF(x_of(lanes.node), bottom))
    if lanes.branches:
        begins = lanes.node == FOLDED and lanes.branches == 2
        _paint_bundle(painter, x_of(FOLDED), middle if begins else top, bottom)


def _arrival(x: float, node: float, top: float, middle: float) -> QPainterPath:
    path = QPainterPath(QPointF(x, top))
    if x == node:
        path.lineTo(x, middle)
        return path
    side = _BEND if node < x else -_BEND
    path.lineTo(x, middle - _BEND)
    path.quadTo(QPointF(x, middle), QPointF(x - side, middle))
    path.lineTo(node, middle)
    return path


def _paint_bundle(painter: QPainter, x: float, top: float, bottom: float) -> None:
    """Several branches in one lane: a second line beside the first."""
    painter.setPen(lane_pen(solid=True))
    painter.drawLine(QPointF(x + 3, top), QPointF(x + 3, bottom))

"""The columns of the timeline: which there are, and what each needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from snapmgr.snapshots.model import SnapshotRow
from ui.models.snapshot_table import HEADERS, Column
from ui.models.snapshot_texts import DISK_ONLY
from ui.shell import formats
from ui.theme import fonts
from ui.widgets.timeline_row import PADDING, SIGN
from ui.words import tr

SHOWN = (Column.NAME, Column.WHEN, Column.CLOCK, Column.STATE, Column.DISKS)
FOLDED = (Column.CLOCK, Column.STATE)
"""Columns that a narrow window leaves to the details."""
_A_DAY = 86400
_A_WEDNESDAY = 1669766400
"""30 November 2022 as seconds since 1970: a date that is as wide as dates are."""


def widths_of(rows: Sequence[SnapshotRow], now: int) -> dict[Column, int]:
    """What each column needs; the name takes the rest.  ``now`` is the clock of a machine that runs.

    Clocks and disks get what the longest of ``rows`` needs, since every pixel more is one less for a name.  Ages change
    while one looks, and sizes with the setting: they get the widest that is usual.
    """
    body, small, title = fonts.ui(tabular=True), fonts.ui(12, tabular=True), fonts.ui(12, 500)
    date = formats.short_time(_A_WEDNESDAY, _A_WEDNESDAY + 9 * _A_DAY, UTC)
    yesterday = formats.short_time(_A_WEDNESDAY, _A_WEDNESDAY + _A_DAY, UTC)
    widest = {
        Column.WHEN: [(body, formats.relative_time(0, 8 * 3600 + 50 * 60)), (small, date), (small, yesterday)],
        Column.CLOCK: [(body, formats.vm_clock(max([now, *(row.vm_clock_nsec for row in rows)])))],
        Column.STATE: [(body, f"{tr(DISK_ONLY)} 0")],
        Column.DISKS: [],
    }
    if not all(row.clocked for row in rows):
        widest[Column.CLOCK].append((body, tr(formats.NOT_RECORDED)))
    widths = {
        column: max(fonts.text_width(font, text) for font, text in [(title, tr(HEADERS[column])), *texts])
        for column, texts in widest.items()
    }
    if any(row.missing or row.differs for row in rows):
        troubles = (tr("not on {disks}", disks="devbox-vmstate"), tr("differs between disks"))
        needed = SIGN + max(fonts.text_width(small, text) for text in troubles)
        widths[Column.DISKS] = max(widths[Column.DISKS], needed)
    else:
        most = max((len(row.entries) for row in rows), default=0)
        widths[Column.DISKS] = max(widths[Column.DISKS], fonts.text_width(body, tr("all {total}", total=most)))
    return {column: width + 2 * PADDING + 2 for column, width in widths.items()}


def fitting(wanted: Sequence[Column], widths: dict[Column, int], least: int, room: int) -> list[Column]:
    """Those of ``wanted`` that have room beside a name of the ``least`` width, px: what has none is folded away."""
    shown = list(wanted)
    for folded in (*FOLDED, Column.DISKS):
        if least + sum(widths[column] for column in shown if column in widths) <= room:
            break
        shown = [column for column in shown if column != folded]
    return shown

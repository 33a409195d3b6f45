"""``python -m tests.benchmarks.page_map``: the page map of 2²⁴ pages, without a display.

Prints three numbers in seconds: from states to all levels, and of frames at every zoom, panned and zoomed, the mean
and the longest.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from PySide6.QtWidgets import QApplication

from ui.inspector.memory.looks import Look
from ui.inspector.memory.map_view import MapView
from ui.models.page_levels import rarest
from ui.theme.appearance import Appearance

PAGES, STATES, FRAMES = 1 << 24, 6, 40


def main() -> int:
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    Appearance(app).choose("dark", 13)
    draw = np.random.default_rng(24)
    states = np.repeat(draw.integers(0, STATES, PAGES >> 4, dtype=np.uint8), 16)
    begin = time.perf_counter()
    levels = rarest(states, STATES)
    built = time.perf_counter() - begin
    view = MapView(lambda first, count: "")
    view.resize(1000, 700)
    view.show_levels(levels, Look.STATE, STATES, 4096)
    view.show()
    app.processEvents()
    took = []
    while True:
        bar = view.verticalScrollBar()
        for step in range(FRAMES):
            begin = time.perf_counter()
            bar.setValue(bar.maximum() * step // FRAMES)
            view.viewport().repaint()
            took.append(time.perf_counter() - begin)
        before = view.zoom
        view.zoom_by(1)
        if view.zoom == before:
            break
    print(built, sum(took) / len(took), max(took))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Migration: what this view will be, and what there is of it today.  It shows no made-up data."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.shell.context import WindowContext
from ui.shell.page import Page
from ui.start.vignettes import Vignette, migration
from ui.widgets.controls import button
from ui.widgets.empty_state import EmptyState
from ui.widgets.scrolling import Scrolling
from ui.words import later, tr

TEXT = later(
    "Here you will watch a machine move: its pages on both sides, the channel between them, precopy, switchover"
    " and postcopy, and what happens when the link is cut. This view is not built yet.\n\n"
    "On the command line the demo machine moves today: snapctl demo migrate. And what a migration sends can be looked"
    " at: save it to a file with QEMU and open that in the Inspector."
)


class MigrationPage(Page):
    """An honest place holder until machines can move."""

    def __init__(self, context: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        picture = Vignette(migration)
        picture.setFixedWidth(262)
        self.open_stream = button(tr("Open stream…"), icon="file-search", run=lambda: context.actions.run("file.open"))
        self.state = EmptyState(
            "arrows-left-right", tr("Migration comes later"), tr(TEXT), buttons=(self.open_stream,), picture=picture
        )
        area = Scrolling(self)
        area.hold(self.state)
        column.addWidget(area)

    def status(self) -> tuple[str, str]:
        return tr("Migration is not built yet"), ""

    def panes(self) -> list[QWidget]:
        return [self.open_stream]

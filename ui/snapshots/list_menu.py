"""The context menu of the list: what can be done with what is selected."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from ui.shell.actions import ActionSet

GROUPS = (
    ("snapshot.load", "snapshot.inspect", "snapshot.compare", "snapshot.export"),
    ("snapshot.rename", "snapshot.note", "snapshot.copy", "snapshot.finish", "snapshot.delete", "snapshot.delete_old"),
    ("snapshot.save",),
)


def show_list_menu(actions: ActionSet, owner: QWidget, place: QPoint) -> QMenu:
    """Open it at a place of the screen; it goes when it is closed."""
    actions.refresh()
    menu = QMenu(owner)
    menu.setToolTipsVisible(True)
    for number, group in enumerate(GROUPS):
        if number:
            menu.addSeparator()
        for id in group:
            menu.addAction(actions[id])
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)
    return menu

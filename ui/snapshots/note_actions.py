"""What can be done with what stands beside the images."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.snapshots.actions import VIEW, has_selection, page_of
from ui.snapshots.places import DETAILS
from ui.words import later

ACTIONS = Actions()


def _name(context: WindowContext) -> str:
    page = page_of(context)
    return page.snapshot.name() if page is not None else ""


@ACTIONS.add("snapshot.note", later("Edit note"), icon="note-pencil", menu=Menu.SNAPSHOT, view=VIEW,
             enabled=has_selection, subject=_name)  # fmt: skip
def edit_note(context: WindowContext) -> None:
    """Write a note on the selected snapshot; it is saved by itself."""
    page = page_of(context)
    if page is None:
        return
    if not page.panes_shown.is_shown(DETAILS):
        page.panes_shown.toggle(DETAILS)
    area = page.details.area
    area.note.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
    area.ensureWidgetVisible(area.note.field)

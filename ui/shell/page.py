"""What the shell asks of a view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.shell.palette_entry import PaletteEntry

if TYPE_CHECKING:
    from ui.shell.context import WindowContext
    from ui.shell.documents import Document
    from ui.shell.links import Link


class Page(QWidget):
    """One view of the window.  Built on its first show; kept for the life of the window.

    A page emits ``status_changed`` when ``status()`` would answer differently, and calls ``context.touch()`` when
    the answer of an action's ``enabled`` may have changed.  ``scale_changed`` comes with another ``text_scale``.
    """

    status_changed = Signal()
    scale_changed = Signal()

    def __init__(self, context: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context

    @property
    def text_scale(self) -> float:
        """How large text is while this page is seen, over what was chosen: more than 1 for an audience."""
        return 1.0

    async def open(self, document: Document) -> None:
        """Show ``document``.  Raises SnapmgrError where nothing of it can be shown: the page then stays as it was
        and the shell says what happened.  Cancelling keeps what was read."""
        raise NotImplementedError

    def document(self) -> Document | None:
        """What is open here, None for nothing."""
        return None

    def documents(self) -> list[Document]:
        """All that is open here, the one on show last."""
        document = self.document()
        return [document] if document is not None else []

    def opening(self) -> Document | None:
        """What is being opened and not on show yet, None for nothing."""
        return None

    def close_document(self) -> None:
        """Let go of what is open (File > Close)."""

    def let_go(self) -> None:
        """Let go of everything that is open: the window ends."""
        self.close_document()

    def running(self) -> list[str]:
        """What would be cancelled if the window closed now, and what somebody may want to wait for."""
        return []

    def status(self) -> tuple[str, str]:
        """Left and right side of the status bar."""
        return "", ""

    def focus_filter(self) -> None:
        """Ctrl+F."""

    def escape(self) -> bool:
        """Esc: clear the filter or go back to the list.  False if there was nothing to do."""
        return False

    def panes(self) -> list[QWidget]:
        """What F6 goes through, in reading order."""
        return []

    def palette_entries(self, prefix: str) -> list[PaletteEntry]:
        """What the command palette offers of this page for ``#`` (snapshots) or ``@`` (sections, offsets)."""
        return []

    def palette_offset(self, text: str) -> PaletteEntry | None:
        """What the command palette offers for ``@`` with an offset behind it, None where ``text`` is none."""
        return None

    def follow(self, link: Link) -> None:
        """Go to the place that a link names in what is open here."""

    def save_state(self) -> dict[str, Any]:
        """Splitters, columns and the like, as JSON values."""
        return {}

    def restore_state(self, state: dict[str, Any]) -> None:
        """What ``save_state`` gave in an earlier run; unknown or missing keys are no fault."""

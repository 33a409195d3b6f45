"""What is copied out of the Inspector: the selection in every form, a problem with all that is known about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from snapmgr.errors import SnapmgrError
from ui.inspector import copying
from ui.inspector.content import Content
from ui.inspector.explanation import report
from ui.inspector.presenter import Loaded
from ui.inspector.selection import SelectionModel
from ui.words import tr


class Clipboard:
    """One per page.  ``opened`` says what is open now; ``notify`` tells the user what was copied, ``fail`` why nothing
    was."""

    def __init__(
        self,
        content: Content,
        selection: SelectionModel,
        opened: Callable[[], Loaded | None],
        notify: Callable[[str], object],
        fail: Callable[[Exception, str], object],
    ) -> None:
        self._content, self._selection, self._opened = content, selection, opened
        self._notify, self._fail = notify, fail
        problems = content.problems
        content.tree.tree.copy_wanted.connect(lambda: self.copy(copying.Form.NAME_VALUE))
        content.bytes.hex.copy_wanted.connect(lambda: self.copy(copying.Form.HEX))
        content.bytes.copy_as.connect(self.copy)
        problems.explanation.copy_report.connect(self.copy_report)
        problems.explanation.copy_qemu.connect(self.copy_qemu)
        problems.detail.copy_value.connect(lambda: self.copy(copying.Form.NAME_VALUE))
        problems.detail.copy_path.connect(lambda: self.copy(copying.Form.PATH))

    def copied(self, form: copying.Form) -> copying.Copied | None:
        """What Copy would take in this form: None for nothing, or for more than belongs into a clipboard.

        Raises SnapmgrError or OSError where the bytes cannot be read any more."""
        selection, loaded = self._selection.current, self._opened()
        if selection is None or loaded is None or selection.length > copying.MOST:
            return None
        wanted = selection.length if form in copying.OF_BYTES else 0
        data = bytes(loaded.index.source.read(selection.offset, wanted)) if wanted else b""
        return copying.Copied(selection.offset, data, loaded.chain(selection.path))

    def copy(self, form: copying.Form) -> None:
        """Copy the selection in a form; nothing where it has none.  What cannot be read leaves the clipboard alone."""
        try:
            what = self.copied(form)
        except (SnapmgrError, OSError) as error:
            self._fail(error, tr("Not copied"))
            return
        if what is None or (form in copying.OF_NODE and not what.nodes):
            return
        self.put(copying.as_text(what, form), form.title)

    def copy_report(self) -> None:
        """Copy everything about the selected problem."""
        row, loaded = self._content.problems.row(), self._opened()
        if row is not None and loaded is not None:
            stream = self._content.header.name.full_text()
            self.put(report(loaded.index.problems[row], stream, loaded.digits), tr("The report"))

    def copy_qemu(self) -> None:
        """Copy QEMU's own words about the selected problem."""
        self.put(self._content.problems.explanation.qemu.text(), tr("What QEMU says"))

    def put(self, text: str, what: str) -> None:
        QGuiApplication.clipboard().setText(text)
        #: {what} was copied: the report, or a form such as C array
        self._notify(tr("{what} is on the clipboard", what=what))

"""Right pane: one snapshot with everything that is recorded of it, and what stands in its way."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from snapmgr.errors import SnapmgrError
from snapmgr.names import visible_name
from snapmgr.snapshots.model import DeviceInfo, ImageProblem, SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models import beside_texts
from ui.models import snapshot_texts as texts
from ui.models.names import shown_name
from ui.shell import formats
from ui.shell.failures import told
from ui.shell.hints import window_hint
from ui.shell.sentences import sentence
from ui.snapshots.explain import encrypted_remark, in_use_text, remarks
from ui.snapshots.note_edit import NoteEdit
from ui.snapshots.saved_screen import SavedScreen
from ui.theme.tokens import INSET
from ui.widgets.disk_list import DiskList, disk_lines
from ui.widgets.focus_ring import FocusRing
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.notice_box import NoticeBox
from ui.words import plural, tr

PROBLEMS_SHOWN = 6


class Facts(QWidget):
    """Names and values in two columns; values can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._values: dict[str, ElidedLabel] = {}

    def set_fact(self, name: str, value: str, *, hint: str = "", quiet: bool = False) -> None:
        """Add or change one fact; the order is that of the first calls."""
        if name not in self._values:
            row = len(self._values)
            made = ElidedLabel("", "body", Qt.TextElideMode.ElideMiddle)
            made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self._values[name] = made
            self._grid.addWidget(label(name, "secondary"), row, 0)
            self._grid.addWidget(made, row, 1)
        value_label = self._values[name]
        value_label.setText(value)
        value_label.set_hint(hint)
        role = "body2" if quiet else "body"
        if value_label.property("role") != role:
            value_label.setProperty("role", role)
            value_label.style().unpolish(value_label)
            value_label.style().polish(value_label)

    def value(self, name: str) -> str:
        return self._values[name].full_text() if name in self._values else ""


class Details(QScrollArea):
    """One snapshot, or the machine where none is selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Details"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        FocusRing(self)
        body = QWidget()
        body.setProperty("surface", "panel")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(body)
        column = QVBoxLayout(body)
        column.setContentsMargins(INSET, INSET, INSET, INSET)
        column.setSpacing(0)
        self.screen = SavedScreen()
        column.addWidget(self.screen)
        column.addSpacing(12)
        self.name = ElidedLabel("", "object")
        self.date = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        column.addWidget(self.name)
        column.addSpacing(2)
        column.addWidget(self.date)
        column.addSpacing(12)
        self._boxes = QVBoxLayout()
        self._boxes.setSpacing(8)
        column.addLayout(self._boxes)
        self.facts = Facts()
        column.addWidget(self.facts)
        column.addSpacing(16)
        self._disks_title = label(tr("Disks"), "group")
        column.addWidget(self._disks_title)
        column.addSpacing(8)
        self.disks = DiskList()
        column.addWidget(self.disks)
        column.addSpacing(16)
        self.note = NoteEdit()
        column.addWidget(self.note)
        column.addSpacing(16)
        self._image_boxes = QVBoxLayout()
        self._image_boxes.setSpacing(8)
        column.addLayout(self._image_boxes)
        column.addStretch(1)

    def show_snapshot(
        self, row: SnapshotRow, found: Snapshots, labels: Mapping[str, str], units: formats.Units
    ) -> None:
        """Everything of ``row`` that the list says; the machine comes later, with ``set_machine``."""
        self.name.setText(shown_name(row.name, row.id))
        size = len(row.name.encode("utf-8", "surrogateescape"))
        self.name.set_hint(formats.exact_bytes(size) if size > 100 else "")
        self.date.setText(texts.long_date(row))
        self.date.set_hint(texts.iso_date(row))
        _refill(
            self._boxes,
            [NoticeBox(one.tone, one.title, one.text, quote=one.qemu) for one in remarks(row, found, labels)],
        )
        self._show_facts(row, labels, units)
        self.disks.show_lines(disk_lines(found.devices, row, labels))
        self._show_beside(row, found)
        _refill(self._image_boxes, image_boxes(found, labels))
        self.verticalScrollBar().setValue(0)

    def _show_beside(self, row: SnapshotRow, found: Snapshots) -> None:
        """What no image says of it, the screen aside: that comes when it is loaded."""
        place = found.place(row)
        unknown = tr("not known")
        came, current = beside_texts.came_from(found, place), beside_texts.current(found, place)
        self.facts.set_fact(tr("Came from"), came or unknown, quiet=not came)
        #: The snapshot that the machine was last saved as or loaded from
        self.facts.set_fact(tr("Current"), current or unknown, quiet=not current)
        self.note.show_note(row, found.beside.notes.get(place, ""))

    def _show_facts(self, row: SnapshotRow, labels: Mapping[str, str], units: formats.Units) -> None:
        facts, device = self.facts, row.state_device
        state = texts.vm_state(row, units)
        if device is not None and len(labels) > 1:
            #: The size of a VM state, and the disk that holds it
            state = tr("{size}, on {disk}", size=state, disk=isolated(labels.get(device, device)))
        exact = formats.exact_bytes(row.vm_state_size)
        facts.set_fact(tr("VM state"), state, hint="" if row.disk_only else exact, quiet=row.disk_only)
        self.set_space(("…", ""), ("…", ""))
        exact_clock = formats.nanoseconds(row.vm_clock_nsec) if row.clocked else ""
        facts.set_fact(tr("VM clock"), texts.vm_clock(row), hint=exact_clock, quiet=not row.clocked)
        #: The machine type: pc-i440fx-7.2
        facts.set_fact(tr("Machine"), tr("no VM state") if row.disk_only else "…", quiet=True)
        facts.set_fact(tr("icount"), texts.icount(row), quiet=row.icount is None)
        #: Sizes of the disks, as they were when the snapshot was taken
        hint = tr("At that time:\n{sizes}", sizes=texts.disk_sizes_exact(row, labels))
        facts.set_fact(tr("Disk size"), texts.disk_size(row, units), hint=hint)
        #: Instead of an id, where it is empty
        no_id = tr("none")
        facts.set_fact(tr("ID"), visible_name(row.id) or no_id, quiet=not row.id)

    def set_machine(self, text: str, hint: str = "") -> None:
        """The machine type that the VM state itself names; empty: it could not be read."""
        self.facts.set_fact(tr("Machine"), visible_name(text) or tr("not read"), hint=hint, quiet=not text)

    def set_space(self, unique: tuple[str, str], shared: tuple[str, str]) -> None:
        """What it takes up alone, and what others use too: each as it is said, and a hint."""
        #: What a snapshot alone uses of the image
        self.facts.set_fact(tr("Only its own"), unique[0], hint=unique[1], quiet=unique[0] == "…")
        #: What a snapshot uses together with others, or with the disk as it is now
        self.facts.set_fact(tr("Shared"), shared[0], hint=shared[1], quiet=shared[0] == "…")

    def texts(self) -> list[str]:
        """All words shown, for tests and for copying."""
        return [part.text() for part in self.widget().findChildren(QLabel) if not part.isHidden()]


def _refill(column: QVBoxLayout, boxes: list[NoticeBox]) -> None:
    while (item := column.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
    for box in boxes:
        column.addWidget(box)
    column.setContentsMargins(0, 0, 0, 16 if boxes else 0)


def image_boxes(found: Snapshots, labels: Mapping[str, str]) -> list[NoticeBox]:
    """What concerns the disks themselves: who uses them, what cannot be shown, what is damaged."""
    boxes = [NoticeBox("info", tr("Open in another process"), _in_use(one)) for one in found.devices if one.in_use]
    for device in found.devices:
        name = isolated(labels.get(device.path, device.path))
        if device.error is not None:
            boxes.append(_error_box(device, device.error, name))
        if device.unchecked is not None and device.in_use is None:
            title = tr("{disk} was not looked through for faults", disk=name)
            boxes.append(NoticeBox("info", title, sentence(device.unchecked)))
        if device.encrypted:
            remark = encrypted_remark(name)
            boxes.append(NoticeBox(remark.tone, remark.title, remark.text))
        if device.problems:
            boxes.append(_problems_box(device, name))
    return boxes


def _in_use(device: DeviceInfo) -> str:
    return " ".join(filter(None, (in_use_text(device), sentence(device.unchecked or ""))))


def _error_box(device: DeviceInfo, error: SnapmgrError, name: str) -> NoticeBox:
    """Why a disk shows no snapshots: it has none to show, or it could not be read."""
    text = told(error)
    if not device.unread:
        return NoticeBox("info", tr("{disk} cannot hold snapshots", disk=name), text, quote=error.qemu or "")
    text = " ".join((text, tr("Snapshots may be in it that are not listed here.")))
    return NoticeBox("warn", tr("{disk} could not be read", disk=name), text, quote=error.qemu or "")


HARMLESS = frozenset({"leaked-clusters"})
"""Faults that cost space and nothing else."""


def _problems_box(device: DeviceInfo, name: str) -> NoticeBox:
    """The faults of one image, then what can be done about them, each advice once."""
    problems = device.problems
    lines, more = [f"• {_fact(problem)}" for problem in problems[:PROBLEMS_SHOWN]], len(problems) - PROBLEMS_SHOWN
    if more > 0:
        lines.append(plural("• and {n} more", "• and {n} more", more))
    lines += list(dict.fromkeys(window_hint(problem.code, problem.hint) for problem in problems if problem.hint))
    if is_damaged(device):
        title = plural("{disk} is damaged: {n} problem", "{disk} is damaged: {n} problems", len(problems), disk=name)
        return NoticeBox("warn", title, "\n".join(lines))
    return NoticeBox("info", tr("{disk} takes more space than it needs", disk=name), "\n".join(lines))


def is_damaged(device: DeviceInfo) -> bool:
    """Whether anything is wrong with the image that matters."""
    return any(problem.code not in HARMLESS for problem in device.problems)


def _fact(problem: ImageProblem) -> str:
    if problem.offset is None or "0x" in problem.message:
        return sentence(problem.message)
    return sentence(tr("{problem} (at {offset})", problem=problem.message, offset=f"{problem.offset:#x}"))

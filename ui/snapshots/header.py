"""Top of the Snapshots view: which machine, whether it is in use, how it is looked at, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from ui.models.source_list import SourceEntry
from ui.shell.actions import ActionSet, plain, shown_keys
from ui.snapshots.about import UNKNOWN, State
from ui.theme import fonts, icons
from ui.theme.tokens import INSET
from ui.widgets.controls import ComboBox, SearchField, Segmented, action_button, button
from ui.widgets.labels import Chip, ElidedLabel
from ui.words import tr

TIMELINE, TABLE = "timeline", "table"
SPACE = 4
"""Between buttons: ghosts have air of their own."""
LEAST_NAME, SHORTEST_NAME = 220, 120
"""Room that the machine's name has before anything else, and where there is not even that."""
LEAST_COMBO = 166
"""The list of machines as a combo box is this wide at least."""
FILTER, NARROW_FILTER, LEAST_FILTER = 140, 110, 72
"""Width of the filter, where the list of machines is a combo box, and where words would be shortened for it."""


class ActionPush(QPushButton):
    """A push button of an action that may be the view's primary one."""

    def __init__(self, action: QAction, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action, self._icon, self._short = action, icon, False
        self._icon_tint = ""
        made = button("", "primary", icon)
        self.setIconSize(made.iconSize())
        self.setSizePolicy(made.sizePolicy())
        made.deleteLater()
        self.clicked.connect(lambda *_: action.trigger())
        action.changed.connect(self._follow)
        self.set_primary(False)
        self._follow()

    def set_short(self, short: bool) -> None:
        """The icon alone; its name is in the tooltip."""
        if short != self._short:
            self._short = short
            self._follow()

    def _follow(self) -> None:
        self.setText("" if self._short else plain(self._action.text()))
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())
        self.setStatusTip(self._action.statusTip())
        self.setAccessibleName(plain(self._action.text()))
        self._tint()

    def set_primary(self, primary: bool) -> None:
        variant = "primary" if primary else "ghost"
        if self.property("variant") != variant:
            self.setProperty("variant", variant)
            self.style().unpolish(self)
            self.style().polish(self)
        self._tint()

    def _tint(self) -> None:
        primary = self.property("variant") == "primary"
        tint = "onPrimary" if primary and self.isEnabled() else "text2"
        if tint != self._icon_tint:  # every icon is a new engine: none is made in vain
            self._icon_tint = tint
            self.setIcon(icons.icon(self._icon, tint))


class Facts(ElidedLabel):
    """Facts beside a name: as many whole ones as there is room for, all of them in the tooltip."""

    def __init__(self) -> None:
        self._facts: list[str] = []
        super().__init__("", "secondary", Qt.TextElideMode.ElideRight)
        self.setMinimumWidth(0)

    def set_facts(self, facts: Sequence[str]) -> None:
        self._facts = list(facts)
        self.setText(", ".join(facts))

    def _short(self) -> str:
        metrics, shown = self.fontMetrics(), list(self._facts)
        while shown and metrics.horizontalAdvance(", ".join(shown)) > self.width():
            shown.pop()
        return ", ".join(shown)


class Header(QWidget):
    """``view_chosen`` carries timeline or table, ``filtered`` the words, ``machine_chosen`` the disks of a machine."""

    view_chosen = Signal(str)
    filtered = Signal(str)
    machine_chosen = Signal(tuple)
    open_wanted = Signal()
    details_wanted = Signal()

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspect_first = False
        self._busy = False
        self._facts: list[str] = []
        self._state = UNKNOWN
        self._narrow = False
        column = QVBoxLayout(self)
        column.setContentsMargins(INSET, 12, INSET, 8)
        column.setSpacing(8)
        column.addLayout(self._make_upper())
        self._lower = self._make_lower(actions)
        column.addWidget(self._lower)
        self.set_narrow(False)

    def _make_upper(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.name = ElidedLabel("", "machine")
        self.machines = ComboBox()
        self.machines.setAccessibleName(tr("Machine"))
        self.machines.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        self.machines.activated.connect(self._activated)
        self._current = -1
        self._listed: list[tuple[tuple[str, ...], str]] = []
        self.chip = Chip()
        self.facts = Facts()
        self.views = Segmented(((TIMELINE, tr("Timeline")), (TABLE, tr("Table"))), tr("View"))
        self.views.chosen.connect(self.view_chosen)
        self.filter = SearchField(tr("Filter"), tr("Filter snapshots"))
        self.filter.setFixedWidth(FILTER)
        self.filter.textChanged.connect(self.filtered)
        #: “disk only” and “missing” are the words under which the filter finds such snapshots
        hint = tr("Words in the name; id:3 for an id; “disk only”, “missing”")
        self.filter.setToolTip(f"{hint}   {shown_keys('Ctrl+F')}")
        row.addWidget(self.name)
        row.addWidget(self.machines)
        row.addSpacing(4)
        row.addWidget(self.chip)
        row.addSpacing(4)
        row.addWidget(self.facts)
        row.addStretch(1)
        row.addWidget(self.views)
        row.addWidget(self.filter)
        return row

    def _make_lower(self, actions: ActionSet) -> QWidget:
        lower = QWidget(objectName="snapshotActions")
        row = QHBoxLayout(lower)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        self.save = ActionPush(actions["snapshot.save"], "camera")
        self.load = action_button(actions["snapshot.load"])
        self.inspect = ActionPush(actions["snapshot.inspect"], "tree-structure")
        self.compare = action_button(actions["snapshot.compare"])
        self.export = ActionPush(actions["snapshot.export"], "export")
        self.rename = action_button(actions["snapshot.rename"])
        self.delete = action_button(actions["snapshot.delete"], "danger")
        self.add = action_button(actions["snapshot.add_disk"])
        for part in (self.save, self.load, self.inspect, self.compare, self.export, self.rename):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.delete)
        row.addWidget(self.add)
        actions["snapshot.save"].changed.connect(self._choose_primary)
        self.details = button(tr("Details"), "ghost", "info", run=self.details_wanted.emit)
        self.details.setAccessibleName(self.details.text())
        row.addWidget(self.details)
        return lower

    def set_narrow(self, narrow: bool, *, tiny: bool = False) -> None:
        """Below 1200 px the list of machines is a combo box here; below 900 details are a page of their own."""
        self.name.setVisible(not narrow)
        self.machines.setVisible(narrow)
        self.details.setVisible(tiny)
        self._narrow = narrow
        self._say()

    def _activated(self, place: int) -> None:
        paths = self.machines.itemData(place)
        if paths is None:
            self.machines.setCurrentIndex(self._current)
            self.open_wanted.emit()
        else:
            self.machine_chosen.emit(tuple(paths))

    def set_machine(self, name: str, hint: str, facts: Sequence[str]) -> None:
        self.name.setText(name)
        self.name.set_hint(hint)
        self.set_facts(facts)

    def set_facts(self, facts: Sequence[str]) -> None:
        self._facts = list(facts)
        self._say()

    def set_state(self, state: State) -> None:
        """How the machine is used; a quiet word where that is nothing special."""
        self._state = state
        self._say()

    def _say(self) -> None:
        """A state that is nothing special is a word among the facts where the name needs the room; any other keeps its
        chip, without its word if there is none for that."""
        state = self._state
        # found out before it is set: shown and hidden again while its row is laid out, it would stay where it was
        chip, short = (Chip.width_of(state.text, state.icon, short=short) for short in (False, True))
        filter_width = NARROW_FILTER if self._narrow else FILTER
        taken = 0 if self.views.isHidden() else self.views.sizeHint().width() + 8 + filter_width + 8
        room = self.width() - 2 * INSET - taken - 24
        whole = self.name.sizeHint().width()
        if self._narrow:
            whole = min(self.machines.sizeHint().width(), fonts.px(LEAST_NAME))
            name = max(LEAST_COMBO, min(whole, room - short - INSET))
            self.machines.setFixedWidth(name)
            missing = max(0, name + (short if state.tone != "neutral" else 0) + INSET - room)
            filter_width = max(LEAST_FILTER, filter_width - missing)
        else:
            name = min(whole, fonts.px(LEAST_NAME))
        quiet = state.tone == "neutral" and (self._narrow or name + chip > room)
        if not self._narrow:
            name = max(min(name, room - (0 if quiet else chip)), min(whole, fonts.px(SHORTEST_NAME)))
            self.name.setMinimumWidth(name)
        self.filter.setFixedWidth(filter_width)
        self.chip.set_state("" if quiet else state.text, state.tone, state.icon)
        self.chip.set_short(not quiet and name + chip > room)
        word = state.text if self.chip.is_short() else ""
        self.chip.setToolTip("\n".join(part for part in (word, state.about) if part))
        self.facts.set_facts([state.text, *self._facts] if quiet and state.text else self._facts)
        self._fold_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say()

    def _fold_buttons(self) -> None:
        """Where the buttons have no room for their words, the last ones are icons."""
        small = self.add, self.rename, self.compare, self.details
        folded = (*small, self.export, self.inspect, self.load, self.delete, self.save)
        parts = [part for part in folded if not part.isHidden()]
        for part in folded:
            self._shorten(part, False)
        for part in folded:
            if sum(one.sizeHint().width() + SPACE for one in parts) <= self.width() - 2 * INSET:
                break
            self._shorten(part, True)

    def _shorten(self, part: QAbstractButton, short: bool) -> None:
        if isinstance(part, ActionPush):
            part.set_short(short)
        elif isinstance(part, QToolButton):
            style = Qt.ToolButtonStyle.ToolButtonIconOnly if short else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            part.setToolButtonStyle(style)
        else:
            part.setText("" if short else part.accessibleName())
            part.setToolTip(part.accessibleName() if short else "")

    def set_machines(self, entries: Sequence[SourceEntry], current: tuple[str, ...]) -> None:
        listed = [(entry.paths, entry.name) for entry in entries]
        if listed == self._listed and current == self.machines.currentData():
            return  # what is said of one of them may change many times a second
        self._listed = listed
        self.machines.clear()
        for entry in entries:
            self.machines.addItem(entry.name, entry.paths)
            self.machines.setItemData(self.machines.count() - 1, entry.about, Qt.ItemDataRole.ToolTipRole)
        paths = [entry.paths for entry in entries]
        self.machines.insertSeparator(self.machines.count())
        self.machines.addItem(icons.icon("plus"), tr("Open image…"))
        self._current = paths.index(current) if current in paths else -1
        self.machines.setCurrentIndex(self._current)

    def set_listing(self, *, machine: bool, snapshots: bool, exportable: bool = True, more: bool = True) -> None:
        """Whether there is a machine whose disks can be exported, a list that can be filtered and acted on, and whether
        it may get ``more`` disks."""
        listed = self.views, self.filter, self.save, self.load, self.inspect, self.compare, self.rename, self.delete
        for part in listed:
            part.setVisible(snapshots)  # where there are none yet, the middle says how to save the first
        self._lower.setVisible(machine)
        self.add.setVisible(more)
        self.export.setVisible(snapshots or exportable)
        if not snapshots:
            self.set_primary(inspect=False)
        self._say()

    def set_primary(self, *, inspect: bool) -> None:
        """One primary button: Save, and where nothing can be saved Inspect if there is a VM state, else Export."""
        self._inspect_first = inspect
        self._choose_primary()

    def set_busy(self, busy: bool) -> None:
        """Something is being done with the machine on show: what is off for so long stays what it is."""
        self._busy = busy
        self._choose_primary()

    def _choose_primary(self) -> None:
        save = self.save.isEnabled() or self._busy
        self.save.set_primary(save)
        self.inspect.set_primary(self._inspect_first and not save)
        self.export.set_primary(not self._inspect_first and not save)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

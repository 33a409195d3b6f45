"""Menus and the top row, built from the declared actions."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QMenuBar, QPushButton, QSizePolicy, QToolButton, QWidget

from snapmgr.names import visible_text
from ui.shell.actions import PALETTE_KEYS, Action, ActionSet, Menu, plain, shown_keys
from ui.shell.documents import Documents
from ui.shell.formats import shortened
from ui.shell.mnemonics import escaped, mark_letters, mnemonics
from ui.shell.recent import no_recents, told_apart
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import NARROW, PALETTE_FIELD, PALETTE_FIELD_NARROW, TOP_ROW
from ui.words import later, tr

_ICON_ROOM = 44
"""What the glass in the palette's field takes, with the air around it."""
_BESIDE_MENUS = 8 + 16 + 12
"""What stands left and right of the menus and the field, and between them."""
SUBMENU_ICONS = {
    later("Appearance"): "paint-brush",
    later("Copy as"): "copy",
    later("Panes"): "squares-four",
    later("Find"): "magnifying-glass",
    later("Go"): "arrow-bend-up-right",
    later("Show"): "eye",
    later("Bookmarks"): "bookmark-simple",
    later("RAM and guest"): "grid-four",
    later("Streams"): "stack",
    later("Comparison"): "git-diff",
}


class RecentMenu(QMenu):
    """What was opened before; filled whenever it is about to show."""

    def __init__(self, documents: Documents, parent: QWidget) -> None:
        super().__init__(tr("Recent"), parent)
        _dress(self)
        self.setIcon(icons.icon("clock"))
        self._documents = documents
        self.aboutToShow.connect(self.fill)
        documents.recents_changed.connect(self._tell)
        self._tell()

    def _tell(self) -> None:
        """Without recent files it cannot be opened, and says why."""
        reason = "" if self._documents.recents() else no_recents()
        item = self.menuAction()
        item.setEnabled(not reason)
        item.setStatusTip(reason)
        item.setToolTip("\n".join(line for line in (plain(self.title()), reason) if line))

    def fill(self) -> None:
        """Nine are chosen by their number, the others by a letter of their name."""
        self.clear()
        documents = self._documents.recents()
        names = [shortened(document.label) for document in documents]
        numbers = [f"{number}" for number in range(1, min(len(names), 9) + 1)]
        texts = [f"&{number}  {escaped(name)}" for number, name in zip(numbers, names, strict=False)]
        texts += mnemonics(names[len(numbers) :], taken=numbers)
        for document, text, beside in zip(documents, texts, told_apart(documents), strict=True):
            item = self.addAction(f"{text}\t{escaped(beside)}", lambda one=document: self._documents.reopen(one))
            item.setToolTip("\n".join(visible_text(source) for source in document.sources))


def fill_menus(bar: QMenuBar, actions: ActionSet) -> dict[Menu, QMenu]:
    """Every declared action into its menu; groups are parted by lines, a menu without actions is left out."""
    menus: dict[Menu, QMenu] = {}
    for menu in Menu:
        mine = [action for action in actions if action.menu is menu and action.in_menu]
        if mine:
            menus[menu] = bar.addMenu(plain(menu.title))
            _fill(menus[menu], mine, actions)
            _open_by_key(bar, menus[menu], menu.title)
    return menus


def _open_by_key(bar: QMenuBar, menu: QMenu, title: str) -> None:
    """Alt and the marked letter open the menu; the letter is not underlined all day long."""
    letter = title.partition("&")[2][:1]
    if not letter:  # a translation without one
        return
    shortcut = QShortcut(QKeySequence(f"Alt+{letter}"), bar)
    shortcut.activated.connect(lambda: bar.setActiveAction(menu.menuAction()))


def _fill(menu: QMenu, mine: Iterable[Action], actions: ActionSet) -> None:
    _dress(menu)
    last, submenus = None, {}
    for action in sorted(mine, key=lambda one: one.group):
        if last is not None and action.group != last:
            menu.addSeparator()
        last = action.group
        target = menu
        if action.submenu:
            if action.submenu not in submenus:
                submenus[action.submenu] = menu.addMenu(tr(action.submenu))
                _dress(submenus[action.submenu])
                submenus[action.submenu].setIcon(icons.icon(SUBMENU_ICONS.get(action.submenu, "list")))
            target = submenus[action.submenu]
        target.addAction(actions[action.id])


def _dress(menu: QMenu) -> None:
    menu.setToolTipsVisible(True)
    menu.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    menu.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)


class PaletteField(QPushButton):
    """Looks like a field, opens the command palette."""

    def __init__(self) -> None:
        self._words, self._keys = tr("Search or run a command"), shown_keys(PALETTE_KEYS)
        super().__init__(self._words)
        self.setObjectName("paletteField")
        self.setAccessibleName(self._words)
        self.setToolTip("  ".join((tr("Command palette"), self._keys)))
        self.setIcon(icons.icon("magnifying-glass", "text3"))
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setMaximumWidth(PALETTE_FIELD)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(PALETTE_FIELD, fonts.px(28))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The words end before the keys."""
        super().resizeEvent(event)
        keys = self._keys_width() + 8 if self._keys_shown() else 0
        room = self.width() - keys - _ICON_ROOM
        words = QFontMetrics(self.font()).elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        self.setText(words if len(words) > 4 else "")  # nothing rather than a stump

    def _keys_shown(self) -> bool:
        return self.width() >= self._keys_width() + _ICON_ROOM

    def _keys_width(self) -> int:
        return fonts.text_width(fonts.ui(11, 600), self._keys) + 12

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._keys_shown():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font, width = fonts.ui(11, 600), self._keys_width()
        right = self.layoutDirection() == Qt.LayoutDirection.LeftToRight
        x = self.width() - width - 8 if right else 8
        box = self.rect()
        box.setRect(x, (self.height() - fonts.px(18)) // 2, width, fonts.px(18))
        painter.setPen(color("line"))
        painter.setBrush(color("panel"))
        painter.drawRoundedRect(box.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(color("text2"))
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._keys)


class TopRow(QWidget):
    """Menus left, the palette's field right."""

    palette_asked = Signal()

    def __init__(self, actions: ActionSet, documents: Documents) -> None:
        super().__init__()
        self.setObjectName("topRow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 1)
        row.setSpacing(16)
        self.bar = QMenuBar(self)
        self.bar.setAccessibleName(tr("Menu"))
        self.bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.menus = fill_menus(self.bar, actions)
        self.recent = RecentMenu(documents, self.bar)
        self.menus[Menu.FILE].insertMenu(actions["file.forget"], self.recent)
        for menu in self.menus.values():
            mark_letters(menu)
        for more in self.bar.findChildren(QToolButton):
            more.setAccessibleName(tr("More menus"))
            more.setToolTip(tr("More menus"))
            more.setIcon(icons.icon("caret-double-right-bold", "text"))  # Qt's own is drawn for light windows
        row.addWidget(self.bar, 1, Qt.AlignmentFlag.AlignVCenter)
        self.field = PaletteField()
        self.field.clicked.connect(self.palette_asked)
        row.addWidget(self.field, 0, Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.share()

    def share(self) -> None:
        """The menus come first; the field has what they leave, at least its glass."""
        room = self.width() - self._menus_width() - _BESIDE_MENUS
        most = PALETTE_FIELD if self.width() >= NARROW else PALETTE_FIELD_NARROW
        self.field.setFixedWidth(max(fonts.px(_ICON_ROOM - 6), min(most, room)))

    def _menus_width(self) -> int:
        """What the menu bar asks for; Qt measures that from the left edge, where a mirrored bar has all of its air."""
        if self.layoutDirection() == Qt.LayoutDirection.LeftToRight:
            return self.bar.sizeHint().width()
        places = [self.bar.actionGeometry(action) for action in self.bar.actions()]
        return max(place.right() for place in places) - min(place.left() for place in places) + 2 * 8

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), fonts.px(TOP_ROW))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), fonts.px(TOP_ROW))

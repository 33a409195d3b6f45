"""Everything that the application can do, declared once: menus, tool bars, shortcuts, palette and reference read it.

A module declares ``ACTIONS = Actions()`` and adds functions to it.  The shell makes one QAction of each per window.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSignalBlocker, Qt
from PySide6.QtGui import QAction, QKeySequence

from ui.theme.icons import charmap, icon
from ui.words import later, tr

if TYPE_CHECKING:
    from ui.shell.context import WindowContext

Run = Callable[["WindowContext"], Awaitable[None] | None]
Reason = Callable[["WindowContext"], str]
"""Answers "" where the action can be used now, else the sentence that says why not."""


class Menu(Enum):
    """The menus of the window, in their order; the value is the title with its mnemonic."""

    #: Titles of menus; & stands before the letter that opens one together with Alt
    FILE = later("&File")
    VIEW = later("&View")
    SNAPSHOT = later("&Snapshot")
    STREAM = later("S&tream")
    MIGRATION = later("&Migration")
    TOOLS = later("T&ools")
    HELP = later("&Help")

    @property
    def title(self) -> str:
        """Title in the language of the window, with its mnemonic."""
        return tr(self.value)


PALETTE_KEYS = "Ctrl+K"


def always(context: WindowContext) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done.

    ``text`` ends in … where it asks before it acts; ``title`` is the same in the language of the window.  ``view``
    limits it to one view (``inspector``), so that two views may share a shortcut.  ``group`` parts a menu by lines.
    One that is not ``in_menu`` does what a submenu shows already, by a key.
    ``checked`` makes it a switch.  ``subject`` is what it would act on, in grey behind it in the palette.  ``about``
    is the first line of its function's docstring, which the palette shows as help.
    """

    id: str
    text: str
    run: Run
    icon: str = ""
    keys: tuple[str, ...] = ()
    menu: Menu | None = None
    group: int = 0
    submenu: str = ""
    in_menu: bool = True
    view: str | None = None
    enabled: Reason = always
    checked: Callable[[WindowContext], bool] | None = None
    subject: Callable[[WindowContext], str] | None = None
    danger: bool = False
    about: str = ""

    @property
    def title(self) -> str:
        return tr(self.text)


class Actions:
    """The declarations of one module, in the order of their menus."""

    def __init__(self) -> None:
        self._actions: list[Action] = []

    def add(self, id: str, text: str, *, keys: str | tuple[str, ...] = (), **facts: Any) -> Callable[[Run], Run]:
        """Declare the decorated function as an action; the other facts are those of ``Action``."""

        def declare(run: Run) -> Run:
            all_keys = (keys,) if isinstance(keys, str) else keys
            about = (inspect.getdoc(run) or "").partition("\n")[0]
            self._actions.append(Action(id, text, run, keys=all_keys, about=about, **facts))
            return run

        return declare

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions)

    def __len__(self) -> int:
        return len(self._actions)


class ActionSet(QObject):
    """The QActions of one window: every menu, tool bar and the palette show these very objects."""

    def __init__(self, context: WindowContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._declared: dict[str, Action] = {}
        self._items: dict[str, QAction] = {}
        self._reasons: dict[str, str] = {}
        """What each says of why it cannot be used: a view that says how it stands asks for all of them often."""

    def extend(self, actions: Actions) -> None:
        """Take the declarations of one more module.  Raises ValueError for an id that is already there."""
        for action in actions:
            if action.id in self._declared:
                raise ValueError(f"two actions are called {action.id}")
            self._declared[action.id] = action
            self._items[action.id] = self._qaction(action)

    def __iter__(self) -> Iterator[Action]:
        return iter(self._declared.values())

    def declaration(self, id: str) -> Action:
        return self._declared[id]

    def __getitem__(self, id: str) -> QAction:
        """The one QAction of this id in this window."""
        return self._items[id]

    def __contains__(self, id: str) -> bool:
        return id in self._items

    def _qaction(self, action: Action) -> QAction:
        item = QAction(action.title, self.parent())
        item.setObjectName(action.id)
        if action.icon:
            bold = f"{action.icon}-bold" if f"{action.icon}-bold" in charmap() else action.icon
            item.setIcon(icon(action.icon, "danger" if action.danger else "text2", on=bold, on_tint="text"))
        item.setShortcuts([QKeySequence(keys) for keys in action.keys])
        item.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        item.setCheckable(action.checked is not None)
        item.setMenuRole(QAction.MenuRole.NoRole)
        item.triggered.connect(lambda *_: self.want(action.id))
        return item

    def reason(self, id: str) -> str:
        """Why the action cannot be used now, "" if it can."""
        action = self._declared[id]
        if action.view is not None and action.view != self._context.view:
            view = self._declared[f"view.{action.view}"].title
            return tr("Belongs to {view}: go there first", view=view)
        return action.enabled(self._context)

    def refresh(self) -> None:
        """Ask every action whether it can be used now, and let each say why not."""
        for action in self._declared.values():
            item, reason = self._items[action.id], self.reason(action.id)
            item.setEnabled(not reason)
            if self._reasons.get(action.id) != reason:
                self._reasons[action.id] = reason
                item.setStatusTip(reason)
                item.setToolTip(_tooltip(action, reason))
            if action.checked is not None:
                with QSignalBlocker(item):
                    item.setChecked(action.checked(self._context))

    def want(self, id: str) -> None:
        """Somebody chose it: it is done, or told why it cannot be done now."""
        if reason := self.reason(id):
            #: {action} is what somebody wanted to do by a key, {reason} why it cannot be done now
            said = tr("{action}: {reason}", action=plain(self._declared[id].title).rstrip("…"), reason=reason)
            self._context.notify(said)
        self.run(id)

    def with_keys(self, keys: QKeySequence) -> str | None:
        """What they do in the present view, whether that can be done now or not."""
        for action in self._declared.values():
            if action.view in (None, self._context.view) and keys in self._items[action.id].shortcuts():
                return action.id
        return None

    def run(self, id: str) -> None:
        """Do it, if it can be done now.  Its failures reach the failures' owner."""
        action = self._declared[id]
        if self.reason(id):
            self.refresh()
            return
        self._context.run(action.run, action.title.rstrip("…"))
        self._context.touch()


def plain(text: str) -> str:
    """The text of an action without its mnemonic."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def shown_keys(keys: str) -> str:
    """A shortcut as key caps show it: ``Ctrl Shift O``, ``Ctrl +``."""
    native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    parts = native[:-1].split("+") if native.endswith("+") else native.split("+")
    return " ".join(part for part in [*parts, "+" if native.endswith("+") else ""] if part)


def _tooltip(action: Action, reason: str) -> str:
    shortcut = QKeySequence(action.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if action.keys else ""
    first = f"{plain(action.title)}  {shortcut}" if shortcut else plain(action.title)
    return f"{first}\n{reason}" if reason else first

"""What the shell itself can do: opening, going to a view, appearance, help."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QToolButton, QWidget

from ui.shell.actions import PALETTE_KEYS, Actions, Menu
from ui.shell.context import WindowContext
from ui.shell.recent import no_recents
from ui.theme.resources import resource
from ui.words import later, tr

ACTIONS = Actions()


def has_document(context: WindowContext) -> str:
    page = context.current
    return "" if page is not None and page.document() is not None else tr("Nothing is open in this view")


def has_recents(context: WindowContext) -> str:
    return "" if context.documents.recents() else no_recents()


@ACTIONS.add("file.open", later("Open…"), keys="Ctrl+O", icon="folder-open", menu=Menu.FILE)
def open_files(context: WindowContext) -> None:
    """Choose a migration stream, or the disk images of one machine."""
    folder = context.settings.state.get("folder", "")
    names, _ = QFileDialog.getOpenFileNames(
        context.window, tr("Open a stream, or the disks of one machine"), str(folder)
    )
    if names:
        context.settings.state["folder"] = str(Path(names[0]).parent)
        context.open(*names)


@ACTIONS.add("file.open-folder", later("Open captured channels…"), icon="folder", menu=Menu.FILE)
def open_folder(context: WindowContext) -> None:
    """Choose a folder with the connections of one migration: conn0.fwd.bin and so on."""
    folder = context.settings.state.get("folder", "")
    name = QFileDialog.getExistingDirectory(context.window, tr("Open a folder with captured channels"), str(folder))
    if name:
        context.settings.state["folder"] = str(Path(name).parent)
        context.open(name)


@ACTIONS.add("file.demo", later("Open demo stream"), icon="play", menu=Menu.FILE)
def open_demo(context: WindowContext) -> None:
    """Open the small stream that comes with Snapmgr; a real QEMU 10.0 wrote it."""
    context.open(resource("demo", "demo.mig"))


@ACTIONS.add("file.forget", later("Forget recent files"), menu=Menu.FILE, group=1, enabled=has_recents)
def forget_recents(context: WindowContext) -> None:
    """Empty the list of files that were opened before; the files stay."""
    context.documents.forget_all()
    context.touch()


@ACTIONS.add("file.close", later("Close"), keys="Ctrl+W", menu=Menu.FILE, group=2, icon="x", enabled=has_document)
def close_document(context: WindowContext) -> None:
    """Let go of what is open in this view."""
    if context.current is not None:
        context.current.close_document()


@ACTIONS.add("app.settings", later("Settings"), keys="Ctrl+,", icon="gear-six", menu=Menu.FILE, group=3)
def show_settings(context: WindowContext) -> None:
    """Theme, text size, units, folders."""
    context.settings_asked.emit("")


@ACTIONS.add("app.quit", later("Quit"), keys="Ctrl+Q", menu=Menu.FILE, group=4, icon="sign-out")
def leave(context: WindowContext) -> None:
    """Close the window and end what runs."""
    context.window.close()


WITHIN = {"compare": "inspector"}
"""Pages that are part of a view."""


def _view(name: str, text: str, keys: str, icon: str, group: int = 0) -> None:
    def show(context: WindowContext) -> None:
        context.show_view(name)
        _take_keyboard(context)

    show.__doc__ = f"Go to {text}."
    ACTIONS.add(
        f"view.{name}",
        text,
        keys=keys,
        icon=icon,
        menu=Menu.VIEW,
        group=group,
        checked=lambda context: WITHIN.get(context.view, context.view) == name,
    )(show)


#: The views of the window
_view("snapshots", later("Snapshots"), "Ctrl+1", "clock-counter-clockwise")
_view("inspector", later("Inspector"), "Ctrl+2", "tree-structure")
_view("migration", later("Migration"), "Ctrl+3", "arrows-left-right")
_view("start", later("Start page"), "Ctrl+0", "house")


@ACTIONS.add(
    "view.filter",
    later("Filter"),
    keys="Ctrl+F",
    icon="magnifying-glass",
    menu=Menu.VIEW,
    group=1,
    enabled=has_document,
)
def focus_filter(context: WindowContext) -> None:
    """Put the cursor into the filter of this view."""
    if context.current is not None:
        context.current.focus_filter()


@ACTIONS.add("view.next_pane", later("Next pane"), keys="F6", icon="arrow-right", menu=Menu.VIEW, group=1)
def next_pane(context: WindowContext) -> None:
    """Move the keyboard to the next pane."""
    _step_pane(context, 1)


@ACTIONS.add("view.previous_pane", later("Previous pane"), keys="Shift+F6", icon="arrow-left", menu=Menu.VIEW, group=1)
def previous_pane(context: WindowContext) -> None:
    """Move the keyboard to the pane before."""
    _step_pane(context, -1)


def _take_keyboard(context: WindowContext) -> None:
    """Let the page on show have the keyboard, where it was last; on the rail it stays for whoever goes along it."""
    page, focus = context.current, QApplication.focusWidget()
    if page is None or focus is None or page.isAncestorOf(focus) or isinstance(focus, QToolButton):
        return
    last = page.focusWidget()
    if last is None or not last.isVisible() or not last.isEnabled():
        panes = _panes(context)
        last = _first_in(panes[0]) if panes else page
    last.setFocus(Qt.FocusReason.OtherFocusReason)


def _panes(context: WindowContext) -> list[QWidget]:
    """Those of the page on show that can be gone to."""
    page = context.current
    return [pane for pane in page.panes() if pane.isVisible() and pane.isEnabled()] if page is not None else []


def _step_pane(context: WindowContext, step: int) -> None:
    panes = _panes(context)
    if not panes:
        return
    focus = QGuiApplication.focusObject()
    here = next(
        (n for n, pane in enumerate(panes) if pane is focus or pane.isAncestorOf(focus)), -step if step > 0 else 0
    )
    _first_in(panes[(here + step) % len(panes)]).setFocus(Qt.FocusReason.TabFocusReason)


def _first_in(pane: QWidget) -> QWidget:
    """What takes the keyboard there: the pane itself, or the first part of it where it could not show that."""
    part = pane
    while not (part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisible() and part.isEnabled()):
        part = part.nextInFocusChain()
        if part is pane or not pane.isAncestorOf(part):
            return pane
    return part


def _theme(value: str, text: str, icon: str) -> None:
    def choose(context: WindowContext) -> None:
        context.settings.set("appearance.theme", value)

    choose.__doc__ = f"Appearance: {text.lower()}."
    ACTIONS.add(
        f"theme.{value}",
        text,
        icon=icon,
        menu=Menu.VIEW,
        group=2,
        submenu=later("Appearance"),
        checked=lambda context: context.settings["appearance.theme"] == value,
    )(choose)


_theme("system", later("Theme of the desktop"), "desktop")
_theme("light", later("Light theme"), "sun")
_theme("dark", later("Dark theme"), "moon")


def _can_grow(context: WindowContext) -> str:
    return "" if context.settings["appearance.font_size"] < 22 else tr("The text has its largest size")


def _can_shrink(context: WindowContext) -> str:
    return "" if context.settings["appearance.font_size"] > 11 else tr("The text has its smallest size")


@ACTIONS.add(
    "view.larger", later("Larger text"), keys="Ctrl++", icon="text-aa", menu=Menu.VIEW, group=2, enabled=_can_grow
)
def larger_text(context: WindowContext) -> None:
    """Make everything in the window a little larger."""
    context.settings.set("appearance.font_size", context.settings["appearance.font_size"] + 1)


@ACTIONS.add(
    "view.smaller", later("Smaller text"), keys="Ctrl+-", icon="text-aa", menu=Menu.VIEW, group=2, enabled=_can_shrink
)
def smaller_text(context: WindowContext) -> None:
    """Make everything in the window a little smaller."""
    context.settings.set("appearance.font_size", context.settings["appearance.font_size"] - 1)


@ACTIONS.add("view.full_screen", later("Full screen"), keys="F11", icon="corners-out", menu=Menu.VIEW, group=3,
             checked=lambda context: context.window.isFullScreen())  # fmt: skip
def full_screen(context: WindowContext) -> None:
    """Fill the screen, or go back to a window."""
    window = context.window
    window.showNormal() if window.isFullScreen() else window.showFullScreen()


def _has_notices(context: WindowContext) -> str:
    return "" if context.notices.history else tr("Nothing was noticed yet")


@ACTIONS.add("view.notices", later("Notices"), icon="bell", menu=Menu.VIEW, group=3, enabled=_has_notices)
def show_notices(context: WindowContext) -> None:
    """What the window told since it was opened."""
    from ui.shell.dialogs import NoticesDialog

    NoticesDialog(context).open()


@ACTIONS.add("tools.palette", later("Command palette"), keys=PALETTE_KEYS, icon="command", menu=Menu.TOOLS)
def show_palette(context: WindowContext) -> None:
    """Find any command, file, snapshot, section or setting by its name."""
    context.palette_asked.emit("")


@ACTIONS.add("help.shortcuts", later("Shortcuts"), keys="F1", icon="keyboard", menu=Menu.HELP)
def show_shortcuts(context: WindowContext) -> None:
    """All shortcuts of this view."""
    from ui.shell.dialogs import ShortcutsDialog

    ShortcutsDialog(context).open()


@ACTIONS.add("help.report", later("Copy system report"), icon="clipboard-text", menu=Menu.HELP)
def copy_report(context: WindowContext) -> None:
    """Versions and settings as text for a report; nothing is sent anywhere."""
    from ui.shell.report import system_report

    QGuiApplication.clipboard().setText(system_report(context.settings))
    context.notify(tr("The system report is on the clipboard"))


@ACTIONS.add("help.about", later("About Snapmgr"), icon="info", menu=Menu.HELP, group=1)
def show_about(context: WindowContext) -> None:
    """Version and licences."""
    from ui.shell.dialogs import AboutDialog

    AboutDialog(context).open()

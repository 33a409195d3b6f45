"""The window: places the top row, the rail, the pages and the status bar, and connects them.  Composition only."""

from __future__ import annotations

import asyncio
import gc
import importlib
import time
from collections.abc import Callable

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QStackedWidget,
    QStatusBar,
    QTextEdit,
    QWidget,
)

from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.documents import Document, Documents
from ui.shell.drop import DropTarget
from ui.shell.menus import TopRow
from ui.shell.page import Page
from ui.shell.palette import Palette
from ui.shell.question import ask_before_closing
from ui.shell.rail import Rail
from ui.shell.settings import Settings
from ui.shell.toast import Toast
from ui.theme import fonts, icons, motion
from ui.theme.appearance import Appearance
from ui.theme.tokens import NARROW, SMALLEST, STATUS_BAR
from ui.widgets.controls import button
from ui.widgets.labels import ElidedLabel
from ui.words import plural, tr

ACTION_MODULES = (
    "ui.shell.commands",
    "ui.snapshots.change_actions",
    "ui.snapshots.compare_action",
    "ui.snapshots.actions",
    "ui.snapshots.note_actions",
    "ui.snapshots.demo_actions",
    "ui.snapshots.job_actions",
    "ui.inspector.actions",
    "ui.inspector.memory.actions",
    "ui.inspector.look_actions",
    "ui.compare.actions",
    "ui.migration.actions",
)
PAGES = {
    "start": ("ui.start.page", "StartPage"),
    "snapshots": ("ui.snapshots.page", "SnapshotsPage"),
    "inspector": ("ui.inspector.page", "InspectorPage"),
    "migration": ("ui.migration.page", "MigrationPage"),
    "compare": ("ui.compare.page", "ComparePage"),
}
MODULES = (*(module for module, _ in PAGES.values()), "ui.inspector.wiring", "snapmgr.inspect.repair")
"""What is imported once the window is there."""
DEFAULT_SIZE = (1440, 900)


class MainWindow(QMainWindow):
    """One window and its context.  ``live`` runs it from its first paint to its end."""

    def __init__(self, settings: Settings, appearance: Appearance, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.setObjectName("shell")
        self.setWindowIcon(icons.app_icon())
        self.setMinimumSize(*SMALLEST)
        self.settings, self.appearance = settings, appearance
        formats.use_units(settings["appearance.units"])
        self.dress()  # before there are widgets: what is built under another font keeps parts of it
        self.context = WindowContext(self, settings, now)
        self.context.documents = Documents(self.context)
        self.closed = asyncio.Event()
        self._quitting = False
        for module in ACTION_MODULES:
            self.context.actions.extend(importlib.import_module(module).ACTIONS)
        self._build()
        self._connect()
        self._restore_geometry()
        self.show_view("start")
        self.setFocus()

    def _build(self) -> None:
        actions = self.context.actions
        self.top_row = TopRow(actions, self.context.documents)
        self.setMenuWidget(self.top_row)
        self.rail = Rail(actions)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.rail.setProperty("mirrored", mirrored)
        area = Qt.ToolBarArea.RightToolBarArea if mirrored else Qt.ToolBarArea.LeftToolBarArea
        self.addToolBar(area, self.rail)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.stack = QStackedWidget()
        self.setCentralWidget(self.stack)
        bar = QStatusBar()
        bar.setSizeGripEnabled(False)
        bar.setAccessibleName(tr("Status"))
        bar.setContentsMargins(8, 0, 8, 0)
        self.setStatusBar(bar)
        self.status_left = ElidedLabel(role="secondary", mode=Qt.TextElideMode.ElideRight, steady=True)
        self.status_right = ElidedLabel(role="secondary", mode=Qt.TextElideMode.ElideRight)
        bar.addWidget(self.status_left, 1)
        bar.addPermanentWidget(self.status_right)
        self.status_jobs = button("", "ghost", run=lambda: actions.run("jobs.panel"))
        self.status_jobs.hide()
        bar.addPermanentWidget(self.status_jobs)
        self.toast = Toast(self)
        self.drop = DropTarget(self, self.context)
        self.palette_view = Palette(self, self.context, self.show_settings)
        for action in actions:
            self.addAction(actions[action.id])

    def _connect(self) -> None:
        context = self.context
        context.view_asked.connect(self.show_view)
        context.settings_asked.connect(self.show_settings)
        context.palette_asked.connect(self.palette_view.open)
        context.changed.connect(self._refresh)
        context.notices.posted.connect(self.toast.show_notice)
        self.top_row.palette_asked.connect(lambda: context.actions.run("tools.palette"))
        self.settings.changed.connect(self._setting_changed)
        self.appearance.changed.connect(self._restyled)
        self._restyled()

    def show_view(self, view: str) -> None:
        """Go to a view; its page is built on its first show."""
        if view not in self.context.pages:
            module, name = PAGES[view]
            page: Page = getattr(importlib.import_module(module), name)(self.context)
            stored = self.settings.state.get("pages", {})
            page.restore_state(stored.get(view, {}) if isinstance(stored, dict) else {})
            page.status_changed.connect(self.context.touch)
            page.scale_changed.connect(self.dress)
            self.context.pages[view] = page
            self.stack.addWidget(page)
        self.context.view = view
        self.stack.setCurrentWidget(self.context.pages[view])
        if self.context.pages[view].text_scale != self._text_scale:
            self.dress()
        self._refresh()

    def show_settings(self, id: str = "") -> None:
        """Open the preferences, at one setting if it is named."""
        from ui.shell.preferences.dialog import PreferencesDialog

        dialog = PreferencesDialog(self.context)
        dialog.open()
        if id:
            dialog.show_setting(id)

    def _refresh(self) -> None:
        """Ask actions, status and title again."""
        self.context.actions.refresh()
        page = self.context.current
        left, right = page.status() if page is not None else ("", "")
        self.status_left.setText(left)
        self.status_right.setText(right)
        self._count_jobs()
        document = (page.opening() or page.document()) if page is not None else None
        self.setWindowTitle(tr("{document} – Snapmgr", document=document.label) if document else "Snapmgr")

    def _count_jobs(self) -> None:
        """Those that run, whatever is on show; a click shows them."""
        page = self.context.pages.get("snapshots")
        jobs = page.running() if page is not None else []
        self.status_jobs.setVisible(bool(jobs))
        self.status_jobs.setText(plural("{n} job", "{n} jobs", len(jobs)))
        self.status_jobs.setToolTip("\n".join(jobs))

    def _setting_changed(self, id: str) -> None:
        if id.startswith("appearance."):
            self.dress()
        if id == "appearance.units":
            formats.use_units(self.settings["appearance.units"])
        self.context.touch()

    def dress(self) -> None:
        """Put the chosen theme and size of type in force."""
        settings = self.settings
        motion.use(settings["appearance.motion"])
        page = self.context.current if hasattr(self, "context") else None
        self._text_scale = page.text_scale if page is not None else 1.0
        self.appearance.choose(
            settings["appearance.theme"],
            round(settings["appearance.font_size"] * self._text_scale),
            system_font=settings["appearance.system_font"],
        )

    def _restyled(self) -> None:
        self.statusBar().setFixedHeight(fonts.px(STATUS_BAR))
        self.top_row.share()
        self.rail.set_narrow(self.width() < NARROW)

    # The window's own events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.set_narrow(self.width() < NARROW)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.rail.set_narrow(self.width() < NARROW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            page = self.context.current
            if self.toast.isVisible():
                self.toast.hide()
            elif page is not None:
                page.escape()
            return
        # of what is off now, or in a window that no platform calls active; what a field has no use for is none
        wanted = None if _is_typed(event, self.focusWidget()) else self._with_keys(event)
        if wanted is not None and not event.isAutoRepeat():
            self.context.actions.want(wanted)
            return
        super().keyPressEvent(event)

    def _with_keys(self, event: QKeyEvent) -> str | None:
        return self.context.actions.with_keys(QKeySequence(event.keyCombination()))

    def closeEvent(self, event: QCloseEvent) -> None:
        running = [title for page in self.context.pages.values() for title in page.running()]
        if running and not self._quitting:
            event.ignore()
            ask_before_closing(self.context, running, self._quit)
            return
        self._remember()
        event.accept()
        self.closed.set()

    def _quit(self) -> None:
        """Close whatever runs: it is cancelled."""
        self._quitting = True
        self.close()

    # Life

    async def live(self, sources: list[str]) -> None:
        """From the first paint to the end: open what was asked for, wait until the window closes, end all work."""
        tasks = self.context.tasks
        tasks.start(self._warm_up(), tr("Prepare the views"))
        if self.settings.problem:
            self.context.notify(self.settings.problem)
        if sources:
            self.context.open(*sources)
        elif self.settings["files.reopen"]:
            tasks.start(self._reopen(), tr("Open the last files again"))
        await self.closed.wait()
        await self.end()

    async def end(self) -> None:
        """Cancel and await all work, and let go of every file."""
        self._quitting = True
        tasks = self.context.tasks
        await tasks.cancel_all()
        for page in self.context.pages.values():
            page.let_go()
        await tasks.idle()
        await tasks.aclose()

    async def _warm_up(self) -> None:
        """Import in a thread what the views will need, so that going there does not stall the window."""
        for module in MODULES:
            await self.context.tasks.run_in_worker(importlib.import_module, module)
        gc.freeze()  # modules stay: a collection that goes through all of them stalls the window each time

    async def _reopen(self) -> None:
        stored = self.settings.state.get("open", [])
        documents = [Document.from_json(item) for item in stored] if isinstance(stored, list) else []
        for document in documents:
            if document is not None:
                await self.context.documents.open(list(document.sources))

    def _remember(self) -> None:
        """Write the window's place, what is open and the pages' panes; called when it closes."""
        pages = self.context.pages
        state = self.settings.state
        state["geometry"] = bytes(self.saveGeometry().toBase64().data()).decode()
        state["pages"] = {**state.get("pages", {}), **{view: page.save_state() for view, page in pages.items()}}
        ordered = sorted(pages.items(), key=lambda item: item[0] == self.context.view)
        documents = [document for _, page in ordered for document in page.documents()]
        state["open"] = [one.as_json() for one in documents if not one.fleeting]
        self.settings.save_state()

    def _restore_geometry(self) -> None:
        stored = self.settings.state.get("geometry")
        if isinstance(stored, str) and self.restoreGeometry(QByteArray.fromBase64(stored.encode())):
            return
        room = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(DEFAULT_SIZE[0], room.width()), min(DEFAULT_SIZE[1], room.height()))


def _is_typed(event: QKeyEvent, where: QWidget | None) -> bool:
    """Whether it is a key of a field for words or numbers: Enter, Delete and the like, without Ctrl or Alt."""
    commands = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    plain = not event.modifiers() & commands and not Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
    return plain and isinstance(where, QLineEdit | QTextEdit | QPlainTextEdit | QAbstractSpinBox)

"""``python -m ui.shots OUTDIR [NAME…]``: pictures of the real window, from real files, without a display.

Each shot drives the window through its own actions, dark and light, and is checked as the design asks
(``shot_checks``).  Views declare their shots in ``ui/shots_*.py`` with ``@SHOTS.add(…)``.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QApplication, QWidget

    from ui.main_window import MainWindow

MODULES = (
    "ui.shots_shell",
    "ui.shots_inspector",
    "ui.shots_snapshots",
    "ui.shots_changes",
    "ui.shots_beside",
    "ui.shots_demo",
    "ui.shots_jobs",
    "ui.shots_migration",
    "ui.shots_tight",
)
THEMES = ("dark", "light")
QUICKLY = 80
"""Of a hundred: zlib's first level, by which pictures are a little larger and written in a third of the time."""
NOW = 1795523700.0
"""The moment that the pictures show, seconds since 1970: 24 November 2026, 12:35 UTC."""

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Shot:
    """``scale`` is the screen's ratio (other than 1 in a process of its own); ``pseudo`` stretches every text by 60 %;
    ``checked`` False where a picture shows an overlay that covers parts of the window on purpose."""

    name: str
    run: Callable[[Stage], Awaitable[None]]
    size: tuple[int, int] = (1440, 900)
    scale: float = 1.0
    contrast: bool = False
    right_to_left: bool = False
    pseudo: bool = False
    checked: bool = True
    themes: tuple[str, ...] = THEMES

    def files(self) -> list[str]:
        return [f"{self.name}-{theme}.png" for theme in self.themes]

    def word(self) -> str:
        """What ``chosen`` finds it by."""
        return self.name if len(self.themes) > 1 else f"{self.name}-{self.themes[0]}"


class Shots:
    """The declared pictures, in order."""

    def __init__(self) -> None:
        self._shots: dict[str, Shot] = {}

    def add(self, name: str, **facts: object) -> Callable[[Callable[[Stage], Awaitable[None]]], object]:
        """Declare the decorated coroutine as a shot; the other facts are those of ``Shot``."""

        def declare(run: Callable[[Stage], Awaitable[None]]) -> object:
            if name in self._shots:
                raise ValueError(f"two pictures are called {name}")
            self._shots[name] = Shot(name, run, **facts)  # type: ignore[arg-type]
            return run

        return declare

    def __iter__(self) -> Iterator[Shot]:
        return iter(self._shots.values())


SHOTS = Shots()


class Stage:
    """What a shot is given: a fresh window of its own, and ways to drive it as a person would.

    ``folder`` is a new folder and the home of the pretended user, so that no picture shows a path of this machine;
    ``demo`` is a copy of the demo stream in it.  A dialog that is open is drawn over the window by itself.
    """

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self.window = window
        self.context = window.context
        self.folder = folder
        self.demo = folder / "machines" / "demo.mig"
        self.demo.parent.mkdir()
        shutil.copyfile(ROOT / "resources" / "demo" / "demo.mig", self.demo)

    @property
    def corpus(self) -> Path:
        """The whole corpus where there is one, else the part that is shipped with the tests."""
        from tests.corpus import corpus_root

        return corpus_root()

    async def turn(self) -> None:
        """Let the window handle what waits for it."""
        for _ in range(8):
            await asyncio.sleep(0)

    async def settled(self) -> None:
        """Wait until nothing runs and everything is laid out."""
        await self.turn()
        await self.context.tasks.idle()
        await self.turn()

    async def open(self, *sources: str | Path) -> None:
        """Open files as a drop or the file dialog would, and wait until they are shown."""
        self.context.open(*sources)
        await self.settled()

    async def act(self, id: str) -> None:
        """Run one of the application's actions.  Raises AssertionError, with the reason, where it is off."""
        reason = self.context.actions.reason(id)
        assert not reason, f"{id} is off: {reason}"
        self.context.actions.run(id)
        await self.settled()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that the window shows; each turn of the loop looks again."""
        while not condition():
            await asyncio.sleep(0.005)
        await self.turn()

    async def type(self, text: str, into: QWidget) -> None:
        """Type letters."""
        from PySide6.QtTest import QTest

        into.setFocus()
        QTest.keyClicks(into, text)
        await self.settled()

    async def press(self, key: object, on: QWidget | None = None) -> None:
        """Press a key (``Qt.Key``) where the keyboard is, or on a widget."""
        from PySide6.QtTest import QTest

        QTest.keyClick(on or self.window.focusWidget() or self.window, key)
        await self.settled()


async def take(app: QApplication, shot: Shot, out: Path) -> list[str]:
    """Make its pictures: in the first theme, then after a change of theme in the next.

    Returns what its checks found wrong, each as a sentence.
    """
    from PySide6.QtCore import Qt

    from ui.main_window import MainWindow
    from ui.shell.settings import Settings
    from ui.shot_checks import check
    from ui.theme.appearance import Appearance

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="snapmgr-shots-")))
        stack.enter_context(_at_home(folder))
        if shot.pseudo:
            stack.enter_context(_stretched(app))
        settings = Settings(folder / "config")
        settings.set("appearance.theme", shot.themes[0])
        right = Qt.LayoutDirection.RightToLeft if shot.right_to_left else Qt.LayoutDirection.LeftToRight
        app.setLayoutDirection(right)
        appearance = Appearance(app)
        appearance.force_contrast(shot.contrast)
        window = MainWindow(settings, appearance, now=lambda: NOW)
        window.resize(*shot.size)
        window.show()
        stage = Stage(window, folder)
        escaped: list[str] = []
        faults: list[str] = []
        stack.enter_context(_listening(escaped))
        try:
            await stage.settled()
            await shot.run(stage)
            for theme in shot.themes:
                settings.set("appearance.theme", theme)
                await stage.settled()
                path = out / f"{shot.name}-{theme}.png"
                picture_of(window).save(str(path), quality=QUICKLY)
                print(path, flush=True)
            faults += await check(window) if shot.checked else []
        finally:
            await window.end()
            close_all(app, window)
            appearance.deleteLater()
    return [f"{shot.name}: {fault}" for fault in (*faults, *escaped)]


@contextmanager
def _at_home(folder: Path) -> Iterator[None]:
    """The user's home is ``folder`` meanwhile."""
    places = [f"XDG_{kind}_HOME" for kind in ("CONFIG", "STATE", "DATA", "CACHE")]
    before = {name: os.environ.pop(name) for name in ("HOME", *places) if name in os.environ}
    os.environ["HOME"] = str(folder)
    try:
        yield
    finally:
        os.environ.update(before)


@contextmanager
def _stretched(app: QApplication) -> Iterator[None]:
    """Every text is pseudo-translated meanwhile."""
    from ui.pseudo import Pseudo

    translator = Pseudo()
    app.installTranslator(translator)
    try:
        yield
    finally:
        app.removeTranslator(translator)


@contextmanager
def _listening(escaped: list[str]) -> Iterator[None]:
    """Collects what slots raise: Qt calls them, so that nobody else would see it."""
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        escaped.append(f"a slot raised {kind.__name__}: {error}")
        before(kind, error, trace)

    sys.excepthook = hook
    try:
        yield
    finally:
        sys.excepthook = before


def picture_of(window: MainWindow) -> QImage:
    """The window as on the screen, with its open dialog over it."""
    from PySide6.QtCore import QPoint, QRectF
    from PySide6.QtGui import QPainter, QPen
    from PySide6.QtWidgets import QApplication

    from ui.theme.palette import color

    image = window.grab().toImage()
    dialog = QApplication.activeModalWidget() or QApplication.activePopupWidget()
    if dialog is not None and dialog is not window:
        image.setDevicePixelRatio(window.devicePixelRatioF())
        painter = QPainter(image)
        top = QPoint((window.width() - dialog.width()) // 2, (window.height() - dialog.height()) // 2)
        if dialog is QApplication.activePopupWidget():
            top = dialog.pos() - window.pos()
        elif dialog.isModal():
            painter.fillRect(window.rect(), color("scrim"))
        painter.drawPixmap(top, dialog.grab())
        painter.setPen(QPen(color("lineStrong"), 1))
        painter.drawRect(QRectF(top.x() + 0.5, top.y() + 0.5, dialog.width() - 1, dialog.height() - 1))
        painter.end()
    return image


def close_all(app: QApplication, window: MainWindow) -> None:
    """Close the window and its dialogs, and free them now: the next shot begins from nothing."""
    from PySide6.QtCore import QEvent

    for widget in app.topLevelWidgets():
        if widget is not window:
            widget.close()
    window.close()
    window.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def chosen(names: list[str]) -> list[Shot]:
    """The shots of these names, all for none; ``NAME-dark`` is in one theme.  Raises SystemExit for an unknown name."""
    for module in MODULES:
        importlib.import_module(module)
    known = {shot.name: shot for shot in SHOTS}
    known |= {f"{shot.name}-{theme}": replace(shot, themes=(theme,)) for shot in SHOTS for theme in shot.themes}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(
            f"ui.shots: no picture is called {', '.join(unknown)}; there are: {', '.join(shot.name for shot in SHOTS)}"
        )
    return [known[name] for name in names] if names else list(SHOTS)


async def take_all(app: QApplication, shots: list[Shot], out: Path) -> list[str]:
    faults, worn = [], ""
    for shot in shots:
        if worn in shot.themes:  # what is in force already comes first: a change of theme takes as long as a picture
            shot = replace(shot, themes=(worn, *(theme for theme in shot.themes if theme != worn)))
        worn = shot.themes[-1]
        try:
            faults += await take(app, shot, out)
        except Exception as error:  # the other pictures are wanted all the same
            traceback.print_exception(error)
            faults.append(f"{shot.name}: could not be made: {error}")
    return faults


def run_here(shots: list[Shot], out: Path) -> list[str]:
    """Make pictures in this process."""
    import qasync
    from PySide6.QtWidgets import QApplication

    from ui.shell.garbage import Garbage

    app = QApplication.instance() or QApplication(["snapmgr"])
    app.setCursorFlashTime(0)
    app.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    garbage = Garbage()  # what is left of a closed window must not die in a worker of the next one
    try:
        with loop:
            return loop.run_until_complete(take_all(app, shots, out))
    finally:
        garbage.stop()


def main(words: list[str]) -> int:
    """Exit code 0: all made and sound; 1: a check found something, said on stderr."""
    if not words or words[0].startswith("-"):
        sys.stdout.write(f"{__doc__}\n")
        return 2
    os.environ["QT_QPA_PLATFORM"], os.environ["TZ"] = "offscreen", "UTC"
    time.tzset()
    out = Path(words[0])
    out.mkdir(parents=True, exist_ok=True)
    shots = chosen(words[1:])
    ratio = float(os.environ.get("QT_SCALE_FACTOR", "1"))
    here = [shot for shot in shots if shot.scale == ratio]
    faults, failed = run_here(here, out), False
    for scale in sorted({shot.scale for shot in shots} - {ratio}):
        names = [shot.word() for shot in shots if shot.scale == scale]
        environment = {**os.environ, "QT_SCALE_FACTOR": str(scale)}
        command = [sys.executable, "-m", "ui.shots", str(out), *names]
        failed |= subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode != 0
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if faults or failed else 0


if __name__ == "__main__":
    from ui import shots

    sys.exit(shots.main(sys.argv[1:]))

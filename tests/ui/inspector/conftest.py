"""A live Inspector page without the window around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import qasync
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from tests import corpus
from ui.inspector.actions import ACTIONS
from ui.inspector.look_actions import ACTIONS as LOOK_ACTIONS
from ui.inspector.memory.actions import ACTIONS as MEMORY_ACTIONS
from ui.inspector.page import InspectorPage
from ui.shell import commands
from ui.shell.context import WindowContext
from ui.shell.documents import Document, DocumentKind, Documents
from ui.shell.garbage import Garbage
from ui.shell.settings import Settings
from ui.theme.appearance import Appearance

T = TypeVar("T")


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> QApplication:
    """The application in its own fonts and colours."""
    Appearance(qapp).choose("dark", 13)
    return qapp


class Live:
    """A page in a window of its own, and the loop that its work runs on."""

    def __init__(self, app: QApplication, folder: Path, bounded: Callable[..., Any]) -> None:
        self._bounded = bounded
        self.loop = qasync.QEventLoop(app)
        asyncio.set_event_loop(self.loop)
        self.window = QWidget()
        self.context = WindowContext(self.window, Settings(folder / "config"), lambda: 0.0)
        self.context.documents = Documents(self.context)
        self.context.actions.extend(commands.ACTIONS)
        self.context.actions.extend(ACTIONS)
        self.context.actions.extend(MEMORY_ACTIONS)
        self.context.actions.extend(LOOK_ACTIONS)
        self.page = InspectorPage(self.context)
        self.context.pages["inspector"] = self.page
        self.context.view = "inspector"
        layout = QVBoxLayout(self.window)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)
        self.window.resize(1368, 780)
        self.window.show()
        self.run(self.page.built())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        result: T = self._bounded(self.loop, work)
        return result

    def open(self, path: Path) -> None:
        """Open a stream and wait until it is shown."""
        self.run(self.page.open(Document(DocumentKind.STREAM, (str(path),))))
        self.settle()

    def settle(self) -> None:
        """Wait until nothing runs and the window has handled what waited for it."""

        async def settled() -> None:
            for _ in range(4):
                await asyncio.sleep(0)
            await self.context.tasks.idle()
            for _ in range(4):
                await asyncio.sleep(0)

        self.run(settled())

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the loop turn until something is so (the test's time limit ends a wait in vain)."""

        async def wait() -> None:
            while not condition():
                await asyncio.sleep(0.002)

        self.run(wait())

    def act(self, id: str) -> None:
        reason = self.context.actions.reason(id)
        assert not reason, f"{id} is off: {reason}"
        self.context.actions.run(id)
        self.settle()

    def end(self) -> None:
        self.run(self.context.tasks.aclose())
        self.page.let_go()
        self.window.close()
        self.window.deleteLater()
        self.loop.close()
        asyncio.set_event_loop(None)


@pytest.fixture
def live(dressed: QApplication, tmp_path: Path, bounded: Callable[..., Any]) -> Iterator[Live]:
    garbage = Garbage()  # as in the application: no widget dies in a worker
    made = Live(dressed, tmp_path, bounded)
    yield made
    made.end()
    garbage.stop()


@pytest.fixture
def stream(tmp_path: Path) -> Callable[..., Path]:
    """``stream(name, damaged=False)``: a corpus stream as a file."""

    def write(name: str, *, damaged: bool = False) -> Path:
        path = tmp_path / f"{name}.mig"
        path.write_bytes(corpus.stream_bytes(name, damaged=damaged))
        return path

    return write

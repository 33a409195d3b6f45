"""What holds for all tests."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
import shutil
from collections.abc import Callable, Coroutine, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from pytestqt.plugin import QtBot

    from snapmgr.inspect.index import StreamIndex
    from ui.main_window import MainWindow

from tests.limits import Limits, run_bounded, wait_for_no_disk

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

NOTHING_MAY_BE_SKIPPED = bool(os.environ.get("SNAPMGR_CI"))
"""Set by .ci/run, which has installed QEMU and brought the corpus: there a skip hides a broken machine."""

# The same examples in every run, so that a change is judged by what it changed; --hypothesis-profile=explore looks on.
# None is timed: a busy machine is no fault of what is tested.
hypothesis_settings.register_profile("same", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", derandomize=False, deadline=None)
hypothesis_settings.load_profile("same")


LIMITS = pytest.StashKey[Limits]()
wait_for_no_disk()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LIMITS] = Limits()
    config.pluginmanager.register(config.stash[LIMITS], "limits")


def _refuse_skip(report: Any) -> None:
    if NOTHING_MAY_BE_SKIPPED and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"nothing may be skipped here (SNAPMGR_CI is set), but: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    report = yield
    _refuse_skip(report)
    return report


def pytest_collection_finish() -> None:
    """What was collected stays: no search for garbage need look through thousands of tests again."""
    gc.collect()
    gc.freeze()


# The window's fixtures.  They import Qt only when a test asks for them.

HARMLESS = ("propagateSizeHints", "support raise()", "support grabbing the keyboard")
"""What Qt's offscreen platform says of itself."""


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the settings of whoever runs it."""
    folder = tmp_path_factory.getbasetemp() / "home"
    shutil.rmtree(folder / "xdg_data_home" / "snapmgr" / "sidecar", ignore_errors=True)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(folder / name.lower()))


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test of the window leaves no thread of Qt, no running timer of a dead window and no warning of Qt."""
    if not {"qapp", "qtbot", "window", "loop"} & set(request.fixturenames):
        yield
        return
    log = request.getfixturevalue("qtlog")
    yield
    warned = [record.message for record in log.records if record.type_name in ("QtWarningMsg", "QtCriticalMsg")]
    unexpected = [text for text in warned if not any(part in text for part in HARMLESS)]
    assert not unexpected, f"Qt warned: {unexpected}"


Drive = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def loop(qapp: Any) -> Iterator[asyncio.AbstractEventLoop]:
    """asyncio on Qt's event loop; whoever asks which loop runs is told so also where Qt turns it for a click of a test,
    or once more at the end of ``run_until_complete``: in the application it always runs."""
    import qasync

    class Loop(qasync.QEventLoop):  # type: ignore[misc]
        def run_forever(self) -> Any:
            try:
                return super().run_forever()
            finally:
                asyncio._set_running_loop(self)

    qapp.setQuitOnLastWindowClosed(False)
    made = Loop(qapp)
    asyncio.set_event_loop(made)
    asyncio._set_running_loop(made)
    yield made
    asyncio._set_running_loop(None)
    made.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def bounded(pytestconfig: pytest.Config) -> Callable[[asyncio.AbstractEventLoop, Coroutine[Any, Any, Any]], Any]:
    """Runs a coroutine in a loop, within the time that the test has left."""
    limits = pytestconfig.stash[LIMITS]
    return lambda loop, work: run_bounded(loop, work, limits.left())


@pytest.fixture
def drive(loop: asyncio.AbstractEventLoop, bounded: Callable[..., Any]) -> Drive:
    """Runs a coroutine to its end while the window lives."""
    return functools.partial(bounded, loop)


@pytest.fixture
def make_window(qtbot: QtBot, drive: Drive, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    """Makes windows with settings of their own; they are ended and freed after the test."""
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication

    from ui.main_window import MainWindow
    from ui.shell.garbage import Garbage
    from ui.shell.settings import Settings
    from ui.theme.appearance import Appearance

    garbage = Garbage()  # as in the application: no widget dies in a worker
    made: list[tuple[MainWindow, Appearance]] = []

    def make(folder: Path = tmp_path / "settings", now: Callable[[], float] = lambda: 1795437300.0) -> MainWindow:
        appearance = Appearance(QApplication.instance())
        window = MainWindow(Settings(folder), appearance, now)
        window.show()
        made.append((window, appearance))
        return window

    yield make
    for window, appearance in made:
        drive(window.end())
        for widget in QApplication.topLevelWidgets():
            if widget.parent() is window:
                widget.close()
        window.close()
        window.deleteLater()
        appearance.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    garbage.stop()
    left = [widget for widget in QApplication.topLevelWidgets() if type(widget).__module__.startswith("ui.")]
    assert not left, f"the window left {left} behind"


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    """A window on its start page, as at a first run."""
    return make_window()


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., StreamIndex]]:
    """``indexed(name, file="stream", damaged=False)``: the index of a corpus stream, ``*`` all channels of one."""
    from snapmgr.containers.open import open_source
    from snapmgr.inspect.index import index_stream
    from tests import corpus

    folder: Path = tmp_path_factory.mktemp("streams")
    made: dict[tuple[str, str, bool], StreamIndex] = {}

    def index(name: str, file: str = "stream", *, damaged: bool = False) -> StreamIndex:
        key = (name, file, damaged)
        if key not in made:
            path = corpus.lay_out(name, folder) if file == "*" else folder / f"{name}.{file}"
            if file != "*":
                path.write_bytes(corpus.stream_bytes(name, file, damaged=damaged))
            made[key] = index_stream(open_source(path))
        return made[key]

    yield index
    for known in made.values():
        known.source.close()

"""A test that hangs is named and ends, wherever it hangs."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.limits import run_bounded

ROOT = Path(__file__).parent.parent


def test_a_coroutine_that_never_ends_is_shown(loop: asyncio.AbstractEventLoop) -> None:
    async def waits_in_vain() -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError, match=r"not done after 0 s:\n(.*\n)*.*in waits_in_vain"):
        run_bounded(loop, waits_in_vain(), 0)


def test_a_test_that_hears_no_alarm_dies_with_its_stacks(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "from tests import limits\nlimits.GRACE = 0.1\n"
        "def pytest_configure(config): config.pluginmanager.register(limits.Limits())\n"
    )
    (tmp_path / "test_deaf.py").write_text(
        "import threading\n\n"
        "def test_deaf():\n"
        "    try:\n        threading.Event().wait()\n"
        "    except BaseException:\n        threading.Event().wait()\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:qt", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", tmp_path, "--timeout", "0.1", tmp_path],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1 and 'test_deaf.py", line 7 in test_deaf' in done.stderr, (done.stdout, done.stderr)


def test_the_loop_is_known_where_a_test_turns_it_with_a_click(loop: asyncio.AbstractEventLoop) -> None:
    from PySide6.QtWidgets import QApplication

    asked: list[object] = []
    loop.run_until_complete(asyncio.sleep(0))
    loop.call_soon(lambda: asked.append(asyncio.get_running_loop()))
    while not asked:
        QApplication.processEvents()
    assert asked == [loop]

"""The arrows between packages, as pyproject.toml has them."""

from __future__ import annotations

import subprocess
import sys

from tests.corpus import ROOT


def test_dependencies_run_one_way():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_window_is_not_needed_for_anything_below_it():
    """Importing all of the engine brings no Qt."""
    code = (
        "import pkgutil, importlib, sys, snapmgr\n"
        "for module in pkgutil.walk_packages(snapmgr.__path__, 'snapmgr.'):\n"
        "    module.name.endswith('__main__') or importlib.import_module(module.name)\n"
        "print(sum(name.startswith(('PySide6', 'ui')) for name in sys.modules), len(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    qt, loaded = map(int, done.stdout.split())
    assert qt == 0
    assert loaded > 50

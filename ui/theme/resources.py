"""Finds the files that the window needs: beside the source tree, inside a wheel, or in a bundle."""

from __future__ import annotations

import functools
from pathlib import Path


@functools.cache
def root() -> Path:
    """The resources folder.  Raises FileNotFoundError for an installation that lost it."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_resources", package.parent / "resources"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"The resources folder of Snapmgr is missing beside {package}")


def resource(*parts: str) -> Path:
    """One shipped file, e.g. ``resource("demo", "demo.mig")``."""
    return root().joinpath(*parts)

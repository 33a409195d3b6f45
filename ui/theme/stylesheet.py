"""The one style sheet, filled from the tokens and the chosen size of type."""

from __future__ import annotations

import re
from dataclasses import asdict
from string import Template

from ui.theme.resources import resource
from ui.theme.tokens import BODY, Tokens

_MEASURE = re.compile(r"\$\{([fh])(\d+)\}")


def stylesheet(tokens: Tokens, body: int, family: str = "Inter") -> str:
    """Qt's style sheet for a theme with body text of ``body`` px.  Raises KeyError for a name that is no token."""
    template = resource("qss", "snapmgr.qss").read_text(encoding="utf-8")
    measures = {f"{kind}{size}": _pixels(kind, int(size), body) for kind, size in _MEASURE.findall(template)}
    dark = tokens.name.startswith("dark")
    extra = {
        "segment": tokens.selInactive if dark else tokens.panel,
        "scroll": tokens.p_zero,
        "family": family,
        "icons": resource("icons").as_posix(),
    }
    return Template(template).substitute({**asdict(tokens), **measures, **extra})


def _pixels(kind: str, size: int, body: int) -> str:
    """Type scales both ways, heights only up: a smaller text does not make a smaller target."""
    scaled = round(size * body / BODY)
    return f"{scaled if kind == 'f' else max(size, scaled)}px"

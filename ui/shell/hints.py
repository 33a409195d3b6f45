"""What to do, in the words of the window: the engine's hints do not know who reads them."""

from __future__ import annotations

from ui.shell.sentences import sentence
from ui.words import later, tr

_WITH = {
    "backing-outside": later("The setting “Folders for backing files” does that."),
    "disk-only": later("Export… in Snapshots does that."),
    "migration-stream": later("The Inspector shows it."),
}


def window_hint(code: str, hint: str | None) -> str:
    """The hint of a fault with what does it here."""
    return " ".join(part for part in (sentence(hint or ""), tr(_WITH.get(code, ""))) if part)

"""The table of all error texts of savevm.c: the stream that provokes each, or why none can.

``python -m tests.inspect.coverage`` writes it to docs/format/texts.md; a test holds the two together.
"""

from __future__ import annotations

from pathlib import Path

from tests.corpus import ROOT
from tests.inspect.foreseen import CASES, reason_left_out
from tests.savevm import spec

TABLE = ROOT / "docs" / "format" / "texts.md"
_HEAD = """# Texts of QEMU's loader

Every error and warning text of QEMU's `migration/savevm.c`, in its order. A text with a number of bytes is provoked by
a stream of that size (`tests/inspect/foreseen.py`), and a test compares what `snapctl verify --against` foresees of it
with what a real `-incoming` prints first. The others have the reason why no incoming stream makes QEMU print them.
`python -m tests.inspect.coverage` writes this table.

{counts}

| function | text | stream, or why none |
| --- | --- | --- |
"""


def table() -> str:
    """All of it, as Markdown."""
    texts, _ = spec.noted()
    rows = [f"| `{text.function}` | `{_escaped(text.text)}` | {status(text)} |" for text in texts]
    return _HEAD.format(counts=counts()) + "\n".join(rows) + "\n"


def status(text: spec.Text) -> str:
    """How a text is dealt with."""
    case = CASES.get(text)
    return f"{len(case.data)} bytes" if case is not None else str(reason_left_out(text))


def counts() -> str:
    """One sentence with the sums."""
    texts, _ = spec.noted()
    provoked = sum(text in CASES for text in texts)
    return f"{len(texts)} texts: {provoked} provoked by a stream, {len(texts) - provoked} that no stream provokes."


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def write(path: Path = TABLE) -> None:
    path.write_text(table())


if __name__ == "__main__":
    write()

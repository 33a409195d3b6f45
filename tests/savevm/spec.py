"""The texts and trace events of savevm.c: taken from the file where it is beside the clone, else as they were noted.

``python -m tests.savevm.spec`` notes them anew in tests/data/savevm-texts.json.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.corpus import ROOT, SHIPPED

SOURCE = ROOT.parent / "shared" / "spec" / "savevm.c"
NOTED = SHIPPED / "savevm-texts.json"
EXCLUDED = SHIPPED / "savevm-exclusions.json"

MACROS = {
    "QERR_MIGRATION_ACTIVE": '"There\'s a migration process in progress"',
    "QERR_IO_ERROR": '"An IO error has occurred"',
    "PRIx32": '"x"',
    "PRIu32": '"u"',
    "PRIx64": '"lx"',
}
_FUNCTION = re.compile(r"^(?:[a-z_A-Z0-9]+[ \n])+\**([a-z_]+)\([^;{]*\)\n\{", re.M)
_REPORT = re.compile(r"\b(?:error_report|error_setg|error_setg_errno|warn_report)\(")
_TRACE = re.compile(r"\btrace_([a-z_]+)\(")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Text(NamedTuple):
    """A format as it stands in a function, the ``nth`` of its kind there; ``%s`` of __func__ is filled in."""

    function: str
    text: str
    nth: int = 0

    def matches(self, line: str) -> bool:
        return re.fullmatch(_pattern(self.text), line) is not None


class Traced(NamedTuple):
    function: str
    name: str


def noted() -> tuple[list[Text], list[Traced]]:
    data = json.loads(NOTED.read_text())
    return [Text(*entry) for entry in data["texts"]], [Traced(*entry) for entry in data["traces"]]


def excluded() -> tuple[dict[Text, str], dict[Traced, str]]:
    """Reasons by what is left out."""
    data = json.loads(EXCLUDED.read_text())
    texts = {Text(*entry["what"]): str(entry["reason"]) for entry in data["texts"]}
    return texts, {Traced(*entry["what"]): str(entry["reason"]) for entry in data["traces"]}


def extracted(source: str) -> tuple[list[Text], list[Traced]]:
    """What stands in savevm.c, in its order; a trace event counts once a function."""
    starts = [(match.start(), match[1]) for match in _FUNCTION.finditer(source)]
    seen: Counter[tuple[str, str]] = Counter()
    texts = []
    for match in _REPORT.finditer(source):
        function = _function_at(starts, match.start())
        text = _format(_arguments(source, match.end()), function)
        if match[0].startswith("error_setg_errno"):
            text += ": %s"
        texts.append(Text(function, text, seen[function, text]))
        seen[function, text] += 1
    traces = dict.fromkeys(Traced(_function_at(starts, match.start()), match[1]) for match in _TRACE.finditer(source))
    return texts, list(traces)


def functions(source: str) -> list[str]:
    """Every function that savevm.c defines."""
    return [match[1] for match in _FUNCTION.finditer(source)]


def _function_at(starts: list[tuple[int, str]], position: int) -> str:
    return [name for start, name in starts if start < position][-1]


def _arguments(source: str, start: int) -> str:
    """Up to the parenthesis that closes the call."""
    at, depth = start, 1
    while depth:
        match source[at]:
            case '"':
                string = _STRING.match(source, at)
                assert string is not None
                at = string.end() - 1
            case "(":
                depth += 1
            case ")":
                depth -= 1
        at += 1
    return source[start : at - 1]


def _format(arguments: str, function: str) -> str:
    for macro, string in MACROS.items():
        arguments = arguments.replace(macro, string)
    first = _STRING.search(arguments)
    assert first is not None
    text, at = first[1], first.end()
    while (more := re.match(r'\s*"((?:[^"\\]|\\.)*)"', arguments[at:])) is not None:
        text += more[1]
        at += more.end()
    return text.replace("%s", function, 1) if arguments[at:].lstrip(", \n").startswith("__func__") else text


def _pattern(text: str) -> str:
    """A format of C as a pattern of what it prints."""
    kinds = {"s": ".*", "d": r"-?\d+", "u": r"\d+", "x": "[0-9a-f]+", "lx": "[0-9a-f]+", "zu": r"\d+", "zd": r"-?\d+"}
    kinds |= {"p": "0x[0-9a-f]+", ".*s": ".*"}
    parts = re.split(r"%(\.\*s|lx|zu|zd|[sduxp])", text)
    return "".join(kinds[part] if index % 2 else re.escape(part) for index, part in enumerate(parts))


def write(path: Path = NOTED) -> None:
    texts, traces = extracted(SOURCE.read_text())
    path.write_text(json.dumps({"texts": texts, "traces": traces}, indent=1) + "\n")


if __name__ == "__main__":
    write()

"""Finds what people would read in English whatever their language is, in the source of the window."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

TRANSLATE = {"tr", "plural", "later"}
KEYS = {"shown_keys", "QKeySequence"}
"""Calls whose texts are translated, or names of keys, which Qt translates."""

SHOWN = {
    "setText": 0, "setToolTip": 0, "setStatusTip": 0, "setWindowTitle": 0, "setPlaceholderText": 0, "setTitle": 0,
    "setIconText": 0, "setAccessibleName": 0, "setAccessibleDescription": 0, "addMenu": 0, "addAction": 0, "addItem": 0,
    "QLabel": 0, "QAction": 0, "QMenu": 0, "QPushButton": 0, "QCheckBox": 0, "QRadioButton": 0, "QListWidgetItem": 0,
    "label": 0, "ElidedLabel": 0, "button": 0, "icon_button": 1, "SearchField": 0, "FindBar": 0, "EmptyState": 1,
    "NoticeBox": 1, "Chip": 0, "PaletteEntry": 0, "set_fact": 0, "say": 0, "set_hint": 0, "notify": 0, "fail": 1,
    "describe": 1, "add": 1,
}  # fmt: skip
"""What shows a text, and which of its arguments that is: there a word is enough to be found."""

NAMES = {"Snapmgr", "Snapmgr ", "Qt for Python", "Inter, JetBrains Mono"}
"""Said alike in every language."""

NOT_OURS = {"another process", "RAM, iteration ", '  "devices": [', "static const unsigned char bytes["}
"""What the engine answers, what stands in a stream, what a compiler reads."""

SENTENCE = re.compile(r"[A-Za-z]\S*\s+\S|[A-Za-z]{2}\s|\s[A-Za-z]{2}|^[A-Z][a-z]{2,}…?$")
"""Two words, a word beside a place that is filled, or one with a capital."""


def untranslated(source: str) -> list[tuple[int, str]]:
    """(line, text) of every literal that is shown and not translated."""
    tree = ast.parse(source)
    quiet = {id(part) for node in ast.walk(tree) for part in _quiet(node)}
    shown = {id(text) for node in ast.walk(tree) for text in _shown(node)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet
        if node.value not in NAMES | NOT_OURS and _reads(node.value, shown=id(node) in shown)
    ]


def _reads(text: str, *, shown: bool) -> bool:
    return bool(SENTENCE.search(text) or (shown and re.search(r"[A-Za-z]{2}", text)))


def _quiet(node: ast.AST) -> Iterator[ast.AST]:
    """Literals that nobody reads in the window, or that are translated."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value  # a docstring
    elif isinstance(node, ast.Raise | ast.Assert | ast.pattern) or _names_things(node):
        yield from ast.walk(node)
    elif isinstance(node, ast.Call) and _called(node.func) in TRANSLATE | KEYS:
        for part in node.args:
            yield from ast.walk(part)


def _names_things(node: ast.AST) -> bool:
    """``__all__``, a docstring that is put together, ``keys=``."""
    if isinstance(node, ast.Assign):
        return any(_called(target) in ("__doc__", "__all__") for target in node.targets)
    return isinstance(node, ast.keyword) and node.arg == "keys"


def _called(node: ast.AST) -> str:
    """The last name of ``a.b.name``."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _shown(node: ast.AST) -> Iterator[ast.AST]:
    """The literals that a call of ``SHOWN`` is given as they are, or one of which it is given."""
    if isinstance(node, ast.Call) and (at := SHOWN.get(_called(node.func), -1)) in range(len(node.args)):
        yield from _literals(node.args[at])


def _literals(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Constant):
        yield node
    elif isinstance(node, ast.JoinedStr | ast.BoolOp):
        for part in node.values:
            yield from _literals(part)
    elif isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))
    elif isinstance(node, ast.BinOp):
        yield from (*_literals(node.left), *_literals(node.right))

"""Names as they can be shown: every byte of a snapshot's name stays visible, none of it can disturb the layout.

A tag in a qcow2 may hold any bytes; the engine decodes it as UTF-8 with surrogateescape.  What does not print
(controls, line ends, marks that turn the writing direction, bytes that are not UTF-8) is written as an escape.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from snapmgr.names import visible_name
from snapmgr.snapshots.model import SnapshotRow
from ui.isolation import isolated
from ui.shell.formats import shortened
from ui.words import tr

_SEPARATORS = " -_."
_IN_TITLE = 34


def shown_name(name: str, snapshot_id: str = "") -> str:
    """What stands for a snapshot in lists: its name, or its id where the name is empty or blank."""
    if name.strip():
        return visible_name(name)
    blank = tr("(blank name)") if name else tr("(no name)")
    #: {blank} is “(no name)” or “(blank name)”
    return tr("{blank} id {id}", blank=blank, id=isolated(visible_name(snapshot_id))) if snapshot_id else blank


def quoted(name: str, snapshot_id: str = "") -> str:
    """A snapshot's name inside a sentence."""
    #: A name inside a sentence, in quotation marks
    return tr("“{name}”", name=isolated(shown_name(name, snapshot_id)))


def in_title(row: SnapshotRow) -> str:
    """The same for a title: of a long name the middle is left out, since a word wider than its box is cut off."""
    #: A name inside a sentence, in quotation marks
    return tr("“{name}”", name=isolated(shortened(shown_name(row.name, row.id), _IN_TITLE)))


def whole_name(row: SnapshotRow) -> str:
    """For the tooltip of such a title."""
    return isolated(shown_name(row.name, row.id))


def disk_labels(paths: Sequence[str]) -> dict[str, str]:
    """The shortest name that tells each disk from the others: what follows the machine's name, file name without
    suffix, file name, then its folder.

    >>> disk_labels(["/vm/devbox-vda.qcow2", "/vm/devbox-vdb.qcow2"])
    {'/vm/devbox-vda.qcow2': 'vda', '/vm/devbox-vdb.qcow2': 'vdb'}
    """
    unique = list(dict.fromkeys(paths))
    start = len(_common_words([_stem(path) for path in unique])) if len(unique) > 1 else 0
    for form in (lambda path: _stem(path)[start:].lstrip(_SEPARATORS), _stem, _base, _with_folder):
        labels = [visible_name(form(path)) for path in unique]
        if all(labels) and len(set(labels)) == len(unique):
            return dict(zip(unique, labels, strict=True))
    return {path: visible_name(path) for path in unique}


def _base(path: str) -> str:
    return Path(path).name or path


def _stem(path: str) -> str:
    return _base(path).removesuffix(".qcow2") or path


def _with_folder(path: str) -> str:
    return "/".join(Path(path).parts[-2:])


def machine_name(paths: Sequence[str]) -> str:
    """What several images opened together are called: the file itself, or what their names have in common."""
    if len(paths) == 1:
        return visible_name(_base(paths[0]))
    stems = [_stem(path) for path in paths]
    common = _common_words(stems)
    return visible_name(common) if len(common) >= 2 else f"{visible_name(stems[0])} + {len(paths) - 1}"


def _common_words(texts: Sequence[str]) -> str:
    """What all begin with, up to the end of a word: ``devbox`` of ``devbox-vda`` and ``devbox-vdb``."""
    shortest, longest = min(texts), max(texts)
    length = next((n for n, char in enumerate(shortest) if longest[n : n + 1] != char), len(shortest))
    while length and any(length < len(text) and text[length] not in _SEPARATORS for text in texts):
        length = max((shortest.rfind(separator, 0, length) for separator in _SEPARATORS), default=0)
        length = max(length, 0)
    return shortest[:length].rstrip(_SEPARATORS)

"""What a change of images made free, for people and for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapmgr.cli.text import size

if TYPE_CHECKING:
    from snapmgr.snapshots.transaction import Changed


def freed_text(one: Changed) -> str:
    """Within the file, or given back to the disk that it is on."""
    if one.given_back is not None:
        return f"{size(one.given_back)} given back"
    return f"{size(one.freed)} of the file are free now"


def freed_document(one: Changed) -> dict[str, Any]:
    """``freed`` within the file, ``given-back`` where that was asked for; bytes."""
    given = {} if one.given_back is None else {"given-back": one.given_back}
    return {"freed": one.freed, **given}


def changed_document(one: Changed) -> dict[str, Any]:
    """An image, and which snapshot of it this was about."""
    return {"path": one.path, "id": one.id, "name": one.name, **freed_document(one)}

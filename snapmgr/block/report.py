"""What is wrong with an image, as JSON documents."""

from __future__ import annotations

from typing import Any

from snapmgr.block.checking import ImageCheck
from snapmgr.block.problem import ImageProblem


def problem_document(problem: ImageProblem) -> dict[str, Any]:
    """``offset`` in bytes of the file, None where it lies at no one place."""
    return {
        "code": problem.code,
        "message": problem.message,
        "offset": problem.offset,
        "hint": problem.hint or None,
    }


def check_document(path: str, found: ImageCheck) -> dict[str, Any]:
    """The fields of ``qemu-img check --output=json`` (qapi: ImageCheck), and ``problems``.

    As there, all but ``check-errors`` and ``image-end-offset`` is left out where it is 0.
    """
    tally = found.checked.tally
    document: dict[str, Any] = {
        "filename": path,
        "format": "qcow2",
        "check-errors": tally.check_errors,
        "image-end-offset": tally.image_end,
    }
    optional = {
        "corruptions": tally.corruptions,
        "leaks": tally.leaks,
        "leaks-fixed": found.leaks_fixed,
        "corruptions-fixed": found.corruptions_fixed,
        "total-clusters": tally.total_clusters,
        "allocated-clusters": tally.allocated,
        "fragmented-clusters": tally.fragmented,
        "compressed-clusters": tally.compressed,
    }
    document.update({name: number for name, number in optional.items() if number})
    document["problems"] = [problem_document(problem) for problem in found.checked.problems]
    return document

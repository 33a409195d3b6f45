"""What is wrong with an image that can be read all the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImageProblem:
    """A fault in an image: stable ``code``, one sentence, where it lies (bytes in the file, None = no one place)."""

    code: str
    message: str
    offset: int | None = None
    hint: str = ""

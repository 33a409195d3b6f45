"""What a comparison of two dumps finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference that breaks loading: ``section`` and ``description`` say where.  Codes: ``section-missing``,
    ``entry-missing``, ``version``, ``minimum-version``, ``description-name``, ``description-missing``,
    ``field-missing``, ``field-name``, ``field-size``, ``unused-size``, ``subsection-missing``."""

    code: str
    section: str
    message: str
    description: str = ""


class Findings:
    """Gathers findings."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def add(self, code: str, section: str, message: str, description: str = "") -> None:
        self.found.append(Finding(code, section, message, description))

    def version(self, section: str, description: str, source: dict[str, Any], destination: dict[str, Any]) -> None:
        """What is sent may be neither newer than the destination knows nor older than it still loads.

        The latter counts for descriptions only: a section's own versions are those of its description.
        """
        sent, known = source["version_id"], destination["version_id"]
        where = description or section
        if sent > known:
            self.add("version", section, f"{where}: version {sent} is sent, {known} is known", description)
        least = destination.get("minimum_version_id")
        if description and least is not None and sent < least:
            text = f"{where}: version {sent} is sent, at least {least} is needed"
            self.add("minimum-version", section, text, description)

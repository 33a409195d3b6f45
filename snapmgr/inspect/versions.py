"""What only some versions of QEMU know, or load to the end: for the verdict, no faults of the stream."""

from __future__ import annotations

from snapmgr.inspect.model import Problem, Severity
from snapmgr.savevm.configuration import CAPABILITIES_OF
from snapmgr.wire.wording import CHAINING, COLO_OFF, VERSIONS, by_version, chained

OLD, *NEWER = VERSIONS

_NO_BLOCK = (
    "Unknown savevm section or instance 'block' 0. Make sure that your current VM setup matches your saved VM setup, "
    "including any hotplugged devices"
)

UNKNOWN_TO: dict[str, tuple[str, dict[str, str]]] = {
    "switchover-start": (
        "The command SWITCHOVER_START came with QEMU 10.0; older versions refuse it",
        {OLD: "MIG_CMD 0xb unknown (len 0x0)"},
    ),
    "multifd-flush": (
        "The RAM word MULTIFD_FLUSH came after QEMU 7.2",
        {OLD: "Unknown combination of migration flags: 0x200"},
    ),
    "compressed-pages": (
        "Compressed pages were removed before QEMU 10.0",
        dict.fromkeys(NEWER, "Unknown combination of migration flags: 0x100"),
    ),
    "block-migration": (
        "The old block migration was removed before QEMU 10.0: newer ones have no section for it",
        {version: text for version, text in by_version(_NO_BLOCK).items() if version in NEWER},
    ),
}
"""Code, sentence, and the text of every version that refuses it."""


class VersionNotes:
    """The first place of everything that not every version accepts, as notes."""

    def __init__(self) -> None:
        self.notes: list[Problem] = []
        self._seen: set[str] = set()

    def see(self, code: str, offset: int, length: int) -> None:
        """Something of ``UNKNOWN_TO`` stands at ``offset``."""
        if code not in self._seen:
            message, texts = UNKNOWN_TO[code]
            self._note(Problem(Severity.NOTE, code, offset, message, length=length, qemu=dict(texts)))

    def colo(self, offset: int, length: int) -> None:
        """ENABLE_COLO: a loader that accepts it waits for checkpoints behind the end (migration/colo.c)."""
        if "colo" not in self._seen:
            message = "After ENABLE_COLO a loader waits for checkpoints, which a file cannot bring"
            hint = "Send it between two QEMUs that both have the capability x-colo."
            texts = {version: chained(COLO_OFF) for version in CHAINING}
            self._note(Problem(Severity.ERROR, "colo", offset, message, length=length, hint=hint, qemu=texts))

    def capability(self, name: str, offset: int, length: int) -> Problem | None:
        """Note a capability that some versions do not know; a problem if none does."""
        unknown = {
            version: text
            for version, text in by_version(f"Received unknown capability {name}").items()
            if name not in CAPABILITIES_OF[version]
        }
        message = f"Capability {name} is announced, and QEMU {' and '.join(unknown)} does not know it"
        if len(unknown) == len(CAPABILITIES_OF):
            return Problem(Severity.ERROR, "capability-unknown", offset, message, length=length, qemu=unknown)
        if unknown:
            self._note(Problem(Severity.NOTE, "capability-version", offset, message, length=length, qemu=unknown))
        return None

    def _note(self, problem: Problem) -> None:
        self._seen.add(problem.code)
        self.notes.append(problem)

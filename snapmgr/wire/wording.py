"""How releases word a refusal.

Up to 10.1 every place prints a line of its own, the innermost first.  Later ones let most errors travel up, and print
them as one line at the end, behind what became of the whole (m: 11.1.3).
"""

from __future__ import annotations

import errno
import os
import re

from snapmgr.wire.constants import MAGIC, VERSION, RecordType

VERSIONS = ("7.2", "10.0", "11.1")
"""Releases whose loaders are known; each stands for those around it."""

CHAINING = frozenset({"11.1"})
"""Those of them that say all in one line."""

IO_ERROR = "load of migration failed: Input/output error"
"""All that older ones say where a stream ends between two records."""

NO_FOOTER = "check_section_footer: Read section footer failed: -5"
NOT_A_STREAM, UNSUPPORTED = "Not a migration stream", "Unsupported migration stream version"
NO_CONFIGURATION = "Configuration section missing"
COLO_OFF = "ENABLE_COLO command come in migration stream, but x-colo capability is not set"

_ENDED = "Failed to load section ID: stream error: -5: Channel error: Input/output error"
_AFTER_LOAD = "post load hook failed for: configuration, version_id: 1, minimum_version: 0: "
_IN_CAPABILITIES = "Loading VM subsection 'configuration/capabilities' in 'configuration' failed: "

_CHAINED: tuple[tuple[str, str, int], ...] = (
    ("Failed to load configuration:(?:name|len)", "Failed to load configuration state: stream error: -5", errno.EINVAL),
    (r"(MIG_CMD .* unknown .*)", r"\1", errno.EINVAL),
    (r"(Unable to read ID string .*)", r"\1", errno.EINVAL),
    (r"Unknown savevm (section .*)", r"Unknown \1", errno.EINVAL),
    (r"savevm: (unsupported version .*)", r"\1", errno.EINVAL),
    (r"qemu_loadvm_section_\w+: (Failed to read .*)", r"\1", errno.EIO),
    (r"((?:\w+|\(null\)) received with bad length .*)", r"\1", errno.ERANGE),
    (r"(CMD_PING .*)", r"\1", errno.EPERM),
    (r"(CMD_PACKAGED: .*)", r"\1", errno.EAGAIN),
    (r"(CMD_POSTCOPY_ADVISE invalid .*)", r"\1", errno.EINVAL),
    (r"(CMD_POSTCOPY_.*)", r"\1", errno.EPERM),
    (r"(RAM postcopy is .*)", r"\1", errno.EINVAL),
    (r"(Postcopy needs matching .*)", r"\1", errno.EPERM),
    (r"loadvm_handle_recv_bitmap: (.*)", r"\1", errno.EINVAL),
    (r"ENABLE_COLO command .*", r"MIG_CMD 0x8 deprecated (len 0x0)", errno.EINVAL),
    (r"SaveVM v2 format is obsolete .*", "SaveVM v2 format is obsolete and no longer supported", errno.ENOTSUP),
    (r"(Machine type received is .*)", _AFTER_LOAD + r"\1", errno.EINVAL),
    (r"(Received TARGET_PAGE_BITS is .*)", _AFTER_LOAD + r"\1", errno.EINVAL),
    (r"(Received unknown capability .*)", _IN_CAPABILITIES + r"\1", errno.EINVAL),
    (re.escape(IO_ERROR), _ENDED, errno.EIO),
)
"""Older lines of what is chained, what the chain has of them, and with which number it ends."""

_RULES = tuple((re.compile(line, re.DOTALL), chain, number) for line, chain, number in _CHAINED)
_WARNED = "loadvm_postcopy_handle_resume: "
_DISCARDING = "ram_block_discard_range: "


def failed(chain: str, number: int = errno.EINVAL) -> str:
    """The one line; ``number`` is positive."""
    return f"load of migration failed: {os.strerror(number)}: {chain}"


def chained(line: str) -> str:
    """What a chaining release prints first where an older one says ``line``: the same, where it is no error that
    travels up."""
    if line.startswith(_WARNED):
        return f"warning: {line}"
    if line.startswith(_DISCARDING):
        return line.replace(_DISCARDING, "ram_block_discard_shared_range: ", 1)
    for pattern, chain, number in _RULES:
        match = pattern.fullmatch(line)
        if match is not None:
            return failed(match.expand(chain), number)
    return line


def chain_of(line: str) -> str:
    """What travelled up, of the one line."""
    return line.split(": ", 2)[-1] if line.startswith("load of migration failed: ") else line


def wrong_magic(magic: bytes) -> str:
    """The same of bytes that begin no stream; missing ones are read as zeros."""
    found, expected = int.from_bytes(magic.ljust(4, b"\0")), int.from_bytes(MAGIC)
    return failed(f"{NOT_A_STREAM}, magic: {found:x} != {expected:x}")


def wrong_version(version: int) -> str:
    """The same of a version that is none."""
    return failed(f"{UNSUPPORTED}, file version {version:x} != {VERSION:x}", errno.ENOTSUP)


def no_configuration(found: int) -> str:
    """The same of a byte that stands where the configuration should begin."""
    return failed(f"{NO_CONFIGURATION}, {found:x} != {int(RecordType.CONFIGURATION):x}")


def by_version(line: str, newest: str | None = None) -> dict[str, str]:
    """What every release prints, where the older ones say ``line``; ``newest`` is what chaining ones say, if that does
    not follow from it, and empty if it is not known."""
    newest = chained(line) if newest is None else newest
    texts = {version: newest if version in CHAINING else line for version in VERSIONS}
    return {version: shown(text) for version, text in texts.items() if text}


def alike(texts: dict[str, str]) -> list[tuple[str, str]]:
    """Each text once, behind all the versions that say it (``7.2, 10.0``)."""
    said: dict[str, list[str]] = {}
    for version, text in texts.items():
        said.setdefault(text, []).append(version)
    return [(", ".join(versions), text) for text, versions in said.items() if text]


def shown(text: str) -> str:
    """A text or a name as it is printed: bytes that are not UTF-8 as U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

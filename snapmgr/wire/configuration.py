"""The configuration section: machine type and what the sender announces (savevm.c: vmstate_configuration).

No version, no instance and no footer; subsections follow directly, so each must be known to find its end.
"""

from __future__ import annotations

from snapmgr.errors import StreamError
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Configuration, ConfigurationSubsection, Fault
from snapmgr.wire.faults import fault
from snapmgr.wire.window import Short, Window
from snapmgr.wire.wording import by_version, failed

MAX_NAME = 4096
"""Longer machine types are refused; the longest that QEMU has is below 40 bytes."""

MAX_CAPABILITIES = 256

_NAME = b"configuration"
"""What begins so and is longer belongs to it (vmstate.c: vmstate_subsection_load)."""
TARGET_PAGE_BITS = "configuration/target-page-bits"
CAPABILITIES = "configuration/capabilities"
UUID = "configuration/uuid"


def read_configuration(window: Window, ended: bool) -> tuple[Configuration, Fault | None]:
    """Read the section whose type byte is next.  Raises Short and, for an impossible length, StreamError."""
    start = window.offset
    window.skip(1)
    length = window.be32()
    if length > MAX_NAME:
        text = None if length >> 31 else "Failed to load configuration:name"
        raise StreamError("configuration-length", f"a machine type of {length} bytes", offset=start + 1, qemu=text)
    machine = bytes(window.take(length))
    found: list[ConfigurationSubsection] = []
    problem: Fault | None = None
    while problem is None and _at_subsection(window, ended):
        problem = _read_subsection(window, found)
    end = found[-1].offset + found[-1].length if found else start + 5 + length
    window.offset = end
    return Configuration(start, end - start, machine, tuple(found)), problem


def _at_subsection(window: Window, ended: bool) -> bool:
    try:
        return window.peek(1)[0] == RecordType.SUBSECTION
    except Short:
        if ended:
            return False
        raise


def _read_subsection(window: Window, found: list[ConfigurationSubsection]) -> Fault | None:
    start = window.offset
    window.skip(1)
    raw = window.counted()
    if len(raw) <= len(_NAME) or not raw.startswith(_NAME):
        return fault(
            "section-type",
            start,
            1,
            "a subsection stands where a section should begin",
            "Unknown savevm section type 5",
        )
    name = raw.decode("utf-8", "surrogateescape")
    version = window.be32()
    at = window.offset
    if name == TARGET_PAGE_BITS:
        window.take(4)
    elif name == UUID:
        window.take(16)
    elif name == CAPABILITIES:
        count = window.be32()
        if count > MAX_CAPABILITIES:
            return fault("capability-count", at, 4, f"{count} capabilities", "Received unknown capability ")
        for _ in range(count):
            window.counted()
    else:
        text, shown = "load of migration failed: No such file or directory", name.partition("\0")[0]
        newest = failed(f"VM subsection '{shown}' in 'configuration' does not exist")
        return fault(
            "configuration-subsection",
            start,
            window.offset - start,
            f"the configuration has no subsection {name!r}",
            by_version(text, newest),
        )
    size = window.offset - at
    window.offset = at
    data = bytes(window.take(size))
    found.append(ConfigurationSubsection(start, window.offset - start, name, version, data))
    return None


def page_bits(subsection: ConfigurationSubsection) -> int:
    """log2 of the target's page size in bytes."""
    return int.from_bytes(subsection.data)


def capabilities(subsection: ConfigurationSubsection) -> tuple[str, ...]:
    """Names as sent, in order."""
    window = Window(len(subsection.data) + 1)
    window.append(subsection.data)
    return tuple(window.counted().decode("utf-8", "surrogateescape") for _ in range(window.be32()))

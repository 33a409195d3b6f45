"""What the headers of sections and the configuration say about themselves, beside the stream's own description.

QEMU finds the receiver of a section by its name and number, and compares versions with those of the receiver
(savevm.c: qemu_loadvm_section_start_full).  The receiver is not here; the description says what the sender had.
"""

from __future__ import annotations

from snapmgr.inspect.aliases import device_for
from snapmgr.inspect.model import Problem, Severity
from snapmgr.ram.words import IDSTR
from snapmgr.vmstate.description import VmDescription
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Configuration, SectionBegin
from snapmgr.wire.resync import HIGHEST_VERSION
from snapmgr.wire.wording import by_version

_CHANGED = "The bytes of this header or of the description at the end were changed after they were written."
_LIKE_THE_SENDER = "A machine like the sender's refuses it if the description is right."


def section_problem(event: SectionBegin, description: VmDescription | None) -> Problem | None:
    """What is wrong with the header of a START or FULL section, None if nothing."""
    if event.idstr is None or event.idstr == IDSTR or not event.idstr:
        return None
    if not event.idstr.isascii():
        return _name_of_no_device(event)
    if (event.version_id or 0) > HIGHEST_VERSION:
        return _version_of_no_device(event, description)
    if description is None or event.type != RecordType.FULL:
        return None
    return _not_as_described(event, description)


def machine_problem(event: Configuration) -> Problem | None:
    """A machine type that no QEMU can have: up to the first zero byte all must be printable."""
    name = event.machine.split(b"\0", 1)[0]
    if all(0x20 < byte < 0x7F for byte in name):
        return None
    message = f"The machine type of {len(event.machine)} bytes holds bytes that no name of a machine has"
    cause = "The length before it or the name itself was changed after it was written."
    return Problem(Severity.ERROR, "machine-name", event.offset + 5, message, length=len(event.machine), cause=cause)


def _name_of_no_device(event: SectionBegin) -> Problem:
    length = event.length - 14
    return Problem(
        Severity.ERROR,
        "section-name",
        event.offset + 6,
        "No device of any QEMU has a name that is not ASCII",
        _section(event),
        length,
        "The name was changed after it was written.",
        "Save the stream again.",
        by_version(_unknown_section(event)),
    )


def _version_of_no_device(event: SectionBegin, description: VmDescription | None) -> Problem:
    device = description.find(event.idstr or "", event.instance_id or 0) if description else None
    known = device.version if device else None
    return Problem(
        Severity.ERROR,
        "section-version",
        _version_at(event),
        f"Version {event.version_id} is beyond that of any device",
        _section(event),
        4,
        "The version was changed after it was written.",
        "Save the stream again.",
        {} if known is None else by_version(_too_new(event, known)),
    )


def _not_as_described(event: SectionBegin, description: VmDescription) -> Problem | None:
    instance_id = event.instance_id or 0
    device = device_for(description, event.idstr or "", instance_id)
    if device is None:
        return _warning(event, "section-not-described", event.offset + 5, _unknown_section(event))
    if device.instance_id != instance_id:  # said with the whole stream known (whole_checks)
        return None
    if device.state.contradiction is not None:
        return _wrong_description(event, device.state.contradiction)
    version = event.version_id or 0
    if device.version is None or device.version == version:
        return None
    text = _too_new(event, device.version) if version > device.version else ""
    return _warning(event, "version-not-described", _version_at(event), text, device.version)


def _warning(event: SectionBegin, code: str, offset: int, qemu: str, described: int | None = None) -> Problem:
    message = (
        "The stream's own description has no such section"
        if described is None
        else f"The section has version {event.version_id}, its description version {described}"
    )
    length = event.offset + event.length - offset
    texts = by_version(qemu) if qemu else {}
    return Problem(Severity.WARNING, code, offset, message, _section(event), length, _CHANGED, _LIKE_THE_SENDER, texts)


def _wrong_description(event: SectionBegin, wrong: str) -> Problem:
    message = f"The stream's own description of this section contradicts itself: {wrong}"
    hint = "QEMU loads it all the same; the section's fields may be shown wrongly."
    cause = "The description at the end was changed after it was written."
    return Problem(
        Severity.WARNING, "description-wrong", event.offset, message, _section(event), event.length, cause, hint
    )


def _section(event: SectionBegin) -> str:
    return f"{event.idstr} ({event.instance_id})"


def _version_at(event: SectionBegin) -> int:
    return event.offset + event.length - 4


def _unknown_section(event: SectionBegin) -> str:
    name = (event.idstr or "").split("\0", 1)[0]
    return (
        f"Unknown savevm section or instance '{name}' {event.instance_id}. Make sure that your current VM setup "
        "matches your saved VM setup, including any hotplugged devices"
    )


def _too_new(event: SectionBegin, known: int) -> str:
    version = event.version_id or 0
    signed = version - (1 << 32) if version >> 31 else version
    return f"savevm: unsupported version {signed} for '{event.idstr}' v{known}"

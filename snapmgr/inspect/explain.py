"""Faults of the reader as problems for people: what most likely happened, and what to do."""

from __future__ import annotations

from dataclasses import replace

from snapmgr.inspect.model import Problem, Severity
from snapmgr.wire.events import Fault, SectionBegin

_CUT = "The file was copied before it was complete, the disk was full, or the sender was stopped."
_OTHER_BUILD = (
    "The sender saved something that this description does not know: a build with local changes, "
    "or another version of the device."
)
_DAMAGED = (
    "The bytes were changed after they were written, or something before this place was read with the wrong length."
)

EXPLANATIONS: dict[str, tuple[str, str]] = {
    "not-a-stream": (
        "This is another kind of file, or its beginning is missing.",
        "Open a file that QEMU wrote with migrate, or the VM state inside a qcow2 image.",
    ),
    "stream-magic": (
        "The bytes were changed after they were written: what follows them reads as a stream.",
        "Save a repaired copy.",
    ),
    "stream-version": (
        "The stream was written by something far older or newer than any QEMU known.",
        "Save it again with a current QEMU.",
    ),
    "truncated": (_CUT, "Save or copy it again; everything up to here can be looked at."),
    "missing-section-footer": (
        _OTHER_BUILD,
        "Compare the versions of both QEMUs, or leave the device out on both sides.",
    ),
    "footer-id": (_DAMAGED, "Save the stream again."),
    "section-type": (_DAMAGED, "Save the stream again."),
    "section-id": ("The START of this section is missing or was damaged.", "Save the stream again."),
    "idstr-empty": (_DAMAGED, "Save the stream again."),
    "command-unknown": (
        "The sender is newer than the receiver, or the bytes were changed.",
        "Load it with a QEMU at least as new as the sender.",
    ),
    "command-length": (_DAMAGED, "Save the stream again."),
    "ram-flags": (
        "A page record of an unknown kind: a capability that the receiver does not have, or changed bytes.",
        "Save it with the same capabilities as the receiver.",
    ),
    "page-outside": (_DAMAGED, "Save the stream again."),
    "zero-fill": ("Only old QEMUs write and read such records.", "Load it with the QEMU version that wrote it."),
    "ram-version": (
        "The RAM section has another layout than all current QEMUs.",
        "Load it with the QEMU version that wrote it.",
    ),
    "channel-truncated": ("The capture or the connection ended early.", "Capture the migration again."),
    "channel-unknown": (
        "The connection belongs to something else, or is encrypted.",
        "Take its file out of the folder.",
    ),
    "mapped-ram-version": (
        "The sender is newer than any QEMU that this is known of.",
        "Load it with the QEMU version that wrote it.",
    ),
    "section-end-unknown": (
        "Nothing in the stream says how long a device section is.",
        "Save with section footers or with the VM description.",
    ),
    "vmdesc-truncated": (_CUT, "QEMU loads it all the same; fields may be shown as bytes only."),
    "command-data-outside": (
        "A command inside a package was written with its data behind the package, or the package's length was changed.",
        "QEMU loads it all the same, and sends such commands outside of packages only.",
    ),
    "package-nested": (
        "No QEMU puts a package into a package.",
        "Send the inner package behind the outer one.",
    ),
    "no-vmdesc": (_DAMAGED, "QEMU loads it all the same; fields are shown as bytes only."),
    "version-too-old": (
        "The sender is of an older version than the target still understands, or the bytes were changed.",
        "Load it with the QEMU version that wrote it.",
    ),
    "version-too-new": (
        "The sender is of a newer version than the target, or the bytes were changed.",
        "Load it with a QEMU at least as new, or save it with the machine type of the older one (-M).",
    ),
    "device-unknown": (
        "The two machines have other devices, or the name was changed after it was written.",
        "Start the target with the devices that the stream's machine had, at the same places.",
    ),
    "subsection-unknown": (
        "The sender's device is of another version, or has properties that the target's does not have.",
        "Compare the versions and the options of both machines.",
    ),
    "pci-config": (
        "Another device stands at this place in the target, or the bytes were changed.",
        "Give the target the same device, revision and capabilities at this place.",
    ),
    "virtio-features": (
        "The target's device has other options, or another network or disk behind it.",
        "Give it the options that the stream's device had, or start the guest anew.",
    ),
    "virtio-queues": (
        "The target's device has another number of queues, or the bytes were changed.",
        "Give the target's device the same number of queues.",
    ),
    "virtio-net": (
        "Behind the sender's device was a network that could more, a tap as a rule.",
        "Put the same kind of network behind the target's device.",
    ),
    "value-differs": (
        "The two devices were configured in another way, or the bytes were changed.",
        "Start the target's device with the same properties.",
    ),
    "configuration-capabilities": (
        "One side has a capability on that the other has not.",
        "Set the same capabilities on both sides before the stream is loaded.",
    ),
    "damaged-container": ("The packed file is cut or damaged.", "Copy or pack it again."),
}
_DEFAULT = (_DAMAGED, "Save the stream again.")


def problem_of(fault: Fault, instance_id: int | None) -> Problem:
    """The problem that a fault of the reader is."""
    cause, hint = EXPLANATIONS.get(fault.code, _DEFAULT)
    section = None
    if fault.idstr is not None:
        section = fault.idstr if instance_id is None else f"{fault.idstr} ({instance_id})"
    severity = Severity.ERROR if fault.fatal else Severity.WARNING
    message = fault.message[:1].upper() + fault.message[1:]
    return Problem(severity, fault.code, fault.offset, message, section, fault.length, cause, hint, dict(fault.qemu))


def stray_bytes(problem: Problem, section: SectionBegin | None, count: int) -> Problem:
    """A missing footer that came ``count`` bytes later after all, or was replaced by something else."""
    name = (problem.section or "the section").rsplit(" (", 1)[0]
    if section is None:
        return replace(problem, length=count)
    message = f"{counted(count, 'byte')} {'follows' if count == 1 else 'follow'} {name} that nothing describes"
    footer = f"7E {section.section_id.to_bytes(4).hex(' ').upper()}"
    cause = (
        f"The section footer ({footer}) should stand at {problem.offset:08X}, right after {name}; "
        f"reading goes on {counted(count, 'byte')} later. {_OTHER_BUILD}"
    )
    return replace(problem, message=message, cause=cause, length=count)


def counted(number: int, noun: str) -> str:
    """``1 byte``, ``2 bytes``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def ordered(problems: list[Problem]) -> tuple[Problem, ...]:
    """What QEMU stops at first on top, then by offset."""
    return tuple(sorted(problems, key=lambda problem: (problem.severity is not Severity.ERROR, problem.offset)))

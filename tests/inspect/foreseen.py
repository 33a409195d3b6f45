"""For every text on the load path of savevm.c a stream that provokes it, and the options of the machine that loads it.

The machine is QEMU's ``none``: RAM, a timer and the run state.  ``NOT_BY_A_STREAM`` has the texts that no stream makes
``-incoming`` print, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.savevm.loader import LOST_BITMAPS, PAUSED
from tests.savevm.provoke import OURS, THEIRS, capabilities
from tests.savevm.spec import Text
from tests.savevm.streams import (
    ADVISE,
    EOF,
    FULL,
    HEADER,
    PART,
    START,
    be32,
    begin,
    command,
    discard,
    footer,
    packaged,
    stream,
    subsection,
)


@dataclass(frozen=True)
class Case:
    """A stream, more options of the target machine, and its capabilities that are on."""

    data: bytes
    options: tuple[str, ...] = ()
    capabilities: frozenset[str] = frozenset()
    uuid: bytes | None = None
    runs: bool = False
    """Whether the guest runs before the stream ends: it comes over a socket, which is closed only then."""


def timer(payload: bytes = bytes(24), *, version: int = 2, section_id: int = 0, end: bytes | None = None) -> bytes:
    head = begin(FULL, section_id, b"timer", 0, version)
    return head + payload + (footer(section_id) if end is None else end)


def configured(*subsections: bytes, machine: bytes = b"none") -> bytes:
    configuration = b"\x07" + be32(len(machine)) + machine + b"".join(subsections)
    return stream(timer(), configuration=configuration)


def ram(kind: int, payload: bytes, *, version: int = 4) -> bytes:
    return begin(kind, 2, b"ram", 0, version) + payload


def on(*names: str) -> dict[str, object]:
    """Capabilities, as QEMU's options and as the rehearsal takes them."""
    options = [word for name in names for word in ("-global", f"migration.x-{name.removeprefix('x-')}=on")]
    return {"options": tuple(options), "capabilities": frozenset(names)}


def case(data: bytes, *names: str) -> Case:
    return Case(data, **on(*names))  # type: ignore[arg-type]


POSTCOPY = "postcopy-ram"
EOS = (0x10).to_bytes(8)
SIZE = 4 << 20
BLOCKS = (SIZE | 4).to_bytes(8) + b"\3ram" + SIZE.to_bytes(8)
RUN = packaged(command(4) + command(5))


def running(*records: bytes, capability: str = "") -> Case:
    """A guest that is told to run, and its stream breaks."""
    data = stream(*records, RUN, eof=b"")
    return Case(data, capabilities=frozenset([capability] if capability else ()), runs=True)


CASES: dict[Text, Case] = {
    Text("configuration_validate_capabilities", "Capability %s is %s, but received capability is %s"): case(
        configured(capabilities(b"x-ignore-shared"))
    ),
    Text("configuration_post_load", "Machine type received is '%.*s' and local is '%s'"): case(
        configured(machine=b"pc")
    ),
    Text("configuration_post_load", "Received TARGET_PAGE_BITS is %d but local is %d"): case(
        configured(subsection(b"configuration/target-page-bits", be32(16)))
    ),
    Text("get_capability", "Received unknown capability %s"): case(configured(capabilities(b"x-fly"))),
    Text("vmstate_uuid_post_load", "UUID is received %s, but local uuid isn't set"): case(
        configured(subsection(b"configuration/uuid", THEIRS))
    ),
    Text("vmstate_uuid_post_load", "UUID received is %s and local is %s"): Case(
        configured(subsection(b"configuration/uuid", THEIRS)),
        ("-uuid", "00010203-0405-0607-0809-0a0b0c0d0e0f"),
        uuid=OURS,
    ),
    Text("loadvm_postcopy_handle_advise", "CMD_POSTCOPY_ADVISE in wrong postcopy state (%d)"): case(
        stream(command(3), command(3))
    ),
    Text("loadvm_postcopy_handle_advise", "RAM postcopy is enabled but have 0 byte advise"): case(
        stream(command(3)), POSTCOPY
    ),
    Text("loadvm_postcopy_handle_advise", "RAM postcopy is disabled but have 16 byte advise"): case(
        stream(command(3, ADVISE))
    ),
    Text("loadvm_postcopy_handle_advise", "CMD_POSTCOPY_ADVISE invalid length (%d)"): case(
        stream(command(3, bytes(3)))
    ),
    Text("loadvm_postcopy_handle_advise", "Postcopy needs matching RAM page sizes (s=%lx d=%lx)"): case(
        stream(command(3, (2 << 20).to_bytes(8) + ADVISE[8:])), POSTCOPY
    ),
    Text("loadvm_postcopy_handle_advise", "Postcopy needs matching target page sizes (s=%d d=%zd)"): case(
        stream(command(3, ADVISE[:8] + (1024).to_bytes(8))), POSTCOPY
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD invalid length (%d)"): case(
        stream(command(3), command(6, bytes(19)))
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD invalid length (%d)", 1): case(
        stream(command(3), command(6, discard(b"ram", (0, 1), nil=b"\0\0")))
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD invalid version (%d)"): case(
        stream(command(3), command(6, discard(b"ram", (0, 1), version=1)))
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD Failed to read RAMBlock ID"): case(
        stream(command(3), command(6, discard(b"", (0, 1), nil=b"\0\0\0")))
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD missing nil (%d)"): case(
        stream(command(3), command(6, discard(b"ram", (0, 1), nil=b"x")))
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD in wrong postcopy state (%d)"): case(
        stream(command(6))
    ),
    Text("loadvm_postcopy_handle_listen", "CMD_POSTCOPY_LISTEN in wrong postcopy state (%d)"): case(stream(command(4))),
    Text("loadvm_postcopy_handle_run", "CMD_POSTCOPY_RUN in wrong postcopy state (%d)"): case(stream(command(5))),
    Text("loadvm_postcopy_handle_resume", "loadvm_postcopy_handle_resume: illegal resume received"): case(
        stream(command(9))
    ),
    Text("loadvm_handle_cmd_packaged", "CMD_PACKAGED: Buffer receive fail ret=%d length=%zu"): case(
        stream(packaged(b"", length=9))
    ),
    Text("loadvm_handle_recv_bitmap", "loadvm_handle_recv_bitmap: failed to read block name"): case(
        stream(command(10, b"\0"))
    ),
    Text("loadvm_handle_recv_bitmap", "loadvm_handle_recv_bitmap: invalid payload length (%d)"): case(
        stream(command(10, b"\4ram"))
    ),
    Text("loadvm_handle_recv_bitmap", "loadvm_handle_recv_bitmap: block '%s' not found"): case(
        stream(command(10, b"\3dev"))
    ),
    Text("loadvm_process_command", "MIG_CMD 0x%x unknown (len 0x%x)"): case(stream(command(12, length=0xFFFF))),
    Text("loadvm_process_command", "%s received with bad length - expecting %zu, got %d"): case(
        stream(command(2, bytes(3)))
    ),
    Text("loadvm_process_command", "CMD_OPEN_RETURN_PATH called when RP already open"): case(
        stream(command(1), command(1))
    ),
    Text("loadvm_process_command", "CMD_PING (0x%x) received with no return path"): case(stream(command(2, be32(31)))),
    Text("check_section_footer", "check_section_footer: Read section footer failed: %d"): case(
        stream(timer(end=b""), eof=b"")
    ),
    Text("check_section_footer", "Missing section footer for %s"): case(stream(timer(end=b""))),
    Text("check_section_footer", "Mismatched section id in footer for %s - read 0x%x expected 0x%x"): case(
        stream(timer(end=footer(31)))
    ),
    Text("qemu_loadvm_section_start_full", "Unable to read ID string for section %u"): case(
        stream(begin(FULL, 0xFFFFFFFF, b"") + footer(0))
    ),
    Text(
        "qemu_loadvm_section_start_full", "qemu_loadvm_section_start_full: Failed to read instance/version ID: %d"
    ): case(stream(begin(FULL, 0, b"timer"), eof=b"")[:-1]),
    Text(
        "qemu_loadvm_section_start_full",
        "Unknown savevm section or instance '%s' %u. Make sure that your current VM setup matches your saved VM setup, "
        "including any hotplugged devices",
    ): case(stream(begin(FULL, 0, b"gone", 0xFFFFFFFE) + footer(0))),
    Text("qemu_loadvm_section_start_full", "savevm: unsupported version %d for '%s' v%d"): case(
        stream(timer(version=3))
    ),
    Text("qemu_loadvm_section_start_full", "error while loading state for instance 0x%x of device '%s'"): case(
        stream(ram(START, EOS, version=3))
    ),
    Text("qemu_loadvm_section_part_end", "qemu_loadvm_section_part_end: Failed to read section ID: %d"): case(
        stream(bytes([PART]), eof=b"")
    ),
    Text("qemu_loadvm_section_part_end", "Unknown savevm section %d"): case(stream(begin(PART, 0xFFFFFFFE))),
    Text("qemu_loadvm_section_part_end", "error while loading state section id %d(%s)"): case(
        stream(ram(START, EOS) + footer(2), begin(PART, 2) + (0x80).to_bytes(8))
    ),
    Text("qemu_loadvm_state_header", "Not a migration stream"): case(b"QEVN" + bytes(4)),
    Text("qemu_loadvm_state_header", "SaveVM v2 format is obsolete and don't work anymore"): case(b"QEVM" + be32(2)),
    Text("qemu_loadvm_state_header", "Unsupported migration stream version"): case(b"QEVM" + be32(4)),
    Text("qemu_loadvm_state_header", "Configuration section missing"): case(HEADER + timer() + EOF),
    Text("qemu_loadvm_state_main", "Unknown savevm section type %d"): case(stream(footer(0))),
    Text("postcopy_ram_listen_thread", "postcopy_ram_listen_thread: loadvm failed: %d"): running(command(3)),
    Text("postcopy_ram_listen_thread", LOST_BITMAPS.replace("{}", "%d")): running(
        command(3), capability="dirty-bitmaps"
    ),
    Text("postcopy_pause_incoming", PAUSED): running(
        command(1),
        command(3, ADVISE),
        ram(START, BLOCKS + EOS) + footer(2),
        command(6, discard(b"ram", (0, SIZE))),
        capability=POSTCOPY,
    ),
    Text("qemu_loadvm_state", "Expected vmdescription section, but got %d"): case(stream(timer()) + b"B"),
}

_SAVING = "Said by the side that saves."
_MONITOR = "Said by a command of the monitor, not by -incoming."

NOT_BY_A_STREAM: dict[str, str] = {
    "loadvm_process_command: CMD_OPEN_RETURN_PATH failed": "Every channel that -incoming opens has a way back.",
    "loadvm_handle_cmd_packaged: Unreasonably large packaged state: %zu": (
        "The length is an u32, and the limit is the largest u32."
    ),
    "qemu_loadvm_section_start_full: loadvm: %s RAM loading not allowed on Xen": "Only under Xen.",
    "qemu_loadvm_state_setup: Load state of device %s failed": (
        "The setup of RAM and of bitmaps fails for want of memory only; nothing of the stream was read by then."
    ),
    "postcopy_sync_page_req: postcopy_sync_page_req: illegal host addr %p": (
        "Only where RAM was taken out of the machine while a page of it was waited for; no stream does that."
    ),
    "postcopy_sync_page_req: postcopy_sync_page_req: send rp message failed for addr %p": (
        "Said where the way back breaks between two requests after a recovery; what comes in has no part in it."
    ),
    "qemu_load_device_state: Failed to load device state: %d": (
        "Only between two COLO checkpoints, or under Xen by the monitor."
    ),
}
BY_FUNCTION: dict[str, str] = {
    "vmstate_register_with_alias_id": "Said while devices are made, before any stream is read.",
    "qemu_savevm_send_packaged": _SAVING,
    "qemu_savevm_state_blocked": _SAVING,
    "qemu_savevm_state_iterate": _SAVING,
    "qemu_savevm_state_complete_precopy_non_iterable": _SAVING,
    "qemu_savevm_state": _SAVING,
    "save_snapshot": _SAVING,
    "load_snapshot": _MONITOR,
    "qmp_xen_save_devices_state": _SAVING,
    "qmp_xen_load_devices_state": _MONITOR,
}


def reason_left_out(text: Text) -> str | None:
    """Why no stream provokes a text, None where one does."""
    return BY_FUNCTION.get(text.function) or NOT_BY_A_STREAM.get(f"{text.function}: {text.text}")

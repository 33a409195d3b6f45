"""For every text of savevm.c that can be met so far: how it comes about, and the line as it is then."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.blockers import check_state
from snapmgr.savevm.commands import MAX_PACKAGED, Commands
from snapmgr.savevm.device_state import xen_load, xen_save
from snapmgr.savevm.handlers import HandlerFailed
from snapmgr.savevm.loader import LOST_BITMAPS, Loader
from snapmgr.savevm.output import Output
from snapmgr.savevm.save import save_state
from snapmgr.savevm.saver import Saver
from snapmgr.savevm.status import MigrationState, MigrationStatus
from snapmgr.vmstate.state import VMState
from snapmgr.wire.events import NeedData
from tests.savevm.host import DEVICE, Device, Live, TestHost, refusal
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
    full,
    live,
    packaged,
    seen,
    stream,
    subsection,
)

Provoke = Callable[[], list[str]]
OURS, THEIRS = bytes(range(16)), bytes(range(1, 17))


def loading(data: bytes, **options: Any) -> Provoke:
    """The lines of a load."""
    return lambda: seen(data, **options).lines


def refused(act: Callable[[TestHost], object], **options: Any) -> list[str]:
    """The lines of something else that is refused."""
    host = TestHost(**options)
    try:
        act(host)
    except SnapmgrError as error:
        return [*host.errors, *([error.qemu] if error.qemu else [])]
    raise AssertionError("nothing was refused")


def acting(act: Callable[[TestHost], object], **options: Any) -> Provoke:
    return partial(refused, act, **options)


def _lost_bitmaps() -> list[str]:
    host = TestHost()
    Loader(host).leave(OSError(5, "cut"))
    return host.errors


def capabilities(*names: bytes) -> bytes:
    listed = b"".join(bytes([len(name)]) + name for name in names)
    return subsection(b"configuration/capabilities", be32(len(names)) + listed)


def configured(*subsections: bytes, machine: bytes = b"none") -> bytes:
    return stream(full(), configuration=b"\x07" + be32(len(machine)) + machine + b"".join(subsections))


def _long_path(host: TestHost) -> None:
    host.registry.register(DEVICE, Device(), path="p" * 255)


def _huge_package(host: TestHost) -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return MAX_PACKAGED + 1

    Commands(host, Output()).packaged(Huge())


def _unmigratable(host: TestHost) -> None:
    host.registry.register(VMState("stubborn", unmigratable=True), object())
    check_state(host.registry)


def _iterate_fails(host: TestHost) -> None:
    host.registry.register_live("live", Live(fails={"i": 28}).handlers(), version_id=4)
    Saver(host, Output()).iterate()


def _disks_stay(host: TestHost) -> None:
    host.refuses["inactivate_disks"] = refusal()
    Saver(host, Output()).complete_precopy(inactivate_disks=True)


def _migration_active(host: TestHost) -> None:
    save_state(host, Output(), MigrationState(MigrationStatus.ACTIVE))


def _block_migration(host: TestHost) -> None:
    save_state(host, Output(), MigrationState())


def _disk_full(host: TestHost) -> None:
    def drain(pieces: object) -> None:
        raise OSError(28, "No space left on device")

    save_state(host, Output(drain), MigrationState())


def _no_return_path() -> list[str]:
    host = TestHost()
    loader = Loader(host)
    loader.feed(stream(command(1)))
    while isinstance(loader.next_effect(), NeedData):
        raise AssertionError("the command is all there")
    try:
        loader.return_path_failed()
    except SnapmgrError:
        return host.errors
    raise AssertionError("nothing was refused")


def _setup_fails() -> Provoke:
    return loading(stream(full()), live=Live(fails={"load_setup": 5}))


def _xen_io(host: TestHost) -> None:
    def drain(pieces: object) -> None:
        raise OSError(5, "Input/output error")

    xen_save(host, Output(drain), was_running=True)


def _xen_disks(host: TestHost) -> None:
    host.refuses["inactivate_disks"] = HandlerFailed(16, "busy")
    xen_save(host, Output(), was_running=False)


TEXTS: dict[Text, tuple[str, Provoke]] = {
    Text("configuration_validate_capabilities", "Capability %s is %s, but received capability is %s"): (
        "Capability x-ignore-shared is off, but received capability is on",
        loading(configured(capabilities(b"x-ignore-shared"))),
    ),
    Text("configuration_post_load", "Machine type received is '%.*s' and local is '%s'"): (
        "Machine type received is 'pc' and local is 'none'",
        loading(configured(machine=b"pc")),
    ),
    Text("configuration_post_load", "Received TARGET_PAGE_BITS is %d but local is %d"): (
        "Received TARGET_PAGE_BITS is 16 but local is 12",
        loading(configured(subsection(b"configuration/target-page-bits", be32(16)))),
    ),
    Text("get_capability", "Received unknown capability %s"): (
        "Received unknown capability x-fly",
        loading(configured(capabilities(b"x-fly"))),
    ),
    Text("vmstate_uuid_post_load", "UUID is received %s, but local uuid isn't set"): (
        "UUID is received 01020304-0506-0708-090a-0b0c0d0e0f10, but local uuid isn't set",
        loading(configured(subsection(b"configuration/uuid", THEIRS))),
    ),
    Text("vmstate_uuid_post_load", "UUID received is %s and local is %s"): (
        "UUID received is 01020304-0506-0708-090a-0b0c0d0e0f10 and local is 00010203-0405-0607-0809-0a0b0c0d0e0f",
        loading(configured(subsection(b"configuration/uuid", THEIRS)), uuid=OURS),
    ),
    Text("vmstate_register_with_alias_id", "Path too long for VMState (%s)"): (
        f"Path too long for VMState ({'p' * 255})",
        acting(_long_path),
    ),
    Text("qemu_savevm_send_packaged", "qemu_savevm_send_packaged: Unreasonably large packaged state: %zu"): (
        "qemu_savevm_send_packaged: Unreasonably large packaged state: 4294967296",
        acting(_huge_package),
    ),
    Text("qemu_savevm_state_blocked", "State blocked by non-migratable device '%s'"): (
        "State blocked by non-migratable device 'stubborn'",
        acting(_unmigratable),
    ),
    Text("qemu_savevm_state_iterate", "failed to save SaveStateEntry with id(name): %d(%s): %d"): (
        "failed to save SaveStateEntry with id(name): 0(live): -28",
        acting(_iterate_fails),
    ),
    Text(
        "qemu_savevm_state_complete_precopy_non_iterable",
        "qemu_savevm_state_complete_precopy_non_iterable: bdrv_inactivate_all() failed (%d)",
    ): (
        "qemu_savevm_state_complete_precopy_non_iterable: bdrv_inactivate_all() failed (-5)",
        acting(_disks_stay),
    ),
    Text("qemu_savevm_state", "There's a migration process in progress"): (
        "There's a migration process in progress",
        acting(_migration_active),
    ),
    Text("qemu_savevm_state", "Block migration and snapshots are incompatible"): (
        "Block migration and snapshots are incompatible",
        acting(_block_migration, capabilities={"block"}),
    ),
    Text("qemu_savevm_state", "Error while writing VM state: %s"): (
        "Error while writing VM state: No space left on device",
        acting(_disk_full),
    ),
    Text("loadvm_postcopy_handle_advise", "CMD_POSTCOPY_ADVISE in wrong postcopy state (%d)"): (
        "CMD_POSTCOPY_ADVISE in wrong postcopy state (1)",
        loading(stream(command(3), command(3))),
    ),
    Text("loadvm_postcopy_handle_advise", "RAM postcopy is enabled but have 0 byte advise"): (
        "RAM postcopy is enabled but have 0 byte advise",
        loading(stream(command(3)), capabilities={"postcopy-ram"}),
    ),
    Text("loadvm_postcopy_handle_advise", "RAM postcopy is disabled but have 16 byte advise"): (
        "RAM postcopy is disabled but have 16 byte advise",
        loading(stream(command(3, bytes(16)))),
    ),
    Text("loadvm_postcopy_handle_advise", "CMD_POSTCOPY_ADVISE invalid length (%d)"): (
        "CMD_POSTCOPY_ADVISE invalid length (3)",
        loading(stream(command(3, bytes(3)))),
    ),
    Text("loadvm_postcopy_handle_advise", "Postcopy needs matching RAM page sizes (s=%lx d=%lx)"): (
        "Postcopy needs matching RAM page sizes (s=200000 d=1000)",
        loading(stream(command(3, (2 << 20).to_bytes(8) + ADVISE[8:])), capabilities={"postcopy-ram"}),
    ),
    Text("loadvm_postcopy_handle_advise", "Postcopy needs matching target page sizes (s=%d d=%zd)"): (
        "Postcopy needs matching target page sizes (s=1024 d=4096)",
        loading(stream(command(3, ADVISE[:8] + (1024).to_bytes(8))), capabilities={"postcopy-ram"}),
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD invalid length (%d)"): (
        "CMD_POSTCOPY_RAM_DISCARD invalid length (19)",
        loading(stream(command(3), command(6, bytes(19)))),
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD invalid length (%d)", 1): (
        "CMD_POSTCOPY_RAM_DISCARD invalid length (17)",
        loading(stream(command(3), command(6, discard(b"ram", (0, 1), nil=b"\0\0")))),
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD invalid version (%d)"): (
        "CMD_POSTCOPY_RAM_DISCARD invalid version (1)",
        loading(stream(command(3), command(6, discard(b"ram", (0, 1), version=1)))),
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD Failed to read RAMBlock ID"): (
        "CMD_POSTCOPY_RAM_DISCARD Failed to read RAMBlock ID",
        loading(stream(command(3), command(6, discard(b"", (0, 1), nil=b"\0\0\0")))),
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD missing nil (%d)"): (
        "CMD_POSTCOPY_RAM_DISCARD missing nil (120)",
        loading(stream(command(3), command(6, discard(b"ram", (0, 1), nil=b"x")))),
    ),
    Text("loadvm_postcopy_ram_handle_discard", "CMD_POSTCOPY_RAM_DISCARD in wrong postcopy state (%d)"): (
        "CMD_POSTCOPY_RAM_DISCARD in wrong postcopy state (0)",
        loading(stream(command(6))),
    ),
    Text("loadvm_postcopy_handle_listen", "CMD_POSTCOPY_LISTEN in wrong postcopy state (%d)"): (
        "CMD_POSTCOPY_LISTEN in wrong postcopy state (0)",
        loading(stream(command(4))),
    ),
    Text("loadvm_postcopy_handle_run", "CMD_POSTCOPY_RUN in wrong postcopy state (%d)"): (
        "CMD_POSTCOPY_RUN in wrong postcopy state (0)",
        loading(stream(command(5))),
    ),
    Text("loadvm_postcopy_handle_resume", "loadvm_postcopy_handle_resume: illegal resume received"): (
        "loadvm_postcopy_handle_resume: illegal resume received",
        loading(stream(command(9))),
    ),
    Text("postcopy_ram_listen_thread", LOST_BITMAPS.replace("{}", "%d")): (LOST_BITMAPS.format(-5), _lost_bitmaps),
    Text("loadvm_handle_cmd_packaged", "CMD_PACKAGED: Buffer receive fail ret=%d length=%zu"): (
        "CMD_PACKAGED: Buffer receive fail ret=1 length=9",
        loading(stream(packaged(b"", length=9))),
    ),
    Text("loadvm_handle_recv_bitmap", "loadvm_handle_recv_bitmap: failed to read block name"): (
        "loadvm_handle_recv_bitmap: failed to read block name",
        loading(stream(command(10, b"\0"))),
    ),
    Text("loadvm_handle_recv_bitmap", "loadvm_handle_recv_bitmap: invalid payload length (%d)"): (
        "loadvm_handle_recv_bitmap: invalid payload length (4)",
        loading(stream(command(10, b"\4ram"))),
    ),
    Text("loadvm_process_command", "MIG_CMD 0x%x unknown (len 0x%x)"): (
        "MIG_CMD 0xc unknown (len 0xffff)",
        loading(stream(command(12, length=0xFFFF))),
    ),
    Text("loadvm_process_command", "%s received with bad length - expecting %zu, got %d"): (
        "PING received with bad length - expecting 4, got 3",
        loading(stream(command(2, bytes(3)))),
    ),
    Text("loadvm_process_command", "CMD_OPEN_RETURN_PATH called when RP already open"): (
        "CMD_OPEN_RETURN_PATH called when RP already open",
        loading(stream(command(1), command(1))),
    ),
    Text("loadvm_process_command", "CMD_OPEN_RETURN_PATH failed"): ("CMD_OPEN_RETURN_PATH failed", _no_return_path),
    Text("loadvm_process_command", "CMD_PING (0x%x) received with no return path"): (
        "CMD_PING (0x1f) received with no return path",
        loading(stream(command(2, be32(31)))),
    ),
    Text("check_section_footer", "check_section_footer: Read section footer failed: %d"): (
        "check_section_footer: Read section footer failed: -5",
        loading(stream(full(), eof=b"")[:-5]),
    ),
    Text("check_section_footer", "Missing section footer for %s"): (
        "Missing section footer for dev",
        loading(stream(full()[:-5])),
    ),
    Text("check_section_footer", "Mismatched section id in footer for %s - read 0x%x expected 0x%x"): (
        "Mismatched section id in footer for dev - read 0x1f expected 0x5",
        loading(stream(full(5)[:-5], footer(31))),
    ),
    Text("qemu_loadvm_section_start_full", "Unable to read ID string for section %u"): (
        "Unable to read ID string for section 4294967295",
        loading(stream(full(0xFFFFFFFF, idstr=b""))),
    ),
    Text(
        "qemu_loadvm_section_start_full",
        "qemu_loadvm_section_start_full: Failed to read instance/version ID: %d",
    ): (
        "qemu_loadvm_section_start_full: Failed to read instance/version ID: -5",
        loading(stream(begin(FULL, 0), eof=b"")[:-1]),
    ),
    Text(
        "qemu_loadvm_section_start_full",
        "Unknown savevm section or instance '%s' %u. Make sure that your current VM setup matches your saved VM setup, "
        "including any hotplugged devices",
    ): (
        "Unknown savevm section or instance 'gone' 4294967294. Make sure that your current VM setup matches your saved "
        "VM setup, including any hotplugged devices",
        loading(stream(full(idstr=b"gone", instance=0xFFFFFFFE))),
    ),
    Text("qemu_loadvm_section_start_full", "savevm: unsupported version %d for '%s' v%d"): (
        "savevm: unsupported version 3 for 'dev' v2",
        loading(stream(full(version=3))),
    ),
    Text("qemu_loadvm_section_start_full", "loadvm: %s RAM loading not allowed on Xen"): (
        "loadvm: live RAM loading not allowed on Xen",
        loading(stream(live(START)), xen=True),
    ),
    Text("qemu_loadvm_section_start_full", "error while loading state for instance 0x%x of device '%s'"): (
        "error while loading state for instance 0x0 of device 'dev'",
        loading(stream(full(version=0))),
    ),
    Text("qemu_loadvm_section_part_end", "qemu_loadvm_section_part_end: Failed to read section ID: %d"): (
        "qemu_loadvm_section_part_end: Failed to read section ID: -5",
        loading(stream(bytes([PART]), eof=b"")),
    ),
    Text("qemu_loadvm_section_part_end", "Unknown savevm section %d"): (
        "Unknown savevm section -2",
        loading(stream(begin(PART, 0xFFFFFFFE))),
    ),
    Text("qemu_loadvm_section_part_end", "error while loading state section id %d(%s)"): (
        "error while loading state section id 7(live)",
        loading(stream(live(START, 7), begin(PART, 7), eof=b"")),
    ),
    Text("qemu_loadvm_state_header", "Not a migration stream"): ("Not a migration stream", loading(b"QEVN" + bytes(4))),
    Text("qemu_loadvm_state_header", "SaveVM v2 format is obsolete and don't work anymore"): (
        "SaveVM v2 format is obsolete and don't work anymore",
        loading(b"QEVM" + be32(2)),
    ),
    Text("qemu_loadvm_state_header", "Unsupported migration stream version"): (
        "Unsupported migration stream version",
        loading(b"QEVM" + be32(4)),
    ),
    Text("qemu_loadvm_state_header", "Configuration section missing"): (
        "Configuration section missing",
        loading(HEADER + full() + EOF),
    ),
    Text("qemu_loadvm_state_setup", "Load state of device %s failed"): (
        "Load state of device live failed",
        _setup_fails(),
    ),
    Text("qemu_loadvm_state_main", "Unknown savevm section type %d"): (
        "Unknown savevm section type 126",
        loading(stream(footer(0))),
    ),
    Text("qemu_loadvm_state", "Expected vmdescription section, but got %d"): (
        "Expected vmdescription section, but got 66",
        loading(stream(full()) + b"B"),
    ),
    Text("qemu_load_device_state", "Failed to load device state: %d"): (
        "Failed to load device state: -22",
        loading(full(version=3), device_state=True),
    ),
    Text("qmp_xen_save_devices_state", "An IO error has occurred"): ("An IO error has occurred", acting(_xen_io)),
    Text("qmp_xen_save_devices_state", "qmp_xen_save_devices_state: bdrv_inactivate_all() failed (%d)"): (
        "qmp_xen_save_devices_state: bdrv_inactivate_all() failed (-16)",
        acting(_xen_disks),
    ),
    Text("qmp_xen_load_devices_state", "Cannot update device state while vm is running"): (
        "Cannot update device state while vm is running",
        acting(lambda host: xen_load(host, [], running=True)),
    ),
    Text("qmp_xen_load_devices_state", "An IO error has occurred"): (
        "An IO error has occurred",
        acting(lambda host: xen_load(host, [b"nonsense"], running=False)),
    ),
}

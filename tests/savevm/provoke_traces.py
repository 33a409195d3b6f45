"""For every trace event of savevm.c that can be met so far: how it comes about in each function, and as what."""

from __future__ import annotations

from collections.abc import Callable

from snapmgr.savevm.commands import Commands
from snapmgr.savevm.output import Output
from snapmgr.savevm.saver import Saver
from snapmgr.vmstate.state import VMState
from tests.savevm.host import DEVICE, Device, Live, TestHost
from tests.savevm.spec import Traced
from tests.savevm.streams import START, be32, command, discard, full, live, packaged, seen, stream

Provoke = Callable[[], list[str]]


def saving(act: Callable[[Saver], object]) -> Provoke:
    """The trace of one step of a machine with a device, one that is not needed, and a live entry."""

    def run() -> list[str]:
        host = TestHost()
        host.registry.register(DEVICE, Device(), instance_id=0)
        host.registry.register(VMState("absent", needed=lambda target: False), object())
        add = ("save_live_complete_postcopy", "resume_prepare")
        host.registry.register_live("live", Live(done=False).handlers(add=add), version_id=4)
        act(Saver(host, Output()))
        return host.traced()

    return run


def sending(act: Callable[[Commands], object]) -> Provoke:
    def run() -> list[str]:
        host = TestHost()
        act(Commands(host, Output()))
        return host.traced()

    return run


def loading(*records: bytes) -> Provoke:
    return lambda: seen(stream(*records)).trace


def completing(saver: Saver) -> None:
    saver.complete_precopy()


TRACES: dict[Traced, tuple[str, Provoke]] = {
    Traced("vmstate_load", "vmstate_load"): ("vmstate_load idstr=dev vmsd_name=dev", loading(full())),
    Traced("vmstate_save", "vmstate_save"): ("vmstate_save idstr=dev vmsd_name=dev", saving(completing)),
    Traced("qemu_savevm_command_send", "savevm_command_send"): (
        "savevm_command_send command=2 len=4",
        sending(lambda commands: commands.ping(5)),
    ),
    Traced("qemu_savevm_send_colo_enable", "savevm_send_colo_enable"): (
        "savevm_send_colo_enable",
        sending(Commands.colo_enable),
    ),
    Traced("qemu_savevm_send_ping", "savevm_send_ping"): (
        "savevm_send_ping val=5",
        sending(lambda commands: commands.ping(5)),
    ),
    Traced("qemu_savevm_send_open_return_path", "savevm_send_open_return_path"): (
        "savevm_send_open_return_path",
        sending(Commands.open_return_path),
    ),
    Traced("qemu_savevm_send_packaged", "qemu_savevm_send_packaged"): (
        "qemu_savevm_send_packaged",
        sending(lambda commands: commands.packaged(b"")),
    ),
    Traced("qemu_savevm_state_header", "savevm_state_header"): ("savevm_state_header", saving(Saver.header)),
    Traced("qemu_savevm_state_setup", "savevm_state_setup"): ("savevm_state_setup", saving(Saver.setup)),
    Traced("qemu_savevm_state_resume_prepare", "savevm_state_resume_prepare"): (
        "savevm_state_resume_prepare",
        saving(Saver.resume_prepare),
    ),
    Traced("qemu_savevm_state_iterate", "savevm_state_iterate"): ("savevm_state_iterate", saving(Saver.iterate)),
    Traced("qemu_savevm_state_iterate", "savevm_section_start"): (
        "savevm_section_start id=live section_id=2",
        saving(Saver.iterate),
    ),
    Traced("qemu_savevm_state_iterate", "savevm_section_end"): (
        "savevm_section_end id=live section_id=2 ret=0",
        saving(Saver.iterate),
    ),
    Traced("qemu_savevm_state_complete_postcopy", "savevm_section_start"): (
        "savevm_section_start id=live section_id=2",
        saving(Saver.complete_postcopy),
    ),
    Traced("qemu_savevm_state_complete_postcopy", "savevm_section_end"): (
        "savevm_section_end id=live section_id=2 ret=0",
        saving(Saver.complete_postcopy),
    ),
    Traced("qemu_savevm_state_complete_precopy_iterable", "savevm_section_start"): (
        "savevm_section_start id=live section_id=2",
        saving(completing),
    ),
    Traced("qemu_savevm_state_complete_precopy_iterable", "savevm_section_end"): (
        "savevm_section_end id=live section_id=2 ret=0",
        saving(completing),
    ),
    Traced("qemu_savevm_state_complete_precopy_non_iterable", "savevm_section_skip"): (
        "savevm_section_skip id=absent section_id=1",
        saving(completing),
    ),
    Traced("qemu_savevm_state_complete_precopy_non_iterable", "savevm_section_start"): (
        "savevm_section_start id=dev section_id=0",
        saving(completing),
    ),
    Traced("qemu_savevm_state_complete_precopy_non_iterable", "savevm_section_end"): (
        "savevm_section_end id=dev section_id=0 ret=0",
        saving(completing),
    ),
    Traced("qemu_savevm_state_complete_precopy", "savevm_state_complete_precopy"): (
        "savevm_state_complete_precopy",
        saving(completing),
    ),
    Traced("qemu_savevm_state_cleanup", "savevm_state_cleanup"): ("savevm_state_cleanup", saving(Saver.cleanup)),
    Traced("loadvm_postcopy_handle_advise", "loadvm_postcopy_handle_advise"): (
        "loadvm_postcopy_handle_advise",
        loading(command(3)),
    ),
    Traced("loadvm_postcopy_ram_handle_discard", "loadvm_postcopy_ram_handle_discard"): (
        "loadvm_postcopy_ram_handle_discard",
        loading(command(6)),
    ),
    Traced("loadvm_postcopy_ram_handle_discard", "loadvm_postcopy_ram_handle_discard_header"): (
        "loadvm_postcopy_ram_handle_discard_header ramid=ram len=16",
        loading(command(3), command(6, discard(b"ram", (0, 4096)))),
    ),
    Traced("loadvm_postcopy_ram_handle_discard", "loadvm_postcopy_ram_handle_discard_end"): (
        "loadvm_postcopy_ram_handle_discard_end",
        loading(command(3), command(6, discard(b"ram", (0, 4096)))),
    ),
    Traced("loadvm_postcopy_handle_listen", "loadvm_postcopy_handle_listen"): (
        "loadvm_postcopy_handle_listen str=enter",
        loading(command(4)),
    ),
    Traced("loadvm_postcopy_handle_run", "loadvm_postcopy_handle_run"): (
        "loadvm_postcopy_handle_run",
        loading(command(5)),
    ),
    Traced("loadvm_handle_cmd_packaged", "loadvm_handle_cmd_packaged"): (
        "loadvm_handle_cmd_packaged length=1",
        loading(packaged(b"\0")),
    ),
    Traced("loadvm_handle_cmd_packaged", "loadvm_handle_cmd_packaged_received"): (
        "loadvm_handle_cmd_packaged_received ret=1",
        loading(packaged(b"\0")),
    ),
    Traced("loadvm_handle_cmd_packaged", "loadvm_handle_cmd_packaged_main"): (
        "loadvm_handle_cmd_packaged_main ret=0",
        loading(packaged(b"\0")),
    ),
    Traced("loadvm_process_command", "loadvm_process_command"): (
        "loadvm_process_command s=PING len=4",
        loading(command(1), command(2, be32(5))),
    ),
    Traced("loadvm_process_command", "loadvm_process_command_ping"): (
        "loadvm_process_command_ping val=5",
        loading(command(1), command(2, be32(5))),
    ),
    Traced("qemu_loadvm_section_start_full", "qemu_loadvm_state_section_startfull"): (
        "qemu_loadvm_state_section_startfull section_id=9 idstr=dev instance_id=0 version_id=2",
        loading(full(9)),
    ),
    Traced("qemu_loadvm_section_part_end", "qemu_loadvm_state_section_partend"): (
        "qemu_loadvm_state_section_partend section_id=9",
        loading(live(START, 9), live(2, 9)),
    ),
    Traced("qemu_loadvm_state_setup", "loadvm_state_setup"): ("loadvm_state_setup", loading()),
    Traced("qemu_loadvm_state_cleanup", "loadvm_state_cleanup"): ("loadvm_state_cleanup", loading()),
    Traced("qemu_loadvm_state_main", "qemu_loadvm_state_section"): (
        "qemu_loadvm_state_section section_type=4",
        loading(full()),
    ),
    Traced("qemu_loadvm_state_main", "qemu_loadvm_state_section_command"): (
        "qemu_loadvm_state_section_command ret=-34",
        loading(command(1, b"x")),
    ),
    Traced("qemu_loadvm_state", "qemu_loadvm_state_post_main"): ("qemu_loadvm_state_post_main ret=0", loading()),
}

"""Names of the events of savevm.c and global_state.c with their arguments' names (migration/trace-events), and of those
of migration.c and ram.c that tell what passes between both sides of a postcopy.

Every event of savevm.c stands here.
"""

from __future__ import annotations

from snapmgr.trace.events import TraceEvent, Value

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "loadvm_handle_cmd_packaged": ("length",),
    "loadvm_handle_cmd_packaged_main": ("ret",),
    "loadvm_handle_cmd_packaged_received": ("ret",),
    "loadvm_handle_recv_bitmap": ("s",),
    "loadvm_postcopy_handle_advise": (),
    "loadvm_postcopy_handle_listen": ("str",),
    "loadvm_postcopy_handle_resume": (),
    "loadvm_postcopy_handle_run": (),
    "loadvm_postcopy_handle_run_bh": ("str",),
    "loadvm_postcopy_ram_handle_discard": (),
    "loadvm_postcopy_ram_handle_discard_end": (),
    "loadvm_postcopy_ram_handle_discard_header": ("ramid", "len"),
    "loadvm_process_command": ("s", "len"),
    "loadvm_process_command_ping": ("val",),
    "loadvm_state_cleanup": (),
    "loadvm_state_setup": (),
    "migrate_global_state_post_load": ("state",),
    "migrate_global_state_pre_save": ("state",),
    "migrate_state_too_big": (),
    "migrate_handle_rp_req_pages": ("rbname", "start", "len"),
    "migrate_send_rp_message": ("msg_type", "len"),
    "migrate_send_rp_recv_bitmap": ("name", "size"),
    "postcopy_page_req_sync": ("host_addr",),
    "postcopy_pause_incoming": (),
    "postcopy_pause_incoming_continued": (),
    "postcopy_ram_listen_thread_exit": (),
    "postcopy_ram_listen_thread_start": (),
    "qemu_loadvm_state_post_main": ("ret",),
    "qemu_loadvm_state_section": ("section_type",),
    "qemu_loadvm_state_section_command": ("ret",),
    "qemu_loadvm_state_section_partend": ("section_id",),
    "qemu_loadvm_state_section_startfull": ("section_id", "idstr", "instance_id", "version_id"),
    "qemu_savevm_send_packaged": (),
    "qemu_savevm_send_postcopy_advise": (),
    "qemu_savevm_send_postcopy_ram_discard": ("id", "len"),
    "ram_dirty_bitmap_reload_begin": ("str",),
    "ram_postcopy_send_discard_bitmap": (),
    "savevm_command_send": ("command", "len"),
    "savevm_section_end": ("id", "section_id", "ret"),
    "savevm_section_skip": ("id", "section_id"),
    "savevm_section_start": ("id", "section_id"),
    "savevm_send_colo_enable": (),
    "savevm_send_open_return_path": (),
    "savevm_send_ping": ("val",),
    "savevm_send_postcopy_listen": (),
    "savevm_send_postcopy_resume": (),
    "savevm_send_postcopy_run": (),
    "savevm_send_recv_bitmap": ("name",),
    "savevm_state_cleanup": (),
    "savevm_state_complete_precopy": (),
    "savevm_state_header": (),
    "savevm_state_iterate": (),
    "savevm_state_resume_prepare": (),
    "savevm_state_setup": (),
    "source_return_path_thread_pong": ("val",),
    "source_return_path_thread_resume_ack": ("v",),
    "source_return_path_thread_switchover_acked": (),
    "source_return_path_thread_shut": ("val",),
    "vmstate_load": ("idstr", "vmsd_name"),
    "vmstate_save": ("idstr", "vmsd_name"),
}


def traced(name: str, *values: Value, offset: int | None = None) -> TraceEvent:
    """The event with its arguments in QEMU's order.  Raises KeyError for a name that QEMU does not have."""
    return TraceEvent(name, tuple(zip(ARGUMENTS[name], values, strict=True)), offset)

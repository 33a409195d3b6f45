"""Which test covers which function of savevm.c; what is not covered here says where it is, or when it comes."""

from __future__ import annotations

import importlib

import pytest

from tests.savevm import spec

SAVER, LOADER, REGISTRY, COMMANDS = "test_saver", "test_loader", "test_registry", "test_commands"
CONFIGURATION, DEVICE_STATE, BLOCKERS = "test_configuration", "test_device_state", "test_blockers"
JOBS = "tests.jobs.test_snapshots"

COVERED: dict[str, tuple[str, str]] = {
    # registry
    "calculate_new_instance_id": (REGISTRY, "any_instance_id_is_one_above_the_highest_of_that_idstr"),
    "calculate_compat_instance_id": (REGISTRY, "with_a_path_the_older_names_are_kept_beside_the_own"),
    "save_state_priority": (REGISTRY, "handlers_of_higher_priority_come_first_each_behind_its_equals"),
    "savevm_state_handler_insert": (REGISTRY, "handlers_of_higher_priority_come_first_each_behind_its_equals"),
    "savevm_state_handler_remove": (REGISTRY, "the_first_of_a_priority_may_go_and_the_order_stands"),
    "register_savevm_live": (REGISTRY, "live_entries_have_the_alias_0_and_know_whether_they_are_ram"),
    "unregister_savevm": (REGISTRY, "live_entries_are_unregistered_by_idstr_and_target"),
    "vmstate_register_with_alias_id": (REGISTRY, "a_section_id_is_spent_even_where_a_path_is_too_long"),
    "vmstate_unregister": (REGISTRY, "unregistering_takes_every_match_and_leaves_other_targets_and_ids_alone"),
    "find_se": (REGISTRY, "found_by_the_compat_id_and_its_alias"),
    "qemu_savevm_state_blocked": (BLOCKERS, "the_first_in_saving_order_blocks"),
    "qemu_savevm_non_migratable_list": (BLOCKERS, "the_list_begins_with_the_last"),
    "vmstate_check_only_migratable": (BLOCKERS, "only_migratable_refuses_the_device_itself"),
    # configuration
    "should_validate_capability": (CONFIGURATION, "capabilities_that_nobody_validates_do_not_matter"),
    "get_validatable_capabilities_count": (CONFIGURATION, "what_is_sent_is_taken_by_the_like"),
    "configuration_pre_save": (CONFIGURATION, "what_is_sent_is_taken_by_the_like"),
    "configuration_pre_load": (CONFIGURATION, "page_bits_and_capabilities_must_agree"),
    "configuration_validate_capabilities": (CONFIGURATION, "all_capabilities_that_differ_are_listed"),
    "configuration_post_load": (CONFIGURATION, "another_machine_type_is_refused"),
    "get_capability": (CONFIGURATION, "an_unknown_capability_is_named"),
    "put_capability": (CONFIGURATION, "what_is_sent_is_taken_by_the_like"),
    "vmstate_target_page_bits_needed": (CONFIGURATION, "what_is_sent_is_taken_by_the_like"),
    "vmstate_capabilites_needed": (CONFIGURATION, "what_is_sent_is_taken_by_the_like"),
    "vmstate_uuid_needed": (CONFIGURATION, "what_is_sent_is_taken_by_the_like"),
    "vmstate_uuid_post_load": (CONFIGURATION, "another_uuid_is_refused_before_the_machine_type_is_looked_at"),
    # saving
    "vmstate_save": (SAVER, "a_failed_full_section_has_no_footer_and_no_eof"),
    "vmstate_save_old_style": (SAVER, "the_description_is_qemus_text"),
    "save_section_header": (SAVER, "complete_is_end_sections_full_sections_eof"),
    "save_section_footer": (SAVER, "without_footers_there_are_none"),
    "qemu_savevm_state_header": (SAVER, "the_header_is_magic_version_and_configuration"),
    "qemu_savevm_state_guest_unplug_pending": (SAVER, "a_guest_may_still_hold_a_device"),
    "qemu_savevm_state_setup": (SAVER, "a_failed_setup_still_has_its_footer_and_is_the_last"),
    "qemu_savevm_state_resume_prepare": (SAVER, "resume_prepare_asks_active_entries_until_one_refuses"),
    "qemu_savevm_state_iterate": (SAVER, "the_rate_limit_ends_a_pass_before_a_header"),
    "should_send_vmdesc": (SAVER, "in_postcopy_entries_that_went_over_are_left_out_and_nothing_ends_the_stream"),
    "qemu_savevm_state_complete_postcopy": (SAVER, "complete_postcopy_is_end_sections_and_eof"),
    "qemu_savevm_state_complete_precopy_iterable": (SAVER, "a_failed_end_section_still_has_its_footer_and_is_the_last"),
    "qemu_savevm_state_complete_precopy_non_iterable": (SAVER, "where_disks_cannot_be_given_away_there_is_no_eof"),
    "qemu_savevm_state_complete_precopy": (SAVER, "iterable_only_ends_behind_the_end_sections"),
    "qemu_savevm_state_pending": (SAVER, "pending_adds_up_in_three_parts"),
    "qemu_savevm_state_cleanup": (SAVER, "cleanup_is_for_every_entry_and_may_come_twice"),
    "qemu_savevm_live_state": (SAVER, "iterable_only_ends_behind_the_end_sections"),
    "qemu_save_device_state": (SAVER, "device_state_is_header_full_sections_and_eof"),
    "qemu_savevm_state": ("test_save", "whoever_fails_all_are_cleaned_up"),
    # commands
    "qemu_savevm_command_send": (COMMANDS, "a_command_is_handed_on_at_once"),
    "qemu_savevm_send_colo_enable": (COMMANDS, "commands_as_sent"),
    "qemu_savevm_send_ping": (COMMANDS, "commands_as_sent"),
    "qemu_savevm_send_open_return_path": (COMMANDS, "commands_as_sent"),
    "qemu_savevm_send_packaged": (COMMANDS, "commands_as_sent"),
    "loadvm_process_command": (COMMANDS, "number_and_length_are_checked_before_any_data_is_waited_for"),
    "loadvm_handle_cmd_packaged": (COMMANDS, "a_stream_that_ends_inside_a_package_is_an_error_of_the_outermost"),
    # loading
    "vmstate_load": (LOADER, "older_versions_are_loaded_as_such"),
    "check_section_footer": (LOADER, "a_footer_is_called_after_the_entry_and_not_after_the_stream"),
    "qemu_loadvm_section_start_full": (LOADER, "sections_that_are_refused"),
    "qemu_loadvm_section_part_end": (LOADER, "a_part_of_id_0_before_any_start_belongs_to_the_first_entry"),
    "qemu_loadvm_state_header": (LOADER, "a_missing_configuration_cleans_up"),
    "qemu_loadvm_state_setup": (LOADER, "a_failed_load_setup_cleans_nothing_up"),
    "qemu_loadvm_state_cleanup": (LOADER, "load_setup_is_for_active_entries"),
    "qemu_loadvm_state_main": (LOADER, "the_stream_cut_at_every_byte_is_refused_with_the_place"),
    "qemu_loadvm_state": (LOADER, "a_description_is_swallowed_and_never_fails_a_load"),
    "qemu_load_device_state": (DEVICE_STATE, "a_failure_is_told_and_nothing_is_cleaned_up"),
    "qmp_xen_save_devices_state": (DEVICE_STATE, "who_gives_the_disks_away"),
    "qmp_xen_load_devices_state": (DEVICE_STATE, "xen_loads_what_it_saved_into_a_paused_guest"),
    # jobs
    "snapshot_load_job_bh": (JOBS, "the_run_state_follows_the_start_of_the_load"),
    "snapshot_save_job_bh": (JOBS, "progress_is_bytes_that_were_written"),
    "snapshot_delete_job_bh": (JOBS, "save_load_delete"),
    "snapshot_save_job_run": (JOBS, "a_machine_that_is_driven_is_saved_between_two_ticks"),
    "snapshot_load_job_run": (JOBS, "the_error_says_what_qemu_would_and_stays"),
    "snapshot_delete_job_run": (JOBS, "save_load_delete"),
    "qmp_snapshot_save": (JOBS, "save_load_delete"),
    "qmp_snapshot_load": (JOBS, "save_load_delete"),
    "qmp_snapshot_delete": (JOBS, "save_load_delete"),
}

POSTCOPY = "comes with postcopy"
ELSEWHERE: dict[str, str] = {
    "timer_put": "a field kind: tests/vmstate",
    "timer_get": "a field kind: tests/vmstate",
    "get_timer": "a field kind: tests/vmstate",
    "put_timer": "a field kind: tests/vmstate",
    "configuration_post_save": "frees memory",
    "qmp_snapshot_job_free": "frees memory",
    "dump_vmstate_vmsf": "the dump: tests/vmstate",
    "dump_vmstate_vmss": "the dump: tests/vmstate",
    "dump_vmstate_vmsd": "the dump: tests/vmstate",
    "dump_machine_type": "the dump: tests/vmstate",
    "dump_vmstate_json_to_file": "the dump: tests/vmstate",
    "vmstate_register_ram": "names of RAM blocks: tests/ram",
    "vmstate_unregister_ram": "names of RAM blocks: tests/ram",
    "vmstate_register_ram_global": "names of RAM blocks: tests/ram",
    "loadvm_process_enable_colo": "comes with COLO",
    "save_snapshot": "snapshots of a machine: tests/snapshots/test_machine.py",
    "load_snapshot": "snapshots of a machine: tests/snapshots/test_machine.py",
    "delete_snapshot": "snapshots of a machine: tests/snapshots/test_machine.py",
    **dict.fromkeys(
        ("block_writev_buffer", "block_get_buffer", "bdrv_fclose", "qemu_fopen_bdrv"),
        "VM states in qcow2 images: tests/block/qcow2, tests/snapshots",
    ),
    **dict.fromkeys(
        (
            "qemu_savevm_send_postcopy_advise",
            "qemu_savevm_send_postcopy_ram_discard",
            "qemu_savevm_send_postcopy_listen",
            "qemu_savevm_send_postcopy_run",
            "qemu_savevm_send_postcopy_resume",
            "qemu_savevm_send_recv_bitmap",
            "loadvm_postcopy_handle_advise",
            "loadvm_postcopy_ram_handle_discard",
            "postcopy_ram_listen_thread",
            "loadvm_postcopy_handle_listen",
            "loadvm_postcopy_handle_run_bh",
            "loadvm_postcopy_handle_run",
            "postcopy_sync_page_req",
            "migrate_send_rp_req_pages_pending",
            "loadvm_postcopy_handle_resume",
            "loadvm_handle_recv_bitmap",
            "postcopy_pause_incoming",
        ),
        POSTCOPY,
    ),
}


@pytest.mark.parametrize("function", COVERED)
def test_the_test_that_covers_it_exists(function: str) -> None:
    module, name = COVERED[function]
    where = module if "." in module else f"tests.savevm.{module}"
    assert callable(getattr(importlib.import_module(where), f"test_{name}"))


@pytest.mark.skipif(not spec.SOURCE.is_file(), reason="savevm.c is not beside the clone")
def test_every_function_of_savevm_has_its_place() -> None:
    assert sorted([*COVERED, *ELSEWHERE]) == sorted(spec.functions(spec.SOURCE.read_text()))

"""Where events stand in what is recorded."""

from __future__ import annotations

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recorder import Recorder
from snapmgr.migrate.recording import Recording
from snapmgr.savevm.status import MigrationStatus
from snapmgr.trace.events import TraceEvent


def test_only_what_goes_to_the_destination_has_a_place_there() -> None:
    """A page request has an offset, too: in the return path."""
    recorder = Recorder(Recording(), lambda: 0.0)

    def place(name: str, offset: int | None = 35, side: Side = Side.SOURCE) -> int | None:
        recorder.hear(side, TraceEvent(name, (), offset))
        return recorder.recording.moments[-1].event.offset

    assert place("savevm_command_send") == place("loadvm_process_command", side=Side.DESTINATION) == 35
    recorder.base = 1000
    assert place("savevm_command_send") == 1035 and place("savevm_command_send", None) is None
    for name in ("migrate_handle_rp_req_pages", "source_return_path_thread_pong", "ram_dirty_bitmap_reload_begin"):
        assert place(name) is None
    assert place("migrate_send_rp_message", side=Side.DESTINATION) is None
    colo = TraceEvent("migrate_set_state", (("new_state", MigrationStatus.COLO.value),))
    recorder.hear(Side.SOURCE, colo)
    assert place("savevm_command_send") is None

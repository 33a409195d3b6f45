"""The save loop step by step: literal bytes, hooks, what a failure leaves (savevm.c: qemu_savevm_state_*)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from snapmgr.savevm.failures import SaveError
from snapmgr.savevm.handlers import HandlerFailed, Handlers, Pending
from snapmgr.savevm.output import Output
from snapmgr.savevm.saver import Saver, guest_unplug_pending
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.fields import u8, u16
from snapmgr.vmstate.state import Priority, VMState
from tests.savevm.host import DEVICE, Device, Live, TestHost, refusal, saved, taken
from tests.savevm.streams import CONFIGURATION, EOF, HEADER

STARTED = bytes.fromhex("01 00000000 01 61 00000000 00000004 73 7e 00000000")
PART = bytes.fromhex("02 00000000 69 7e 00000000")
ENDED = bytes.fromhex("03 00000000 63 7e 00000000")
FULL = bytes.fromhex("04 00000000 03 646576 00000000 00000002 07 01020304 7e 00000000")
SECOND = b"\0\0\0\1"


def host_with(*lives: Live, **options: Any) -> TestHost:
    """Live entries a, b, … in this order."""
    host = TestHost(suppress_vmdesc=True, **options)
    for number, live in enumerate(lives):
        add = ("save_live_complete_postcopy", "resume_prepare")
        host.registry.register_live("abc"[number], live.handlers(add=add), version_id=4)
    return host


def after(host: TestHost, act: Callable[[Saver], object]) -> bytes:
    out = Output()
    act(Saver(host, out))
    return taken(out)


def after_failure(host: TestHost, act: Callable[[Saver], object], code: str = "handler-failed") -> bytes:
    out = Output()
    with pytest.raises(SaveError) as failed:
        act(Saver(host, out))
    assert failed.value.code == code
    assert out.error is failed.value
    return taken(out)


# -- qemu_savevm_state_header


def test_the_header_is_magic_version_and_configuration() -> None:
    assert after(TestHost(), Saver.header) == HEADER + CONFIGURATION
    assert after(TestHost(send_configuration=False), Saver.header) == HEADER


# -- qemu_savevm_state_setup


def test_setup_writes_a_start_section_for_each_active_live_entry() -> None:
    host = host_with(Live(), Live(active=False))
    host.registry.register_live("old", Handlers(save_state=lambda out: out.put(b"o")), version_id=1)
    assert after(host, Saver.setup) == STARTED
    assert host.asked == ["precopy_notify setup"]


def test_without_footers_there_are_none() -> None:
    host = host_with(Live(), send_section_footer=False)
    assert after(host, Saver.setup) == STARTED[:-5]


def test_a_failed_setup_still_has_its_footer_and_is_the_last() -> None:
    host = host_with(Live(fails={"s": 5}), Live())
    assert after_failure(host, Saver.setup) == STARTED
    assert host.asked == ["precopy_notify setup"]


@pytest.mark.parametrize("event", ["setup", "complete", "cleanup"])
def test_a_listener_that_refuses_is_reported_and_ignored(event: str) -> None:
    host = host_with(Live())
    host.refuses[f"precopy_notify {event}"] = refusal(text=f"{event} refused")
    plain = host_with(Live())
    assert saved(host) == saved(plain)
    Saver(host, Output()).cleanup()
    assert host.errors == [f"{event} refused"]


# -- qemu_savevm_state_iterate


def iterated(host: TestHost, **options: Any) -> tuple[bool, bytes]:
    out = Output()
    done = Saver(host, out).iterate(**options)
    return done, taken(out)


def test_each_entry_has_its_part_while_all_are_done() -> None:
    assert iterated(host_with(Live(), Live())) == (True, PART + PART.replace(b"\0\0\0\0", SECOND))


def test_an_entry_that_is_not_done_is_the_last_of_this_pass() -> None:
    assert iterated(host_with(Live(done=False), Live())) == (False, PART)


def test_without_a_live_entry_iterating_is_done() -> None:
    host = TestHost()
    host.registry.register(DEVICE, Device())
    assert iterated(host) == (True, b"")


@pytest.mark.parametrize("hook", ["active", "active_iterate"])
def test_inactive_entries_are_passed_over(hook: str) -> None:
    assert iterated(host_with(Live(**{hook: False}), Live())) == (True, PART.replace(b"\0\0\0\0", SECOND))


def test_a_postcopy_pass_is_for_entries_that_can_postcopy() -> None:
    host = host_with(Live(), Live(postcopy=True))
    host.registry.register_live("none", Live().handlers(leave_out=["has_postcopy"]), version_id=4)
    assert iterated(host, postcopy=True) == (True, PART.replace(b"\0\0\0\0", SECOND))


def test_the_rate_limit_ends_a_pass_before_a_header() -> None:
    host, out = host_with(Live(), Live()), Output(limit=5)
    saver = Saver(host, out)
    assert saver.iterate() is False
    assert taken(out) == PART
    assert saver.iterate() is False
    assert taken(out) == b""
    assert host.traced()[-1] == "savevm_state_iterate"
    out.new_period()
    assert saver.iterate() is False
    assert taken(out) == PART


def test_a_failed_part_still_has_its_footer_and_is_the_last() -> None:
    host = host_with(Live(fails={"i": 5}), Live())
    assert after_failure(host, Saver.iterate) == PART
    assert host.traced()[-1] == "savevm_section_end id=a section_id=0 ret=-5"
    assert host.errors == ["failed to save SaveStateEntry with id(name): 0(a): -5"]


# -- qemu_savevm_state_pending


def test_pending_adds_up_in_three_parts() -> None:
    host, asked = TestHost(), []

    def pending(threshold: int) -> Pending:
        asked.append(threshold)
        return Pending(1, 20, 300)

    for active in (True, True, False):
        host.registry.register_live(
            "x", Handlers(save_live_pending=pending, is_active=lambda active=active: active), version_id=1
        )
    host.registry.register_live("y", Handlers(), version_id=1)
    assert Saver(host, Output()).pending(4096) == Pending(2, 40, 600)
    assert asked == [4096, 4096]


# -- qemu_savevm_state_complete_precopy


def test_complete_is_end_sections_full_sections_eof() -> None:
    host = host_with(Live(), Live(active=False))
    host.registry.register(DEVICE, Device())
    assert (
        after(host, Saver.complete_precopy)
        == ENDED + FULL.replace(b"\0\0\0\0\3", b"\0\0\0\2\3").replace(b"\x7e\0\0\0\0", b"\x7e\0\0\0\2") + EOF
    )
    assert host.asked == ["precopy_notify complete", "cpu_synchronize_all_states"]


def test_iterable_only_ends_behind_the_end_sections() -> None:
    host = host_with(Live())
    host.registry.register(DEVICE, Device())
    assert after(host, lambda saver: saver.complete_precopy(iterable_only=True)) == ENDED
    assert after(host, Saver.live_state) == ENDED + EOF


def test_in_postcopy_entries_that_went_over_are_left_out_and_nothing_ends_the_stream() -> None:
    host = host_with(Live(), Live(postcopy=True))
    host.options.suppress_vmdesc = False
    host.postcopy = True
    assert after(host, lambda saver: saver.complete_precopy(iterable_only=True)) == ENDED
    host.registry.register(VMState("x"), object())
    assert after(host, Saver.complete_precopy) == bytes.fromhex("04 00000002 01 78 00000000 00000001 7e 00000002")


def test_a_failed_end_section_still_has_its_footer_and_is_the_last() -> None:
    host = host_with(Live(fails={"c": 5}), Live())
    host.registry.register(DEVICE, Device())
    assert after_failure(host, Saver.complete_precopy) == ENDED


def test_full_sections_come_in_priority_order_and_those_not_needed_are_skipped() -> None:
    host = TestHost(suppress_vmdesc=True)
    host.registry.register(VMState("low"), object())
    host.registry.register(VMState("no", needed=lambda target: False), object())
    host.registry.register(VMState("high", priority=Priority.IOMMU), object())
    written = after(host, Saver.complete_precopy)
    assert written == bytes.fromhex(
        "04 00000002 04 68696768 00000000 00000001 7e 00000002 04 00000000 03 6c6f77 00000000 00000001 7e 00000000 00"
    )
    assert "savevm_section_skip id=no section_id=1" in host.traced()


def test_a_failed_full_section_has_no_footer_and_no_eof() -> None:
    def refuse(target: object) -> None:
        raise VMStateError("no", "not now")

    host = TestHost(suppress_vmdesc=True)
    host.registry.register(VMState("bad", pre_save=refuse, fields=(u8("level"),)), Device())
    host.registry.register(DEVICE, Device())
    written = after_failure(host, Saver.complete_precopy, "no")
    assert written == bytes.fromhex("04 00000000 03 626164 00000000 00000001")
    assert host.errors == ["pre-save failed: bad"]


def test_what_a_device_wrote_before_it_failed_stays() -> None:
    host = TestHost(suppress_vmdesc=True)
    host.registry.register(VMState("bad", fields=(u8("level"), u8("count"))), Device(level=9, count=256))
    out = Output()
    with pytest.raises(SaveError) as failed:
        Saver(host, out).complete_precopy()
    assert (failed.value.device, failed.value.section_id) == ("bad", 0)
    assert "count" in failed.value.message
    assert taken(out)[:17] == bytes.fromhex("04 00000000 03 626164 00000000 00000001")


def test_an_old_style_device_that_refuses_leaves_its_section_open() -> None:
    def save(out: Output) -> None:
        out.put(b"x")
        raise HandlerFailed(22, "no")

    host = TestHost(suppress_vmdesc=True)
    host.registry.register_live("old", Handlers(save_state=save), version_id=1)
    assert after_failure(host, Saver.complete_precopy) == bytes.fromhex("04 00000000 03 6f6c64 00000000 00000001 78")


def test_disks_are_given_away_behind_the_devices_and_before_eof() -> None:
    host = TestHost(suppress_vmdesc=True)
    host.registry.register(DEVICE, Device())
    out = Output()
    seen: list[int] = []
    host.inactivate_disks = lambda: seen.append(out.offset)  # type: ignore[method-assign]
    Saver(host, out).complete_precopy(inactivate_disks=True)
    assert seen == [len(FULL)]
    assert taken(out) == FULL + EOF


def test_where_disks_cannot_be_given_away_there_is_no_eof() -> None:
    host = TestHost(suppress_vmdesc=True)
    host.registry.register(DEVICE, Device())
    host.refuses["inactivate_disks"] = refusal()
    assert after_failure(host, lambda saver: saver.complete_precopy(inactivate_disks=True)) == FULL


# -- vmdesc


def vmdesc_of(host: TestHost) -> bytes:
    written = after(host, Saver.complete_precopy)
    at = written.index(b"\0\x06") + 6
    length = int.from_bytes(written[at - 4 : at])
    assert len(written) == at + length
    return written[at:]


def test_the_description_is_qemus_text() -> None:
    host = TestHost()
    host.registry.register(DEVICE, Device(), path="bus", instance_id=3)
    host.registry.register_live("old", Handlers(save_state=lambda out: out.put(b"abc")), version_id=1, instance_id=2)
    assert vmdesc_of(host) == (
        b'{"page_size": 4096, "devices": [{"name": "bus/dev", "instance_id": 0, "vmsd_name": "dev", "version": 2, '
        b'"fields": [{"name": "level", "type": "uint8", "size": 1}, {"name": "count", "type": "uint32", "size": 4}]}, '
        b'{"name": "old", "instance_id": 2, "size": 3, "fields": [{"name": "data", "size": 3, "type": "buffer"}]}]}'
    )


def test_the_description_escapes_as_qemu_does() -> None:
    host = TestHost(page_bits=16)
    host.registry.register(VMState('"\\\t\x7fé😀\udcff\x1b'), object())
    escaped = rb"\"\\\t\u007F\u00E9\uD83D\uDE00\uFFFD\u001B"
    assert (
        vmdesc_of(host)
        == (b'{"page_size": 65536, "devices": [{"name": "' + escaped + b'", "instance_id": 0, "vmsd_name": "' + escaped)
        + b'", "version": 1, "fields": []}]}'
    )


def test_newer_qemus_describe_the_configuration_too() -> None:
    host = TestHost(describe_configuration=True)
    out = Output()
    saver = Saver(host, out)
    saver.header()
    saver.complete_precopy()
    assert taken(out).endswith(
        b'{"configuration": {"vmsd_name": "configuration", "version": 1, "fields": [{"name": "len", "type": "uint32", '
        b'"size": 4}, {"name": "name", "type": "buffer", "size": 4}]}, "page_size": 4096, "devices": []}'
    )


# -- qemu_savevm_state_complete_postcopy, resume_prepare, cleanup, guest_unplug_pending


def test_complete_postcopy_is_end_sections_and_eof() -> None:
    ended = ENDED.replace(b"c", b"p")
    assert after(host_with(Live(), Live(active=False)), Saver.complete_postcopy) == ended + EOF
    assert after_failure(host_with(Live(fails={"p": 5}), Live()), Saver.complete_postcopy) == ended


def test_resume_prepare_asks_active_entries_until_one_refuses() -> None:
    lives = [Live(), Live(active=False), Live(fails={"resume_prepare": 5})]
    with pytest.raises(HandlerFailed):
        after(host_with(*lives), Saver.resume_prepare)
    assert [live.ran for live in lives] == [["resume_prepare"], [], ["resume_prepare"]]


def test_cleanup_is_for_every_entry_and_may_come_twice() -> None:
    lives = [Live(), Live(active=False)]
    host = host_with(*lives)
    saver = Saver(host, Output())
    saver.cleanup()
    saver.cleanup()
    assert [live.ran for live in lives] == [["save_cleanup"] * 2] * 2


def test_a_guest_may_still_hold_a_device() -> None:
    host = TestHost()
    host.registry.register(VMState("asks", dev_unplug_pending=lambda target: bool(target.level)), Device(level=0))
    host.registry.register(DEVICE, Device())
    assert not guest_unplug_pending(host.registry)
    host.registry.register(VMState("holds", dev_unplug_pending=lambda target: bool(target.level)), Device(level=1))
    assert guest_unplug_pending(host.registry)


# -- qemu_save_device_state


def test_device_state_is_header_full_sections_and_eof() -> None:
    host = host_with(Live())
    host.registry.register(VMState("no", needed=lambda target: False), object())
    host.registry.register(VMState("w", fields=(u16("level"),)), Device())
    section = bytes.fromhex("04 00000002 01 77 00000000 00000001 0007 7e 00000002")
    assert after(host, Saver.device_state) == HEADER + section + EOF
    assert host.asked == ["cpu_synchronize_all_states"]
    host.colo = True
    assert after(host, Saver.device_state) == section + EOF

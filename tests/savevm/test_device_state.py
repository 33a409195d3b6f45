"""Device state alone (savevm.c: qemu_save_device_state, qemu_load_device_state, qmp_xen_*_devices_state)."""

from __future__ import annotations

import pytest

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.device_state import load_device_state, save_device_state, xen_load, xen_save
from snapmgr.savevm.failures import LoadError, SaveError
from snapmgr.savevm.output import Output
from tests.savevm.host import DEVICE, Device, Live, TestHost, refusal, taken
from tests.savevm.streams import EOF, HEADER, START, full, live, seen


def machine(**options: object) -> tuple[TestHost, Device, Live]:
    host, device, ram = TestHost(**options), Device(), Live()
    host.registry.register(DEVICE, device, instance_id=0)
    host.registry.register_live("live", ram.handlers(), version_id=4, instance_id=0)
    return host, device, ram


def test_only_devices_are_saved() -> None:
    host, _, ram = machine()
    out = Output()
    save_device_state(host, out)
    assert taken(out) == HEADER + full() + EOF
    assert ram.ran == []


def test_sections_without_a_header_are_loaded() -> None:
    host, device, ram = machine()
    load_device_state(host, [full(payload=b"\x09" + bytes(4)), EOF])
    assert (device.level, device.count) == (9, 0)
    assert host.asked == ["cpu_synchronize_all_post_init"]
    assert ram.ran == []
    assert [line for line in host.traced() if "loadvm" in line] == [
        "qemu_loadvm_state_section section_type=4",
        "qemu_loadvm_state_section_startfull section_id=0 idstr=dev instance_id=0 version_id=2",
        "qemu_loadvm_state_section section_type=0",
    ]


def test_a_failure_is_told_and_nothing_is_cleaned_up() -> None:
    got = seen(full(version=9), device_state=True)
    assert got.host.errors == [
        "savevm: unsupported version 9 for 'dev' v2",
        "Failed to load device state: -22",
    ]
    assert (got.live.ran, got.host.asked) == ([], [])
    got = seen(full(), device_state=True)
    assert got.host.errors == ["Failed to load device state: -5"]
    with pytest.raises(LoadError):
        load_device_state(machine()[0], [live(START)[:-1]])


# -- Xen

XEN = {"xen": True, "send_configuration": False, "send_section_footer": False, "store_global_state": False}


def xen_saved(*, was_running: bool, live: bool = True) -> tuple[bytes, list[str]]:
    host, _, _ = machine(**XEN)
    out = Output()
    xen_save(host, out, was_running=was_running, live=live)
    return taken(out), host.asked


def test_xen_saves_without_configuration_footers_and_description() -> None:
    data, _ = xen_saved(was_running=True)
    assert data == HEADER + full()[:-5] + EOF


@pytest.mark.parametrize(
    ("was_running", "live", "given_away"),
    [(False, True, True), (False, False, False), (True, True, False), (True, False, False)],
)
def test_who_gives_the_disks_away(was_running: bool, live: bool, given_away: bool) -> None:
    _, asked = xen_saved(was_running=was_running, live=live)
    assert ("inactivate_disks" in asked) is given_away


def test_disks_that_stay_fail_the_command() -> None:
    host, _, _ = machine(**XEN)
    host.refuses["inactivate_disks"] = refusal()
    with pytest.raises(SaveError) as failed:
        xen_save(host, Output(), was_running=False)
    assert failed.value.qemu == "qmp_xen_save_devices_state: bdrv_inactivate_all() failed (-5)"


def test_whatever_cannot_be_written_is_an_io_error() -> None:
    def drain(pieces: object) -> None:
        raise OSError(28, "full")

    host, _, _ = machine(**XEN)
    with pytest.raises(SaveError) as failed:
        xen_save(host, Output(drain), was_running=False)
    assert (failed.value.qemu, failed.value.errno) == ("An IO error has occurred", 28)
    assert "inactivate_disks" not in host.asked


def test_xen_loads_what_it_saved_into_a_paused_guest() -> None:
    data, _ = xen_saved(was_running=True)
    host, device, ram = machine(**XEN)
    device.level = 0
    xen_load(host, [data], running=False)
    assert device.level == 7
    assert ram.ran == ["load_setup", "load_cleanup"]
    with pytest.raises(SnapmgrError, match="Cannot update device state while vm is running"):
        xen_load(host, [data], running=True)


def test_xen_refuses_ram_and_calls_it_an_io_error() -> None:
    host, _, _ = machine(**XEN)
    with pytest.raises(SnapmgrError) as failed:
        xen_load(host, [HEADER + live(START)[:-5] + EOF], running=False)
    assert (failed.value.qemu, failed.value.code) == ("An IO error has occurred", "xen-ram")
    assert host.errors == ["loadvm: live RAM loading not allowed on Xen"]

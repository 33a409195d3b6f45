"""What a replica writes is loaded by a real QEMU, which then has the same state, edits included."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from snapmgr.containers.open import open_source
from snapmgr.inspect.against.probe import ask_dump
from snapmgr.inspect.index import index_stream
from snapmgr.replica.edit import edit, find_place
from snapmgr.replica.machine import Replica
from snapmgr.vmstate.dumpfile import parse_dump
from snapmgr.vmstate.dumptypes import DumpTypes
from snapmgr.vmstate.from_description import Values
from tests import corpus
from tests.qemu import QEMU, needs_qemu
from tests.replica.reload import CASE, MACHINE, loaded, saved_again, written

pytestmark = needs_qemu

EDITS = {
    "timer": ("cpu_ticks_offset", "341013491"),
    "cpu_common": ("halted", "0"),
    "cpu": ("env.regs[0]", "2779096484"),
    "kvm-tpr-opt": ("rom_state.vaddr", "1"),
    "apic": ("apicbase", "4276095233"),
    "fw_cfg": ("cur_entry", "15"),
    "PCIHost": ("config_reg", "2147483741"),
    "PCIBUS": ("irq_count[0]", "1"),
    "0000:00:00.0/I440FX": ("parent_obj.config[0]@0x3c", "0b"),
    "dma": ("command", "1"),
    "dma (1)": ("command", "1"),
    "0000:00:01.0/PIIX3": ("dev.config[0]@0x60", "8b"),
    "i8259": ("last_irr", "0"),
    "i8259 (1)": ("last_irr", "1"),
    "ioapic": ("id", "1"),
    "hpet": ("config", "1"),
    "mc146818rtc": ("cmos_index", "1"),
    "i8254": ("channels[0].irq_disabled", "1"),
    "pcspk": ("data_on", "1"),
    "fdc": ("state.sra", "65"),
    "ps2kbd": ("parent_obj.write_cmd", "-2"),
    "ps2mouse": ("parent_obj.write_cmd", "-2"),
    "pckbd": ("kbd.write_cmd", "1"),
    "vmmouse": ("queue[0]", "1"),
    "port92": ("outport", "3"),
    "0000:00:01.1/ide": ("bmdma[0].cmd", "1"),
    "0000:00:01.3/piix4_pm": ("ar.pm1.evt.sts", "0"),
    "acpi_build": ("patched", "0"),
    "globalstate": ("runstate@0", b"io-error\0".hex()),
}
"""One field of every device, and a value that it does not have."""

NOT_KEPT = {"i2c_bus": "its one field is worked out anew whenever it is saved (hw/i2c/core.c: i2c_bus_pre_save)"}


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "base.mig"
    path.write_bytes(corpus.stream_bytes(CASE))
    return path


def differences(one: object, other: object, way: str) -> list[str]:
    """The ways to all values that are not the same."""
    if isinstance(one, Values) and isinstance(other, Values):
        names = vars(one).keys() | vars(other).keys()
        below = [(getattr(one, name, None), getattr(other, name, None), f"{way}.{name}") for name in sorted(names)]
    elif isinstance(one, list | np.ndarray) and isinstance(other, list | np.ndarray) and len(one) == len(other):
        below = [(a, b, f"{way}[{number}]") for number, (a, b) in enumerate(zip(one, other, strict=True))]
    else:
        return [] if one == other else [way]
    return [found for a, b, deeper in below for found in differences(a, b, deeper)]


def test_every_device_is_in_the_table(given: Path) -> None:
    replica = Replica.from_stream(open_source(str(given)))
    assert {device.label for device in replica.devices.values()} == EDITS.keys() | NOT_KEPT.keys()


def test_qemu_has_the_same_ram_and_devices_afterwards(given: Path, tmp_path: Path) -> None:
    base = Replica.from_stream(open_source(str(given)))
    path = saved_again(written(base), tmp_path)
    again = Replica.from_stream(open_source(str(path)))
    found = [
        way
        for key, device in base.devices.items()
        for way in differences(device.values, again.devices[key].values, device.label)
    ]
    # it is paused now, its clock is the host's, and QEMU 10 has another name for the number of timers
    moved_on = ("globalstate.", "mc146818rtc.", "hpet.num_timers")
    assert [way for way in found if not way.startswith(moved_on)] == []
    assert "globalstate.runstate" in found
    before, after = index_stream(open_source(str(given))), index_stream(open_source(str(path)))
    for name in base.ram_blocks:
        assert before.ram.sha256(name) == after.ram.sha256(name)


@pytest.mark.parametrize("label", EDITS)
def test_one_field_is_edited_and_seen_again(label: str, given: Path, tmp_path: Path) -> None:
    field, value = EDITS[label]
    replica = Replica.from_stream(open_source(str(given)))
    done = edit(replica, f"{label}/{field}={value}")
    assert done.before != done.after
    wanted = find_place(replica, f"{label}/{field}")[1].get()
    again = Replica.from_stream(open_source(str(saved_again(written(replica), tmp_path))))
    found = find_place(again, f"{label}/{field}")[1].get()
    size = len(bytes.fromhex(value)) if isinstance(found, bytes) else None
    assert (found if size is None else found[:size]) == (wanted if size is None else wanted[:size])


def test_bytes_of_ram_are_edited_and_seen_again(given: Path, tmp_path: Path) -> None:
    replica = Replica.from_stream(open_source(str(given)))
    edit(replica, "ram/pc.ram@0x5ffe=11223344")
    edit(replica, "ram/pc.ram@0xf00000=ff")
    index = index_stream(open_source(str(saved_again(written(replica), tmp_path))))
    assert bytes(index.ram.read("pc.ram", 0x5FFE, 4)) == bytes.fromhex("11223344")
    assert bytes(index.ram.read("pc.ram", 0xF00000, 2)) == b"\xff\0"


def test_the_monitor_shows_what_was_edited(given: Path, tmp_path: Path) -> None:
    replica = Replica.from_stream(open_source(str(given)))
    edit(replica, "cpu/env.regs[0]=0x1122334455667788")
    edit(replica, "cpu/env.eip=0x7c00")
    edit(replica, "ram/pc.ram@0x5ffe=11223344")
    with loaded(written(replica), tmp_path) as qemu:
        registers = qemu.monitor("info registers").upper()
        assert "RAX=1122334455667788" in registers or "EAX=55667788" in registers  # as the CPU's mode has it
        assert re.search(r"[RE]IP=0*7C00\b", registers)
        assert qemu.monitor("xp /4xb 0x5ffe").split(":")[1].split() == ["0x11", "0x22", "0x33", "0x44"]


def test_an_edit_by_the_dump_of_this_qemu_is_seen_again(given: Path, tmp_path: Path) -> None:
    """The stream has no description of its own: it is cut off, which a loader only warns of."""
    base = Replica.from_stream(open_source(str(given)))
    assert base.script.vmdesc is not None
    given.write_bytes(given.read_bytes()[: -len(base.script.vmdesc) - 5])
    types = DumpTypes(parse_dump(ask_dump(f"{QEMU} -M {MACHINE}")))
    replica = Replica.from_stream(open_source(str(given)), types)
    done = edit(replica, "i8259 (1)/last_irr=1")
    assert done.before != done.after
    again = Replica.from_stream(open_source(str(saved_again(written(replica), tmp_path))))
    assert find_place(again, "i8259 (1)/last_irr")[1].get() == 1

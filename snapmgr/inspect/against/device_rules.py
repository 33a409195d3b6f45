"""What devices make of a state after it was loaded (``post_load``), and fields that are there for others' sake.

Facts of QEMU 7.2, the same in 10.0: migration/global_state.c, hw/char/serial.c, hw/i386/kvmvapic.c, hw/ide/core.c,
hw/ide/ahci.c, hw/nvram/fw_cfg.c, hw/pci/pcie_aer.c, hw/scsi/lsi53c895a.c, hw/timer/hpet.c.  Values are as
``vmstate.from_description`` gives them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from errno import EPERM
from typing import Any

from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import ONE, Field, Kind, Take
from snapmgr.vmstate.from_description import Nested
from snapmgr.vmstate.load import take_state
from snapmgr.vmstate.state import VMState

After = Callable[[Any, str], None]
"""Called with the values and the release; raises VMStateError for what the device refuses."""

_RUN_STATES = (
    "debug|inmigrate|internal-error|io-error|paused|postmigrate|prelaunch|finish-migrate|restore-vm|running|save-vm|"
    "shutdown|suspended|watchdog|guest-panicked|colo|preconfig"
)
RUN_STATES = frozenset(_RUN_STATES.split("|"))
"""In which a guest can be (qapi/run-state.json)."""
_EMPTY = 0x40
_ROM_BLOCK = 512
"""Option ROMs begin at multiples of it, and say in their third byte how many of it they take."""
LOW_RAM = "low_ram"
"""The attribute of values by which a rule reads a byte of the guest's RAM: None for one that nobody knows."""
_TRANSFERS = 6
"""Ways in which a transfer of a drive can end (transfer_end_table)."""
_START, _FIS, _FIS_ON, _LIST_ON = 1, 1 << 4, 1 << 14, 1 << 15
_COMMANDS = 32
_IDENTITY, _ENTRY = 512, 40
"""Bytes of a drive's identity, and of an entry of a log of errors."""
_NCQ = (0x60, 0x61, 0x63, 0x64, 0x65)
_MESSAGE = 8
_GROWN = (
    ("table_mr_size", "/rom@etc/acpi/tables", 0x200000),
    ("linker_mr_size", "/rom@etc/table-loader", 0x10000),
    ("rsdp_mr_size", "/rom@etc/acpi/rsdp", 0x1000),
)
_RESIZE = {
    "7.2": "../../softmmu/physmem.c:1852",
    "10.0": "system/physmem.c:1742",
    "11.1": "system/physmem.c:2051",
}
"""Where the abort of Debian's builds is (m)."""
_PAGE = 4096
_CHIP = 20061113
"""Version of an EEPROM's state (hw/nvram/eeprom93xx.c)."""


def refuse(message: str, text: str | None = None) -> VMStateError:
    """A device says ``text``, or nothing."""
    return VMStateError("device-refuses", message, qemu=text)


def _global_state(values: Any, release: str) -> None:
    room = bytes(values.runstate)
    name = room[: len(room) - 1].split(b"\0", 1)[0].decode("utf-8", "replace")
    if name not in RUN_STATES:
        raise refuse(f"{name!r} is no run state", f"invalid parameter value: {name}")


def _serial(values: Any, release: str) -> None:
    below = getattr(values, "serial/tsr", None)
    retries = 0 if below is None else int(below.tsr_retry)
    empty = bool(int(values.lsr) & _EMPTY)
    if retries > 0 and empty:
        text = f"inconsistent state in serial device (tsr empty, tsr_retry={retries}"
        raise refuse("its shift register is empty, and still it tries to send", text)
    if retries <= 0 and not empty:
        text = "inconsistent state in serial device (tsr not empty, tsr_retry=0"
        raise refuse("its shift register holds a byte that nobody tries to send", text)


def _patched(values: Any, release: str) -> None:
    """The option ROM that patches a guest must be where it is said to be, in RAM that came before (kvmvapic.c:
    vapic_map_rom_writable)."""
    where = int(values.rom_state_paddr)
    read = getattr(values, LOW_RAM, None)
    if (int(values.state) or where) and read is not None and read((where & -_ROM_BLOCK) + 2) == 0:
        error = refuse(f"no ROM that patches a guest is at {where:#x}")
        error.returned = EPERM
        raise error


def _transfer(values: Any, release: str) -> None:
    if int(values.end_transfer_fn_idx) >= _TRANSFERS:
        raise refuse(f"transfers do not end in way {values.end_transfer_fn_idx}")


def _ahci(values: Any, release: str) -> None:
    for port in values.dev:
        _ahci_port(port)


def _ahci_port(port: Any) -> None:
    command = int(getattr(port, "port_regs.cmd"))
    if command & _LIST_ON and not command & _START:
        text = "AHCI: DMA engine should be off, but status bit indicates it is still running."
        raise refuse("a port's list of commands is on, and the port is not", text)
    if command & _FIS_ON and not command & _FIS:
        text = "AHCI: FIS RX engine should be off, but status bit indicates it is still running."
        raise refuse("a port receives, and its receiver is off", text)
    listed = int(getattr(port, "port_regs.lst_addr")) | int(getattr(port, "port_regs.lst_addr_hi"))
    for request in port.ncq_tfs:
        used, halted = bool(request.used), bool(request.halt)
        if used != halted:
            raise refuse("a queued request is in use and was not halted, or the other way round")
        if halted and (int(request.cmd) not in _NCQ or request.slot != request.tag or not listed):
            raise refuse("a halted request is none that can be queued")
    busy = int(port.busy_slot)
    if busy != -1 and not 0 <= busy < _COMMANDS:
        raise refuse(f"slot {busy} is busy, of {_COMMANDS}")


def _firmware_tables(values: Any, release: str) -> None:
    """They grow up to a bound; beyond it QEMU aborts."""
    for name, block, most in _GROWN:
        size = -(-int(getattr(values, name)) // _PAGE) * _PAGE & ((1 << 64) - 1)
        if size > most:
            text = f"Unexpected error in qemu_ram_resize() at {_RESIZE[release]}:"
            raise refuse(f"{block} does not grow to {size:#x} bytes, but to {most:#x}", text)


def _message(values: Any, release: str) -> None:
    if not 0 <= int(values.msg_len) <= _MESSAGE:
        raise refuse(f"a message of {values.msg_len} bytes, of {_MESSAGE} at most")


_AFTER: dict[str, tuple[str, After]] = {
    "globalstate": ("runstate", _global_state),
    "serial": ("lsr", _serial),
    "kvm-tpr-opt": ("rom_state_paddr", _patched),
    "ide_drive/pio_state": ("end_transfer_fn_idx", _transfer),
    "ahci": ("dev", _ahci),
    "fw_cfg/acpi_mr": ("table_mr_size", _firmware_tables),
    "lsiscsi": ("msg_len", _message),
}
"""By the name of a state: a field that it must have, and what follows the load."""


def post_load(state: VMState, release: str) -> Callable[[Any, int], None] | None:
    """The hook for a state that was made from a description, None where the device has none that refuses."""
    field, after = _AFTER.get(state.name, ("", None))
    of_state = next((one for one in state.fields if one.path and one.path[-1] == field), None)
    if after is None or of_state is None:
        return None
    hook, way = after, of_state.path[:-1]

    def check(target: Any, version: int) -> None:
        for attribute in way:
            target = getattr(target, attribute)
        hook(target, release)

    return check


class _Scratch:
    """Values that nobody asks for again."""

    def __getattr__(self, name: str) -> int:
        return 0


class Passed(Kind):
    """Bytes that are not looked at."""

    type = "buffer"

    def __init__(self, size: int) -> None:
        self.size = size

    def load(self, value: Any, owner: Any) -> Take[Any]:
        if self.size:
            yield self.size
        return value


class Several(Kind):
    """As many structs as another field of the owner says; nothing of them is kept."""

    type = "struct"

    def __init__(self, state: VMState, count_from: str) -> None:
        self._state, self._count_from = state, count_from

    def load(self, value: Any, owner: Any) -> Take[Any]:
        for _ in range(int(getattr(owner, self._count_from))):
            yield from take_state(self._state, _Scratch(), self._state.version)
        return value


_LOGGED = VMState("PCIE_AER_ERROR", version=1, fields=(Field("status", Passed(_ENTRY)),))


def arranged(state: VMState) -> VMState:
    """The state with those fields whose presence or number other fields decide."""
    arrange = _ARRANGED.get(state.name)
    return state if arrange is None else replace(state, fields=tuple(arrange(state)))


def _drive(state: VMState) -> list[Field]:
    """Its identity follows the flag that says that there is one (is_identify_set)."""
    fields: list[Field] = []
    for field in _without(state, "identify_data"):
        fields.append(field)
        if field.name == "identify_set":
            fields.append(Field("identify_data", Passed(_IDENTITY), exists=_is_identified))
    return fields


def _is_identified(values: Any, version: int) -> bool:
    return bool(int(values.identify_set))


def _timers(state: VMState) -> list[Field]:
    """As many timers as it says itself, where it does; else as many as there are, which an old state does not say."""
    names = {field.name for field in state.fields}
    if "num_timers" in names:
        return [_several(field, "num_timers") if field.name == "timer" else field for field in state.fields]
    counted = Field("num_timers must match", Passed(0), exists=_counts_timers, must_exist=True)
    return [*state.fields, counted] if "num_timers_save" in names else list(state.fields)


def _counts_timers(values: Any, version: int) -> bool:
    return version > 1


def _several(field: Field, count_from: str) -> Field:
    kind = field.kind
    return (
        replace(field, kind=Several(kind.state, count_from), path=(), shape=ONE) if isinstance(kind, Nested) else field
    )


def _chip(state: VMState) -> list[Field]:
    """Its size takes four bytes in an old state."""
    return [Field("unused", Passed(4), exists=_is_old_chip), *state.fields] if state.fields else []


def _is_old_chip(values: Any, version: int) -> bool:
    return version < _CHIP


def _card(state: VMState) -> list[Field]:
    """Its first version has a number of four bytes more."""
    return [*state.fields[:1], Field("unused", Passed(4), exists=_is_first), *state.fields[1:]]


def _is_first(values: Any, version: int) -> bool:
    return version == 1


def _errors(state: VMState) -> list[Field]:
    """As many entries as the log has."""
    fits = Field("log_num <= log_max", Passed(0), exists=_has_room, must_exist=True)
    return [*_without(state, "log"), fits, Field("log", Several(_LOGGED, "log_num"))]


def _has_room(values: Any, version: int) -> bool:
    return int(values.log_num) <= int(values.log_max)


def _without(state: VMState, name: str) -> list[Field]:
    return [field for field in state.fields if field.name != name]


_ARRANGED: dict[str, Callable[[VMState], list[Field]]] = {
    "ide_drive": _drive,
    "hpet": _timers,
    "eeprom": _chip,
    "e1000": _card,
    "PCIE_AER_ERROR_LOG": _errors,
}

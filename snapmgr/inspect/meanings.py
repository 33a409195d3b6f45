"""What well-known fields say in words, beyond what their type tells: ``0x13`` in a UART's line control is ``8N1``.

Keys are the vmsd name of the struct that holds the field, and the field's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Meaning = Callable[[bytes], str | None]

_UART_CLOCK = 115_200
"""Baud at divider 1 (hw/char/serial.c)."""


def field_meaning(vmsd_name: str, field: str, raw: bytes | memoryview) -> str | None:
    """Words for the bytes of one field; None if nothing is known of it, or of this value."""
    known = _KNOWN.get((vmsd_name, field))
    return known(bytes(raw)) if known is not None and raw else None


def _line_control(raw: bytes) -> str:
    """Bits of the 16550's LCR: length, stop bits, parity."""
    value = raw[-1]
    bits = 5 + (value & 3)
    parity = "OEMS"[value >> 4 & 3] if value & 8 else "N"
    stop = "1" if not value & 4 else ("1.5" if bits == 5 else "2")
    return f"{bits}{parity}{stop}"


def _baud(raw: bytes) -> str | None:
    divider = int.from_bytes(raw)
    return f"{_UART_CLOCK // divider:,} baud" if divider else None


def _bits(names: Mapping[int, str]) -> Meaning:
    """Names of the bits that are set."""

    def meaning(raw: bytes) -> str:
        value = int.from_bytes(raw)
        return ", ".join(name for bit, name in names.items() if value >> bit & 1) or "none"

    return meaning


def _one_of(names: Mapping[int, str]) -> Meaning:
    return lambda raw: names.get(int.from_bytes(raw))


def _pci_ids(raw: bytes) -> str | None:
    """Vendor and device, the first words of a configuration space (little-endian)."""
    if len(raw) < 4:
        return None
    return f"{int.from_bytes(raw[:2], 'little'):04x}:{int.from_bytes(raw[2:4], 'little'):04x}"


_INTERRUPTS = _bits({0: "received data", 1: "transmitter empty", 2: "line status", 3: "modem status"})
_LINE_STATUS = _bits(
    {
        0: "data ready",
        1: "overrun",
        2: "parity error",
        3: "framing error",
        4: "break",
        5: "transmit holding empty",
        6: "transmitter empty",
        7: "FIFO error",
    }
)
_MODEM_CONTROL = _bits({0: "DTR", 1: "RTS", 2: "OUT1", 3: "OUT2", 4: "loopback"})
_FLAGS = _bits(
    {0: "CF", 2: "PF", 4: "AF", 6: "ZF", 7: "SF", 8: "TF", 9: "IF", 10: "DF", 11: "OF", 14: "NT", 16: "RF", 17: "VM"}
)

_KNOWN: Mapping[tuple[str, str], Meaning] = {
    ("serial", "lcr"): _line_control,
    ("serial", "divider"): _baud,
    ("serial", "ier"): _INTERRUPTS,
    ("serial", "lsr"): _LINE_STATUS,
    ("serial", "mcr"): _MODEM_CONTROL,
    ("cpu", "env.eflags"): _FLAGS,
    ("cpu_common", "halted"): _one_of({0: "running", 1: "halted"}),
    ("PCIDevice", "config[0]"): _pci_ids,
    ("PCIDevice", "config[1]"): _pci_ids,
}

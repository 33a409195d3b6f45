"""Sizes in words, for reports and terminals."""

from __future__ import annotations

_KIB, _MIB = 1 << 10, 1 << 20


def size(count: int) -> str:
    """Bytes as MiB with three figures; below 10 KiB as they are."""
    if count < 10 * _KIB:
        return f"{count} B"
    value = count / _MIB
    decimals = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{decimals}f} MiB"


def power(count: int) -> str:
    """A size that is a power of two, such as that of a cluster, exactly: ``512 B``, ``64 KiB``, ``2 MiB``."""
    for unit, name in ((_MIB, "MiB"), (_KIB, "KiB")):
        if count and count % unit == 0:
            return f"{count // unit} {name}"
    return f"{count} B"

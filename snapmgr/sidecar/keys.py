"""What makes a snapshot the same one wherever its image lies: facts of its entry that no rename or move changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

Key = str
"""32 hexadecimal digits."""

_KEY = re.compile(r"[0-9a-f]{32}\Z")


class Entry(Protocol):
    """An entry of a snapshot table, as it is read or as it is listed."""

    @property
    def date_sec(self) -> int: ...
    @property
    def date_nsec(self) -> int: ...
    @property
    def vm_clock_nsec(self) -> int: ...
    @property
    def vm_state_size(self) -> int: ...
    @property
    def l1_offset(self) -> int: ...


def snapshot_key(id: str, entry: Entry) -> Key:
    """The key of the snapshot with this id.

    A date with fractions of a second, which QEMU and this engine write, says with id and VM clock which snapshot it is.
    One without may be shared by several images: there the size of the VM state and the place of the L1 table, which
    stays as long as the snapshot does, count too.
    """
    facts: tuple[object, ...] = (id, entry.date_sec, entry.date_nsec, entry.vm_clock_nsec)
    if not entry.date_nsec:
        facts += (entry.vm_state_size, entry.l1_offset)
    return blake2b(repr(facts).encode(), digest_size=16).hexdigest()


def place_key(path: str | Path) -> str:
    """Twelve digits that stand for where an image lies."""
    return blake2b(str(Path(path).resolve()).encode(errors="surrogateescape"), digest_size=6).hexdigest()


def all_of(keys: Iterable[Key]) -> Key:
    """What stands for all snapshots of an image, in whatever order."""
    return blake2b(" ".join(sorted(keys)).encode(), digest_size=16).hexdigest()


def is_key(text: object) -> bool:
    return isinstance(text, str) and _KEY.match(text) is not None

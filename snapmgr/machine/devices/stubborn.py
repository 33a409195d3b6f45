"""A device that cannot be saved, such as a host's device handed through: a machine that has it stays where it is."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.vmstate.fields import u32
from snapmgr.vmstate.state import VMState


@dataclass
class Stubborn:
    doorbell: int = 0


STUBBORN = VMState("demo-stubborn", unmigratable=True, fields=(u32("doorbell"),))

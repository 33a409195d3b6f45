"""Who of the machine is saved: every device under the names and versions of its machine type."""

from __future__ import annotations

from snapmgr.machine.board import Board
from snapmgr.machine.devices.legacy import IDSTR as LEGACY_IDSTR
from snapmgr.machine.types import MachineType
from snapmgr.ram import words
from snapmgr.ram.handlers import RamEntry
from snapmgr.savevm.blockers import check_only_migratable
from snapmgr.savevm.registry import ANY, Registry


def register_board(registry: Registry, board: Board, ram: RamEntry, machine: MachineType) -> None:
    """In the order in which a start of the machine makes them, which is that of their section ids.

    RAM must not be the first: a PART of section 0 belongs to the first entry of all that had no START (savevm.c).
    """
    _register(registry, machine, "clock", board.clock, instance_id=0)
    registry.register_live(words.IDSTR, ram.handlers, version_id=words.VERSION, instance_id=0, target=ram)
    version = board.legacy.version
    registry.register_live(
        LEGACY_IDSTR, board.legacy.handlers(), version_id=version, instance_id=0, target=board.legacy
    )
    _register(registry, machine, "iommu", board.iommu)
    for cpu in board.cpus:
        _register(registry, machine, "cpu_common", cpu.state, instance_id=cpu.index)
        _register(registry, machine, "cpu", cpu.state, instance_id=cpu.index)
    _register_irq(registry, board, machine)
    _register(registry, machine, "timer", board.timer)
    _register(registry, machine, "uart", board.uart)
    _register(registry, machine, "display", board.display)
    for controller in board.controllers:
        _register(registry, machine, "disk", controller, instance_id=controller.index)
    _register(registry, machine, "nic", board.nic)
    if board.unplug is not None:
        _register(registry, machine, "unplug", board.unplug)
    if board.stubborn is not None:
        _register(registry, machine, "stubborn", board.stubborn)


def check_migratable(board: Board, machine: MachineType, *, only_migratable: bool) -> None:
    """Raises Blocked for a device that may not be in this machine, before anything of it is there."""
    if board.stubborn is not None:
        check_only_migratable(machine.states["stubborn"], "demo-stubborn", only_migratable=only_migratable)


def _register(registry: Registry, machine: MachineType, device: str, target: object, *, instance_id: int = ANY) -> None:
    registry.register(machine.states[device], target, path=machine.paths.get(device), instance_id=instance_id)


def _register_irq(registry: Registry, board: Board, machine: MachineType) -> None:
    """Newer machines number it from 0, and answer to the number it had in older ones."""
    state = machine.states["irq"]
    if machine.irq_alias is None:
        registry.register(state, board.irq, instance_id=machine.irq_id)
    else:
        registry.register(
            state,
            board.irq,
            instance_id=machine.irq_id,
            alias_id=machine.irq_alias,
            required_for_version=state.minimum_version,
        )

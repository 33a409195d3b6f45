"""The guest: what happens in one tick.  A function of RAM, registers and disks, and of nothing else.

Nothing is forgotten: whatever is overwritten was folded into something that stays, and every update of a register or
of a byte is a bijection of its old value.  So two machines that differ in one byte differ after any number of ticks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from snapmgr.machine import workloads, writer
from snapmgr.machine.board import Board
from snapmgr.machine.clock import TICK_NS
from snapmgr.machine.devices import irq
from snapmgr.machine.devices.cpu import BREAKPOINT, ENTRY, NO_EXCEPTION, RESET_VECTOR, Cpu
from snapmgr.machine.devices.display import FULL_BRIGHTNESS
from snapmgr.machine.memory import MAGIC
from snapmgr.machine.random import advance, mix
from snapmgr.machine.screen import COLUMNS, HEIGHT, WIDTH, Screen

BREAK_EVERY, BREAK_TICKS = 50, 5
"""The guest holds its serial line for some ticks of every second."""
EXCEPTION_EVERY = 7
"""In one tick of seven the CPU stands at a breakpoint."""
DIMMED = 60
"""Percent of brightness while the guest has nothing to do."""
TIMER_PERIOD = 3 * TICK_NS + 7


@dataclass(frozen=True, slots=True)
class BootOptions:
    """What the guest is told when it boots, and keeps in RAM from then on.  ``rate`` None is the workload's own."""

    workload: str = "random"
    seed: int = 1
    rate: int | None = None


def tick(board: Board, screen: Screen, options: BootOptions) -> None:
    """Let TICK_NS of virtual time pass."""
    if board.cpus[0].live.pc == RESET_VECTOR:
        boot(board, screen, options)
    _interrupts(board)
    board.clock.advance()
    board.advance_devices()
    memory = board.memory
    memory.set("tick", (memory.get("tick") + 1) & (1 << 64) - 1)
    memory.set("random", advance(memory.get("random")))
    workloads.dirty(memory)
    for line in writer.complete(board):
        _say(board, screen, line)
    writer.submit(board)
    screen.draw(memory.get("tick"))
    board.display.move_cursor(WIDTH)
    idle = memory.get("workload") == workloads.BY_NAME["idle"]
    board.display.set_brightness(DIMMED if idle else FULL_BRIGHTNESS, board)
    _execute(board)


def boot(board: Board, screen: Screen, options: BootOptions) -> None:
    """Clear memory, remember what was asked for, and set the devices up."""
    memory = board.memory
    for block in (memory.ram, memory.vram):
        block.dirty.set(0, block.pages)
        block.reset()
    memory.set("magic", MAGIC)
    memory.set("seed", options.seed)
    memory.set("random", mix(options.seed))
    choose_workload(board, options.workload, options.rate)
    screen.boot(options.seed)
    board.display.program(WIDTH, HEIGHT)
    board.timer.start(board.now, TIMER_PERIOD)
    writer.boot(board)
    for cpu in board.cpus:
        cpu.live.pc = ENTRY


def choose_workload(board: Board, name: str, rate: int | None = None) -> None:
    """From the next tick on; ``rate`` in pages a tick, the workload's own where it is None.  KeyError for the name."""
    number = workloads.BY_NAME[name]
    board.memory.set("workload", number)
    board.memory.set("rate", workloads.WORKLOADS[number].rate if rate is None else rate)


def _interrupts(board: Board) -> None:
    """Handle what has become pending since the last tick."""
    for line in board.irq.take():
        board.cpus[line % len(board.cpus)].interrupt(line)
        if line == irq.NIC:
            board.nic.take(board)
        if line == irq.RTC:
            board.irq.raise_line(irq.MASKED)


def _say(board: Board, screen: Screen, line: bytes) -> None:
    """A new console line: on the screen, and through the serial port."""
    line = line[:COLUMNS]
    shown = board.memory.variables["console"]
    old, new = shown.tobytes(), line.ljust(COLUMNS, b"\0")
    for start in range(0, COLUMNS, 8):
        board.fold(int.from_bytes(old[start : start + 8], "little"))
    board.memory.changing_variables()
    shown[:] = np.frombuffer(new, np.uint8)
    screen.say(old, new)
    board.uart.push(line + b"\n", board)


def _execute(board: Board) -> None:
    """The CPUs' own work, and states that come and go with the tick."""
    now = board.memory.get("tick")
    board.uart.set_break(now % BREAK_EVERY < BREAK_TICKS, board)
    for cpu in board.cpus:
        cpu.execute(now)
        _trap(board, cpu, now % EXCEPTION_EVERY == cpu.index)
    board.fold(now)


def _trap(board: Board, cpu: Cpu, at_breakpoint: bool) -> None:
    board.fold(cpu.live.exception & 0xFFFF_FFFF)
    cpu.live.exception = BREAKPOINT if at_breakpoint else NO_EXCEPTION

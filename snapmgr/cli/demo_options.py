"""Options of the demo machine, and the machine they ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from snapmgr.cli.output import Output
from snapmgr.cli.progress import progress
from snapmgr.errors import SnapmgrError, UsageError

if TYPE_CHECKING:
    from snapmgr.machine.machine import Machine
    from snapmgr.machine.options import MachineOptions

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

_UNITS = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_SWITCHES = ("send-configuration", "send-section-footer", "store-global-state")
TICKS_AT_ONCE = 50


def _size(context: click.Context, parameter: click.Parameter, value: str) -> int:
    """Bytes, as QEMU takes them: without a letter it means MiB, as with -m."""
    size = bytes_of(value, "M")
    if size is None:
        raise click.BadParameter(f"{value!r} is not a size such as 64M or 2G.")
    return size


def bytes_of(value: str, usual: str) -> int | None:
    """A number with K, M or G behind it; ``usual`` (B for bytes) where there is no letter.  None for anything else."""
    match = re.fullmatch(r"(\d{1,12})([KMG]?)(?:i?B)?", value, re.IGNORECASE)
    return None if match is None else int(match[1]) * _UNITS[match[2].upper() or usual]


def _uuid(context: click.Context, parameter: click.Parameter, value: str | None) -> bytes | None:
    from uuid import UUID

    try:
        return None if value is None else UUID(value).bytes
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a UUID.") from None


_OPTIONS = (
    click.option("--ram", metavar="SIZE", callback=_size, default="64M", show_default=True,
                 help="RAM of the machine, 16M to 8G."),
    click.option("--workload", metavar="NAME", default="random", show_default=True,
                 help="What the guest does: idle, sequential, random, hotspot, burst or full."),
    click.option("--rate", metavar="PAGES", type=click.IntRange(0), help="Pages that the guest writes in a tick."),
    click.option("--seed", metavar="S", type=click.IntRange(0), default=1, show_default=True,
                 help="Another number, another guest."),
    click.option("--machine", metavar="TYPE", default="demo-1.1", show_default=True,
                 help="Machine type: demo-1.0 or demo-1.1."),
    click.option("--disk", "disks", metavar="IMAGE", multiple=True, type=click.Path(path_type=Path),
                 help="A raw or qcow2 disk; the guest writes to it. May be given several times."),
    click.option("--shared-ram", metavar="FILE", type=click.Path(path_type=Path),
                 help="A file that holds the RAM, for the capability x-ignore-shared."),
    click.option("--uuid", metavar="UUID", callback=_uuid, help="The machine's UUID."),
    click.option("--validate-uuid", is_flag=True, help="Send the UUID, so that only a machine with the same loads it."),
    click.option("--page-bits", metavar="N", type=int, default=12, show_default=True, help="Log2 of the page size."),
    click.option("--accel", metavar="NAME", help="tcg or xen; with xen streams have no configuration and no footers."),
    click.option("--device", "devices", metavar="NAME", multiple=True,
                 help="An extra device: stubborn (cannot be saved), unplug (the guest is giving it up)."),
    click.option("--only-migratable", is_flag=True, help="Refuse devices that cannot be saved."),
    click.option("--record-replay", is_flag=True, help="What it does is being recorded: no snapshots are made."),
    click.option("--capability", "capabilities", metavar="NAME", multiple=True,
                 help="A migration capability that is on, such as xbzrle, compress or x-ignore-shared."),
    click.option("--global", "globals_", metavar="NAME=on|off", multiple=True,
                 help="A switch of the stream: send-configuration, send-section-footer or store-global-state."),
)  # fmt: skip


def machine_options(function: _Decorated) -> _Decorated:
    """The options of every command that has a machine; they arrive as one mapping ``wanted``."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@contextmanager
def demo_machine(
    output: Output, wanted: dict[str, Any], *, incoming: bool = False, accel: str = "tcg"
) -> Iterator[Machine]:
    """The machine, closed at the end; an ``incoming`` one takes its disks over when it is loaded.

    What QEMU would have printed is said on the way out.  Raises UsageError, Blocked, InUse, Unsupported.
    """
    from snapmgr.machine.disks import open_disk
    from snapmgr.machine.machine import Machine
    from snapmgr.snapshots.journal import finish_cut_off

    options = machine_of(wanted, accel)
    disks = []
    finish_cut_off(wanted["disks"])
    with ExitStack() as opened:
        for path in wanted["disks"]:
            disks.append(open_disk(path, active=not incoming))
            opened.callback(disks[-1].close)
        machine = Machine(options, disks)
        with _reported(output, machine):
            yield machine


def machine_of(wanted: dict[str, Any], accel: str = "tcg") -> MachineOptions:
    """What was asked for.  Raises UsageError."""
    from snapmgr.machine.guest import BootOptions
    from snapmgr.machine.options import MachineOptions

    return MachineOptions(
        machine=wanted["machine"],
        ram=wanted["ram"],
        boot=BootOptions(wanted["workload"], wanted["seed"], wanted["rate"]),
        uuid=wanted["uuid"],
        validate_uuid=wanted["validate_uuid"],
        page_bits=wanted["page_bits"],
        accel=wanted["accel"] or accel,
        devices=tuple(wanted["devices"]),
        only_migratable=wanted["only_migratable"],
        shared_ram=wanted["shared_ram"],
        record_replay=wanted["record_replay"],
        capabilities=frozenset(wanted["capabilities"]),
        **_switches(wanted["globals_"]),
    )


@contextmanager
def _reported(output: Output, machine: Machine) -> Iterator[None]:
    """Say what QEMU would have printed; the line that the failure itself brings is not said twice."""
    said: set[str | None] = set()
    try:
        yield
    except SnapmgrError as error:
        said = {error.qemu, error.message}
        raise
    finally:
        for report in machine.reports:
            if report.text not in said:
                output.note(report.text)


def _switches(pairs: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in pairs:
        name, _, value = pair.removeprefix("migration.").partition("=")
        if name not in _SWITCHES or value not in ("on", "off"):
            raise UsageError("usage", f"--global {pair!r} is none of {', '.join(_SWITCHES)} with =on or =off")
        found[name.replace("-", "_")] = value == "on"
    return found


def advance(output: Output, machine: Machine, ticks: int) -> None:
    """Let the machine run for ``ticks``, with progress."""
    with progress(output, "Running", lambda count: f"{count:,} ticks") as report:
        done = 0
        while done < ticks:
            step = min(TICKS_AT_ONCE, ticks - done)
            machine.advance(step)
            done += step
            report(done, ticks)

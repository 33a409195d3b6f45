"""``snapctl demo``: the built-in machine, run, saved and loaded; no QEMU needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import force, opened, source_argument
from snapmgr.cli.demo_dirty_rate import dirty_rate_command
from snapmgr.cli.demo_migrate import migrate_command
from snapmgr.cli.demo_options import advance, demo_machine, machine_options
from snapmgr.cli.demo_qmp import qmp_command
from snapmgr.cli.demo_receive import receive_command
from snapmgr.cli.demo_snapshot import demo_snapshot
from snapmgr.cli.newfile import check_target, new_file
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.text import printable, size
from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.machine.machine import Machine
    from snapmgr.savevm.output import Drain

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

_file = click.argument("file", metavar="FILE")


def _ticks(default: int) -> Callable[[_Decorated], _Decorated]:
    return click.option(
        "--ticks", metavar="N", type=click.IntRange(0), default=default, show_default=True, help="Ticks to run."
    )


@click.group()
@output_options
def demo() -> None:
    """The built-in demo machine: run it, save it, load it; no QEMU is needed.

    Its guest draws a picture, writes memory and disks, and is the same every time: running N + M ticks gives the same
    digest as running N, saving, loading and running M.

    \b
    Examples:
      snapctl demo run --ticks 500
      snapctl demo save state.mig --ticks 200
      snapctl demo load state.mig --ticks 300
    """


@demo.command("run", short_help="Run it from its reset.")
@_ticks(100)
@machine_options
@output_options
@pass_output
def run_command(output: Output, /, ticks: int, **wanted: Any) -> None:
    """Run the machine from its reset for N ticks and print the digest of its RAM, devices and disks.

    \b
    Examples:
      snapctl demo run --ticks 500 --workload full --ram 256M
      snapctl demo run --ticks 500 --disk disk.raw --json
    """
    with demo_machine(output, wanted) as machine:
        advance(output, machine, ticks)
        _say(output, machine)


@demo.command("save", short_help="Run it, then save it.")
@_file
@_ticks(100)
@force
@machine_options
@output_options
@pass_output
def save_command(output: Output, /, file: str, ticks: int, force: bool, **wanted: Any) -> None:
    """Run the machine from its reset for N ticks and save it to FILE, a stream as QEMU writes them.

    \b
    Examples:
      snapctl demo save state.mig --ticks 200 --workload hotspot
      snapctl demo save state.mig --machine demo-1.0 --force
    """
    from snapmgr.machine.saving import save

    _check_file(output, file, force, wanted["disks"])
    with demo_machine(output, wanted) as machine:
        advance(output, machine, ticks)
        with new_file(file, force=force) as target:
            written = save(machine, _writer(target))
        _say(output, machine, file, written)


@demo.command("load", short_help="Load it, then run on.")
@source_argument
@_ticks(0)
@machine_options
@output_options
@pass_output
def load_command(output: Output, /, src: str, ticks: int, **wanted: Any) -> None:
    """Load the machine from SRC, run it for N ticks and print its digest.

    The machine that loads must be like the one that was saved: type, RAM, disks. What the guest does was saved with it.

    \b
    Examples:
      snapctl demo load state.mig --ticks 300
      snapctl demo load state.mig --machine demo-1.0 --ram 256M --json
    """
    from snapmgr.machine.saving import load

    with opened(output, src) as source, demo_machine(output, wanted, incoming=True) as machine:
        load(machine, source.chunks())
        advance(output, machine, ticks)
        machine.stop()
        _say(output, machine)


@demo.command("xen-save", short_help="Save its devices alone.")
@_file
@_ticks(100)
@click.option("--no-live", is_flag=True, help="Keep the disks, although the machine stands.")
@force
@machine_options
@output_options
@pass_output
def xen_save_command(output: Output, /, file: str, ticks: int, no_live: bool, force: bool, **wanted: Any) -> None:
    """Run the machine for N ticks and save its devices, without RAM, as Xen's tools have QEMU do it.

    The accelerator is xen here: no configuration, no footers, no global state.

    \b
    Examples:
      snapctl demo xen-save devices.xen
      snapctl demo xen-load devices.xen
    """
    from snapmgr.machine.saving import xen_save

    _check_file(output, file, force, wanted["disks"])
    with demo_machine(output, wanted, accel="xen") as machine:
        advance(output, machine, ticks)
        digest = machine.digest()
        with new_file(file, force=force) as target:
            written = xen_save(machine, _writer(target), live=not no_live)
        _say(output, machine, file, written, digest=digest)


@demo.command("xen-load", short_help="Load devices that were saved alone.")
@source_argument
@_ticks(0)
@machine_options
@output_options
@pass_output
def xen_load_command(output: Output, /, src: str, ticks: int, **wanted: Any) -> None:
    """Load the devices from SRC, as xen-save wrote them; RAM stays as it is.

    \b
    Examples:
      snapctl demo xen-load devices.xen
      snapctl demo xen-load old.xen --machine demo-1.1 --json
    """
    from snapmgr.machine.saving import xen_load

    with opened(output, src) as source, demo_machine(output, wanted, incoming=True, accel="xen") as machine:
        xen_load(machine, source.chunks())
        advance(output, machine, ticks)
        _say(output, machine)


@demo.command("blockers", short_help="What keeps it from being saved?")
@_ticks(0)
@machine_options
@output_options
@pass_output
def blockers_command(output: Output, /, ticks: int, **wanted: Any) -> int:
    """List what keeps the machine from being saved, after N ticks; exit code 1 if something does.

    \b
    Examples:
      snapctl demo blockers --device stubborn
      snapctl demo blockers --device unplug --ticks 50 --json
    """
    with demo_machine(output, wanted) as machine:
        advance(output, machine, ticks)
        reasons = machine.blockers.reasons(machine.registry)
        pending = machine.unplug_pending
    if output.json:
        output.document({"blocked": bool(reasons), "blocked-reasons": reasons, "unplug-pending": pending})
    else:
        lines = list(reasons)
        if pending:
            lines.append("a device is being unplugged: a migration waits until the guest has let go")
        output.lines("\n".join(lines or ["nothing keeps the machine from being saved"]))
    return Exit.FAILED if reasons else Exit.DONE


demo.add_command(demo_snapshot)
for command in (qmp_command, migrate_command, receive_command, dirty_rate_command):
    demo.add_command(command)


def _check_file(output: Output, file: str, force: bool, disks: Sequence[Path]) -> None:
    if file == "-" and output.json:
        raise UsageError("usage", "with --json standard output is taken", hint="Name a file.")
    check_target(file, force=force, sources=disks)


def _writer(target: Any) -> Drain:
    return lambda buffers: target.writelines(buffers)


def _say(
    output: Output, machine: Machine, path: str | None = None, written: int = 0, *, digest: str | None = None
) -> None:
    digest = digest or machine.digest()
    if output.json:
        document: dict[str, Any] = {"tick": machine.tick, "digest": digest}
        output.document(document if path is None else {**document, "path": path, "size": written})
    elif path is None:
        output.lines(f"tick {machine.tick}  digest {digest}")
    elif path != "-":
        output.done(f"{printable(path)}: {size(written)}, tick {machine.tick}, digest {digest}")

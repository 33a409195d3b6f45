"""``snapctl demo snapshot``: snapshots of the built-in machine in real qcow2 images."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, TypeVar

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.demo_options import advance, demo_machine, machine_options
from snapmgr.cli.freed import changed_document, freed_text
from snapmgr.cli.hints import OVERWRITE, adding
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.text import printable, size
from snapmgr.errors import Cancelled, SnapmgrError, UsageError
from snapmgr.names import quoted

if TYPE_CHECKING:
    from snapmgr.machine.machine import Machine

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])
_tag = click.argument("tag", metavar="TAG")
_vmstate = click.option("--vmstate", metavar="IMAGE", help="The disk that keeps the VM state; else the first.")
_on = click.option("--on", "on", metavar="IMAGE", multiple=True,
                   help="This disk, not all of them. May be given several times.")  # fmt: skip


def _ticks(default: int, text: str) -> Callable[[_Decorated], _Decorated]:
    return click.option("--ticks", metavar="N", type=click.IntRange(0), default=default, show_default=True, help=text)


@click.group("snapshot", short_help="Its snapshots, in qcow2 images.")
@output_options
def demo_snapshot() -> None:
    """Snapshots of the demo machine, disks and machine together, in the qcow2 images that are its disks.

    \b
    Examples:
      snapctl demo snapshot save morning --disk a.qcow2 --disk b.qcow2 --ticks 200
      snapctl demo snapshot load morning --disk a.qcow2 --disk b.qcow2 --ticks 100
    """


@demo_snapshot.command("list", short_help="What snapshots are there?")
@click.option("--disk", "disks", metavar="IMAGE", multiple=True, required=True, type=click.Path(path_type=Path),
              help="A disk of the machine. May be given several times.")  # fmt: skip
@output_options
@click.pass_context
def list_command(context: click.Context, disks: tuple[Path, ...]) -> int:
    """List the snapshots of the machine with these disks; the same as snapctl snapshot list.

    \b
    Examples:
      snapctl demo snapshot list --disk a.qcow2 --disk b.qcow2
    """
    from snapmgr.cli.snapshot import list_command as listing

    code: int = context.invoke(listing, images=disks, allow_roots=())
    return code


@demo_snapshot.command("save", short_help="Run it, then save it.")
@click.argument("tag", metavar="[TAG]", required=False)
@_ticks(100, "Ticks to run before.")
@click.option("--overwrite", is_flag=True, help="Take the place of the snapshot with that name.")
@click.option("--live/--paused", default=True, show_default=True,
              help="Let the guest run while it is saved, or stand still.")  # fmt: skip
@_vmstate
@_on
@machine_options
@output_options
@pass_output
def save_command(
    output: Output,
    /,
    tag: str | None,
    ticks: int,
    overwrite: bool,
    live: bool,
    vmstate: str | None,
    on: tuple[str, ...],
    **wanted: Any,
) -> None:
    """Run the machine from its reset for N ticks and save it as snapshot TAG, on all its disks or on none.

    With --on it is kept on those disks alone.

    The snapshot and the digest are those of tick N. With --live the guest goes on in real time until all is saved:
    it stands still for its devices alone, and its disks are those of some ticks later afterwards. Without TAG the
    snapshot gets a name of date and time.

    \b
    Examples:
      snapctl demo snapshot save morning --disk a.qcow2 --ticks 200
      snapctl demo snapshot save morning --disk a.qcow2 --overwrite --workload hotspot
      snapctl demo snapshot save morning --disk a.qcow2 --ram 1G --paused
    """
    from snapmgr.cli.jobs import run_job
    from snapmgr.snapshots.machine import check_save

    _need_disks(wanted)
    with demo_machine(output, wanted) as machine, adding("snapshot-exists", OVERWRITE):
        # what will be refused is refused before the disks are written to
        check_save(machine, tag, overwrite=overwrite, vmstate=vmstate, devices=on or None, now=time.time_ns)
        advance(output, machine, ticks)
        at, digest = machine.tick, machine.digest()
        saved = run_job(
            output,
            "Saving",
            machine,
            lambda jobs, shown: jobs.save(
                "save", tag, overwrite=overwrite, vmstate=vmstate, devices=on or None, live=live, shown=shown
            ),
            live=live,
        )
        stood, waited = (round(time / 1_000_000, 1) for time in (saved.stood, saved.waited))
        ran = machine.tick - at
        facts = {
            "name": saved.name,
            "vm-state-size": saved.vm_state_size,
            "live": live,
            "stopped-ms": stood,
            "waited-ms": waited,
            "ticks-meanwhile": ran,
        }
        said = (
            f"snapshot {quoted(saved.name)} saved: VM state {size(saved.vm_state_size)}, guest stopped for {stood} ms"
        )
        if live:
            said += f", ran {ran} ticks meanwhile" + (f" and waited for {waited} ms" if waited else "")
        _say(output, facts, said, at, digest)


@demo_snapshot.command("load", short_help="Load it, then run on.")
@_tag
@_ticks(0, "Ticks to run afterwards.")
@_vmstate
@_on
@machine_options
@output_options
@pass_output
def load_command(
    output: Output, /, tag: str, ticks: int, vmstate: str | None, on: tuple[str, ...], **wanted: Any
) -> None:
    """Load snapshot TAG, disks and machine, run it for N ticks and print its digest.

    What the disks hold now is lost; with --on those disks alone go back. TAG is a name, else an id; name:T and id:N
    say which.

    \b
    Examples:
      snapctl demo snapshot load morning --disk a.qcow2 --ticks 300
    """
    from snapmgr.cli.jobs import run_job

    _need_disks(wanted)
    with demo_machine(output, wanted) as machine:
        with adding("snapshot-not-found", "" if on else _where_it_is(machine, tag)):
            run_job(
                output,
                "Loading",
                machine,
                lambda jobs, shown: jobs.load("load", tag, vmstate=vmstate, devices=on or None, shown=shown),
            )
        try:
            advance(output, machine, ticks)
            machine.stop()
            at, digest = machine.tick, machine.digest()
        except KeyboardInterrupt:
            output.document({"name": tag})
            raise Cancelled(
                f"cancelled, but snapshot {quoted(tag)} is loaded: the disks stay what they are now"
            ) from None
        _say(output, {"name": tag}, f"snapshot {quoted(tag)} loaded", at, digest)


@demo_snapshot.command("delete", short_help="Delete it from its disks.")
@_tag
@_on
@click.option("--trim", is_flag=True, help="Give whatever is free in the images back to the disk that they are on.")
@machine_options
@output_options
@pass_output
def delete_command(output: Output, /, tag: str, on: tuple[str, ...], trim: bool, **wanted: Any) -> int:
    """Delete snapshot TAG from every disk that has it.

    The room becomes free inside the images; --trim makes the files themselves smaller. Without it, snapctl snapshot
    undo brings it back until something is written to the images.

    \b
    Examples:
      snapctl demo snapshot delete morning --disk a.qcow2 --disk b.qcow2
      snapctl demo snapshot delete morning --disk a.qcow2 --trim
    """
    from snapmgr.cli.jobs import run_job
    from snapmgr.snapshots.deleted import remember

    _need_disks(wanted)
    with demo_machine(output, wanted) as machine:
        done = run_job(
            output,
            "Deleting",
            machine,
            lambda jobs, shown: jobs.delete("delete", tag, devices=on or None, trim=trim, shown=shown),
        )
    remember(done)
    if output.json:
        output.document({"devices": [changed_document(one) for one in done]})
    for one in () if output.json else done:
        output.done(printable(f"{one.path}: snapshot {quoted(one.name)} (id {one.id}) deleted; {freed_text(one)}"))
    return Exit.DONE


def _where_it_is(machine: Machine, tag: str) -> str:
    """How to load it where some disks have it and others do not; "" where that is not so."""
    from snapmgr.snapshots.machine import disks_of
    from snapmgr.snapshots.plans import find

    having, disks = [], disks_of(machine, None)
    for name, disk in disks.items():
        with suppress(SnapmgrError):
            find(disk.image, tag)
            having.append(name)
    if len(having) in (0, len(disks)):
        return ""
    return f"These disks alone load it: {' '.join(f'--on {quote(name)}' for name in having)}."


def _need_disks(wanted: dict[str, Any]) -> None:
    if not wanted["disks"]:
        raise UsageError("usage", "without a disk nothing can hold a snapshot", hint="Name one with --disk IMAGE.")


def _say(output: Output, facts: dict[str, Any], said: str, tick: int, digest: str) -> None:
    if output.json:
        output.document({"tick": tick, "digest": digest, **facts})
    else:
        output.done(printable(said))
        output.lines(f"tick {tick}  digest {digest}")

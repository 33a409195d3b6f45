"""``snapctl snapshot prune``: delete the old snapshots, all in one go."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import ImageType
from snapmgr.cli.asking import ask, yes_option
from snapmgr.cli.freed import freed_document, freed_text
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.progress import progress
from snapmgr.cli.style import heading
from snapmgr.cli.text import date, printable, size, table
from snapmgr.errors import UsageError
from snapmgr.names import shown_name, visible_name

if TYPE_CHECKING:
    from snapmgr.snapshots.model import SnapshotRow, Snapshots
    from snapmgr.snapshots.old import Old
    from snapmgr.snapshots.transaction import Changed

_MOST_NAMES = 8


@click.command("prune", short_help="Delete the old snapshots, and keep the last.")
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True, type=ImageType(path_type=Path))
@click.option("--keep-last", metavar="N", type=click.IntRange(min=0), help="Keep the N newest.")
@click.option("--older-than", metavar="AGE", help="Delete only those older than this: 90m, 12h, 30d, 2w.")
@click.option("-n", "--dry-run", is_flag=True, help="Only say what would go, what would stay, and what that frees.")
@click.option("--trim", is_flag=True, help="Give whatever is free in the images back to the disk that they are on.")
@yes_option
@output_options
@pass_output
def prune_command(
    output: Output,
    images: tuple[Path, ...],
    keep_last: int | None,
    older_than: str | None,
    dry_run: bool,
    trim: bool,
    yes: bool,
) -> int:
    """Delete the old snapshots of every IMAGE; several images are the disks of one machine.

    Of --keep-last and --older-than at least one is needed; with both, only what is old by both goes. Where the disks
    differ in a snapshot's date, the newest counts. One whose date is not recorded stays, and is not counted. On all
    images or on none, in one change.

    \b
    Examples:
      snapctl snapshot prune disk.qcow2 --keep-last 7 --dry-run
      snapctl snapshot prune root.qcow2 data.qcow2 --keep-last 3 --older-than 30d --yes
    """
    from snapmgr.snapshots.change import delete_snapshot
    from snapmgr.snapshots.find import tags_of
    from snapmgr.snapshots.list import list_snapshots
    from snapmgr.snapshots.old import old_ones, seconds_of

    if keep_last is None and older_than is None:
        raise UsageError("usage", "say which are old: --keep-last N, --older-than AGE, or both")
    age = None if older_than is None else seconds_of(older_than)
    found = list_snapshots(images)
    for device in found.devices:
        if device.error is not None and device.unread:
            raise device.error  # on all disks or on none
    chosen = old_ones(found.rows, keep_last=keep_last, older_than=age, now=time.time())
    done: Sequence[Changed] = ()
    if chosen.gone and not dry_run:
        ask(output, f"Delete {_named(chosen.gone)}{' for ever' * trim}, and keep {len(chosen.kept)}?", yes)
        tags = tags_of(chosen.gone, found)
        with progress(output, "Looking through") as report:
            done = delete_snapshot(list(tags), tags, trim=trim, progress=report)
    frees = _frees(output, found, chosen.gone) if dry_run else sum(one.freed for one in done)
    if output.json:
        output.document(_document(chosen, done, frees, dry_run=dry_run))
    elif dry_run:
        output.lines("\n".join(_preview(chosen, frees)))
    else:
        output.done("\n".join(_said(found, chosen, done)))
    return Exit.DONE


def _named(rows: Sequence[SnapshotRow]) -> str:
    """How many, and which they are, the first of many."""
    names = ", ".join(shown_name(row.name) for row in rows[:_MOST_NAMES])
    more = f" and {len(rows) - _MOST_NAMES} more" if len(rows) > _MOST_NAMES else ""
    return f"{len(rows)} snapshot{'s' * (len(rows) > 1)} ({names}{more})"


def _frees(output: Output, found: Snapshots, gone: Sequence[SnapshotRow]) -> int | None:
    """Bytes that would become free, None where nobody can say."""
    from snapmgr.snapshots.space import measure

    with progress(output, "Looking through") as report:
        space = measure(found.having(gone), progress=report)
    for error in space.errors.values():
        output.trouble(error)
    return space.freed_by(gone)


def _document(chosen: Old, done: Sequence[Changed], frees: int | None, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry-run": dry_run,
        "freed": frees,
        "deleted": [_row(row) for row in chosen.gone],
        "kept": [_row(row) for row in chosen.kept],
        "devices": [{"path": one.path, **freed_document(one)} for one in done],
    }


def _row(row: SnapshotRow) -> dict[str, Any]:
    """With the date that it was judged by, 0 where that is not recorded."""
    from snapmgr.snapshots.old import newest_part

    seconds, rest = newest_part(row) or (0, 0)
    return {
        "id": row.id,
        "name": row.name,
        "date-sec": seconds,
        "date-nsec": rest,
        "devices": list(row.entries),
    }


def _preview(chosen: Old, frees: int | None) -> Iterator[str]:
    said = "" if frees is None or not chosen.gone else f", which frees {size(frees)}"
    for title, rows in (
        (f"Would go ({len(chosen.gone)}){said}", chosen.gone),
        (f"Stay ({len(chosen.kept)})", chosen.kept),
    ):
        yield heading(title)
        if rows:
            yield table(["ID", "NAME", "DATE"], [_cells(row) for row in rows], "<<<")


def _cells(row: SnapshotRow) -> list[str]:
    from snapmgr.snapshots.old import newest_part

    moment = newest_part(row)
    return [visible_name(row.id), shown_name(row.name), date(moment[0]) if moment is not None else "not recorded"]


def _said(found: Snapshots, chosen: Old, done: Sequence[Changed]) -> Iterator[str]:
    for one in done:
        count = sum(one.path in row.entries for row in chosen.gone)
        what = f"{count} snapshot{'s' * (count > 1)} deleted"
        yield printable(f"{one.path}: {what}; {freed_text(one)}")
    if not done:
        yield "No snapshot is old: nothing was changed."

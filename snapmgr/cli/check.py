"""``snapctl check``: is a qcow2 image sound?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import ImageType, allow_root
from snapmgr.cli.image_problems import image_problem_lines
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.progress import progress
from snapmgr.cli.style import paint
from snapmgr.cli.text import printable, size

if TYPE_CHECKING:
    from snapmgr.block.checking import ImageCheck
    from snapmgr.block.qcow2.tally import Tally

_REPAIRS = ("leaks", "all")


@click.command(short_help="Is a qcow2 image sound?")
@click.argument("image", metavar="IMAGE", type=ImageType(path_type=Path))
@click.option(
    "--repair",
    type=click.Choice(_REPAIRS),
    help="leaks: give leaked clusters back, where nothing else is wrong; all: put refcounts and flags right as well.",
)
@allow_root
@output_options
@pass_output
def check(output: Output, image: Path, repair: str | None, allow_roots: tuple[Path, ...]) -> int:
    """Look through all tables of IMAGE, as qemu-img check does: refcounts, COPIED flags, overlaps, snapshots.

    Images in vmdk, qed, vdi, vhdx and parallels format are given to qemu-img, which knows them.

    Exit code 1 says that there are errors or leaks. An image that another process writes is not checked (exit
    code 4); to repair one, nobody else may use it at all. Cut off at any moment, --repair all leaves the image as it
    was or repaired; what is no matter of counting is not touched, and said.

    \b
    Examples:
      snapctl check disk.qcow2
      snapctl check disk.qcow2 --json
      snapctl check disk.qcow2 --repair leaks
      snapctl check disk.qcow2 --repair all
    """
    from snapmgr.block.check_by_qemu import format_checked_by_qemu
    from snapmgr.block.checking import Repair, check_file
    from snapmgr.block.report import check_document
    from snapmgr.snapshots.journal import settle

    form = None if repair else format_checked_by_qemu(image)
    if form:
        return _by_qemu(output, image, form)
    for cut_off in settle([image]):
        output.note(printable(cut_off.message))
    with progress(output, "Checking") as report:
        found = check_file(image, repair=Repair(repair) if repair else None, allow_roots=allow_roots, progress=report)
    if output.json:
        output.document(check_document(str(image), found))
    else:
        output.lines("\n".join(_lines(output, image, found)))
    return Exit.DONE if found.checked.tally.sound else Exit.FAILED


def _by_qemu(output: Output, image: Path, form: str) -> int:
    from snapmgr.block.check_by_qemu import check_by_qemu

    document = check_by_qemu(image, form)
    names = (("corruptions", "error"), ("leaks", "leaked cluster"), ("check-errors", "cluster that cannot be checked"))
    faults = [_counted(document[key], name) for key, name in names if document.get(key)]
    if output.json:
        output.document(document)
    else:
        said = paint(", ".join(faults) or "no errors", "error" if faults else "good")
        output.lines(f"{printable(str(image))}: {said} (qemu-img, {form})")
    return Exit.FAILED if faults else Exit.DONE


def _lines(output: Output, image: Path, found: ImageCheck) -> Iterator[str]:
    tally = found.checked.tally
    if found.corruptions_fixed:
        yield f"{printable(str(image))}: {_counted(found.corruptions_fixed, 'error')} repaired"
    if found.leaks_fixed:
        yield f"{printable(str(image))}: {_counted(found.leaks_fixed, 'leaked cluster')} given back"
    faults = [
        _counted(number, name)
        for number, name in (
            (tally.corruptions, "error"),
            (tally.leaks, "leaked cluster"),
            (tally.check_errors, "cluster"),
        )
        if number
    ]
    if tally.check_errors:
        faults[-1] += " whose refcount cannot be read"
    role = "good" if tally.sound else "error" if tally.corruptions or tally.check_errors else "warning"
    yield f"{printable(str(image))}: {paint(', '.join(faults) or 'no errors', role)}"
    yield from (f"  {line}" for line in _amounts(tally))
    yield from image_problem_lines(output, "Problems", found.checked.problems)


def _amounts(tally: Tally) -> Iterator[str]:
    """How full the image is, as far as that can be said."""
    total, held = tally.total_clusters, tally.allocated
    if total:
        parts = f"{held} of {total} clusters allocated ({100 * held / total:.2f} %)"
        if held:
            shares = ((tally.fragmented, "fragmented"), (tally.compressed, "compressed"))
            parts += "".join(f", {100 * number / held:.2f} % {name}" for number, name in shares)
        yield parts
    yield f"the last cluster in use ends at {tally.image_end:#x} ({size(tally.image_end)})"


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" + ("s" if number != 1 else "")

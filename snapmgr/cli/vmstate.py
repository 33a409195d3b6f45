"""``snapctl vmstate``: what devices save, written down, and whether two machines understand each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import force
from snapmgr.cli.dumps import read_dump
from snapmgr.cli.newfile import check_target, new_file
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.style import paint
from snapmgr.cli.text import printable

if TYPE_CHECKING:
    from snapmgr.vmstate.check import Report
    from snapmgr.vmstate.findings import Finding

_TARGETS = """\b
A machine is named by demo-1.0 or demo-1.1, by a JSON file that -dump-vmstate wrote, or
by a QEMU command line in one argument, which is run without a shell."""


@click.group(epilog=_TARGETS)
@output_options
def vmstate() -> None:
    """What the devices of a machine save, and whether another machine understands it.

    \b
    Examples:
      snapctl vmstate dump demo-1.1
      snapctl vmstate check demo-1.0 demo-1.1
      snapctl vmstate check old.json 'qemu-system-x86_64 -M pc-i440fx-7.2'
    """


@vmstate.command("dump", short_help="Write down what the devices save.", epilog=_TARGETS)
@click.argument("machine", metavar="[MACHINE]", default="demo-1.1")
@click.option("-o", "--output", "target", metavar="FILE", default="-", help="File to write; else standard output.")
@force
@output_options
@pass_output
def dump_command(output: Output, machine: str, target: str, force: bool) -> None:
    """Write the versions, fields and subsections of all devices of MACHINE, as QEMU's -dump-vmstate does.

    \b
    Examples:
      snapctl vmstate dump demo-1.0 -o old.json
      snapctl vmstate dump 'qemu-system-x86_64 -M q35' -o q35.json
    """
    from snapmgr.vmstate.dump import dump_text

    text = dump_text(read_dump(machine))
    if target == "-":
        output.lines(text.rstrip("\n"))
        return
    check_target(target, force=force)
    with new_file(target, force=force) as file:
        file.write(text.encode())
    if output.json:
        output.document({"path": target, "size": len(text.encode())})
    else:
        output.done(f"{printable(target)}: {printable(machine)}")


@vmstate.command("check", short_help="Does NEW load what OLD saves?", epilog=_TARGETS)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@output_options
@pass_output
def check_command(output: Output, old: str, new: str) -> int:
    """Compare two machines by what their devices save; exit code 1 if NEW would not load what OLD saves.

    \b
    Examples:
      snapctl vmstate check demo-1.0 demo-1.1
      snapctl vmstate check old.json new.json --json
    """
    from snapmgr.vmstate.check import check_dumps

    report = check_dumps(read_dump(old), read_dump(new))
    if output.json:
        output.document(_document(report))
    else:
        output.lines("\n".join(_lines(report)))
    return Exit.DONE if report.compatible else Exit.FAILED


def _document(report: Report) -> dict[str, Any]:
    findings = [
        {"code": found.code, "section": found.section, "description": found.description, "message": found.message}
        for found in report.findings
    ]
    return {
        "compatible": report.compatible,
        "machines": None if report.machines is None else list(report.machines),
        "findings": findings,
    }


def _lines(report: Report) -> list[str]:
    lines = []
    if report.machines is not None:
        lines.append(f"{paint('note', 'note')}: the machine types differ: {printable(' and '.join(report.machines))}")
    # a section and its description have the same version, and so the same to say
    messages = dict.fromkeys(_located(found) for found in report.findings)
    lines += [f"{paint('error', 'error')}: {printable(message)}" for message in messages]
    if report.compatible:
        lines.append(paint("what is saved there can be loaded here", "good"))
    return lines


def _located(found: Finding) -> str:
    """The message with the device that it is about, and the part of it."""
    where = [name for name in dict.fromkeys((found.section, found.description)) if name]
    return ": ".join([*(name for name in where if name not in found.message), found.message])

"""``snapctl demo qmp``: the demo machine's jobs, spoken to as QEMU's are."""

from __future__ import annotations

from typing import Any

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.demo_options import advance, demo_machine, machine_options
from snapmgr.cli.output import Exit, Output


@click.command("qmp", short_help="Its jobs, by QMP on standard input.")
@click.option("--ticks", metavar="N", type=click.IntRange(0), default=100, show_default=True,
              help="Ticks to run before.")  # fmt: skip
@machine_options
@output_options
@pass_output
def qmp_command(output: Output, /, ticks: int, **wanted: Any) -> int:
    """Let the machine run in real time, and take QMP from standard input, a line for each command; answers and events
    go to standard output.

    As with QEMU, qmp_capabilities comes first. snapshot-save, snapshot-load and snapshot-delete begin a job, with
    job-id, tag and, where not all disks or not the first is meant, devices and vmstate; disks are named as after
    --disk. With "auto-finalize": false a job is pending once all is written and nothing changed, until job-finalize
    or job-cancel. snapshot-save also takes live and overwrite, snapshot-delete trim.

    job-cancel, job-pause, job-resume, job-complete, job-finalize, job-dismiss and job-set-speed take the id; query-jobs
    tells how far the jobs are, each until it is dismissed. stop, cont and query-status are about the guest.

    At the end of the input the jobs are waited for, those aside that stand, which are cancelled; quit cancels all. The
    exit code is 1 where a job that was not dismissed failed.

    \b
    Examples:
      printf '%s\\n' '{"execute": "qmp_capabilities"}' \\
        '{"execute": "snapshot-save", "arguments": {"job-id": "a", "tag": "morning"}}' \\
        | snapctl demo qmp --disk a.qcow2 --disk b.qcow2
    """
    import asyncio

    from snapmgr.cli.qmp_stdio import serve

    with demo_machine(output, wanted) as machine:
        advance(output, machine, ticks)
        return Exit.DONE if asyncio.run(serve(machine)) else Exit.FAILED

"""``snapctl demo dirty-rate``: how fast the demo machine's guest writes to its RAM."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.demo_options import advance, demo_machine, machine_options
from snapmgr.cli.output import Output


@click.command("dirty-rate", short_help="Measure how fast its guest writes to RAM.")
@click.option(
    "--ticks", metavar="N", type=click.IntRange(0), default=20, show_default=True, help="Ticks to run before."
)
@click.option(
    "--tick-rate",
    metavar="R",
    type=click.FloatRange(0.1, 10_000),
    default=50.0,
    show_default=True,
    help="Ticks a second.",
)
@click.option(
    "--calc-time", metavar="S", type=click.IntRange(1, 60), default=1, show_default=True, help="Seconds to measure."
)
@click.option(
    "--mode",
    type=click.Choice(["page-sampling", "dirty-bitmap"]),
    default="page-sampling",
    show_default=True,
    help="Compare some pages, or log every write.",
)
@click.option(
    "--sample-pages",
    metavar="N",
    type=click.IntRange(128, 16384),
    default=512,
    show_default=True,
    help="Pages of each GiB that are compared.",
)
@machine_options
@output_options
@pass_output
def dirty_rate_command(output: Output, /, **wanted: Any) -> None:
    """Run the machine and measure its dirty rate, as calc-dirty-rate of QEMU does; --json is query-dirty-rate's answer.

    \b
    Examples:
      snapctl demo dirty-rate --workload hotspot --calc-time 2
      snapctl demo dirty-rate --mode dirty-bitmap --json
    """
    from snapmgr.machine.driver import Driver
    from snapmgr.migrate.dirty_rate import DirtyRate, Mode

    with demo_machine(output, wanted) as machine, ThreadPoolExecutor(1) as threads:
        advance(output, machine, wanted["ticks"])
        driver = Driver(machine, time.monotonic, rate=wanted["tick_rate"])
        driver.order(lambda machine: machine.start())
        work: Future[None] = threads.submit(driver.work)
        try:
            rate = DirtyRate(machine, lambda action: driver.order(lambda _: action()).result())
            found = rate.calculate(wanted["calc_time"], mode=Mode(wanted["mode"]), samples=wanted["sample_pages"])
        finally:
            driver.finish()
            work.result()
    if output.json:
        output.document(found)
    else:
        output.done(f"{found['dirty-rate']} MiB/s ({found['mode']}, {found['calc-time']} s)")

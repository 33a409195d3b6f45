"""``snapctl demo migrate --scenario NAME``: what the window offers under the same word."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from snapmgr.cli.output import Exit, Output
from snapmgr.migrate.scenarios import BY_ID, SCENARIOS

if TYPE_CHECKING:
    from snapmgr.migrate.wanted import Wanted

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

WIDTH = 100
"""Columns of the list."""
STANDS = 2000
"""ms that a postcopy whose link broke stands, so that it can be seen: in the window somebody presses Recover."""


def scenario_options(function: _Decorated) -> _Decorated:
    """They arrive as ``scenario`` and ``listed``."""
    for option in (
        click.option("--list", "listed", is_flag=True, help="Say which scenarios there are, and what each teaches."),
        click.option("--scenario", metavar="NAME", type=click.Choice(list(BY_ID)),
                     help=f"One that teaches something: {', '.join(BY_ID)}."),
    ):  # fmt: skip
        function = option(function)
    return function


def list_scenarios(output: Output) -> int:
    """Exit code."""
    if output.json:
        output.document(
            {
                "scenarios": [
                    {"scenario": one.id, "title": one.title, "lesson": one.lesson, "options": _shown(one.wanted())}
                    for one in SCENARIOS
                ]
            }
        )
        return Exit.DONE
    wide = max(map(len, BY_ID)) + 2
    lines: list[str] = []
    for one in SCENARIOS:
        lesson = wrap(one.lesson, WIDTH, initial_indent=" " * wide, subsequent_indent=" " * wide)
        lines += [f"{one.id:<{wide}}{one.title}", *lesson]
    output.lines("\n".join(lines))
    return Exit.DONE


def play(context: click.Context, output: Output, wanted: dict[str, Any], *, away: bool) -> None:
    """Where a scenario was asked for: put what it asks for in the place of whatever was not given."""
    name = wanted["scenario"]
    if name is None:
        return
    for option, value in _options(BY_ID[name].wanted(), away=away).items():
        if context.get_parameter_source(option) is ParameterSource.DEFAULT:
            wanted[option] = value
    if not output.quiet:
        output.note(BY_ID[name].lesson)


def _options(scenario: Wanted, *, away: bool) -> dict[str, Any]:
    """As the options of the command arrive.  With the other side ``away`` there is no link that could be narrow: as
    little is sent."""
    names, breaks = scenario.capabilities, scenario.breaks_at
    link: dict[str, Any] = {
        "max_bandwidth": min(scenario.max_bandwidth, scenario.bandwidth),
        "max_postcopy_bandwidth": scenario.max_postcopy_bandwidth or scenario.bandwidth,
    }
    if not away:
        link = {
            "link_bandwidth": scenario.bandwidth,
            "latency": float(scenario.latency),
            "jitter": float(scenario.jitter),
            "max_bandwidth": scenario.max_bandwidth,
            "max_postcopy_bandwidth": scenario.max_postcopy_bandwidth,
        }
    return {
        "mode": "colo" if "x-colo" in names else "postcopy" if "postcopy-ram" in names else "precopy",
        "preempt": "postcopy-preempt" in names,
        "auto_converge": "auto-converge" in names,
        "ram": scenario.ram,
        "workload": scenario.workload,
        "rate": scenario.writes,
        "ticks": scenario.before,
        "after": scenario.after,
        "tick_rate": scenario.rate,
        **link,
        "faults": (f"cut@{breaks}%,recover",) if breaks else (),
        "recover_after": STANDS if breaks else 0,
        "downtime_limit": scenario.downtime_limit,
        "cpu_throttle_initial": scenario.throttle_initial,
        "cpu_throttle_increment": scenario.throttle_increment,
        "max_cpu_throttle": scenario.throttle_most,
        "vcpu_dirty_limit": scenario.dirty_limit,
        "checkpoint_delay": scenario.checkpoint_delay,
        **({"checkpoints": scenario.lost_after} if scenario.lost_after else {}),
    }


def _shown(scenario: Wanted) -> dict[str, Any]:
    return {
        _NAMES.get(name, name.replace("_", "-")): list(value) if isinstance(value, tuple) else value
        for name, value in _options(scenario, away=False).items()
    }


_NAMES = {"faults": "fault"}
"""Options that arrive under another name."""

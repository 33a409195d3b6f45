"""The stream that is open beside another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.compare.choosing import candidates, choose_file, run_streams
from ui.compare.offered import Offered
from ui.compare.opening import show_comparison
from ui.compare.pair import Pair, stream_side

if TYPE_CHECKING:
    from ui.shell.context import WindowContext


async def compare_stream(context: WindowContext, source: str) -> None:
    """Compare a stream with another: the first that suggests itself, else one that is asked for."""
    offered = await candidates(context, source)
    other = offered[0] if offered else choose_file(context)
    if other is None:
        return
    sides = stream_side(source), stream_side(other)
    others = list(dict.fromkeys([source, other, *offered]))
    made = await context.tasks.run_in_worker(lambda: [stream_side(one) for one in others])
    show_comparison(context, Pair(sides, run_streams(context), "inspector", Offered.of(made)))

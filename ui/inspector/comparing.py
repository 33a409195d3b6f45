"""The stream that is open beside another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.compare.choosing import candidates, choose_file, run_streams
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
    others = [stream_side(one) for one in dict.fromkeys([source, other, *offered])]
    show_comparison(context, Pair(sides, run_streams(context), "inspector", others))

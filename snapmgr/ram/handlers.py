"""The entry ``ram`` of the registry: a live one, version 4, instance 0 (migration/ram.c: ram_mig_init)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from snapmgr.ram.counters import RamCounters
from snapmgr.ram.load import RamLoader
from snapmgr.ram.packing import PackingOptions
from snapmgr.ram.ramlist import RamList
from snapmgr.ram.save import RamSaver
from snapmgr.savevm.handlers import Handlers, StreamOptions


def _no() -> bool:
    return False


class RamEntry:
    """RAM as savevm sees it.  Register ``handlers`` under words.IDSTR and words.VERSION.

    ``in_postcopy`` and ``postcopy_advised`` are asked of the migration that goes out and of the one that comes in.
    With an ``executor`` its threads compress the pages that go out, and copy those that come in.
    """

    def __init__(
        self,
        ram: RamList,
        options: StreamOptions,
        packing: PackingOptions | None = None,
        *,
        executor: Executor | None = None,
        in_postcopy: Callable[[], bool] = _no,
        postcopy_advised: Callable[[], bool] = _no,
    ) -> None:
        self.saver = RamSaver(ram, options, packing or PackingOptions(), in_postcopy, executor)
        self.loader = RamLoader(ram, options, postcopy_advised, executor)
        self.handlers = Handlers(
            save_setup=self.saver.setup,
            save_live_iterate=self.saver.iterate,
            save_live_complete_precopy=self.saver.complete,
            save_live_complete_postcopy=self.saver.complete,
            save_live_pending=self.saver.pending,
            save_cleanup=self.saver.cleanup,
            load_setup=self.loader.setup,
            load_state=self.loader.reader,
            load_cleanup=self.loader.cleanup,
            has_postcopy=lambda: "postcopy-ram" in options.capabilities,
        )

    @property
    def counters(self) -> RamCounters:
        """Of the last migration that went out, also when it is over."""
        return self.saver.counters

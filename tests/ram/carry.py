"""RAM carried from one list to another by the handlers alone: sections framed as savevm frames them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

from snapmgr.errors import StreamError
from snapmgr.ram.handlers import RamEntry
from snapmgr.ram.words import IDSTR, VERSION
from snapmgr.savevm.output import Output
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Fault, NeedData, SectionBegin
from snapmgr.wire.layout import PayloadReader
from snapmgr.wire.reader import StreamReader

SECTION = 2


def section(kind: RecordType, save: Callable[[Output], object]) -> tuple[bytes, object]:
    """One whole section, and what the hook returned."""
    output = Output()
    begin = SectionBegin(0, 0, kind, SECTION, IDSTR, 0, VERSION)
    result = save(output)
    payload = b"".join(output.take())
    return writer.section_begin(begin) + payload + writer.footer(SECTION), result


def saved(entry: RamEntry, between: Callable[[int], bool] = lambda turn: False, turns: int = 3) -> bytes:
    """A whole stream of RAM; ``between(turn)`` may change memory before each further pass, and says whether it did."""
    hooks, parts = entry.handlers, [writer.header()]
    assert hooks.save_setup and hooks.save_live_iterate and hooks.save_live_complete_precopy and hooks.save_live_pending
    parts.append(section(RecordType.START, hooks.save_setup)[0])
    for turn in range(turns):
        done: object = False
        while not done:
            part, done = section(RecordType.PART, hooks.save_live_iterate)
            parts.append(part)
        if not between(turn):
            break
        assert hooks.save_live_pending(1 << 62).precopy_only >= 0
    parts.append(section(RecordType.END, hooks.save_live_complete_precopy)[0])
    assert hooks.save_cleanup
    hooks.save_cleanup()
    return b"".join((*parts, bytes([RecordType.EOF])))


class Into:
    """A layout that loads the sections of RAM into an entry."""

    def __init__(self, entry: RamEntry) -> None:
        self.entry = entry

    def payload(self, section: SectionBegin) -> PayloadReader | None:
        assert self.entry.handlers.load_state is not None
        return self.entry.handlers.load_state(section.version_id or 0)


def load(entry: RamEntry, pieces: Iterable[bytes | memoryview], layout: Into | None = None) -> None:
    """Load a stream in these pieces.  Raises StreamError with the first fault."""
    assert entry.handlers.load_setup is not None
    entry.handlers.load_setup()
    reader = StreamReader(layout or Into(entry))
    for piece in itertools.chain(pieces, [b""]):
        reader.feed(piece)
        while (event := reader.next_event()) is not None and not isinstance(event, NeedData):
            if isinstance(event, Fault):
                text = event.qemu.get("7.2")
                raise StreamError(event.code, event.message, offset=event.offset, qemu=text)

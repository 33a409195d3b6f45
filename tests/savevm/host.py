"""A machine for these tests: a registry, options, and notes of everything that savevm says and asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.effects import Effect
from snapmgr.savevm.handlers import EIO, HandlerFailed, Handlers, StreamOptions
from snapmgr.savevm.loader import Loader
from snapmgr.savevm.output import Output
from snapmgr.savevm.registry import Registry
from snapmgr.savevm.saver import Saver
from snapmgr.trace.bus import Trace
from snapmgr.trace.events import TraceEvent
from snapmgr.vmstate.fields import u8, u32
from snapmgr.vmstate.state import VMState
from snapmgr.wire.events import NeedData, Payload
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Window


class TestHost:
    """``asked`` are the calls of the Host protocol in their order; ``errors``, ``warnings`` what was reported."""

    __test__ = False

    def __init__(self, **options: Any) -> None:
        self.options = StreamOptions(**({"machine": "none"} | options))
        self.registry = Registry()
        self.trace = Trace()
        self.errors: list[str] = []
        self.warnings: list[str] = []
        self.asked: list[str] = []
        self.postcopy = False
        self.colo = False
        self.refuses: dict[str, SnapmgrError] = {}
        """What a call raises, by its name."""
        self._events = self.trace.subscribe(1 << 20)

    def error_report(self, text: str) -> None:
        self.errors.append(text)

    def warn_report(self, text: str) -> None:
        self.warnings.append(text)

    def cpu_synchronize_all_states(self) -> None:
        self._ask("cpu_synchronize_all_states")

    def cpu_synchronize_all_pre_loadvm(self) -> None:
        self._ask("cpu_synchronize_all_pre_loadvm")

    def cpu_synchronize_all_post_init(self) -> None:
        self._ask("cpu_synchronize_all_post_init")

    def inactivate_disks(self) -> None:
        self._ask("inactivate_disks")

    def activate_disks(self) -> None:
        self._ask("activate_disks")

    def precopy_notify(self, event: str) -> None:
        self._ask(f"precopy_notify {event}")

    def postcopy_notify(self, event: str) -> None:
        self._ask(f"postcopy_notify {event}")

    def ram_pagesize_summary(self) -> int:
        return 4096

    def discard_ram(self, idstr: str, start: int, length: int) -> None:
        self._ask(f"discard_ram {idstr} {start:#x} {length:#x}")

    def received_pages(self, idstr: str) -> bytes | None:
        self._ask(f"received_pages {idstr}")
        return bytes(8) if idstr == "ram" else None

    def in_postcopy(self) -> bool:
        return self.postcopy

    def in_colo(self) -> bool:
        return self.colo

    def traced(self) -> list[str]:
        """Every event since the last call, as text."""
        return [str(event) for event in self.events()]

    def events(self) -> Sequence[TraceEvent]:
        return self._events.drain()[0]

    def _ask(self, call: str) -> None:
        self.asked.append(call)
        if call in self.refuses:
            raise self.refuses[call]


@dataclass
class Device:
    """Five bytes of state."""

    level: int = 7
    count: int = 0x01020304
    notes: list[str] = field(default_factory=list)


DEVICE = VMState("dev", version=2, minimum=1, fields=(u8("level"), u32("count", since=2)))
DEVICE_BYTES = bytes.fromhex("07 01020304")


class Bytes:
    """A payload of ``count`` bytes that are kept in ``got``."""

    def __init__(self, got: list[bytes], count: int) -> None:
        self._got = got
        self._count = count

    def step(self, window: Window) -> Done:
        start = window.offset
        self._got.append(bytes(window.take(self._count)))
        return Done(Payload(start, self._count, "layout"))


@dataclass
class Live:
    """A live entry whose hooks write one letter each and note that they ran; ``fails`` names those that refuse."""

    done: bool = True
    active: bool = True
    active_iterate: bool = True
    postcopy: bool = False
    fails: dict[str, int] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    got: list[bytes] = field(default_factory=list)

    def handlers(self, *, leave_out: Iterable[str] = (), add: Iterable[str] = ()) -> Handlers:
        hooks: dict[str, Callable[..., Any]] = {
            "save_setup": self._put(b"s"),
            "save_live_iterate": self._put(b"i"),
            "save_live_complete_precopy": self._put(b"c"),
            "load_state": lambda version: Bytes(self.got, 1),
            "save_cleanup": self._note("save_cleanup"),
            "load_setup": self._note("load_setup"),
            "load_cleanup": self._note("load_cleanup"),
            "is_active": lambda: self.active,
            "is_active_iterate": lambda: self.active_iterate,
            "has_postcopy": lambda: self.postcopy,
        }
        extra = {
            "save_live_complete_postcopy": self._put(b"p"),
            "resume_prepare": self._note("resume_prepare"),
        }
        hooks |= {name: extra[name] for name in add}
        return Handlers(**{name: hook for name, hook in hooks.items() if name not in leave_out})

    def _put(self, letter: bytes) -> Callable[[Output], bool | None]:
        def put(out: Output) -> bool | None:
            out.put(letter)
            self._run(letter.decode())
            return self.done if letter == b"i" else None

        return put

    def _note(self, name: str) -> Callable[[], None]:
        return lambda: self._run(name)

    def _run(self, name: str) -> None:
        self.ran.append(name)
        if name in self.fails:
            raise HandlerFailed(self.fails[name], f"{name} refused")


def saved(host: TestHost, **options: Any) -> bytes:
    """A whole stream by the usual steps."""
    out = Output()
    saver = Saver(host, out)
    saver.header()
    saver.setup()
    while not saver.iterate():
        pass
    saver.complete_precopy(**options)
    return taken(out)


def taken(out: Output) -> bytes:
    return b"".join(out.take())


def load_all(host: TestHost, data: bytes, *, step: int = 0, **options: Any) -> list[Effect]:
    """Feed ``data`` in pieces of ``step`` bytes, then its end; the effects in order."""
    loader, at, effects = Loader(host, **options), 0, list[Effect]()
    while (effect := loader.next_effect()) is not None:
        if isinstance(effect, NeedData):
            piece = data[at : at + (step or len(data))]
            at += len(piece)
            loader.feed(piece)
        else:
            effects.append(effect)
    return effects


def refusal(error: int = EIO, text: str = "no") -> HandlerFailed:
    return HandlerFailed(error, text)

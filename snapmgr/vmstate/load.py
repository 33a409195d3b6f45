"""Loading a state, in any chunking (migration/vmstate.c: vmstate_load_state, vmstate_subsection_load).

The state is loaded by a coroutine that asks for the bytes it needs; ``StateReader`` feeds it from a window.  What was
loaded is never loaded again, and every hook runs exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from errno import EIO
from typing import Any

from snapmgr.vmstate.arrays import Counted, Fixed, elements, keep
from snapmgr.vmstate.containers import unpack
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field, Take
from snapmgr.vmstate.layout import MAX_SECTION
from snapmgr.vmstate.plan import Run, Step, steps
from snapmgr.vmstate.save import NULL_MARKER
from snapmgr.vmstate.state import VMState
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Payload
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Buffer, Short, Window

_AT_THE_END = ("truncated", "count-range")
"""Where newer releases have read on to the end of the stream."""


class LookedBeyond(VMStateError):
    """A look at what follows met the end of the stream, which QEMU's file remembers as an error.

    ``held`` are the bytes that are there.
    """

    def __init__(self, held: bytes = b"") -> None:
        super().__init__("truncated", "the stream ends here")
        self.held = held


class StateReader:
    """A section's payload, loaded into ``target`` as it arrives; a ``wire.layout.PayloadReader``.

    With ``ends_badly`` the end of the bytes is that of a stream, where more should follow: a struct that ends there has
    failed, as in QEMU, and ``looked_beyond`` says so of the whole state.
    """

    def __init__(self, state: VMState, target: Any, version: int, *, ends_badly: bool = False) -> None:
        self.looked_beyond = False
        self._ends_badly = ends_badly
        self._load = take_state(state, target, version)
        self._state = state
        self._start: int | None = None
        self._taken = 0
        self._last = 0
        self._request = 0
        self._answer: memoryview | None = None
        self._running = False

    def step(self, window: Window) -> Done:
        """Load all of the state.  The window must stand where the payload begins, at every call.

        Raises Short where bytes are missing, then goes on at the next call; VMStateError with field, version and the
        offset in the stream.  After an error nothing more can be loaded with this reader.
        """
        if self._start is None:
            self._start = window.offset
        window.offset = self._start + self._taken
        try:
            self._run(window)
        except LookedBeyond as error:
            if error.reports:
                error.offset = self._start + self._taken
                raise
            self.looked_beyond = True
        except VMStateError as error:
            error.offset = self._start + self._last if error.offset is None else error.offset
            raise
        return Done(Payload(self._start, self._taken, "layout"))

    def truncated(self, available: int = 0) -> VMStateError:
        """The error of a stream that ends here, ``available`` bytes behind what was taken: with the field that is cut
        and QEMU's lines for it.  The reader is done for."""
        error = VMStateError("truncated", "the stream ends here")
        error.available = available
        try:
            self._load.throw(error)
        except VMStateError as thrown:
            assert thrown is error
        if self._start is not None:
            error.offset = self._start + self._taken + available
        return error

    def _run(self, window: Window) -> None:
        if not self._running:
            self._running = True
            if not self._ask(None):
                return
        while self._ask(self._bytes(window)):
            pass

    def _ask(self, answer: memoryview | None) -> bool:
        """Go on to the next request; False when all is loaded."""
        try:
            self._request = next(self._load) if answer is None else self._load.send(answer)
        except StopIteration:
            return False
        return True

    def _bytes(self, window: Window) -> memoryview:
        self._last = self._taken
        if self._request < 0:
            data = _look(window, -self._request)
            if self._ends_badly and len(data) < -self._request:
                self._load.throw(LookedBeyond(bytes(data)))
            return data
        if self._taken + self._request > MAX_SECTION:
            text = f"the state takes more than the {MAX_SECTION} bytes allowed"
            self._load.close()
            raise VMStateError("section-too-long", text)
        data = window.take(self._request)
        self._taken += self._request
        return data


def _look(window: Window, count: int) -> memoryview:
    """The next ``count`` bytes in place, fewer only where no more will come.  Raises Short."""
    if window.available < count and not window.ended:
        raise Short(count - window.available)
    return window.peek(min(count, window.available))


def load_bytes(state: VMState, target: Any, data: Buffer, version: int | None = None) -> int:
    """Load from ``data``, which begins with the state and may go on behind it; returns how many bytes it took.

    ``version`` is that of the data, None the state's own.  Raises VMStateError, ``truncated`` where bytes are missing;
    offsets count from the beginning of ``data``.
    """
    window = Window(MAX_SECTION)
    if len(data):
        window.append(data)
    window.append(b"")
    reader = StateReader(state, target, state.version if version is None else version)
    try:
        reader.step(window)
    except Short:
        raise reader.truncated(window.available) from None
    return window.offset


def take_state(state: VMState, target: Any, version: int) -> Take[None]:
    """The coroutine that loads a state; for kinds that contain one.  Raises VMStateError."""
    try:
        _check_version(state, version)
        if state.pre_load is not None:
            state.pre_load(target)
        yield from _take_fields(state, target, version)
        yield from _take_subsections(state, target)
        if state.post_load is not None:
            _finish(state, state.post_load, target, version)
    except VMStateError as error:
        error.version = version if error.version is None else error.version
        raise


def _finish(state: VMState, post_load: Callable[[Any, int], None], target: Any, version: int) -> None:
    try:
        post_load(target, version)
    except VMStateError as error:
        about = f"post load hook failed for: {state.name}, version_id: {state.version}"
        error.chained(f"{about}, minimum_version: {state.minimum_version}", f", ret: {-error.returned}")
        raise


def _check_version(state: VMState, version: int) -> None:
    shown = version - (1 << 32) if version >> 31 else version
    if shown > state.version:
        text = f"{state.name}: incoming version_id {shown} is too new for local version_id {state.version}"
        message = f"{state.name} has version {shown}, known is {state.version}"
        raise VMStateError("version-too-new", message, qemu=text, chain=text)
    if shown < state.minimum_version:
        least = state.minimum_version
        text = f"{state.name}: incoming version_id {shown} is too old for local minimum version_id  {least}"
        message = f"{state.name} has version {shown}, needed is {least}"
        raise VMStateError("version-too-old", message, qemu=text, chain=text.replace("  ", " "))


def _take_fields(state: VMState, target: Any, version: int) -> Take[None]:
    for step in steps(state, version):
        if isinstance(step, Run):
            yield from _take_run(state, step, target)
        elif step.field.is_there(target, version):
            yield from _take_step(state, step, target)
        elif step.field.must_exist:
            text = f"Input validation failed: {state.name}/{step.field.name}"
            chain = f"{text} version_id: {state.version}"
            raise VMStateError("validation", "the state is not valid", field=step.field.name, qemu=text, chain=chain)


def _take_run(state: VMState, run: Run, target: Any) -> Take[None]:
    try:
        yield from run.load(target)
    except VMStateError as error:
        error.report(f"Failed to load {state.name}:{error.field}")
        _say(error, state.name, "", error.field)
        raise


def _take_step(state: VMState, step: Step, target: Any) -> Take[None]:
    field = step.field
    if field.must_exist:
        return
    try:
        yield from _take_field(field, target)
    except VMStateError as error:
        error.within(field.name)
        error.report(f"Failed to load {state.name}:{field.name}")
        _say(error, state.name, field.kind.type, field.name)
        raise


def _say(error: VMStateError, state: str, kind: str, field: str) -> None:
    """What newer releases say of a field: of its kind where that refused, of the state where the stream ended."""
    if error.code in _AT_THE_END:
        error.chain = error.chain or f"Failed to load {state} state: stream error: {-EIO}"
    else:
        error.chain = error.chain or f"Failed to load element of type {kind} for {field}"


def _take_field(field: Field, target: Any) -> Take[None]:
    shape, kind = field.shape, field.kind
    if shape.single:
        before = field.get(target)
        after = yield from _take_element(field, before, target)
        if field.path and not (kind.in_place and after is before):
            field.set(target, after)
    elif kind.code and not field.nullable:
        data = yield _bounded(shape.count(target) * kind.size)
        keep(field, target, unpack(kind, data, field.get(target)))
    else:
        yield from _take_each(field, target)


def _bounded(size: int) -> int:
    if size > MAX_SECTION:
        raise VMStateError("section-too-long", f"{size} bytes are more than the {MAX_SECTION} allowed")
    return size


def _take_each(field: Field, target: Any) -> Take[None]:
    values = _room(field, target)
    loaded, changed = [], isinstance(field.shape, Counted) and field.shape.whole
    for number, value in enumerate(values):
        try:
            after = yield from _take_element(field, value, target)
        except VMStateError as error:
            error.within(f"[{number}]")
            raise
        loaded.append(after)
        changed = changed or after is not value
    if changed:
        keep(field, target, loaded)


def _room(field: Field, target: Any) -> Iterable[Any]:
    """What the elements are loaded into: those that are there, or new ones, made as they come."""
    shape = field.shape
    assert isinstance(shape, Fixed | Counted)
    if not isinstance(shape, Counted) or not shape.whole:
        return elements(field, target)
    make: Callable[[], Any] = shape.make or (lambda: None)
    return (make() for _ in range(shape.count(target)))


def _take_element(field: Field, value: Any, owner: Any) -> Take[Any]:
    if value is not None or not field.nullable:
        return (yield from field.kind.load(value, owner))
    data = yield 1
    if data != NULL_MARKER:
        text = "vmstate: get_nullptr expected VMS_NULLPTR_MARKER"
        raise VMStateError("null-pointer", f"byte {data[0]:#04x} where a null pointer is due", qemu=text)
    return None


def _take_subsections(state: VMState, target: Any) -> Take[None]:
    """Whatever begins with the state's name belongs to it, in any order; what it does not know is an error."""
    name = state.name.encode()
    while True:
        sent = yield from subsection_name(len(name) + 1)
        if sent is None or not sent.startswith(name):
            return
        sub = _known(state, sent)
        if sub is None:
            shown = sent.partition(b"\0")[0].decode("utf-8", "replace")
            chain = f"VM subsection '{shown}' in '{state.name}' does not exist"
            message = f"{state.name} has no subsection {shown!r}"
            raise VMStateError("subsection-unknown", message, field=shown, chain=chain)
        yield from _take_subsection(state, sub, len(sent), target)


def _take_subsection(state: VMState, sub: VMState, name_length: int, target: Any) -> Take[None]:
    try:
        try:
            header = yield 2 + name_length + 4
        except VMStateError as cut:
            _fail_at_version(sub, target, cut)
            raise
        version = header[-1]  # QEMU keeps eight bits of it (vmstate.c: vmstate_subsection_load)
        yield from take_state(sub, target, version)
    except VMStateError as error:
        error.within(sub.name)
        error.chained(f"Loading VM subsection '{sub.name}' in '{state.name}' failed")
        raise


def _fail_at_version(sub: VMState, target: Any, cut: VMStateError) -> None:
    """Where the version is cut QEMU reads zeros, and goes on with version 0: say of ``cut`` what it says then."""
    load = take_state(sub, target, 0)
    try:
        next(load)
        cut.available = 0
        load.throw(cut)
    except StopIteration:
        return
    except VMStateError as failure:
        if failure is not cut:
            for line in failure.reports:
                cut.report(line)
            cut.chain = failure.chain


def subsection_name(least: int) -> Take[bytes | None]:
    """The name in the header of a subsection that begins here, None if none does or it has not ``least`` bytes."""
    first = yield -1
    if not len(first) or first[0] != RecordType.SUBSECTION:
        return None
    head = yield -2
    if len(head) < 2 or head[1] < least:
        return None
    size = 2 + head[1]
    head = yield -size
    return bytes(head[2:]) if len(head) == size else None


def _known(state: VMState, sent: bytes) -> VMState | None:
    """The subsection that is meant: QEMU compares names up to a nil."""
    name = sent.partition(b"\0")[0]
    return next((sub for sub in state.subsections if sub.name.encode() == name), None)

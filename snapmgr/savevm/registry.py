"""Who is saved, in which order and under which names (savevm.c: register_savevm_live, vmstate_register…, find_se).

Every look-up is by dictionary: machines with 10 000 entries register, find and unregister without a scan.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator
from operator import attrgetter

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.entry import Entry
from snapmgr.savevm.handlers import Handlers
from snapmgr.savevm.ids import HighestIds
from snapmgr.vmstate.state import Priority, VMState

ANY = 0xFFFF_FFFF
"""As an instance id: the next free one (VMSTATE_INSTANCE_ID_ANY).  As an alias id: none."""

MAX_IDSTR = 255
"""Bytes of an idstr: its length is one byte on the wire."""

_order = attrgetter("order")


class RegistryError(SnapmgrError):
    """An entry that cannot be registered; its section id is spent all the same."""


class Registry:
    """The entries of one machine, iterated in the order in which they are saved."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._named: defaultdict[tuple[str, int], list[Entry]] = defaultdict(list)
        self._of_target: defaultdict[int, list[Entry]] = defaultdict(list)
        self._instances = HighestIds()
        self._compat_instances = HighestIds()
        self._next_section_id = 0

    def __iter__(self) -> Iterator[Entry]:
        """A copy, so that a hook may register and unregister."""
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def next_section_id(self) -> int:
        """What the next entry gets."""
        return self._next_section_id

    def spend_section_ids(self, until: int) -> None:
        """The next entry gets ``until``.  Raises RegistryError where that was given out already."""
        if until < self._next_section_id:
            raise RegistryError("section-id-spent", f"section id {until} was given out before")
        self._next_section_id = until

    def register_live(
        self, idstr: str, handlers: Handlers, *, version_id: int, instance_id: int = ANY, target: object = None
    ) -> Entry:
        """Add a live or old-style entry; ``target`` only tells it apart when it is unregistered.

        Its alias id is 0, so that it answers to instance 0 too, as in QEMU.  Raises RegistryError for a long idstr.
        """
        section_id = self._spend_section_id()
        _check_length(idstr)
        return self._add(
            Entry(
                idstr,
                self._instances.next(idstr) if instance_id == ANY else instance_id,
                0,
                version_id,
                section_id,
                (-Priority.DEFAULT, section_id),
                handlers=handlers,
                target=target,
            )
        )

    def register(
        self,
        state: VMState,
        target: object,
        *,
        path: str | None = None,
        instance_id: int = ANY,
        alias_id: int = ANY,
        required_for_version: int = 0,
    ) -> Entry:
        """Add a declared device.  ``path`` is its place (``0000:00:03.0``), which goes before the state's name.

        With a path, ``instance_id`` is the one that older streams know.  Raises RegistryError: an alias that no loaded
        version needs, a path or an idstr that is too long, a path with the same name twice.
        """
        section_id = self._spend_section_id()
        if alias_id != ANY and required_for_version < state.minimum_version:
            raise RegistryError("alias-not-needed", f"no version of {state.name} that is loaded needs an alias id")
        compat = None
        if path is not None:
            compat = (state.name, self._compat_instances.next(state.name) if instance_id == ANY else instance_id)
            instance_id = ANY
        idstr = _idstr(path, state.name)
        if instance_id == ANY:
            instance_id = self._instances.next(idstr)
        if compat is not None and instance_id != 0:
            raise RegistryError("path-twice", f"{idstr} is registered already")
        order = (-state.priority, section_id)
        return self._add(
            Entry(
                idstr,
                instance_id,
                alias_id,
                state.version,
                section_id,
                order,
                state=state,
                target=target,
                compat=compat,
            )
        )

    def unregister(self, state: VMState, target: object) -> None:
        """Forget every entry of this state and target (vmstate_unregister)."""
        for entry in list(self._of_target.get(id(target), ())):
            if entry.state is state:
                self._remove(entry)

    def unregister_live(self, idstr: str, target: object = None, *, path: str | None = None) -> None:
        """Forget every entry with this idstr, ``path`` before it, and target (unregister_savevm)."""
        full = f"{path}/{idstr}" if path is not None else idstr
        for entry in list(self._of_target.get(id(target), ())):
            if entry.idstr == full:
                self._remove(entry)

    def find(self, idstr: str, instance_id: int) -> Entry | None:
        """Who loads a section with these names: by its own, its alias, or those that older streams use (find_se)."""
        found = self._named.get((idstr, instance_id))
        return found[0] if found else None

    def _spend_section_id(self) -> int:
        self._next_section_id += 1
        return self._next_section_id - 1

    def _add(self, entry: Entry) -> Entry:
        insort(self._entries, entry, key=_order)
        for name in _names(entry):
            insort(self._named[name], entry, key=_order)
        self._of_target[id(entry.target)].append(entry)
        self._instances.add(entry.idstr, entry.instance_id)
        if entry.compat is not None:
            self._compat_instances.add(*entry.compat)
        return entry

    def _remove(self, entry: Entry) -> None:
        _take_out(self._entries, entry)
        for name in _names(entry):
            _take_out(self._named[name], entry)
            if not self._named[name]:
                del self._named[name]
        known = self._of_target[id(entry.target)]
        known.remove(entry)
        if not known:
            del self._of_target[id(entry.target)]
        self._instances.remove(entry.idstr, entry.instance_id)
        if entry.compat is not None:
            self._compat_instances.remove(*entry.compat)


def _names(entry: Entry) -> set[tuple[str, int]]:
    """Every (idstr, instance id) that an entry answers to."""
    names = {(entry.idstr, entry.instance_id), (entry.idstr, entry.alias_id)}
    if entry.compat is not None:
        names |= {entry.compat, (entry.compat[0], entry.alias_id)}
    return names


def _take_out(entries: list[Entry], entry: Entry) -> None:
    del entries[bisect_left(entries, entry.order, key=_order)]


def _idstr(path: str | None, name: str) -> str:
    if path is not None and _length(path) + 1 > MAX_IDSTR:
        text = f"Path too long for VMState ({path})"
        raise RegistryError("path-too-long", f"a device path of {_length(path)} bytes", qemu=text)
    idstr = f"{path}/{name}" if path is not None else name
    _check_length(idstr)
    return idstr


def _check_length(idstr: str) -> None:
    if not 0 < _length(idstr) <= MAX_IDSTR:
        message = f"an idstr of {_length(idstr)} bytes, where 1 to {MAX_IDSTR} are possible"
        raise RegistryError("idstr-length", message)


def _length(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))

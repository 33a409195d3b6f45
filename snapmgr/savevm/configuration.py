"""The configuration: machine type, page bits, capabilities, UUID (savevm.c: vmstate_configuration and its checks)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from snapmgr.savevm.handlers import Host
from snapmgr.savevm.output import Output
from snapmgr.vmstate.arrays import Counted
from snapmgr.vmstate.buffers import CountedText
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field, Take
from snapmgr.vmstate.fields import array, u8, u32, vbuffer
from snapmgr.vmstate.load import StateReader
from snapmgr.vmstate.save import save_state
from snapmgr.vmstate.state import VMState
from snapmgr.wire.configuration import CAPABILITIES, MAX_CAPABILITIES, TARGET_PAGE_BITS, UUID
from snapmgr.wire.constants import RecordType

KNOWN_CAPABILITIES = (
    "xbzrle",
    "rdma-pin-all",
    "auto-converge",
    "zero-blocks",
    "compress",
    "events",
    "postcopy-ram",
    "x-colo",
    "release-ram",
    "block",
    "return-path",
    "pause-before-switchover",
    "multifd",
    "dirty-bitmaps",
    "postcopy-blocktime",
    "late-block-activate",
    "x-ignore-shared",
    "validate-uuid",
    "background-snapshot",
    "zero-copy-send",
    "postcopy-preempt",
    "switchover-ack",
    "dirty-limit",
    "mapped-ram",
)
"""In the order of qapi/migration.json (MigrationCapability), those of QEMU 7.2 to 11.1."""

_OLD_ONLY = frozenset({"compress", "block"})
_NEW_ONLY = frozenset({"switchover-ack", "dirty-limit", "mapped-ram"})
CAPABILITIES_OF = {
    "7.2": frozenset(KNOWN_CAPABILITIES) - _NEW_ONLY,
    "10.0": frozenset(KNOWN_CAPABILITIES) - _OLD_ONLY,
    "11.1": frozenset(KNOWN_CAPABILITIES) - _OLD_ONLY - {"zero-blocks"},
}
"""Names that each version accepts in the configuration."""

MAX_LENGTH = 1 << 26
"""Bytes of the machine type's name that are read; QEMU reads as many as it is told, then compares."""

VALIDATED = frozenset({"x-ignore-shared", "mapped-ram"})
"""Announced, and compared on the other side (should_validate_capability; mapped-ram since QEMU 9.0)."""


class Configuration:
    """What is sent of a machine, or what was received and is compared with it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.len = 0
        self.name = b""
        self.target_page_bits = 0
        self.caps_count = 0
        self.capabilities: list[str] = []
        self.announced = 0
        self.uuid = bytes(16)

    def pre_save(self) -> None:
        options = self._host.options
        self.name = options.machine.encode()
        self.len = len(self.name)
        self.target_page_bits = options.page_bits
        self.capabilities = _validated(options.capabilities)
        self.caps_count = len(self.capabilities)
        self.uuid = options.uuid or bytes(16)

    def pre_load(self) -> None:
        """Without its subsection the page size is the smallest there is."""
        self.target_page_bits = self._host.options.page_bits_minimum

    def post_load(self, version: int) -> None:
        """Raises VMStateError for the first check that fails: machine type, page bits, capabilities."""
        self._check_machine()
        local = self._host.options.page_bits
        if self.target_page_bits != local:
            text = f"Received TARGET_PAGE_BITS is {self.target_page_bits} but local is {local}"
            raise VMStateError("configuration-page-bits", text, qemu=text, chain=text)
        self._check_capabilities()

    def uuid_post_load(self, version: int) -> None:
        """Raises VMStateError for another machine's UUID; without one of our own it is a warning."""
        received, local = str(uuid.UUID(bytes=bytes(self.uuid))), self._host.options.uuid
        if local is None:
            self._host.warn_report(f"UUID is received {received}, but local uuid isn't set")
        elif self.uuid != local:
            text = f"UUID received is {received} and local is {uuid.UUID(bytes=local)}"
            raise VMStateError("configuration-uuid", text, qemu=text)

    @property
    def state(self) -> VMState:
        """What is loaded: with the capabilities that the imitated release knows."""
        return _OF_RELEASE.get(self._host.options.release or "", CONFIGURATION)

    @property
    def sends_page_bits(self) -> bool:
        return self._host.options.page_bits > self._host.options.page_bits_minimum

    @property
    def sends_capabilities(self) -> bool:
        return bool(_validated(self._host.options.capabilities))

    @property
    def sends_uuid(self) -> bool:
        options = self._host.options
        return options.uuid is not None and (options.validate_uuid or "validate-uuid" in options.capabilities)

    def _check_machine(self) -> None:
        """Only what was received is compared: a name that ours begins with is as good (strncmp)."""
        local = self._host.options.machine
        received, nul, _ = bytes(self.name).partition(b"\0")
        same = received == local.encode() if nul else local.encode().startswith(received)
        if not same:
            name = received.decode("utf-8", "replace")
            text = f"Machine type received is '{name}' and local is '{local}'"
            raise VMStateError("configuration-machine", text, qemu=text, chain=text)

    def _check_capabilities(self) -> None:
        local = self._host.options.capabilities
        known = CAPABILITIES_OF.get(self._host.options.release or "", KNOWN_CAPABILITIES)
        lines = [
            f"Capability {name} is {_on(name in local)}, but received capability is {_on(name in self.capabilities)}"
            for name in _validated(known)
            if (name in local) != (name in self.capabilities)
        ]
        if lines:
            error = VMStateError("configuration-capabilities", "; ".join(lines), qemu=lines[0])
            for line in lines[1:]:
                error.report(line)
            error.said, error.chain = lines, "Failed to validate capabilities"
            raise error


class _Announced(Counted):
    """Capabilities are read one by one whatever their number claims, up to more than there can be."""

    def count(self, owner: Any) -> int:
        return min(int(owner.caps_count), MAX_CAPABILITIES + 1)


class _Capability(CountedText):
    """One name, of those that are known; more than there can be are refused."""

    def load(self, value: Any, owner: Configuration) -> Take[Any]:
        owner.announced += 1
        if owner.announced > MAX_CAPABILITIES:
            raise VMStateError("count-range", f"more than {MAX_CAPABILITIES} capabilities")
        return (yield from super().load(value, owner))


def _state(known: Collection[str]) -> VMState:
    """With the names of capabilities that are ``known``.  No version travels with it: it is loaded as version 0."""
    return VMState(
        "configuration",
        minimum=0,
        pre_save=Configuration.pre_save,
        pre_load=Configuration.pre_load,
        post_load=Configuration.post_load,
        fields=(u32("len"), vbuffer("name", size_from="len", at_most=MAX_LENGTH)),
        subsections=(
            VMState(
                TARGET_PAGE_BITS,
                needed=lambda configuration: bool(configuration.sends_page_bits),
                fields=(u32("target_page_bits"),),
            ),
            VMState(
                CAPABILITIES,
                needed=lambda configuration: bool(configuration.sends_capabilities),
                fields=(
                    u32("caps_count"),
                    Field(
                        "capabilities",
                        _Capability("capability", known.__contains__),
                        ("capabilities",),
                        _Announced(("caps_count",), MAX_CAPABILITIES),
                    ),
                ),
            ),
            VMState(
                UUID,
                needed=lambda configuration: bool(configuration.sends_uuid),
                post_load=Configuration.uuid_post_load,
                fields=(array(u8("uuid", name="uuid.data"), 16),),
            ),
        ),
    )


CONFIGURATION = _state(KNOWN_CAPABILITIES)
_OF_RELEASE = {release: _state(names) for release, names in CAPABILITIES_OF.items()}


def put_configuration(host: Host, out: Output) -> dict[str, Any]:
    """The whole section; returns what QEMU 10.0 says of it in the VM description."""
    data = bytearray([RecordType.CONFIGURATION])
    described = save_state(CONFIGURATION, Configuration(host), data)
    out.put(data)
    return described


def configuration_reader(configuration: Configuration) -> StateReader:
    """Reads the section behind its type byte."""
    return StateReader(configuration.state, configuration, 0)


def _validated(names: Iterable[str]) -> list[str]:
    return [name for name in KNOWN_CAPABILITIES if name in VALIDATED and name in set(names)]


def _on(value: bool) -> str:
    return "on" if value else "off"

"""The configuration section (savevm.c: configuration_pre_save, configuration_post_load, vmstate_uuid_post_load…)."""

from __future__ import annotations

from typing import Any

import pytest

from snapmgr.savevm.failures import LoadError
from snapmgr.savevm.output import Output
from snapmgr.savevm.saver import Saver
from snapmgr.wire.configuration import MAX_NAME
from tests.savevm.host import TestHost, taken
from tests.savevm.streams import HEADER, Seen, be32, seen, stream, subsection

OURS = bytes(range(16))
BITS, CAPABILITIES, UUID = (
    b"configuration/target-page-bits",
    b"configuration/capabilities",
    b"configuration/uuid",
)


def header_of(**options: Any) -> bytes:
    out = Output()
    Saver(TestHost(**options), out).header()
    return taken(out)


def sent(machine: bytes, *subsections: bytes) -> bytes:
    return b"\x07" + be32(len(machine)) + machine + b"".join(subsections)


def received(name: bytes, *subsections: bytes, **options: Any) -> Seen:
    return seen(stream(configuration=sent(name, *subsections)), **({"suppress_vmdesc": True} | options))


def announced(*names: bytes) -> bytes:
    return subsection(CAPABILITIES, be32(len(names)) + b"".join(bytes([len(name)]) + name for name in names))


# -- configuration_pre_save, and what is needed


@pytest.mark.parametrize(
    ("options", "subsections"),
    [
        ({}, []),
        ({"page_bits": 16}, [subsection(BITS, be32(16))]),
        ({"page_bits": 16, "page_bits_minimum": 16}, []),
        ({"capabilities": {"xbzrle", "multifd"}}, []),
        (
            {"capabilities": {"mapped-ram", "xbzrle", "x-ignore-shared"}},
            [announced(b"x-ignore-shared", b"mapped-ram")],
        ),
        ({"uuid": OURS}, []),
        ({"validate_uuid": True}, []),
        ({"uuid": OURS, "validate_uuid": True}, [subsection(UUID, OURS)]),
        ({"uuid": OURS, "capabilities": {"validate-uuid"}}, [subsection(UUID, OURS)]),
        (
            {"page_bits": 14, "uuid": OURS, "validate_uuid": True, "capabilities": {"x-ignore-shared"}},
            [subsection(BITS, be32(14)), announced(b"x-ignore-shared"), subsection(UUID, OURS)],
        ),
    ],
)
def test_what_is_sent_is_taken_by_the_like(options: dict[str, Any], subsections: list[bytes]) -> None:
    assert header_of(**options) == HEADER + sent(b"none", *subsections)
    got = received(b"none", *subsections, **options)
    assert (got.error, got.host.errors, got.host.warnings) == (None, [], [])


# -- configuration_post_load: the machine type


@pytest.mark.parametrize("machine", [b"pc-q35-7.2", b"pc-q35", b"p", b"", b"pc-q35-7.2\0more"])
def test_a_machine_type_is_compared_over_what_was_received(machine: bytes) -> None:
    assert received(machine, machine="pc-q35-7.2").error is None


@pytest.mark.parametrize(
    ("machine", "shown"),
    [(b"pc-q35-7.22", "pc-q35-7.22"), (b"q35", "q35"), (b"pc\0-q35-7.2", "pc"), (b"p\xff", "p\ufffd"), (b"\0", "")],
)
def test_another_machine_type_is_refused(machine: bytes, shown: str) -> None:
    got = received(machine, machine="pc-q35-7.2")
    assert got.host.errors == [f"Machine type received is '{shown}' and local is 'pc-q35-7.2'"]
    assert isinstance(got.error, LoadError)
    assert got.error.code == "configuration-machine"
    assert (got.trace, got.live.ran, got.host.asked) == (["loadvm_state_cleanup"], ["load_cleanup"], [])


def test_a_name_that_no_machine_has_is_not_waited_for() -> None:
    got = seen(HEADER + b"\x07" + be32(MAX_NAME + 1))
    assert got.host.errors == ["Failed to load configuration:name"]
    got = seen(HEADER + b"\x07" + be32(0xFFFFFFFF))
    assert got.error is not None


# -- page bits, capabilities


@pytest.mark.parametrize(
    ("options", "subsections", "line"),
    [
        ({"page_bits": 12}, [subsection(BITS, be32(13))], "Received TARGET_PAGE_BITS is 13 but local is 12"),
        ({"page_bits": 16, "page_bits_minimum": 12}, [], "Received TARGET_PAGE_BITS is 12 but local is 16"),
        (
            {"capabilities": {"x-ignore-shared"}},
            [],
            "Capability x-ignore-shared is on, but received capability is off",
        ),
    ],
)
def test_page_bits_and_capabilities_must_agree(options: dict[str, Any], subsections: list[bytes], line: str) -> None:
    got = received(b"none", *subsections, **options)
    assert got.host.errors == [line]


def test_all_capabilities_that_differ_are_listed() -> None:
    got = received(b"none", announced(b"mapped-ram"), capabilities={"x-ignore-shared"})
    assert got.host.errors == [
        "Capability x-ignore-shared is on, but received capability is off",
        "Capability mapped-ram is off, but received capability is on",
    ]
    assert got.error is not None
    assert got.error.qemu == got.host.errors[0]


def test_capabilities_that_nobody_validates_do_not_matter() -> None:
    assert received(b"none", announced(b"xbzrle", b"multifd")).error is None


def test_an_unknown_capability_is_named() -> None:
    got = received(b"none", announced(b"x-ignore-shared", b"x-fly"))
    assert got.host.errors[0] == "Received unknown capability x-fly"
    assert got.error is not None


def test_more_capabilities_than_there_can_be_are_refused() -> None:
    got = received(b"none", subsection(CAPABILITIES, be32(0x10000)))
    assert got.error is not None


# -- vmstate_uuid_post_load


def test_another_uuid_is_refused_before_the_machine_type_is_looked_at() -> None:
    got = received(b"other", subsection(UUID, bytes(16)), uuid=OURS)
    assert got.host.errors == [
        "UUID received is 00000000-0000-0000-0000-000000000000 and local is 00010203-0405-0607-0809-0a0b0c0d0e0f"
    ]
    assert isinstance(got.error, LoadError)
    assert got.error.code == "configuration-uuid"


def test_without_a_uuid_of_its_own_a_machine_only_warns() -> None:
    got = received(b"none", subsection(UUID, OURS))
    assert got.host.warnings == ["UUID is received 00010203-0405-0607-0809-0a0b0c0d0e0f, but local uuid isn't set"]
    assert got.error is None


def test_the_same_uuid_is_taken_whether_or_not_it_is_validated() -> None:
    assert received(b"none", subsection(UUID, OURS), uuid=OURS).error is None


# -- subsections


def test_the_order_of_subsections_does_not_matter() -> None:
    got = received(b"none", subsection(UUID, OURS), subsection(BITS, be32(12)), uuid=OURS)
    assert got.error is None


def test_an_unknown_subsection_is_refused() -> None:
    got = received(b"none", subsection(b"configuration/more", b""))
    assert got.error is not None
    assert got.trace == ["loadvm_state_cleanup"]


def test_a_subsection_of_something_else_is_an_unknown_section() -> None:
    got = received(b"none", subsection(b"other/more", b""))
    assert got.host.errors == ["Unknown savevm section type 5"]


def test_a_configuration_in_any_chunking_and_cut_anywhere() -> None:
    whole = sent(b"none", subsection(BITS, be32(12)), announced(b"xbzrle"), subsection(UUID, OURS))
    data = stream(configuration=whole)
    for step in (1, 3):
        assert seen(data, step=step, uuid=OURS, suppress_vmdesc=True).error is None
    for end in range(len(HEADER), len(data)):
        got = seen(data[:end], uuid=OURS)
        assert isinstance(got.error, LoadError), end
        assert got.error.offset is not None
        assert got.error.offset <= end

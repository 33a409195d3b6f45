"""What newer releases make of the lines of older ones, as QEMU 11.1 said it of damaged streams."""

from __future__ import annotations

import pytest

from snapmgr.wire.wording import by_version, chained, no_configuration, wrong_version

FAILED = "load of migration failed: "


@pytest.mark.parametrize("name", ["PING", "(null)"])
def test_a_length_that_a_command_cannot_have(name: str) -> None:
    line = f"{name} received with bad length - expecting 0, got 100"
    assert chained(line) == f"{FAILED}Numerical result out of range: {line}"
    assert by_version(line)["7.2"] == line


def test_numbers_of_the_beginning_are_told_in_hex() -> None:
    assert wrong_version(0x4000003) == (
        f"{FAILED}Operation not supported: Unsupported migration stream version, file version 4000003 != 3"
    )
    assert no_configuration(0x7E) == f"{FAILED}Invalid argument: Configuration section missing, 7e != 7"

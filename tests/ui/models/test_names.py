"""Names of snapshots and disks on the screen."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.names import visible_name
from tests.ui.snapshots.rows import row
from ui.models.names import disk_labels, in_title, machine_name, shown_name, whole_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("before-update", "before-update"),
        ("two words", "two words"),
        ("line\nbreak", "line\\nbreak"),
        ("tab\there", "tab\\there"),
        ("\x1b[31mred", "\\e[31mred"),
        ("nul\0bell\x07", "nul\\0bell\\x07"),
        (b"caf\xe9".decode("utf-8", "surrogateescape"), "caf\\xE9"),
        ("\u202eltr", "\\u202Eltr"),
        ("a\\nb", "a\\\\nb"),
        ("C:\\dir", "C:\\dir"),
        ("снимок-日本語-🙂", "снимок-日本語-🙂"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("wide\u3000space", "wide\u3000space"),
        ("\U000e0041", "\\u{E0041}"),
    ],
)
def test_every_byte_of_a_name_is_visible(name: str, shown: str) -> None:
    assert visible_name(name) == shown


@given(st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_a_shown_name_can_be_painted_and_encoded(name: str) -> None:
    shown = visible_name(name)
    shown.encode("utf-8")
    assert all(unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp", "Cn", "Co") for char in shown)
    assert "\n" not in shown and "\u202e" not in shown


@given(st.tuples(*[st.binary(max_size=6).map(lambda raw: raw.decode("utf-8", "surrogateescape"))] * 2))
def test_two_names_never_look_like_one(names: tuple[str, str]) -> None:
    one, other = names
    assert (visible_name(one) == visible_name(other)) == (one == other)


def test_an_empty_name_is_said_with_the_id() -> None:
    assert shown_name("", "7") == "(no name) id 7"
    assert shown_name("") == "(no name)"
    assert shown_name("  ", "7") == "(blank name) id 7"
    assert shown_name("x", "7") == "x"


def test_disks_are_called_by_what_tells_them_apart() -> None:
    assert disk_labels(["/a/devbox-vda.qcow2", "/a/devbox-vdb.qcow2"]) == {
        "/a/devbox-vda.qcow2": "vda",
        "/a/devbox-vdb.qcow2": "vdb",
    }
    assert list(disk_labels(["/a/devbox.qcow2", "/a/devbox-data.qcow2"]).values()) == ["devbox", "devbox-data"]
    assert list(disk_labels(["/a/disk.qcow2", "/a/disk.img"]).values()) == ["disk", "disk.img"]
    assert list(disk_labels(["/a/disk.qcow2", "/b/disk.qcow2"]).values()) == ["a/disk.qcow2", "b/disk.qcow2"]
    assert list(disk_labels(["/x/a/disk.qcow2", "/y/a/disk.qcow2"]).values()) == ["/x/a/disk.qcow2", "/y/a/disk.qcow2"]
    assert list(disk_labels(["/a/li\nne.qcow2"]).values()) == ["li\\nne"]


def test_a_machine_is_called_by_what_its_disks_have_in_common() -> None:
    assert machine_name(["/a/devbox.qcow2"]) == "devbox.qcow2"
    assert machine_name(["/a/devbox-vda.qcow2", "/a/devbox-vdb.qcow2"]) == "devbox"
    assert machine_name(["/a/devbox.qcow2", "/a/devbox-data.qcow2"]) == "devbox"
    assert machine_name(["/a/root.qcow2", "/a/data.qcow2", "/a/swap.qcow2"]) == "root + 2"
    assert machine_name(["/a/vm-root.qcow2", "/a/vmx.qcow2"]) == "vm-root + 1"


def test_a_long_name_keeps_its_ends_in_a_title() -> None:
    """A word wider than a dialog would be cut off there."""
    named = row("begins" + "x" * 240 + "ends")
    said = in_title(named).replace("\u2068", "").replace("\u2069", "")
    assert said.startswith("“begins") and said.endswith("ends”") and len(said) < 40
    assert named.name in whole_name(named)

"""A QEMU that runs now: what it migrates and saves is read as its memory was."""

from __future__ import annotations

import subprocess
from pathlib import Path

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.model import Severity
from snapmgr.migrate.together import KNOWN, RULES
from snapmgr.savevm.configuration import CAPABILITIES_OF
from snapmgr.snapshots.export import export_disk
from snapmgr.snapshots.list import list_snapshots
from tests.migrate.moves import SEEN
from tests.qemu import MEMORY, guest_wrote, machine, needs_qemu

pytestmark = needs_qemu

VIDEO_AND_ROMS = slice(0xA0000, 0x100000)
"""Where an address shows something else than the RAM block's byte at that offset."""


def assert_is_the_guests_memory(index: StreamIndex, ram: bytes, physical: bytes) -> None:
    """No errors, and RAM equal to the file behind the block and, where both show RAM, to ``pmemsave``."""
    assert [problem for problem in index.problems if problem.severity is Severity.ERROR] == []
    ours = bytearray(index.ram.read("pc.ram", 0, MEMORY))
    assert ours == ram
    for address, content in guest_wrote().items():
        assert ours[address : address + len(content)] == content
    seen = bytearray(physical)
    for memory in (ours, seen):
        memory[VIDEO_AND_ROMS] = b""
    assert ours == seen


def test_a_migrated_stream_holds_the_guests_memory(tmp_path: Path) -> None:
    stream = tmp_path / "guest.mig"
    with machine(tmp_path) as guest:
        guest.boot()
        physical = guest.save_memory(tmp_path / "memory")
        guest.migrate(stream)
        states = [event["data"]["status"] for event in guest.events if event["event"] == "MIGRATION"]
        assert " ".join(states) in (SEEN["7.2"][0], SEEN["10.0"][0])
        ram = guest.ram.read_bytes()
    source = open_source(stream)
    index = index_stream(source)
    assert_is_the_guests_memory(index, ram, physical)
    assert any(record.idstr == "cpu" for record in index.records)
    source.close()


def test_a_saved_snapshot_is_listed_while_in_use_and_inspected(tmp_path: Path) -> None:
    image = tmp_path / "disk.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(image), "16M"], check=True)
    with machine(tmp_path, "-drive", f"if=ide,format=qcow2,file={image}") as guest:
        guest.boot()
        physical = guest.save_memory(tmp_path / "memory")
        assert guest.monitor("savevm live") == ""  # the boot disk is read-only, so nobody asks it for a snapshot
        ram = guest.ram.read_bytes()
        during = list_snapshots([image])
        assert during.devices[0].in_use == f"qemu-system-x86, {guest.pid}"
        assert during.devices[0].error is None
        assert [row.name for row in during.rows] == ["live"]
    after = list_snapshots([image])
    assert after.devices[0].in_use is None
    # a QEMU that was killed may have left a cluster behind, which qemu-img sees too
    check = subprocess.run(["qemu-img", "check", "-f", "qcow2", str(image)], capture_output=True, text=True)
    codes = {problem.code for problem in after.devices[0].problems}
    assert codes == ({"leaked-clusters"} if check.returncode == 3 else set()), check.stdout
    assert check.returncode in (0, 3), check.stdout
    assert after.rows == during.rows and after.rows[0].vm_state_size > 0
    source = open_source(f"{image}@live")
    assert_is_the_guests_memory(index_stream(source), ram, physical)
    source.close()


def test_the_disk_of_a_snapshot_is_exported_while_qemu_writes_on(tmp_path: Path) -> None:
    image, out = tmp_path / "disk.qcow2", tmp_path / "then.raw"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(image), "1M"], check=True)
    with machine(tmp_path, "-drive", f"if=none,id=disk,format=qcow2,file={image}") as guest:
        assert guest.monitor('qemu-io disk "write -P 0x11 64k 64k"') == ""
        assert guest.monitor("savevm then") == ""
        assert guest.monitor('qemu-io disk "write -P 0x22 0 1M"') == ""
        export_disk(image, "then", out)
    assert out.read_bytes() == bytes(65536) + b"\x11" * 65536 + bytes((1 << 20) - 131072)


def test_the_capabilities_are_those_of_this_qemu_and_so_is_what_goes_together(tmp_path: Path) -> None:
    with machine(tmp_path) as guest:
        version = guest.run("query-version")["qemu"]
        names = {row["capability"] for row in guest.run("query-migrate-capabilities")}
        said = {rule: guest.refusal(rule.capabilities) for rule in RULES if rule.capabilities <= names}
    release = f"{version['major']}.{version['minor']}"
    if release in KNOWN:
        for rule, text in said.items():
            if "background-snapshot" in rule.capabilities:  # which this one's RAM, a file, is not for at all
                assert text.startswith("Background-snapshot is not ")
            else:
                assert text == (rule.qemu if release in rule.refused_by else ""), rule
    known = CAPABILITIES_OF.get(release)
    if known is None:  # neither of the two that verdicts are given for
        known = names | frozenset.intersection(*CAPABILITIES_OF.values()) - {"zero-blocks"}
    assert names == known

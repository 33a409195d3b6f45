"""``snapctl demo``: the same digests on any way, QEMU's texts where it refuses, streams that everything reads."""

from __future__ import annotations

import json

import pytest

SMALL = ("--ram", "16M")
UUID = "11111111-2222-3333-4444-555555555555"
WORKLOADS = ["idle", "sequential", "random", "hotspot", "burst", "full"]


def disk(folder, name="disk.raw"):
    path = folder / name
    path.write_bytes(bytes(1 << 20))
    return path


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("kind", ["demo-1.0", "demo-1.1"])
def test_run_is_save_and_load(snapctl, tmp_path, workload, kind):
    file = tmp_path / "state"
    like = (*SMALL, "--machine", kind)
    what = ("--workload", workload, "--seed", "7")
    straight = snapctl(
        "demo", "run", "--ticks", 40, *what, *like, "--disk", disk(tmp_path, "one.raw"), "--json"
    ).document
    there = ("--disk", disk(tmp_path, "two.raw"))
    saved = snapctl("demo", "save", file, "--ticks", 25, *what, *like, *there, "--json").document
    loaded = snapctl("demo", "load", file, "--ticks", 15, *like, *there, "--json").document
    assert set(straight) == {"tick", "digest"}
    assert (saved["tick"], saved["size"], saved["path"]) == (25, file.stat().st_size, str(file))
    assert loaded == straight


def test_a_load_without_ticks_is_what_was_saved(snapctl, tmp_path):
    file = tmp_path / "state"
    saved = snapctl("demo", "save", file, *SMALL, "--ticks", 9, "--json").document
    loaded = snapctl("demo", "load", file, *SMALL, "--json").document
    assert (loaded["tick"], loaded["digest"]) == (9, saved["digest"])


def test_people_get_a_line(snapctl, tmp_path):
    file = tmp_path / "state"
    result = snapctl("demo", "run", *SMALL, "--ticks", 3)
    assert result.text.startswith("tick 3  digest ")
    assert snapctl("demo", "save", file, *SMALL, "--ticks", 3).text.startswith(f"{file}: ")


@pytest.mark.parametrize("kind", ["demo-1.0", "demo-1.1"])
def test_everything_else_reads_its_stream_without_a_problem(snapctl, tmp_path, kind):
    file = tmp_path / "state"
    there = ("--disk", disk(tmp_path))
    snapctl("demo", "save", file, *SMALL, "--machine", kind, "--ticks", 31, *there, "--uuid", UUID, "--validate-uuid")
    found = snapctl("inspect", file, "--json")
    assert (found.code, found.document["problems"]) == (0, [])
    assert found.document["configuration"]["machine"] == kind
    assert found.document["configuration"]["uuid"] == UUID
    assert {block["name"]: block["used_length"] for block in found.document["ram"]["blocks"]} == {
        "demo.ram": 16 << 20,
        "demo.vram": 128 << 10,
        "demo.rom": 64 << 10,
    }
    assert (found.document["vmdesc"] is None) is (kind == "demo-1.0")
    assert snapctl("verify", file, "--json").document == {"verdict": "loads", "problems": []}
    assert "the built-in machine loads this stream, and no QEMU has" in snapctl("verify", file).text


def test_its_devices_are_decoded_with_the_values_they_have(snapctl, tmp_path):
    file = tmp_path / "state"
    snapctl("demo", "save", file, *SMALL, "--ticks", 31)
    found = snapctl("devices", file, "--format", "analyze")
    assert found.code == 0
    document = json.loads(found.out)
    devices = {name.split(" (")[0]: fields for name, fields in document.items()}
    assert int(devices["demo-clock"]["now"], 16) == 31 * 20_000_000
    assert int(devices["demo-timer"]["frequency"], 16) == 32768
    assert devices["demo/net0/demo-nic"]["mac"].replace(" ", "") == "525400123456"


@pytest.mark.parametrize("capability", ["compress", "xbzrle", "x-ignore-shared"])
def test_capabilities_change_the_stream_and_not_the_machine(snapctl, tmp_path, capability):
    plain, file = tmp_path / "plain", tmp_path / "state"
    there = ("--capability", capability)
    saved = snapctl("demo", "save", plain, *SMALL, "--ticks", 9, "--json").document
    assert snapctl("demo", "save", file, *SMALL, "--ticks", 9, *there).code == 0
    assert snapctl("demo", "load", file, *SMALL, *there, "--json").document["digest"] == saved["digest"]
    found = snapctl("inspect", file, "--json").document
    compressed = sum(block["compressed"] for block in found["ram"]["blocks"])
    assert (compressed > 0) is (capability == "compress")
    refused = snapctl("demo", "load", file, *SMALL, "--json")
    assert (refused.code == 3) is (capability != "xbzrle")


@pytest.mark.parametrize(
    ("save", "load", "code", "text"),
    [
        (("--machine", "demo-1.0"), (), 3, "Machine type received is 'demo-1.0' and local is 'demo-1.1'"),
        (("--page-bits", 14), (), 3, "Received TARGET_PAGE_BITS is 14 but local is 12"),
        (
            ("--uuid", UUID, "--validate-uuid"),
            ("--uuid", UUID.replace("5", "6")),
            3,
            f"UUID received is {UUID} and local is {UUID.replace('5', '6')}",
        ),
        ((), ("--ram", "32M"), 3, "Size mismatch: demo.ram: 0x1000000 != 0x2000000: Invalid argument"),
        ((), ("--accel", "xen"), 3, None),
        (("--global", "send-configuration=off"), (), 3, "Configuration section missing"),
        ((), ("--device", "stubborn"), 1, "State blocked by non-migratable device 'demo-stubborn'"),
    ],
)
def test_what_does_not_fit_is_refused_as_qemu_refuses_it(snapctl, tmp_path, save, load, code, text):
    file = tmp_path / "state"
    assert snapctl("demo", "save", file, *SMALL, "--ticks", 2, *save).code == 0
    result = snapctl("demo", "load", file, *SMALL, *load, "--json")
    assert result.code == code
    if text is not None:
        assert text in (result.error["message"], result.error.get("qemu"))


def test_a_uuid_that_is_not_ours_is_a_warning_where_there_is_none(snapctl, tmp_path):
    file = tmp_path / "state"
    snapctl("demo", "save", file, *SMALL, "--ticks", 2, "--uuid", UUID, "--validate-uuid")
    result = snapctl("demo", "load", file, *SMALL, "--json")
    assert result.code == 0
    assert result.err.decode() == f"snapctl: UUID is received {UUID}, but local uuid isn't set\n"


def test_the_newer_loads_the_older_where_the_configuration_is_off(snapctl, tmp_path):
    file = tmp_path / "state"
    off = ("--global", "send-configuration=off")
    snapctl("demo", "save", file, *SMALL, "--machine", "demo-1.0", *off, "--ticks", 12)
    assert snapctl("demo", "load", file, *SMALL, *off, "--ticks", 3).code == 0
    snapctl("demo", "save", file, *SMALL, *off, "--ticks", 12, "--force")
    result = snapctl("demo", "load", file, *SMALL, "--machine", "demo-1.0", *off, "--json")
    assert result.error["message"] == "savevm: unsupported version 2 for 'demo-legacy' v1"


def test_xen_goes_between_the_types_as_versions_allow(snapctl, tmp_path):
    file = tmp_path / "devices"
    assert snapctl("demo", "xen-save", file, *SMALL, "--machine", "demo-1.0", "--ticks", 12).code == 0
    assert snapctl("demo", "xen-load", file, *SMALL, "--json").document["tick"] == 12
    assert snapctl("demo", "xen-save", file, *SMALL, "--ticks", 12, "--force", "--no-live").code == 0
    result = snapctl("demo", "xen-load", file, *SMALL, "--machine", "demo-1.0", "--json")
    refusal = "savevm: unsupported version 2 for 'demo-legacy' v1"
    assert (result.code, result.error["message"], result.error["qemu"]) == (3, refusal, "An IO error has occurred")
    assert snapctl("demo", "xen-load", file, *SMALL, "--accel", "tcg").code == 3


@pytest.mark.parametrize(
    ("options", "document"),
    [
        ((), {"blocked": False, "blocked-reasons": [], "unplug-pending": False}),
        (
            ("--device", "stubborn"),
            {"blocked": True, "blocked-reasons": ["non-migratable device: demo-stubborn"], "unplug-pending": False},
        ),
        (("--device", "unplug"), {"blocked": False, "blocked-reasons": [], "unplug-pending": True}),
        (("--device", "unplug", "--ticks", 100), {"blocked": False, "blocked-reasons": [], "unplug-pending": False}),
    ],
)
def test_blockers(snapctl, options, document):
    result = snapctl("demo", "blockers", *SMALL, *options, "--json")
    assert (result.code, result.document) == (int(document["blocked"]), document)
    assert snapctl("demo", "blockers", *SMALL, *options).text


def test_only_migratable(snapctl, tmp_path):
    result = snapctl("demo", "run", *SMALL, "--only-migratable", "--device", "stubborn", "--json")
    assert result.code == 1
    assert result.error["qemu"] == "Device demo-stubborn is not migratable, but --only-migratable was specified"


@pytest.mark.parametrize(
    "options",
    [
        ("--ram", "1M"),
        ("--ram", "lots"),
        ("--machine", "pc"),
        ("--workload", "dance"),
        ("--accel", "kvm"),
        ("--device", "piano"),
        ("--uuid", "1234"),
        ("--page-bits", 9),
        ("--global", "send-flowers=on"),
        ("--capability", "x-fly"),
        ("--ticks", -1),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(snapctl, options):
    result = snapctl("demo", "run", *options, "--json")
    assert result.code == 2
    assert result.error["message"]


def test_a_disk_that_another_uses_is_left_alone(snapctl, tmp_path):
    from snapmgr.machine.disks import open_disk

    held = open_disk(disk(tmp_path))
    try:
        result = snapctl("demo", "run", *SMALL, "--ticks", 9, "--disk", tmp_path / "disk.raw", "--json")
        assert (result.code, result.error["code"]) == (4, "in-use")
    finally:
        held.close()
    assert not any((tmp_path / "disk.raw").read_bytes())


def test_a_file_that_exists_is_not_replaced_unasked(snapctl, tmp_path):
    file = tmp_path / "state"
    file.write_bytes(b"mine")
    assert snapctl("demo", "save", file, *SMALL, "--ticks", 1).code == 2
    assert file.read_bytes() == b"mine"
    assert snapctl("demo", "save", file, *SMALL, "--ticks", 1, "--force").code == 0
    assert snapctl("demo", "save", "-", *SMALL, "--ticks", 1, "--json").code == 2


def test_nothing_is_left_of_a_save_that_is_refused(snapctl, tmp_path):
    result = snapctl("demo", "save", tmp_path / "state", *SMALL, "--ticks", 1, "--device", "stubborn", "--json")
    assert result.error["qemu"] == "State blocked by non-migratable device 'demo-stubborn'"
    assert list(tmp_path.iterdir()) == []

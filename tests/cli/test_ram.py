"""``snapctl ram``: what a block held, as QEMU's own memory held it."""

from __future__ import annotations

import hashlib

import pytest

from tests import corpus
from tests.cli.places import stored


def largest_known_block(name: str) -> tuple[str, int, str]:
    """Name, length and sha256 of the largest block that the stream carries and whose content is known."""
    case = corpus.streams()["cases"][name]
    loaded = (case.get("dest") or {}).get("blocks_sha256") or {}
    at_source, at_destination = case.get("stream_rebuilds_truth") or {}, case.get("stream_rebuilds_dest") or {}
    known = []
    for block in case["blocks"]:
        if at_source.get(block["name"]):
            known.append((block["used"], block["name"], block["sha256"]))
        elif at_destination.get(block["name"]):
            known.append((block["used"], block["name"], loaded[block["name"]]))
    length, block_name, digest = max(known)
    return block_name, length, digest


@pytest.mark.parametrize("name", corpus.plain_cases())
def test_content_is_what_the_guest_had(snapctl, name):
    block, length, digest = largest_known_block(name)
    result = snapctl("ram", stored(name), "--block", block, "--json")
    assert result.code == 0
    assert result.document == {"block": block, "length": length, "sha256": digest}


def test_the_file_is_sparse_and_whole(snapctl, tmp_path):
    block, length, digest = largest_known_block("pc-halt.v72")
    target = tmp_path / "ram.bin"
    result = snapctl("ram", stored("pc-halt.v72"), "--block", block, "-o", target)
    assert result.code == 0
    assert digest in result.text
    assert target.stat().st_size == length
    assert hashlib.sha256(target.read_bytes()).hexdigest() == digest
    assert target.stat().st_blocks * 512 < length // 4
    assert list(tmp_path.iterdir()) == [target]


def test_without_a_file_the_content_goes_to_standard_output(snapctl):
    block, _, digest = largest_known_block("pc-halt.v72")
    result = snapctl("ram", stored("pc-halt.v72"), "--block", block)
    assert hashlib.sha256(result.out).hexdigest() == digest


def test_an_unknown_block_is_refused_with_the_known_ones(snapctl, tmp_path):
    target = tmp_path / "ram.bin"
    result = snapctl("ram", stored("pc-halt.v72"), "--block", "nvram", "-o", target, "--json")
    assert result.code == 1
    assert result.error["code"] == "no-such-block"
    assert "pc.ram" in result.error["hint"]
    assert not target.exists()


@pytest.mark.parametrize(
    "name", [name for name in ("ignore-shared.v72", "ignore-shared.v100") if name in corpus.streams()["cases"]]
)
def test_what_is_not_in_the_stream_is_not_made_up(snapctl, tmp_path, name):
    """x-ignore-shared: the guest's RAM stays in the file that both machines share."""
    blocks = snapctl("inspect", stored(name), "--json").document["ram"]["blocks"]
    assert [block["name"] for block in blocks if block.get("ignored")] == ["shr"]
    remarks = [line for line in snapctl("inspect", stored(name)).text.splitlines() if "not in the stream" in line]
    assert [line.split()[0] for line in remarks] == ["shr"]
    for more in ([], ["-o", tmp_path / "ram.bin"]):
        result = snapctl("ram", stored(name), "--block", "shr", "--json", *more)
        assert (result.code, result.error["code"]) == (1, "not-in-the-stream")
    assert list(tmp_path.iterdir()) == []
    assert snapctl("ram", stored(name), "--block", "pc.bios", "--json").code == 0


def test_no_other_stream_leaves_blocks_out(snapctl):
    blocks = snapctl("inspect", stored("pc-halt.v72"), "--json").document["ram"]["blocks"]
    assert not any("ignored" in block for block in blocks)


def test_what_cannot_be_unpacked_is_told_by_its_channel(snapctl, tmp_path):
    folder = corpus.lay_out("multifd-zlib.v100", tmp_path)
    file = folder / "conn2.fwd.bin"
    data = bytearray(file.read_bytes())
    data[60000:60400] = bytes(400)
    file.write_bytes(data)
    error = snapctl("ram", folder, "--block", "pc.ram", "--json").error
    assert (error["code"], error["path"]) == ("multifd-data", str(file))
    assert error["offset"] <= 60000 < len(data)
    said = snapctl("ram", folder, "--block", "pc.ram", "-o", tmp_path / "ram.bin").err.decode()
    assert f"snapctl: {file}: a packet cannot be unpacked" in said and f"at offset {error['offset']:#x} " in said


def test_a_core_says_what_is_in_it(snapctl, tmp_path):
    target = tmp_path / "guest.core"
    said = snapctl("ram", stored("pc-halt.v72"), "--format", "elf", "-o", target, "--json")
    assert said.code == 0
    assert said.document["cpus"] == 1
    assert said.document["loads"][0] == {"block": "pc.ram", "offset": 0, "address": 0, "length": 16 << 20}
    assert "pc.rom" in said.document["left-out"]
    assert target.read_bytes()[:4] == b"\x7fELF"
    told = snapctl("ram", stored("pc-halt.v72"), "--format", "elf", "-o", target, "--force").text
    assert "registers of 1 CPU\n" in told and "pc.rom" in told


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--format", "elf"), "usage"), ((), "usage"), (("--format", "elf", "--block", "no", "-o", "x"), "no-such-block")],
)
def test_what_cannot_be_meant_is_refused(snapctl, tmp_path, monkeypatch, words, code):
    monkeypatch.chdir(tmp_path)
    result = snapctl("ram", stored("pc-halt.v72"), *words, "--json")
    assert result.error["code"] == code
    assert list(tmp_path.iterdir()) == []


def test_bytes_are_found(snapctl):
    document = snapctl("ram", stored("pc-halt.v72"), "--find", "0x55aa", "--block", "pc.ram", "--json").document
    assert {"block": "pc.ram", "offset": 0x7DFE} in document["hits"]
    assert (document["pattern"], document["more"]) == ("55aa", False)
    said = snapctl("ram", stored("pc-halt.v72"), "--find", "0x55aa", "--block", "pc.ram").text
    assert "00007dfe  pc.ram\n" in said
    nothing = snapctl("ram", stored("pc-halt.v72"), "--find", "nobody wrote this")
    assert (nothing.code, nothing.out) == (0, b"") and b"nowhere" in nothing.err
    for words in (("--block", "no"), ("-o", "x"), ("--format", "elf")):
        assert snapctl("ram", stored("pc-halt.v72"), "--find", "a", *words).code != 0


def test_the_history_of_a_page_and_of_a_block(snapctl):
    src = stored("pc-live.v100")
    passes = snapctl("ram", src, "--block", "pc.ram", "--history", "--json").document["iterations"]
    assert passes[0]["iteration"] == 1 and passes[0]["pages"] == 4096 and len(passes) > 1
    page = snapctl("ram", src, "--block", "pc.ram", "--history", "--page", 7, "--json").document
    assert page["page"] == 7 and page["sent"][0]["kind"] in ("normal", "zero")
    said = snapctl("ram", src, "--block", "pc.ram", "--history", "--page", 7).text.splitlines()
    assert len(said) == len(page["sent"]) and "pass 1" in said[0]
    for words in (("--history",), ("--block", "pc.ram", "--page", 1), ("--history", "--find", "a")):
        assert snapctl("ram", src, *words, "--json").error["code"] == "usage"

"""A snapshot with a VM state that we wrote: QEMU loads it, and its RAM is what it was."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from snapmgr.block.images import open_image
from snapmgr.cli.rewrite import put_replica
from snapmgr.containers.open import open_source
from snapmgr.replica.machine import Replica
from snapmgr.snapshots.change import apply_snapshot, create_snapshot
from snapmgr.snapshots.plans import Put, VmState
from tests import corpus
from tests.qemu import QEMU, needs_qemu

pytestmark = [
    *needs_qemu,
    pytest.mark.skipif("vm-hmp-72" not in corpus.images(), reason="the case is not shipped"),
]
CASE, TAG = "vm-hmp-72", "boot"


def loaded(image: Path, tag: str, folder: Path) -> str:
    """SHA-256 of RAM of the corpus' machine once QEMU has loaded ``tag``."""
    assert QEMU is not None
    ram = folder / "ram.bin"
    ram.write_bytes(bytes(16 << 20))
    memory = f"memory-backend-file,id=pc.ram,size=16M,mem-path={ram},share=on"
    command = [
        *(QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-m", "16", "-accel", "tcg", "-S"),
        *("-machine", "pc-i440fx-7.2,memory-backend=pc.ram", "-object", memory, "-loadvm", tag),
        *("-blockdev", f"driver=qcow2,node-name=d0,file.driver=file,file.filename={image}"),
        *("-device", "ide-hd,drive=d0,bootindex=0", "-chardev", "null,id=s0", "-device", "isa-serial,chardev=s0"),
        *("-qmp", "stdio"),
    ]
    asked = "".join(json.dumps({"execute": name}) + "\n" for name in ("qmp_capabilities", "query-status", "quit"))
    done = subprocess.run(command, input=asked, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert '"status": "prelaunch"' in done.stdout or '"status": "paused"' in done.stdout
    return hashlib.sha256(ram.read_bytes()).hexdigest()


@pytest.mark.parametrize("how", ["bytes", "replica"])
def test_qemu_loads_what_we_saved(tmp_path: Path, how: str) -> None:
    image = corpus.unpack_image(CASE, tmp_path)[f"{CASE}.qcow2"]
    truth = corpus.images()[CASE]["vm"][TAG]["pc_ram_block_sha256"]
    assert loaded(image, "done", tmp_path) != truth
    state = tmp_path / "state.mig"
    opened = open_image(image)
    entry = next(one for one in opened.snapshots if one.name_text == TAG)
    state.write_bytes(opened.vm_state(entry).read(0, entry.vm_state_size))
    opened.close()

    def content(put: Put) -> None:
        if how == "bytes":
            put(state.read_bytes())
            return
        source = open_source(str(state))
        put_replica(Replica.from_stream(source), put)
        source.close()

    apply_snapshot([image], TAG)
    create_snapshot([image], "ours", VmState(content, entry.vm_clock_nsec))
    assert loaded(image, "ours", tmp_path) == truth
    subprocess.run(["qemu-img", "check", "-q", image], check=True)
    assert loaded(image, "work", tmp_path) == corpus.images()[CASE]["vm"]["work"]["pc_ram_block_sha256"]

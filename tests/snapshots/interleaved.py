"""Writes and changes of snapshots by QEMU and by us, in any order, on one image.

``python -m tests.snapshots.interleaved SEEDS STEPS`` makes that many images of random kinds; tests make a few.  After
each step ``qemu-img check`` finds no fault, and both read the disk of every snapshot as what it was.  The VM states
that ``keep_states`` has QEMU and us save stay what they are, and QEMU loads them at the end.
"""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from snapmgr.block.images import open_image
from snapmgr.errors import SnapmgrError
from snapmgr.machine.disks import open_disk
from snapmgr.snapshots.change import apply_snapshot, create_snapshot, delete_snapshot, rename_snapshot
from snapmgr.snapshots.export import export_disk
from snapmgr.snapshots.plans import VmState
from tests.qemu import QEMU

RAM = 16 << 20
"""Bytes of the machine whose state is kept."""

CLUSTERS = (512, 1024, 4096, 65536, 65536, 1 << 20)
SIZES = (0, 65536, 1 << 20, 8 << 20, (3 << 20) + 5 * 512)
STEPS = ("write", "write", "write", "create", "create", "apply", "delete", "rename", "discard")


class Interleaved:
    """One image and what is true of it; everything follows from ``seed``."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._chance = random.Random(seed)
        self._folder = folder
        self.image = folder / "image.qcow2"
        self.size = self._chance.choice(SIZES)
        self.kind = self._options()
        options = ["-o", ",".join(self.kind)]
        _run("qemu-img", "create", "-q", "-f", "qcow2", *options, self.image, str(self.size))
        self._truth: dict[str, str] = {}
        self._states: dict[str, tuple[str, str]] = {}
        """By id: SHA-256 of the VM state as it is stored, and of RAM."""
        self._names = 0
        self.steps: list[str] = []

    def _options(self) -> list[str]:
        chance, cluster = self._chance, self._chance.choice(CLUSTERS)
        version = chance.choice(("0.10", "1.1", "1.1"))
        options = [f"cluster_size={cluster}", f"compat={version}"]
        if version == "1.1":
            options.append(f"refcount_bits={chance.choice((8, 16, 16, 32, 64))}")
            options += ["extended_l2=on"] * (cluster >= 16384 and chance.random() < 0.4)
            options += ["lazy_refcounts=on"] * (chance.random() < 0.2)
        if chance.random() < 0.3:
            base = self._folder / "base.raw"
            base.write_bytes(chance.randbytes(self.size // 2))
            options += [f"backing_file={base}", "backing_fmt=raw"]
        return options

    def step(self) -> None:
        """One change, and everything checked after it."""
        kind, ours = self._chance.choice(STEPS), self._chance.random() < 0.6
        saved = [one for one in self._saved() if one[0] not in self._states or kind != "delete"]
        self.steps.append(f"{kind} by {'us' if ours else 'QEMU'}")
        if kind in ("write", "discard") and self.size and ours:
            self._write_ourselves(kind)
        elif kind in ("write", "discard") and self.size:
            self._write(kind)
        elif kind == "create":
            self._create(ours)
        elif kind in ("apply", "delete", "rename") and saved:
            identity, name = self._chance.choice(saved)
            getattr(self, f"_{kind}")(ours, identity, name)
        self.check()

    def check(self) -> None:
        _run("qemu-img", "check", "-q", self.image)
        assert {identity for identity, _ in self._saved()} == set(self._truth)
        for identity, disk in self._truth.items():
            assert self._disk(identity) == disk
        for identity, (state, _) in self._states.items():
            assert hashlib.sha256(self._state(identity)).hexdigest() == state

    def keep_states(self) -> None:
        """A real machine's state, saved by QEMU; and the same, written by us as another snapshot."""
        ram = self._folder / "ram"
        ram.write_bytes(bytes(1 << 20) + self._chance.randbytes(3 << 20) + bytes(RAM - (4 << 20)))
        disk = self._disk()
        assert self._qemu("savevm by-qemu") == [""]
        memory = hashlib.sha256(ram.read_bytes()).hexdigest()
        stored = self._state(self._note("by-qemu", disk))
        create_snapshot([self.image], "by-us", VmState(lambda put: put(stored)))
        self._note("by-us", disk)
        for identity in self._truth:
            self._states[identity] = hashlib.sha256(self._state(identity)).hexdigest(), memory
        self.check()

    def load_states(self) -> None:
        """QEMU finds in each the RAM that it was, and the disk."""
        for identity, (_, memory) in self._states.items():
            ram = self._folder / "ram"
            ram.write_bytes(bytes(RAM))
            [status] = self._qemu("info status", "-loadvm", dict(self._saved())[identity])
            assert status.startswith("VM status: paused")
            assert hashlib.sha256(ram.read_bytes()).hexdigest() == memory
            assert self._disk() == self._truth[identity]
        self.check()

    def _note(self, name: str, disk: str) -> str:
        identity = next(identity for identity, found in self._saved() if found == name)
        self._truth[identity] = disk
        return identity

    def _state(self, identity: str) -> bytes:
        image = open_image(self.image)
        try:
            entry = next(one for one in image.snapshots if one.id_text == identity)
            return image.vm_state(entry).read(0, entry.vm_state_size)
        finally:
            image.close()

    def _qemu(self, command: str, *words: str) -> list[str]:
        """What the monitor of a paused machine with this disk answers."""
        assert QEMU is not None
        memory = f"memory-backend-file,id=pc.ram,size={RAM},share=on,mem-path={self._folder / 'ram'}"
        started = [
            *(QEMU, "-S", "-accel", "tcg", "-display", "none", "-nodefaults", "-no-user-config", "-qmp", "stdio"),
            *("-machine", "pc,memory-backend=pc.ram", "-m", str(RAM >> 20), "-object", memory, *words),
            *("-blockdev", f"driver=qcow2,node-name=d0,file.driver=file,file.filename={self.image}"),
        ]
        asked = [
            {"execute": "qmp_capabilities"},
            {"execute": "human-monitor-command", "arguments": {"command-line": command}},
            {"execute": "quit"},
        ]
        done = subprocess.run(started, input="\n".join(map(json.dumps, asked)), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        return [answer["return"].strip() for answer in answers if isinstance(answer.get("return"), str)]

    def _saved(self) -> list[tuple[str, str]]:
        info = json.loads(_run("qemu-img", "info", "--output=json", self.image))
        return [(found["id"], found["name"]) for found in info.get("snapshots", [])]

    def _disk(self, identity: str | None = None) -> str:
        """As QEMU reads it, and as we do: the same."""
        out, ours = self._folder / "disk", self._folder / "ours"
        chosen = ["-l", f"snapshot.id={identity}"] if identity is not None else []
        _run("qemu-img", "convert", "-O", "raw", *chosen, self.image, out)
        digest = hashlib.sha256(out.read_bytes()).hexdigest()
        export_disk(self.image, None if identity is None else f"id:{identity}", ours, overwrite=True)
        assert hashlib.sha256(ours.read_bytes()).hexdigest() == digest
        return digest

    def _write(self, kind: str) -> None:
        commands: list[str] = []
        for _ in range(self._chance.randint(1, 6)):
            offset = self._chance.randrange(0, self.size, 512)
            length = min(self.size - offset, self._chance.choice((512, 4096, 65536, 200 << 10))) // 512 * 512
            other = self._chance.choice(("discard", "write -z", "write -z -u"))
            what = f"write -P {self._chance.randint(0, 255)}" if kind == "write" else other
            commands += ["-c", f"{what} {offset} {length}"]
        _run("qemu-io", "-f", "qcow2", *commands, self.image)

    def _write_ourselves(self, kind: str) -> None:
        """As the demo machine's guest does, through the active layer."""
        disk = open_disk(self.image)
        try:
            for _ in range(self._chance.randint(1, 6)):
                offset = self._chance.randrange(0, self.size, 512)
                length = min(self.size - offset, self._chance.choice((512, 4096, 65536, 200 << 10))) // 512 * 512
                if kind == "write":
                    disk.device.pwrite(offset, [memoryview(bytes([self._chance.randint(0, 255)]) * length)])
                else:
                    disk.device.discard(offset, length)
        finally:
            disk.close()

    def _create(self, ours: bool) -> None:
        self._names += 1
        name, disk = f"s{self._names}", self._disk()
        if not ours:
            _run("qemu-img", "snapshot", "-c", name, self.image)
        else:
            try:
                create_snapshot([self.image], name)
            except SnapmgrError as error:
                if error.code != "refcount-overflow":
                    raise
                return
        self._note(name, disk)

    def _apply(self, ours: bool, identity: str, name: str) -> None:
        if ours:
            apply_snapshot([self.image], f"id:{identity}")
        else:
            _run("qemu-img", "snapshot", "-a", name, self.image)
        assert self._disk() == self._truth[identity]

    def _delete(self, ours: bool, identity: str, name: str) -> None:
        if ours:
            delete_snapshot([self.image], f"id:{identity}")
        else:
            _run("qemu-img", "snapshot", "-d", name, self.image)
        del self._truth[identity]

    def _rename(self, ours: bool, identity: str, name: str) -> None:
        self._names += 1
        rename_snapshot([self.image], f"id:{identity}", f"{name if ours else 'r'}{self._names}")


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def main(seeds: int, steps: int) -> None:
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            made = Interleaved(Path(folder), seed)
            made.keep_states()
            for _ in range(steps):
                made.step()
            made.load_states()
            print(seed, made.size, *made.kind, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

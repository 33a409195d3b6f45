"""Snapshots saved, loaded and deleted by QEMU and by us, in any order: what is said of ancestors is true or not said.

``python -m tests.snapshots.lineage SEEDS STEPS`` makes that many images; tests make a few.  Every save is preceded by a
write to a place of its own, so that no two snapshots hold the same disk: those nobody could tell from each other.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from snapmgr.snapshots.beside import with_beside
from snapmgr.snapshots.change import apply_snapshot, create_snapshot, delete_snapshot, rename_snapshot
from snapmgr.snapshots.list import list_snapshots

CLUSTER = 4096
SIZE = 8 << 20
OWN = 4 << 20
"""Where the places of single snapshots begin; before it the guest writes what it likes."""
STEPS = ("write", "write", "create", "create", "apply", "apply", "delete", "rename", "move", "copy", "other")


class Lineage:
    """One image and what is true of it; everything follows from ``seed``.  ``said`` counts what was claimed."""

    def __init__(self, folder: Path, seed: int, *, others: bool = True) -> None:
        self._chance = random.Random(seed)
        self._folder, self._others = folder, others
        self.image = folder / "image.qcow2"
        options = f"cluster_size={CLUSTER},extended_l2={'on' if seed % 5 == 4 else 'off'}"
        if seed % 5 == 4:
            options = "cluster_size=16384,extended_l2=on"
        _run("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, self.image, str(SIZE))
        self._parents: dict[str, str] = {}
        """By number, of all that there ever were; "" for none."""
        self._names: dict[str, str] = {}
        self._current = ""
        self._count = 0
        self._aside: list[tuple[Path, dict[str, str], str]] = []
        """Copies: image, names by number, and which is current."""
        self.said = self.unsaid = 0
        self.steps: list[str] = []

    def step(self) -> None:
        kind, ours = self._chance.choice(STEPS), not self._others or self._chance.random() < 0.6
        self.steps.append(f"{kind} by {'us' if ours else 'QEMU'}")
        if kind in ("write", "move", "copy", "other"):
            getattr(self, f"_{kind}")()
        elif kind == "create":
            self._create(ours)
        elif self._names:
            getattr(self, f"_{kind}")(ours, self._chance.choice(sorted(self._names)))
        self.check()

    def check(self) -> None:
        found = with_beside(list_snapshots([self.image]))
        numbers = {name: number for number, name in self._names.items()}
        there = [numbers[row.name] for row in found.rows]
        for place, parent in found.beside.parents.items():
            claimed = there[parent] if parent is not None else ""
            assert claimed == self._left(self._parents[there[place]]), (there[place], claimed, self.steps)
            self.said += 1
        self.unsaid += len(there) - len(found.beside.parents)
        if found.beside.current is not None:
            assert there[found.beside.current] == self._left(self._current), (found.beside.current, self.steps)
            self.said += 1
        elif self._left(self._current):
            self.unsaid += 1

    def _left(self, number: str) -> str:
        """It, or the nearest ancestor that is left."""
        while number and number not in self._names:
            number = self._parents[number]
        return number

    def _write(self) -> None:
        self._put(self._chance.randrange(0, OWN, CLUSTER), self._chance.randint(1, 255))

    def _put(self, offset: int, pattern: int) -> None:
        _run("qemu-io", "-f", "qcow2", "-c", f"write -P {pattern} {offset} {CLUSTER}", self.image)

    def _create(self, ours: bool) -> None:
        self._count += 1
        self._put(OWN + self._count * 16384, 1)
        name = f"s{self._count}"
        if ours:
            create_snapshot([self.image], name)
        else:
            _run("qemu-img", "snapshot", "-c", name, self.image)
        self._parents[str(self._count)] = self._current
        self._names[str(self._count)] = name
        self._current = str(self._count)

    def _apply(self, ours: bool, number: str) -> None:
        if ours:
            apply_snapshot([self.image], f"name:{self._names[number]}")
        else:
            _run("qemu-img", "snapshot", "-a", self._names[number], self.image)
        self._current = number

    def _delete(self, ours: bool, number: str) -> None:
        name = self._names.pop(number)
        if ours:
            delete_snapshot([self.image], f"name:{name}")
        else:
            _run("qemu-img", "snapshot", "-d", name, self.image)

    def _rename(self, ours: bool, number: str) -> None:
        self._count += 1
        new = f"r{self._count}"
        rename_snapshot([self.image], f"name:{self._names[number]}", new)
        self._names[number] = new

    def _move(self) -> None:
        self._count += 1
        self.image = self.image.rename(self._folder / f"moved{self._count}.qcow2")

    def _copy(self) -> None:
        """Go on with a copy; the original lies beside it."""
        self._count += 1
        if len(self._aside) < 3:
            self._aside.append((self.image, dict(self._names), self._current))
            self.image = Path(shutil.copy(self.image, self._folder / f"copy{self._count}.qcow2"))

    def _other(self) -> None:
        """Go on with one that was left aside."""
        if self._aside:
            before = (self.image, self._names, self._current)
            self.image, self._names, self._current = self._aside.pop(0)
            self._aside.append(before)


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def main(seeds: int, steps: int) -> None:
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["XDG_DATA_HOME"] = os.environ["XDG_STATE_HOME"] = f"{folder}/home"
            made = Lineage(Path(folder), seed)
            for _ in range(steps):
                made.step()
            print(seed, "said", made.said, "not known", made.unsaid, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

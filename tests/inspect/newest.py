"""What QEMU 11.1 says of the corpus' damaged streams, and of those that provoke every text of the load path.

``python -m tests.inspect.newest 'chroot DIR qemu-system-x86_64'`` asks it anew and writes ``newest.json``; DIR as
``more-qemus.sh`` makes it.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from snapmgr.inspect.against.trial import try_load
from tests import corpus
from tests.inspect.foreseen import CASES

RELEASE = "11.1"
COMMAND = os.environ.get("SNAPMGR_QEMU_NEWEST", "")
"""With what such a QEMU is started, where there is one."""
_TABLE = Path(__file__).with_name("newest.json")
_VISIBLE = "/dev/shm"
"""Seen inside of a chroot, too."""


class Bytes:
    """As much of a source as a dry load asks for."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def chunks(self) -> Iterator[memoryview]:
        yield memoryview(self._data)


def told() -> dict[str, tuple[str, str]]:
    """Verdict and first line ("" for none) by the name of a damaged stream, or by a text's function and number."""
    return {name: (row[0], row[1]) for name, row in json.loads(_TABLE.read_text()).items()}


def streams() -> dict[str, tuple[bytes, list[str]]]:
    """All of them, with the options of the machine that loads them; of machine types that it has as old ones."""
    found = {}
    for name, case in corpus.streams()["damaged"].items():
        options = list(case["dest_args"])
        options[options.index("-M") + 1] = "pc-i440fx-" + ("7.2" if name.endswith(".v72") else "10.0")
        found[name] = (corpus.stream_bytes(name, damaged=True), options)
    quiet = corpus.streams()["cases"]["machine-none.v72"]["dest_args"]
    for text, one in CASES.items():
        if not one.runs:
            found[f"{text.function}: {text.text} {text.nth}"] = (one.data, [*quiet, *one.options])
    return found


def ask(command: str) -> dict[str, tuple[str, str]]:
    """What a QEMU makes of each."""
    with tempfile.TemporaryDirectory(dir=_VISIBLE) as folder:
        for stored in (corpus.corpus_root() / "streams" / "aux").iterdir():
            Path(folder, stored.name.removesuffix(".zst")).write_bytes(corpus.unpack(stored))
        with ThreadPoolExecutor(2) as pool:
            rows = pool.map(lambda row: _ask(command, folder, *row), streams().values())
            return dict(zip(streams(), rows, strict=True))


def _ask(command: str, folder: str, data: bytes, options: list[str]) -> tuple[str, str]:
    source: Any = Bytes(data)
    words = f"{command} {shlex.join(option.replace('@AUX@', folder) for option in options)}"
    trial = try_load(source, words, patience=10.0)
    return trial.verdict, trial.lines[0] if trial.lines else ""


if __name__ == "__main__":
    rows = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(ask(sys.argv[1]).items())]
    _TABLE.write_text("{\n" + ",\n".join(rows) + "\n}\n")

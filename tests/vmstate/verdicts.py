"""What QEMU's own static checker says of pairs of dumps; its lines are kept as (code, section, description, names).

What is noted comes from the checker of QEMU 10.0, as it was released.

The checker is not part of this project.  ``python -m tests.vmstate.verdicts PATH/vmstate-static-checker.py`` runs it
and notes its verdicts anew; it takes half a minute.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from snapmgr.machine.dumps import dump_machine
from snapmgr.vmstate.dumpfile import parse_dump
from tests import corpus
from tests.vmstate.damaged_dumps import damaged

FOLDER = corpus.ROOT / "tests" / "data" / "vmstate"
NOTED = FOLDER / "verdicts.json"
RELEASES = {"72": "7.2", "100": "10.0", "111": "11.1"}

Json = dict[str, Any]
Verdict = list[list[str]]

_MARKS = {
    "does not exist": "section-missing",
    "Entry": "entry-missing",
    "instead": "description-name",
    "missing description": "description-missing",
    "Subsection": "subsection-missing",
    "no further": "field-missing",
    "skipping rest": "field-name",
    "unused size": "unused-size",
    "size mismatch": "field-size",
    "minimum version": "minimum-version",
    "version error": "version",
}
"""Words by which a line is known, the first that is found counts."""


def whole(release: str) -> Json:
    """All devices of ``-M pc`` as QEMU 7.2 (``72``), 10.0 or 11.1 dumped them."""
    return parse_dump(corpus.unpack(FOLDER / f"pc-whole.v{release}.dump.json.zst"))


def pairs() -> Iterator[tuple[str, Json, Json]]:
    """(label, source, destination) of all that is compared."""
    dumps = {name: whole(release) for release, name in RELEASES.items()}
    dumps |= {name: dump_machine(name) for name in ("demo-1.0", "demo-1.1")}
    for one in dumps:
        for other in dumps:
            if one.startswith("demo") == other.startswith("demo"):
                yield f"{one} to {other}", dumps[one], dumps[other]
    for name in ("7.2", "10.0"):
        for label, source, destination in damaged(dumps[name]):
            yield f"{name}, {label}", source, destination


def noted() -> dict[str, Verdict]:
    result: dict[str, Verdict] = json.loads(NOTED.read_text())
    return result


def ask(checker: Path, source: Json, destination: Json) -> Verdict:
    """Run the checker.  AssertionError for a line that is not understood."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("source", "destination")]
        for file, dump in zip(files, (source, destination), strict=True):
            file.write_text(json.dumps(dump))
        command = [sys.executable, str(checker), "-s", str(files[0]), "-d", str(files[1])]
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert not said.stderr, said.stderr
    # a section that is too old by its own numbers is named without an end of the line, and is no finding
    text = re.sub(r'^Section "[^"]*" (?=Section |$)', "", said.stdout, flags=re.MULTILINE)
    lines = [line for line in text.splitlines() if line and not line.startswith("Warning")]
    assert said.returncode == min(len(lines), 255), said.stdout
    return [_verdict(line) for line in lines]


def _verdict(line: str) -> list[str]:
    code = next(code for mark, code in _MARKS.items() if mark in line)
    names = [name.strip() for name in re.findall(r'"([^"]*)"', line)]
    numbers = re.findall(r"\d+", line.rsplit(":", 1)[1]) if code in ("field-size", "version", "minimum-version") else []
    described = 'Description "' in line
    section, description = names[0], names[1] if described else ""
    return [code, section, description, *names[2 if described else 1 :], *numbers]


def main(checker: Path) -> None:
    verdicts = {label: ask(checker, source, destination) for label, source, destination in pairs()}
    lines = ",\n".join(f" {json.dumps(label)}: {json.dumps(verdict)}" for label, verdict in verdicts.items())
    NOTED.write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

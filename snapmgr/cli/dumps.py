"""Dumps of VM states: files, the demo machine's types, or what a QEMU binary says of itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from snapmgr.errors import SnapmgrError, UsageError

if TYPE_CHECKING:
    from snapmgr.vmstate.dump import Json

PATIENCE = 60.0
"""Seconds that a QEMU has for its dump; it takes less than one."""


def read_dump(target: str) -> Json:
    """The dump that ``target`` means: a demo machine type, a JSON file, or a QEMU command line in one argument.

    Raises UsageError, DumpError, SnapmgrError ``qemu-failed`` with the first thing that QEMU said.
    """
    from snapmgr.machine.dumps import dump_machine
    from snapmgr.machine.types import TYPES
    from snapmgr.vmstate.dumpfile import DumpError, parse_dump

    if target in TYPES:
        return dump_machine(target)
    path = Path(target)
    try:
        if path.is_file() and not os.access(path, os.X_OK):
            return parse_dump(path.read_bytes())
        return parse_dump(ask_qemu(target))
    except DumpError as error:
        error.path = target
        raise


def ask_qemu(command: str) -> bytes:
    """Run a QEMU command line, without a shell, for its dump."""
    import subprocess
    import tempfile

    words = _words(command)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "dump.json")
        try:
            done = subprocess.run(
                [*words, "-display", "none", "-dump-vmstate", str(file)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except OSError as error:
            raise _failed(words[0], error.strerror or str(error)) from error
        except subprocess.TimeoutExpired as error:
            raise _failed(words[0], f"gave no dump within {PATIENCE:.0f} s") from error
        if done.returncode or not file.exists():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise _failed(words[0], said[0] if said else f"ended with {done.returncode}")
        return file.read_bytes()


def _words(command: str) -> list[str]:
    import shlex

    if Path(command).is_file():
        return [str(Path(command).absolute())]
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError("usage", f"{command!r} is no command line: {error}") from None
    if not words:
        raise UsageError("usage", "name a file, a machine type or a QEMU command line")
    return words


def _failed(program: str, reason: str) -> SnapmgrError:
    hint = "Name a JSON file, demo-1.0, demo-1.1, or a command line such as 'qemu-system-x86_64 -M pc'."
    reason = reason.removeprefix(f"{program}: ")
    return SnapmgrError("qemu-failed", f"{program}: {reason}", hint=hint)

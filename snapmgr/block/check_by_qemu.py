"""Images in other formats than qcow2, checked by ``qemu-img check``, whose formats they are.

The image is named by a node of its own: no backing file is opened, no format is guessed, no name is taken for a
protocol.  A VMDK that is only a description is left out, since it may name any other file.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from snapmgr.block.formats import CHECKED_BY_QEMU, HEAD, foreign_format
from snapmgr.errors import ImageError, InUse, Unsupported

MOST_OUTPUT = 1 << 20
"""Bytes of an answer; those of QEMU are some hundreds."""

_WRONG = (0, 2, 3)
"""Exit codes with a verdict: sound, corruptions, leaks (qemu-img.c: img_check)."""
_NO_CAPACITY = bytes(8)


def format_checked_by_qemu(path: str | Path) -> str | None:
    """QEMU's name of the image's format, where ``qemu-img check`` knows it and may be asked."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return None
    form = foreign_format(head)
    if form == "vmdk" and (not head.startswith(b"KDMV") or head[12:20] == _NO_CAPACITY):
        return None
    return form if form in CHECKED_BY_QEMU else None


def check_by_qemu(path: str | Path, form: str) -> dict[str, Any]:
    """The document of ``qemu-img check --output=json`` (qapi: ImageCheck), with ``filename`` as it was given.

    ``problems`` is empty: only their numbers are told.

    Raises Unsupported where there is no ``qemu-img``, InUse while another process writes the image, ImageError with
    its words where it cannot open it.
    """
    program = shutil.which("qemu-img")
    if program is None:
        message = f"{path} is an image in {form} format, which qemu-img checks; it is not installed"
        raise Unsupported("foreign-format", message, path=path, hint="Install qemu-utils, or its like.")
    file = {"driver": "file", "filename": str(Path(os.fsdecode(path)).absolute())}
    node = "json:" + json.dumps({"driver": form, "backing": None, "file": file})
    command = [program, "check", "--output=json", node]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode not in _WRONG or len(done.stdout) > MOST_OUTPUT:
        raise _refused(path, form, done.stderr.decode(errors="replace").strip())
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer | {"filename": str(path), "problems": []}


def _refused(path: str | Path, form: str, said: str) -> ImageError | InUse:
    text = said.rpartition(": ")[2].partition("\n")[0]
    if " lock" in said:
        return InUse("in-use", f"{path} is in use by another process", path=path, qemu=text)
    return ImageError("not-opened", f"{path} is no {form} image that QEMU opens", path=path, qemu=text)

"""What the Inspector writes to files: whole or not at all, never over the stream itself.  Runs in workers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from snapmgr.block.replace import read_from
from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.inspect.model import Node
from snapmgr.work import CancelToken
from ui.models.texts import sentence
from ui.shell.whole_file import whole_file
from ui.words import later, tr

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex

Progress = Callable[[int, int], None]


class What(Enum):
    """The forms of an export: what the dialog calls it, its explanation, and what the file name ends in."""

    #: What an export holds
    SUMMARY = (
        later("Summary"),
        later("Sections, RAM blocks, commands and problems"),
        "inspect.json",
    )
    ANALYZE = (
        later("Device state"),
        later("Every device’s fields in the format of QEMU’s analyze-migration.py"),
        "devices.json",
    )
    TREE = (later("Structure"), later("The whole tree with offsets, types, values and their meaning"), "tree.json")
    BLOCK = (later("RAM block"), later("What the block holds when the stream ends, raw; zeros are holes"), "ram.bin")
    CORE = (later("ELF core"), later("RAM and CPU registers for gdb and crash; zeros are holes"), "ram.core")

    @property
    def title(self) -> str:
        return tr(self.value[0])

    @property
    def about(self) -> str:
        return tr(self.value[1])

    @property
    def suffix(self) -> str:
        return self.value[2]


def refused(index: StreamIndex, what: What) -> str:
    """Why the stream cannot be told in this form, "" where it can as far as is known before."""
    if what is What.ANALYZE and index.description is None:
        return tr("The stream has no VM description (vmdesc): Structure shows what is known of its devices")
    if what is What.BLOCK and all(block.ignored for block in index.blocks):
        return tr("The contents of RAM are not in the stream") if index.blocks else tr("The stream lists no RAM blocks")
    if what is What.CORE:
        from snapmgr.inspect.guest_memory import place

        try:
            place(index)
        except SnapmgrError as error:
            return sentence(error.message).rstrip(".")
    return ""


def export(
    index: StreamIndex, what: What, target: Path, block: str = "", *, progress: Progress, cancel: CancelToken
) -> None:
    """Write ``target``; ``block`` names the one that is wanted of RAM.

    Raises StreamError where the stream cannot be told in this form, UsageError, OSError.
    """
    if what is What.BLOCK:
        save_block(index, block, target, progress=progress, cancel=cancel)
        return
    with new_file(index, target) as file:
        if what is What.CORE:
            from snapmgr.inspect.elf_core import plan_core, write_core

            write_core(index, plan_core(index), file, _stepped(progress, cancel))
        elif what is What.ANALYZE:
            from snapmgr.inspect.analyze import analyze_text

            file.write(analyze_text(index).encode("utf-8", "surrogateescape"))
        elif what is What.SUMMARY:
            from snapmgr.inspect.report import inspect_document

            file.write(_json(inspect_document(index)))
        else:
            _require_end(index)
            _write_tree(index, file, progress, cancel)
            _require_end(index)


def _require_end(index: StreamIndex) -> None:
    """Raise where the stream was cut off since it was opened: its rows would be written as such that say so."""
    index.source.read(max(index.source.size - 1, 0), 1)


def save_block(index: StreamIndex, name: str, target: Path, *, progress: Progress, cancel: CancelToken) -> None:
    """Write what a RAM block holds at the end of the stream, as a sparse file."""
    for block in index.blocks:
        if block.name == name:
            index.require_contents(block)
    with new_file(index, target) as file:
        index.ram.write_block(name, file, progress=_stepped(progress, cancel))


def _stepped(progress: Progress, cancel: CancelToken) -> Progress:
    """Progress that also looks whether to go on."""

    def step(done: int, total: int) -> None:
        cancel.check()
        progress(done, total)

    return step


def save_screen(index: StreamIndex, picture: Any, target: Path, *, progress: Progress, cancel: CancelToken) -> None:
    """Write a picture (height, width, 3) of uint8 as PNG."""
    from snapmgr.sidecar.png import to_png

    save_bytes(index, to_png(picture), target, progress=progress, cancel=cancel)


def save_bytes(index: StreamIndex, data: bytes, target: Path, *, progress: Progress, cancel: CancelToken) -> None:
    """Write bytes of the stream that are known already."""
    with new_file(index, target) as file:
        file.write(data)


def save_repaired(index: StreamIndex, target: Path, *, progress: Progress, cancel: CancelToken) -> None:
    """Write a copy in which everything is put right that needs no guess.  Raises SnapmgrError where nothing does."""
    from snapmgr.inspect.repair import put_repaired, require_changes

    found, written = require_changes(index), 0
    with new_file(index, target) as file:

        def put(piece: memoryview | bytes) -> None:
            nonlocal written
            cancel.check()
            written += file.write(piece)
            progress(written, index.size)

        put_repaired(index.source, found, put)


@contextmanager
def new_file(index: StreamIndex, target: Path) -> Iterator[IO[bytes]]:
    """A temporary file beside ``target`` that becomes it when the block ends well; a link is followed.

    Raises UsageError where the stream is read from ``target``, InUse where another process uses it as an image.
    """
    if read_from(target, [index.source.path]) is not None:
        raise UsageError(
            "same-file",
            tr("This is the stream that is open: nothing is ever written to it"),
            path=target,
            hint=tr("Choose another name."),
        )
    with whole_file(target) as file:
        yield file


def _json(document: Any) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogateescape")


def node_document(node: Node) -> dict[str, Any]:
    """One row as JSON; what is empty is left out."""
    document: dict[str, Any] = {"name": node.name}
    document.update((key, value) for key in ("value", "meaning", "type") if (value := getattr(node, key)))
    document.update(kind=node.kind.name.lower(), offset=node.offset, length=node.length)
    if node.problem is not None:
        document["problem"] = node.problem
    return document


def _write_tree(index: StreamIndex, file: IO[bytes], progress: Progress, cancel: CancelToken) -> None:
    """The tree row by row: it may be far larger than memory should be."""
    head = {"stream": index.source.label, "size": index.size, "container": index.source.container}
    file.write(_json(head)[:-3] + b',\n  "tree": [')
    for row, root in enumerate(index.tree.roots):
        file.write(b",\n" if row else b"\n")
        _write_node(index, root, file, cancel)
        progress(root.offset + root.length, index.size)
    file.write(b"\n  ]\n}\n")


def _write_node(index: StreamIndex, root: Node, file: IO[bytes], cancel: CancelToken) -> None:
    """One top row and all below it, without recursion."""
    pending: list[tuple[Node, Iterator[Node], bool]] = []
    node: Node | None = root
    first = True
    while True:
        if node is not None:
            cancel.check()
            text = _compact(node_document(node))
            children = index.tree.children(node)
            file.write((b"" if first else b",\n") + b"  " * (len(pending) + 2))
            if children:
                file.write(text[:-1] + b', "children": [\n')
                pending.append((node, iter(children), False))
                first = True
            else:
                file.write(text)
                first = False
        if not pending:
            return
        node = next(pending[-1][1], None)
        if node is None:
            pending.pop()
            file.write(b"]}")
            first = False


def _compact(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogateescape")

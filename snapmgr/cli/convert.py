"""``snapctl convert``: a stream written again, in this or another container."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import SEEK_CUR
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import TargetType, allow_root, force, opened, source_argument
from snapmgr.cli.into_image import put_state, refuse_own
from snapmgr.cli.newfile import check_target, new_file
from snapmgr.cli.output import Output
from snapmgr.cli.progress import progress
from snapmgr.cli.rewrite import put_replica
from snapmgr.cli.schema import read_schema, say_unknown, schema_option, unknown_devices, unknown_document
from snapmgr.cli.text import printable, size
from snapmgr.errors import StreamError, Unsupported, UsageError

if TYPE_CHECKING:
    from snapmgr.containers.source import Source
    from snapmgr.replica.machine import Replica

_PIECE = 4 << 20

Put = Callable[[memoryview | bytes | bytearray], object]
Content = Callable[[Put], None]
"""Puts a whole stream, piece by piece."""


@click.command()
@source_argument
@click.option(
    "-o",
    "--output",
    "target",
    type=TargetType(),
    metavar="OUT",
    required=True,
    help="File to write, - for standard output.",
)
@click.option(
    "--container",
    type=click.Choice(["raw", "zst", "mapped-ram", "qcow2"]),
    default="raw",
    show_default=True,
    help="What OUT is: a stream as it is, one packed with zstd, a file where every page of RAM has its place (for QEMU "
    "9.0 and newer), or the VM state of a snapshot in a qcow2 image.",
)
@click.option(
    "--pages",
    type=click.Choice(["plain", "xbzrle", "compress"]),
    help="How RAM is coded; else as it came. xbzrle sends what changed of pages that come again.",
)
@click.option("--tag", metavar="TAG", help="Name of the new snapshot, with --container qcow2.")
@schema_option
@force
@allow_root
@output_options
@pass_output
def convert(
    output: Output,
    src: str,
    target: str,
    container: str,
    pages: str | None,
    tag: str | None,
    schema: str | None,
    force: bool,
    allow_roots: tuple[Path, ...],
) -> None:
    """Write the stream of SRC to OUT.

    A precopy stream is rewritten: its RAM record by record, its devices field by field, its VM description anew, which
    gives the same bytes. Captured channels and mapped-ram files become a plain stream that loads from a file. The VM
    state of IMAGE@TAG, and what cannot be rewritten, is copied as it is.

    With --container qcow2 an image OUT gets a new snapshot TAG of its disk as it is now, with the stream as its VM
    state; without such an image one with an empty disk is made.

    \b
    Examples:
      snapctl convert disk.qcow2@before-update -o state.mig
      snapctl convert guest.mig.gz -o guest.mig.zst --container zst
      snapctl convert guest.mig -o small.mig --pages compress
      snapctl convert guest.mig -o guest.mapped --container mapped-ram
      snapctl convert guest.mig -o disk.qcow2 --container qcow2 --tag arrived
    """
    if target == "-" and output.json:
        raise UsageError("usage", "with --json standard output is taken", hint="Name a file with -o.")
    if (container == "qcow2") != (tag is not None) or (target == "-" and tag is not None):
        raise UsageError("usage", "--tag TAG and --container qcow2 belong together, with an image as OUT")
    if container == "mapped-ram" and (target == "-" or schema is not None or pages is not None):
        raise UsageError(
            "usage", "--container mapped-ram writes a file, and takes devices as they are", hint="Name OUT."
        )
    with opened(output, src, allow_roots) as source:
        if tag is None:
            check_target(target, force=force, sources=[source.path], allow_roots=allow_roots)
        else:
            refuse_own([source.path], target, allow_roots)
        if container == "mapped-ram":
            written = _mapped(output, source, target, force=force)
            _say_mapped(output, target, source.size, written)
            return
        replica, reason = _replica(output, source, schema, allow_roots)
        if pages is not None:
            replica = _repacked(replica, reason, pages, source)
        content, exact = (_copied(source) if replica is None else _saved(replica)), pages is None
        if reason is not None and (plain := _plain(output, source)) is not None:
            content, reason, exact = plain, None, False
        if tag is not None:
            from snapmgr.snapshots.plans import VmState

            clock, icount = _clock(source, replica)
            put_state(output, VmState(content, clock, icount), source.size, target, tag, force=force)
            written = source.size
        else:
            with new_file(target, force=force) as file:
                written = _write(output, content, source.size, file, container, exact=exact)
        result: dict[str, Any] = {"path": target, "container": container, "size": source.size, "written": written}
    if output.json:
        result["rewritten"] = reason is None
        if reason is not None:
            result["reason"] = reason
        elif replica is not None:
            result["unknown"] = unknown_document(unknown_devices(replica))
        output.document(result)
    elif target != "-":
        output.done(f"{printable(target)}: {size(written)} ({container})")
        if reason is not None:
            output.note(f"copied as it is: {reason}")
        elif replica is not None and schema is not None:
            say_unknown(output, unknown_devices(replica))


def _mapped(output: Output, source: Source, target: str, *, force: bool) -> int:
    from snapmgr.block.vectored import write_at
    from snapmgr.inspect.index import index_stream
    from snapmgr.inspect.places import put_mapped

    with progress(output, "Reading") as report:
        index = index_stream(source, progress=report)
    with new_file(target, force=force) as file, progress(output, "Writing") as report:

        def put_at(offset: int, buffers: Sequence[memoryview | bytes | bytearray]) -> None:
            file.flush()
            write_at(file.fileno(), [memoryview(buffer).cast("B") for buffer in buffers], offset)

        return put_mapped(index, file.writelines, lambda count: void(file.seek(count, SEEK_CUR)), put_at, report)


def void(value: object) -> None:
    """Of no interest."""


def _say_mapped(output: Output, target: str, total: int, written: int) -> None:
    if output.json:
        document = {"path": target, "container": "mapped-ram", "size": total, "written": written, "rewritten": True}
        output.document(document)
    else:
        output.done(f"{printable(target)}: {size(written)} (mapped-ram)")


def _replica(
    output: Output, source: Source, schema: str | None, allow_roots: tuple[Path, ...]
) -> tuple[Replica | None, str | None]:
    """What writes the stream anew, or None and why it is copied."""
    if source.container == "qcow2" and schema is None:
        return None, "the VM state as it is stored"
    from snapmgr.replica.machine import Replica

    described = read_schema(output, schema, allow_roots)
    try:
        with progress(output, "Reading") as report:
            return Replica.from_stream(source, described, progress=report), None
    except (StreamError, Unsupported) as error:
        if schema is not None:
            raise
        return None, error.message


def _clock(source: Source, replica: Replica | None) -> tuple[int, int | None]:
    """What the guest's clock and its count of instructions were, for the snapshot's entry; 0 and None for not known."""
    from snapmgr.containers.qcow2 import VmStateSource
    from snapmgr.replica.clock import vm_clock

    if isinstance(source, VmStateSource):
        return source.snapshot.vm_clock_nsec, source.snapshot.icount
    return (vm_clock(replica) if replica is not None else 0), None


def _plain(output: Output, source: Source) -> Content | None:
    """A plain stream of what lies in channels or at places of its own, None for what is a stream already."""
    from snapmgr.inspect.index import index_stream
    from snapmgr.inspect.plain import is_spread, put_plain

    if source.container == "qcow2":
        return None
    try:
        with progress(output, "Reading") as report:
            index = index_stream(source, progress=report)
    except StreamError:
        return None
    return (lambda put: put_plain(index, put)) if is_spread(index) else None


def _repacked(replica: Replica | None, reason: str | None, pages: str, source: Source) -> Replica:
    """The same, with RAM in another coding.  Raises Unsupported where the stream cannot be rewritten."""
    if replica is None:
        message = f"RAM can be coded anew only in a precopy stream that is rewritten: {reason}"
        raise Unsupported("pages", message, path=source.path, hint="Convert it to a plain stream first.")
    replica.pages = pages
    return replica


def _saved(replica: Replica) -> Content:
    return lambda put: put_replica(replica, put)


def _copied(source: Source) -> Content:
    def content(put: Put) -> None:
        for chunk in source.chunks():
            for start in range(0, len(chunk), _PIECE):
                put(chunk[start : start + _PIECE])

    return content


def _write(output: Output, content: Content, total: int, file: BinaryIO, container: str, *, exact: bool) -> int:
    """Write ``content``, as one zstd frame if asked for; returns the bytes written to ``file``.

    It has ``total`` bytes, which is a guess where not ``exact``.
    """
    done = start = file.tell() if file.seekable() else 0
    with progress(output, "Writing") as report, _packer(file, total if exact else -1, container) as sink:

        def put(piece: memoryview | bytes | bytearray) -> None:
            nonlocal done
            sink.write(piece)
            done += len(piece)
            report(min(done - start, total), total)

        content(put)
    return (file.tell() if container == "zst" and file.seekable() else done) - start


@contextmanager
def _packer(file: BinaryIO, total: int, container: str) -> Iterator[BinaryIO]:
    if container == "raw":
        yield file
        return
    import zstandard

    with zstandard.ZstdCompressor(level=3, threads=-1).stream_writer(file, size=total, closefd=False) as packer:
        yield packer

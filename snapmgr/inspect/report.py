"""A stream's index as plain values: the documents that ``snapctl inspect`` and ``verify`` print (DESIGN §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from snapmgr.inspect.dirty_bitmaps import BitmapSummary, bitmaps_of
from snapmgr.inspect.model import BlockSummary, ConfigurationInfo, Problem, Record
from snapmgr.inspect.report_channels import captured

if TYPE_CHECKING:
    from snapmgr.containers.capture import Channel
    from snapmgr.containers.libvirt import LibvirtSave
    from snapmgr.inspect.index import StreamIndex

SECTION_TYPES = frozenset({"START", "PART", "END", "FULL"})


def inspect_document(index: StreamIndex) -> dict[str, Any]:
    """Everything that ``snapctl inspect --json`` says of a stream; offsets are bytes of the unpacked stream."""
    records = index.records
    document = {
        "container": index.source.container,
        "size": index.size,
        "version": index.version,
        "configuration": _configuration(index.configuration),
        "sections": [_section(record, index) for record in records if record.type in SECTION_TYPES],
        "ram": {"page_size": index.page_size, "blocks": [block_document(block) for block in index.blocks]},
        "commands": [_command(record, index) for record in records.of("COMMAND")],
        "vmdesc": None if index.vmdesc is None else placed(index, index.vmdesc[0]) | {"length": index.vmdesc[1]},
        "problems": [problem_document(problem, index) for problem in index.problems],
    }
    if index.libvirt is not None:
        document["libvirt"] = _libvirt(index.libvirt)
    if bitmaps := bitmaps_of(index):
        document["dirty-bitmaps"] = [_bitmap(one) for one in bitmaps]
    return document | captured(index) if index.channels else document


def _bitmap(one: BitmapSummary) -> dict[str, Any]:
    """A dirty bitmap of a disk; ``dirty`` granules as far as they came."""
    return {
        "node": one.node,
        "name": one.name,
        "granularity": one.granularity,
        "flags": one.flag_names,
        "dirty": one.dirty,
        "complete": one.complete,
    }


def _libvirt(save: LibvirtSave) -> dict[str, Any]:
    """What stands before the stream; ``offset`` is where in the file it begins, unless it is packed."""
    return {
        "domain": save.domain,
        "version": save.version,
        "format": save.format,
        "was-running": save.was_running,
        "complete": save.whole,
        "offset": save.start,
        "xml": save.xml,
        "cookie": save.cookie,
    }


class Places(Protocol):
    """An index, or a capture: what knows the channel of a byte."""

    def place(self, offset: int) -> tuple[Channel | None, int]: ...


def placed(index: Places, offset: int) -> dict[str, int]:
    """``offset``, and of a capture the number of the connection, in whose bytes it counts then."""
    channel, inside = index.place(offset)
    return {"offset": offset} if channel is None else {"offset": inside, "channel": channel.number}


def _configuration(info: ConfigurationInfo | None) -> dict[str, Any] | None:
    if info is None:
        return None
    return {
        "machine": info.machine,
        "target_page_bits": info.target_page_bits,
        "capabilities": None if info.capabilities is None else list(info.capabilities),
        "uuid": info.uuid,
    }


def _section(record: Record, index: StreamIndex) -> dict[str, Any]:
    row: dict[str, Any] = {
        "type": record.type,
        "section_id": record.section_id,
        "idstr": record.idstr,
        "instance_id": record.instance_id,
        "version_id": record.version_id,
        **placed(index, record.offset),
        "length": record.length,
    }
    if record.within is not None:
        row["within"] = index.place(index.records[record.within].offset)[1]
    return row


def _command(record: Record, index: StreamIndex) -> dict[str, Any]:
    """``within`` is the offset of the PACKAGED command that this one lies in, else None."""
    within = None if record.within is None else index.place(index.records[record.within].offset)[1]
    return {"name": record.idstr, **placed(index, record.offset), "length": record.length, "within": within}


def block_document(block: BlockSummary) -> dict[str, Any]:
    """A RAM block; the page counts are of each page's last state, ``ignored`` stands where it applies."""
    document = {
        "name": block.name,
        "used_length": block.used_length,
        "pages": block.pages,
        "normal": block.normal,
        "zero": block.zero,
        "xbzrle": block.xbzrle,
        "compressed": block.compressed,
        "resent": block.resent,
    }
    return document | {"ignored": True} if block.ignored else document


def problem_document(problem: Problem, index: Places | None = None) -> dict[str, Any]:
    """A fault, with QEMU's own text by version where it has one; what is not known is left out.

    With its ``index``, or the capture, a place is told as channel and offset there.
    """
    document: dict[str, Any] = {
        "severity": problem.severity.value,
        "code": problem.code,
        "offset": problem.offset,
        "section": problem.section,
        "message": problem.message,
        "qemu": dict(problem.qemu),
    }
    if index is not None:
        document.update(placed(index, problem.offset))
    document.update((key, value) for key in ("length", "cause", "hint") if (value := getattr(problem, key)))
    return document

"""``--schema``: what describes the devices of a stream that does not do so itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from snapmgr.cli.arguments import opened
from snapmgr.cli.complete import SourceType
from snapmgr.cli.output import Output
from snapmgr.cli.text import printable
from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.replica.machine import Replica
    from snapmgr.vmstate.description import VmDescription
    from snapmgr.vmstate.dumptypes import DumpTypes

schema_option = click.option(
    "--schema",
    metavar="SRC|DUMP",
    type=SourceType(),
    help="A stream of the same devices, or a JSON file of -dump-vmstate, for a stream without a VM description.",
)

_JSON_BEGINS = b"{"


def read_schema(output: Output, schema: str | None, allow_roots: tuple[Path, ...]) -> VmDescription | DumpTypes | None:
    """What another stream says of its devices, or a dump of all types.

    Raises UsageError for a stream without a description, DumpError, and as ``opened``.
    """
    from snapmgr.containers.describe import find_description

    if schema is None:
        return None
    if _is_dump(schema):
        return _read_dump(schema)
    with opened(output, schema, allow_roots) as other:
        found = find_description(other)
    if found is None:
        raise UsageError("no-description", "describes no devices", path=schema)
    return found


def unknown_devices(replica: Replica) -> dict[str, str]:
    """The devices whose bytes nothing explains, with the reason."""
    devices = replica.devices.values()
    return {device.label: device.unknown for device in devices if device.unknown is not None}


def unknown_document(unknown: dict[str, str]) -> list[dict[str, Any]]:
    """The same for scripts."""
    return [{"device": device, "reason": reason} for device, reason in unknown.items()]


def say_unknown(output: Output, unknown: dict[str, str]) -> None:
    """A line for each reason why devices stay one field of bytes."""
    by_reason: dict[str, list[str]] = {}
    for device, reason in unknown.items():
        by_reason.setdefault(reason, []).append(device)
    for reason, devices in by_reason.items():
        output.note(f"not decoded, {printable(reason)}: {printable(', '.join(devices))}")


def _is_dump(schema: str) -> bool:
    try:
        with Path(schema).open("rb") as file:
            return file.read(4096).lstrip().startswith(_JSON_BEGINS)
    except OSError:
        return False


def _read_dump(path: str) -> DumpTypes:
    from snapmgr.vmstate.dumpfile import DumpError, parse_dump
    from snapmgr.vmstate.dumptypes import DumpTypes

    try:
        return DumpTypes(parse_dump(Path(path).read_bytes()))
    except DumpError as error:
        error.path = path
        raise

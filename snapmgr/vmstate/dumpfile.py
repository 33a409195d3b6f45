"""Reading the JSON of a dump that somebody else wrote: every key that the check relies on is looked at first."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from snapmgr.errors import SnapmgrError
from snapmgr.vmstate.dump import MACHINE, Json

MAX_TEXT = 64 << 20
MAX_DEPTH = 64


class DumpError(SnapmgrError):
    """Text that is no dump of VM states."""

    exit_code = 3


def parse_dump(text: bytes | str) -> Json:
    """The dump in ``text``.  Raises DumpError: ``dump-too-large``, ``dump-json``, ``dump-shape``."""
    if len(text) > MAX_TEXT:
        raise DumpError("dump-too-large", f"a dump of {len(text)} bytes is more than the {MAX_TEXT} allowed")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DumpError("dump-json", f"the dump is not valid JSON: {error}") from None
    for name, entry in _object(value, "top level").items():
        if name == MACHINE:
            _text(entry, "Name", name)
        else:
            _section(entry, name)
    return value  # type: ignore[no-any-return]


def _fail(where: str, what: str) -> NoReturn:
    raise DumpError("dump-shape", f"dump, {where}: {what}")


def _object(value: Any, where: str) -> Json:
    if not isinstance(value, dict):
        _fail(where, "an object is needed")
    return value


def _text(value: Any, key: str, where: str) -> None:
    if not isinstance(_object(value, where).get(key), str):
        _fail(where, f"{key!r} must be text")


def _numbers(value: Json, keys: tuple[str, ...], where: str) -> None:
    for key in keys:
        if not isinstance(value.get(key), int) or isinstance(value.get(key), bool):
            _fail(where, f"{key!r} must be a whole number")


def _section(value: Any, where: str) -> None:
    _numbers(_object(value, where), ("version_id",), where)
    _optional_minimum(value, where)
    if "Description" in value:
        _description(value["Description"], where, 0)


def _optional_minimum(value: Json, where: str) -> None:
    if "minimum_version_id" in value:
        _numbers(value, ("minimum_version_id",), where)


def _description(value: Any, where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        _fail(where, "nested too deeply")
    _text(value, "name", where)
    where = f"{where}/{value['name']}"
    _numbers(value, ("version_id",), where)
    _optional_minimum(value, where)
    for field in _list(value.get("Fields", []), where):
        _field(field, where, depth)
    for below in _list(value.get("Subsections", []), where):
        _description(below, where, depth + 1)


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        _fail(where, "a list is needed")
    return value


def _field(value: Any, where: str, depth: int) -> None:
    _text(value, "field", where)
    _numbers(value, ("version_id", "size"), f"{where}/{value['field']}")
    if "num" in value:
        _numbers(value, ("num",), f"{where}/{value['field']}")
    if "Description" in value:
        _description(value["Description"], where, depth + 1)

"""All records of a stream as columns: some tens of bytes each, rows made when somebody looks."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np

from snapmgr.inspect.model import Record

TYPES = (
    "HEADER",
    "CONFIGURATION",
    "START",
    "PART",
    "END",
    "FULL",
    "COMMAND",
    "EOF",
    "VMDESCRIPTION",
    "UNKNOWN",
    "CHANNEL",
    "PACKET",
    "PAGES",
    "MESSAGE",
)
_NUMBER = {name: number for number, name in enumerate(TYPES)}
_NONE = -1
_OFFSETS = ("offset", "payload")
_INTEGERS = ("offset", "length", "payload", "payload_length", "section_id", "instance_id", "version_id", "within")


class RecordColumns:
    """Grows while the stream is read; ``view`` hands out what is there."""

    def __init__(self, like: RecordColumns | None = None) -> None:
        """``like`` are others whose names it shares, so that they can be joined."""
        self.type = array("B")
        self.footer = array("B")
        self.name = array("i")
        self.integers = {name: array("q") for name in _INTEGERS}
        self.packages: list[tuple[int, int]] = []
        """The packages that are open at the last record: where each ends, and the row of its command."""
        self.names: list[str] = [] if like is None else like.names
        self._name_rows: dict[str, int] = {} if like is None else like._name_rows

    def __len__(self) -> int:
        return len(self.type)

    def append(self, record: Record) -> None:
        """Add a row.  Numbers that are None are kept as such."""
        self.type.append(_NUMBER[record.type])
        self.footer.append(record.footer)
        self.name.append(self._name_row(record.idstr))
        for name, column in self.integers.items():
            value = getattr(record, name)
            column.append(_NONE if value is None else value)

    def repeat(self, rows: int, count: int, step: int) -> None:
        """The last ``rows`` rows follow ``count`` times more, ``step`` bytes further on each time."""
        for column in (self.type, self.footer, self.name):
            column.extend(column[-rows:] * count)
        shift = np.arange(1, count + 1, dtype=np.int64)[:, None] * step
        for name, column in self.integers.items():
            if name in _OFFSETS:
                column.frombytes((np.array(column[-rows:], np.int64) + shift).tobytes())
            else:
                column.extend(column[-rows:] * count)

    def has(self, type_name: str) -> bool:
        """Whether there is a record of that type."""
        return _NUMBER[type_name] in self.type

    def _name_row(self, name: str | None) -> int:
        if name is None:
            return _NONE
        row = self._name_rows.get(name)
        if row is None:
            row = self._name_rows[name] = len(self.names)
            self.names.append(name)
        return row

    @classmethod
    def joined(cls, parts: Sequence[RecordColumns]) -> RecordColumns:
        """The rows of all parts, one behind the other."""
        if len(parts) == 1:
            return parts[0]
        result = cls(parts[0])
        for part in parts:
            shift = len(result)
            result.type.extend(part.type)
            result.footer.extend(part.footer)
            result.name.extend(part.name)
            for name, column in result.integers.items():
                values = part.integers[name]
                column.extend(_shifted(values, shift) if name == "within" else values)
        return result

    def row(self, number: int) -> Record:
        values = {name: column[number] for name, column in self.integers.items()}
        optional = {name: None if values[name] == _NONE else values[name] for name in _INTEGERS[4:]}
        name = self.name[number]
        return Record(
            TYPES[self.type[number]],
            values["offset"],
            values["length"],
            values["payload"],
            values["payload_length"],
            optional["section_id"],
            None if name == _NONE else self.names[name],
            optional["instance_id"],
            optional["version_id"],
            optional["within"],
            bool(self.footer[number]),
        )


def _shifted(rows: array[int], by: int) -> array[int]:
    return array("q", (row if row == _NONE else row + by for row in rows)) if by else rows


class Records(Sequence[Record]):
    """The first ``count`` rows of the columns, as an immutable sequence."""

    def __init__(self, columns: RecordColumns, count: int) -> None:
        self._columns = columns
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, row: int) -> Record: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Record]: ...
    def __getitem__(self, row: int | slice) -> Record | Sequence[Record]:
        if isinstance(row, slice):
            return [self._columns.row(number) for number in range(*row.indices(self._count))]
        if not -self._count <= row < self._count:
            raise IndexError(row)
        return self._columns.row(row % self._count)

    def __iter__(self) -> Iterator[Record]:
        return (self._columns.row(number) for number in range(self._count))

    def of(self, *types: str) -> Iterator[Record]:
        """The rows of these types, without making the others."""
        wanted = np.isin(np.array(self._columns.type[: self._count], np.uint8), [_NUMBER[name] for name in types])
        return (self._columns.row(row) for row in np.flatnonzero(wanted).tolist())

    def named(self, idstr: str, least: int = 0) -> list[int]:
        """Numbers of the rows of this idstr whose payload has at least so many bytes, without making the others."""
        columns = self._columns
        if idstr not in columns.names:
            return []
        same = np.array(columns.name[: self._count], np.int64) == columns.names.index(idstr)
        long = np.array(columns.integers["payload_length"][: self._count], np.int64) >= least
        return [int(row) for row in np.flatnonzero(same & long)]

    def type_at(self, row: int) -> str:
        """The type alone, without making the row."""
        return TYPES[self._columns.type[row]]

    def section_at(self, row: int) -> int:
        """The section id alone, -1 for none."""
        return self._columns.integers["section_id"][row]

    def name_at(self, row: int) -> int:
        """A number for the idstr alone, the same for all rows that have the same one."""
        return self._columns.name[row]

    def within_at(self, row: int) -> int:
        """Row of the PACKAGED command that holds this row, -1 for none."""
        return self._columns.integers["within"][row]

    def span(self, row: int) -> tuple[int, int]:
        """(offset, length) of a row."""
        return self._columns.integers["offset"][row], self._columns.integers["length"][row]

    def holding(self, offset: int) -> int | None:
        """The row that holds the byte at ``offset`` (the innermost inside a package), None if none does."""
        offsets = self._columns.integers["offset"]
        row = bisect_right(offsets, offset, 0, self._count) - 1
        while row >= 0:
            start, length = self.span(row)
            if start <= offset < start + length:
                return row
            within = self.within_at(row)
            if within < 0:
                return None
            row = within
        return None

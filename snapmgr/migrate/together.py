"""Which capabilities go together (migration.c, since 8.0 options.c: migrate_caps_check), each with what QEMU says.

What QEMUs say was asked of 7.2, 10.0 and 11.1: migrate-set-capabilities with every two of those that they know.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.savevm.configuration import CAPABILITIES_OF

KNOWN = CAPABILITIES_OF
"""Names that each QEMU which was asked knows."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``name`` excludes ``other``, or (``needs``) is of no use without it.

    ``qemu`` is the text of the QEMUs ``refused_by`` which it is refused, "" where none does and we do.  ``usage``:
    refused as something that cannot be meant."""

    name: str
    other: str
    code: str
    message: str
    qemu: str = ""
    needs: bool = False
    usage: bool = False
    refused_by: tuple[str, ...] = tuple(KNOWN)
    besides: str = ""
    """What ``name`` needs itself."""

    @property
    def capabilities(self) -> frozenset[str]:
        """Those that break it."""
        return frozenset({self.name, *(() if self.needs else (self.other,)), *self.besides.split()})

    @property
    def taken_by(self) -> tuple[str, ...]:
        """The QEMUs that know both and take them together."""
        refuse = self.refused_by if self.qemu else ()
        return tuple(
            version for version, known in KNOWN.items() if self.capabilities <= known and version not in refuse
        )

    def breaks(self, names: Collection[str]) -> bool:
        """Whether these capabilities break it."""
        return self.name in names and (self.other in names) is not self.needs

    def error(self) -> SnapmgrError:
        kind = UsageError if self.usage else SnapmgrError
        return kind(self.code, self.message, qemu=self.qemu or None, hint=self._hint())

    def _hint(self) -> str | None:
        if not self.taken_by:
            return None
        take = f"{_listed(self.taken_by)} would take them."
        return f"That is what QEMU {_listed(self.refused_by)} says; {take}" if self.qemu else f"QEMU {take}"


def _listed(versions: tuple[str, ...]) -> str:
    *first, last = versions
    return f"{', '.join(first)} and {last}" if first else last


def _alone(
    name: str,
    title: str,
    says: str,
    others: tuple[str, ...],
    ours: tuple[str, ...] = (),
    *,
    refused_by: tuple[str, ...] = tuple(KNOWN),
) -> list[Rule]:
    """It goes with none of ``others``, which QEMU refuses with ``says``, nor with ``ours``, which it would take."""
    return [
        Rule(name, other, f"{name}-with", f"{title} does not go together with {other}",
             says.format(other) if other in others else "", usage=True, refused_by=refused_by)
        for other in (*others, *ours)
    ]  # fmt: skip


ZERO_COPY = "Zero copy only available for non-compressed non-TLS multifd migration"
DIRTY_LIMIT = "dirty-limit conflicts with auto-converge either of then available currently"

RULES = (
    *_alone("background-snapshot", "background-snapshot", "Background-snapshot is not compatible with {}",
            ("postcopy-ram", "dirty-bitmaps", "postcopy-blocktime", "late-block-activate", "return-path", "multifd",
             "pause-before-switchover", "auto-converge", "release-ram", "rdma-pin-all", "compress", "xbzrle", "x-colo",
             "validate-uuid"), ("x-ignore-shared", "mapped-ram")),
    Rule("postcopy-ram", "x-colo", "postcopy-colo", "postcopy and COLO do not go together"),
    Rule("pause-before-switchover", "x-colo", "pause-colo",
         "COLO and a pause before the switchover do not go together"),
    Rule("x-ignore-shared", "x-colo", "shared-colo", "COLO and RAM that stays do not go together"),
    Rule("postcopy-ram", "multifd", "postcopy-multifd", "multifd and postcopy do not go together",
         "Postcopy is not yet compatible with multifd", refused_by=("10.0",)),
    Rule("postcopy-preempt", "compress", "postcopy-compress", "compressed pages and postcopy do not go together",
         "Postcopy preempt not compatible with compress", refused_by=("7.2",), besides="postcopy-ram"),
    Rule("postcopy-ram", "compress", "postcopy-compress", "compressed pages and postcopy do not go together"),
    Rule("postcopy-ram", "x-ignore-shared", "postcopy-shared", "postcopy and RAM that stays do not go together",
         "Postcopy is not compatible with ignore-shared"),
    Rule("postcopy-preempt", "postcopy-ram", "postcopy-preempt",
         "postcopy-preempt is of no use without postcopy-ram", "Postcopy preempt requires postcopy-ram", needs=True),
    Rule("zero-copy-send", "multifd", "zero-copy", "zero-copy-send is of no use without multifd", ZERO_COPY,
         needs=True),
    *(
        Rule("zero-copy-send", other, "zero-copy", f"zero-copy-send does not go together with {other}", ZERO_COPY,
             besides="multifd")
        for other in ("xbzrle", "compress")
    ),
    *_alone("dirty-limit", "dirty-limit", DIRTY_LIMIT, ("auto-converge",), refused_by=("10.0", "11.1")),
    Rule("switchover-ack", "return-path", "switchover-ack", "switchover-ack is of no use without return-path",
         "Capability 'switchover-ack' requires capability 'return-path'", needs=True),
    *_alone("multifd", "multifd", "Multifd is not compatible with {}", ("compress",), refused_by=("7.2",)),
    *_alone("multifd", "multifd", "Multifd is not compatible with {}", ("xbzrle",),
            ("x-colo", "background-snapshot", "mapped-ram"), refused_by=("10.0", "11.1")),
    *(
        Rule("mapped-ram", other, "mapped-ram-with", f"mapped-ram does not go together with {other}",
             f"Mapped-ram migration is incompatible with {says}", usage=True)
        for other, says in (("xbzrle", "xbzrle"), ("postcopy-ram", "postcopy"))
    ),
    *_alone("mapped-ram", "mapped-ram", "", (), ("compress", "x-colo")),
)  # fmt: skip


def broken(names: Collection[str]) -> Rule | None:
    """The first rule that these capabilities break, None where they go together."""
    return next((rule for rule in RULES if rule.breaks(names)), None)


def check(names: Collection[str]) -> None:
    """Raises SnapmgrError, UsageError for the first rule that these capabilities break."""
    if (rule := broken(names)) is not None:
        raise rule.error()
    if "release-ram" in names:
        why = "the source keeps its RAM, so that it can be compared"
        raise UsageError("release-ram", f"release-ram is not offered: {why}")
    if "block" in names:
        text = "Parameter 'capability' does not accept value 'block'"  # since QEMU 9.1
        raise UsageError("block", "block is not offered: both sides have the disks", qemu=text)


def check_zero_copy(names: Collection[str], *, compression: str = "none", tls: bool = False) -> None:
    """Raises SnapmgrError ``zero-copy`` where pages are to be sent from where they are, yet not as they are."""
    if "zero-copy-send" in names and (tls or compression != "none"):
        what = "TLS" if tls else f"multifd-compression {compression}"
        raise SnapmgrError("zero-copy", f"zero-copy-send does not go together with {what}", qemu=ZERO_COPY)

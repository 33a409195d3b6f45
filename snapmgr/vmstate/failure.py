"""Why a state could not be saved or loaded: which field, at which version, and the lines that QEMU would print."""

from __future__ import annotations

from errno import EINVAL

from snapmgr.errors import StreamError


class VMStateError(StreamError):
    """A state that cannot be saved, or bytes that cannot be loaded into one.

    ``field`` is the path from the device to the field (``bus/fifo[3]/level``), ``version`` that of the state which
    holds it, ``offset`` the place in the stream (loading only).  ``reports`` are QEMU's own lines in the order in which
    it prints them; ``qemu`` is all of them, one a line.  A hook refuses by raising one with a code and a message.

    Newer releases print ``said`` only, and let ``chain`` travel up (wire.wording); a hook that lets its text travel,
    too, gives it as ``chain``.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        field: str = "",
        version: int | None = None,
        offset: int | None = None,
        hint: str | None = None,
        qemu: str | None = None,
        chain: str | None = None,
    ) -> None:
        super().__init__(code, message, offset=offset, hint=hint, qemu=qemu)
        self.what = self.message
        self.version = version
        self.available = 0
        """Bytes of the field that were there, where ``truncated``."""
        self.reports: list[str] = [] if qemu is None else [qemu]
        self.said: list[str] = [] if qemu is None or chain is not None else [qemu]
        self.chain = chain or ""
        self.returned = EINVAL
        """What a hook returns that refuses, as newer releases print it."""
        self.field = ""
        if field:
            self.within(field)

    def within(self, part: str) -> None:
        """The fault lies inside of ``part``: a field's name, or ``[3]``."""
        between = "/" if self.field and not self.field.startswith("[") else ""
        self.field = part + between + self.field
        self.message = f"{self.field}: {self.what}"
        self.args = (self.message,)

    def chained(self, before: str, behind: str = "") -> None:
        """Whoever had it loaded puts words around what failed, or ``behind`` where nothing is said of that yet."""
        self.chain = f"{before}: {self.chain}" if self.chain else f"{before}{behind}"

    def report(self, line: str) -> None:
        """QEMU prints one line more."""
        self.reports.append(line)
        self.qemu = "\n".join(self.reports)

"""A QEMU of one's own for a moment: started, spoken to by QMP over a socket of its own, killed at the end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import time
from types import TracebackType
from typing import Any

from snapmgr.errors import SnapmgrError

PAUSED = "postcopy-paused"
_ENDED = ("completed", "failed", "cancelled", "colo", PAUSED)
MAX_SAID = 1 << 20
"""Bytes of its stderr that are looked at."""


class Control:
    """``with Control(words, patience) as qemu``.  Each answer is waited for ``patience`` seconds at most.

    Every method raises SnapmgrError ``qemu-failed`` with the first line that QEMU said.
    """

    def __init__(self, words: list[str], patience: float, descriptors: tuple[int, ...] = ()) -> None:
        self.program = words[0]
        self._names = {name for word in words for name in (word, word.rpartition("/")[2])}
        self.events: list[dict[str, Any]] = []
        self._patience = patience
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        ours, theirs = socket.socketpair()
        ours.settimeout(patience)
        self._socket = ours
        handed = (theirs.fileno(), *descriptors)
        control = ["-chardev", f"socket,id=snapmgr,fd={theirs.fileno()}", "-mon", "chardev=snapmgr,mode=control"]
        try:
            self._process = subprocess.Popen(
                [*words, *control],
                pass_fds=handed,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
            )
        except OSError as error:
            ours.close()
            self._said.close()
            raise self._failed(error.strerror or str(error)) from error
        finally:
            theirs.close()
        self._answers = ours.makefile("r", encoding="utf-8", errors="replace")

    def __enter__(self) -> Control:
        try:
            self._message()
            self.run("qmp_capabilities")
            self.run("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()
        self._answers.close()
        self._socket.close()
        self._said.close()

    def run(self, command: str, *, descriptors: tuple[int, ...] = (), **arguments: object) -> Any:
        """What a command returns."""
        line = json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n"
        try:
            socket.send_fds(self._socket, [line], list(descriptors))
        except OSError as error:
            raise self._failed(error.strerror or "") from error
        while "return" not in (message := self._message()):
            if "error" in message:
                raise self._failed(str(message["error"].get("desc", command)))
            self.events.append(message)
        return message["return"]

    def wait_for_migration(self) -> str:
        """Until it has ended; returns its status, ``completed`` or another."""
        while True:
            for event in self.events:
                status = event.get("data", {}).get("status") if event.get("event") == "MIGRATION" else None
                if status in _ENDED:
                    return str(status)
            self.events = [self._message()]

    def said(self) -> list[str]:
        """Lines of its stderr so far, without its own name before them."""
        data = os.pread(self._said.fileno(), MAX_SAID, 0)  # a seek would move the place where QEMU writes on
        lines = data.decode("utf-8", "replace").split("\n")
        return [self._without_name(line) for line in lines if line]

    def _without_name(self, line: str) -> str:
        """Its name is one of the words that it was started with, not the first where something else starts it."""
        name, colon, rest = line.partition(": ")
        return rest if colon and name in self._names else line

    def wait_for_words(self) -> None:
        """Until it has said anything."""
        until = time.monotonic() + self._patience
        while not self.said() and time.monotonic() < until:
            self.run("query-status")

    def ended(self) -> bool:
        """Whether it is gone, after its connection has broken."""
        try:
            return self._process.wait(1.0) is not None
        except subprocess.TimeoutExpired:
            return False

    def _message(self) -> dict[str, Any]:
        try:
            line = self._answers.readline()
        except OSError as error:
            raise self._failed("no answer" if isinstance(error, TimeoutError) else str(error)) from error
        if not line:
            self.ended()
            said = self.said()
            wrong = [line for line in said if "warning: " not in line] or said
            raise self._failed(wrong[0] if wrong else "ended")
        message: dict[str, Any] = json.loads(line)
        return message

    def _failed(self, reason: str) -> SnapmgrError:
        return SnapmgrError("qemu-failed", f"{self.program}: {reason.removeprefix(f'{self.program}: ')}")

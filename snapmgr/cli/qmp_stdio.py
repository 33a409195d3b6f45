"""QMP with whoever speaks on the standard streams, to a demo machine that runs in real time."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from snapmgr.cli.jobs import driven
from snapmgr.cli.output import printing
from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.jobs.qmp import LONGEST, Document, QmpSession
from snapmgr.jobs.snapshots import MachineJobs
from snapmgr.jobs.table import JobTable
from snapmgr.machine.machine import Machine
from snapmgr.work import to_its_end

_MOST_LINES = 100
"""Lines that are read before those in front of them are carried out."""


class _Client:
    """Whoever speaks on the standard streams; without anybody who reads, ``task`` is cancelled."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self._task = task
        self._loop = task.get_loop()
        self._lines: asyncio.Queue[bytes] = asyncio.Queue(_MOST_LINES)
        self.lost: Exception | None = None

    def put(self, document: Document) -> None:
        if self.lost is not None:
            return
        try:
            with printing():
                sys.stdout.write(json.dumps(document) + "\n")
                sys.stdout.flush()
        except (SnapmgrError, BrokenPipeError) as error:
            self.lost = error
            self._task.cancel()

    async def line(self) -> bytes:
        """The next one, empty at the end of the input."""
        return await self._lines.get()

    def listen(self) -> None:
        """Begin to read, in a thread that nobody waits for."""
        threading.Thread(target=self._read, name="qmp", daemon=True).start()

    def _read(self) -> None:
        held, more = b"", True
        with suppress(RuntimeError, CancelledError):  # nobody listens any more
            while more:
                read = os.read(0, LONGEST)  # not through sys.stdin, whose lock the end of the process would wait for
                more = bool(read)
                *lines, held = (held + read).split(b"\n")
                if not more or len(held) > LONGEST:
                    lines, held = [*lines, held], b""
                for line in lines:
                    self._have(line + b"\n")
            self._have(b"")

    def _have(self, line: bytes) -> None:
        asyncio.run_coroutine_threadsafe(self._lines.put(line), self._loop).result()


async def serve(machine: Machine) -> bool:
    """Whether no job failed.  Raises Cancelled where a signal asked for it, what the output refused."""
    task = asyncio.current_task()
    assert task is not None
    client = _Client(task)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            task.get_loop().add_signal_handler(number, task.cancel)
    try:
        return await _session(machine, client)
    except asyncio.CancelledError:
        raise client.lost or Cancelled() from None


async def _session(machine: Machine, client: _Client) -> bool:
    with ThreadPoolExecutor(2, thread_name_prefix="machine") as workers, driven(machine, workers) as submit:
        submit(lambda: None)  # the guest begins with the first order
        table = JobTable("demo", submit)
        try:
            session = QmpSession(machine, MachineJobs(machine, table, beside=workers.submit), submit, client.put)
            session.greet()
            client.listen()
            while not session.over and (line := await client.line()):
                await session.take(line)
            if not session.over:
                await _left_alone(table)
        finally:
            await to_its_end(asyncio.ensure_future(table.aclose()))
        return all(view.failure is None for view in table.views())


async def _left_alone(table: JobTable) -> None:
    """Wait for the jobs, those aside that nobody will let go on now."""
    for job in [table.get(view.id) for view in table.views()]:
        if job.paused or job.control.awaited:
            job.stop()
        with suppress(SnapmgrError):  # it stays with the job
            await job.wait()

"""QMP for the jobs of a machine: what QEMU's monitor answers, and what becomes of the disks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from snapmgr.jobs.qmp import LONGEST, QmpSession
from snapmgr.jobs.snapshots import MachineJobs
from snapmgr.jobs.table import JobTable
from tests.jobs.machines import contents, images, machine


class Client:
    """Speaks to a session, and keeps what it says."""

    def __init__(self, made: Any, jobs: MachineJobs, submit: Callable[..., Any]) -> None:
        self.said: list[dict[str, Any]] = []
        self._more = asyncio.Event()
        self.session = QmpSession(made, jobs, submit, self._hear)
        self.session.greet()

    def _hear(self, document: dict[str, Any]) -> None:
        self.said.append(json.loads(json.dumps(document)))
        self._more.set()

    async def line(self, line: bytes) -> dict[str, Any]:
        await self.session.take(line)
        return self.said[-1]

    async def do(self, name: str, **words: Any) -> Any:
        """What is returned, or QEMU's text of the error."""
        arguments = {name.replace("_", "-"): value for name, value in words.items()}
        answer = await self.line(json.dumps({"execute": name, "arguments": arguments, "id": [name]}).encode())
        assert answer["id"] == [name]
        return answer["return"] if "return" in answer else answer["error"]["desc"]

    async def until(self, job: str, status: str) -> None:
        while not any(one.get("data") == {"id": job, "status": status} for one in self.said):
            self._more.clear()
            await self._more.wait()


@asynccontextmanager
async def client(paths: list[Path], *, agreed: bool = True) -> AsyncIterator[Client]:
    with machine(paths) as made, ThreadPoolExecutor(1) as owner, ThreadPoolExecutor(1) as beside:
        made.start()
        table = JobTable("demo", owner.submit)
        one = Client(made, MachineJobs(made, table, beside=beside.submit), owner.submit)
        if agreed:
            assert await one.do("qmp_capabilities") == {}
        try:
            yield one
        finally:
            await table.aclose()


def drive(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


def names(paths: list[Path]) -> list[list[str]]:
    return [[name for _, name, _ in listed] for listed, _ in contents(paths)]


def test_what_is_no_command_is_answered_as_qemu_answers_it() -> None:
    async def test() -> None:
        async with client([], agreed=False) as one:
            assert "QMP" in one.said[0]
            assert await one.do("query-jobs") == "Expecting capabilities negotiation with 'qmp_capabilities'"
            assert await one.do("qmp_capabilities") == {}
            again = "Capabilities negotiation is already complete, command ignored"
            assert await one.do("qmp_capabilities") == again
            for line, said in (
                (b"{", "JSON parse error"),
                (b"[" * 50_000, "JSON parse error"),
                (b"x" * (LONGEST + 1), "JSON parse error"),
                (b"[1]", "QMP input must be a JSON object"),
                (b"{}", "QMP input lacks member 'execute'"),
                (b'{"execute": 1}', "QMP input member 'execute' must be a string"),
                (b'{"execute": "stop", "arguments": []}', "QMP input member 'arguments' must be an object"),
                (b'{"execute": "stop", "more": 1}', "QMP input member 'more' is unexpected"),
            ):
                assert (await one.line(line))["error"]["desc"].startswith(said)
            before = len(one.said)
            await one.session.take(b" \n")
            assert len(one.said) == before
            assert (await one.line(b'{"execute": "no"}'))["error"] == {
                "class": "CommandNotFound",
                "desc": "The command no has not been found",
            }
            assert await one.do("job-pause") == "Parameter 'id' is missing"
            assert await one.do("job-pause", id=1) == "Invalid parameter type for 'id', expected: string"
            assert await one.do("job-pause", id="x", much=1) == "Parameter 'much' is unexpected"
            assert await one.do("snapshot-save", job_id="a", tag="t", devices=[1]) == (
                "Invalid parameter type for 'devices[]', expected: string"
            )
            for verb in ("cancel", "pause", "resume", "complete", "finalize", "dismiss"):
                assert await one.do(f"job-{verb}", id="x") == "Job not found"
            assert await one.do("quit") == {} and one.session.over

    drive(test)


def test_a_save_is_paused_goes_on_and_changes_nothing_before_it_is_finalized(tmp_path: Path) -> None:
    paths = images(tmp_path, "a", "b")

    async def test() -> None:
        async with client(paths) as one:
            words = {"job_id": "s", "tag": "x", "devices": [str(path) for path in paths], "auto_finalize": False}
            assert await one.do("snapshot-save", vmstate=str(paths[1]), **words) == {}
            assert await one.do("job-pause", id="s") == {}
            assert await one.do("job-pause", id="s") == "Job is already paused"
            await one.until("s", "paused")
            assert await one.do("stop") == "job s (snapshot-save) is at work on demo"
            assert await one.do("job-set-speed", id="s", speed=0) == {}
            assert await one.do("job-resume", id="s") == {}
            await one.until("s", "pending")
            assert names(paths) == [[], []]
            text = "Job 's' in state 'pending' cannot accept command verb 'complete'"
            assert await one.do("job-complete", id="s") == text
            assert await one.do("job-finalize", id="s") == {}
            await one.until("s", "concluded")
            assert names(paths) == [["x"], ["x"]]
            (row,) = await one.do("query-jobs")
            assert row["status"] == "concluded" and row["current-progress"] == row["total-progress"] > 0
            assert await one.do("job-dismiss", id="s") == {} and await one.do("query-jobs") == []
            assert await one.do("query-status") == {"status": "running", "running": True}
            happened = [said["event"] for said in one.said if said.get("event") in ("STOP", "RESUME")]
            assert happened == ["STOP", "RESUME"], "the guest stood while it was saved"

    drive(test)


@pytest.mark.parametrize("job", ["snapshot-load", "snapshot-delete", "snapshot-save"])
def test_a_pending_job_that_is_cancelled_leaves_all_as_it_was(tmp_path: Path, job: str) -> None:
    paths = images(tmp_path, "a", "b")

    async def test() -> None:
        async with client(paths) as one:
            await one.do("snapshot-save", job_id="s", tag="x", live=True)
            await one.until("s", "concluded")
            before = names(paths)
            more = {"overwrite": True, "live": True} if job == "snapshot-save" else {}
            assert await one.do(job, job_id="j", tag="x", auto_finalize=False, **more) == {}
            await one.until("j", "pending")
            assert await one.do("job-cancel", id="j") == {}
            await one.until("j", "concluded")
            assert (await one.do("query-jobs"))[1]["error"] == "Operation canceled"
            assert await one.do("stop") == {} and names(paths) == before
            assert await one.do("query-status") == {"status": "paused", "running": False}
            assert await one.do("cont") == {} and (await one.do("query-status"))["running"]

    drive(test)

"""A snapshot of a machine that runs on: RAM, devices and disks are of one moment, and the guest never notices."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
import threading
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapmgr.block import reserve
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.containers.open import open_source
from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.inspect.index import index_stream
from snapmgr.machine.disks import open_disk
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.live import LiveSave
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import RunState
from snapmgr.ram import save as ram_save
from snapmgr.ram import steps as ram_steps
from snapmgr.savevm.blockers import Blocked
from snapmgr.savevm.failures import SaveError
from snapmgr.savevm.status import MigrationStatus
from snapmgr.snapshots.live import save_snapshot_live
from snapmgr.snapshots.machine import delete_snapshot, load_snapshot, save_snapshot
from snapmgr.work import CancelToken
from tests import corpus
from tests.jobs.machines import contents, images, on_write
from tests.snapshots.killed import killed
from tests.snapshots.test_machine import machine, names

T = TypeVar("T")


def at_once(action: Callable[[], T]) -> T:
    """One thread is both the guest's and the saver's."""
    return action()


def goes_on(made: Machine, ticks: list[int]) -> Callable[[int, int], None]:
    """A guest that makes so many ticks after every piece of RAM, then none."""
    left = iter(ticks)
    return lambda done, total: made.run(next(left, 0))


def small_pieces(patch: pytest.MonkeyPatch) -> None:
    """RAM is written bit by bit, so that the guest comes in between."""
    patch.setattr(ram_steps, "PIECE", 256 << 10)
    patch.setattr(ram_save, "ROUND", 1 << 20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(
    workload=st.sampled_from(["idle", "sequential", "random", "hotspot", "burst"]),
    rate=st.sampled_from([1, 64, 900]),
    bits=st.sampled_from([12, 14]),
    ticks=st.lists(st.integers(0, 4), max_size=12),
    reset_at=st.integers(0, 20),
)
def test_it_is_of_the_moment_and_the_guest_goes_on(
    tmp_path_factory: pytest.TempPathFactory,
    workload: str,
    rate: int,
    bits: int,
    ticks: list[int],
    reset_at: int,
) -> None:
    folder = tmp_path_factory.mktemp("live")
    options = MachineOptions(ram=16 << 20, boot=BootOptions(workload, 1, rate), page_bits=bits)

    def made_of(paths: list[Path]) -> Machine:
        return Machine(options, [open_disk(path) for path in paths])

    with pytest.MonkeyPatch.context() as patch:
        small_pieces(patch)
        with made_of(images(folder, "a", "b")) as made, made_of(images(folder, "c", "d")) as straight:
            for one in (made, straight):
                one.start()
                one.run(21)
            moment, before = made.digest(), made.tick
            left, pieces = iter(ticks), 0

            def go_on(done: int, total: int) -> None:
                nonlocal pieces
                pieces += 1
                if pieces == reset_at:  # a guest that boots clears all of its RAM
                    made.reset()
                count = next(left, 0)
                made.run(count)

            saved = save_snapshot_live(made, "here", order=at_once, progress=go_on)
            ran, later = sum(ticks[:pieces]), made.digest()
            assert made.run_state is RunState.RUNNING and made.migration.status is MigrationStatus.COMPLETED
            assert saved.vm_state_size > 1 << 16 and saved.stood > 0
            if not 0 < reset_at <= pieces:
                straight.run(ran)
                assert later == straight.digest() and made.tick == before + ran
            made.run(1)
            load_snapshot(made, "here")
            assert made.digest() == moment
            made.run(ran)
            if not 0 < reset_at <= pieces:
                assert made.digest() == later
        paths = [folder / "a.qcow2", folder / "b.qcow2"]
        contents(paths)  # finds them sound
        assert names(*paths) == [("here", 2, True)]


def test_the_disks_are_of_the_same_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the disks held back, the head of RAM's chain of records would not be the disk's."""
    small_pieces(monkeypatch)
    paths = images(tmp_path, "a", "b")
    with machine(paths, "hotspot") as made:
        made.start()
        made.run(31)
        before = [made.board.memory.variables["writers"][disk]["length"].item() for disk in range(2)]
        save_snapshot_live(made, "here", order=at_once, progress=goes_on(made, [3] * 10))
        after = [made.board.memory.variables["writers"][disk]["length"].item() for disk in range(2)]
        assert all(new > old + 5 for old, new in zip(before, after, strict=True)), "the guest wrote meanwhile"
        assert made.state().counters["mismatches"] == 0
        made.run(10)
        assert made.state().counters["mismatches"] == 0
    with machine(paths, "idle") as other:
        load_snapshot(other, "here")
        assert [other.board.memory.variables["writers"][disk]["length"].item() for disk in range(2)] == before
        other.advance(20)
        assert other.state().counters["mismatches"] == 0


def test_the_stream_is_laid_out_as_qemus_background_snapshot(tmp_path: Path) -> None:
    """START, PART, FULL, EOF and the description, and no END: as in the stream that a QEMU 10.0 wrote."""

    def kinds(stream: Path) -> list[str]:
        with closing(open_source(stream)) as source:
            found = [record.type for record in index_stream(source).records]
        return [kind for at, kind in enumerate(found) if at == 0 or kind != found[at - 1]]

    with machine(images(tmp_path, "a")) as made:
        made.advance(5)
        live = LiveSave(made)
        stream = tmp_path / "live.mig"
        with stream.open("wb") as file:
            size = live.put(lambda buffers: file.writelines(buffers))
        live.end(done=True)
    assert size == stream.stat().st_size
    theirs = tmp_path / "theirs.mig"
    theirs.write_bytes(corpus.stream_bytes("background-snapshot.v100"))
    assert kinds(stream) == kinds(theirs)


@pytest.mark.parametrize("kind", ["new", "overwrite"])
def test_cancelled_at_the_kth_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Nothing is left, and what the guest wrote to its disks meanwhile is there."""
    paths = images(tmp_path, "a", "b")
    small_pieces(monkeypatch)
    with machine(paths) as made:
        made.start()
        made.run(20)
        save_snapshot(made, "old")
        made.run(20)
        cancelled = 0
        for when in range(1, 400, 7):
            snapshots = [listed for listed, _ in contents(paths)]
            token, ticks = CancelToken(), made.tick

            def go_on(done: int, total: int, token: CancelToken = token) -> None:
                made.run(1)
                token.check()

            with pytest.MonkeyPatch.context() as patch:
                on_write(patch, lambda number, when=when, token=token: number == when and token.cancel())  # type: ignore[misc]
                try:
                    save_snapshot_live(
                        made,
                        "old" if kind == "overwrite" else "new",
                        order=at_once,
                        overwrite=kind == "overwrite",
                        progress=go_on,
                        cancel=token,
                    )
                except Cancelled:
                    cancelled += 1
                else:
                    break
            assert [listed for listed, _ in contents(paths)] == snapshots, f"cancelled at write {when}"
            assert made.run_state is RunState.RUNNING and made.tick > ticks
            assert made.migration.status is MigrationStatus.FAILED
            assert all(block.dirty.guard is None for block in made.ram)
            made.run(8)
            assert made.state().counters["mismatches"] == 0
        assert cancelled >= 3
        digest = made.digest()
        assert names(*paths)[-1] == ("old" if kind == "overwrite" else "new", 2, True)
    with machine(paths) as again:
        load_snapshot(again, "old")
        assert again.digest() != digest


def test_a_switch_that_fails_is_on_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, commits, commit = images(tmp_path, "a", "b"), [], Shadow.commit

    def second_fails(shadow: Shadow) -> None:
        commits.append(shadow.image.path)
        if len(commits) == 2:
            raise SnapmgrError("cannot-write", "the second disk is gone")
        commit(shadow)

    with machine(paths) as made:
        made.start()
        made.run(20)
        with monkeypatch.context() as patch:
            patch.setattr(Shadow, "commit", second_fails)
            with pytest.raises(SnapmgrError, match="is gone"):
                save_snapshot_live(made, "here", order=at_once, progress=goes_on(made, [2]))
        assert names(*paths) == [] and made.tick == 22 and made.run_state is RunState.RUNNING
        made.run(10)
        save_snapshot_live(made, "here", order=at_once)
        assert made.state().counters["mismatches"] == 0
    contents(paths)
    assert names(*paths) == [("here", 2, True)]


def test_what_is_refused_leaves_the_machine_alone(tmp_path: Path) -> None:
    paths = images(tmp_path, "a")
    with machine(paths, devices=("stubborn",)) as made, pytest.raises(Blocked):
        save_snapshot_live(made, "here", order=at_once)
    assert made.migration.status is MigrationStatus.NONE
    with machine(paths) as made:
        made.start()
        made.run(3)
        made.board.controllers[0].journal.append(1 << 40)  # does not fit the field that it is saved in
        made.board.controllers[0].finished = 1
        with pytest.raises(SnapmgrError):
            save_snapshot_live(made, "here", order=at_once)
        assert made.run_state is RunState.RUNNING and made.migration.status is MigrationStatus.FAILED
        assert made.board.disks[0].device is made.board.disks[0].storage
    assert names(*paths) == []


def test_nothing_else_is_done_with_a_machine_that_is_being_saved(tmp_path: Path) -> None:
    paths = images(tmp_path, "a")
    with machine(paths) as made:
        made.advance(20)
        save_snapshot(made, "old")
        refused = []

        def ask(done: int, total: int) -> None:
            for other in (
                lambda: save_snapshot(made, "other"),
                lambda: load_snapshot(made, "old"),
                lambda: delete_snapshot(made, "old"),
                lambda: save_snapshot_live(made, "other", order=at_once),  # type: ignore[arg-type]
            ):
                with pytest.raises(SaveError) as error:
                    other()
                refused.append(error.value.qemu)

        save_snapshot_live(made, "here", order=at_once, progress=ask)
        assert set(refused) == {"There's a migration process in progress"}
    assert names(*paths) == [("old", 1, True), ("here", 1, True)]


def test_two_threads(tmp_path: Path) -> None:
    """The guest ticks as fast as it can until the saver has ended, in threads of their own."""
    paths = images(tmp_path, "a", "b")
    with machine(paths, "full") as made:
        made.start()
        made.run(10)
        moment, over, ticked = made.digest(), threading.Event(), threading.Event()

        def guest() -> None:
            while not over.is_set():
                made.run(1)
                ticked.set()

        running = threading.Thread(target=guest)

        def order(action: Callable[[], T]) -> T:
            result = action()  # the guest does not run yet, so this thread owns the machine
            running.start()
            assert ticked.wait(60)
            return result

        try:
            save_snapshot_live(made, "here", order=order)
        finally:
            over.set()
            running.join()
        assert made.tick > 10 and made.state().counters["mismatches"] == 0
        load_snapshot(made, "here")
        assert made.digest() == moment and made.tick == 10
    contents(paths)


@pytest.mark.qemu
@pytest.mark.skipif(
    shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="qemu-img is not installed"
)
def test_killed_at_a_write_it_is_there_or_not_and_qemu_finds_the_image_sound(tmp_path: Path) -> None:
    paths = images(tmp_path, "a")
    fresh = paths[0].read_bytes()
    total = killed("live", 1 << 30, *paths)
    assert names(*paths) == [("new", 1, True)]
    subprocess.run(["qemu-img", "check", "-q", *paths], check=True)
    found = set()
    for last in sorted({2, 5, total // 3, total // 2, *range(total - 6, total + 1)}):
        paths[0].write_bytes(fresh)
        assert not killed("live", last, *paths)
        # 3 is leaks only, which the guest's own writes may leave; nothing else may be found
        assert subprocess.run(["qemu-img", "check", "-q", *paths], check=False).returncode in (0, 3)
        found.add(tuple(names(*paths)))
        if names(*paths):
            with machine(paths) as made:
                load_snapshot(made, "new")
                assert made.tick == 30
    assert found == {(), (("new", 1, True),)}


class Standing:
    """Looks on while a guest stands still: ``now`` says whether it does, ``made`` how many bytes of memory were."""

    def __init__(self, watched: Machine, patch: pytest.MonkeyPatch) -> None:
        self.now, self.made = False, 0
        self._real = watched.set_run_state
        patch.setattr(watched, "set_run_state", self._set_run_state)

    def _set_run_state(self, state: RunState) -> None:
        if self.now:
            self.made = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        self._real(state)
        self.now = state is RunState.SAVE_VM
        if self.now:
            tracemalloc.start()


@pytest.mark.parametrize("size", [16 << 20, 96 << 20])
def test_no_ram_is_copied_or_written_while_the_guest_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """However much there is of it: what is made meanwhile are devices, and a byte for each page."""
    [path], written = images(tmp_path, "a"), []
    with Machine(MachineOptions(ram=size, boot=BootOptions("full", 1)), [open_disk(path)]) as made:
        made.start()
        made.run(4)
        standing = Standing(made, monkeypatch)
        on_write(monkeypatch, lambda number: written.append(standing.now))
        assert save_snapshot_live(made, "x", order=at_once).vm_state_size > size * 3 // 4, "most pages hold something"
    assert 0 < standing.made < (256 << 10) + 4 * size // 4096
    assert written and not any(written)


def test_a_guest_whose_writes_would_find_no_room_stands_and_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it was told is written is written in the end; what was refused is tried again."""
    room, [path] = SimpleNamespace(left=0), images(tmp_path, "a")

    def fallocate(descriptor: int, mode: int, offset: int, length: int) -> int:
        ctypes.set_errno(errno.ENOSPC)
        return 0 if offset + length <= room.left else -1

    monkeypatch.setattr(reserve, "libc", lambda: SimpleNamespace(fallocate=fallocate))
    refused: list[SnapmgrError] = []

    def go_on(done: int, total: int) -> None:
        try:
            made.run(20)
        except SnapmgrError as error:
            refused.append(error)

    with machine([path], "hotspot") as made:
        made.start()
        made.run(21)
        moment = made.digest()
        save_snapshot_live(made, "here", order=at_once, progress=go_on)
        assert refused[0].code == "cannot-write" and made.run_state is RunState.IO_ERROR
        room.left = 1 << 40
        made.start()
        made.run(20)
        [controller] = made.board.controllers
        assert controller.submitted == controller.completed + len(controller.queue), "no request is lost"
        assert made.state().counters["mismatches"] == 0
        load_snapshot(made, "here")
        assert made.digest() == moment

"""COLO: whoever is lost and whenever, the other one goes on as an undisturbed machine, and the world sees no other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from snapmgr.block.device import BlockDevice
from snapmgr.block.held import PAGE
from snapmgr.errors import InUse, SnapmgrError, StreamError, UsageError
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MIB, MachineOptions
from snapmgr.machine.output import Sent
from snapmgr.machine.runstate import RunState
from snapmgr.machine.saving import load, save
from snapmgr.migrate.channel import ChannelBroken
from snapmgr.migrate.colo.both import Replicated
from snapmgr.migrate.colo.messages import Message, Messages
from snapmgr.migrate.colo.secondary import PrimaryGoesOn
from snapmgr.migrate.colo.status import ColoStatus
from snapmgr.migrate.handover import Side
from snapmgr.migrate.link import Link, LinkEnd
from snapmgr.migrate.model import Parameters, Statistics
from snapmgr.migrate.source import Outgoing
from snapmgr.savevm.output import Buffer
from snapmgr.savevm.status import MigrationStatus
from snapmgr.snapshots.machine import delete_snapshot, load_snapshot, save_snapshot
from snapmgr.trace.bus import Trace
from snapmgr.wire.constants import RecordType
from tests.corpus import stream_bytes, stream_case
from tests.migrate.colo_rig import ColoPair, what_the_world_sees
from tests.migrate.rig import undisturbed


def goes_on(pair: ColoPair, statistics: Statistics) -> Side:
    """Exactly one of both runs, and does what an undisturbed machine does; says which."""
    assert len(pair.running) == 1, (pair.running, pair.arrived, statistics)
    [name] = pair.running
    machine: Machine = getattr(pair, name)
    machine.advance(5)
    assert machine.digest() == undisturbed(pair, machine.tick)
    other = pair.source if machine is pair.destination else pair.destination
    assert not any(disk.active for disk in other.board.disks)
    return Side.SOURCE if machine is pair.source else Side.DESTINATION


def check_the_world(pair: ColoPair, machine: Machine) -> None:
    """Nothing is seen twice or differently.  What is lost belongs to a checkpoint that the secondary has and of which
    the primary never heard, as packets are on any network."""
    expected = what_the_world_sees(pair, machine.tick)
    lost: list[Sent] = []
    if machine is pair.destination and pair.outgoing is not None and pair.outgoing.statistics.colo is not None:
        heard, had = pair.outgoing.statistics.colo.tick, pair.secondary.status.tick
        lost = [sent for tick, sent in expected if heard < tick <= had]
    assert pair.world == [sent for _, sent in expected if sent not in lost]


@pytest.mark.parametrize("capabilities", ["", "xbzrle"])
def test_the_secondary_goes_on(capabilities: str) -> None:
    pair = ColoPair(capabilities=capabilities)
    statistics = pair.run(lambda pair: pair.secondary.lost_heartbeat())
    assert statistics.status is MigrationStatus.COMPLETED and pair.arrived is None
    assert [phase.name for phase in statistics.phases] == ["setup", "precopy", "switchover", "colo"]
    assert goes_on(pair, statistics) is Side.DESTINATION and pair.source.run_state is RunState.POSTMIGRATE
    assert pair.seen[-1] <= pair.over <= pair.destination.tick
    assert pair.digests and set(pair.digests) <= set(pair.seen)
    assert pair.digests == {tick: undisturbed(pair, tick) for tick in pair.digests}
    check_the_world(pair, pair.destination)
    assert pair.secondary.status.query() == {"mode": "none", "last-mode": "secondary", "reason": "request"}


def test_the_primary_goes_on_alone() -> None:
    pair = ColoPair()
    statistics = pair.run(lambda pair: pair.outgoing and pair.outgoing.x_colo_lost_heartbeat())
    assert statistics.status is MigrationStatus.COMPLETED and isinstance(pair.arrived, PrimaryGoesOn)
    assert goes_on(pair, statistics) is Side.SOURCE and pair.destination.run_state is RunState.PAUSED
    check_the_world(pair, pair.source)
    assert statistics.colo is not None
    assert statistics.colo.query() == {"mode": "none", "last-mode": "primary", "reason": "request"}
    with pytest.raises(SnapmgrError, match="COLO is not on"):
        assert pair.outgoing is not None
        pair.outgoing.x_colo_lost_heartbeat()


@pytest.mark.parametrize("more", [0, 2])
def test_what_the_guest_was_asked_after_the_last_checkpoint_never_was(more: int) -> None:
    """``more`` checkpoints come between that and the failover: with them the destination's guest was asked, too."""
    options = MachineOptions(ram=16 * MIB, boot=BootOptions("random", 1, 5), capabilities=frozenset({"x-colo"}))
    asked = -1
    with Replicated(options, [], checkpoints=0, rate=200) as both:

        def show(outgoing: Outgoing, statistics: Statistics) -> None:
            nonlocal asked
            made = statistics.colo.checkpoints if statistics.colo is not None else 0
            if made == 2 and asked < 0:
                asked = made
                both.choose_workload("random", 50)
            if asked > 0 and made == asked + more and statistics.status is MigrationStatus.COLO:
                both.fail_over(Side.DESTINATION)

        both.prepare(Parameters(max_bandwidth=0, x_checkpoint_delay=50), show)
        with pytest.raises(SnapmgrError, match="COLO is not on"):
            both.fail_over(Side.SOURCE)
        moved = both.move(20, 20)
    assert asked == 2 and both.failover is not None and moved.proof.source is None and moved.proof.agrees


class Scribbled(ColoPair):
    """Its secondary becomes another one after every checkpoint: RAM, registers and disk."""

    def scribble(self, secondary: Machine) -> None:
        ram, pick = secondary.board.memory.ram, random.Random(len(self.seen))
        for _ in range(20):
            ram.write(pick.randrange(ram.used_length - 8), pick.randbytes(8))
        secondary.board.memory.ram.write(0, b"no guest")
        secondary.board.timer.advance(secondary.board)
        secondary.board.disks[0].device.pwrite(pick.randrange(64) * 4096, [memoryview(pick.randbytes(4096))])


def test_a_secondary_that_went_astray_is_made_like_the_primary_again() -> None:
    pair = Scribbled()
    statistics = pair.run(lambda pair: pair.outgoing and pair.outgoing.x_colo_lost_heartbeat())
    assert len(pair.seen) >= 3 and pair.digests == {tick: undisturbed(pair, tick) for tick in pair.digests}
    assert goes_on(pair, statistics) is Side.SOURCE


@pytest.mark.parametrize("seed", range(4))
def test_a_link_that_breaks(seed: int) -> None:
    """At any byte of a checkpoint, of either direction: each side takes the other one for lost."""
    pick, pair = random.Random(seed), ColoPair()
    wire, most = (pair.link.back, 12) if seed % 2 else (pair.link.forward, 200_000)
    pair.breaks = wire, pick.randrange(most)
    statistics = pair.run()
    side = goes_on(pair, statistics)
    check_the_world(pair, pair.source if side is Side.SOURCE else pair.destination)


@pytest.mark.parametrize("inside", [False, True])
def test_a_primary_that_dies_at_any_message(inside: bool) -> None:
    """Before one of them, or in its middle: the secondary goes on, from the last checkpoint that came as a whole."""
    checkpoints = []
    for number in range(9):
        pair = ColoPair()
        Dying(pair, number, inside=inside)
        statistics = pair.run()
        assert goes_on(pair, statistics) is Side.DESTINATION, number
        check_the_world(pair, pair.destination)
        checkpoints.append(len(pair.seen))
    assert checkpoints == sorted(checkpoints) and set(checkpoints) == {0, 1}


def test_a_disk_that_is_let_go_of_late() -> None:
    """Somebody who was killed is heard to be gone before the locks of its disks are free."""
    pair, refused = ColoPair(), 0
    [disk] = pair.destination.board.disks
    opened = disk._opener

    def still_in_use() -> BlockDevice:
        nonlocal refused
        refused += 1
        if refused <= 30:
            raise InUse("in-use", "the disk is in use")
        return opened()

    disk._opener = still_in_use
    statistics = pair.run(lambda pair: pair.secondary.lost_heartbeat())
    assert goes_on(pair, statistics) is Side.DESTINATION and refused > 30


@pytest.mark.parametrize("after", range(5))
def test_a_secondary_whose_first_word_is_lost(after: int) -> None:
    """COLO has not begun on one side and has on the other: still only one goes on, and it has the disks."""
    pair = ColoPair()
    pair.link.back.break_at = after
    goes_on(pair, pair.run())


class Dying:
    """The primary of ``pair`` sends ``number`` messages of COLO, and maybe a half one, and does nothing more."""

    def __init__(self, pair: ColoPair, number: int, *, inside: bool) -> None:
        self._pair, self._left, self._inside = pair, number, inside
        self._send = pair.link.source.send
        pair.link.source.send = self.send  # type: ignore[method-assign]

    def send(self, buffers: Sequence[Buffer]) -> None:
        pair = self._pair
        if pair.outgoing is None or pair.outgoing.statistics.status is not MigrationStatus.COLO:
            self._send(buffers)
            return
        self._left -= 1
        if self._left < 0:
            pair.handover.take(Side.DESTINATION)
            data = b"".join(buffers)
            pair.link.forward.break_at = pair.link.forward.passed + (len(data) // 2 if self._inside else 0)
            pair.link.back.cut()
        self._send(buffers)


def test_messages_stand_where_those_of_qemu_stand() -> None:
    case = stream_case("colo.v72")
    at, live, theirs = (
        case["colo_tail"][0][0],
        case["colo_tail"][1][2]["live_bytes_with_eof"],
        case["colo_tail"][2][2]["bytes"],
    )
    qemu = stream_bytes("colo.v72", "conn0.fwd")
    assert look_through(qemu[at:], live) == theirs
    assert qemu[26:31].hex() == "0800080000"
    back = Messages(held(stream_bytes("colo.v72", "conn0.rev")), Trace())
    pair = ColoPair()
    pair.wanted = 1
    told = pair.source.trace.subscribe()
    ours, answers = recorded(pair.link.source), recorded(pair.link.destination)
    pair.run(lambda pair: pair.outgoing and pair.outgoing.x_colo_lost_heartbeat())
    size, *_ = [int(event["value"] or 0) for event in told.drain()[0] if event.name == "colo_send_message_value"]
    assert [int(back.receive()) for _ in range(4)] == [answers[at + 3] for at in range(0, 16, 4)] == [0, 2, 5, 6]
    begins = ours.index(b"}\0\0\0\1\0\0\0\3") + 1  # behind the VM description
    assert ours.index(bytes.fromhex("0800080000")) < ours.index(b"\3ram")
    live = ours.index(b"\0\0\0\0\4" + size.to_bytes(8)) + 1 - begins - 8
    assert look_through(bytes(ours[begins:]), live) == size


def look_through(data: bytes, live: int) -> int:
    """A checkpoint: its live sections, ``live`` bytes with EOF, begin with END; behind it FULL ones, EOF at the end.
    Returns how many bytes those are."""
    messages = Messages(held(data), Trace())
    messages.expect(Message.CHECKPOINT_REQUEST)
    messages.expect(Message.VMSTATE_SEND)
    sections = messages.take(live)
    assert sections[0] == RecordType.END and sections[-1] == RecordType.EOF
    devices = messages.state()
    assert devices[0] == RecordType.FULL and devices[-1] == RecordType.EOF
    return len(devices)


def held(data: bytes) -> LinkEnd:
    link = Link()
    link.source.send([data])
    link.source.end()
    return link.destination


def recorded(end: LinkEnd) -> bytearray:
    """What it sends from now on."""
    sent, send = bytearray(), end.send

    def keep(buffers: Sequence[Buffer]) -> None:
        sent.extend(b"".join(buffers))
        send(buffers)

    end.send = keep  # type: ignore[method-assign]
    return sent


def test_only_who_asked_for_it_takes_part() -> None:
    pair = ColoPair()
    pair.destination.options.capabilities.clear()
    statistics = pair.run()
    assert pair.running == ["source"] and statistics.status is MigrationStatus.FAILED
    assert isinstance(pair.arrived, SnapmgrError) and "x-colo capability is not set" in (pair.arrived.qemu or "")
    assert goes_on(pair, statistics) is Side.SOURCE
    one_way = ColoPair()
    one_way.link.source.__class__ = OneWay
    with pytest.raises(UsageError, match="way back") as refused:
        one_way.prepare().run()
    assert refused.value.qemu == "Capability 'x-colo' requires capability 'return-path'"


class OneWay(LinkEnd):
    @property
    def returns(self) -> bool:
        return False


def test_an_answer_that_is_no_message() -> None:
    link = Link()
    link.source.send([bytes([0, 0, 0, 6]) + b"\0\0\1\0"])
    messages = Messages(link.destination, Trace())
    with pytest.raises(StreamError) as refused:
        messages.expect(Message.CHECKPOINT_REPLY)
    assert refused.value.qemu == "Unexpected COLO message 6, expected 2"
    with pytest.raises(StreamError) as refused:
        messages.receive()
    assert refused.value.qemu == "colo_receive_message: Invalid message" and refused.value.offset == 4
    link.source.send([bytes([0, 0, 0, 4]) + (1 << 40).to_bytes(8)])
    with pytest.raises(StreamError, match="1099511627776 bytes of device state"):
        messages.state()
    link.cut()
    with pytest.raises(ChannelBroken):
        messages.receive()


class Lasting(ColoPair):
    """It makes one checkpoint after another, and is not compared with anything."""

    def _checkpoint(self, status: ColoStatus) -> None:
        if status.checkpoints >= self.wanted:
            self.reached.set()


def test_many_checkpoints_take_no_more_memory() -> None:
    pair = Lasting("idle", delay=0)
    pair.wanted = 30
    sizes: list[int] = []

    def measure(pair: ColoPair) -> None:
        for more in (0, 50):
            pair.wanted += more
            pair.reached.clear()
            assert pair.reached.wait(60)
            pair.world.clear()
            sizes.append(int(Path("/proc/self/statm").read_text().split()[1]) * PAGE)
        assert pair.outgoing is not None
        pair.outgoing.x_colo_lost_heartbeat()

    statistics = pair.run(measure)
    assert statistics.colo is not None and statistics.colo.checkpoints >= 79
    assert sizes[1] - sizes[0] < 2 << 20, sizes


def test_a_guest_of_two_machines_is_neither_saved_nor_loaded() -> None:
    refused: list[SnapmgrError] = []

    def try_all(pair: ColoPair) -> None:
        state: list[bytes] = []
        for action in (
            lambda machine: save(machine, lambda buffers: state.extend(map(bytes, buffers))),
            lambda machine: load(machine, state),
            lambda machine: save_snapshot(machine, "s"),
            lambda machine: load_snapshot(machine, "s"),
            lambda machine: delete_snapshot(machine, "s"),
        ):
            with pytest.raises(SnapmgrError) as error:
                pair.driver.order(action).result()
            refused.append(error.value)
        pair.secondary.lost_heartbeat()

    pair = ColoPair()
    statistics = pair.run(try_all)
    assert statistics.status is MigrationStatus.COMPLETED and goes_on(pair, statistics) is Side.DESTINATION
    assert [error.code for error in refused] == ["colo"] * 5 and "go on alone first" in refused[0].message

"""Channels that carry pages beside the main stream, a thread for each (migration/multifd.c).

Whichever thread is free takes the next packet, so a page that is sent twice may go over two channels: between two
passes, and before the devices, both sides wait until every channel has come equally far.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import numpy as np

from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.machine.machine import Machine
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.model import Parameters
from snapmgr.migrate.together import check as check_together
from snapmgr.ram.bitmap import Flags, Pages
from snapmgr.ram.encode import U8
from snapmgr.ram.multifd import Packet
from snapmgr.ram.multifd_load import ChannelLoader
from snapmgr.ram.multifd_send import Packets, packer
from snapmgr.savevm.handlers import StreamOptions
from snapmgr.savevm.output import Buffer

CAPABILITY = "multifd"

AHEAD = 2
"""Packets that wait for each channel."""


def check(options: StreamOptions, channels: int) -> None:
    """Raises UsageError where multifd and its channels do not go together, or not with other capabilities."""
    on = CAPABILITY in options.capabilities
    if on != bool(channels):
        wanted = "needs channels of its own" if on else "is off, and there are channels for it"
        raise UsageError("multifd-channels", f"the capability multifd {wanted}", hint="Give both or neither.")
    check_together(options.capabilities)


@dataclass(frozen=True, slots=True)
class _Job:
    """One packet's pages."""

    block: str
    pages: Pages
    contents: U8
    zero: Flags


class Sender:
    """PageChannels over ``channels``, between ``start`` and ``stop``."""

    announces = True

    def __init__(self, channels: Sequence[Channel], parameters: Parameters, page_bits: int, uuid: bytes) -> None:
        self._channels, self._uuid = list(channels), uuid
        self._packets = [
            Packets(
                number,
                packer(
                    parameters.multifd_compression,
                    zlib_level=parameters.multifd_zlib_level,
                    zstd_level=parameters.multifd_zstd_level,
                ),
                page_bits,
            )
            for number in range(len(channels))
        ]
        self._jobs: queue.Queue[_Job | None] = queue.Queue(AHEAD * len(channels))
        self._waiting: deque[_Job] = deque()
        self._waits = 0
        self._changed = threading.Condition()
        self._under_way = self._number = self._sent = 0
        self._error: SnapmgrError | None = None
        self._threads = [
            threading.Thread(target=self._work, args=(number,), name=f"multifd-send-{number}", daemon=True)
            for number in range(len(channels))
        ]

    def start(self) -> None:
        """Raises ChannelBroken."""
        for channel, packets in zip(self._channels, self._packets, strict=True):
            self._send(channel, [packets.greeting(self._uuid)])
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Whatever still waits is dropped; the channels end."""
        for thread in self._threads:
            if thread.ident is not None:
                self._jobs.put(None)
        for thread, channel in zip(self._threads, self._channels, strict=True):
            if thread.ident is not None:
                thread.join()
            with suppress(ChannelBroken):
                channel.end()

    def yank(self) -> None:
        """Whoever waits in a channel stops to."""
        for channel in self._channels:
            channel.yank()

    def place(self, name: str, used: int, at: int, *, ignored: bool) -> None:
        """Pages have no place in the main stream."""

    def put(self, block: str, pages: Pages, contents: U8, zero: Flags) -> None:
        most, job = self._packets[0].pages_at_most, _Job(block, pages, contents, zero)
        if self._waiting and self._waiting[0].block != block:
            self._flush()
        self._waiting.append(job)
        self._waits += len(pages)
        if self._waits >= most:
            self._flush()

    def sync(self) -> None:
        self._flush()
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way)
            self._refuse_broken()
        for channel, packets in zip(self._channels, self._packets, strict=True):
            self._send(channel, [packets.sync(self._next_number())])

    def sent(self) -> int:
        with self._changed:
            sent, self._sent = self._sent, 0
            return sent

    def _flush(self) -> None:
        """What waits, as packets."""
        if not self._waiting:
            return
        whole, most = _joined(self._waiting), self._packets[0].pages_at_most
        self._waiting.clear()
        self._waits = 0
        for at in range(0, len(whole.pages), most):
            part = slice(at, at + most)
            with self._changed:
                self._refuse_broken()
                self._under_way += 1
            self._jobs.put(_Job(whole.block, whole.pages[part], whole.contents[part], whole.zero[part]))

    def _refuse_broken(self) -> None:
        if self._error is not None:
            raise self._error.again()

    def _next_number(self) -> int:
        with self._changed:
            self._number += 1
            return self._number - 1

    def _send(self, channel: Channel, buffers: Sequence[Buffer]) -> None:
        channel.send(buffers)
        with self._changed:
            self._sent += sum(len(buffer) for buffer in buffers)

    # -- the channels' threads -------------------------------------------------------------------------------------

    def _work(self, number: int) -> None:
        """Takes packets even when a channel is broken: nobody must wait for a place in the queue for ever."""
        channel, packets = self._channels[number], self._packets[number]
        while (job := self._jobs.get()) is not None:
            try:
                if self._error is None:
                    made = packets.pages(self._next_number(), job.block, job.pages, job.contents, job.zero)
                    self._send(channel, made)
            except SnapmgrError as error:
                self._error = self._error or error
            finally:
                with self._changed:
                    self._under_way -= 1
                    self._changed.notify_all()


def _joined(jobs: Sequence[_Job]) -> _Job:
    """All of one block, in their order."""
    if len(jobs) == 1:
        return jobs[0]
    pages, contents, zero = (
        np.concatenate([getattr(job, name) for job in jobs]) for name in ("pages", "contents", "zero")
    )
    return _Job(jobs[0].block, pages, contents, zero)


class Receiver:
    """PageArrivals over ``channels``, between ``start`` and ``stop``."""

    def __init__(self, machine: Machine, channels: Sequence[Channel]) -> None:
        self._channels = list(channels)
        loader = machine.ram_entry.loader
        self._loaders = [
            ChannelLoader(machine.ram, machine.options.page_bits, lambda: loader.received, loader.note_repeats)
            for _ in channels
        ]
        self._changed = threading.Condition()
        self._arrived = self._syncs = 0
        self._error: SnapmgrError | None = None
        self._over = False
        self._threads = [
            threading.Thread(target=self._work, args=(number,), name=f"multifd-recv-{number}", daemon=True)
            for number in range(len(channels))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """The stream has ended, or failed."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        for channel in self._channels:
            channel.yank()
        for thread in self._threads:
            thread.join()
        for channel in self._channels:
            channel.close()

    def sync(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._arrived == len(self._channels) or self._error is not None)
            if self._error is not None:
                raise self._error.again()
            self._arrived = 0
            self._syncs += 1
            self._changed.notify_all()

    def _work(self, number: int) -> None:
        take, loader = _Taking(self._channels[number]).take, self._loaders[number]
        try:
            while not self._over:
                packet = loader.next_packet(take)
                if isinstance(packet, Packet) and packet.is_sync:
                    self._wait_for_the_others()
        except SnapmgrError as error:
            with self._changed:
                self._error = self._error or error
                self._changed.notify_all()

    def _wait_for_the_others(self) -> None:
        with self._changed:
            syncs = self._syncs
            self._arrived += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._syncs > syncs or self._over)


class _Taking:
    """A channel's bytes in the portions that somebody wants."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._held = memoryview(b"")

    def take(self, count: int) -> memoryview:
        """Raises ChannelBroken where they do not come."""
        if len(self._held) < count:
            whole, at = bytearray(count), 0
            while at < count:
                if not len(self._held):
                    self._held = memoryview(self._channel.receive()).cast("B")
                    if not len(self._held):
                        raise ChannelBroken("a channel of multifd has ended")
                part = self._held[: count - at]
                whole[at : at + len(part)] = part
                self._held, at = self._held[len(part) :], at + len(part)
            return memoryview(whole)
        taken, self._held = self._held[:count], self._held[count:]
        return taken


@contextmanager
def sending(machine: Machine, channels: Sequence[Channel], parameters: Parameters) -> Iterator[Sender | None]:
    """While it lasts the machine's pages go over ``channels``.  Raises UsageError as ``check``, ChannelBroken."""
    check(machine.options, len(channels))
    if not channels:
        yield None
        return
    sender = Sender(channels, parameters, machine.options.page_bits, machine.options.uuid or bytes(16))
    try:
        sender.start()
        machine.ram_entry.saver.channels = sender
        yield sender
    finally:
        machine.ram_entry.saver.channels = None
        sender.stop()
        for channel in channels:
            channel.close()


@contextmanager
def receiving(machine: Machine, channels: Sequence[Channel]) -> Iterator[None]:
    """While it lasts pages come over ``channels``, too.  Raises UsageError as ``check``."""
    check(machine.options, len(channels))
    if not channels:
        yield
        return
    receiver = Receiver(machine, channels)
    machine.ram_entry.loader.arrivals = receiver
    receiver.start()
    try:
        yield
    finally:
        machine.ram_entry.loader.arrivals = None
        receiver.stop()

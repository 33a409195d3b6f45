"""The channels of a capture as plain values: what each carries, and the messages that went back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from snapmgr.containers.capture import Channel, Role
from snapmgr.inspect.back_reader import BackReader
from snapmgr.inspect.model import Record
from snapmgr.wire.colo import ColoMessage
from snapmgr.wire.constants import ReturnMessage
from snapmgr.wire.return_path import Message

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex

_NUMBERED = (ReturnMessage.SHUT, ReturnMessage.PONG, ReturnMessage.RESUME_ACK)
_REQUESTS = (ReturnMessage.REQ_PAGES, ReturnMessage.REQ_PAGES_ID)


def captured(index: StreamIndex) -> dict[str, Any]:
    """``channels`` and ``return_path`` of ``snapctl inspect --json``; offsets count in the bytes of their channel."""
    messages = list(index.records.of("MESSAGE"))
    back = [record for record in messages if _is_back(index, record)]
    return {
        "channels": [_channel(index, channel) for channel in index.channels],
        "return_path": [_message(index, record) for record in back],
    }


def _is_back(index: StreamIndex, record: Record) -> bool:
    channel, _ = index.place(record.offset)
    return channel is not None and channel.role is Role.RETURN


def _channel(index: StreamIndex, channel: Channel) -> dict[str, Any]:
    document: dict[str, Any] = {
        "channel": channel.number,
        "direction": "back" if channel.role is Role.RETURN else "forward",
        "carries": channel.role.value,
        "file": channel.file,
        "size": channel.size,
    }
    if channel.role is Role.MULTIFD:
        inside = (one for one in index.records if channel.offset <= one.offset < channel.offset + channel.size)
        document["packets"] = sum(one.type == "PACKET" for one in inside)
    return document


def _message(index: StreamIndex, record: Record) -> dict[str, Any]:
    channel, offset = index.place(record.offset)
    assert channel is not None
    document: dict[str, Any] = {
        "name": record.idstr,
        "channel": channel.number,
        "offset": offset,
        "length": record.length,
    }
    return document | message_values(read_message(index, record))


def read_message(index: StreamIndex, record: Record) -> Message | ColoMessage | None:
    """The message of a record, None where its bytes cannot be had any more."""
    reader = BackReader(record.offset, colo=True)
    reader.feed(index.source.read(record.offset, record.length))
    event = reader.next_event()
    return event if isinstance(event, Message | ColoMessage) else None


def message_values(message: Message | ColoMessage | None) -> dict[str, Any]:
    """What a message says; offsets and lengths of requests in bytes, ``block`` None for the one named last."""
    if not isinstance(message, Message):
        return {}
    if message.type in _NUMBERED:
        return {"value": message.number}
    if message.type in _REQUESTS:
        block, start, length = message.request
        return {"block": block, "start": start, "request_length": length}
    if message.bitmap is not None:
        received = int(np.unpackbits(np.frombuffer(message.bitmap, np.uint8)).sum())
        return {"block": message.block, "bitmap_bytes": len(message.bitmap), "received": received}
    return {}

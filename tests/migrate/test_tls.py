"""TLS: what is sent arrives and nobody else reads it; who is not trusted is told why, and does not get in."""

from __future__ import annotations

import queue
import random
import shutil
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.sockets import Listener, connect
from snapmgr.migrate.tls import TlsCreds, TlsFailed
from snapmgr.migrate.uri import address_of, open_incoming, open_outgoing
from tests.migrate.certificates import authority, good, issue
from tests.migrate.test_channels import all_of

ANY = ("127.0.0.1", 0)


def meet(server: TlsCreds, client: TlsCreds) -> tuple[Channel, Channel, Listener]:
    """Both ends, connected."""
    listener = Listener(ANY, server)
    address = address_of(listener.uri)
    assert address is not None
    with ThreadPoolExecutor(1) as threads:
        coming = threads.submit(listener.accept)
        return connect(address, 5.0, client), coming.result(), listener


def test_both_ways_at_once_and_a_half_close() -> None:
    one, other, _ = meet(TlsCreds(good()), TlsCreds(good()))
    data = random.Random(1).randbytes(6 << 20)
    with ThreadPoolExecutor(4) as threads:
        there, back = threads.submit(all_of, other), threads.submit(all_of, one)
        ours = threads.submit(lambda: (one.send([data[:7], b"", data[7:]]), one.end()))
        theirs = threads.submit(lambda: [other.send([data[at : at + 99_999]]) for at in range(0, len(data), 99_999)])
        ours.result()
        theirs.result()
        assert there.result() == data
        other.send([b"after the other side has ended"])
        other.end()
        assert back.result() == data + b"after the other side has ended"
    one.close()
    other.close()


def pass_on(into: Channel, out: Channel, seen: bytearray | None = None) -> None:
    with suppress(ChannelBroken):  # the other direction ended first
        while len(piece := into.receive()):
            if seen is not None:
                seen.extend(piece)
            out.send([piece])
        out.end()


def test_nobody_else_reads_it() -> None:
    listener, plain = Listener(ANY, TlsCreds(good())), Listener(ANY)
    seen = bytearray()

    def between() -> None:
        """Pass on what the client sends, and look at it."""
        client, server = plain.accept(), connect(address_of(listener.uri) or ANY, 5.0)
        threading.Thread(target=lambda: pass_on(server, client)).start()
        pass_on(client, server, seen)

    with ThreadPoolExecutor(2) as threads:
        threads.submit(between)
        coming = threads.submit(listener.accept)
        one = connect(address_of(plain.uri) or ANY, 5.0, TlsCreds(good()))
        one.send([b"the guest's secret" * 1000])
        one.end()
        assert all_of(coming.result()) == b"the guest's secret" * 1000
        coming.result().end()
        coming.result().close()
        one.close()
    assert len(seen) > 18_000 and b"secret" not in seen


def test_a_yank_wakes_both_directions_and_a_cut_is_no_end() -> None:
    one, other, _ = meet(TlsCreds(good()), TlsCreds(good()))
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(other.receive)
        one.yank()
        with pytest.raises(ChannelBroken):
            waiting.result()
        with pytest.raises(ChannelBroken):
            for _ in range(100):
                other.send([bytes(1 << 20)])


class Refused:
    """What a listener says of who was not let in."""

    def __init__(self) -> None:
        self._said: queue.Queue[TlsFailed] = queue.Queue()
        self.tell = self._said.put

    def message(self) -> str:
        return self._said.get(timeout=10).message


def refusal(server: TlsCreds, client: TlsCreds | None) -> tuple[str, str]:
    """What the listener and what who connects say; one who is good comes after, and is let in."""
    refused = Refused()
    listener = Listener(ANY, server, refused=refused.tell)
    address = address_of(listener.uri) or ANY
    theirs = ""
    with ThreadPoolExecutor(1) as threads:
        coming = threads.submit(listener.accept)
        try:
            channel = connect(address, 5.0, client)
            with suppress(ChannelBroken):
                channel.send([b"QEVM" * 10])
            assert not len(channel.receive())
        except SnapmgrError as error:
            theirs = error.message
        ours = refused.message()
        connect(address, 5.0, TlsCreds(good())).close()
        coming.result().close()
    return ours, theirs


def test_who_has_no_certificate_or_another_authority_is_told(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(good() / "ca-cert.pem", bare)
    ours, theirs = refusal(TlsCreds(good()), TlsCreds(bare))
    assert "peer did not return a certificate" in ours and "certificate required" in theirs
    ours, theirs = refusal(TlsCreds(good()), None)
    assert ours == "the other side does not speak TLS"
    stranger = authority(tmp_path / "stranger")
    issue(stranger, "client")
    shutil.copy(good() / "ca-cert.pem", stranger / "ca-cert.pem")
    ours, theirs = refusal(TlsCreds(good()), TlsCreds(stranger))
    assert "is not accepted: " in ours and "unable to get local issuer certificate" in ours and "unknown ca" in theirs


def test_a_server_that_is_not_who_was_meant(tmp_path: Path) -> None:
    elsewhere = authority(tmp_path / "elsewhere")
    issue(elsewhere, "server", "DNS:guest.example")
    issue(elsewhere, "client")
    listener = Listener(ANY, TlsCreds(elsewhere))
    address = address_of(listener.uri) or ANY
    with ThreadPoolExecutor(1) as threads:
        coming = threads.submit(listener.accept)
        with pytest.raises(TlsFailed, match="IP address mismatch") as refused:
            connect(address, 5.0, TlsCreds(elsewhere))
        assert refused.value.code == "tls-hostname"
        with pytest.raises(TlsFailed, match=r"self.signed certificate|unable to get local issuer"):
            connect(address, 5.0, TlsCreds(good(), "guest.example"))
        connect(address, 5.0, TlsCreds(elsewhere, "guest.example")).close()
        coming.result().close()
    issue(elsewhere, "server", over=True)
    late = Listener(ANY, TlsCreds(elsewhere))
    with ThreadPoolExecutor(1) as threads:
        coming = threads.submit(late.accept)
        with pytest.raises(TlsFailed, match="certificate has expired"):
            connect(address_of(late.uri) or ANY, 5.0, TlsCreds(elsewhere))
        late.close()
        with pytest.raises(ChannelBroken):
            coming.result()


def test_files_that_are_missing_or_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "creds"
    folder.mkdir()
    with pytest.raises(UsageError, match=r"ca-cert\.pem cannot be read: No such file") as refused:
        TlsCreds(folder).client()
    assert (refused.value.qemu or "").startswith("Unable to access credentials")
    (folder / "ca-cert.pem").write_text("no certificate")
    with pytest.raises(UsageError, match=r"ca-cert\.pem is of no use: it holds no certificate"):
        TlsCreds(folder).client()
    shutil.copy(good() / "ca-cert.pem", folder)
    TlsCreds(folder).client()
    with pytest.raises(UsageError, match=r"server-cert\.pem cannot be read"):
        TlsCreds(folder).server()
    shutil.copy(good() / "server-cert.pem", folder)
    shutil.copy(good() / "client-key.pem", folder / "server-key.pem")
    with pytest.raises(UsageError, match=r"server-key\.pem is of no use: it does not belong to server-cert\.pem"):
        TlsCreds(folder).server()
    (folder / "server-key.pem").write_text("no key")
    with pytest.raises(UsageError, match=r"server-cert\.pem is of no use: it and server-key\.pem cannot be used"):
        TlsCreds(folder).server()


def test_only_over_tcp(tmp_path: Path) -> None:
    for open_it in (open_outgoing, open_incoming):
        with pytest.raises(UsageError, match="there is no TLS over unix:"):
            open_it(f"unix:{tmp_path}/s", tls=TlsCreds(good()))


def test_a_stranger_who_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snapmgr.migrate.tls.PATIENCE", 0.05)
    refused = Refused()
    listener = Listener(ANY, TlsCreds(good()), refused=refused.tell)
    address = address_of(listener.uri)
    assert isinstance(address, tuple)
    with ThreadPoolExecutor(1) as threads, socket.create_connection(address):
        coming = threads.submit(listener.accept)
        assert "timed out" in refused.message()
        monkeypatch.setattr("snapmgr.migrate.tls.PATIENCE", 5.0)
        connect(address, 5.0, TlsCreds(good())).close()
        coming.result().close()

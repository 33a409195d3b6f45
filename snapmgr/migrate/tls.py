"""TLS under a tcp channel, with certificates as QEMU's tls-creds-x509 expects them (crypto/tlscredsx509.c).

A folder holds ca-cert.pem and, as the side needs them, server-cert.pem and server-key.pem, or client-cert.pem and
client-key.pem; ca-crl.pem is heeded where it is there.  Both sides verify each other, as with QEMU's verify-peer=on.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.migrate.channel import ChannelBroken, broken
from snapmgr.migrate.connected import ConnectedSocket
from snapmgr.savevm.output import Buffer

PIECE = 256 << 10
"""Bytes encrypted or decrypted at once, while the other direction waits."""

PATIENCE = 10.0
"""Seconds that the other side may take to shake hands."""

_OTHER_NAMES = (62, 64)
"""X509_V_ERR_HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH (openssl/x509_vfy.h)."""

CA, REVOKED = "ca-cert.pem", "ca-crl.pem"


class TlsFailed(SnapmgrError):
    """Both sides did not come to trust each other."""

    exit_code = 1

    def __init__(self, message: str, code: str = "tls", hint: str | None = None) -> None:
        super().__init__(code, message, hint=hint)


@dataclass(frozen=True, slots=True)
class TlsCreds:
    """``hostname`` is whom the server's certificate must name, where it is not the host that is connected to
    (migration parameters tls-creds and tls-hostname)."""

    folder: Path
    hostname: str | None = None

    def server(self) -> ssl.SSLContext:
        """For the side that listens.  Raises UsageError that names the file which is missing or wrong."""
        context = self._context(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_REQUIRED
        self._load(context, "server")
        return context

    def client(self) -> ssl.SSLContext:
        """For the side that connects; it shows a certificate where it has one.  Raises as ``server``."""
        context = self._context(ssl.PROTOCOL_TLS_CLIENT)
        if (self.folder / "client-cert.pem").exists() or (self.folder / "client-key.pem").exists():
            self._load(context, "client")
        return context

    def _context(self, protocol: ssl._SSLMethod) -> ssl.SSLContext:
        context = ssl.SSLContext(protocol)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)  # else a cut looks like an end (OpenSSL 3)
        self._add(context, CA)
        if (self.folder / REVOKED).exists():
            self._add(context, REVOKED)
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        return context

    def _add(self, context: ssl.SSLContext, name: str) -> None:
        self._readable(name)
        try:
            context.load_verify_locations(cafile=self.folder / name)
        except ssl.SSLError as error:
            raise self._bad(name, f"it holds no certificate ({reason(error)})") from error

    def _load(self, context: ssl.SSLContext, side: str) -> None:
        certificate, key = f"{side}-cert.pem", f"{side}-key.pem"
        self._readable(certificate)
        self._readable(key)
        try:
            # an encrypted key would be asked for on the terminal
            context.load_cert_chain(self.folder / certificate, self.folder / key, password=lambda: "")
        except ssl.SSLError as error:
            if error.reason == "KEY_VALUES_MISMATCH":
                raise self._bad(key, f"it does not belong to {certificate}") from error
            raise self._bad(certificate, f"it and {key} cannot be used ({reason(error)})") from error

    def _readable(self, name: str) -> None:
        try:
            (self.folder / name).open("rb").close()
        except OSError as error:
            text = f"Unable to access credentials {self.folder / name}: {error.strerror}"
            message = f"{self.folder / name} cannot be read: {error.strerror}"
            hint = "The folder has the files of QEMU's tls-creds-x509."
            raise UsageError("tls-creds", message, hint=hint, qemu=text) from error

    def _bad(self, name: str, why: str) -> UsageError:
        return UsageError("tls-creds", f"{self.folder / name} is of no use: {why}")


class TlsChannel(ConnectedSocket):
    """A Channel over a connected socket, which it takes over.

    Sending and receiving take turns at the cipher, not at the socket: one thread may wait in each.
    """

    def __init__(self, connection: socket.socket, context: ssl.SSLContext, *, hostname: str | None) -> None:
        """Shakes hands, as the server where there is no ``hostname``.  Raises TlsFailed."""
        super().__init__(connection)
        self._come, self._go = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._come, self._go, server_side=hostname is None, server_hostname=hostname)
        self._cipher, self._sending = threading.Lock(), threading.Lock()
        self._decrypted: deque[bytes] = deque()
        connection.settimeout(PATIENCE)
        try:
            self._shake_hands()
        except (OSError, ChannelBroken) as error:
            with suppress(OSError, ChannelBroken):
                self._flush()  # the other side is told why
            connection.close()
            raise _failed(error, hostname) from error
        connection.settimeout(None)

    def send(self, buffers: Sequence[Buffer]) -> None:
        for buffer in buffers:
            view = memoryview(buffer).cast("B")
            for at in range(0, len(view), PIECE):
                piece = view[at : at + PIECE]
                while len(piece):
                    with self._cipher:
                        piece = piece[self._write(piece) :]
                self._flush()

    def receive(self) -> Buffer:
        while True:
            with self._cipher:
                piece = self._decrypted.popleft() if self._decrypted else self._read()
            if piece is not None:
                return piece
            if self._go.pending:
                with suppress(ChannelBroken):  # what TLS itself has to say may come too late
                    self._flush()
            self._take_in()

    def end(self) -> None:
        with self._cipher, suppress(ssl.SSLError, ChannelBroken):
            while piece := self._read():  # unwrap looks for the other side's end, and chokes on anything before it
                self._decrypted.append(piece)
            self._tls.unwrap()
        with suppress(ChannelBroken):
            self._flush()
        super().end()

    def _shake_hands(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._take_in()
            else:
                self._flush()
                return

    def _write(self, piece: memoryview) -> int:
        try:
            return self._tls.write(piece)
        except ssl.SSLError as error:
            raise broken(error) from error

    def _read(self) -> bytes | None:
        """What can be decrypted, empty at the end, None where more must come first."""
        try:
            return self._tls.read(PIECE)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLError as error:
            raise broken(error) from error

    def _flush(self) -> None:
        """What is encrypted, in its order, whoever made it."""
        with self._sending:
            with self._cipher:
                data = self._go.read()
            try:
                self._socket.sendall(data)
            except OSError as error:
                raise broken(error) from error

    def _take_in(self) -> None:
        try:
            data = self._socket.recv(PIECE)
        except OSError as error:
            raise broken(error) from error
        self.received += len(data)
        with self._cipher:
            if data:
                self._come.write(data)
            else:  # without TLS's own end: it was cut
                self._come.write_eof()


def reason(error: ssl.SSLError) -> str:
    """In words: what OpenSSL calls ``CERTIFICATE_VERIFY_FAILED``."""
    return (error.reason or error.strerror or str(error)).replace("_", " ").lower()


def _failed(error: OSError | ChannelBroken, hostname: str | None) -> TlsFailed:
    if isinstance(error, ssl.SSLCertVerificationError):
        whose = "of the other side" if hostname is None else f"of {hostname}"
        why = error.verify_message.rstrip(".")
        message = f"the certificate {whose} is not accepted: {why}"
        if error.verify_code in _OTHER_NAMES:
            return TlsFailed(message, "tls-hostname", "Say whom the certificate names.")
        return TlsFailed(message)
    if isinstance(error, ssl.SSLError):
        if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNEXPECTED_MESSAGE", "RECORD_LAYER_FAILURE"):
            return TlsFailed("the other side does not speak TLS")
        return TlsFailed(f"TLS with the other side failed: {reason(error)}")
    return TlsFailed(f"TLS with the other side does not come about: {error}")

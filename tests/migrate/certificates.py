"""Certificates of a day, in folders as tls-creds-x509 has them."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_CA = "basicConstraints=critical,CA:TRUE"
_AUTHORITY = """\
[ca]
default_ca = this
[this]
new_certs_dir = .
rand_serial = yes
database = index
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
"""
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def authority(folder: Path) -> Path:
    """A folder with ca-cert.pem, and its key beside it."""
    folder.mkdir()
    words = ("-keyout", "ca-key.pem", "-out", "ca-cert.pem", "-subj", "/CN=authority", "-addext", _CA)
    _openssl(folder, "req", "-x509", *_KEY, "-days", "1", *words)
    return folder


def issue(folder: Path, side: str, names: str = "DNS:localhost,IP:127.0.0.1", *, over: bool = False) -> None:
    """A certificate for ``side`` by the folder's authority, of a day; ``over``: that day was in 2020."""
    _openssl(folder, "req", *_KEY, "-keyout", f"{side}-key.pem", "-out", "request.pem", "-subj", f"/CN={side}")
    (folder / "names").write_text(f"subjectAltName={names}\n")
    (folder / "index").write_text("")
    (folder / "authority").write_text(_AUTHORITY)  # "ca" alone takes dates of the past in OpenSSL 3.0 and 3.5
    dates = ("-startdate", "20200101000000Z", "-enddate", "20200102000000Z") if over else ("-days", "1")
    signed = ("-in", "request.pem", "-out", f"{side}-cert.pem", "-cert", "ca-cert.pem", "-keyfile", "ca-key.pem")
    _openssl(folder, "ca", "-batch", "-notext", "-config", "authority", "-extfile", "names", *signed, *dates)


@functools.cache
def good() -> Path:
    """One authority, one server (localhost, 127.0.0.1), one client; kept for the run."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    kept = tempfile.TemporaryDirectory(prefix="snapmgr-tls-")
    _KEPT.append(kept)
    folder = authority(Path(kept.name) / "good")
    issue(folder, "server")
    issue(folder, "client")
    return folder


_KEPT: list[tempfile.TemporaryDirectory[str]] = []

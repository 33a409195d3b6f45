"""Certificates of a day, in folders as tls-creds-x509 has them."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_CA = "basicConstraints=critical,CA:TRUE"
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def authority(folder: Path) -> Path:
    """A folder with ca-cert.pem, and its key beside it."""
    folder.mkdir()
    words = ("-keyout", "ca-key.pem", "-out", "ca-cert.pem", "-subj", "/CN=authority", "-addext", _CA)
    _openssl(folder, "req", "-x509", *_KEY, "-days", "1", *words)
    return folder


def issue(folder: Path, side: str, names: str = "DNS:localhost,IP:127.0.0.1", *, days: int = 1) -> None:
    """A certificate for ``side`` by the folder's authority; of negative ``days`` it was over yesterday."""
    _openssl(folder, "req", *_KEY, "-keyout", f"{side}-key.pem", "-out", "request.pem", "-subj", f"/CN={side}")
    (folder / "names").write_text(f"subjectAltName={names}\n")
    signed = ("-in", "request.pem", "-out", f"{side}-cert.pem", "-CA", "ca-cert.pem", "-CAkey", "ca-key.pem")
    _openssl(folder, "x509", "-req", *signed, "-days", str(days), "-extfile", "names")


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

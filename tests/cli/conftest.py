"""``snapctl`` as the tests call it: in this process, with what it printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from snapmgr.cli import main
from snapmgr.vmstate.dump import dump_text
from tests.vmstate.verdicts import whole


@dataclass(frozen=True)
class Result:
    """How a call ended: exit code, and standard output and error as bytes."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        document = self.document
        assert set(document) == {"error"}
        return dict(document["error"])


Snapctl = Callable[..., Result]


@pytest.fixture
def snapctl(capsysbinary: pytest.CaptureFixture[bytes]) -> Snapctl:
    def call(*words: object) -> Result:
        capsysbinary.readouterr()
        code = main([str(word) for word in words])
        captured = capsysbinary.readouterr()
        return Result(int(code), captured.out, captured.err)

    return call


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """What QEMU 10.0 says of all its device types."""
    path = tmp_path / "pc.json"
    path.write_text(dump_text(whole("100")))
    return path

"""What ``lzop`` packed, unpacked by that program where it is installed, as libvirt does it.

LZO itself is not linked: its library is under the GPL.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import threading
from typing import IO

PROGRAM = "lzop"
_SAID = 500
"""Bytes of its complaints that are kept."""


def installed() -> bool:
    """Whether there is such a program."""
    return shutil.which(PROGRAM) is not None


class LzopReader(io.RawIOBase):
    """The unpacked bytes of ``file`` from where it stands.  Raises OSError where the program finds them damaged.

    The program is fed piece by piece, and ended by ``close``.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._process = subprocess.Popen(
            [PROGRAM, "-dc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._file = file
        self._feeder = threading.Thread(target=self._feed, daemon=True)
        self._feeder.start()

    def _feed(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            with pipe:
                shutil.copyfileobj(self._file, pipe, 1 << 20)
        except (OSError, ValueError):  # it has ended, or the file was closed
            return

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        out = self._process.stdout
        assert out is not None
        data = out.read(-1 if size is None else size)
        if not data and size and self._process.wait():
            assert self._process.stderr is not None
            said = self._process.stderr.read(_SAID).decode("utf-8", "replace").strip()
            raise OSError(said.splitlines()[-1] if said else f"{PROGRAM} failed")
        return data

    def close(self) -> None:
        if not self.closed:
            self._process.kill()
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()
            self._process.wait()
            self._feeder.join()
        super().close()

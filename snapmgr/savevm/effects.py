"""What a loader asks of whoever drives it: the loader itself neither opens nor sends anything."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpenReturnPath:
    """Open the way back to the source; where that is not possible, say ``loader.return_path_failed()``."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Send these bytes back to the source."""

    data: bytes


@dataclass(frozen=True, slots=True)
class SwitchoverStart:
    """The source has stopped its guest (QEMU 10.0)."""


@dataclass(frozen=True, slots=True)
class EnableColo:
    """Keep a cache of RAM: checkpoints follow when all is loaded.  Only a driver that announced that it can is told."""


@dataclass(frozen=True, slots=True)
class PostcopyListen:
    """Pages come while devices are loaded, and while the guest runs."""


@dataclass(frozen=True, slots=True)
class PostcopyRun:
    """Let the guest run; what still comes is to be read beside it."""


@dataclass(frozen=True, slots=True)
class PostcopyResume:
    """The source goes on after a break: acknowledge it, and ask again for the pages that are waited for."""


@dataclass(frozen=True, slots=True)
class StateLoaded:
    """All is loaded; ``offset`` is where the stream's next byte, if any, is not ours."""

    offset: int


Effect = (
    OpenReturnPath | Reply | SwitchoverStart | PostcopyListen | PostcopyRun | PostcopyResume | EnableColo | StateLoaded
)

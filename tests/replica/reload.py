"""A real QEMU that loads a stream of the case ``pc-halt.v72``, stays paused, and migrates out again."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from snapmgr.replica.machine import Replica
from snapmgr.savevm.output import Output
from tests import corpus
from tests.qemu import QEMU, Machine

CASE = "pc-halt.v72"
MACHINE = "pc-i440fx-7.2"


def written(replica: Replica) -> bytes:
    """The stream that a replica saves."""
    out = bytearray()

    def drain(buffers: object) -> None:
        for buffer in buffers:  # type: ignore[attr-defined]
            out.extend(buffer)

    replica.save(Output(drain))
    return bytes(out)


def saved_again(stream: bytes, folder: Path, case: str = CASE) -> Path:
    """The stream that QEMU writes after it has loaded ``stream``."""
    result = folder / "again.mig"
    with loaded(stream, folder, case) as qemu:
        qemu.migrate(result)
    return result


@contextmanager
def loaded(stream: bytes, folder: Path, case: str = CASE) -> Iterator[Machine]:
    """A QEMU like the destination of ``case`` that has loaded ``stream`` and stands still."""
    given = folder / "given.mig"
    given.write_bytes(stream)
    for name, entry in corpus.streams()["aux"].items():
        if name.startswith("boot-"):
            (folder / name).write_bytes(corpus.unpack(corpus.corpus_root() / "streams" / entry["file"]))
    arguments = [text.replace("@AUX@", str(folder)) for text in corpus.streams()["cases"][case]["dest_args"]]
    arguments = arguments if "-S" in arguments else ["-S", *arguments]
    arguments[arguments.index("-M") + 1] = MACHINE
    arguments[arguments.index("-incoming") + 1] = f"exec:cat {given}"
    ours, theirs = socket.socketpair()
    with ours, theirs, (folder / "log").open("wb") as log:
        control = ["-chardev", f"socket,id=qmp,fd={theirs.fileno()}", "-mon", "chardev=qmp,mode=control"]
        assert QEMU is not None
        process = subprocess.Popen([QEMU, *arguments, *control], pass_fds=[theirs.fileno()], stderr=log)
        theirs.close()
        try:
            qemu = Machine(ours, process.pid, folder)
            while qemu.run("query-status")["status"] == "inmigrate":
                pass
            yield qemu
        except BaseException as error:
            error.add_note((folder / "log").read_text(errors="replace"))
            raise
        finally:
            process.kill()
            process.wait()

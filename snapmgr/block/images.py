"""Opening disk images by path: what they are, locked as QEMU's readers lock them, with what they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from snapmgr.block import lock
from snapmgr.block.backing import Chain
from snapmgr.block.device import BlockDevice
from snapmgr.block.formats import CHECKED_BY_QEMU, HEAD, image_format
from snapmgr.block.qcow2.disk import Qcow2Disk
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.raw import RawFile
from snapmgr.errors import ImageError, NotFound, SnapmgrError, Unsupported
from snapmgr.work import Progress, no_progress


def open_image(
    path: str | Path, *, allow_roots: Iterable[Path] = (), use: lock.Use = lock.Use.READ, checking: bool = False
) -> Qcow2Image:
    """Open a qcow2 image, while others may use it.

    With ``Use.READ`` writers are kept off where there is none yet; ``Use.SHARE`` never stands in anybody's way, which
    is right for a look at the metadata; with ``Use.WRITE`` the file under the image may be written, and nobody else
    may use it (InUse).  ``checking`` opens what only a check can, and stays off images that somebody writes (InUse).

    Raises NotFound, Unsupported ``raw-disk`` or ``foreign-format`` (named in the message), ImageError where
    ``qemu-img info`` fails too.
    """
    file = RawFile.open(path, writable=use is lock.Use.WRITE)
    try:
        form = format_of(file)
        if form != "qcow2":
            raise not_checked(path, form) if checking else not_qcow2(path, form)
        if use is lock.Use.SHARE:
            lock.share(file.descriptor)
        elif use is lock.Use.WRITE or checking:
            lock.acquire(file.descriptor, use, path)
        else:
            lock.acquire_read_or_share(file.descriptor, path)
        return _qcow2(file, path, Chain.of(Path(path), allow_roots), checking=checking)
    except BaseException:
        file.close()
        raise


def format_of(file: BlockDevice) -> str:
    """``qcow2``, ``raw``, or QEMU's name of another format, by contents."""
    head = bytearray(min(HEAD, file.size))
    file.pread_into(0, memoryview(head))
    return image_format(bytes(head))


def not_qcow2(path: str | Path, form: str) -> Unsupported:
    """The error that says by name why an image of format ``form`` is not used."""
    if form == "raw":
        return Unsupported(
            "raw-disk",
            f"{path} is a raw disk: it can hold no snapshots",
            path=path,
            hint="Name a qcow2 image, or convert this one with qemu-img convert -O qcow2.",
        )
    return Unsupported(
        "foreign-format",
        f"{path} is an image in {form} format; snapshots are read from qcow2 images only",
        path=path,
        hint="Convert it with qemu-img convert -O qcow2.",
    )


def not_checked(path: str | Path, form: str) -> Unsupported:
    """The same for a check: QEMU looks through some formats, and finds nothing to look through in others."""
    if form in CHECKED_BY_QEMU:
        message = f"{path} is an image in {form} format: only those in qcow2 format are checked here"
        return Unsupported("foreign-format", message, path=path, hint=f"qemu-img check -f {form} checks it.")
    return Unsupported(
        "raw-disk" if form == "raw" else "foreign-format",
        f"{path} is {'a raw disk' if form == 'raw' else f'an image in {form} format'}: it has nothing to be checked",
        path=path,
        qemu="This image format does not support checks",
    )


def _qcow2(file: RawFile, path: str | Path, chain: Chain, *, checking: bool = False) -> Qcow2Image:
    named = Path(path)
    identity = file.identity

    def open_backing(name: str, form: str | None) -> BlockDevice:
        return _open_backing(name, form, named, chain.below(identity))

    def open_data_file(name: str, form: str | None) -> BlockDevice:
        return _open_data_file(name, named, chain)

    try:
        return Qcow2Image(file, path=named, open_backing=open_backing, open_data_file=open_data_file, checking=checking)
    except SnapmgrError as error:
        error.path = str(path)
        if error.qemu is not None:
            error.qemu = f"Could not open '{path}': {error.qemu}"
        raise


def _open_backing(name: str, form: str | None, image: Path, chain: Chain) -> BlockDevice:
    target = chain.resolve(name, image)
    try:
        file = RawFile.open(target)
    except NotFound as error:
        raise ImageError(
            "backing-missing",
            f"the backing file {target} does not exist",
            path=image,
            hint="Put it back where the image expects it.",
            qemu=f"Could not open '{image}': Could not open backing file: "
            f"Could not open '{target}': No such file or directory",
        ) from error
    try:
        chain.enter(file.identity, target)
        form = form or format_of(file)
        lock.acquire_read_or_share(file.descriptor, target)
        if form == "raw":
            return file
        if form == "qcow2":
            return _qcow2(file, target, chain)
        raise Unsupported(
            "backing-format",
            f"the backing file {target} is in {form} format, which is not read",
            path=image,
            hint="Convert the backing file with qemu-img convert -O qcow2, then rebase.",
        )
    except BaseException:
        file.close()
        raise


def _open_data_file(name: str, image: Path, chain: Chain) -> BlockDevice:
    target = chain.resolve(name, image)
    try:
        file = RawFile.open(target)
    except NotFound as error:
        raise ImageError(
            "data-file-missing",
            f"the external data file {target} does not exist",
            path=image,
            hint="Put it back where the image expects it.",
            qemu=f"Could not open '{image}': Could not open '{target}': No such file or directory",
        ) from error
    lock.acquire_read_or_share(file.descriptor, target)
    return file


def open_disk(path: str | Path, *, allow_roots: Iterable[Path] = (), progress: Progress = no_progress) -> Qcow2Disk:
    """The disk of a qcow2 image, to be written as a guest writes it.

    ``progress`` is told the bytes of tables that are looked through before.  Raises as ``open_image`` with
    ``Use.WRITE``, and as ``Qcow2Disk``.
    """
    image = open_image(path, allow_roots=allow_roots, use=lock.Use.WRITE)
    try:
        return Qcow2Disk(image, progress)
    except SnapmgrError as error:
        image.close()
        error.path = error.path or str(path)
        raise
    except BaseException:
        image.close()
        raise

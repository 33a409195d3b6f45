"""Which files an image may pull in by naming them: its backing file and its external data file.

The name comes from the image, so it is hostile: only files in the folder of the image that the user opened, or below
folders that the user allowed, are touched; never a protocol (``nbd:``, ``json:``), a loop, or an endless chain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from snapmgr.errors import ImageError, Unsupported

MAX_DEPTH = 100
"""Images in one chain; QEMU has no limit but that of open files."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Where an image stands: the folders it may read from, and the files (device, inode) that led to it."""

    roots: tuple[Path, ...] = ()
    above: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, image: Path, allow_roots: Iterable[Path] = ()) -> Chain:
        """The chain that begins with ``image``."""
        return cls(tuple(folder.resolve() for folder in (image.resolve().parent, *allow_roots)))

    def below(self, identity: tuple[int, int]) -> Chain:
        """The chain as the backing file of the image with ``identity`` sees it."""
        return Chain(self.roots, (*self.above, identity))

    def enter(self, identity: tuple[int, int], path: Path) -> None:
        """Raise ImageError if the file is already part of the chain, or the chain too long."""
        if identity in self.above:
            raise ImageError(
                "backing-loop",
                f"the chain of backing files leads back to {path}",
                path=path,
                hint="Set the right backing file with qemu-img rebase -u.",
            )
        if len(self.above) >= MAX_DEPTH:
            raise ImageError("backing-too-deep", f"more than {MAX_DEPTH} backing files in a chain", path=path)

    def resolve(self, name: str, image: Path) -> Path:
        """The file that ``image`` calls ``name``, taken from the image's own folder if relative.

        Raises Unsupported for a protocol, ImageError for a file outside the allowed folders.
        """
        plain = name.removeprefix("file:")
        head = plain.split("/", 1)[0]
        if ":" in head:
            raise Unsupported(
                "backing-protocol",
                f"the file is named by a protocol ({head.split(':', 1)[0]}:), and only plain files are read",
                path=image,
                hint="Rebase the image onto a local file.",
            )
        named = image.parent / plain
        try:
            target = named.resolve()
        except (OSError, ValueError, RuntimeError) as error:
            raise ImageError("backing-name", f"the name of the file cannot be followed: {error}", path=image) from error
        if not any(target.is_relative_to(root) for root in self.roots):
            raise ImageError(
                "backing-outside",
                f"{target} lies outside the image's own folder and is not read unasked",
                path=image,
                hint=f"Allow its folder, {target.parent}.",
            )
        return named

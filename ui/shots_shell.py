"""The shell's own pictures: start page, palette, preferences, notices, drop target, scales, directions."""

from __future__ import annotations

from ui.shell.documents import Document, DocumentKind
from ui.shell.notices import Tone
from ui.shots import SHOTS, Stage


@SHOTS.add("D1-welcome")
async def welcome(stage: Stage) -> None:
    """First run."""
    await stage.act("view.start")


@SHOTS.add("welcome-recents")
async def welcome_with_recents(stage: Stage) -> None:
    """Later: what was opened before."""
    remember = stage.context.documents.remember
    remember(Document(DocumentKind.DISKS, ("/var/lib/vm/devbox.qcow2", "/var/lib/vm/devbox-data.qcow2")))
    remember(Document(DocumentKind.STREAM, ("/var/tmp/devbox-to-host2.mig",)))
    remember(Document(DocumentKind.STREAM, (f"/var/tmp/{'very-' * 36}long-name.mig",)))
    remember(Document(DocumentKind.DISKS, ("/var/lib/vm/נסיעה-ראשונה.qcow2",)))


@SHOTS.add("D8-command-palette")
async def palette(stage: Stage) -> None:
    """Two letters typed over an open stream."""
    await stage.open(stage.demo)
    await stage.act("tools.palette")
    await stage.type("se", stage.window.palette_view.field)


@SHOTS.add("command-palette-all")
async def palette_all(stage: Stage) -> None:
    """As it opens: every command, those that are off last, with their reasons."""
    await stage.act("tools.palette")


@SHOTS.add("preferences")
async def preferences(stage: Stage) -> None:
    """One backing-file folder allowed."""
    stage.context.settings.set("files.allow_roots", ("/var/lib/libvirt/images",))
    await stage.act("app.settings")


@SHOTS.add("shortcuts")
async def shortcuts(stage: Stage) -> None:
    """F1."""
    await stage.act("help.shortcuts")


@SHOTS.add("about")
async def about(stage: Stage) -> None:
    """Version and licences."""
    await stage.act("help.about")


@SHOTS.add("drop-target", checked=False)
async def drop_target(stage: Stage) -> None:
    """A stream is dragged over the window."""
    stage.window.drop.show_for([str(stage.demo)])


@SHOTS.add("toast")
async def toast(stage: Stage) -> None:
    """Something finished."""
    await stage.open(stage.demo)
    stage.context.notify("The report is on the clipboard", tone=Tone.DONE)


@SHOTS.add("not-recognised")
async def not_recognised(stage: Stage) -> None:
    """A file that is neither a stream nor an image."""
    letter = stage.folder / "letter.txt"
    letter.write_text("Dear reader,\n")
    await stage.open(letter)


@SHOTS.add("scale-200", scale=2.0)
async def double(stage: Stage) -> None:
    """200 %: 2880×1800 dots."""
    await stage.open(stage.demo)


@SHOTS.add("welcome-200", scale=2.0)
async def double_welcome(stage: Stage) -> None:
    """The start page at 200 %."""


@SHOTS.add("text-150")
async def large_text(stage: Stage) -> None:
    """Body text of 20 px."""
    stage.context.settings.set("appearance.font_size", 20)
    await stage.open(stage.demo)


@SHOTS.add("welcome-text-150")
async def large_welcome(stage: Stage) -> None:
    """The start page with body text of 20 px."""
    stage.context.settings.set("appearance.font_size", 20)


@SHOTS.add("smallest", size=(800, 560))
async def smallest(stage: Stage) -> None:
    """The smallest window, with a stream."""
    await stage.open(stage.demo)


@SHOTS.add("welcome-smallest", size=(800, 560))
async def smallest_welcome(stage: Stage) -> None:
    """The smallest window, first run."""


@SHOTS.add("high-contrast", contrast=True)
async def high_contrast(stage: Stage) -> None:
    """The system asks for more contrast."""
    await stage.open(stage.demo)


@SHOTS.add("pseudo-translated-welcome", pseudo=True)
async def long_welcome(stage: Stage) -> None:
    """The start page in a language that needs 60 % more room."""


@SHOTS.add("right-to-left", right_to_left=True)
async def right_to_left(stage: Stage) -> None:
    """Mirrored for languages that are written from the right; bytes and offsets are not."""
    await stage.open(stage.demo)


@SHOTS.add("welcome-right-to-left", right_to_left=True)
async def right_to_left_welcome(stage: Stage) -> None:
    """The start page mirrored."""

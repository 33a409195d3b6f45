"""Pictures of the Snapshots view, from real images."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ui.shots import SHOTS, Stage

if TYPE_CHECKING:
    from ui.snapshots.page import SnapshotsPage

NOW = 1795447900.0
"""23 November 2026, 15:31 UTC, two hours after the corpus was made."""
MINUTE, HOUR, DAY = 60, 3600, 86400
SECOND = 10**9


def page(stage: Stage) -> SnapshotsPage:
    from ui.snapshots.page import SnapshotsPage

    found = stage.context.page("snapshots")
    assert isinstance(found, SnapshotsPage)
    return found


def shot(name: str, **facts: object) -> Callable[[Callable[[Stage], Coroutine[Any, Any, None]]], object]:
    """A picture that is taken two hours after the corpus was made."""

    def declare(run: Callable[[Stage], Coroutine[Any, Any, None]]) -> object:
        async def at_that_time(stage: Stage) -> None:
            stage.context.now = lambda: NOW
            await run(stage)

        at_that_time.__doc__ = run.__doc__
        SHOTS.add(name, **facts)(at_that_time)
        return run

    return declare


def image(stage: Stage, case: str, called: str) -> Path:
    """The first image of a case of the corpus under a name that a person might have given it."""
    from tests.ui.snapshots.made import case_with

    return case_with(case, stage.folder / called)


def devbox(stage: Stage) -> list[Path]:
    """Two disks of a machine with seven snapshots: one missing on the second disk, one that differs."""
    from tests.ui.snapshots.made import Entry, retabled

    now = int(NOW)
    entries = [
        Entry("fresh-install", now - 52 * DAY, 0, 1, state=False),
        Entry("after-first-boot", now - 51 * DAY, 192 * SECOND, 0),
        Entry("auto-2026-11-17T03:00:00-retention-policy-seven-days", now - 6 * DAY, 0, 2, state=False),
        Entry("pre-upgrade", now - 4 * DAY - 7 * HOUR, 158635 * SECOND + 218_000_000, 1),
        Entry("nginx-working", now - 18 * HOUR, 299980 * SECOND, 2),
        Entry("zfs-start", now - 17 * HOUR, 300373 * SECOND, 2),
        Entry("before-kernel-6.12", now - 134 * MINUTE, 353469 * SECOND, 2),
    ]
    second = [
        Entry(entry.name, entry.date_sec - (HOUR if entry.name == "nginx-working" else 0), entry.vm_clock_nsec,
              entry.like, state=False, id=str(number))
        for number, entry in enumerate(entries, 1)
        if entry.name != "pre-upgrade"
    ]  # fmt: skip
    return [
        retabled("vm-hmp-72", stage.folder / "devbox-vda.qcow2", entries),
        retabled("vm-hmp-72", stage.folder / "devbox-vdb.qcow2", second),
    ]


async def select(stage: Stage, name: str) -> None:
    """Select the snapshot of this name, and wait until its VM state was looked into."""
    from ui.models.snapshot_rows import key_of

    snapshots = page(stage)
    assert snapshots.found is not None
    row = next(row for row in snapshots.found.rows if row.name == name)
    assert snapshots.list.select(key_of(row))
    snapshots.list.view.setFocus()
    snapshots.snapshot.look_into()
    snapshots.snapshot.measure()
    await stage.settled()


async def open_devbox(stage: Stage) -> None:
    """The machine of the design's picture, with other images beside it."""
    from ui.shots_beside import remember_devbox

    stage.context.show_view("snapshots")
    machines = page(stage).machines  # on the list is enough: showing each of them takes longer than the picture
    for case, called in (
        ("vm-hmp-72", "router-lab.qcow2"),
        ("many-200", "2026-10-nightly-builds-of-the-17.qcow2"),
        ("fmt-v3", "freebsd-15.qcow2"),
    ):
        other = (str(image(stage, case, called)),)
        machines.add(other)
        await machines.read(other)
    disks = devbox(stage)
    remember_devbox(disks)
    await stage.open(*disks)
    await select(stage, "pre-upgrade")


@shot("A-snapshots")
async def snapshots(stage: Stage) -> None:
    """A snapshot that is not on all disks."""
    await open_devbox(stage)


@shot("snapshots-table")
async def table(stage: Stage) -> None:
    """All values."""
    await open_devbox(stage)
    await stage.act("snapshot.view")


@shot("snapshots-table-narrow", size=(1024, 700))
async def table_narrow(stage: Stage) -> None:
    """The same in a narrow window."""
    await open_devbox(stage)
    await stage.act("snapshot.view")


@shot("snapshots-panes-folded")
async def panes_folded(stage: Stage) -> None:
    """The list alone."""
    await open_devbox(stage)
    await stage.act("snapshot.pane_machines")
    await stage.act("snapshot.pane_details")


@shot("D6-narrow", size=(1024, 700))
async def narrow(stage: Stage) -> None:
    """1024×700."""
    await open_devbox(stage)


@shot("snapshots-smallest", size=(800, 560))
async def smallest(stage: Stage) -> None:
    """800×560: details are a page of their own."""
    await open_devbox(stage)


@shot("snapshots-smallest-details", size=(800, 560))
async def smallest_details(stage: Stage) -> None:
    """That page."""
    await open_devbox(stage)
    page(stage).show_details(True)


@shot("snapshots-200", scale=2.0)
async def double(stage: Stage) -> None:
    """200 %."""
    await open_devbox(stage)


@shot("snapshots-text-150")
async def large_text(stage: Stage) -> None:
    """Body text of 20 px."""
    stage.context.settings.set("appearance.font_size", 20)
    await open_devbox(stage)


@shot("pseudo-translated-snapshots", pseudo=True)
async def long_words(stage: Stage) -> None:
    """In a language that needs 60 % more room."""
    await open_devbox(stage)


@shot("snapshots-right-to-left", right_to_left=True)
async def right_to_left(stage: Stage) -> None:
    """Mirrored."""
    await open_devbox(stage)


@shot("snapshots-empty")
async def empty(stage: Stage) -> None:
    """Nothing was opened yet."""
    await stage.act("view.snapshots")


@shot("snapshots-none")
async def none(stage: Stage) -> None:
    """An image without snapshots."""
    from tests.ui.snapshots.made import retabled

    await stage.open(retabled("fmt-v3", stage.folder / "freebsd-15.qcow2", []))


@shot("snapshots-names")
async def names(stage: Stage) -> None:
    """Names of every kind: empty, with line ends and escapes, not UTF-8, written from the right, very long."""
    from tests.ui.snapshots.made import Entry, retabled

    now = int(NOW)
    tags: list[str | bytes] = [
        "סביבת עבודה לפני השדרוג", "نقطة قبل الترقية 6.12", "", "  ", "line\nbreak", "\x1b[31mred", b"caf\xe9-\xff",
        "\u202eltr", "a" * 80 + "-" + "b" * 174, "снимок-日本語-🙂", "2",
    ]  # fmt: skip
    entries = [Entry(tag, now - (place + 1) * HOUR, place * SECOND, 1) for place, tag in enumerate(tags)]
    await stage.open(retabled("vm-hmp-72", stage.folder / "names.qcow2", entries))
    page(stage).list.timeline.setFocus()
    await stage.settled()


@shot("snapshots-long-name")
async def long_name(stage: Stage) -> None:
    """A name of 255 characters, selected; an image with a name of 200."""
    from tests.ui.snapshots.made import Entry, retabled

    tag = "nightly-" + "retention-policy-" * 14 + "123456789"
    called = "לפני-" + "very-" * 36 + "long.qcow2"
    await stage.open(retabled("vm-hmp-72", stage.folder / called, [Entry(tag, int(NOW) - DAY, 10**14, 1)]))


@shot("snapshots-10000")
async def ten_thousand(stage: Stage) -> None:
    """10 000 snapshots, and the filter narrows them."""
    from tests.ui.snapshots.made import Entry, retabled

    entries = [
        Entry(f"auto-{n:05}-every-five-minutes", int(NOW) - n * 300, (10_000 - n) * 300 * SECOND, n % 2, n % 2 == 1)
        for n in range(10_000, 0, -1)
    ]
    await stage.open(retabled("vm-hmp-72", stage.folder / "ci-runner-03.qcow2", entries))
    await stage.type("42", page(stage).header.filter)


@shot("snapshots-filter-none")
async def filter_without_match(stage: Stage) -> None:
    """A filter that nothing matches."""
    await open_devbox(stage)
    await stage.type("zsf", page(stage).header.filter)


@shot("snapshots-in-use")
async def in_use(stage: Stage) -> None:
    """A QEMU has the image open."""
    from tests.ui.snapshots.made import held

    path = image(stage, "vm-hmp-72", "router-lab.qcow2")
    with held(path, "qemu-system-x86"):
        await stage.open(path)
        await select(stage, "work")


@shot("snapshots-encrypted")
async def encrypted(stage: Stage) -> None:
    """Encrypted: the list only."""
    await stage.open(image(stage, "fmt-aes", "payroll.qcow2"))


@shot("snapshots-damaged")
async def damaged(stage: Stage) -> None:
    """An image with faults: what is sound is shown."""
    await stage.open(image(stage, "bad-trunc-half", "copied-in-a-hurry.qcow2"))


@shot("snapshots-error")
async def error(stage: Stage) -> None:
    """An image that cannot be shown."""
    await stage.open(image(stage, "vm-hmp-72", "router-lab.qcow2"))
    await stage.open(image(stage, "bad-unknown-incompat-named", "from-the-future.qcow2"))


@shot("snapshots-reading")
async def reading(stage: Stage) -> None:
    """An image that takes its time."""
    await open_devbox(stage)
    snapshots = page(stage)
    assert snapshots.document() is not None
    snapshots.machines.forget(snapshots.document().sources)
    snapshots.shown.show_reading()


@shot("export-several")
async def export_several(stage: Stage) -> None:
    """What Export… asks where several are selected."""
    await open_devbox(stage)
    stage.context.settings.state["export_folder"] = "/tmp"
    page(stage).list.view.selectAll()
    await stage.settled()
    await stage.act("snapshot.export")


@shot("snapshots-export")
async def export(stage: Stage) -> None:
    """What Export… asks."""
    await open_devbox(stage)
    stage.context.settings.state["export_folder"] = "/tmp"
    await stage.act("snapshot.export")

"""Pictures of the Inspector, from real streams."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ui.shots import SHOTS, Stage

if TYPE_CHECKING:
    from ui.inspector.page import InspectorPage

FIELD = b"\0\x40"
"""What the damaged stream carries too much: a 16-bit field that no description names."""


def page(stage: Stage) -> InspectorPage:
    from ui.inspector.page import InspectorPage

    found = stage.context.page("inspector")
    assert isinstance(found, InspectorPage)
    return found


def stream(stage: Stage, name: str, *, damaged: bool = False, called: str = "") -> Path:
    """A stream of the corpus, unpacked into the shot's folder."""
    from tests.corpus import stream_bytes

    target = stage.folder / (called or f"{name}.mig")
    target.write_bytes(stream_bytes(name, damaged=damaged))
    return target


async def stray_field(stage: Stage, called: str = "devbox-to-host2.mig") -> Path:
    """A live stream of a q35 machine in which a device section carries a field too much, as from a patched QEMU."""
    from snapmgr.containers.open import open_source
    from snapmgr.inspect.index import index_stream

    whole = stream(stage, "q35-live.v100", called="whole.mig")
    source = open_source(whole)
    records = [record for record in index_stream(source).records if record.type == "FULL"]
    source.close()
    chosen = next((record for record in records if record.idstr == "serial"), records[len(records) // 2])
    end = chosen.payload + chosen.payload_length
    data = whole.read_bytes()
    target = stage.folder / called
    target.write_bytes(data[:end] + FIELD + data[end:])
    return target


@SHOTS.add("C-inspector")
async def inspector(stage: Stage) -> None:
    """A stream that does not load, its problem selected."""
    await stage.open(await stray_field(stage))


@SHOTS.add("inspector-demo")
async def demo(stage: Stage) -> None:
    """The demo stream as it opens."""
    await stage.open(stage.demo)


@SHOTS.add("inspector-field")
async def field(stage: Stage) -> None:
    """One field of a device selected, found by its name."""
    await stage.open(stream(stage, "q35-live.v100"))
    inspector = page(stage)
    await stage.type("env.eip", inspector.content.tree.find)
    inspector.content.tree.find.accepted.emit()


@SHOTS.add("inspector-filter")
async def filtered(stage: Stage) -> None:
    """A filter with many matches."""
    await stage.open(stream(stage, "q35-live.v100"))
    await stage.type("irq", page(stage).content.tree.find)


@SHOTS.add("inspector-filter-none")
async def filter_without_match(stage: Stage) -> None:
    """A filter that nothing matches."""
    await stage.open(stream(stage, "q35-live.v100"))
    await stage.type("lsrr", page(stage).content.tree.find)


@SHOTS.add("inspector-ram")
async def ram(stage: Stage) -> None:
    """RAM blocks."""
    await stage.open(stream(stage, "q35-live.v100"))
    await stage.act("stream.ram_blocks")


@SHOTS.add("D5-pagemap")
async def page_map(stage: Stage) -> None:
    """The pages of RAM, zoomed in, one that came in several passes selected."""
    await stage.open(stream(stage, "xbzrle.v100"))
    await stage.act("stream.ram_map")
    memory = page(stage).memory
    assert memory.pane is not None
    memory.pane.map.set_zoom(3)
    await most_sent(stage)


async def most_sent(stage: Stage) -> None:
    """Select the page that came most often."""
    from snapmgr.inspect.page_states import page_states

    inspector = page(stage)
    assert inspector.loaded is not None
    times = page_states(inspector.loaded.index, "pc.ram").times
    inspector.memory.go_to("pc.ram", int(times.argmax()) * 4096)
    await stage.settled()


@SHOTS.add("inspector-map-whole", themes=("light",))
async def page_map_whole(stage: Stage) -> None:
    """All pages of a block."""
    await stage.open(stream(stage, "q35-live.v100"))
    await stage.act("stream.ram_map")


@SHOTS.add("inspector-map-times", themes=("dark",))
async def page_map_times(stage: Stage) -> None:
    """How often each page was sent."""
    await stage.open(stream(stage, "q35-live.v100"))
    await stage.act("stream.ram_map")
    pane = page(stage).memory.pane
    assert pane is not None
    pane.looks.set_chosen("times")
    pane.look_wanted.emit()
    await stage.settled()


@SHOTS.add("inspector-map-narrow", size=(1024, 700))
async def page_map_narrow(stage: Stage) -> None:
    """The page map in a small window, coloured by what pages hold."""
    await stage.open(stream(stage, "q35-live.v100"))
    await stage.act("stream.ram_map")
    pane = page(stage).memory.pane
    assert pane is not None
    pane.looks.set_chosen("content")
    pane.look_wanted.emit()
    await stage.settled()
    pane.map.set_zoom(3)


@SHOTS.add("inspector-passes", themes=("light",))
async def passes(stage: Stage) -> None:
    """What each pass over RAM carried."""
    await stage.open(stream(stage, "q35-live.v100"))
    await stage.act("stream.ram_passes")


@SHOTS.add("inspector-find", size=(1024, 700))
async def find(stage: Stage) -> None:
    """Text in RAM: the hits, and the page of the first."""
    await stage.open(stream(stage, "q35-live.v100"))
    await stage.act("stream.find")
    pane = page(stage).finding().pane
    await stage.type("SeaBIOS", pane.field)
    pane.begun.emit()
    await stage.settled()


async def compared(stage: Stage, steps: int = 6) -> None:
    """Two streams beside each other, a field that differs selected with its bytes."""
    await stage.open(stream(stage, "pc-halt.v100", called="devbox-before.mig"))
    await stage.open(stream(stage, "pc-live.v100", called="devbox-after.mig"))
    await stage.act("stream.compare")
    await stage.settled()
    for _ in range(steps):
        await stage.act("compare.next")


@SHOTS.add("inspector-compare")
async def compare(stage: Stage) -> None:
    """Two streams beside each other."""
    await compared(stage)


@SHOTS.add("inspector-compare-narrow", size=(1024, 700))
async def compare_narrow(stage: Stage) -> None:
    """The same at 1024×700."""
    await compared(stage)


@SHOTS.add("inspector-compare-smallest", size=(800, 560))
async def compare_smallest(stage: Stage) -> None:
    """The same at 800×560."""
    await compared(stage)


@SHOTS.add("inspector-bookmarks", themes=("dark",))
async def bookmarks(stage: Stage) -> None:
    """Places that were kept."""
    await stage.open(stream(stage, "q35-live.v100"))
    inspector = page(stage)
    for name in ("env.eip", "env.cr[3]", "irr"):
        inspector.content.tree.find.clear()
        await stage.type(name, inspector.content.tree.find)
        inspector.content.tree.find.accepted.emit()
        await stage.act("stream.bookmark")
    await stage.act("stream.bookmarks")


@SHOTS.add("inspector-tabs", size=(1024, 700))
async def tabs(stage: Stage) -> None:
    """Several streams that are open."""
    for name, called in (("pc-halt.v100", "devbox-before.mig"), ("pc-live.v100", "devbox-after.mig")):
        await stage.open(stream(stage, name, called=called))
    await stage.open(await stray_field(stage))


@SHOTS.add("inspector-screen", themes=("light",))
async def guests_screen(stage: Stage) -> None:
    """What the guest showed."""
    await stage.open(stream(stage, "devices-q35.v100"))
    await stage.act("stream.screen")


@SHOTS.add("inspector-libvirt", themes=("light",))
async def libvirt_domain(stage: Stage) -> None:
    """The domain that libvirt saved, before its stream."""
    from tests.containers.test_libvirt import saved
    from tests.corpus import stream_bytes

    xml = """<domain type='kvm'>
  <name>devbox</name>
  <memory unit='KiB'>2097152</memory>
  <vcpu placement='static'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-10.0'>hvm</type>
  </os>
</domain>"""
    target = stage.folder / "devbox.save"
    target.write_bytes(saved(stream_bytes("tiny.v100"), xml=xml))
    await stage.open(target)
    await stage.act("stream.domain")


@SHOTS.add("inspector-records")
async def records(stage: Stage) -> None:
    """Records in the order of the wire."""
    await stage.open(stream(stage, "q35-live.v100"))
    await stage.act("stream.records")


@SHOTS.add("inspector-description")
async def description(stage: Stage) -> None:
    """The VM description, at the device that is selected."""
    await stage.open(stream(stage, "q35-live.v100"))
    inspector = page(stage)
    inspector.content.bytes.tabs.setCurrentIndex(1)
    await stage.settled()
    spans = inspector.loaded.spans if inspector.loaded else ()
    device = next(span for span in spans if span.label == "serial" or span.label.startswith("cpu"))
    inspector.links.select_node(device.path, "picture")


@SHOTS.add("inspector-export")
async def export(stage: Stage) -> None:
    """What can be exported, and where to."""
    stage.context.settings.state["export_folder"] = "/tmp"
    await stage.open(stage.demo)
    await stage.act("stream.export")


@SHOTS.add("inspector-empty")
async def empty(stage: Stage) -> None:
    """Nothing was opened yet."""
    await stage.act("view.inspector")


@SHOTS.add("inspector-truncated")
async def truncated(stage: Stage) -> None:
    """A stream that ends early."""
    whole = stream(stage, "q35-live.v100", called="whole.mig")
    cut = stage.folder / "cut.mig"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    await stage.open(cut)


async def changed(stage: Stage, change: Callable[[Path], object]) -> None:
    """A field in the middle of a stream is looked at, and its file changes."""
    path = stream(stage, "q35-live.v100", called="devbox-to-host2.mig")
    await stage.open(path)
    inspector = page(stage)
    spans = inspector.loaded.spans if inspector.loaded else ()
    inspector.links.select_node(next(span.path for span in spans if span.label == "apic"), "picture")
    await stage.settled()
    change(path)
    inspector.changing.watch.look()
    await stage.settled()
    await stage.until(inspector.content.notice.isVisible)
    inspector.content.bytes.hex.viewport().repaint()
    await stage.settled()


def _rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"QEVM")


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 3)


@SHOTS.add("inspector-changed")
async def changed_on_disk(stage: Stage) -> None:
    """The stream was written to since it was opened."""
    await changed(stage, _rewrite)


@SHOTS.add("inspector-changed-lost")
async def lost_on_disk(stage: Stage) -> None:
    """The stream was cut off since it was opened: bytes that are gone are marked."""
    await changed(stage, _cut)


@SHOTS.add("inspector-changed-gone-smallest", size=(800, 560))
async def gone_from_disk(stage: Stage) -> None:
    """The file was deleted, in the smallest window."""
    await changed(stage, Path.unlink)


def many_passes(stage: Stage) -> Path:
    """A live stream whose passes over RAM come forty times."""
    from snapmgr.containers.open import open_source
    from snapmgr.inspect.index import index_stream

    whole = stream(stage, "q35-live.v100", called="whole.mig")
    source = open_source(whole)
    parts = [record for record in index_stream(source).records if record.type == "PART"]
    source.close()
    begin, end = parts[0].offset, parts[-1].offset + parts[-1].length
    data = whole.read_bytes()
    target = stage.folder / "devbox-to-host2.mig"
    with target.open("wb") as file:
        file.write(data[:begin])
        for _ in range(40):
            file.write(data[begin:end])
        file.write(data[end:])
    return target


@SHOTS.add("inspector-reading")
async def reading(stage: Stage) -> None:
    """A stream that is still being read: what was read can be used."""
    from ui.inspector.presenter import prepare
    from ui.shell.documents import Document, DocumentKind

    await stage.act("view.inspector")
    inspector = page(stage)
    path = many_passes(stage)
    loaded = await stage.context.tasks.run_in_worker(_half, path)
    document = Document(DocumentKind.STREAM, (str(path),))
    inspector.show_growth(prepare(loaded), document)


def _half(path: Path) -> object:
    from snapmgr.containers.open import open_source
    from snapmgr.inspect.index import index_stream
    from snapmgr.work import CancelToken

    token = CancelToken()

    def stop(done: int, total: int) -> None:
        if done > total // 2:
            token.cancel()

    return index_stream(open_source(path), progress=stop, cancel=token)


@SHOTS.add("inspector-not-a-stream")
async def not_a_stream(stage: Stage) -> None:
    """A qcow2 image where a stream was expected: its VM states are offered."""
    from tests.corpus import images, unpack_image
    from ui.shell.documents import Document, DocumentKind

    name = next(name for name in ("vm-mixed", "vm-hmp-72", "vm-hmp-100") if name in images())
    image = next(path for path in unpack_image(name, stage.folder).values() if path.suffix == ".qcow2")
    await stage.context.documents.show(Document(DocumentKind.STREAM, (f"{image}@no-such-snapshot",)))


@SHOTS.add("inspector-long-name")
async def long_name(stage: Stage) -> None:
    """A name of 200 characters, and one that is written from the right."""
    await stage.open(stream(stage, "tiny.v100", called="סביבת-עבודה-" + "very-long-" * 17 + "name.mig"))


@SHOTS.add("inspector-narrow", size=(1024, 700))
async def narrow(stage: Stage) -> None:
    """1024×700."""
    await stage.open(await stray_field(stage))


@SHOTS.add("inspector-smallest", size=(800, 560))
async def smallest(stage: Stage) -> None:
    """800×560."""
    await stage.open(await stray_field(stage))


@SHOTS.add("inspector-200", scale=2.0)
async def double(stage: Stage) -> None:
    """200 %."""
    await stage.open(await stray_field(stage))


@SHOTS.add("inspector-text-150")
async def large_text(stage: Stage) -> None:
    """Body text of 20 px."""
    stage.context.settings.set("appearance.font_size", 20)
    await stage.open(await stray_field(stage))


@SHOTS.add("pseudo-translated-inspector", pseudo=True)
async def long_words(stage: Stage) -> None:
    """In a language that needs 60 % more room."""
    await stage.open(await stray_field(stage))


@SHOTS.add("pseudo-translated-smallest", pseudo=True, size=(800, 560))
async def long_words_smallest(stage: Stage) -> None:
    """The same in the smallest window."""
    await stage.open(stage.demo)


@SHOTS.add("inspector-right-to-left", right_to_left=True)
async def right_to_left(stage: Stage) -> None:
    """Mirrored; bytes and offsets are not."""
    await stage.open(await stray_field(stage))

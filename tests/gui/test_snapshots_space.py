"""What snapshots take up is said in the details and before they are deleted, and is what a deletion frees."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from snapmgr.errors import Cancelled
from snapmgr.snapshots import space
from snapmgr.work import CancelToken
from tests.gui.changing import asked, click, rows, strip
from tests.gui.desk import Desk
from tests.ui.snapshots.made import held
from ui.shell import formats
from ui.snapshots import spaces
from ui.snapshots.delete_dialog import DeleteDialog


def shown(desk: Desk) -> tuple[str, str]:
    facts = desk.page.details.area.facts
    return facts.value("Only its own"), facts.value("Shared")


def said(path: Path, name: str) -> tuple[str, str]:
    of = space.measure([path]).of(rows(path)[name])
    assert of is not None
    return formats.size(of.unique), formats.size(of.shared)


def test_the_details_say_it_once_it_is_known(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.image("vm-hmp-72")
    monkeypatch.setattr(spaces.Spaces, "want", lambda *_: None)  # however slow the machine is
    desk.open(path)
    desk.select("work")
    assert shown(desk) == ("…", "…")
    monkeypatch.undo()
    desk.page.snapshot.measure()
    desk.until(lambda: desk.page.spaces.of(desk.page.on_show or ()) is not None)
    assert shown(desk) == said(path, "work")
    desk.select("done")
    assert shown(desk) == said(path, "done"), "known already"


def test_it_is_measured_again_when_the_image_changes(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.select("boot")
    desk.page.snapshot.measure()
    desk.settle()
    desk.select("work")
    click(desk, desk.page.header.delete)
    dialog = asked(desk, DeleteDialog)
    frees = dialog.frees.value("Frees")
    assert frees == said(path, "work")[0]
    click(desk, dialog.go)
    assert strip(desk)[1] == f"{frees} of the file are free now"
    desk.select("boot")
    desk.until(lambda: shown(desk)[0] != "…")
    assert shown(desk) == said(path, "boot")


def test_several_free_what_they_share_too(desk: Desk) -> None:
    path = desk.image("fmt-v3")
    desk.open(path)
    known = rows(path)
    desk.page.list.view.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.page.list.view.selectAll()
    desk.settle()
    click(desk, desk.page.header.delete)
    dialog = asked(desk, DeleteDialog)
    desk.settle()
    measured = space.measure([path])
    together = measured.freed_by(known.values())
    assert together is not None and dialog.frees.value("Frees") == formats.size(together)
    assert together > sum(measured.freed_by([row]) or 0 for row in known.values())
    dialog.reject()


def test_where_another_process_writes_it_nobody_can_say(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    with held(path, "qemu-system-x86"):
        desk.open(path)
        desk.select("work")
        desk.page.snapshot.measure()
        desk.settle()
        assert shown(desk) == ("not known", "not known")


def test_another_machine_stops_the_measuring(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()

    def endless(paths: Sequence[str], cancel: CancelToken) -> Any:
        begun.set()
        cancel._event.wait()
        ended.set()
        raise Cancelled

    one, two = desk.image("vm-hmp-72"), desk.image("fmt-v3")
    desk.open(two)
    desk.open(one)
    monkeypatch.setattr(spaces, "measure", endless)
    desk.select("work")
    desk.page.snapshot.measure()
    desk.until(begun.is_set)
    monkeypatch.undo()
    desk.page.choose((str(two),))
    desk.until(ended.is_set)
    desk.settle()
    desk.page.snapshot.measure()
    desk.settle()
    assert shown(desk) == said(two, desk.page.snapshot.name()) and not desk.errors()

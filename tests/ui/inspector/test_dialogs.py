"""What is written to files: exports, and the contents of RAM blocks."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel

from tests import corpus
from tests.ui.inspector.conftest import Live
from tests.ui.inspector.made import Stream
from ui.inspector import exporting
from ui.inspector.checking import CheckDialog
from ui.inspector.dialogs import ExportDialog
from ui.inspector.exporting import What
from ui.inspector.repair_dialog import RepairDialog, bytes_text


def test_a_block_is_saved_as_it_is(live: Live, stream: Stream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live.open(stream("tiny.v100"))
    target = tmp_path / "pc.ram.bin"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    live.act("stream.save_block")
    truth = next(block for block in corpus.streams()["cases"]["tiny.v100"]["blocks"] if block["name"] == "pc.ram")
    data = target.read_bytes()
    assert len(data) == truth["used"]
    if truth["sha256"] is not None:
        assert hashlib.sha256(data).hexdigest() == truth["sha256"]
    assert live.context.notices.history[-1].text.startswith("pc.ram is saved")


def test_the_stream_itself_is_never_written(live: Live, stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stream("tiny.v100")
    before = path.read_bytes()
    live.open(path)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
    live.act("stream.save_block")
    assert path.read_bytes() == before
    assert live.context.notices.history[-1].failure is not None


@pytest.mark.parametrize("choice", range(3))
def test_exports_are_json_and_say_what_the_engine_says(live: Live, stream: Stream, tmp_path: Path, choice: int) -> None:
    live.open(stream("tiny.v100"))
    dialog = ExportDialog(live.context, live.page)
    dialog._choices.button(choice).click()
    target = tmp_path / f"{choice}.json"
    dialog.path.setText(str(target))
    dialog.go.click()
    live.settle()
    written = json.loads(target.read_text())
    if choice == 0:
        assert written["size"] == 150_209 and written["configuration"]["machine"] == "pc-i440fx-10.0"
    elif choice == 1:
        assert target.read_text() == corpus.analyze_truth("tiny.v100")
    else:
        names = [row["name"] for row in written["tree"]]
        assert live.page.loaded is not None
        assert names == [node.name for node in live.page.loaded.index.tree.roots]
        cpu = next(row for row in written["tree"] if row["name"] == "cpu")
        assert any(field["name"] == "env.eip" for field in cpu["children"][1]["children"])
    assert list(tmp_path.glob("*.part")) == []


def test_ram_is_exported_as_a_block_and_as_a_core(live: Live, stream: Stream, tmp_path: Path) -> None:
    live.open(stream("tiny.v100"))
    assert live.page.loaded is not None
    for what, magic in ((What.BLOCK, None), (What.CORE, b"\x7fELF\x02\x01")):
        dialog = ExportDialog(live.context, live.page)
        dialog._choices.button(list(What).index(what)).click()
        assert dialog.path.text().endswith("pc.ram.bin" if what is What.BLOCK else "tiny.v100-ram.core")
        target = tmp_path / what.name
        dialog.path.setText(str(target))
        dialog.go.click()
        live.settle()
        data = target.read_bytes()
        ram = live.page.loaded.index.ram.read("pc.ram", 0, 2 << 20)
        assert data == ram if magic is None else data.startswith(magic) and ram[:4096] in data


def test_a_core_of_a_machine_that_is_not_known_is_refused_with_the_reason(
    live: Live, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.open(stream("tiny.v100"))
    loaded = live.page.loaded
    assert loaded is not None
    configuration = dataclasses.replace(loaded.index.configuration, machine="virt-10.0")
    index = dataclasses.replace(loaded.index, configuration=configuration)
    assert "virt-10.0" in exporting.refused(index, What.CORE)
    left_out = [dataclasses.replace(block, ignored=True) for block in index.blocks]
    assert "not in the stream" in exporting.refused(dataclasses.replace(index, blocks=left_out), What.BLOCK)
    assert "no RAM blocks" in exporting.refused(dataclasses.replace(index, blocks=()), What.BLOCK)


def test_an_export_that_cannot_be_written_says_so_before_the_click(live: Live, stream: Stream, tmp_path: Path) -> None:
    live.open(stream("tiny.v100"))
    dialog = ExportDialog(live.context, live.page)
    dialog.path.setText(str(tmp_path / "missing" / "x.json"))
    assert not dialog.go.isEnabled() and "no folder" in dialog.message.text()
    dialog.path.setText(str(tmp_path))
    assert not dialog.go.isEnabled() and "folder" in dialog.message.text()
    dialog.path.setText(str(tmp_path / "x.json"))
    assert dialog.go.isEnabled() and dialog.go.text() == "Export"
    (tmp_path / "x.json").write_text("{}")
    dialog._check()
    assert dialog.go.text() == "Replace file"
    dialog.reject()


def test_a_form_that_the_stream_does_not_allow_cannot_be_chosen_and_says_why(live: Live, stream: Stream) -> None:
    live.open(stream("no-vmdesc.v72"))
    dialog = ExportDialog(live.context, live.page)
    dialog.show()
    summary, devices, structure, *_ = dialog._choices.buttons()
    assert summary.isEnabled() and structure.isEnabled() and not devices.isEnabled()
    assert "has no VM description (vmdesc)" in devices.toolTip() == devices.accessibleDescription()
    QTest.mouseClick(devices, Qt.MouseButton.LeftButton)
    assert not devices.isChecked() and dialog.what() is What.SUMMARY
    assert [part.text() for part in dialog.findChildren(QLabel) if part.text().startswith(devices.toolTip())]
    dialog.reject()


def test_an_export_that_fails_on_a_fault_of_the_stream_is_explained(
    live: Live, stream: Stream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.open(stream("no-vmdesc.v72"))
    monkeypatch.setattr("ui.inspector.exporting.refused", lambda index, what: "")
    dialog = ExportDialog(live.context, live.page)
    dialog._choices.button(1).click()
    dialog.path.setText(str(tmp_path / "x.json"))
    dialog.show()
    dialog.go.click()
    live.settle()
    assert "Not exported" in dialog.message.text() and dialog.go.isEnabled()
    assert not (tmp_path / "x.json").exists() and list(tmp_path.glob("*.part")) == []
    dialog.reject()


def test_check_against_another_stream_shows_what_stands_between(live: Live, stream: Stream) -> None:
    live.open(stream("damaged-instance.v72", damaged=True))
    live.act("stream.check_against")
    (dialog,) = live.window.findChildren(CheckDialog)
    assert not dialog.trial.isEnabled()
    dialog.target.setText(str(stream("tiny.v72")))
    dialog.go.click()
    live.settle()
    assert live.page.loaded is not None and live.page.content is not None
    checked = live.page.loaded.index.problems
    assert (checked[0].code, checked[0].section) == ("device-unknown", "fw_cfg (7)")
    assert live.page.content.problems.row() == 0
    assert "fw_cfg" in live.page.content.problems.explanation.qemu.text()
    assert live.context.notices.history[-1].text.startswith("Checked against")
    live.act("stream.check_against")
    dialog = live.window.findChildren(CheckDialog)[-1]
    dialog.go.click()
    live.settle()
    assert "fw_cfg" in live.page.content.problems.explanation.qemu.text()
    again = live.page.loaded.index.problems
    assert again == checked, "those that it had with the machine before are no problems of the stream"


def test_a_target_that_cannot_be_asked_is_said_in_the_dialog(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v72"))
    dialog = CheckDialog(live.context, live.page)
    dialog.target.setText("no-such-qemu -M pc")
    assert dialog.trial.isEnabled()
    dialog.go.click()
    live.settle()
    assert not dialog.message.isHidden() and "no-such-qemu" in dialog.message.text()
    dialog.target.setText("/no-such-file")
    dialog.go.click()
    live.settle()
    assert dialog.message.text().startswith("Not checked. ") and dialog.message.text().count("no-such-file") == 1
    dialog.reject()


def test_a_repaired_copy_is_saved(live: Live, stream: Stream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live.open(stream("tiny.v72"))
    assert live.context.actions.reason("stream.save_repaired") == "Nothing can be repaired without guessing"
    live.open(stream("damaged-footer-id.v72", damaged=True))
    target = tmp_path / "mended.mig"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    live.act("stream.save_repaired")
    dialog = live.window.findChild(RepairDialog)
    assert dialog is not None and not target.exists(), "what is to be changed is said first"
    before, after = (
        corpus.stream_bytes(name, damaged=name != "tiny.v72") for name in ("damaged-footer-id.v72", "tiny.v72")
    )
    [change] = dialog.wanted
    assert before[change.offset :][: len(change.removed)] == change.removed
    said = dialog.list.item(0).text()
    assert "the id of its section" in said and bytes_text(change) in said and f"{change.offset:08X}" in said
    dialog.go.click()
    live.settle()
    assert target.read_bytes() == after
    assert live.context.notices.history[-1].text == "mended.mig is a repaired copy, with 1 change"

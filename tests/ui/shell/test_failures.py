"""What is said of an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import InUse, SnapmgrError, StreamError, Unsupported
from ui.shell.failures import describe


def test_an_error_of_the_engine_keeps_its_facts() -> None:
    error = StreamError(
        "unknown-section",
        "unknown section type 9",
        path="/vm/a.mig",
        offset=0x12C,
        qemu="Unknown savevm section type 9",
    )
    failure = describe(error, "Not opened")
    assert failure.title == "Not opened: a.mig"
    assert failure.text == "Unknown section type 9."
    assert (failure.code, failure.path, failure.offset) == ("unknown-section", "/vm/a.mig", 300)
    report = failure.report()
    assert "0000012C" in report and "QEMU says: Unknown savevm section type 9" in report


def test_every_failure_says_what_to_do() -> None:
    assert "other process" in describe(InUse("in-use", "held by qemu, 4711"), "Not changed").hint
    assert describe(Unsupported("x", "This is a vmdk image", hint="Convert it"), "Not opened").hint == "Convert it."
    assert describe(FileNotFoundError(2, "No such file or directory", "/vm/x"), "Not opened").hint
    assert describe(PermissionError(13, "Permission denied", "/vm/x"), "Not opened").path == "/vm/x"


@pytest.mark.parametrize(
    ("message", "path", "text"),
    [
        ("chg.mig is not a migration stream", None, "chg.mig is not a migration stream."),
        ("guest is a folder, not a file", "guest", "guest is a folder, not a file."),
        ("guest is a folder, not a file", "/vm/guest", "guest is a folder, not a file."),
        ("guests are out", "/vm/guest", "Guests are out."),
        ("/vm/a.mig is empty", "/vm/a.mig", "/vm/a.mig is empty."),
        ("qemu-img wrote it", None, "qemu-img wrote it."),
        ("kind:x is not understood", None, "kind:x is not understood."),
        ("the stream ends early", "/vm/the.mig", "The stream ends early."),
        ("unknown.", None, "Unknown."),
    ],
)
def test_a_sentence_begins_with_a_capital_and_a_name_as_it_is(message: str, path: str | None, text: str) -> None:
    assert describe(StreamError("bad", message, path=path), "Not opened").text == text


def test_a_folder_that_is_opened_is_told_what_to_do_here(tmp_path: Path) -> None:
    with pytest.raises(Unsupported) as refused:
        open_source(tmp_path)
    failure = describe(refused.value, "Not opened")
    assert failure.text == f"{tmp_path} is a folder, not a file." and failure.hint == "Open one of the files in it."


def test_a_hint_names_what_does_it_in_the_window() -> None:
    error = SnapmgrError("disk-only", "the snapshot has no VM state", hint="Export its disk instead.")
    assert describe(error).hint == "Export its disk instead. Export… in Snapshots does that."


def test_a_fault_of_ours_says_so_and_keeps_the_trace() -> None:
    try:
        raise KeyError("section")
    except KeyError as error:
        failure = describe(error, "Not opened", Path("/vm/a.mig"))
    assert "fault in Snapmgr" in failure.text
    assert "Traceback" in failure.details and "Traceback" in failure.report()


def test_a_hostile_name_cannot_break_the_sentence() -> None:
    failure = describe(StreamError("bad", "no\nline", path="/vm/a\x1b[31m\n.mig"), "Not opened")
    assert "\n" not in failure.title and "\x1b" not in failure.title
    assert "\n" not in failure.text

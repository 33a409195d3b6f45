"""Every error text and every trace event of savevm.c is met in a test here, or left out with a reason."""

from __future__ import annotations

import pytest

from tests.savevm import spec
from tests.savevm.provoke import TEXTS as STREAM_TEXTS
from tests.savevm.provoke_snapshots import SNAPSHOT_TEXTS
from tests.savevm.provoke_traces import TRACES
from tests.savevm.spec import Text, Traced

TEXTS = STREAM_TEXTS | SNAPSHOT_TEXTS
NOTED_TEXTS, NOTED_TRACES = spec.noted()


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text.function}: {text.text[:40]}")
def test_the_text_is_met_byte_for_byte(text: Text) -> None:
    line, provoke = TEXTS[text]
    assert text.matches(line)
    assert line in provoke()


@pytest.mark.parametrize("traced", TRACES, ids=lambda traced: f"{traced.function}: {traced.name}")
def test_the_trace_event_is_met_with_its_arguments(traced: Traced) -> None:
    event, provoke = TRACES[traced]
    assert event.split(" ")[0] == traced.name
    assert event in provoke()


def test_nothing_of_savevm_is_forgotten() -> None:
    texts, traces = spec.excluded()
    assert sorted(NOTED_TEXTS) == sorted([*TEXTS, *texts])
    assert sorted(NOTED_TRACES) == sorted([*TRACES, *traces])
    assert all(reason.endswith(".") for reason in [*texts.values(), *traces.values()])


@pytest.mark.skipif(not spec.SOURCE.is_file(), reason="savevm.c is not beside the clone")
def test_what_was_noted_is_what_stands_in_savevm() -> None:
    assert spec.extracted(spec.SOURCE.read_text()) == (NOTED_TEXTS, NOTED_TRACES)
    assert len(NOTED_TEXTS) == spec.SOURCE.read_text().count("error_report(") + spec.SOURCE.read_text().count(
        "error_setg("
    ) + spec.SOURCE.read_text().count("error_setg_errno(") + spec.SOURCE.read_text().count("warn_report(")

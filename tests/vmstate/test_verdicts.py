"""The check finds what QEMU's static checker finds, in its order: between releases, and for every kind of change."""

from __future__ import annotations

from typing import Any

import pytest

from snapmgr.vmstate.check import check_dumps
from tests.vmstate import verdicts

Json = dict[str, Any]
NOTED = verdicts.noted()
PAIRS = list(verdicts.pairs())


@pytest.mark.parametrize(("label", "source", "destination"), PAIRS, ids=[label for label, _, _ in PAIRS])
def test_the_verdict_is_qemus(label: str, source: Json, destination: Json) -> None:
    findings = check_dumps(source, destination).findings
    assert [(item.code, item.section, item.description) for item in findings] == [
        tuple(verdict[:3]) for verdict in NOTED[label]
    ]
    for finding, (_, _, _, *names) in zip(findings, NOTED[label], strict=True):
        assert all(name in finding.message for name in names), (finding.message, names)


def test_every_kind_of_finding_was_compared() -> None:
    assert set(NOTED) == {label for label, _, _ in PAIRS}
    found = {verdict[0] for verdicts in NOTED.values() for verdict in verdicts}
    assert found == {
        *("section-missing", "entry-missing", "version", "minimum-version", "description-name", "unused-size"),
        *("description-missing", "field-missing", "field-name", "field-size", "subsection-missing"),
    }

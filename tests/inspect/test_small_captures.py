"""Captures that every clone has (``python -m tests.record_captures``): RAM is what the source said that it held."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from snapmgr.containers.capture import Role
from snapmgr.containers.open import open_source
from snapmgr.inspect.against.judge import judge
from snapmgr.inspect.against.streams import target_of
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.verify import LOADS, verify
from tests.record_captures import CAPTURES

TRUTHS = json.loads((CAPTURES / "truths.json").read_text())["sha256"]


@pytest.mark.parametrize("name", sorted(TRUTHS))
def test_channels_are_joined_to_what_the_source_had(name: str) -> None:
    with closing(open_source(CAPTURES / name)) as source:
        index = index_stream(source)
        assert [channel.role for channel in index.channels].count(Role.MULTIFD) == 2
        assert {block: index.ram.sha256(block) for block in TRUTHS[name]} == TRUTHS[name]
        assert {record.idstr for record in index.records.of("PACKET")} >= {"ram"}
        assert not verify(index).problems
        assert set(judge(index, target_of(index)).by_version.values()) == {LOADS}

"""Ends of sections found by the vmdesc alone, from as little of the stream as there is."""

from __future__ import annotations

import pytest

from snapmgr.errors import StreamError
from snapmgr.vmstate.description import Device, Field, Struct, VmDescription
from snapmgr.vmstate.layout import MAX_SECTION, NeedMore, VmdescLayout, measure
from tests.vmstate.described_streams import described_cases, described_stream
from tests.vmstate.test_walk import SUBSECTIONS, header, number, struct


@pytest.mark.parametrize("name", described_cases())
def test_the_end_of_every_real_section_is_found(name: str) -> None:
    stream = described_stream(name)
    layout = VmdescLayout(stream.description)
    for row in stream.rows:
        following = memoryview(stream.data)[row.offset :]
        assert layout.length_of(row.idstr, row.instance_id, row.version_id, following) == len(row.payload)


def test_a_prefix_asks_for_more_until_it_is_enough() -> None:
    stream = described_stream("q35-live.v100")
    layout = VmdescLayout(stream.description)
    for row in stream.rows:
        known, steps = 0, 0
        while True:
            view = memoryview(stream.data)[row.offset : row.offset + known]
            answer = layout.length_of(row.idstr, row.instance_id, row.version_id, view)
            if not isinstance(answer, NeedMore):
                break
            known, steps = known + answer.count, steps + 1
            assert answer.count > 0 and steps < 500
        assert answer == len(row.payload)
        assert known <= len(row.payload) + 1  # the next byte says whether a subsection follows


def test_what_is_not_described_has_no_length() -> None:
    assert VmdescLayout(VmDescription(())).length_of("ram", 0, 4, b"") is None


def test_subsections_count_only_if_they_are_there() -> None:
    x, y = header("s/x") + b"\1", header("s/y") + b"\1\2"
    assert measure(SUBSECTIONS, b"a" + x + y + b"\x7e\0") == 1 + len(x) + len(y)
    assert measure(SUBSECTIONS, b"a" + y + b"\x7e\0") == 1 + len(y)
    assert measure(SUBSECTIONS, b"a" + b"\x7e\0") == 1
    assert measure(SUBSECTIONS, b"a") == NeedMore(1)
    assert measure(SUBSECTIONS, b"a\5") == NeedMore(1)
    assert measure(SUBSECTIONS, b"a\5\3s") == NeedMore(2)


def test_a_list_with_other_marks_is_refused() -> None:
    element = struct(number("x", 2))
    with pytest.raises(StreamError) as caught:
        measure(struct(Field("l", "qtailq", 4, elements=(element,))), b"\1ab\7")
    assert (caught.value.code, caught.value.offset) == ("list-marker", 3)


def test_a_section_too_long_is_refused_before_waiting_for_it() -> None:
    device = Device("d", 0, Struct("d", 1, (Field("b", "buffer", MAX_SECTION, array_len=2),)))
    with pytest.raises(StreamError) as caught:
        measure(device, b"")
    assert caught.value.code == "section-too-long"

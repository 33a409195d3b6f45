"""A dump of device types as what describes a stream that does not do so itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import NotFound
from snapmgr.replica.edit import edit, find_place, scalars
from snapmgr.replica.machine import Replica
from snapmgr.vmstate.dumptypes import DumpTypes
from tests import corpus
from tests.replica.reload import written
from tests.vmstate.verdicts import whole


@pytest.fixture(params=["no-vmdesc.v72", "no-config-no-vmdesc.v72"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def replica(name: str, tmp_path: Path) -> Iterator[Replica]:
    path = tmp_path / "in.mig"
    path.write_bytes(corpus.stream_bytes(name))
    with closing(open_source(str(path))) as source:
        yield Replica.from_stream(source, DumpTypes(whole("100")))


def test_the_same_bytes_again_from_decoded_devices(replica: Replica, name: str) -> None:
    decoded = {device.idstr for device in replica.devices.values() if device.described}
    assert {"ioapic", "i8259", "0000:00:01.0/PIIX3", "mc146818rtc"} <= decoded
    assert written(replica) == corpus.stream_bytes(name)


def test_every_value_has_a_name_that_reaches_it(replica: Replica) -> None:
    for device in replica.devices.values():
        assert all(find_place(replica, way)[0] is device for way in scalars(device))


def test_an_edit_changes_its_own_bytes(replica: Replica, name: str) -> None:
    edit(replica, "0000:00:01.0/PIIX3/dev.config[0]@0x60=0102")
    edit(replica, "ioapic/ioredtbl[2]=0x0102030405060708")
    before, after = corpus.stream_bytes(name), written(replica)
    assert len(before) == len(after)
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert set(changed) <= set(range(1, 9)) and changed[:2] in ([1, 2], [2, 3])


def test_what_the_dump_does_not_tell_stays_bytes_with_the_reason(replica: Replica) -> None:
    assert replica.devices["cpu", 0].unknown == "the dump has no device type of this name"
    with pytest.raises(NotFound, match="hpet: its fields do not fill its bytes"):
        edit(replica, "hpet/config=0")
    assert edit(replica, "hpet/data@0=7f").after.startswith("7f")


def test_without_footers_nothing_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "in.mig"
    path.write_bytes(corpus.stream_bytes("bare.v72"))
    with closing(open_source(str(path))) as source:
        replica = Replica.from_stream(source, DumpTypes(whole("100")))
        assert {d.unknown for d in replica.devices.values()} == {"without footers nothing says where its section ends"}
        assert written(replica) == path.read_bytes()


def test_a_stream_that_describes_itself_is_believed_before_a_dump(tmp_path: Path) -> None:
    path = tmp_path / "in.mig"
    path.write_bytes(corpus.stream_bytes("pc-halt.v72"))
    with closing(open_source(str(path))) as source:
        replica = Replica.from_stream(source, DumpTypes({}))
        assert all(device.described for device in replica.devices.values())

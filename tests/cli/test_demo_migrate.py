"""``snapctl demo migrate`` and ``demo receive``: in one process, between two, and with a link that breaks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from snapmgr.block.qcow2.create import Qcow2Writer
from snapmgr.cli import demo_away
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.handover import Side
from snapmgr.migrate.model import Statistics
from snapmgr.migrate.recording_file import read_recording
from snapmgr.migrate.source import Outgoing
from snapmgr.savevm.status import MigrationStatus
from tests.cli.conftest import Snapctl
from tests.migrate.certificates import good
from tests.processes import beside

SNAPCTL = [sys.executable, "-m", "snapmgr.cli"]
SMALL = ("--ram", "16M", "--ticks", 20)


def new_disk(path: Path) -> Path:
    with path.open("w+b") as file:
        Qcow2Writer(file.fileno(), 1 << 20).finish()
    return path


@pytest.mark.parametrize("capability", ["", "xbzrle", "compress"])
def test_all_digests_agree(snapctl: Snapctl, tmp_path: Path, capability: str) -> None:
    disks = [new_disk(tmp_path / name) for name in ("one.qcow2", "two.qcow2")]
    words = [word for disk in disks for word in ("--disk", disk)]
    words += ["--capability", capability] if capability else []
    result = snapctl("demo", "migrate", *SMALL, *words, "--after", 30, "--workload", "hotspot", "--json")
    document = result.document
    assert result.code == 0 and document["status"] == "completed"
    assert document["source_digest"] == document["destination_digest"] == document["reference_digest"]
    assert document["tick"] == document["switchover_tick"] + 30 >= 50
    assert [phase["phase"] for phase in document["phases"]] == ["setup", "precopy", "switchover"]
    assert 0 < document["downtime_ms"] < document["total_ms"]
    assert all(snapctl("check", disk).code == 0 for disk in disks)


@pytest.mark.parametrize("fault", ["cut@5000", "cut@1000000", "cut-back@0"])
def test_a_link_that_breaks_leaves_the_guest_where_it_was(snapctl: Snapctl, fault: str) -> None:
    result = snapctl("demo", "migrate", *SMALL, "--after", 5, "--workload", "random", "--fault", fault, "--json")
    document = result.document
    assert result.code == 1 and document["status"] == "failed" and document["error"]
    assert document["source_digest"] == document["reference_digest"] and document["destination_digest"] is None
    said = snapctl("demo", "migrate", *SMALL, "--after", 5, "--workload", "random", "--fault", fault).text
    assert "not moved (failed)" in said and "the guest goes on where it was" in said and "all agree" in said


def test_a_pause_before_the_switchover(snapctl: Snapctl) -> None:
    words = ("--capability", "pause-before-switchover", "--continue-after", 50)
    document = snapctl("demo", "migrate", *SMALL, *words, "--after", 5, "--json").document
    assert document["status"] == "completed" and document["downtime_ms"] >= 50
    assert [phase["phase"] for phase in document["phases"]] == ["setup", "precopy", "pre-switchover", "switchover"]
    assert document["source_digest"] == document["destination_digest"] == document["reference_digest"]


def test_words_that_make_no_sense(snapctl: Snapctl) -> None:
    assert snapctl("demo", "migrate", "--fault", "cut@x").code == 2
    assert snapctl("demo", "migrate", "--mode", "warp").code == 2
    for fault in ("garbage-back@5", "cut@101%", "delay@5", "cut@5,mend"):
        assert snapctl("demo", "migrate", "--mode", "postcopy", "--fault", fault).code == 2
    assert snapctl("demo", "migrate", "--fault", "cut@5,recover").code == 2
    assert snapctl("demo", "migrate", "--mode", "postcopy", "--postcopy-after", "soon").code == 2
    assert (
        snapctl("demo", "migrate", "--mode", "postcopy", "--to", "unix:/nowhere/x", "--fault", "cut-back@9").code == 2
    )
    compress = ("--mode", "postcopy", "--capability", "compress", "--ticks", 0)
    assert snapctl("demo", "migrate", *compress, "--json").error["code"] == "postcopy-compress"
    nowhere = ("--mode", "mapped-ram", "--to", "exec:cat >/dev/null", "--ticks", 0)
    assert snapctl("demo", "migrate", *nowhere, "--json").error["code"] == "mapped-ram-transport"
    assert snapctl("demo", "migrate", "--mode", "colo", "--failover", "kill").code == 2
    assert snapctl("demo", "migrate", "--to", "carrier:pigeon", "--ticks", 0, "--json").error["code"] == "uri"
    assert (
        snapctl("demo", "migrate", "--to", "unix:/nowhere/x", "--ticks", 0, "--json").error["code"] == "cannot-connect"
    )


@pytest.mark.parametrize(
    "words", ["--preempt --fault cut@50%,recover", "--fault garbage@0%,recover --postcopy-after 0ms"]
)
def test_a_postcopy_that_breaks_and_goes_on(snapctl: Snapctl, words: str) -> None:
    document = snapctl("demo", "migrate", *SMALL, "--mode", "postcopy", "--after", 5, *words.split(), "--json").document
    assert document["status"] == "completed" and document["pauses"] == 1 and document["missing_pages"] == 0
    assert document["source_digest"] == document["destination_digest"] == document["reference_digest"]
    assert [phase["phase"] for phase in document["phases"]][2:] == [
        "switchover", "postcopy", "paused", "recover", "postcopy",
    ]  # fmt: skip
    assert document["postcopy-bytes"] > 0 and document["postcopy-blocktime"] > 0


def test_a_postcopy_that_nobody_recovers(snapctl: Snapctl) -> None:
    words = ("demo", "migrate", *SMALL, "--mode", "postcopy", "--postcopy-after", 0, "--fault", "cut@10%")
    result = snapctl(*words, "--json")
    document = result.document
    assert result.code == 1 and document["status"] == "failed" and document["missing_pages"] > 0
    assert document["source_digest"] is None and document["destination_digest"] is None
    assert "moved, but not whole" in snapctl(*words).text


def test_dirty_bitmaps_follow_or_are_lost(snapctl: Snapctl, tmp_path: Path) -> None:
    words = ("demo", "migrate", *SMALL, "--mode", "bitmaps", "--disk", new_disk(tmp_path / "disk.qcow2"))
    done = snapctl(*words, "--json").document
    assert done["status"] == "completed" and done["phases"][-1]["phase"] == "postcopy"
    assert done["source_digest"] == done["destination_digest"] == done["reference_digest"]
    lost = snapctl(*words, "--fault", "cut@0%")
    assert lost.code == 1 and "some dirty bitmaps may have been lost" in lost.text and "all agree" in lost.text


def between(
    uri: str, *disks: Path, words: tuple[str, ...] = (), there: str = "", here: str = ""
) -> tuple[dict[str, object], dict[str, object]]:
    """What both processes say."""
    like = ["--ram", "16M", *(word for disk in disks for word in ("--disk", str(disk))), "--json", *words]
    command = [*SNAPCTL, "demo", "receive", uri, "--after", "30", *like, *there.split()]
    with beside(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as receiver:
        assert receiver.stdout is not None and receiver.stderr is not None
        waiting = receiver.stderr.readline().decode().split()
        assert waiting[1:3] == ["waiting", "at"]
        source = subprocess.run(
            [*SNAPCTL, "demo", "migrate", "--to", waiting[3], "--ticks", "20", "--workload", "hotspot", *like,
             *here.split()],
            capture_output=True, check=False,
        )  # fmt: skip
        received = receiver.stdout.read()
    assert source.returncode == receiver.returncode == 0, source.stderr
    return json.loads(source.stdout), json.loads(received)


@pytest.mark.parametrize("kind", ["tls", "unix"])
def test_between_two_processes(snapctl: Snapctl, tmp_path: Path, kind: str) -> None:
    disk = new_disk(tmp_path / "disk.qcow2")
    if kind == "tls":
        words = ("--tls-creds", str(good()), "--capability", "multifd", "--multifd-channels", "3")
        sent, received = between("tcp:127.0.0.1:0", disk, words=words)
    else:
        sent, received = between(f"unix:{tmp_path}/s", disk)
    assert sent["status"] == "completed" and received["arrival_tick"] == sent["switchover_tick"]
    again = new_disk(tmp_path / "again.qcow2")
    straight = snapctl(
        "demo", "run", "--ram", "16M", "--workload", "hotspot", "--ticks", received["tick"], "--disk", again, "--json"
    )
    assert straight.document["digest"] == received["digest"]


def test_tls_options_that_make_no_sense(snapctl: Snapctl, tmp_path: Path) -> None:
    assert snapctl("demo", "migrate", "--tls-creds", tmp_path).code == 2
    assert snapctl("demo", "receive", "tcp::0", "--tls-hostname", "x").code == 2
    refused = snapctl("demo", "receive", "tcp::0", "--tls-creds", tmp_path, "--json")
    assert refused.code == 2 and "ca-cert.pem cannot be read" in refused.error["message"]


def test_by_way_of_a_mapped_ram_file(snapctl: Snapctl, tmp_path: Path) -> None:
    disk = new_disk(tmp_path / "disk.qcow2")
    document = snapctl(
        "demo", "migrate", *SMALL, "--mode", "mapped-ram", "--after", 5, "--disk", disk, "--json"
    ).document
    assert document["status"] == "completed"
    assert document["source_digest"] == document["destination_digest"] == document["reference_digest"]
    sent = snapctl("demo", "migrate", *SMALL, "--mode", "mapped-ram", "--to", f"file:{tmp_path}/ram", "--json").document
    like = ("--ram", "16M", "--capability", "mapped-ram", "--json")
    assert snapctl("demo", "receive", f"file:{tmp_path}/ram", *like).document["digest"] == sent["source_digest"]


def test_a_socket_is_cut_in_the_middle_of_a_postcopy(snapctl: Snapctl, tmp_path: Path) -> None:
    """The source connects anew, twice as there are two channels, and the guest at the other side never notices."""
    sent, received = between(
        f"unix:{tmp_path}/s",
        there="--capability postcopy-ram --capability postcopy-preempt",
        here="--mode postcopy --preempt --postcopy-after 0 --fault cut@50%,recover",
    )
    assert sent["status"] == "completed" and sent["pauses"] == 1 and received["missing_pages"] == 0
    assert received["arrival_tick"] == sent["switchover_tick"]
    straight = snapctl("demo", "run", "--ram", "16M", "--workload", "hotspot", "--ticks", received["tick"], "--json")
    assert straight.document["digest"] == received["digest"]


def test_by_way_of_a_file_and_a_command(snapctl: Snapctl, tmp_path: Path) -> None:
    for there, back in (
        (f"file:{tmp_path}/state,offset=512", f"file:{tmp_path}/state,offset=0x200"),
        (f"exec:gzip > {tmp_path}/state.gz", f"exec:gunzip < {tmp_path}/state.gz"),
    ):
        sent = snapctl("demo", "migrate", "--to", there, *SMALL, "--json").document
        received = snapctl("demo", "receive", back, "--ram", "16M", "--json").document
        assert received["digest"] == sent["source_digest"] and received["tick"] == sent["switchover_tick"]
    assert snapctl("inspect", tmp_path / "state.gz").code == 0


def test_a_command_that_fails(snapctl: Snapctl) -> None:
    result = snapctl("demo", "migrate", "--to", "exec:cat >/dev/null; exit 3", *SMALL, "--json")
    assert result.code == 1 and result.document["error"] == "the command ended with 3"


def test_a_signal_cancels_it() -> None:
    """SIGTERM: a shell has what runs beside it ignore SIGINT, and what is ignored stays so."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [
            *SNAPCTL,
            "demo",
            "migrate",
            "--to",
            f"tcp:127.0.0.1:{server.getsockname()[1]}",
            "--workload",
            "full",
        ]
        more = ["--downtime-limit", "1", "--max-bandwidth", "4M", "--ticks", "5", "--json"]
        with beside([*command, *more], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            connection, _ = server.accept()
            with connection:
                seen = 0
                while seen < 1 << 20:
                    seen += len(connection.recv(1 << 16))
                process.send_signal(signal.SIGTERM)
                document = json.loads(process.stdout.read())
    assert process.returncode == 1 and document["status"] == "cancelled" and document["error"] is None
    assert document["switchover_tick"] is None and document["transferred"] > 1 << 20


def test_a_signal_while_it_waits_before_the_switchover(
    snapctl: Snapctl, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The guest, which stands still already, goes on here, with its disks; the other side has nothing of it."""

    seen: list[RunState] = []

    def shown_by(report: object) -> Callable[[Outgoing, Statistics], None]:
        def show(outgoing: Outgoing, statistics: Statistics) -> None:
            if statistics.status is MigrationStatus.PRE_SWITCHOVER:
                os.kill(os.getpid(), signal.SIGTERM)
            elif statistics.status is MigrationStatus.CANCELLED:
                seen.append(outgoing._machine.run_state)

        return show

    monkeypatch.setattr(demo_away, "shown_by", shown_by)
    disk = new_disk(tmp_path / "disk.qcow2")
    like = ["--ram", "16M", "--disk", str(disk), "--json"]
    there = [*SNAPCTL, "demo", "receive", "tcp:127.0.0.1:0", *like]
    with beside(there, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as other:
        assert other.stderr is not None and other.stdout is not None
        uri = other.stderr.readline().decode().split()[-1]
        wait = ("--capability", "pause-before-switchover", "--continue-after", 60_000, "--ticks", 5)
        document = snapctl("demo", "migrate", "--to", uri, *like, *wait).document
        refused = json.loads(other.stdout.read())["error"]["code"]
    assert document["states"][-3:] == ["pre-switchover", "cancelling", "cancelled"]
    assert document["error"] is None and set(seen) == {RunState.RUNNING}
    assert (refused, other.returncode) == ("truncated", 3)
    assert snapctl("check", disk).code == 0


def test_it_is_recorded_with_its_states_and_numbers(snapctl: Snapctl, tmp_path: Path) -> None:
    file = tmp_path / "run.snapmgr-run"
    words = "--ram 16M --ticks 5 --after 5 --mode postcopy --capability xbzrle --max-postcopy-bandwidth 100M --json"
    done = snapctl("demo", "migrate", *words.split(), "--fault", "cut@50%,recover", "--record", str(file))
    assert done.code == 0
    told = done.document
    over = "device postcopy-device postcopy-active postcopy-paused postcopy-recover-setup postcopy-recover"
    assert told["states"] == ["setup", "active", *over.split(), "postcopy-active", "completed"]
    assert told["query-migrate"]["status"] == "completed" and told["query-migrate"]["ram"]["remaining"] == 0
    assert "cache-miss" in told["query-migrate"]["xbzrle-cache"]
    kept = read_recording(file)
    assert kept.outcome["destination_digest"] == told["destination_digest"] == told["reference_digest"]
    assert kept.facts["capabilities"] == ["postcopy-ram", "xbzrle"] and kept.end > 0 and kept.pages
    states = [moment.event["new_state"] for moment in kept.moments if moment.event.name == "migrate_set_state"
              and moment.side is Side.SOURCE]  # fmt: skip
    assert states == told["states"]
    assert {path.name for path in kept.streams.iterdir()} >= {"conn0.fwd.bin", "conn0.rev.bin"}
    refused = snapctl("demo", "migrate", "--record", str(file))
    assert refused.code == 2 and b"exists" in refused.err
    assert snapctl("demo", "migrate", "--record", str(tmp_path / "x"), "--to", "tcp:127.0.0.1:1").code == 2


def test_a_guest_that_writes_too_fast_is_moved_under_the_limit(snapctl: Snapctl) -> None:
    words = "--ram 16M --ticks 2 --after 2 --workload full --max-bandwidth 30M --downtime-limit 60"
    limit = ("--capability", "dirty-limit", "--vcpu-dirty-limit", "2")
    done = snapctl("demo", "migrate", *words.split(), *limit, "--json")
    assert done.code == 0 and done.document["throttle"] > 0


@pytest.mark.parametrize("words", ["migrate --to", "receive"])
def test_several_channels_do_not_fit_into_one_file(snapctl: Snapctl, tmp_path: Path, words: str) -> None:
    file = tmp_path / "file"
    refused = snapctl("demo", *words.split(), f"file:{file}", "--capability", "multifd", "--json")
    assert refused.code == 2 and refused.document["error"]["code"] == "one-channel"
    assert refused.document["error"]["qemu"] == "Migration requires multi-channel URIs (e.g. tcp)"
    assert not file.exists()

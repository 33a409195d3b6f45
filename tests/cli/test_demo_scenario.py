"""``snapctl demo migrate --scenario``: each of them does what it says on the command line, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from snapmgr.cli import demo_migrate
from snapmgr.cli.demo_scenario import _options
from snapmgr.migrate.model import Statistics
from snapmgr.migrate.scenarios import BY_ID, SCENARIOS
from snapmgr.migrate.source import Outgoing
from tests.cli.conftest import Snapctl

QUICK = ("--ram", "16M", "--ticks", 60, "--after", 5, "--tick-rate", 100, "--link-bandwidth", "32M",
         "--max-bandwidth", "128M", "--downtime-limit", 150, "--recover-after", 1, "--json")  # fmt: skip
"""Twice as fast as it is offered, on small machines."""
COLO = ("--checkpoints", 3, "--checkpoint-delay", 20, "--link-bandwidth", "256M")
MOST_PASSES = 5
"""After which it is taken to go on for ever."""


def given_up(outgoing: Outgoing, statistics: Statistics) -> None:
    if statistics.status.value == "active" and outgoing.query()["ram"]["dirty-sync-count"] > MOST_PASSES:  # type: ignore[index]
        outgoing.cancel()


CLAIMS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "converges": lambda told: told["status"] == "completed" and not told["throttle"],
    "never-converges": lambda told: told["states"][-2:] == ["cancelling", "cancelled"] and not told["throttle"],
    "auto-converge": lambda told: told["status"] == "completed" and told["throttle"] > 0,
    "postcopy": lambda told: "postcopy-active" in told["states"] and told["postcopy-requests"] > 0,
    "postcopy-breaks": lambda told: "postcopy-recover" in told["states"] and told["status"] == "completed",
    "colo": lambda told: told["colo"]["checkpoints"] >= 3 and told["source_digest"] is None,
}


@pytest.mark.parametrize("name", list(BY_ID))
def test_a_scenario_does_what_it_says(snapctl: Snapctl, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    if name == "never-converges":
        monkeypatch.setattr(demo_migrate, "shown_by", lambda report: given_up)
    words = (*QUICK, *(COLO if name == "colo" else ()))
    result = snapctl("demo", "migrate", "--scenario", name, *words)
    told = result.document
    assert CLAIMS[name](told) and told["scenario"] == name, told
    had = {told["source_digest"], told["destination_digest"]} - {None}
    assert had == {told["reference_digest"]}
    assert result.code == int(name == "never-converges")


def test_what_is_given_besides_replaces_what_it_asks_for(snapctl: Snapctl) -> None:
    told = snapctl("demo", "migrate", "--scenario", "postcopy", *QUICK, "--mode", "precopy", "--rate", 5).document
    assert told["status"] == "completed" and "postcopy-active" not in told["states"]


@pytest.mark.parametrize("name", list(BY_ID))
def test_it_is_the_one_of_the_window(name: str) -> None:
    wanted = BY_ID[name].wanted()
    parameters, options = wanted.parameters(), _options(wanted, away=False)
    known = {field.name for field in fields(parameters)} & options.keys()
    assert {"max_bandwidth", "downtime_limit", "cpu_throttle_initial", "max_cpu_throttle"} <= known
    assert all(getattr(parameters, one) == options[one] for one in known)
    assert (options["ram"], options["rate"], options["link_bandwidth"]) == (wanted.ram, wanted.writes, wanted.bandwidth)
    assert options["faults"] == tuple(f"cut@{fault.at}%,recover" for fault in wanted.faults())


def test_they_are_listed(snapctl: Snapctl) -> None:
    text = " ".join(snapctl("demo", "migrate", "--list").text.split())
    listed = snapctl("demo", "migrate", "--list", "--json").document["scenarios"]
    for scenario, told in zip(SCENARIOS, listed, strict=True):
        assert f"{scenario.id} {scenario.title} {scenario.lesson}" in text
        assert (told["scenario"], told["title"], told["lesson"]) == (scenario.id, scenario.title, scenario.lesson)
    assert listed[2]["options"]["auto-converge"] is True and listed[4]["options"]["fault"] == ["cut@20%,recover"]
    assert snapctl("demo", "migrate", "--scenario", "nobody").code == 2

"""Settings: bounds, files, migrations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ui.shell.settings import SETTINGS, Settings
from ui.shell.settings_migrations import MIGRATIONS, VERSION, MigrationError, migrate


def test_defaults_are_in_force_and_nothing_is_written(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "none")
    assert {setting.id: settings[setting.id] for setting in SETTINGS} == {s.id: s.default for s in SETTINGS}
    assert not (tmp_path / "none").exists()


def test_a_value_is_kept_and_announced(tmp_path: Path) -> None:
    settings, heard = Settings(tmp_path), []
    settings.changed.connect(heard.append)
    settings.set("appearance.theme", "light")
    settings.set("appearance.theme", "light")
    assert heard == ["appearance.theme"]
    assert Settings(tmp_path)["appearance.theme"] == "light"
    assert json.loads((tmp_path / "settings.json").read_text())["version"] == VERSION
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"], "no temporary file stays"


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("appearance.theme", "pink"),
        ("appearance.font_size", 99),
        ("appearance.font_size", True),
        ("appearance.font_size", "13"),
        ("files.reopen", 1),
        ("files.allow_roots", ["/a", 5]),
    ],
)
def test_what_a_setting_cannot_be(tmp_path: Path, id: str, value: Any) -> None:
    settings = Settings(tmp_path)
    with pytest.raises(ValueError):
        settings.set(id, value)
    assert not settings.path.exists()


def test_a_value_out_of_range_in_the_file_is_said_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"version": 1, "appearance.font_size": 900, "appearance.theme": "dark"}')
    settings = Settings(tmp_path)
    assert (settings["appearance.font_size"], settings["appearance.theme"]) == (13, "dark")
    assert "default" in settings.problem


@pytest.mark.parametrize("text", ["{", "[]", '{"theme": 1}', "\x00\x01", '{"version": "one"}'])
def test_a_damaged_file_is_kept_aside_and_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text)
    settings = Settings(tmp_path)
    assert settings["appearance.theme"] == "system"
    assert (tmp_path / "settings.damaged.json").read_text() == text
    assert "settings.damaged.json" in settings.problem


def test_what_a_newer_version_wrote_stays_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"version": 7, "later.thing": [1], "appearance.theme": "dark"}')
    settings = Settings(tmp_path)
    settings.set("appearance.font_size", 15)
    kept = json.loads((tmp_path / "settings.json").read_text())
    assert kept == {"version": 7, "later.thing": [1], "appearance.theme": "dark", "appearance.font_size": 15}


def test_migrations_run_in_order_on_a_copy() -> None:
    steps = {1: lambda v: {**v, "b": v.pop("a")}, 2: lambda v: {"c": v["b"] + 1}}
    old = {"a": 1}
    assert migrate(old, 1, version=3, migrations=steps) == {"c": 2}
    assert old == {"a": 1}
    assert migrate({"c": 5}, 3, version=3, migrations=steps) == {"c": 5}


def test_a_migration_that_fails_leaves_the_values_alone() -> None:
    old = {"x": 1}
    with pytest.raises(MigrationError):
        migrate(old, 1, version=2, migrations={1: lambda v: {"b": v["a"]}})
    with pytest.raises(MigrationError):
        migrate(old, 0, version=2, migrations={})
    assert old == {"x": 1}


def test_every_earlier_version_has_its_step() -> None:
    assert set(MIGRATIONS) == set(range(1, VERSION))


def test_the_window_state_is_a_file_of_its_own(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    settings.state["recent"] = [1]
    settings.save_state()
    assert Settings(tmp_path).state == {"recent": [1]}
    (tmp_path / "window.json").write_text("{")
    broken = Settings(tmp_path)
    assert broken.state == {} and broken.problem

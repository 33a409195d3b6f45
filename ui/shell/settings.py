"""Settings, each declared once: the preferences dialog, the palette and the reference read the declarations.

They are kept as JSON in the user's configuration folder, written whole or not at all.  What the window remembers by
itself (geometry, recent files) is a second file, so that losing it costs nothing.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QObject, Signal

from ui.shell import settings_migrations
from ui.words import later, tr


@dataclass(frozen=True, slots=True)
class Setting:
    """``label`` names it on its ``page``, ``about`` is one sentence; ``choices`` are (value, text); ``low`` and
    ``high`` are bounds.  Texts are translated where they are shown.

    The type is that of ``default``: bool, int, str (one of ``choices``) or tuple (a list of folders).
    """

    id: str
    page: str
    label: str
    about: str
    default: Any
    choices: tuple[tuple[str, str], ...] = ()
    low: int = 0
    high: int = 0
    unit: str = ""
    words: str = ""
    """More words under which a search finds it."""

    def checked(self, value: Any) -> Any:
        """``value`` if it is allowed, as this setting keeps it.  Raises ValueError."""
        if isinstance(self.default, tuple):
            if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
                return tuple(value)
        elif type(value) is type(self.default):
            if self.choices and value not in [choice for choice, _ in self.choices]:
                raise ValueError(tr("{setting} cannot be {value}", setting=self.id, value=repr(value)))
            if self.high and not self.low <= value <= self.high:
                said = tr("{setting} must lie between {low} and {high}", setting=self.id, low=self.low, high=self.high)
                raise ValueError(said)
            return value
        raise ValueError(tr("{setting} cannot be {value}", setting=self.id, value=repr(value)))


SETTINGS = (
    Setting(
        "appearance.theme",
        later("Appearance"),
        later("Theme"),
        later("Light, dark, or whatever the desktop says."),
        "system",
        #: The theme of the desktop
        choices=(("system", later("System")), ("light", later("Light")), ("dark", later("Dark"))),
        #: Words under which a search finds this setting
        words=later("colour color mode night"),
    ),
    Setting(
        "appearance.font_size",
        later("Appearance"),
        later("Text size"),
        later("Everything in the window grows with it."),
        13,
        low=11,
        high=22,
        unit="px",
        #: Words under which a search finds this setting
        words=later("font zoom large"),
    ),
    Setting(
        "appearance.system_font",
        later("Appearance"),
        later("Use the desktop’s font"),
        later("Instead of Inter, which comes with Snapmgr. Bytes and offsets stay in JetBrains Mono."),
        False,
        #: Words under which a search finds this setting
        words=later("typeface"),
    ),
    Setting(
        "appearance.motion",
        later("Appearance"),
        later("Motion"),
        later(
            "Reduced: nothing slides or fades in the Migration view, what is on its way is counted, and its page maps"
            " change twice a second."
        ),
        "system",
        #: How much may move
        choices=(("system", later("System")), ("reduced", later("Reduced"))),
        #: Words under which a search finds this setting
        words=later("animation animate accessibility vestibular still"),
    ),
    Setting(
        "appearance.units",
        later("Appearance"),
        later("Sizes"),
        later("Powers of 1024, as QEMU counts, or of 1000, as disks are sold. Tooltips always say the exact bytes."),
        "binary",
        choices=(("binary", later("MiB, GiB")), ("decimal", later("MB, GB"))),
        #: Words under which a search finds this setting
        words=later("units binary decimal bytes"),
    ),
    Setting(
        "files.reopen",
        later("Files"),
        later("Open the last files again"),
        later("When Snapmgr starts without being told what to open."),
        True,
        #: Words under which a search finds this setting
        words=later("start session startup"),
    ),
    Setting(
        "files.allow_roots",
        later("Files"),
        later("Folders for backing files"),
        later(
            "A disk image may name another file that it builds upon. Only the image’s own folder and these are read."
        ),
        (),
        #: Words under which a search finds this setting
        words=later("backing chain allow roots security"),
    ),
    Setting(
        "jobs.notify",
        later("Snapshots"),
        later("Tell the desktop when a long job ends"),
        later("Where it took more than ten seconds and the window is not in front."),
        True,
        #: Words under which a search finds this setting
        words=later("notification message tray job finished"),
    ),
    Setting(
        "jobs.finalize",
        later("Snapshots"),
        later("Jobs wait until they are finalized"),
        later(
            "No disk is changed before you choose Finalize. The guest stands still so long, unless it is saved live."
        ),
        False,
        #: Words under which a search finds this setting
        words=later("auto-finalize pending confirm job"),
    ),
)
BY_ID = {setting.id: setting for setting in SETTINGS}


class Settings(QObject):
    """The values in force.  ``changed`` names the setting; a set value is written at once.

    ``problem`` says in a sentence why the file could not be used as it was ("" = all is well).
    """

    changed = Signal(str)

    def __init__(self, folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder or platformdirs.user_config_path("snapmgr", appauthor=False)
        self.path, self._state_path = self.folder / "settings.json", self.folder / "window.json"
        self.problem = ""
        self._unknown: dict[str, Any] = {}
        self._version = settings_migrations.VERSION
        self._values = self._load()
        self.state: dict[str, Any] = self._load_state()

    def __getitem__(self, id: str) -> Any:
        return self._values.get(id, BY_ID[id].default)

    def set(self, id: str, value: Any) -> None:
        """Change one value and write the file.  Raises ValueError for a value that it cannot have, OSError."""
        value = BY_ID[id].checked(value)
        if value == self[id]:
            return
        self._values[id] = value
        self.changed.emit(id)
        document = {"version": self._version, **self._unknown, **self._values}
        write_whole(self.path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")

    def reset(self, id: str) -> None:
        self.set(id, BY_ID[id].default)

    def save_state(self) -> None:
        """Write what the window remembers.  Raises OSError."""
        write_whole(self._state_path, json.dumps(self.state) + "\n")

    def _load(self) -> dict[str, Any]:
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(document, dict):
                raise ValueError(tr("it is not a JSON object"))
            found = document.pop("version", None)
            if not isinstance(found, int):
                raise ValueError(tr("it has no version"))
            document = settings_migrations.migrate(document, found)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            self._set_aside(error)
            return {}
        self._version = max(found, settings_migrations.VERSION)
        return self._known(document)

    def _known(self, document: dict[str, Any]) -> dict[str, Any]:
        """The allowed values; what a newer Snapmgr wrote is kept for it, a value out of range is left out."""
        values = {}
        for id, value in document.items():
            if id not in BY_ID:
                self._unknown[id] = value
                continue
            try:
                values[id] = BY_ID[id].checked(value)
            except ValueError as error:
                self.problem = tr("A setting was put back to its default: {why}.", why=error)
        return values

    def _set_aside(self, error: Exception) -> None:
        """Keep an unreadable file under another name, and say so."""
        kept = self.path.with_name("settings.damaged.json")
        try:
            self.path.replace(kept)
        except OSError as second:
            self.problem = tr("Settings could not be read ({why}). The defaults are in force.", why=second.strerror)
            return
        self.problem = tr(
            "Settings could not be read ({why}). The defaults are in force; the file is kept as {path}.",
            why=error,
            path=kept,
        )

    def _load_state(self) -> dict[str, Any]:
        try:
            state = json.loads(self._state_path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            self.problem = self.problem or tr("The window’s last place could not be read and starts afresh.")
            return {}
        return state if isinstance(state, dict) else {}


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is the old or the new one at any moment.  Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

"""Where the palette's entries come from: actions, recent files, what pages offer, settings, help."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ui.shell.actions import Action, plain, shown_keys
from ui.shell.context import WindowContext
from ui.shell.documents import shown_as
from ui.shell.palette_entry import PaletteEntry
from ui.shell.palette_list import Row
from ui.shell.palette_match import Match, Rank, best
from ui.shell.recent import told_apart
from ui.shell.settings import SETTINGS, Setting
from ui.words import plural, tr

PER_GROUP = 8
"""Rows of one group while several are shown; a prefix shows many of one."""
MANY = 200
USES = "palette"
"""Key of the remembered uses in the window's state."""


class PaletteSources:
    """Answers a query with rows.  Made anew whenever the palette opens, so that it shows the present."""

    def __init__(self, context: WindowContext, show_setting: Callable[[str], None]) -> None:
        self._context = context
        self._show_setting = show_setting
        self._pages: dict[str, list[PaletteEntry]] = {}

    def rows(self, query: str) -> list[Row]:
        """``>`` commands, ``#`` snapshots, ``@`` offsets and sections, ``?`` help; without a prefix a few of each,
        the group with the best match first."""
        prefix, rest = (query[0], query[1:].strip()) if query[:1] in (">", "#", "@", "?") else ("", query.strip())
        if prefix == ">":
            groups = [self.commands()]
        elif prefix == "?":
            groups = [self._help()]
        elif prefix:
            groups = [self._offsets(rest) if prefix == "@" else [], self._of_page(prefix)]
        elif rest:
            groups = [self.commands(), self._recent(), self._of_page("#"), self._of_page("@"), self._settings()]
        else:
            groups = [self.commands(), self._recent()]
        limit = MANY if prefix else (PER_GROUP if rest else MANY)
        ranked = [(group[0].group, _ranked(group, rest, limit)) for group in groups if group]
        ranked.sort(key=lambda one: min((match.rank for match in one[1] if not match.item.reason), default=Rank.FUZZY))
        return [row for title, matches in ranked for row in _rows(title, matches)]

    def commands(self) -> list[PaletteEntry]:
        """Every action of the application: recently used ones first, those that are off last."""
        uses = self._uses()
        found = [self._command(action) for action in self._context.actions]
        return sorted(found, key=lambda entry: (bool(entry.reason), uses.get(entry.key, len(uses))))

    def _command(self, action: Action) -> PaletteEntry:
        actions = self._context.actions
        reason = actions.reason(action.id)
        return PaletteEntry(
            tr("Commands"),
            plain(action.title),
            lambda: actions.run(action.id),
            subject="" if reason or action.subject is None else action.subject(self._context),
            icon=action.icon or "command",
            keys=shown_keys(action.keys[0]) if action.keys else "",
            reason=reason,
            words=tr(action.submenu),
            key=action.id,
        )

    def _recent(self) -> list[PaletteEntry]:
        context, found = self._context, []
        documents = context.documents.recents()
        for document, beside in zip(documents, told_apart(documents), strict=True):
            icon, _ = shown_as(document.kind)
            run = _opening(context, document.sources)
            found.append(PaletteEntry(tr("Recent files"), document.label, run, subject=beside, icon=icon))
        return found

    def _offsets(self, text: str) -> list[PaletteEntry]:
        """The place that ``text`` is an offset of, on every page that has it."""
        found = [page.palette_offset(text) for page in self._context.pages.values()] if text else []
        return [entry for entry in found if entry is not None]

    def _of_page(self, prefix: str) -> list[PaletteEntry]:
        """What the pages offer for a prefix; asked once while the palette is open."""
        if prefix not in self._pages:
            pages = self._context.pages.values()
            self._pages[prefix] = [entry for page in pages for entry in page.palette_entries(prefix)]
        return self._pages[prefix]

    def _settings(self) -> list[PaletteEntry]:
        return [
            PaletteEntry(
                tr("Settings"),
                tr(setting.label),
                _showing(self._show_setting, setting.id),
                subject=setting_value(setting, self._context.settings[setting.id]),
                icon="gear-six",
                words=_other_words(setting),
                key=f"setting:{setting.id}",
            )
            for setting in SETTINGS
        ]

    def _help(self) -> list[PaletteEntry]:
        """Commands with what they do instead of what they would act on."""
        return [
            replace(self._command(action), group=tr("Help"), subject=tr(action.about))
            for action in self._context.actions
        ]

    def _uses(self) -> dict[str, int]:
        stored = self._context.settings.state.get(USES, [])
        names = [name for name in stored if isinstance(name, str)] if isinstance(stored, list) else []
        return {name: rank for rank, name in enumerate(names)}

    def used(self, entry: PaletteEntry) -> None:
        """Remember a use, the latest first."""
        if entry.key:
            others = [name for name in self._uses() if name != entry.key]
            self._context.settings.state[USES] = [entry.key, *others][:30]


def _ranked(group: list[PaletteEntry], query: str, limit: int) -> list[Match[PaletteEntry]]:
    """The best of a group; those that are off come last, however well they are found."""

    def some(reason: bool, room: int) -> list[Match[PaletteEntry]]:
        entries = (entry for entry in group if bool(entry.reason) is reason)
        return best(query, entries, lambda entry: entry.text, room, lambda entry: entry.words)

    on = some(False, limit)
    return on + some(True, max(limit - len(on), 0))


def _rows(title: str, matches: list[Match[PaletteEntry]]) -> Iterable[Row]:
    if matches:
        yield Row(title)
    for match in matches:
        yield Row(match.item.text, match.item, match.found)


def _opening(context: WindowContext, sources: tuple[str, ...]) -> Callable[[], None]:
    return lambda: context.open(*sources)


def _showing(show: Callable[[str], None], id: str) -> Callable[[], None]:
    return lambda: show(id)


def _other_words(setting: Setting) -> str:
    """What else a person may call a setting: its page, its other words, the names of its values."""
    texts = (setting.page, setting.words, *(text for _, text in setting.choices))
    return " ".join(map(tr, texts))


def setting_value(setting: Setting, value: object) -> str:
    """The value of a setting in words."""
    if isinstance(value, bool):
        #: The value of a setting
        return tr("on") if value else tr("off")
    if setting.choices:
        return tr(dict(setting.choices)[str(value)])
    if isinstance(value, tuple):
        #: Folders beside those that are always there
        return plural("{n} more", "{n} more", len(value)) if value else tr("none more")
    return f"{value} {setting.unit}".strip()

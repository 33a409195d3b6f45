"""What the page map can show of each page: the words, colours and glyphs of its values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from snapmgr.inspect.page_classes import NOT_READ, PageClass
from snapmgr.inspect.page_states import PageState
from ui.models.page_levels import NOTHING, Values
from ui.theme.palette import color, qcolor
from ui.theme.tokens import HEAT
from ui.words import later, tr


class Look(Enum):
    """By what the map is coloured."""

    STATE = "state"
    TIMES = "times"
    LAST = "last"
    CONTENT = "content"

    @property
    def title(self) -> str:
        return tr(_TITLES[self])

    @property
    def heat(self) -> bool:
        """Whether it counts something."""
        return self in (Look.TIMES, Look.LAST)


_TITLES = {
    #: By what the map of pages is coloured
    Look.STATE: later("State"),
    Look.TIMES: later("Times sent"),
    Look.LAST: later("Last sent"),
    Look.CONTENT: later("Content"),
}


@dataclass(frozen=True, slots=True)
class Word:
    """One value of a map: its colour token, its word, and the glyph that says it without colour."""

    token: str
    word: str
    glyph: str


STATE_WORDS = {
    #: States of pages of RAM, by what came for them last
    PageState.ZERO: Word("p_zero", later("zero"), "dot"),
    PageState.FULL: Word("p_norm", later("full"), ""),
    PageState.XBZRLE: Word("p_xbz", later("xbzrle"), "cross"),
    PageState.COMPRESSED: Word("p_comp", later("compressed"), "bars"),
    PageState.AGAIN: Word("p_dirty", later("sent again"), "up"),
    PageState.NEVER: Word("p_miss", later("never sent"), "slash"),
}
CLASS_WORDS = {
    #: What the contents of a page of RAM look like
    PageClass.ZERO: Word("p_zero", later("all zeros"), "dot"),
    PageClass.SPARSE: Word("p_sent", later("mostly zeros"), "tick"),
    PageClass.TEXT: Word("p_xbz", later("text"), "cross"),
    PageClass.MIXED: Word("p_norm", later("code or data"), ""),
    PageClass.PACKED: Word("p_comp", later("packed or random"), "bars"),
    #: Of pages of RAM, while they are being read
    NOT_READ: Word("p_miss", later("not read yet"), "slash"),
}


def words_of(look: Look) -> dict[int, Word]:
    """The values of a look that does not count, in the order of the legend."""
    found = CLASS_WORDS if look is Look.CONTENT else STATE_WORDS
    return {int(value): word for value, word in found.items()}


def table(look: Look, top: int) -> Values:
    """Colour of each value as (256, 4) uint8, BGRA as QImage has it; ``top`` is the highest value of what counts."""
    if look.heat:
        return _heat(max(top, 1))
    found = np.zeros((256, 4), np.uint8)
    for value, word in words_of(look).items():
        found[value] = _bgra(color(word.token).rgb())
    found[NOTHING] = _bgra(color("sunken").rgb())
    return found


def _bgra(rgb: int) -> tuple[int, int, int, int]:
    return rgb & 255, rgb >> 8 & 255, rgb >> 16 & 255, 255


def _heat(top: int) -> Values:
    """0 is what never came; 1 to ``top`` go through all of cividis."""
    anchors = np.array([_bgra(qcolor(value).rgb()) for value in HEAT], np.float64)
    places = np.clip(np.arange(256) - 1, 0, max(top - 1, 1)) / max(top - 1, 1) * (len(HEAT) - 1)
    channels = [np.interp(places, np.arange(len(HEAT)), anchors[:, channel]) for channel in range(4)]
    found = np.round(np.stack(channels, axis=1)).astype(np.uint8)
    found[0] = _bgra(color("p_miss").rgb())
    found[NOTHING] = _bgra(color("sunken").rgb())
    return found

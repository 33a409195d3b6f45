"""Brings a settings file of an earlier version to the present one, step by step."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from ui.words import tr

Values = dict[str, Any]
Migration = Callable[[Values], Values]

VERSION = 1
"""Version that this Snapmgr writes."""

MIGRATIONS: Mapping[int, Migration] = {}
"""For each earlier version, what makes it the next one."""


class MigrationError(ValueError):
    """A step could not be done; the values are as they were."""


def migrate(
    values: Values, found: int, *, version: int = VERSION, migrations: Mapping[int, Migration] = MIGRATIONS
) -> Values:
    """``values`` of a file of version ``found`` as ``version`` has them.  A newer file is taken as it is.

    Raises MigrationError, with ``values`` untouched, where a step is missing or fails.
    """
    result = copy.deepcopy(values)
    for step in range(found, version):
        if step not in migrations:
            raise MigrationError(tr("settings of version {version} are not known", version=step))
        try:
            result = migrations[step](result)
        except (KeyError, TypeError, ValueError) as error:
            said = tr("settings of version {version} could not be read: {why}", version=step, why=error)
            raise MigrationError(said) from error
    return result

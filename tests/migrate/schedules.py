"""``python -m tests.migrate.schedules FIRST LAST``: migrations with random troubles, by their seeds."""

from __future__ import annotations

import faulthandler
import sys

from tests.migrate.test_postcopy import test_whatever_happens_one_side_has_all_of_the_guest as try_it

LONGEST = 60
"""Seconds after which a migration hangs: where is told then."""


def main(first: int, last: int) -> int:
    failed = []
    for seed in range(first, last):
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        try:
            try_it(seed)
        except Exception as error:
            failed.append(seed)
            print(f"{seed}: {error}", flush=True)
        faulthandler.cancel_dump_traceback_later()
    print(f"{last - first} schedules, {len(failed)} failed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))

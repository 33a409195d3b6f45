"""``python -m snapmgr.cli`` is ``snapctl``."""

import sys

from snapmgr.cli.program import main

sys.exit(main())

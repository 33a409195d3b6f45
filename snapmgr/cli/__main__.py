"""``python -m snapmgr.cli`` is ``snapctl``."""

import sys

from snapmgr.cli import main

sys.exit(main())

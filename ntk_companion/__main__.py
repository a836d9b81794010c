"""``python -m ntk_companion``: the same as the console command ``ntk-companion``."""

import sys

from ntk_companion.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

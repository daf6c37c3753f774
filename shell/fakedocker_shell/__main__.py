"""The `fakedocker` command in a process of its own, which ends with it.

Importing and starting make much that lasts, which the collector of cycles would look through twenty times, and once more
when the interpreter takes everything apart at the end: so this module comes before all others.
"""

import gc
import sys

_NEW_BETWEEN_COLLECTIONS = 100_000
gc.set_threshold(_NEW_BETWEEN_COLLECTIONS)


def command() -> int:
    """Run the command line of this process; gives the exit status."""
    from fakedocker_shell.main import main

    try:
        return main()
    finally:
        gc.freeze()


if __name__ == "__main__":
    sys.exit(command())

"""Record what the real node prints for the projects of tests/data/node-projects.

    python tools/record_node_projects.py NODE_MODULES MARIADB_PORT [PROJECT]

NODE_MODULES is a folder in which npm has put express 4, sqlite3, mysql2, pg, morgan and cookie-parser; at the port of 127.0.0.1 is a MariaDB whose root
has no password, at port 5432 a PostgreSQL 15 that trusts postgres and has an empty database "app". PROJECT says which one alone. Each project is copied to an empty folder and run there,
mounted at the place it has in the tests: that takes root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from helpers.node_cases import Answer, without_chance  # noqa: E402
from helpers.node_projects import DIRECTORY, PROJECTS, arguments_of, names, write_answer  # noqa: E402

# The folder of the tests: what is printed holds paths.
_IN_PLACE = f'mkdir -p {DIRECTORY} && mount --bind "$0" {DIRECTORY} && cd {DIRECTORY} && exec node "$@"'


def main() -> None:
    modules, port = Path(sys.argv[1]).resolve(), sys.argv[2]
    for name in sys.argv[3:] or names():
        with tempfile.TemporaryDirectory() as directory:
            shutil.copytree(PROJECTS / name, directory, dirs_exist_ok=True)
            os.symlink(modules, Path(directory) / "node_modules")
            done = subprocess.run(
                ["unshare", "--mount", "sh", "-c", _IN_PLACE, directory, *arguments_of(name)],
                env={"PATH": os.environ["PATH"], "DB_PORT": port},
                capture_output=True,
                text=True,
                timeout=60,
            )
        write_answer(name, Answer(without_chance(done.stdout), without_chance(done.stderr), done.returncode))


if __name__ == "__main__":
    main()

"""service: runs the init script of a service, as Debian has it where no init system runs.

Source: service of init-system-helpers 1.65. The scripts are those that packages bring to /etc/init.d; it must not know
them.
"""

from __future__ import annotations

from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.tools import Register

PROGRAMS = Register()
_FOLDER: Final = "/etc/init.d"
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_USAGE: Final = "Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n"


@PROGRAMS.program("service")
def _service(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    """The script gets a clean environment and begins in the root directory."""
    if len(argv) < 2 or argv[1] in ("-h", "--h", "--he", "--hel", "--help"):
        system.put(_USAGE, 1 if len(argv) > 1 else 2)
        return 0 if len(argv) > 1 else 1
    name, *rest = argv[1:]
    script = f"{_FOLDER}/{name}"
    if not system.access(script, execute=True):
        system.put(f"{name}: unrecognized service\n", 2)
        return 1
    environment = {
        "PATH": _PATH,
        **{key: value for key, value in system.environment.items() if key in ("LANG", "TERM")},
    }
    system.drain()
    system.change_directory("/")
    system.execute(script, (script, *rest), environment)
    return 0

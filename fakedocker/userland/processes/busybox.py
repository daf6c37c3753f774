"""busybox called by its own name: what it is, and the list of its applets."""

from __future__ import annotations

import textwrap
from typing import Final

from fakedocker.kernel.applets import APPLETS
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.tools import Register, join
from fakedocker.userland.versions import busybox_banner

PROGRAMS = Register()
_FOLDERS: Final = ("/bin", "/sbin", "/usr/bin", "/usr/sbin")
_HELP: Final = """\
{banner} multi-call binary.
BusyBox is copyrighted by many authors between 1998-2015.
Licensed under GPLv2. See source distribution for detailed
copyright notices.

Usage: busybox [function [arguments]...]
   or: busybox --list[-full]
   or: busybox --show SCRIPT
   or: busybox --install [-s] [DIR]
   or: function [arguments]...

\tBusyBox is a multi-call binary that combines many common Unix
\tutilities into a single executable.  Most people will create a
\tlink to busybox for each function they wish to use and BusyBox
\twill act like whatever it was invoked as.

Currently defined functions:
"""


@PROGRAMS.program("busybox")
def _busybox(system: System, argv: tuple[str, ...], state: State) -> int:
    option = argv[1] if len(argv) > 1 else "--help"
    if option in ("--list", "--list-full"):
        applets = _applets(system)
        system.put("".join(f"{applets[name][1:] if option == '--list-full' else name}\n" for name in sorted(applets)))
        return 0
    if option == "--help":
        names = textwrap.wrap(", ".join(sorted(_applets(system))), 70, break_on_hyphens=False, break_long_words=False)
        system.put(_HELP.replace("{banner}", busybox_banner(system)) + "".join(f"\t{line}\n" for line in names) + "\n")
        return 0
    if option in ("--install", "--show"):
        raise Unsimulated(f"the option {option}")
    system.put(f"{option}: applet not found\n", 2)
    return 127


def _applets(system: System) -> dict[str, str]:
    """The applets that this image has, and where."""
    found: dict[str, str] = {}
    for folder in _FOLDERS:
        try:
            names = system.list_directory(folder)
        except OSError:
            continue
        for name in names:
            if name in APPLETS and name not in found:
                try:
                    if system.identify(join(folder, name)).family == "busybox":
                        found[name] = join(folder, name)
                except OSError:
                    continue
    return found

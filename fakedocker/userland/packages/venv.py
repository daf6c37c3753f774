"""python3 -m venv: a folder with a Python of its own, whose packages are apart from the system's."""

from __future__ import annotations

import posixpath
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.packages.pip_site import CONFIGURATION, find_base_site
from fakedocker.userland.packages.unpack import make_directories, remove_quietly, remove_tree, write_program, write_text

_MAKING_NS: Final = 2_500_000_000
_PIP_BYTES: Final = 240
_VALUED: Final = frozenset({"--prompt"})
_ACTIVATE: Final = """# Source this, do not run it: it puts this folder's programs first in PATH.
deactivate () {{
    PATH="$_OLD_VIRTUAL_PATH"
    export PATH
    unset _OLD_VIRTUAL_PATH VIRTUAL_ENV
    unset -f deactivate
}}
VIRTUAL_ENV={folder}
export VIRTUAL_ENV
_OLD_VIRTUAL_PATH="$PATH"
PATH="$VIRTUAL_ENV/bin:$PATH"
export PATH
if [ -z "${{VIRTUAL_ENV_DISABLE_PROMPT:-}}" ]; then
    PS1="({name}) ${{PS1:-}}"
    export PS1
fi
"""


def make(system: System, state: State, words: tuple[str, ...], version: str) -> int:
    """Make the folders that the arguments name. Blocks."""
    names = [
        word
        for place, word in enumerate(words)
        if not word.startswith("-") and words[place - 1 : place] not in [(flag,) for flag in _VALUED]
    ]
    if not names:
        system.put(
            "usage: venv [-h] [--system-site-packages] [--symlinks | --copies] [--clear] [--upgrade] [--without-pip] [--prompt PROMPT] ENV_DIR [ENV_DIR ...]\nvenv: error: the following arguments are required: ENV_DIR\n",
            2,
        )
        return 2
    state.setdefault("until_ns", system.now_ns + _MAKING_NS)
    system.sleep_until(state["until_ns"])
    base = find_base_site(system)
    for name in names:
        folder = posixpath.normpath(posixpath.join(system.directory, name))
        try:
            if "--clear" in words:
                remove_tree(system, folder)
            fill(system, folder, base.python, version, has_pip="--without-pip" not in words)
        except OSError as problem:
            system.put(f"Error: [Errno {problem.errno}] {problem.strerror}: '{folder}'\n", 2)
            return 1
    return 0


def fill(system: System, folder: str, python: str, version: str, *, has_pip: bool) -> None:
    """Write a virtual environment. Raises OSError."""
    make_directories(system, f"{folder}/lib/python{python}/site-packages")
    make_directories(system, f"{folder}/include")
    make_directories(system, f"{folder}/bin")
    own = system.find_program("python3", system.environment.get("PATH", "/usr/local/bin:/usr/bin"))
    for link, target in (("python3", own), ("python", "python3"), (f"python{python}", "python3")):
        remove_quietly(system, f"{folder}/bin/{link}")
        system.symlink(target, f"{folder}/bin/{link}")
    home = posixpath.dirname(own)
    text = f"home = {home}\ninclude-system-site-packages = false\nversion = {version}\nexecutable = {own}\ncommand = {own} -m venv {folder}\n"
    write_text(system, f"{folder}/{CONFIGURATION}", text)
    write_text(system, f"{folder}/bin/activate", _ACTIVATE.format(folder=folder, name=posixpath.basename(folder)))
    if has_pip:
        for name in ("pip", "pip3", f"pip{python}"):
            write_program(system, f"{folder}/bin/{name}", "python", "pip", _PIP_BYTES + 16)
        write_text(
            system,
            f"{folder}/lib/python{python}/site-packages/pip-24.2.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: pip\nVersion: 24.2\n",
        )

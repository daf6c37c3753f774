"""What poetry, uv and pipenv have in common: a project, its lock file, the environment for its packages; and pipenv itself.

Without a lock file nothing is worked out: that is not simulated.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Mapping
from typing import Final

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import pip, python_locks, venv
from fakedocker.userland.packages.pip_requirements import Problem
from fakedocker.userland.packages.pip_site import CONFIGURATION, Site, find_base_site, find_site, installed, normalized
from fakedocker.userland.packages.plan import Plan, Step, follow
from fakedocker.userland.packages.python_locks import BadLock, Locked
from fakedocker.userland.packages.unpack import read_text_or
from fakedocker.userland.processes.children import start, wait
from fakedocker.userland.tools import Register, stat_or_none
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
_INSTALLING_NS: Final = 150_000_000
_LARGEST: Final = 1 << 20
TRUE: Final = ("1", "true", "yes", "on")


def project_of(system: System, refusal: str, status: int) -> tuple[str, Mapping[str, object]]:
    """The folder of the project here or above, and its pyproject.toml. Raises Problem."""
    folder = system.directory
    while stat_or_none(system, posixpath.join(folder, "pyproject.toml")) is None:
        if folder == "/":
            raise Problem(refusal)
        folder = posixpath.dirname(folder)
    text = read_text_or(system, posixpath.join(folder, "pyproject.toml"))
    try:
        return folder, tomllib.loads(text[:_LARGEST])
    except (ValueError, RecursionError):
        raise Unsimulated(f"reading {folder}/pyproject.toml, which is no TOML,", status) from None


def table(value: object, *names: str) -> Mapping[str, object]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def lock(system: System, path: str) -> dict[str, Locked]:
    text = read_text_or(system, path)
    if not text:
        raise Unsimulated(f"working out what is needed without {posixpath.basename(path)}")
    if len(text) > python_locks.LARGEST_BYTES:
        raise Unsimulated(f"so large a file as {posixpath.basename(path)}")
    try:
        return python_locks.read_toml(text)
    except BadLock as problem:
        raise Unsimulated(str(problem)) from None


def within(system: System, folder: str) -> Site:
    """The packages of a virtual environment."""
    python = find_base_site(system).python
    return Site(f"{folder}/lib/python{python}/site-packages", f"{folder}/bin", python)


def is_there(system: System, folder: str) -> bool:
    return stat_or_none(system, f"{folder}/{CONFIGURATION}") is not None


def _make(system: System, state: State, folder: str) -> None:
    venv.fill(
        system, folder, find_base_site(system).python, version_of(system, "PYTHON_VERSION", "3.12.6"), has_pip=False
    )


ACTIONS: Final = {**pip.ACTIONS, "environment": _make}


def putting(packages: list[tuple[str, str]], site: Site) -> list[Step]:
    return [step for name, version in packages for step in (("wait", _INSTALLING_NS), ("put", normalized(name), version, tuple(site)))]  # fmt: skip


def coming(system: System, packages: list[Locked], site: Site) -> list[tuple[str, str]]:
    """Those that are not there at that version."""
    there = installed(system, site)
    return [(each.name, each.version) for each in packages if (old := there.get(normalized(each.name))) is None or old.version != each.version]  # fmt: skip


def run_within(system: System, state: State, folder: str, words: list[str]) -> int:
    """Run a command among the programs of an environment, "" for the system's. Blocks."""
    if "child" not in state:
        path = system.environment.get("PATH", "/usr/local/bin:/usr/bin:/bin")
        inner = {"PATH": f"{folder}/bin:{path}", "VIRTUAL_ENV": folder} if folder else {}
        try:
            state["child"] = start(system, tuple(words), {**system.environment, **inner})
        except OSError:
            raise Problem(f"Command not found: {words[0]}\n") from None
    return wait(system, state)


# pipenv


@PROGRAMS.program("pipenv")
def _pipenv(system: System, argv: tuple[str, ...], state: State) -> int:
    words = list(argv[1:])
    if words[:1] == ["--version"]:
        there = installed(system, find_site(system)).get("pipenv")
        system.put(f"pipenv, version {there.version if there is not None else '2024.0.1'}\n")
        return 0
    if words[:1] in (["install"], ["sync"]) and "--system" in words:
        return follow(system, state, lambda: _pipenv_install(system, words[1:]), ACTIONS)
    raise Unsimulated(f"pipenv {words[0] if words else ''} without --system".replace("  ", " "))


def _pipenv_install(system: System, words: list[str]) -> Plan:
    text = read_text_or(system, posixpath.join(system.directory, "Pipfile.lock"))
    if [word for word in words if not word.startswith("-")] or not text:
        raise Unsimulated("working out what is needed without Pipfile.lock")
    try:
        wanted = python_locks.read_pipfile(
            text[: python_locks.LARGEST_BYTES], development=bool({"--dev", "-d"} & set(words))
        )
    except BadLock as problem:
        raise Unsimulated(str(problem), why=marks.FEATURE) from None
    site = find_site(system)
    digest = re.search(r'"sha256": "([0-9a-f]+)"', text)
    new = coming(system, [Locked(*each) for each in wanted], site)
    return (
        ("warn", f"Installing dependencies from Pipfile.lock ({digest[1][-6:] if digest else 'unknown'})...\n"),
        *putting(new, site),
    )

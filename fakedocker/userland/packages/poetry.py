"""poetry: installing a project's packages by poetry.lock, and running commands among them, in the words of poetry 1.8."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Mapping
from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import pip_folders, python_locks
from fakedocker.userland.packages.pip_requirements import Problem
from fakedocker.userland.packages.pip_site import find_base_site, find_site, installed, normalized
from fakedocker.userland.packages.plan import Plan, Step, follow
from fakedocker.userland.packages.python_locks import Locked
from fakedocker.userland.packages.python_managers import (
    ACTIONS,
    TRUE,
    coming,
    is_there,
    lock,
    project_of,
    putting,
    run_within,
    table,
    within,
)
from fakedocker.userland.packages.unpack import read_text_or, write_text
from fakedocker.userland.tools import Register

PROGRAMS = Register()
POETRY: Final = "1.8.5"
_CONFIGURATION: Final = ".config/pypoetry/config.toml"
_LARGEST: Final = 1 << 20


@PROGRAMS.program("poetry")
def _poetry(system: System, argv: tuple[str, ...], state: State) -> int:
    words = [
        word
        for word in argv[1:]
        if word not in ("-n", "--no-interaction", "--no-ansi", "-q", "-v", "-vv", "-vvv", "--ansi")
    ]
    if {"--version", "-V"} & set(words[:1]):
        system.put(f"Poetry (version {_poetry_version(system)})\n")
        return 0
    try:
        match words:
            case ["config", *rest]:
                return _poetry_config(system, rest)
            case ["install" | "sync", *rest]:
                return follow(system, state, lambda: _poetry_install(system, rest), ACTIONS)
            case ["run", *rest] if rest:
                folder, project = project_of(system, _NO_POETRY.format(system.directory), 1)
                return run_within(system, state, _poetry_environment(system, folder, project), rest)
            case [name, *_]:
                raise Unsimulated(f"poetry {name}")
    except Problem as problem:
        system.put(str(problem), 2)
        return 1
    system.put(f"Poetry (version {_poetry_version(system)})\n\nUsage:\n  command [options] [arguments]\n")
    return 0


_NO_POETRY: Final = "\nPoetry could not find a pyproject.toml file in {} or its parents\n"


def _poetry_version(system: System) -> str:
    there = installed(system, find_site(system)).get("poetry")
    return there.version if there is not None else POETRY


def _poetry_config(system: System, words: list[str]) -> int:
    """poetry config NAME VALUE, for the settings of virtual environments."""
    plain = [word for word in words if not word.startswith("--")]
    if len(plain) != 2 or re.fullmatch(r"virtualenvs\.[a-z-]+", plain[0]) is None:
        if len(plain) == 2:
            return 0
        raise Unsimulated("asking for poetry's configuration")
    path = posixpath.join(system.environment.get("HOME", "/root"), _CONFIGURATION)
    settings = {**_settings(system), plain[0].partition(".")[2]: plain[1]}
    write_text(
        system, path, "[virtualenvs]\n" + "".join(f"{name} = {value}\n" for name, value in sorted(settings.items()))
    )
    return 0


def _settings(system: System) -> dict[str, str]:
    text = read_text_or(system, posixpath.join(system.environment.get("HOME", "/root"), _CONFIGURATION))[:_LARGEST]
    return dict(re.findall(r"^([a-z-]+) = \"?([^\"\n]*)", text, re.MULTILINE))


def _is_set(system: System, name: str, otherwise: str) -> bool:
    told = system.environment.get(
        f"POETRY_VIRTUALENVS_{name.upper().replace('-', '_')}", _settings(system).get(name, otherwise)
    )
    return told.lower() in TRUE


def _poetry_environment(system: System, folder: str, project: Mapping[str, object]) -> str:
    """The folder of the project's virtual environment, "" where the system's packages are used."""
    active = system.environment.get("VIRTUAL_ENV", "")
    if active or not _is_set(system, "create", "true"):
        return active
    if _is_set(system, "in-project", "false") or is_there(system, f"{folder}/.venv"):
        return f"{folder}/.venv"
    name = _poetry_name(project)
    digest = hashlib.sha256(folder.encode()).hexdigest()[:8]
    home = system.environment.get("HOME", "/root")
    return f"{home}/.cache/pypoetry/virtualenvs/{name}-{digest}-py{find_base_site(system).python}"


def _poetry_name(project: Mapping[str, object]) -> str:
    name = table(project, "tool", "poetry").get("name") or table(project, "project").get("name")
    return normalized(str(name or "non-package-mode"))


def _poetry_install(system: System, words: list[str]) -> Plan:
    folder, project = project_of(system, _NO_POETRY.format(system.directory), 1)
    packages = lock(system, f"{folder}/poetry.lock")
    environment = _poetry_environment(system, folder, project)
    site = within(system, environment) if environment else find_site(system)
    steps: list[Step] = []
    if environment and not is_there(system, environment):
        place, name = (
            posixpath.split(environment) if not environment.endswith("/.venv") else (environment, _poetry_name(project))
        )
        steps += [("say", f"Creating virtualenv {name} in {place}\n"), ("environment", environment)]
    wanted = closure_of(packages, _poetry_roots(project, words), site.python)
    new = coming(system, wanted, site)
    steps.append(("say", "Installing dependencies from lock file\n\n"))
    if new:
        count = len(new)
        steps.append(
            ("say", f"Package operations: {count} install{'s' if count != 1 else ''}, 0 updates, 0 removals\n\n")
        )
        for name, version in new:
            steps += [("say", f"  - Installing {name} ({version})\n"), *putting([(name, version)], site)]
    else:
        steps.append(("say", "No dependencies to install or update\n"))
    package_mode = table(project, "tool", "poetry").get("package-mode", True)
    if "--no-root" not in words and "--only" not in words and package_mode is not False:
        own = pip_folders.read(system, folder, (), editable=True)
        steps += [
            ("say", f"\nInstalling the current project: {own.name} ({own.version})\n"),
            ("folder", tuple(own), tuple(site)),
        ]
    return tuple(steps)


def closure_of(packages: dict[str, Locked], names: list[str], python: str) -> list[Locked]:
    """What some packages of a lock file need."""
    return python_locks.closure(packages, [(normalized(name), "") for name in names], python)


def _poetry_roots(project: Mapping[str, object], words: list[str]) -> list[str]:
    """The packages that are asked for, by groups."""
    text = " ".join(words).replace("=", " ")
    only = re.findall(r"--only ([\w,-]+)", text)
    without = {name for names in re.findall(r"--without ([\w,-]+)", text) for name in names.split(",")}
    without |= {"dev"} if "--no-dev" in words else set()
    chosen = {name for names in only for name in names.split(",")}
    poetry = table(project, "tool", "poetry")
    main = [name for name, told in table(poetry, "dependencies").items() if name != "python" and table({"": told}, "").get("optional") is not True]  # fmt: skip
    declared = table(project, "project").get("dependencies")
    main += [re.split(r"[\s\[<>=!~;(]", each)[0] for each in declared if isinstance(each, str)] if isinstance(declared, list) else []  # fmt: skip
    groups = {name: list(table(group, "dependencies")) for name, group in table(poetry, "group").items()}
    groups["dev"] = groups.get("dev", []) + list(table(poetry, "dev-dependencies"))
    optional = {name for name, group in table(poetry, "group").items() if table(group).get("optional") is True}
    found = main if not chosen or "main" in chosen else []
    for name, listed in groups.items():
        if name in chosen or (not chosen and name not in without and name not in optional):
            found = [*found, *listed]
    return found

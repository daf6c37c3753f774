"""uv: installing a project's packages by uv.lock, `uv pip install`, and running commands among them, in the words of uv 0.13."""

from __future__ import annotations

import posixpath
from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import facts, python_locks
from fakedocker.userland.packages.pip_collecting import Collecting
from fakedocker.userland.packages.pip_requirements import Problem, Requirements
from fakedocker.userland.packages.pip_site import Site, find_base_site, find_site, installed, normalized
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
    within,
)
from fakedocker.userland.tools import Register, stat_or_none
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
UV: Final = "0.13.9"


@PROGRAMS.program("uv")
def _uv(system: System, argv: tuple[str, ...], state: State) -> int:
    words = [
        word for word in argv[1:] if word not in ("-q", "--quiet", "-v", "--verbose", "--no-progress", "--no-cache")
    ]
    if {"--version", "-V"} & set(words[:1]):
        there = installed(system, find_site(system)).get("uv")
        system.put(f"uv {there.version if there is not None else UV} (x86_64-unknown-linux-gnu)\n")
        return 0
    try:
        match words:
            case ["sync", *rest]:
                return follow(system, state, lambda: _uv_sync(system, rest), ACTIONS)
            case ["run", *rest]:
                return _uv_run(system, state, rest)
            case ["venv", *rest]:
                return follow(system, state, lambda: _uv_venv(system, rest), ACTIONS)
            case ["pip", "install", *rest]:
                return follow(system, state, lambda: _uv_pip(system, rest), ACTIONS)
            case ["cache", *_]:
                return 0
            case [name, *_]:
                raise Unsimulated(f"uv {' '.join(words[:2]) if name == 'pip' else name}", 2)
    except Problem as problem:
        system.put(str(problem), 2)
        return 2
    system.put("An extremely fast Python package manager.\n\nUsage: uv [OPTIONS] <COMMAND>\n")
    return 2


_NO_PROJECT: Final = "error: No `pyproject.toml` found in current directory or any parent directory\n"


def _uv_environment(system: System, folder: str) -> str:
    return posixpath.normpath(posixpath.join(folder, system.environment.get("UV_PROJECT_ENVIRONMENT", "") or ".venv"))


def _shown(system: System, path: str) -> str:
    return posixpath.relpath(path, system.directory) if path.startswith(system.directory.rstrip("/") + "/") else path


def _creating(system: System, folder: str) -> list[Step]:
    version = version_of(system, "PYTHON_VERSION", "3.12.6")
    own = system.find_program("python3", system.environment.get("PATH", "/usr/local/bin:/usr/bin"))
    text = f"Using CPython {version} interpreter at: {own}\nCreating virtual environment at: {_shown(system, folder)}\n"
    return [("warn", text), ("environment", folder)]


def _uv_sync(system: System, words: list[str]) -> Plan:
    folder, _ = project_of(system, _NO_PROJECT, 2)
    flag = next((word for word in words if word in ("--frozen", "--locked")), "")
    if flag and stat_or_none(system, f"{folder}/uv.lock") is None:
        raise Problem(f"error: Unable to find lockfile at `uv.lock`, but `{flag}` was provided. To create a lockfile, run `uv lock` or `uv sync` without the flag.\n")  # fmt: skip
    packages = lock(system, f"{folder}/uv.lock")
    environment = _uv_environment(system, folder)
    site = within(system, environment)
    roots: list[tuple[str, str]] = []
    for own in (package for package in packages.values() if package.own):
        roots += own.needs
        groups = dict(own.groups)
        if not {"--no-dev", "--no-default-groups"} & set(words):
            roots += groups.get("dev", ())
        for place, word in enumerate(words[:-1]):
            if word in ("--extra", "--group"):
                roots += groups.get(words[place + 1], ())
        if "--all-extras" in words:
            roots += [need for group in groups.values() for need in group]
    wanted = python_locks.closure(packages, roots, site.python)
    steps = [] if is_there(system, environment) else _creating(system, environment)
    return (*steps, *_uv_changes(system, [(each.name, each.version) for each in wanted], site))


def _uv_changes(system: System, wanted: list[tuple[str, str]], site: Site) -> list[Step]:
    new = coming(system, [Locked(*each) for each in wanted], site)
    if not new:
        return [("warn", f"Checked {_counted(len(wanted))} in 1ms\n")]
    lines = "".join(f" + {normalized(name)}=={version}\n" for name, version in sorted(new))
    count = _counted(len(new))
    return [*putting(new, site), ("warn", f"Prepared {count} in 121ms\nInstalled {count} in 7ms\n{lines}")]


def _counted(count: int) -> str:
    return f"{count} package{'s' if count != 1 else ''}"


def _uv_run(system: System, state: State, words: list[str]) -> int:
    """uv run: what the project needs is there first. Blocks."""
    options = []
    while words and words[0].startswith("-"):
        options.append(words.pop(0))
    if not words:
        raise Unsimulated("uv run without a command", 2)
    folder, _ = project_of(system, _NO_PROJECT, 2)
    if "synced" not in state:
        state["synced"] = follow(
            system, state, lambda: () if "--no-sync" in options else _uv_sync(system, options), ACTIONS
        )
    return run_within(
        system, state, _uv_environment(system, folder), ["python", *words] if words[0].endswith(".py") else words
    )


def _uv_venv(system: System, words: list[str]) -> Plan:
    names = [word for word in words if not word.startswith("-")]
    folder = posixpath.normpath(posixpath.join(system.directory, names[0] if names else ".venv"))
    return (*_creating(system, folder), ("warn", f"Activate with: source {_shown(system, folder)}/bin/activate\n"))


def _uv_pip(system: System, words: list[str]) -> Plan:
    site = _uv_site(system, words)
    asked = Requirements(system, site.python)
    given, links = list(words), []
    while given:
        word = given.pop(0)
        if word in ("-f", "--find-links") and given:
            links.append(given.pop(0))
        elif word in ("-r", "--requirement", "-c", "--constraint", "-e", "--editable") and given:
            value = given.pop(0)
            if word in ("-e", "--editable"):
                asked.add_folder(value, editable=True)
            else:
                asked.add_file(value, constrains=word in ("-c", "--constraint"))
        elif word in ("--python", "-p", "--index-url", "--extra-index-url", "--target", "--prefix") and given:
            given.pop(0)
        elif not word.startswith("-"):
            asked.add(word, "")
    if asked.missing:
        asked.lacking.append(f"uv pip install of {asked.missing}, which is not there,")
    flags = frozenset({"noindex"} if "--no-index" in words else ())
    there = installed(system, site)
    collecting = Collecting(system, asked, there, site, flags, links, late=facts.count(system.now_ns))
    collecting.run()
    if collecting.steps and collecting.steps[-1][0] == "exit":
        return (("lack", "uv pip install without an index, of what is in no folder,"), ("exit", 1))
    lacking = [step for step in collecting.steps if step[0] in ("lack", "note")]
    wanted = [(item.name, item.version) for item in collecting.chosen.values()]
    steps: list[Step] = (
        [("warn", f"Resolved {_counted(len(wanted) + len(asked.folders))} in 176ms\n")] if wanted else []
    )
    steps += [("folder", tuple(own), tuple(site)) for own in asked.folders]
    steps += [*lacking, *_uv_changes(system, wanted, site)]
    return (*steps, ("exit", 1)) if any(step[0] == "lack" for step in lacking) else tuple(steps)


def _uv_site(system: System, words: list[str]) -> Site:
    """Where `uv pip install` installs: the system's packages, the active environment, or .venv. Raises Problem."""
    if "--system" in words or system.environment.get("UV_SYSTEM_PYTHON", "").lower() in TRUE:
        return find_base_site(system)
    for folder in (system.environment.get("VIRTUAL_ENV", ""), posixpath.join(system.directory, ".venv")):
        if folder and is_there(system, folder):
            return within(system, folder)
    raise Problem("error: No virtual environment found; run `uv venv` to create an environment, or pass `--system` to install into a non-virtual environment\n")  # fmt: skip

"""yarn 1 and pnpm: install, add, remove, run, in their words, on npm's view of a project.

Their lock files are read as far as they go; the rest is what npm would take. It must not know how a project's files
look.
"""

from __future__ import annotations

import json
import posixpath
from typing import Final

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import facts, npm_project, npm_registry
from fakedocker.userland.packages.npm_changes import putting
from fakedocker.userland.packages.npm_registry import Problem
from fakedocker.userland.packages.npm_scripts import run_script
from fakedocker.userland.packages.plan import Action, Plan, Step, follow, is_online
from fakedocker.userland.packages.unpack import read_text_or, write_text
from fakedocker.userland.tools import Register

PROGRAMS = Register()
YARN: Final = "1.22.22"
PNPM: Final = "9.12.0"
_LEAN: Final = frozenset({"--production", "--prod", "--production=true", "-P"})
_DEVELOPMENT: Final = frozenset({"-D", "--dev", "--save-dev"})
_RESOLVING_NS: Final = 500_000_000
_OF_LATER_YARN: Final = frozenset(
    "audit autoclean check constraints create dedupe dlx exec explain generate-lock-entry import info licenses link list login logout"
    " node npm outdated owner pack patch plugin policies publish rebuild search stage tag team unlink unplug up upgrade upgrade-interactive"
    " version versions why workspace workspaces".split()
)
"""What yarn 1 and its successors know and this one does not."""
_COMMANDS: Final = {"i": "install", "rm": "remove", "run-script": "run", "t": "test"}


@PROGRAMS.program("yarn", "yarnpkg")
def _yarn(system: System, argv: tuple[str, ...], state: State) -> int:
    flags, words = _split(argv[1:])
    if flags & {"-v", "--version"}:
        system.put(f"{_yarn_version(system)}\n")
        return 0
    name = _COMMANDS.get(words[0], words[0]) if words else "install"
    try:
        if name in ("install", "add", "remove"):
            return follow(system, state, lambda: _yarn_plan(system, name, words[1:], flags), _ACTIONS)
        if name == "global":
            return _yarn_global(system, state, words[1:])
        if name in ("cache", "config", "set"):
            system.put("success Cleared cache.\n" if words[1:2] == ["clean"] else "")
            return 0
        if name == "init":
            return _init(system)
        return _yarn_run(system, state, words[1:] if name == "run" else [name, *words[1:]], flags)
    except Problem as problem:
        system.put(f"error {problem.lines[0]}\n", 2)
        return 1


_VALUED: Final = frozenset(
    "--network-timeout --network-concurrency --cache-folder --registry --modules-folder --mutex --cwd --use-yarnrc --store-dir --filter".split()
)
"""Options whose value may be the next word."""


def _split(given: tuple[str, ...]) -> tuple[frozenset[str], list[str]]:
    """Options before a script's name, and words; what follows the name of a script is the script's."""
    flags: set[str] = set()
    words: list[str] = []
    for place, word in enumerate(given):
        if word.startswith("-") and not (words and words[0] not in ("install", "add", "i", "remove")):
            flags.add(word)
        elif (
            place and given[place - 1] in _VALUED and not (words and words[0] not in ("install", "add", "i", "remove"))
        ):
            continue
        elif words[:1] and words[0] not in ("install", "add", "i", "remove", "rm", "init"):
            return frozenset(flags), [*words, *given[place:]]
        else:
            words.append(word)
    return frozenset(flags), words


def _yarn_version(system: System) -> str:
    """yarn's version: of the image, or of what npm brought."""
    return npm_project.global_version(system, "yarn", YARN)


def _init(system: System) -> int:
    name = posixpath.basename(system.directory) or "app"
    manifest = {"name": name, "version": "1.0.0", "main": "index.js", "license": "MIT"}
    write_text(system, posixpath.join(system.directory, "package.json"), json.dumps(manifest, indent=2) + "\n")
    system.put(f"yarn init v{_yarn_version(system)}\nsuccess Saved package.json\nDone in 0.03s.\n")
    return 0


class _Change:
    """What is to become of a project."""

    def __init__(self, system: System, name: str, words: list[str], flags: frozenset[str], lock: str) -> None:
        self.project = project = npm_project.read(system, must_exist=name != "add")
        kind = "devDependencies" if flags & _DEVELOPMENT else "dependencies"
        added = dict(map(npm_project.split, words)) if name != "remove" else {}
        for group in npm_project.KINDS if name == "remove" else ():
            bounds = npm_project.bounds_of(project.manifest, group)
            project.manifest[group] = {each: bound for each, bound in bounds.items() if each not in words}
        lean = bool(flags & _LEAN) or system.environment.get("NODE_ENV") == "production"
        self.before = npm_project.present(system, project.folder)
        graph = npm_project.locked_graph(system, project.folder, lock)
        wanted, late = npm_project.wanted(project, lean=lean), facts.count(system.now_ns)
        self.plan = npm_project.planned(graph, wanted, self.before, added, late=late)
        self.tree = self.plan.tree
        for each, bound in added.items():
            if each in self.tree:
                shown = bound if bound[:1] in "^~<>=" else f"^{self.tree[each]}"
                bounds = npm_project.bounds_of(project.manifest, kind)
                project.manifest[kind] = dict(sorted({**bounds, each: shown}.items()))
        self.added = list(added)
        self.coming = {each: version for each, version in self.tree.items() if self.before.get(each) != version}
        self.going = [each for each in self.before if each not in self.tree]

    def steps(self) -> list[Step]:
        """Bring node_modules to what it is to be."""
        folder = self.project.folder
        found: list[Step] = [("lack", what, marks.PACKAGE) for what in self.plan.lacking]
        found += putting(folder, self.plan, self.coming)
        return [*found, *(("take", folder, name) for name in self.going)]

    def saving(self, lock: str, text: str) -> Step:
        """Write package.json and the lock file."""
        return ("save", self.project.folder, json.dumps(self.project.manifest, indent=2), lock, text)

    def ended(self, steps: tuple[Step, ...]) -> Plan:
        """The plan, which fails in the end where something is lacking."""
        return (*steps, ("exit", 1)) if self.plan.lacking else steps


def _yarn_plan(system: System, name: str, words: list[str], flags: frozenset[str]) -> Plan:
    change = _Change(system, name, words, flags, "yarn.lock")
    lock = read_text_or(system, posixpath.join(change.project.folder, "yarn.lock"))
    steps: list[Step] = [("say", f"yarn {name} v{_yarn_version(system)}\n")]
    if (change.coming or change.plan.lacking) and not is_online(system):
        host = "https://registry.yarnpkg.com"
        return (
            *steps,
            ("warn", f'error An unexpected error occurred: "{host}: getaddrinfo EAI_AGAIN registry.yarnpkg.com".\n'),
            ("exit", 1),
        )
    if not lock.strip():
        steps.append(("say", "info No lockfile found.\n"))
    steps += [("say", "[1/4] Resolving packages...\n"), ("wait", _RESOLVING_NS)]
    if not change.coming and not change.going and not change.added and not change.plan.lacking:
        return (*steps, ("say", "success Already up-to-date.\n"), ("done", system.now_ns))
    text = "".join(_yarn_entry(each, version) for each, version in change.tree.items())
    steps += [("say", "[2/4] Fetching packages...\n"), *change.steps()]
    steps += [("say", "[3/4] Linking dependencies...\n[4/4] Building fresh packages...\n")]
    keeps = bool(change.plan.lacking) or (bool(change.plan.entries) and not change.added and name == "install")
    if not keeps and "--pure-lockfile" not in flags and "--frozen-lockfile" not in flags:
        head = "# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.\n# yarn lockfile v1\n"
        steps += [change.saving("yarn.lock", f"{head}\n{text}"), ("say", "success Saved lockfile.\n")]
    if change.added:
        count = len(change.coming)
        added = [each for each in change.added if each in change.tree]
        told = "".join(f"{'└' if each == added[-1] else '├'}─ {each}@{change.tree[each]}\n" for each in added)
        steps.append(
            (
                "say",
                f"success Saved {count} new dependenc{'ies' if count != 1 else 'y'}.\ninfo Direct dependencies\n{told}",
            )
        )
    return change.ended((*steps, ("done", system.now_ns)))


def _yarn_global(system: System, state: State, words: list[str]) -> int:
    """yarn global add: packages beside the interpreter, and their commands on PATH."""
    if words[:1] == ["bin"]:
        system.put("/usr/local/bin\n")
        return 0
    if words[:1] != ["add"] or len(words) == 1:
        raise Unsimulated(f"yarn global {' '.join(words[:1])}")
    return follow(system, state, lambda: _yarn_global_plan(system, words[1:]), _ACTIONS)


def _yarn_global_plan(system: System, words: list[str]) -> Plan:
    wanted = dict(map(npm_project.split, words))
    made = npm_registry.resolve(wanted, {}, late=facts.count(system.now_ns))
    steps: list[Step] = [
        ("say", f"yarn global v{_yarn_version(system)}\n[1/4] Resolving packages...\n"),
        ("wait", _RESOLVING_NS),
    ]
    steps += [("say", "[2/4] Fetching packages...\n")]
    steps += [("lack", what, marks.PACKAGE) for what in made.lacking]
    steps += putting(npm_project.GLOBAL, npm_project.Planned(made.versions, made.lacking, {}), made.versions)
    steps += [("say", "[3/4] Linking dependencies...\n[4/4] Building fresh packages...\n")]
    for name in (name for name in wanted if name in made.versions):
        commands = "".join(f"      - {command}\n" for command in npm_registry.commands_of(name))
        with_them = f" with binaries:\n{commands}" if commands else ".\n"
        steps.append(("say", f'success Installed "{name}@{made.versions[name]}"{with_them}'))
    return (*steps, ("done", system.now_ns), *((("exit", 1),) if made.lacking else ()))


def _yarn_entry(name: str, version: str) -> str:
    found = npm_registry.row(name)
    needs = "".join(f'    {each} "*"\n' for each in (found.needs if found else ()))
    place = f"https://registry.yarnpkg.com/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    key = f'"{name}@^{version}"' if name.startswith("@") else f"{name}@^{version}"
    return f'\n{key}:\n  version "{version}"\n  resolved "{place}"\n' + (f"  dependencies:\n{needs}" if needs else "")


def _yarn_run(system: System, state: State, words: list[str], flags: frozenset[str]) -> int:
    """A script of package.json, or a command of node_modules. Blocks."""
    project = npm_project.read(system, must_exist=True)
    scripts = npm_project.scripts_of(project.manifest)
    quiet = bool(flags & {"-s", "--silent"})
    if "began_ns" not in state:
        state["began_ns"] = system.now_ns
        system.put("" if quiet else f"yarn run v{_yarn_version(system)}\n")
    if not words:
        system.put(
            "info Project commands\n" + "".join(f"   - {name}\n      {text}\n" for name, text in scripts.items())
        )
        return 0
    name, *rest = words
    if name not in scripts:
        if name in _OF_LATER_YARN and name not in npm_project.commands(system, project.folder):
            raise Unsimulated(f"yarn {name}")
        if name not in npm_project.commands(system, project.folder):
            system.put(f'error Command "{name}" not found.\n', 2)
            return 1
        project.manifest["scripts"] = {**scripts, name: name}
    status = run_script(system, state, project, name, tuple(rest), frozenset({"--silent"} if quiet else {"yarn"}))
    if status:
        system.put(f"error Command failed with exit code {status}.\n", 2)
    elif not quiet:
        _done(system, state, state["began_ns"])
    return status


# pnpm


@PROGRAMS.program("pnpm", "pnpx")
def _pnpm(system: System, argv: tuple[str, ...], state: State) -> int:
    flags, words = _split(argv[1:])
    if flags & {"-v", "--version"}:
        system.put(f"{npm_project.global_version(system, 'pnpm', PNPM)}\n")
        return 0
    name = _COMMANDS.get(words[0], words[0]) if words else "install"
    try:
        if name in ("install", "add", "remove"):
            return follow(system, state, lambda: _pnpm_plan(system, name, words[1:], flags), _ACTIONS)
        project = npm_project.read(system, must_exist=True)
        script = words[1:] if name in ("run", "exec") else [name, *words[1:]]
        scripts = npm_project.scripts_of(project.manifest)
        if not script or script[0] not in scripts:
            told = f" ERR_PNPM_NO_SCRIPT  Missing script: {script[0] if script else ''}\n"
            if not script or script[0] not in npm_project.commands(system, project.folder):
                system.put(told, 2)
                return 1
            project.manifest["scripts"] = {**scripts, script[0]: script[0]}
        return run_script(system, state, project, script[0], tuple(script[1:]), flags)
    except Problem as problem:
        system.put(f" ERR_PNPM  {problem.lines[0]}\n", 2)
        return 1


def _pnpm_plan(system: System, name: str, words: list[str], flags: frozenset[str]) -> Plan:
    change = _Change(system, name, words, flags, "pnpm-lock.yaml")
    if (change.coming or change.plan.lacking) and not is_online(system):
        return (
            ("warn", " ERR_PNPM_META_FETCH_FAIL  GET https://registry.npmjs.org/: getaddrinfo EAI_AGAIN\n"),
            ("exit", 1),
        )
    steps: list[Step] = [("wait", _RESOLVING_NS)]
    if change.coming:
        steps.append(("say", f"Packages: +{len(change.coming)}\n{'+' * min(80, len(change.coming))}\n"))
    count = len(change.coming)
    steps += [
        *change.steps(),
        ("say", f"Progress: resolved {len(change.tree)}, reused 0, downloaded {count}, added {count}, done\n"),
    ]
    wanted = npm_project.wanted(change.project, lean=bool(flags & _LEAN))
    shown = "".join(f"+ {each} {change.coming[each]}\n" for each in wanted if each in change.coming)
    steps.append(("say", f"\ndependencies:\n{shown}\n" if shown else "Already up to date\n\n"))
    if not change.plan.lacking and (change.added or not change.plan.entries or name == "remove"):
        steps.append(change.saving("pnpm-lock.yaml", _pnpm_lock(change)))
    return change.ended((*steps, ("done", system.now_ns)))


def _pnpm_lock(change: _Change) -> str:
    """What pnpm-lock.yaml says: what the project asks for, and all that is installed."""
    wanted = npm_project.wanted(change.project, lean=False)
    roots = "".join(
        f"      {_quoted(each)}:\n        specifier: {bound}\n        version: {change.tree[each]}\n"
        for each, bound in wanted.items()
        if each in change.tree
    )
    lines = "".join(
        f"\n  {_quoted(f'{each}@{version}')}:\n    resolution: {{}}\n" for each, version in change.tree.items()
    )
    needs = ""
    for each, version in change.tree.items():
        row = npm_registry.row(each)
        inner = [other for other in (row.needs if row is not None else ()) if other in change.tree]
        listed = "".join(f"      {_quoted(other)}: {change.tree[other]}\n" for other in inner)
        needs += f"\n  {_quoted(f'{each}@{version}')}:" + (f"\n    dependencies:\n{listed}" if listed else " {}\n")
    head = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n"
    return f"{head}    dependencies:\n{roots}\npackages:\n{lines}\nsnapshots:\n{needs}"


def _quoted(key: str) -> str:
    return f"'{key}'" if key.startswith("@") else key


# steps


def _put(
    system: System, state: State, folder: str, name: str, version: str, commands: tuple[str, ...], link: str
) -> int | None:
    try:
        npm_project.put(system, folder, name, version, commands, link)
    except OSError as problem:
        system.put(
            f"error An unexpected error occurred: \"{problem.strerror}, mkdir '{folder}/node_modules/{name}'\".\n", 2
        )
        return 1
    return None


def _take(system: System, state: State, folder: str, name: str) -> None:
    npm_project.take(system, folder, name)


def _save(system: System, state: State, folder: str, manifest: str, lock: str, text: str) -> None:
    write_text(system, posixpath.join(folder, "package.json"), manifest + "\n")
    write_text(system, posixpath.join(folder, lock), text)


def _done(system: System, state: State, began_ns: int) -> None:
    system.put(f"Done in {(system.now_ns - began_ns) / 1e9:.2f}s.\n")


_ACTIONS: Final[dict[str, Action]] = {"put": _put, "take": _take, "save": _save, "done": _done}

"""npm: init, install, ci, uninstall, ls, run and its kin, in the words of npm 10.

A package or a version that is not known may exist: it is not simulated, and the others are installed. It must not know
how a project's files look.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import facts, npm_global, npm_project
from fakedocker.userland.packages.npm_changes import change, offline
from fakedocker.userland.packages.npm_registry import Problem
from fakedocker.userland.packages.npm_scripts import run_script
from fakedocker.userland.packages.plan import Action, Plan, follow, is_online
from fakedocker.userland.packages.unpack import read_text_or, write_text
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.tools import Register

PROGRAMS = Register()
_ALIASES: Final = {
    "add": "install", "clean-install": "ci", "i": "install", "in": "install", "la": "ls", "list": "ls", "ll": "ls", "r": "uninstall", "remove": "uninstall",
    "rm": "uninstall", "run-script": "run", "t": "test", "tst": "test", "un": "uninstall", "unlink": "uninstall", "create": "init", "isntall": "install",
}  # fmt: skip
_OTHERS: Final = frozenset(
    "access adduser bugs completion dedupe deprecate diff dist-tag docs doctor edit exec explain explore find-dupes fund hook install-ci-test"
    " install-test link login logout org outdated owner pack ping pkg prefix profile prune publish query rebuild repo root search set shrinkwrap"
    " star stars team token undeprecate unpublish unstar update version view whoami x info up".split()
)
"""Commands of npm's that are not simulated."""
_SAVES: Final = {
    "-D": "devDependencies",
    "--save-dev": "devDependencies",
    "-O": "optionalDependencies",
    "--save-optional": "optionalDependencies",
}
_MANIFESTS: Final = "\nUsage:\n\nnpm install        install all the dependencies in your project\nnpm install <foo>  add the <foo> dependency to your project\nnpm test           run this project's tests\nnpm run <foo>      run the script named <foo>\n"


class Command(NamedTuple):
    name: str
    words: tuple[str, ...]
    flags: frozenset[str]
    rest: tuple[str, ...]
    """What stands after --."""


@PROGRAMS.program("npm")
def _npm(system: System, argv: tuple[str, ...], state: State) -> int:
    command = _read(argv)
    if command.flags & {"-v", "--version"}:
        system.put(f"{npm_project.npm_version(system)}\n")
        return 0
    if not command.name or command.name == "help":
        system.put(
            f"npm <command>\n{_MANIFESTS}\nnpm@{npm_project.npm_version(system)} /usr/local/lib/node_modules/npm\n"
        )
        return 0 if command.name else 1
    handler = _COMMANDS.get(command.name)
    if command.name in _OTHERS:
        raise Unsimulated(f"npm {command.name}")
    if handler is None:
        system.put(
            f'Unknown command: "{command.name}"\n\nTo see a list of supported npm commands, run:\n  npm help\n', 2
        )
        return 1
    try:
        return handler(system, state, command)
    except Problem as problem:
        return _fail(system, problem)


def _read(argv: tuple[str, ...]) -> Command:
    words, flags = [], set()
    given = list(argv[1:])
    rest: list[str] = []
    while given:
        word = given.pop(0)
        if word == "--":
            rest = given
            break
        if (
            word
            in ("--prefix", "-C", "--registry", "--loglevel", "--omit", "--include", "--cache", "-w", "--workspace")
            and given
        ):
            flags.add(f"{word}={given.pop(0)}")
        elif word.startswith("-") and len(word) > 1:
            flags.add(word)
        else:
            words.append(word)
    name = words.pop(0) if words else ""
    return Command(_ALIASES.get(name, name), tuple(words), frozenset(flags), tuple(rest))


def _fail(system: System, problem: Problem) -> int:
    lines = [f"npm error code {problem.code}"] if problem.code else []
    lines += [f"npm error {line}".rstrip() for line in problem.lines]
    home = system.environment.get("HOME", "/root").rstrip("/")
    seconds, nanoseconds = divmod(system.now_ns, 1_000_000_000)
    stamp = f"{format_date('%Y-%m-%dT%H_%M_%S', seconds)}_{nanoseconds // 1_000_000:03}Z"
    lines.append(f"npm error A complete log of this run can be found in: {home}/.npm/_logs/{stamp}-debug-0.log")
    system.put("".join(f"{line}\n" for line in lines), 2)
    return problem.status


# installing


def _install(system: System, state: State, command: Command) -> int:
    if _is_global(command):
        force = bool(command.flags & {"-f", "--force"})
        return follow(system, state, lambda: npm_global.install_plan(system, command.words, force=force), _ACTIONS)
    return follow(system, state, lambda: _install_plan(system, command), _ACTIONS)


def _is_global(command: Command) -> bool:
    return bool(command.flags & {"-g", "--global", "--location=global"})


def _install_plan(system: System, command: Command) -> Plan:
    project = npm_project.read(system)
    kind = next((_SAVES[flag] for flag in sorted(command.flags) if flag in _SAVES), "dependencies")
    added = dict(map(npm_project.split, command.words))
    late = facts.count(system.now_ns)
    before = npm_project.present(system, project.folder)
    known = npm_project.locked(project) or before
    whole = npm_project.planned(project.lock, npm_project.wanted(project, lean=False), known, added, late=late)
    wanted = npm_project.wanted(project, lean=_is_lean(system, command))
    plan = npm_project.planned(project.lock, wanted, whole.tree, added, late=late)
    for name, bound in added.items():
        if name in plan.tree:
            bounds = npm_project.bounds_of(project.manifest, kind)
            bounds[name] = bound if bound[:1] in "^~<>=" else f"^{plan.tree[name]}"
            project.manifest[kind] = dict(sorted(bounds.items()))
    if not is_online(system) and (
        plan.lacking or any(before.get(name) != version for name, version in plan.tree.items())
    ):
        return offline({**plan.tree, **added})
    changed = bool(added) or npm_project.locked(project) != whole.tree
    return change(project, before, plan, saved=whole.tree if changed else None, started_ns=system.now_ns)


def _is_lean(system: System, command: Command) -> bool:
    flags = {"--production", "--omit=dev", "--only=production", "--prod"}
    return bool(command.flags & flags) or system.environment.get("NODE_ENV") == "production"


def _ci(system: System, state: State, command: Command) -> int:
    return follow(system, state, lambda: _ci_plan(system, command), _ACTIONS)


def _ci_plan(system: System, command: Command) -> Plan:
    project = npm_project.read(system)
    if not project.lock.entries:
        raise Problem("EUSAGE", _NO_LOCK)
    wanted = npm_project.wanted(project, lean=_is_lean(system, command))
    optional = npm_project.bounds_of(project.manifest, "optionalDependencies")
    missing = [name for name, bound in wanted.items() if name not in optional and not project.lock.find(name, bound)]
    if missing:
        told = [f"Missing: {name}@{wanted[name]} from lock file" for name in missing]
        raise Problem("EUSAGE", (*_OUT_OF_STEP, *told, ""))
    here = {name: bound for name, bound in wanted.items() if project.lock.find(name, bound)}
    plan = npm_project.planned(project.lock, here, {}, {}, late=facts.count(system.now_ns))
    if not is_online(system):
        return offline(plan.tree)
    return (("clear", project.folder), *change(project, {}, plan, saved=None, started_ns=system.now_ns))


_NO_LOCK: Final = (
    "", "The `npm ci` command can only install with an existing package-lock.json or",
    "npm-shrinkwrap.json with lockfileVersion >= 1. Run an install with npm@5 or",
    "later to generate a package-lock.json file, then try again.", "",
    "Clean install a project", "", "Usage:", "npm ci", "", 'Run "npm help ci" for more info',
)  # fmt: skip
_OUT_OF_STEP: Final = (
    "`npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync."
    " Please update your lock file with `npm install` before continuing.", "",
)  # fmt: skip


def _uninstall(system: System, state: State, command: Command) -> int:
    if _is_global(command):
        return follow(system, state, lambda: npm_global.uninstall_plan(system, command.words), _ACTIONS)
    return follow(system, state, lambda: _uninstall_plan(system, command), _ACTIONS)


def _uninstall_plan(system: System, command: Command) -> Plan:
    project = npm_project.read(system)
    for kind in npm_project.KINDS:
        bounds = npm_project.bounds_of(project.manifest, kind)
        kept = {name: bound for name, bound in bounds.items() if name not in command.words}
        if kind in project.manifest:
            project.manifest[kind] = kept
    before = npm_project.present(system, project.folder)
    plan = npm_project.planned(
        project.lock, npm_project.wanted(project, lean=False), before, {}, late=facts.count(system.now_ns)
    )
    return change(project, before, plan, saved=plan.tree, started_ns=system.now_ns)


def _put(
    system: System, state: State, folder: str, name: str, version: str, commands: tuple[str, ...], link: str
) -> int | None:
    try:
        npm_project.put(system, folder, name, version, commands, link)
    except OSError as problem:
        code = {1: "EPERM", 13: "EACCES", 28: "ENOSPC", 30: "EROFS"}.get(problem.errno or 0, "EIO")
        path = posixpath.join(folder, "node_modules", name)
        told = f"{code}: {(problem.strerror or '').lower()}, mkdir '{path}'"
        lines = ("syscall mkdir", f"path {path}", f"errno -{problem.errno}", told)
        return _fail(system, Problem(code, lines, 256 - (problem.errno or 1)))
    return None


def _take(system: System, state: State, folder: str, name: str) -> None:
    npm_project.take(system, folder, name)


def _clear(system: System, state: State, folder: str) -> None:
    npm_project.clear(system, folder)


def _save(system: System, state: State, folder: str, manifest: str, tree: tuple[tuple[str, str], ...]) -> None:
    npm_project.save(system, folder, json.loads(manifest), dict(tree))


def _report(system: System, state: State, told: str, audited: int, started_ns: int, funded: bool) -> None:
    elapsed_ns = system.now_ns - started_ns
    shown = f"{elapsed_ns / 1e9:.0f}s" if elapsed_ns >= 1_000_000_000 else f"{elapsed_ns // 1_000_000}ms"
    if not audited:
        system.put(f"\n{told} in {shown}\n")
        return
    counted = f"audited {audited} package{'s' if audited > 1 else ''}"
    system.put(f"\n{f'{told}, and {counted}' if told else f'up to date, {counted}'} in {shown}\n")
    if funded and audited > 20:
        system.put(f"\n{audited // 5} packages are looking for funding\n  run `npm fund` for details\n")
    system.put("\nfound 0 vulnerabilities\n")


def _failing(system: System, state: State, code: str, lines: tuple[str, ...]) -> int:
    return _fail(system, Problem(code, lines))


_ACTIONS: Final[dict[str, Action]] = {
    "clear": _clear,
    "fail": _failing,
    "put": _put,
    "report": _report,
    "save": _save,
    "take": _take,
}


# the project


def _init(system: System, state: State, command: Command) -> int:
    if command.words:
        raise Unsimulated(f"making a project with create-{command.words[0].partition('@')[0]}")
    path = posixpath.join(system.directory, "package.json")
    name = posixpath.basename(system.directory).lower().replace(" ", "-")
    if not name:
        raise Problem("", ('Invalid name: ""',))
    manifest = {
        "name": name,
        "version": "1.0.0",
        "main": "index.js",
        "scripts": {"test": 'echo "Error: no test specified" && exit 1'},
        "keywords": [],
        "author": "",
        "license": "ISC",
        "description": "",
    }
    text = read_text_or(system, path) or json.dumps(manifest, indent=2) + "\n"
    write_text(system, path, text)
    system.put(f"Wrote to {path}:\n\n{text}\n\n\n")
    return 0


def _ls(system: System, state: State, command: Command) -> int:
    if _is_global(command):
        there = npm_project.present(system, npm_project.GLOBAL)
        _tree(system, npm_project.GLOBAL, [f"{name}@{version}" for name, version in sorted(there.items())])
        return 0
    project = npm_project.read(system)
    title = f"{project.manifest.get('name', posixpath.basename(project.folder))}@{project.manifest.get('version', '')}"
    there = npm_project.present(system, project.folder)
    wanted = npm_project.wanted(project, lean=False)
    lines = [
        f"{name}@{there[name]}" if name in there else f"UNMET DEPENDENCY {name}@{wanted[name]}"
        for name in sorted(wanted)
    ]
    _tree(system, f"{title.rstrip('@')} {project.folder}", lines)
    missing = [f"missing: {name}@{wanted[name]}, required by {title}" for name in sorted(wanted) if name not in there]
    if missing:
        raise Problem("ELSPROBLEMS", tuple(missing))
    return 0


def _tree(system: System, title: str, lines: list[str]) -> None:
    system.put(f"{title}\n")
    for place, line in enumerate(lines or ["(empty)"], 1):
        system.put(f"{'└──' if place >= len(lines) else '├──'} {line}\n")
    system.put("\n")


def _run(system: System, state: State, command: Command) -> int:
    project = npm_project.read(system, must_exist=True)
    scripts = npm_project.scripts_of(project.manifest)
    if not command.words:
        title = f"{project.manifest.get('name', '')}@{project.manifest.get('version', '')}"
        shown = "".join(f"  {name}\n    {text}\n" for name, text in scripts.items())
        system.put(f"Scripts available in {title} via `npm run-script`:\n{shown}" if scripts else "")
        return 0
    return run_script(system, state, project, command.words[0], (*command.words[1:], *command.rest), command.flags)


def _shortcut(system: System, state: State, command: Command) -> int:
    """npm start, test, stop, restart."""
    project = npm_project.read(system, must_exist=True)
    return run_script(system, state, project, command.name, (*command.words, *command.rest), command.flags)


def _config(system: System, state: State, command: Command) -> int:
    if command.words[:1] == ("get",) and len(command.words) > 1:
        known: dict[str, Any] = {"registry": "https://registry.npmjs.org/", "prefix": "/usr/local"}
        system.put(f"{known.get(command.words[1], 'undefined')}\n")
    return 0


def _cache(system: System, state: State, command: Command) -> int:
    if command.words[:1] == ("clean",):
        system.put(
            "npm warn using --force Recommended protections disabled.\n" if "--force" in command.flags else "", 2
        )
    return 0


def _audit(system: System, state: State, command: Command) -> int:
    system.put("found 0 vulnerabilities\n")
    return 0


_COMMANDS: Final[dict[str, Callable[[System, State, Command], int]]] = {
    "audit": _audit, "cache": _cache, "ci": _ci, "config": _config, "init": _init, "install": _install, "ls": _ls, "restart": _shortcut, "run": _run,
    "start": _shortcut, "stop": _shortcut, "test": _shortcut, "uninstall": _uninstall,
}  # fmt: skip

"""pip: install, uninstall, list, freeze, show, check, in the words of pip 24.2.

Of the projects that are known the newest version is, of some also what they need; an older one that is asked for is
taken to exist. A project that is not known may exist: it is not simulated, and the others are installed. It must not
know how dist-info folders look.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.packages import facts, pip_folders, pip_saving, pip_site, pip_wheels, python_index
from fakedocker.userland.packages.pip_collecting import Chosen, Collecting, known, no_version
from fakedocker.userland.packages.pip_folders import Folder
from fakedocker.userland.packages.pip_requirements import Problem, Requirements, Wanted, parse
from fakedocker.userland.packages.pip_site import Installed, Site, normalized
from fakedocker.userland.packages.plan import Action, Plan, Step, follow, is_online, unpack_ns
from fakedocker.userland.packages.unpack import write_filler, write_program, write_text
from fakedocker.userland.tools import Register, base_name

PROGRAMS = Register()
_FLAGS: Final = {
    "-q": "quiet", "--quiet": "quiet", "-qq": "quiet", "-U": "upgrade", "--upgrade": "upgrade", "-y": "yes", "--yes": "yes", "--user": "user",
    "--break-system-packages": "break", "--no-deps": "alone", "--force-reinstall": "upgrade", "--outdated": "outdated", "-o": "outdated",
    "-h": "help", "--help": "help", "--no-index": "noindex",
}  # fmt: skip
_VALUED: Final = frozenset(
    "-r --requirement -c --constraint -i --index-url --extra-index-url --trusted-host -t --target --prefix --root-user-action --progress-bar --timeout --retries -f --find-links --cache-dir --format -e --editable --proxy --platform --python-version -w --wheel-dir -d --dest --only-binary --no-binary".split()
)
_ROOT: Final = "WARNING: Running pip as the 'root' user can result in broken permissions and conflicting behaviour with the system package manager, possibly rendering your system unusable. It is recommended to use a virtual environment instead: https://pip.pypa.io/warnings/venv. Use the --root-user-action option if you know what you are doing and want to suppress this warning.\n"
_MANAGED: Final = """error: externally-managed-environment

× This environment is externally managed
╰─> To install Python packages system-wide, use the package manager of
    the distribution, or a virtual environment:

        python3 -m venv path/to/venv

note: If you believe this is a mistake, please contact your Python installation or OS distribution provider. You can override this, at the risk of breaking your Python installation or OS, by passing --break-system-packages.
hint: See PEP 668 for the detailed specification.
"""


_OTHERS: Final = frozenset("completion config debug hash index inspect lock search".split())
"""Commands of pip's that are not simulated."""
_MANAGERS: Final = frozenset({"pip", "pipenv", "poetry", "uv"})
"""Commands of projects that are simulated."""
_MANAGER_BYTES: Final = 400
_UNPACKED: Final = 3.5
"""How much larger files are than the wheel that they come in."""


class Command(NamedTuple):
    name: str
    words: tuple[str, ...]
    flags: frozenset[str]
    values: tuple[tuple[str, str], ...]

    def all(self, *names: str) -> list[str]:
        return [value for name, value in self.values if name in names]


def _read(argv: tuple[str, ...]) -> Command:
    words, flags, values = [], set(), []
    rest = list(argv[1:])
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name in _VALUED:
            values.append((name, value if equals else rest.pop(0) if rest else ""))
        elif word.startswith("-r") and len(word) > 2:
            values.append(("-r", word[2:]))
        elif word in _FLAGS:
            flags.add(_FLAGS[word])
        elif not word.startswith("-"):
            words.append(word)
    return Command(words[0] if words else "", tuple(words[1:]), frozenset(flags), tuple(values))


@PROGRAMS.program("pip", "pip3")
def _pip(system: System, argv: tuple[str, ...], state: State) -> int:
    command = _read(argv)
    site = pip_site.find_site(system)
    if set(argv[1:]) & {"--version", "-V"}:
        there = pip_site.installed(system, site).get("pip")
        version = there.version if there else "24.2"
        system.put(f"pip {version} from {site.directory}/pip (python {site.python})\n")
        return 0
    if command.name == "install":
        return follow(system, state, lambda: _install(system, command, site), ACTIONS)
    if command.name in pip_saving.COMMANDS:
        return follow(system, state, lambda: _save(system, command, site), ACTIONS)
    if command.name == "uninstall":
        return _uninstall(system, state, command, site)
    if command.name in _QUESTIONS:
        return _QUESTIONS[command.name](
            system, command, pip_site.installed(system, site, pip_site.user_site(system, site))
        )
    if not command.name or command.name == "help":
        system.put(f"\nUsage:   \n  {base_name(argv[0])} <command> [options]\n\nCommands:\n")
        system.put("  install  uninstall  list  freeze  show  check  cache\n")
        return 0
    if command.name in _OTHERS:
        raise Unsimulated(f"pip {command.name}")
    system.put(f'ERROR: unknown command "{command.name}"\n', 2)
    return 1


def _requirements(system: System, command: Command, site: Site) -> Requirements:
    """What a command asks for. Raises Problem."""
    found = Requirements(system, site.python)
    for word in command.words:
        found.add(word, "")
    for path in command.all("-r", "--requirement"):
        found.add_file(path)
    for path in command.all("-c", "--constraint"):
        found.add_file(path, constrains=True)
    for path in command.all("-e", "--editable"):
        found.add_folder(path, editable=True)
    return found


# installing


def _install(system: System, command: Command, site: Site) -> Plan:
    quiet = "quiet" in command.flags
    try:
        asked = _requirements(system, command, site)
        asked.check(command.name, from_file=bool(command.all("-r", "--requirement")))
    except Problem as problem:
        return (("warn", str(problem)), ("exit", 1))
    if site.managed and "break" not in command.flags:
        return (("warn", _MANAGED), ("exit", 1))
    steps: list[Step] = []
    target = site
    if command.all("-t", "--target"):
        target = site._replace(directory=command.all("-t", "--target")[-1])
    elif "user" in command.flags or (system.uid and not system.access(site.directory, write=True)):
        target = pip_site.user_site(system, site)
        if "user" not in command.flags:
            steps.append(("say", "Defaulting to user installation because normal site-packages is not writeable\n"))
    there = pip_site.installed(system, site, target)
    links = command.all("-f", "--find-links")
    steps += _looking(links)
    if asked.missing:
        return (*steps, *pip_saving.missing(system, asked.missing))
    collecting = Collecting(system, asked, there, site, command.flags, links, late=facts.count(system.now_ns))
    collecting.run()
    chosen = list(collecting.chosen.values())
    steps += collecting.steps
    if steps and steps[-1][0] == "exit":
        return tuple(steps)
    if collecting.fetches and not is_online(system):
        return _offline(asked, collecting)
    steps += pip_folders.building(asked.folders) + _carry_out(chosen, asked.folders, there, target)
    lacks = any(step[0] == "lack" for step in steps)
    if (
        _is_roots(system)
        and "ignore" not in command.all("--root-user-action")
        and (chosen or asked.folders or not lacks)
    ):
        steps.append(("warn", _ROOT))
    if lacks:
        steps.append(("exit", 1))
    return tuple(step for step in steps if step[0] != "say") if quiet else tuple(steps)


def _looking(links: list[str]) -> list[Step]:
    return [("say", f"Looking in links: {', '.join(links)}\n")] if links else []


def _offline(asked: Requirements, collecting: Collecting) -> Plan:
    """What happens where the index cannot be reached."""
    name = collecting.first_fetched
    wanted = next((item for item in asked.wanted if item.name == name), parse(name, ""))
    return (*_retries(wanted), ("warn", no_version(wanted)), ("exit", 1))


def _save(system: System, command: Command, site: Site) -> Plan:
    """pip wheel and pip download."""
    where = command.all(*pip_saving.COMMANDS[command.name])
    directory = posixpath.normpath(posixpath.join(system.directory, where[-1] if where else "."))
    links = command.all("-f", "--find-links")
    try:
        asked = _requirements(system, command, site)
        asked.check(command.name, from_file=bool(command.all("-r", "--requirement")))
    except Problem as problem:
        return (("warn", str(problem)), ("exit", 1))
    asked.lacking += [f"pip {command.name} of the project in {folder.path}" for folder in asked.folders]
    asked.folders.clear()
    late = facts.count(system.now_ns)
    collecting = Collecting(system, asked, {}, site, command.flags, links, saved_in=directory, late=late)
    plan = pip_saving.plan(system, command.name, asked, collecting, directory)
    if plan[-1] != ("exit", 1) and collecting.fetches and not is_online(system):
        return _offline(asked, collecting)
    steps = (*_looking(links), *plan)
    return tuple(step for step in steps if step[0] != "say") if "quiet" in command.flags else steps


def _retries(wanted: Wanted) -> list[Step]:
    steps: list[Step] = []
    for left, wait_ms in ((4, 250), (3, 500), (2, 1000), (1, 2000), (0, 4000)):
        text = (
            f"WARNING: Retrying (Retry(total={left}, connect=None, read=None, redirect=None, status=None)) after connection broken by "
            "'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f4a1c2b3d90>: Failed to establish a new "
            f"connection: [Errno -3] Temporary failure in name resolution')': /simple/{wanted.name}/\n"
        )
        steps += [("wait", wait_ms * 1_000_000), ("warn", text)]
    return steps


def _carry_out(chosen: list[Chosen], folders: list[Folder], there: Mapping[str, Installed], target: Site) -> list[Step]:
    if not chosen and not folders:
        return []
    order = list(reversed(chosen))
    names = [*(item.asked for item in order), *(folder.name for folder in folders)]
    steps: list[Step] = [("say", f"Installing collected packages: {', '.join(names)}\n")]
    for item in order:
        took_ns = unpack_ns(int(known(item.name).wheel_bytes * _UNPACKED))
        steps += _replacing(there.get(item.name))
        steps += [("wait", took_ns), ("put", item.name, item.version, tuple(target))]
    for folder in folders:
        steps += [*_replacing(there.get(pip_site.normalized(folder.name))), ("folder", tuple(folder), tuple(target))]
    done = [f"{item.asked}-{item.version}" for item in chosen] + [f"{item.name}-{item.version}" for item in folders]
    return [*steps, ("say", f"Successfully installed {' '.join(sorted(done))}\n")]


def _replacing(old: Installed | None) -> list[Step]:
    """Taking away what has the place of something new."""
    if old is None:
        return []
    found = f"  Attempting uninstall: {old.name}\n    Found existing installation: {old.name} {old.version}\n"
    return [
        ("say", found),
        ("say", f"    Uninstalling {old.name}-{old.version}:\n"),
        ("remove", tuple(old)),
        ("say", f"      Successfully uninstalled {old.name}-{old.version}\n"),
    ]


def _put(system: System, state: State, name: str, version: str, where: tuple[Any, ...]) -> int | None:
    """Write a package: a module, its dist-info, its scripts."""
    site = Site(*where)
    project = known(name)
    title, module = project.title, project.module
    folder = f"{title.replace('-', '_')}-{version}.dist-info"
    texts = {
        f"{module}/__init__.py": f'__version__ = "{version}"\n',
        f"{folder}/METADATA": pip_wheels.metadata(project, version),
        f"{folder}/INSTALLER": "pip\n",
    }
    scripts = [f"{site.scripts}/{script}" for script in project.scripts]
    record = [*texts, f"{folder}/RECORD", f"{module}/_contents.py", *scripts]
    try:
        for path, text in texts.items():
            write_text(system, f"{site.directory}/{path}", text)
        write_text(system, f"{site.directory}/{folder}/RECORD", "".join(f"{path},,\n" for path in record))
        write_filler(system, f"{site.directory}/{module}/_contents.py", int(project.wheel_bytes * _UNPACKED))
        for script in (each for each in scripts if base_name(each) in _MANAGERS):
            write_program(system, script, "python", base_name(script), _MANAGER_BYTES)
        for script in (each for each in scripts if base_name(each) not in _MANAGERS):
            interpreter = f"{site.scripts}/python" if site.scripts == "/usr/local/bin" else "/usr/bin/env python3"
            write_text(system, script, f"#!{interpreter}\nimport sys\nfrom {module} import main\nsys.exit(main())\n")
    except OSError as problem:
        why = f"[Errno {problem.errno}] {problem.strerror}: '{site.directory}/{module}'"
        system.put(f"ERROR: Could not install packages due to an OSError: {why}\n\n", 2)
        return 1
    return None


def _remove(system: System, state: State, item: tuple[str, str, str]) -> None:
    pip_site.uninstall(system, Installed(*item))


def _put_folder(system: System, state: State, item: tuple[Any, ...], where: tuple[Any, ...]) -> int | None:
    folder, site = Folder(*item), Site(*where)
    try:
        pip_folders.put(system, folder, site)
    except OSError as problem:
        why = f"[Errno {problem.errno}] {problem.strerror}: '{site.directory}'"
        system.put(f"ERROR: Could not install packages due to an OSError: {why}\n\n", 2)
        return 1
    return None


ACTIONS: Final[dict[str, Action]] = {"folder": _put_folder, "put": _put, "remove": _remove, "save": pip_saving.save}


# the rest


def _uninstall(system: System, state: State, command: Command, site: Site) -> int:
    there = pip_site.installed(system, site, pip_site.user_site(system, site))
    try:
        names = [item.name for item in _requirements(system, command, site).wanted]
    except Problem as problem:
        system.put(str(problem), 2)
        return 1
    while state.setdefault("place", 0) < len(names):
        item = there.get(names[state["place"]])
        if item is None:
            if "asked" not in state:
                system.put(f"WARNING: Skipping {names[state['place']]} as it is not installed.\n", 2)
        elif not _confirmed(system, state, command, item):
            system.put("\n")
        else:
            pip_site.uninstall(system, item)
            system.put(f"  Successfully uninstalled {item.name}-{item.version}\n")
        state.pop("asked", None)
        state["place"] += 1
    if _is_roots(system):
        system.put(_ROOT, 2)
    return 0


def _is_roots(system: System) -> bool:
    """Whether the system's own packages are changed by root, which pip warns of."""
    return system.uid == 0 and pip_site.find_site(system) == pip_site.find_base_site(system)


def _confirmed(system: System, state: State, command: Command, item: Installed) -> bool:
    if "asked" not in state:
        state["asked"] = True
        system.put(
            f"Found existing installation: {item.name} {item.version}\nUninstalling {item.name}-{item.version}:\n"
        )
        if "yes" not in command.flags:
            system.put(f"  Would remove:\n    {item.folder}/*\nProceed (Y/n)? ")
    return "yes" in command.flags or text_of(system.read(0)).strip().lower() in ("", "y", "yes")


def _list(system: System, command: Command, there: Mapping[str, Installed]) -> int:
    if "freeze" in command.all("--format"):
        return _freeze(system, command, there)
    if "outdated" in command.flags:
        return 0
    width = max([7, *(len(item.name) for item in there.values())])
    wide = max([7, *(len(item.version) for item in there.values())])
    system.put(f"{'Package':<{width}} Version\n{'-' * width} {'-' * wide}\n")
    system.put("".join(f"{item.name:<{width}} {item.version}\n" for item in there.values()))
    return 0


def _freeze(system: System, command: Command, there: Mapping[str, Installed]) -> int:
    shown = [item for name, item in there.items() if name not in ("pip", "setuptools", "wheel")]
    system.put("".join(f"{item.name}=={item.version}\n" for item in shown))
    return 0


def _show(system: System, command: Command, there: Mapping[str, Installed]) -> int:
    found = [there[normalized(word)] for word in command.words if normalized(word) in there]
    missing = [word for word in command.words if normalized(word) not in there]
    if missing:
        system.put(f"WARNING: Package(s) not found: {', '.join(missing)}\n", 2)

    def needs(name: str) -> list[str]:
        project = python_index.project(normalized(name))
        words = project.needs if project is not None else ()
        return sorted({re.split(r"[<>=!~]", word)[0] for word in words}, key=str.lower)

    blocks = []
    for item in found:
        users = [other.name for other in there.values() if normalized(item.name) in map(normalized, needs(other.name))]
        blocks.append(
            f"Name: {item.name}\nVersion: {item.version}\nLocation: {item.folder.rpartition('/')[0]}\n"
            f"Requires: {', '.join(needs(item.name))}\nRequired-by: {', '.join(users)}\n"
        )
    system.put("---\n".join(blocks))
    return 0 if found else 1


def _check(system: System, command: Command, there: Mapping[str, Installed]) -> int:
    system.put("No broken requirements found.\n")
    return 0


def _cache(system: System, command: Command, there: Mapping[str, Installed]) -> int:
    if "purge" in command.words:
        system.put("WARNING: No matching packages\n", 2)
        system.put("Files removed: 0\n")
    return 0


_QUESTIONS: Final[dict[str, Callable[[System, Command, Mapping[str, Installed]], int]]] = {
    "cache": _cache,
    "check": _check,
    "freeze": _freeze,
    "list": _list,
    "show": _show,
}

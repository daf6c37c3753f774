"""Projects of one's own that pip is asked to install: `pip install .` and `pip install -e .`, by what their files declare.

pyproject.toml (also as poetry has it), setup.cfg and the literals of setup.py are read; nothing is run. It must not know command lines.
"""

from __future__ import annotations

import ast
import hashlib
import posixpath
import re
import tomllib
from collections.abc import Mapping
from typing import Final, NamedTuple, NoReturn

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.packages.pip_site import Site, normalized
from fakedocker.userland.packages.plan import Step
from fakedocker.userland.packages.unpack import read_text_or, write_text
from fakedocker.userland.tools import is_directory, stat_or_none

_LARGEST_TEXT: Final = 1 << 20
_MOST_FILES: Final = 2_000
_DEEPEST: Final = 20
_PASSED_OVER: Final = frozenset({"tests", "test", "docs", "build", "dist", "node_modules", "venv", "env"})


class Folder(NamedTuple):
    """A project's folder.

    Args:
        path: absolute.
        needs: requirements, with markers.
        scripts: command -> "module:function".
        editable: whether it is to be used where it is.
    """

    path: str
    name: str
    version: str
    needs: tuple[str, ...]
    scripts: tuple[tuple[str, str], ...]
    editable: bool

    @property
    def title(self) -> str:
        return f"{self.name}=={self.version}"


def read(system: System, path: str, extras: tuple[str, ...], *, editable: bool) -> Folder:
    """What a folder declares.

    Raises:
        FileNotFoundError: it has no project.
        Unsimulated: its name or version is made when it is built, or its files cannot be read here.
    """
    where = posixpath.normpath(posixpath.join(system.directory, path))
    pyproject, setup = (posixpath.join(where, name) for name in ("pyproject.toml", "setup.py"))
    if stat_or_none(system, pyproject) is None and stat_or_none(system, setup) is None:
        raise FileNotFoundError(where)
    document = _toml(system, pyproject)
    found = _standard(document, extras) or _poetry(document, extras) or _setup(system, where, extras)
    name, version, needs, scripts = found
    if not name or not version:
        _refuse(where, "whose name or version is made when it is built")
    return Folder(where, name, version, needs, tuple(sorted(scripts.items())), editable)


_Found = tuple[str, str, tuple[str, ...], dict[str, str]]


def _refuse(path: str, why: str) -> NoReturn:
    raise Unsimulated(f"installing the project in {path}, {why},")


def _toml(system: System, path: str) -> Mapping[str, object]:
    text = read_text_or(system, path)
    if len(text) > _LARGEST_TEXT:
        _refuse(path, "which is so large")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        _refuse(path, "which is no TOML")


def _table(value: object, *names: str) -> Mapping[str, object]:
    """A table within tables, empty where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list | tuple) else ()


def _standard(document: Mapping[str, object], extras: tuple[str, ...]) -> _Found | None:
    """[project] of PEP 621."""
    project = _table(document, "project")
    if not project:
        return None
    optional = _table(project, "optional-dependencies")
    needs = [*_texts(project.get("dependencies")), *(need for extra in extras for need in _texts(optional.get(extra)))]
    scripts = {name: str(target) for name, target in _table(project, "scripts").items()}
    return str(project.get("name", "")), str(project.get("version", "")), tuple(needs), scripts


def _poetry(document: Mapping[str, object], extras: tuple[str, ...]) -> _Found | None:
    """[tool.poetry], whose bounds are its own."""
    project = _table(document, "tool", "poetry")
    if not project:
        return None
    needs = []
    for name, told in _table(project, "dependencies").items():
        bound = told if isinstance(told, str) else _table({"": told}, "").get("version", "*")
        optional = _table({"": told}, "").get("optional") is True
        if name != "python" and not optional:
            needs.append(f"{name}{_plain_bound(str(bound))}")
    scripts = {name: str(target) for name, target in _table(project, "scripts").items()}
    return str(project.get("name", "")), str(project.get("version", "")), tuple(needs), scripts


def _plain_bound(bound: str) -> str:
    """^1.2 is >=1.2,<2; ~1.2 is >=1.2,<1.3; a bare version is itself."""
    match = re.fullmatch(r"([\^~])\s*(\d+(?:\.\d+)*)\S*", bound.strip())
    if match is None:
        return (
            ""
            if bound.strip() in ("*", "")
            else f"=={bound.strip()}"
            if is_digits(bound.strip()[:1])
            else bound.strip()
        )
    parts = [int(part) for part in match[2].split(".")[:4]]
    place = (
        next((at for at, part in enumerate(parts) if part), len(parts) - 1)
        if match[1] == "^"
        else min(1, len(parts) - 1)
    )
    last = ".".join(map(str, [*parts[:place], parts[place] + 1]))
    return f">={match[2]},<{last}"


def _setup(system: System, where: str, extras: tuple[str, ...]) -> _Found:
    """setup.cfg, and what setup.py has as literals."""
    config = _sections(read_text_or(system, posixpath.join(where, "setup.cfg"))[:_LARGEST_TEXT])
    told = _literals(read_text_or(system, posixpath.join(where, "setup.py"))[:_LARGEST_TEXT])
    lines = config.get("options.install_requires", "").splitlines()
    needs = [*_texts(told.get("install_requires")), *(line.strip() for line in lines if line.strip())]
    optional = _table(told, "extras_require")
    needs += [need for extra in extras for need in _texts(optional.get(extra))]
    entries = _table(told, "entry_points").get("console_scripts")
    pairs = (entry.partition("=") for entry in _texts(entries))
    scripts = {command.strip(): target.strip() for command, _, target in pairs if target}
    name = str(told.get("name") or config.get("metadata.name", ""))
    version = str(told.get("version") or config.get("metadata.version", ""))
    return name, "" if version.startswith(("attr:", "file:")) else version, tuple(needs), scripts


def _sections(text: str) -> dict[str, str]:
    """The settings of setup.cfg by section and name, values of several lines with their ends."""
    found: dict[str, list[str]] = {}
    section = key = ""
    for line in text.splitlines():
        if match := re.fullmatch(r"\[([^\]]+)\]\s*", line):
            section, key = match[1].strip(), ""
        elif key and line[:1].isspace():
            found[key].append(line.strip())
        elif match := re.fullmatch(r"([\w.-]+)\s*[=:](.*)", line):
            key = f"{section}.{match[1]}"
            found[key] = [match[2].strip()]
    return {key: "\n".join(lines) for key, lines in found.items()}


def _literals(source: str) -> dict[str, object]:
    """The arguments of setup() that are literals."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, object] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "setup":
            for argument in node.keywords:
                try:
                    found[argument.arg or ""] = ast.literal_eval(argument.value)
                except (ValueError, TypeError, RecursionError, MemoryError):
                    continue
    return found


# what is said, and done


def preparing(folder: Folder) -> list[Step]:
    """What pip says while it looks into a folder."""
    titles: tuple[str, ...]
    if folder.editable:
        heads = [f"Obtaining file://{folder.path}\n"]
        titles = ("Installing build dependencies", "Checking if build backend supports build_editable", "Getting requirements to build editable", "Preparing editable metadata (pyproject.toml)")  # fmt: skip
    else:
        heads = [f"Processing {folder.path}\n"]
        titles = (
            "Installing build dependencies",
            "Getting requirements to build wheel",
            "Preparing metadata (pyproject.toml)",
        )
    steps: list[Step] = [("say", heads[0])]
    for title in titles:
        steps += [
            ("say", f"  {title}: started\n"),
            ("wait", 400_000_000),
            ("say", f"  {title}: finished with status 'done'\n"),
        ]
    return steps


def building(folders: list[Folder]) -> list[Step]:
    """What pip says while it builds the wheels of folders."""
    if not folders:
        return []
    names = ", ".join(folder.name for folder in folders)
    steps: list[Step] = [("say", f"Building wheels for collected packages: {names}\n")]
    for folder in folders:
        kind, tag = ("editable", "0.editable-py3-none-any") if folder.editable else ("wheel", "py3-none-any")
        digest = hashlib.sha256(folder.title.encode()).hexdigest()
        wheel = f"{_file_name(folder)}-{tag}.whl"
        place = f"/tmp/pip-ephem-wheel-cache-{digest[:8]}/wheels/{digest[8:10]}/{digest[10:12]}/{digest[12:14]}/{digest[14:64]}"
        steps += [
            ("say", f"  Building {kind} for {folder.name} (pyproject.toml): started\n"),
            ("wait", 700_000_000),
            ("say", f"  Building {kind} for {folder.name} (pyproject.toml): finished with status 'done'\n"),
            (
                "say",
                f"  Created wheel for {folder.name}: filename={wheel} size={1500 + len(folder.path)} sha256={digest}\n",
            ),
            ("say", f"  Stored in directory: {place}\n"),
        ]
    return [*steps, ("say", f"Successfully built {' '.join(folder.name for folder in folders)}\n")]


def _file_name(folder: Folder) -> str:
    return f"{normalized(folder.name).replace('-', '_')}-{folder.version}"


def put(system: System, folder: Folder, site: Site) -> None:
    """Write a project: its modules, or where they are, its dist-info and its scripts. Raises OSError."""
    info = f"{_file_name(folder)}.dist-info"
    needs = "".join(f"Requires-Dist: {need}\n" for need in folder.needs)
    texts = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {folder.name}\nVersion: {folder.version}\n{needs}",
        f"{info}/INSTALLER": "pip\n",
    }
    root = posixpath.join(folder.path, "src")
    root = root if is_directory(system, root) else folder.path
    if folder.editable:
        texts[f"__editable__.{_file_name(folder)}.pth"] = f"{root}\n"
    else:
        texts |= {name: read_text_or(system, posixpath.join(root, name)) for name in _modules(system, root)}
    for name, text in texts.items():
        write_text(system, f"{site.directory}/{name}", text)
    scripts = []
    for command, target in folder.scripts:
        module, _, function = target.partition(":")
        if re.fullmatch(r"[\w.-]+", command) and re.fullmatch(r"[\w.]+", module) and re.fullmatch(r"[\w.]*", function):
            scripts.append(f"{site.scripts}/{command}")
            called = function or "main"
            write_text(
                system,
                scripts[-1],
                f"#!{site.scripts}/python\nimport sys\nfrom {module} import {called}\nsys.exit({called}())\n",
            )
    record = "".join(f"{name},,\n" for name in (*texts, f"{info}/RECORD", *scripts))
    write_text(system, f"{site.directory}/{info}/RECORD", record)


def _modules(system: System, root: str) -> list[str]:
    """The files of Python's below a folder that belong to packages, relative to it: those of folders with an __init__.py."""
    found: list[str] = []
    waiting = [("", 0)]
    while waiting and len(found) < _MOST_FILES:
        folder, depth = waiting.pop()
        for name in system.list_directory(posixpath.join(root, folder)):
            path = posixpath.join(folder, name)
            if is_directory(system, posixpath.join(root, path)):
                inner = stat_or_none(system, posixpath.join(root, path, "__init__.py")) is not None
                if inner and name not in _PASSED_OVER and depth < _DEEPEST:
                    waiting.append((path, depth + 1))
            elif name.endswith(".py") and folder:
                found.append(path)
    return sorted(found)

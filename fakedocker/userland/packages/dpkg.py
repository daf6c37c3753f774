"""dpkg and dpkg-query: what is installed, which files it has, whose a file is. Archives are not unpacked by hand.

Wording of dpkg 1.21. It must not know apt.
"""

from __future__ import annotations

import re
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import dpkg_database
from fakedocker.userland.packages.dpkg_database import Database, Stanza
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.text.text_escapes import decode_escapes
from fakedocker.userland.tools import Register, stat_or_none

PROGRAMS = Register()
_LEGEND: Final = """Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
"""
_ACTIONS: Final = {
    "-l": "list", "--list": "list", "-L": "files", "--listfiles": "files", "-s": "status", "--status": "status", "-S": "search", "--search": "search",
    "-W": "show", "--show": "show", "-i": "install", "--install": "install", "-r": "remove", "--remove": "remove", "-P": "remove", "--purge": "remove",
    "--configure": "configure", "--print-architecture": "architecture", "--print-foreign-architectures": "nothing", "--get-selections": "selections",
    "--add-architecture": "nothing", "--version": "version", "--help": "help", "--audit": "nothing", "-C": "nothing", "--unpack": "install",
}  # fmt: skip


@PROGRAMS.program("dpkg", "dpkg-query")
def _dpkg(system: System, argv: tuple[str, ...], state: State) -> int:
    action, form, words = "", "${binary:Package}\t${Version}\n", []
    rest = list(argv[1:])
    while rest:
        word = rest.pop(0)
        if word in _ACTIONS:
            action = _ACTIONS[word]
        elif word in ("-f", "--showformat") and rest:
            form = rest.pop(0)
        elif word.startswith(("-f=", "--showformat=", "-f")):
            form = word.partition("=")[2] if "=" in word.partition("$")[0] else word[2:]
        elif re.fullmatch(r"-W[fl].*", word):
            action, form = "show", word[3:].removeprefix("=") or (rest.pop(0) if rest else form)
        elif not word.startswith("-"):
            words.append(word)
    installed = dpkg_database.read_installed(system)
    match action:
        case "list":
            return _list(system, installed, words)
        case "files":
            return _files(system, installed, words)
        case "status":
            return _status(system, installed, words)
        case "search":
            return _search(system, installed, words)
        case "show":
            return _show(system, installed, words, form)
        case "":
            system.put("dpkg: error: need an action option\n", 2)
            return 2
    return _other(system, installed, action, words)


def _other(system: System, installed: Database, action: str, words: list[str]) -> int:
    if action == "architecture":
        system.put("amd64\n")
    elif action == "version":
        version = installed["dpkg"].get("Version", "") if "dpkg" in installed else ""
        system.put(f"Debian 'dpkg' package management program version {version} (amd64).\n")
    elif action == "selections":
        system.put("".join(f"{name:<47}\tinstall\n" for name in installed))
    elif action == "install":
        for word in words:
            known = stat_or_none(system, word) is not None
            why = "fakedocker does not unpack archives" if known else "No such file or directory"
            system.put(f"dpkg: error: cannot access archive '{word}': {why}\n", 2)
        return 2
    elif action == "remove":
        system.put("dpkg: error: fakedocker removes packages with apt-get remove\n", 2)
        return 2
    return 0


def _names(installed: Database, words: list[str]) -> tuple[list[str], list[str]]:
    """(names that are meant, patterns that mean none)."""
    if not words:
        return list(installed), []
    plain = [word.removesuffix(":amd64") for word in words]
    found = [name for name in installed if any(matches(word, name) for word in plain)]
    return found, [word for word in plain if not any(matches(word, name) for name in installed)]


def _shown(name: str, stanza: Stanza) -> str:
    return f"{name}:{stanza.get('Architecture', 'amd64')}" if stanza.get("Multi-Arch") == "same" else name


def _list(system: System, installed: Database, words: list[str]) -> int:
    names, missing = _names(installed, words)
    if names:
        rows = [
            (
                _shown(name, installed[name]),
                installed[name].get("Version", ""),
                installed[name].get("Architecture", ""),
                installed[name].get("Description", "").partition("\n")[0],
            )
            for name in names
        ]
        widths = [max([least, *(len(row[place]) for row in rows)]) for place, least in enumerate((14, 12, 12, 33))]
        titles = ("Name", "Version", "Architecture", "Description")
        system.put(_LEGEND + "||/ " + _row(titles, widths))
        system.put("+++-" + "-".join("=" * width for width in widths) + "\n")
        system.put("".join(f"ii  {_row(row, widths)}" for row in rows))
    for word in missing:
        system.put(f"dpkg-query: no packages found matching {word}\n", 2)
    return 1 if missing else 0


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = [f"{cell:<{width}}" for cell, width in zip(cells[:-1], widths, strict=False)]
    return " ".join([*padded, cells[-1]]) + "\n"


def _files(system: System, installed: Database, words: list[str]) -> int:
    status = 0
    for word in words:
        name = word.removesuffix(":amd64")
        if name not in installed:
            system.put(
                f"dpkg-query: package '{name}' is not installed\nUse dpkg --contents (= dpkg-deb --contents) to list archive files contents.\n",
                2,
            )
            status = 1
            continue
        listed = dpkg_database.read_list(system, name)
        system.put("".join(f"{path}\n" for path in listed) or f"Package '{name}' does not contain any files (!)\n")
    return status


def _status(system: System, installed: Database, words: list[str]) -> int:
    status = 0
    for word in words:
        name = word.removesuffix(":amd64")
        if name in installed:
            system.put(dpkg_database.text_of(installed[name]) + "\n")
            continue
        system.put(
            f"dpkg-query: package '{name}' is not installed and no information is available\n"
            "Use dpkg --info (= dpkg-deb --info) to examine archive files.\n",
            2,
        )
        status = 1
    return status


def _search(system: System, installed: Database, words: list[str]) -> int:
    status = 0
    for word in words:
        pattern = word if word.startswith("/") or "*" in word else f"*{word}*"
        lines = [
            f"{_shown(name, installed[name])}: {path}\n"
            for name in installed
            for path in dpkg_database.read_list(system, name)
            if path != "/." and matches(pattern, path)
        ]
        system.put("".join(lines))
        if not lines:
            system.put(f"dpkg-query: no path found matching pattern {pattern}\n", 2)
            status = 1
    return status


def _show(system: System, installed: Database, words: list[str], form: str) -> int:
    names, missing = _names(installed, words)
    for name in names:
        stanza = installed[name]
        fields = {
            **stanza,
            "binary:Package": _shown(name, stanza),
            "db:Status-Status": "installed",
            "db:Status-Abbrev": "ii ",
        }
        system.put(_filled(decode_escapes(form), fields))
    for word in missing:
        system.put(f"dpkg-query: no packages found matching {word}\n", 2)
    return 1 if missing else 0


def _filled(form: str, fields: Stanza) -> str:
    """A format of dpkg-query's with its ${fields} filled in."""
    return re.sub(r"\$\{([^};]+)[^}]*\}", lambda match: fields.get(match[1], ""), form)

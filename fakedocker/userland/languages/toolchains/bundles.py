"""bundle, gem and composer: packages of Ruby and PHP, installed as far as their names go; nothing of them is run."""

from __future__ import annotations

import json
import posixpath
import re
from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.toolchains.versions import known_by_version
from fakedocker.userland.packages.unpack import read_text_or, write_filler, write_text
from fakedocker.userland.tools import Register

PROGRAMS = Register()
_PACKAGE_NS: Final = 150_000_000
_GEMS: Final = {
    "rails": "7.2.1", "puma": "6.4.3", "sinatra": "4.0.0", "rack": "3.1.7", "pg": "1.5.8", "mysql2": "0.5.6", "redis": "5.3.0",
    "sqlite3": "2.0.4", "bundler": "2.5.16", "rake": "13.2.1", "jekyll": "4.3.4", "rspec": "3.13.0", "sidekiq": "7.3.2",
}  # fmt: skip
_PACKAGE_BYTES: Final = 180_000


def _wait(system: System, state: State, key: str) -> bool:
    """Once for each key: whether it has just been waited for. Blocks."""
    done = state.setdefault("done", [])
    if key in done:
        return False
    if "until_ns" not in state:
        state["until_ns"] = system.now_ns + _PACKAGE_NS
    system.sleep_until(state["until_ns"])
    del state["until_ns"]
    done.append(key)
    return True


def _put_gem(system: System, name: str, version: str) -> None:
    home = system.environment.get("GEM_HOME", "/usr/local/bundle")
    write_filler(system, f"{home}/gems/{name}-{version}/lib/{name}.rb", _PACKAGE_BYTES)


@PROGRAMS.program("bundle", "bundler")
def _bundle(system: System, argv: tuple[str, ...], state: State) -> int:
    words = [word for word in argv[1:] if not word.startswith("-")]
    if argv[1:] and argv[1].startswith("-"):
        return known_by_version(system, ("bundle", *argv[1:]))
    if words[:1] in (["config"], ["lock"], ["clean"]):
        return 0
    if words[:1] not in ([], ["install"], ["update"]):
        raise Unsimulated(f"a program of Ruby such as {' '.join(words[1:])}")
    text = read_text_or(system, "Gemfile")
    if not text:
        system.put("Could not locate Gemfile\n", 2)
        return 10
    locked = dict(re.findall(r"^    ([\w.-]+) \(([\d.]+)[^)]*\)$", read_text_or(system, "Gemfile.lock"), re.MULTILINE))
    named = re.findall(r"^\s*gem\s+['\"]([\w.-]+)['\"](?:\s*,\s*['\"]\D*([\d.]+)['\"])?", text, re.MULTILINE)
    gems = {name: locked.get(name) or bound or _GEMS.get(name, "1.0.0") for name, bound in named}
    if _wait(system, state, "metadata"):
        system.put("Fetching gem metadata from https://rubygems.org/.........\nResolving dependencies...\n")
    for name, version in gems.items():
        if _wait(system, state, name):
            _put_gem(system, name, version)
            system.put(f"Fetching {name} {version}\nInstalling {name} {version}\n")
    if not locked:
        lines = "".join(f"    {name} ({version})\n" for name, version in sorted(gems.items()))
        wanted = "".join(f"  {name}\n" for name in sorted(gems))
        lock = f"GEM\n  remote: https://rubygems.org/\n  specs:\n{lines}\nPLATFORMS\n  x86_64-linux\n\nDEPENDENCIES\n{wanted}\nBUNDLED WITH\n   2.5.16\n"
        write_text(system, posixpath.join(system.directory, "Gemfile.lock"), lock)
    count = len(gems)
    system.put(
        f"Bundle complete! {count} Gemfile dependenc{'y' if count == 1 else 'ies'}, {count + 1} gems now installed.\nUse `bundle info [gemname]` to see where a bundled gem is installed.\n"
    )
    return 0


@PROGRAMS.program("gem")
def _gem(system: System, argv: tuple[str, ...], state: State) -> int:
    words = list(argv[1:])
    if words[:1] != ["install"]:
        return 0 if words[:1] == ["update"] else known_by_version(system, argv)
    version = next((words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-v", "--version")), "")
    names = [word for word in words[1:] if not word.startswith("-") and word != version]
    for entry in names:
        name, _, own = entry.partition(":")
        if _wait(system, state, name):
            chosen = own or version or _GEMS.get(name, "1.0.0")
            _put_gem(system, name, chosen)
            system.put(f"Successfully installed {name}-{chosen}\n")
    system.put(f"{len(names)} gem{'s' if len(names) != 1 else ''} installed\n")
    return 0


@PROGRAMS.program("composer")
def _composer(system: System, argv: tuple[str, ...], state: State) -> int:
    words = [word for word in argv[1:] if not word.startswith("-")]
    if words[:1] in (["dump-autoload"], ["dumpautoload"]):
        write_text(system, "vendor/autoload.php", "<?php\n")
        system.put("Generating optimized autoload files\n", 2)
        return 0
    if words[:1] not in (["install"], ["update"], ["require"]):
        return known_by_version(system, argv)
    text = read_text_or(system, "composer.json")
    if not text and words[0] != "require":
        system.put(f"Composer could not find a composer.json file in {system.directory}\n", 2)
        return 1
    try:
        manifest = json.loads(text or "{}")
    except ValueError as problem:
        system.put(f'\n  "./composer.json" does not contain valid JSON\n  {problem}\n', 2)
        return 1
    needed = {name: str(bound) for name, bound in manifest.get("require", {}).items() if "/" in name}
    needed |= {word.partition(":")[0]: word.partition(":")[2] or "^1.0" for word in words[1:]}
    if "--no-dev" not in argv:
        needed |= {name: str(bound) for name, bound in manifest.get("require-dev", {}).items() if "/" in name}
    if _wait(system, state, "packages"):
        system.put(
            f"Loading composer repositories with package information\nUpdating dependencies\nPackage operations: {len(needed)} installs, 0 updates, 0 removals\n",
            2,
        )
    for name, bound in needed.items():
        if _wait(system, state, name):
            found = re.search(r"\d+(\.\d+)*", bound)
            version = ".".join([*(found[0] if found else "1.0.0").split("."), "0", "0"][:3])
            write_filler(system, f"vendor/{name}/src/index.php", _PACKAGE_BYTES)
            system.put(f"  - Installing {name} ({version}): Extracting archive\n", 2)
    if words[0] == "require":
        manifest["require"] = {
            **manifest.get("require", {}),
            **{word.partition(":")[0]: needed[word.partition(":")[0]] for word in words[1:]},
        }
        write_text(system, posixpath.join(system.directory, "composer.json"), json.dumps(manifest, indent=4) + "\n")
    write_text(system, posixpath.join(system.directory, "vendor/autoload.php"), "<?php\n")
    system.put("Generating autoload files\n", 2)
    return 0

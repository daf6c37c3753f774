"""The command line of `fakedocker check`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from fakedocker.base.numbers import is_digits
from fakedocker.base.profiles import DEFAULT, PROFILES, storage_named
from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong
from fakedocker_shell.checking import builds, finding, projects, telling
from fakedocker_shell.checking.builds import Wanted
from fakedocker_shell.checking.folders import Folder, OfMachine
from fakedocker_shell.checking.report import Build, Project, Report
from fakedocker_shell.checking.stage import Stage

USAGE: Final = """Usage: fakedocker check [OPTIONS] [DIR]

Try a Docker project without Docker: every Dockerfile and compose file in DIR (default: here) is built and brought up.
DIR is only read. What fails only because it is not simulated is taken to have worked, and listed.

Options:
      --json      Print the report as JSON
      --strict    Let what is not simulated fail
      --watch     Check again whenever a file changes
      --profile NAME  Which Docker it is tried on
      --storage NAME  In which store that keeps its images
      --seed N    Where ids, names and addresses come from (default 0)
      --help      Show this

Exit status: 0 if nothing failed on its own account, 1 if something did, 2 if DIR cannot be read.
"""
_LOOKS_SECONDS: Final = 1.0


class CheckUsage(Exception):
    """The command line is wrong; the text says why."""


def check(folder: str, *, assume: bool = True, seed: int = 0, profile: str = DEFAULT, storage: str = "") -> Report:
    """Try what there is in a folder.

    Raises:
        OSError: it cannot be read.
        ValueError: there is no such profile, or it has no such store.
    """
    problems: list[str] = []
    return check_folder(
        OfMachine(folder, problems.append), problems, assume=assume, seed=seed, profile=profile, storage=storage
    )


def check_folder(
    folder: Folder,
    problems: Sequence[str] = (),
    *,
    assume: bool = True,
    seed: int = 0,
    profile: str = DEFAULT,
    storage: str = "",
    date: str = "",
) -> Report:
    """Try what there is in a folder, wherever it is.

    Args:
        problems: what has been told of the folder by the end of it.

    Raises:
        OSError: it cannot be read.
        ValueError: there is no such profile, or it has no such store.
    """
    found = finding.find(folder)
    stage = Stage(folder, assume, seed, profile, storage, date)
    wanted = _wanted(stage, found)
    tried = [_build(stage, each, f"check-{number}") for number, each in enumerate(wanted)]
    brought_up = [_project(stage, file) for file in found.compose_files]
    return Report(
        assumed=assume,
        builds=tuple(tried),
        projects=tuple(brought_up),
        boundaries=stage.boundaries(),
        problems=(*found.problems, *problems, *stage.engine.draft.faults),
    )


def _wanted(stage: Stage, found: finding.Found) -> list[Wanted]:
    """What compose files build as they say it, and every other Dockerfile with the folder that it is in."""
    wanted = [each for file in found.compose_files for each in projects.builds_of(stage, file)]
    named = {each.dockerfile for each in wanted}
    wanted += [Wanted(path, os.path.dirname(path)) for path in found.dockerfiles if path not in named]
    return list(dict.fromkeys(wanted))


def _build(stage: Stage, wanted: Wanted, tag: str) -> Build:
    try:
        tried = builds.attempt(stage, wanted, tag)
        if wanted.context and builds.lacks_sources(tried):  # it may be meant for the whole project
            again = builds.attempt(stage, wanted._replace(context=""), tag)
            tried = tried if builds.lacks_sources(again) else again
        return tried
    except (WaitCannotEnd, WaitTooLong) as problem:
        return Build(dockerfile=wanted.dockerfile, context=wanted.context, problem=f"it does not end: {problem}")


def _project(stage: Stage, file: str) -> Project:
    try:
        return projects.attempt(stage, file)
    except (WaitCannotEnd, WaitTooLong) as problem:
        return Project(file=file, problem=f"it does not end: {problem}")


class Asked(NamedTuple):
    """What a command line says."""

    folder: str = "."
    as_json: bool = False
    watch: bool = False
    assume: bool = True
    help: bool = False
    seed: int = 0
    profile: str = DEFAULT
    storage: str = ""


def parse(arguments: Sequence[str], profile: str = DEFAULT, storage: str = "") -> Asked:
    """Read a command line, after `check`.

    Args:
        profile, storage: which Docker it is unless the command line says otherwise.

    Raises:
        CheckUsage: it is wrong.
    """
    words = list(arguments)
    asked = Asked(profile=profile, storage=storage)
    folders: list[str] = []
    while words:
        word = words.pop(0)
        if word in ("--help", "-h"):
            return asked._replace(help=True)
        if word == "--json":
            asked = asked._replace(as_json=True)
        elif word == "--strict":
            asked = asked._replace(assume=False)
        elif word == "--watch":
            asked = asked._replace(watch=True)
        elif word.partition("=")[0] in ("--seed", "--profile", "--storage"):
            name, _, text = word.partition("=")
            asked = _with_value(asked, name, text or (words.pop(0) if words else ""))
        elif word.startswith("-"):
            raise CheckUsage(f"unknown option {word}")
        else:
            folders.append(word)
    if asked.profile not in PROFILES:
        raise CheckUsage(f"--profile takes {' or '.join(PROFILES)}, not {asked.profile!r}")
    try:
        storage_named(PROFILES[asked.profile], asked.storage)
    except ValueError as problem:
        raise CheckUsage(str(problem)) from None
    if len(folders) > 1:
        raise CheckUsage("check takes one folder")
    return asked._replace(folder=folders[0]) if folders else asked


def _with_value(asked: Asked, name: str, text: str) -> Asked:
    if name == "--profile":
        return asked._replace(profile=text)
    if name == "--storage":
        return asked._replace(storage=text)
    if not is_digits(text.lstrip("-")):
        raise CheckUsage(f"--seed takes a whole number, not {text!r}")
    return asked._replace(seed=int(text))


def main(arguments: Sequence[str], profile: str = DEFAULT, storage: str = "") -> int:
    """Run the command line; gives the exit status.

    Args:
        profile, storage: which Docker it is unless the command line says otherwise.

    Raises:
        CheckUsage: it is wrong.
    """
    asked = parse(arguments, profile, storage)
    if asked.help:
        sys.stdout.write(USAGE)
        return 0
    while True:
        status = _check_and_tell(asked)
        if not asked.watch:
            return status
        try:
            _wait_for_change(asked.folder)
        except KeyboardInterrupt:
            return status


def _check_and_tell(asked: Asked) -> int:
    try:
        report = check(asked.folder, assume=asked.assume, seed=asked.seed, profile=asked.profile, storage=asked.storage)
    except OSError as problem:
        sys.stderr.write(f"fakedocker: {asked.folder}: {problem.strerror or problem}\n")
        return 2
    as_json = msgspec.json.format(msgspec.json.encode(report)).decode() + "\n"
    sys.stdout.write(as_json if asked.as_json else telling.told(report))
    sys.stdout.flush()
    return 1 if report.failed else 0


def _wait_for_change(folder: str) -> None:
    before = _stamp(folder)
    while True:
        began = time.monotonic()
        if _stamp(folder) != before:
            return
        time.sleep(max(_LOOKS_SECONDS, 10 * (time.monotonic() - began)))


def _stamp(folder: str) -> int:
    """Another number after a file has changed."""
    stamp = 0
    pending = [folder]
    seen = 0
    while pending and seen < finding.MOST_ENTRIES:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in finding.PASSED_OVER:
                            pending.append(entry.path)
                        continue
                    told = entry.stat(follow_symlinks=False)
                    stamp ^= hash((entry.path, told.st_mtime_ns, told.st_size))
        except OSError:
            continue
    return stamp

"""Public projects at their commits: what the list says of each, and its files in a folder.

The list is tools/public_projects.toml. Nothing of the projects stands in this repository.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
import tomllib
from pathlib import Path
from typing import Any, Final, NamedTuple

LIST: Final = Path(__file__).parent / "public_projects.toml"
MIRROR: Final = "FAKEDOCKER_MIRROR"
"""A folder with a git directory of each repository, as OWNER+NAME/repo; without it they are fetched from GitHub."""
THROUGH: Final = "goes through"


class Project(NamedTuple):
    """A row of the list.

    Args:
        kind: "dockerfile" or "compose".
        files: the Dockerfile, or the compose files, below the repository.
        folder: the context of the build, or the directory of the project.
        options: further words of `docker build`, or of `docker compose up`.
        copies: files that the project's README says to make of others first.
        environment: variables that it says to set.
        prepare: commands that it says to run before.
        about: what it is made of.
        expected: by whether assume is on, what becomes of it: THROUGH, or the reason why it stops; after a ~, a regular expression for it, as
            of several images that are asked for at once any may be refused first.
    """

    name: str
    kind: str
    repository: str
    commit: str
    files: tuple[str, ...]
    folder: str
    options: tuple[str, ...]
    copies: tuple[tuple[str, str], ...]
    environment: tuple[tuple[str, str], ...]
    prepare: tuple[str, ...]
    about: str
    expected: dict[bool, str]


def is_expected(project: Project, assume: bool, said: str) -> bool:
    """Whether what became of a project is what the list says."""
    wanted = project.expected[assume]
    return re.fullmatch(wanted[1:], said) is not None if wanted.startswith("~") else said == wanted


def read_list(path: Path = LIST) -> list[Project]:
    """The projects, in the order of the list."""
    data = tomllib.loads(path.read_text())
    return [_project(kind, row) for kind in ("dockerfile", "compose") for row in data.get(kind, ())]


def _project(kind: str, row: dict[str, Any]) -> Project:  # Any: a table of TOML
    return Project(
        row["name"],
        kind,
        row["repository"],
        row["commit"],
        tuple(row["files"]),
        row.get("folder", "."),
        tuple(row.get("options", ())),
        tuple(row.get("copies", {}).items()),
        tuple(row.get("environment", {}).items()),
        tuple(row.get("prepare", ())),
        row["about"],
        {True: row.get("assumed", THROUGH), False: row.get("without", THROUGH)},
    )


def bring(project: Project, folder: Path, archives: Path) -> None:
    """Put a project's files into an empty folder, as its README says to prepare them.

    Args:
        archives: where the archives of repositories are kept meanwhile.
    """
    archive = archives / f"{project.repository.replace('/', '+')}-{project.commit}.tar"
    if not archive.exists():
        directory = _git_directory(project, archives)
        unfinished = archive.with_suffix(f".{os.getpid()}")
        words = ["git", "-C", directory, "archive", "--format=tar", "-o", unfinished, project.commit, "--", "."]
        subprocess.run(
            [*words, *(f":(exclude,literal){path}" for path in _absent(directory, project.commit))], check=True
        )
        unfinished.rename(archive)
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="tar")
    for target, source in project.copies:
        if source:
            shutil.copyfile(folder / source, folder / target)
        else:
            (folder / target).write_text("")


def _absent(directory: Path, commit: str) -> list[str]:
    """The files of a commit whose content a git directory does not have: a mirror may leave large ones out."""
    listed = subprocess.run(
        ["git", "-C", directory, "ls-tree", "-r", "-z", commit], check=True, capture_output=True, text=True
    ).stdout.split("\0")
    blobs = [line.partition("\t")[::2] for line in listed if " blob " in line]
    asked = "".join(f"{about.split()[2]}\n" for about, _ in blobs)
    told = subprocess.run(
        ["git", "-C", directory, "cat-file", "--batch-check"], check=True, capture_output=True, text=True, input=asked
    ).stdout.splitlines()
    return [path for (_, path), line in zip(blobs, told, strict=True) if line.endswith(" missing")]


def _git_directory(project: Project, archives: Path) -> Path:
    if mirror := os.environ.get(MIRROR):
        return Path(mirror) / project.repository.replace("/", "+") / "repo"
    directory = archives / f"{project.repository.replace('/', '+')}.git"
    if not directory.exists():
        subprocess.run(["git", "init", "--quiet", "--bare", directory], check=True)
    address = f"https://github.com/{project.repository}"
    subprocess.run(["git", "-C", directory, "fetch", "--quiet", "--depth=1", address, project.commit], check=True)
    return directory

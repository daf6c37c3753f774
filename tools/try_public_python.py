"""Try public Python projects that use Docker, as they are on PyPI, against the double: their own tests, or what they are for.

    python tools/try_public_python.py [--only TEXT] [--keep FOLDER [--resume]] [--no-page]

What is tried is listed in tools/public_python.toml; what became of it is written to docs/public-python.md. Each project gets an environment, a folder and
an engine of its own, one after the other. Exit status 1 if anything is not as the list expects.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

import docker
import msgspec

from fakedocker.assembly import create_engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.serving import Listening, serve_in_thread

PROJECT: Final = Path(__file__).parent.parent
LIST: Final = PROJECT / "tools" / "public_python.toml"
PAGE: Final = PROJECT / "docs" / "public-python.md"
BEGIN, END = "<!-- made by make public-python: begin -->", "<!-- made by make public-python: end -->"
AS_EXPECTED: Final = "as expected"
_CLIENTS: Final = Path(os.environ.get("FAKEDOCKER_CLIENTS", PROJECT / ".clients"))
_LONGEST_SECONDS: Final = 900
_LONGEST_INSTALL_SECONDS: Final = 600
_TIMED_OUT: Final = (124, 137)
_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) ([^\s:]+::\S+|\S+\.py)(?: |$)", re.MULTILINE)
_SUMMARY: Final = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s", re.MULTILINE)


class Unlike(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A test that fails.

    Args:
        test: the end of its name, with a star at its end for all that have the rest in their names.
        why: what it needs.
        everywhere: whether it fails beside a real engine too, on a machine that reaches package registries alone.
    """

    test: str
    why: str
    everywhere: bool = False


class Public(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project.

    Args:
        name, version: on PyPI.
        about: what of Docker it uses.
        run: commands for sh, in the folder of its source (an empty one without source); they end with 0 if no test is to fail.
        passes: how many of its own tests pass; 0 where none are run.
        left_out: which of its tests are not run, and why; "" where all are that it runs itself beside an engine.
        changed: what of the project is changed before, and why; "" for nothing.
        requires: what its tests need beside what it names itself.
        images: pulled before.
        profile: which Docker.
        is_source: whether its source archive is needed, which has its tests; else it is installed as pip likes to.
        unlike: its tests that fail.
    """

    name: str
    version: str
    about: str
    run: str
    passes: int = 0
    left_out: str = ""
    changed: str = ""
    requires: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    profile: str = "29"
    is_source: bool = True
    unlike: tuple[Unlike, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it does all that it would do beside a real engine."""
        return not self.left_out and all(each.everywhere for each in self.unlike)


class Ran(NamedTuple):
    """What a project's commands ended with, what they printed, and which tests failed and how many passed of that."""

    status: int
    printed: str

    @property
    def failed(self) -> list[str]:
        return sorted(set(_FAILED.findall(self.printed)))

    @property
    def counts(self) -> dict[str, int]:
        """How many tests passed, failed and so on, by pytest's last word; nothing where there is none."""
        found = _SUMMARY.findall(self.printed)
        pairs = (part.split(" ") for part in found[-1].split(", ")) if found else ()
        return {word.removesuffix("s") if word == "errors" else word: int(count) for count, word in pairs}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--only", default="", help="those whose name has this text; no page is written then")
    parser.add_argument("--keep", default="", help="keep sources, environments and what was printed in this folder")
    parser.add_argument(
        "--resume", action="store_true", help="take from that folder what went as expected in an earlier run"
    )
    parser.add_argument("--no-page", action="store_true")
    options = parser.parse_args()
    projects = [project for project in read_list() if options.only in project.name]
    found: list[Ran] = []
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="public-") as scratch:
        for project in projects:
            began = time.monotonic()
            folder = Path(options.keep or scratch) / project.name
            kept = kept_run(folder) if options.resume else None
            found.append(
                kept if kept is not None and judge(project, kept) == AS_EXPECTED else try_project(project, folder)
            )
            said = judge(project, found[-1])
            wrong += said != AS_EXPECTED
            print(f"{project.name} {project.version}: {said} ({time.monotonic() - began:.0f} s)", flush=True)
    if not options.only and not options.no_page:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{table(projects, found)}\n\n{END}{rest.partition(END)[2]}")
    return 1 if wrong else 0


def read_list() -> tuple[Public, ...]:
    """The projects in the order of the list."""
    return msgspec.convert(tomllib.loads(LIST.read_text())["project"], tuple[Public, ...])


def try_project(project: Public, folder: Path) -> Ran:
    """Bring a project and run its commands beside an engine of its own, which shows its folder to containers."""
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    try:
        source, python = bring(project, folder, work)
    except (OSError, subprocess.SubprocessError, tarfile.TarError) as problem:
        return Ran(1, f"cannot be brought: {problem}")
    engine = create_engine(1, mode=TimeMode.WALL, profile=project.profile, now_ns=time.time_ns())
    engine.journaling = False
    environment = _environment(work, python)
    shown = tuple(
        (str(each), True) for each in (work / "source", work / "tmp")
    )  # two, as what is in a small one is seen at once
    listening = Listening(socket_path=str(folder / "d.sock"), publish=True, folders=shown)
    printed = folder / "printed.txt"
    with serve_in_thread(engine, listening) as served, printed.open("w") as stream:
        with contextlib.closing(docker.DockerClient(base_url=served.docker_host)) as client:
            for image in project.images:
                client.images.pull(image)
        status = subprocess.run(
            ["timeout", "--kill-after=10", str(_LONGEST_SECONDS), "sh", "-eu", "-c", project.run], cwd=source,
            env=environment | served.environment, stdout=stream, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
        ).returncode  # fmt: skip
    (folder / "status.txt").write_text(f"{status}\n")
    for mark in engine.unsimulated():
        print(f"  {project.name} met a boundary: {mark.program}: {mark.what}")
    return Ran(status, printed.read_text(errors="replace"))


def kept_run(folder: Path) -> Ran | None:
    """What an earlier run has left in a folder."""
    if not (folder / "status.txt").exists():
        return None
    return Ran(int((folder / "status.txt").read_text()), (folder / "printed.txt").read_text(errors="replace"))


def _environment(work: Path, python: Path) -> dict[str, str]:
    """Variables for a project's commands: nothing of pytest's, docker's and Python's own, a home and a temporary folder that containers see."""
    home, temporary = work / "home", work / "tmp"
    for each in (home, temporary):
        shutil.rmtree(each, ignore_errors=True)
    (home / ".docker").mkdir(parents=True)
    temporary.mkdir()
    if (_CLIENTS / "cli-plugins").is_dir():
        (home / ".docker" / "cli-plugins").symlink_to(_CLIENTS / "cli-plugins")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DOCKER", "PYTHON"))}
    path = os.pathsep.join((str(python.parent), str(_CLIENTS / "bin"), kept["PATH"]))
    return {
        **kept,
        "HOME": str(home),
        "TESTCONTAINERS_CONNECTION_MODE": "docker_host",  # where this machine is a container, it would ask the bridge's gateway
        "PATH": path,
        "VIRTUAL_ENV": str(python.parent.parent),
        "TMPDIR": str(temporary),
    }


def bring(project: Public, folder: Path, work: Path) -> tuple[Path, Path]:
    """The folder of its source, and the Python of an environment that it is installed into.

    Raises:
        subprocess.SubprocessError: a package index does not have it, or it cannot be built.
    """
    environment, source = folder / "environment", work / "source"
    python = environment / "bin" / "python"
    pinned = f"{project.name}=={project.version}"
    wanted, brought = " ".join((pinned, *project.requires)), folder / "brought"
    is_brought = brought.exists() and brought.read_text() == wanted
    if not is_brought:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(environment)], check=True)
    if project.is_source and not (folder / "archives").exists():
        _pip(python, "download", "--no-deps", "--no-binary", project.name, "--dest", str(folder / "archives"), pinned)
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir()
    if project.is_source:
        with tarfile.open(next((folder / "archives").glob("*.tar.gz"))) as archive:
            archive.extractall(source, filter="data")
        source = next(source.iterdir())
    if not is_brought:
        _pip(python, "install", str(source) if project.is_source else pinned, *project.requires)
        brought.write_text(wanted)
    return source, python


def _pip(python: Path, *words: str) -> None:
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *words], check=True, timeout=_LONGEST_INSTALL_SECONDS)


def judge(project: Public, ran: Ran) -> str:
    """AS_EXPECTED, or what is not as the list expects."""
    if ran.status in _TIMED_OUT:
        return f"not done after {_LONGEST_SECONDS} seconds"
    unknown = [name for name in ran.failed if not any(is_named(each, name) for each in project.unlike)]
    if unknown:
        return f"{len(unknown)} tests fail that are not listed: {', '.join(unknown[:8])}"
    gone = [each.test for each in project.unlike if not any(is_named(each, name) for name in ran.failed)]
    if gone:
        return f"listed, and does not fail: {', '.join(gone)}"
    if ran.status != (1 if project.unlike else 0):
        return f"ends with {ran.status}: {(ran.printed.strip().splitlines() or [''])[-1][:200]}"
    if ran.counts.get("passed", 0) != project.passes:
        return f"{ran.counts.get('passed', 0)} tests pass instead of {project.passes}"
    return AS_EXPECTED


def is_named(unlike: Unlike, test: str) -> bool:
    """Whether a test is one of those that are said to fail."""
    if unlike.test.endswith("*"):
        return unlike.test[:-1] in test
    return test.endswith(unlike.test)


def table(projects: list[Public], found: list[Ran]) -> str:
    """What became of all, in Markdown."""
    rows = ["| project | what of Docker it uses | what was run | |", "| --- | --- | --- | --- |"]
    whole = 0
    for project, ran in zip(projects, found, strict=True):
        said = judge(project, ran)
        whole += said == AS_EXPECTED and project.is_whole
        address = f"https://pypi.org/project/{project.name}/{project.version}/"
        result = _result(project) if said == AS_EXPECTED else said
        changed = f"; changed: {project.changed}" if project.changed else ""
        rows.append(
            f"| [{project.name}]({address}) {project.version} | {project.about} | {_run(project, ran)}{changed} | {result} |"
        )
    return f"Of {len(projects)}, {whole} do all that they do beside a real engine.\n\n" + "\n".join(rows)


def _run(project: Public, ran: Ran) -> str:
    """Its own tests by number, or that it was used."""
    if not project.passes:
        return "it is used, and what came of it is checked"
    counts = ran.counts
    failed = counts.get("failed", 0) + counts.get("error", 0)
    told = [f"{counts.get('passed', 0)} of its tests pass"]
    told += [f"{failed} fail"] if failed else []
    return ", ".join(told + ([f"{counts['skipped']} are skipped"] if counts.get("skipped") else []))


def _result(project: Public) -> str:
    """What of it is unlike a real engine, and why what else fails does."""
    ours = dict.fromkeys(each.why for each in project.unlike if not each.everywhere)
    if project.left_out:
        ours[f"left out: {project.left_out}"] = None
    others = dict.fromkeys(each.why for each in project.unlike if each.everywhere)
    told = [f"**unlike**: {'; '.join(ours)}" if ours else "as beside a real engine"]
    return "; ".join(told + ([f"where these would fail too: {'; '.join(others)}"] if others else []))


if __name__ == "__main__":
    sys.exit(main())

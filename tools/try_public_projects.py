"""Try every public project of the list, in the terminal and with the real client, with assume and without, and write what became
of them to docs/public-projects.md.

    python tools/try_public_projects.py [--only TEXT] [--jobs N] [--keep FOLDER [--resume]] [--no-page]

Exit status 1 if anything is not as the list expects.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeAlias

from public_sources import THROUGH, Project, bring, is_expected, read_list
from public_trials import WAYS, Outcome, try_project

PAGE: Final = Path(__file__).parent.parent / "docs" / "public-projects.md"
BEGIN, END = "<!-- made by make public: begin -->", "<!-- made by make public: end -->"
TRIALS: Final = tuple((assume, way) for assume in (True, False) for way in WAYS)
TITLES: Final = {"dockerfile": "Dockerfiles", "compose": "Compose projects"}

Outcomes: TypeAlias = dict[tuple[bool, str], Outcome]


def main() -> int:
    options = _options()
    projects = [project for project in read_list() if options.only in f"{project.name} {project.kind}"]
    with tempfile.TemporaryDirectory(prefix="public-") as scratch, ThreadPoolExecutor(options.jobs) as pool:
        folder = Path(options.keep or scratch)
        (folder / "archives").mkdir(exist_ok=True, parents=True)
        found = list(pool.map(lambda project: _try(project, folder, options), projects))
    if not options.only and not options.no_page:
        _write_page(projects, found)
    for kind, title in TITLES.items():
        for assume, way in TRIALS:
            said = [row[assume, way].said for project, row in zip(projects, found, strict=True) if project.kind == kind]
            print(f"{title}, {way}, {'with' if assume else 'without'} assume: {said.count(THROUGH)} of {len(said)}")
    wrong = [project.name for project, row in zip(projects, found, strict=True) if _unexpected(project, row)]
    print("\n".join(f"not as expected: {name}" for name in wrong))
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0] if __doc__ else "")
    parser.add_argument("--only", default="", help="those whose name or kind has this text; no page is written then")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", default="", help="keep archives, and what each trial printed, in this folder")
    parser.add_argument(
        "--resume", action="store_true", help="take from that folder what an earlier run has tried already"
    )
    parser.add_argument("--no-page", action="store_true")
    return parser.parse_args()


def _try(project: Project, folder: Path, options: argparse.Namespace) -> Outcomes:
    found: Outcomes = {}
    for assume, way in TRIALS:
        label = f"{project.kind}-{project.name.replace('/', '+').replace(' ', '-')}-{'assume' if assume else 'strict'}-{way.partition(' ')[0]}"
        kept = folder / f"{label}.said"
        if options.resume and kept.exists():
            outcome = Outcome(kept.read_text(), "", 0.0)
        else:
            with tempfile.TemporaryDirectory(prefix="public-") as scratch:
                files = Path(scratch) / "project"
                files.mkdir()
                bring(project, files, folder / "archives")
                outcome = try_project(project, files, way, assume)
        if options.keep and outcome.printed:
            (folder / f"{label}.log").write_text(outcome.printed)
            kept.write_text(outcome.said)
        found[assume, way] = outcome
        sign = "as expected" if is_expected(project, assume, outcome.said) else f"EXPECTED {project.expected[assume]!r}"
        print(f"{label}: {outcome.said} ({outcome.seconds:.1f} s; {sign})", flush=True)
    return found


def _unexpected(project: Project, row: Outcomes) -> bool:
    return not all(is_expected(project, assume, outcome.said) for (assume, _), outcome in row.items())


def _write_page(projects: list[Project], found: list[Outcomes]) -> None:
    lines = []
    for kind, title in TITLES.items():
        rows = [(project, row) for project, row in zip(projects, found, strict=True) if project.kind == kind]
        lines += ["", f"## {title}", "", *_sums([row for _, row in rows]), ""]
        lines += ["| project | of what | with assume | without |", "| --- | --- | --- | --- |"]
        lines += [_line(project, row) for project, row in rows]
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n\n{END}{after}")


def _sums(rows: list[Outcomes]) -> list[str]:
    sums = [
        f"{'with' if assume else 'without'} assume {sum(row[assume, way].said == THROUGH for row in rows)} by the {way}"
        for assume, way in TRIALS
    ]
    return [f"Of {len(rows)} go through: {', '.join(sums)}."]


def _line(project: Project, row: Outcomes) -> str:
    files = ", ".join(f"`{name}`" for name in project.files)
    address = f"https://github.com/{project.repository}/tree/{project.commit}"
    return f"| [{project.name}]({address}): {files} | {project.about} | {_cell(project, row, True)} | {_cell(project, row, False)} |"


def _cell(project: Project, row: Outcomes, assume: bool) -> str:
    """What became of it both ways; the terminal's words where those of both are as expected."""
    said = {way: row[assume, way].said.replace("|", "\\|") for way in WAYS}
    if all(is_expected(project, assume, row[assume, way].said) for way in WAYS) or len(set(said.values())) == 1:
        return next(iter(said.values()))
    return "; ".join(f"{way}: {text}" for way, text in said.items())


if __name__ == "__main__":
    raise SystemExit(main())

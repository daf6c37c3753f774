"""The list of public projects: it can be read, is large enough, names commits, and holds nothing but facts."""

from __future__ import annotations

import re
import sys

import pytest

from helpers.paths import ROOT

sys.path.insert(0, str(ROOT / "tools"))
public_sources = pytest.importorskip("public_sources")
public_trials = pytest.importorskip("public_trials")


def test_the_list_names_projects_at_commits() -> None:
    projects = public_sources.read_list()
    kinds = [project.kind for project in projects]
    assert kinds.count("dockerfile") >= 30 and kinds.count("compose") >= 15
    assert len({(project.kind, project.name) for project in projects}) == len(projects)
    for project in projects:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", project.repository)
        assert re.fullmatch(r"[0-9a-f]{40}", project.commit)
        assert project.files and project.about
    through = [project for project in projects if project.expected[True] == public_sources.THROUGH]
    assert len(through) >= 0.9 * len(projects)


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        (
            "#7 [2/3] RUN a\n#7 0.1 fakedocker: a: this program is not simulated\n"
            '#7 ERROR: process "/bin/sh -c a" did not complete successfully: exit code: 126\n'
            'ERROR: failed to solve: process "/bin/sh -c a" did not complete successfully: exit code: 126\n',
            "fakedocker: a: this program is not simulated",
        ),
        (
            "#7 [2/3] RUN a\n#7 0.1 fakedocker: a: this program is not simulated\n#8 [3/3] RUN b\n"
            '#8 ERROR: process "/bin/sh -c b" did not complete successfully: exit code: 1\n'
            'ERROR: failed to solve: process "/bin/sh -c b" did not complete successfully: exit code: 1\n',
            'process "/bin/sh -c b" did not complete successfully: exit code: 1',
        ),
        (
            "ERROR: failed to solve: a/b: failed to resolve source metadata for docker.io/a/b:latest: pull access denied\n"
            "fakedocker: a/b is not in its catalogue, which has every official image\n",
            "fakedocker: a/b is not in its catalogue",
        ),
    ],
)
def test_why_a_build_stopped(printed: str, reason: str) -> None:
    assert public_trials._of_build(1, printed) == reason
    assert public_trials._of_build(0, printed) == public_sources.THROUGH

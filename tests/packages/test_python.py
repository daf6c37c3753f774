"""pip with projects of which only the newest version is known, and with files of requirements."""

from __future__ import annotations

import pytest

from fakedocker.kernel import marks
from fakedocker.userland.packages.markers import BadMarker, holds
from helpers.packages_world import Box


@pytest.fixture
def python() -> Box:
    return Box("python:3.12-slim")


def given(box: Box, *lines: str, path: str = "/tmp/r.txt") -> None:
    box.kernel.outside("box").write_file(path, "".join(f"{line}\n" for line in lines).encode())


def freeze(box: Box) -> list[str]:
    return box.sh("pip freeze").stdout.split()


def test_a_project_of_the_list_is_installed_at_its_newest_or_at_a_version_that_is_asked_for(python: Box) -> None:
    assert python.sh("pip install scrapy 'sqlglot==10.0.0'").status == 0
    names = dict(line.split("==") for line in freeze(python))
    assert names["sqlglot"] == "10.0.0"
    assert names["scrapy"] > "2.11"
    assert "Name: scrapy\n" in python.sh("pip show scrapy").stdout
    result = python.sh("python -c 'import scrapy'")
    assert (result.status, result.stderr) == (1, "fakedocker: python: the module scrapy is not simulated\n")
    result = python.sh("scrapy list")
    assert (result.status, result.stderr) == (1, "fakedocker: python: the module scrapy is not simulated\n")


def test_what_it_needs_is_marked_as_not_known(python: Box) -> None:
    python.sh("pip install scrapy")
    mark = python.draft.marks[1]
    assert (mark.program, mark.what, mark.why) == ("pip", "what scrapy depends on", marks.PACKAGE)


def test_what_is_not_known_may_exist_and_the_rest_is_installed(python: Box) -> None:
    given(python, "flask==3.0.3", "frobnicate-internal==1.2.3", "numpy<1", "./local", "-e .", "six")
    result = python.sh("pip install -r /tmp/r.txt")
    assert result.status == 1
    assert result.stderr.splitlines()[:4] == [
        "fakedocker: pip: installing from a folder, an archive or a repository (./local) is not simulated",
        "fakedocker: pip: installing from a folder, an archive or a repository (-e .) is not simulated",
        "fakedocker: pip: the project frobnicate-internal==1.2.3 is not simulated",
        "fakedocker: pip: the version numpy<1 (known is 2.5.5) is not simulated",
    ]
    assert "No matching distribution" not in result.stderr
    assert {"Flask==3.0.3", "six==1.16.0"} <= set(freeze(python))


def test_files_name_files_constraints_markers_extras_and_hashes(python: Box) -> None:
    given(python, "six==1.15.0", "click<9", path="/tmp/c.txt")
    given(python, "idna", "-r r.txt", path="/tmp/more.txt")
    given(
        python,
        "-c c.txt",
        "--requirement=more.txt",
        "--index-url https://pypi.org/simple",
        "six  # a remark",
        "click ; python_version >= '3.8' and (sys_platform == 'linux' or os_name == 'nt')",
        'pywin32==306; sys_platform == "win32"',
        "uvicorn[standard]>=0.20",
        "certifi==2024.8.30 \\",
        "    --hash=sha256:0123 \\",
        "    --hash=sha256:4567",
    )
    assert python.sh("pip install -r /tmp/r.txt").status == 0
    assert freeze(python) == [
        "certifi==2024.8.30",
        "click==8.1.7",
        "h11==0.14.0",
        "idna==3.10",
        "six==1.15.0",
        "uvicorn==0.30.6",
    ]


def test_bad_requirements_are_refused_in_pips_words(python: Box) -> None:
    given(python, "six; nonsense")
    assert python.sh("pip install -r /tmp/r.txt").stderr.startswith("ERROR: Invalid requirement: 'six; nonsense'")
    given(python, "-c nosuch.txt")
    assert "ERROR: Could not open constraints file: [Errno 2]" in python.sh("pip install -r /tmp/r.txt").stderr
    assert python.sh("pip install '=='").stderr.startswith("ERROR: Invalid requirement: '=='")


def test_hostile_lines_cost_no_time(python: Box) -> None:
    given(python, "six" + " " * 2_000_000 + "x")
    assert python.sh("pip install -r /tmp/r.txt").stderr.startswith("ERROR: Invalid requirement: 'six  ")
    given(python, "a" * 2_000_000)
    assert python.sh("pip install -r /tmp/r.txt").stderr.startswith("ERROR: Invalid requirement: 'aaa")


def test_files_that_name_themselves_and_endless_ones_end(python: Box) -> None:
    given(python, *["-r r.txt"] * 50, "six")
    assert python.sh("pip install -q -r /tmp/r.txt").status == 0
    given(python, *["six"] * 20_001)
    result = python.sh("pip install -r /tmp/r.txt")
    assert result.stderr == "fakedocker: pip: asking for more than 20000 lines of requirements is not simulated\n"


@pytest.mark.parametrize(
    ("project", "module"),
    [
        ("pyyaml", "yaml"),
        ("python-dateutil", "dateutil"),
        ("scikit-learn", "sklearn"),
        ("pillow", "PIL"),
        ("opencv-python", "cv2"),
    ],
)
def test_modules_with_other_names_are_there(python: Box, project: str, module: str) -> None:
    assert "ModuleNotFoundError" in python.sh(f"python -c 'import {module}'").stderr
    python.sh(f"pip install {project}")
    assert (
        python.sh(f"python -c 'import {module}'").stderr
        == f"fakedocker: python: the module {module} is not simulated\n"
    )


def test_other_commands_of_pip(python: Box) -> None:
    assert python.sh("pip config list").stderr == "fakedocker: pip: pip config is not simulated\n"
    assert python.sh("pip frobnicate").stderr == 'ERROR: unknown command "frobnicate"\n'
    assert (
        Box("python:3.12", online=False)
        .sh("pip install scrapy")
        .stderr.endswith("No matching distribution found for scrapy\n")
    )


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("python_version < '3.8'", False),
        ("python_version >= '3.10'", True),
        ("python_full_version == '3.12.6'", True),
        ("extra == 'dev'", False),
        ("platform_system != 'Windows' and (implementation_name == 'cpython')", True),
        ("'linux' in sys_platform", True),
        ("sys_platform not in 'win32 cygwin'", True),
        ("python_version ~= '3.5'", True),
    ],
)
def test_markers(marker: str, expected: bool) -> None:
    assert holds(marker, "3.12.6") is expected


@pytest.mark.parametrize(
    "marker",
    ["", "x", "'a' < 'b'", "(" * 30 + "os_name == 'posix'", "os_name", "os_name == ", "os_name == 'a' 'b'", "a" * 3000],
)
def test_bad_markers(marker: str) -> None:
    with pytest.raises(BadMarker):
        holds(marker, "3.12")

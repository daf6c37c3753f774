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
    given(
        python, "flask==3.0.3", "frobnicate-internal==1.2.3", "numpy<1", "https://h/a.whl", "-e git+https://h/x", "six"
    )
    result = python.sh("pip install -r /tmp/r.txt")
    assert result.status == 1
    assert result.stderr.splitlines()[:4] == [
        "fakedocker: pip: installing from an archive or a repository (https://h/a.whl) is not simulated",
        "fakedocker: pip: installing from an archive or a repository (git+https://h/x) is not simulated",
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


PYPROJECT = """[project]
name = "my-app"
version = "0.2.0"
dependencies = ["six>=1.10", "pywin32; sys_platform == 'win32'"]
[project.optional-dependencies]
dev = ["iniconfig"]
[project.scripts]
my-app = "app.main:run"
"""


def folder(box: Box, **files: str) -> None:
    for name, text in files.items():
        path = f"/srv/{name}"
        box.sh(f"mkdir -p {path.rpartition('/')[0]}")
        box.kernel.outside("box").write_file(path, text.encode())


def test_a_project_of_ones_own(python: Box) -> None:
    folder(
        python,
        **{"pyproject.toml": PYPROJECT, "src/app/__init__.py": "", "src/app/main.py": "def run():\n    return 0\n"},
    )
    result = python.sh("pip install '.[dev]'", directory="/srv")
    assert result.status == 0
    assert result.stdout.startswith(
        "Processing /srv\n  Installing build dependencies: started\n"
        "  Installing build dependencies: finished with status 'done'\n  Getting requirements to build wheel: started\n"
    )
    assert "Collecting six>=1.10 (from my-app==0.2.0)\n" in result.stdout
    assert "Building wheels for collected packages: my-app\n" in result.stdout
    assert "  Created wheel for my-app: filename=my_app-0.2.0-py3-none-any.whl size=" in result.stdout
    assert result.stdout.endswith("Successfully installed iniconfig-2.0.0 my-app-0.2.0 six-1.16.0\n")
    assert "my-app==0.2.0" in freeze(python)
    assert python.sh("ls /usr/local/lib/python3.12/site-packages/app").stdout == "__init__.py\nmain.py\n"
    assert python.sh("my-app").stderr == "fakedocker: python: the module app.main is not simulated\n"
    result = python.sh("pip install -e .", directory="/srv")
    assert result.stdout.startswith("Obtaining file:///srv\n")
    assert "  Attempting uninstall: my-app\n" in result.stdout
    assert python.sh("cat /usr/local/lib/python3.12/site-packages/*.pth").stdout == "/srv/src\n"


@pytest.mark.parametrize(
    ("files", "installed"),
    [
        (
            {"pyproject.toml": '[tool.poetry]\nname = "p"\nversion = "1.0"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
             'flask = "^3.0"\nclick = {version = "~8.1", extras = ["x"]}\nsix = {version = "*", optional = true}\n'},
            ["Flask==3.0.3", "click==8.1.7", "p==1.0"],
        ),
        ({"setup.py": 'from setuptools import setup\nsetup(name="s", version="2.0", install_requires=["six"], packages=find())\n'}, ["s==2.0", "six==1.16.0"]),
        ({"setup.py": "from setuptools import setup\nsetup()\n", "setup.cfg": "[metadata]\nname = c\nversion = 3\n[options]\ninstall_requires =\n    six\n    idna>=2\n"}, ["c==3", "idna==3.10", "six==1.16.0"]),
    ],
)  # fmt: skip
def test_what_folders_declare(python: Box, files: dict[str, str], installed: list[str]) -> None:
    folder(python, **files)
    result = python.sh("pip install .", directory="/srv")
    assert (result.status, set(installed) - set(freeze(python))) == (0, set()), result.stderr


@pytest.mark.parametrize(
    ("files", "word", "said"),
    [
        ({}, ".", "ERROR: Directory '.' is not installable. Neither 'setup.py' nor 'pyproject.toml' found.\n"),
        ({}, "./nosuch", "ERROR: Invalid requirement: './nosuch'\nHint: It looks like a path. File './nosuch' does not exist.\n"),
        ({}, "-e ./nosuch", "ERROR: ./nosuch is not a valid editable requirement. It should either be a path to a local project or a VCS URL (beginning with bzr+http, "),
        ({"pyproject.toml": "nonsense"}, ".", "fakedocker: pip: installing the project in /srv/pyproject.toml, which is no TOML, is not simulated\n"),
        ({"pyproject.toml": '[project]\nname = "x"\ndynamic = ["version"]\n'}, ".", "fakedocker: pip: installing the project in /srv, whose name or version is made when it is built, is not simulated\n"),
        ({"setup.py": "(" * 5000}, ".", "fakedocker: pip: installing the project in /srv, whose name or version is made"),
        ({"pyproject.toml": "a=" + "[" * 5000}, ".", "fakedocker: pip: installing the project in /srv/pyproject.toml, which is no TOML"),
        ({"pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["."]\n'}, ".", "fakedocker: pip: "),
    ],
)  # fmt: skip
def test_folders_that_cannot_be_installed(python: Box, files: dict[str, str], word: str, said: str) -> None:
    python.sh("mkdir -p /srv")
    folder(python, **files)
    result = python.sh(f"pip install {word}", directory="/srv")
    assert (result.status, result.stderr[: len(said)]) == (1, said)


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


def test_pip_stays_a_program_when_it_is_upgraded() -> None:
    box = Box("python:3.9-slim")
    assert "Successfully uninstalled pip-23.0.1\n" in box.sh("pip install --upgrade pip").stdout
    result = box.sh("pip --version; pip3 --version; python -m pip --version")
    version = "pip 24.2 from /usr/local/lib/python3.9/site-packages/pip (python 3.9)\n"
    assert (result.stdout, result.status) == (version * 3, 0)
    assert box.sh("pip3 install six").status == 0

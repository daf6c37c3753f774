"""pip wheel and pip download, and installing what they save: words as pip 24.2 says them."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from fakedocker.userland.packages import pip_wheels
from helpers.packages_world import Box

SAVED = [
    "flask", "gunicorn", "blinker", "click", "itsdangerous", "jinja2", "werkzeug", "packaging", "markupsafe",
]  # fmt: skip


@pytest.fixture
def python() -> Box:
    box = Box("python:3.12-slim")
    box.kernel.outside("box").write_file("/tmp/r.txt", b"flask==3.0.3\ngunicorn==21.2.0\n")
    return box


def names(lines: list[str], before: str) -> list[str]:
    return [
        found[1].lower() for line in lines if (found := re.match(rf"{before}(?:\S*/)?([A-Za-z0-9_]+)-\d\S*\.whl", line))
    ]


def test_wheels_are_saved_with_what_they_need_and_installed_without_an_index(python: Box) -> None:
    made = python.sh("cd /tmp && pip wheel --no-cache-dir -w wheels -r r.txt")
    assert (made.status, made.stderr) == (0, "")
    lines = made.stdout.splitlines()
    assert lines[:4] == [
        "Collecting flask==3.0.3 (from -r r.txt (line 1))",
        "  Downloading flask-3.0.3-py3-none-any.whl.metadata (3.1 kB)",
        "Collecting gunicorn==21.2.0 (from -r r.txt (line 2))",
        "  Downloading gunicorn-21.2.0-py3-none-any.whl.metadata (3.1 kB)",
    ]
    assert names(lines, "Saved ./wheels/") == SAVED
    assert python.sh("ls /tmp/wheels | wc -l").stdout == "9\n"
    assert "No module" in python.sh("python -c 'import flask'").stderr
    offline = python.sh("cd /tmp && pip install --no-index --find-links=wheels -r r.txt")
    assert offline.status == 0
    lines = offline.stdout.splitlines()
    assert lines[:3] == [
        "Looking in links: wheels",
        "Processing ./wheels/flask-3.0.3-py3-none-any.whl (from -r r.txt (line 1))",
        "Processing ./wheels/gunicorn-21.2.0-py3-none-any.whl (from -r r.txt (line 2))",
    ]
    assert len(names(lines, "Processing ")) == 9
    assert re.match(r"Successfully installed .*\bflask-3\.0\.3 .*\bgunicorn-21\.2\.0\b", lines[-1], re.IGNORECASE)
    assert python.sh("python -c 'import flask; print(flask.Flask)'").status == 0


def test_files_are_installed_and_the_rest_comes_from_the_index(python: Box) -> None:
    python.sh("cd /tmp && pip wheel --no-deps --wheel-dir /wheels -r r.txt")
    assert python.sh("ls /wheels").stdout.split() == [
        "flask-3.0.3-py3-none-any.whl",
        "gunicorn-21.2.0-py3-none-any.whl",
    ]
    done = python.sh("pip install --no-cache /wheels/*")
    assert done.status == 0
    lines = done.stdout.splitlines()
    assert lines[:2] == [
        "Processing /wheels/flask-3.0.3-py3-none-any.whl",
        "Processing /wheels/gunicorn-21.2.0-py3-none-any.whl",
    ]
    assert any(re.match(r"Collecting click\S* \(from flask==3\.0\.3\)", line) for line in lines)
    again = python.sh("pip install /wheels/flask-3.0.3-py3-none-any.whl")
    assert again.stdout.splitlines()[-1] == (
        "flask is already installed with the same version as the provided wheel. Use --force-reinstall to force an installation of the wheel."
    )


def test_what_is_there_is_not_downloaded_again(python: Box) -> None:
    first = python.sh("cd /tmp && pip download --no-deps -d dl click==8.1.7")
    assert first.stdout.splitlines() == [
        "Collecting click==8.1.7",
        "  Downloading click-8.1.7-py3-none-any.whl.metadata (3.1 kB)",
        *[line for line in first.stdout.splitlines() if line.startswith("Downloading ")],
        "Saved ./dl/click-8.1.7-py3-none-any.whl",
        "Successfully downloaded click",
    ]
    again = python.sh("cd /tmp && pip download --no-deps -d dl click==8.1.7")
    assert again.stdout.splitlines() == [
        "Collecting click==8.1.7",
        "  File was already downloaded /tmp/dl/click-8.1.7-py3-none-any.whl",
        "Successfully downloaded click",
    ]
    assert python.sh("cd /tmp && pip download -q --no-deps six").stdout == ""


@pytest.mark.parametrize(
    ("command", "status", "stderr"),
    [
        (
            "pip install --no-index django",
            1,
            "ERROR: Could not find a version that satisfies the requirement django (from versions: none)\n"
            "ERROR: No matching distribution found for django\n",
        ),
        (
            "cd /tmp && pip install ./none-1.0-py3-none-any.whl",
            1,
            "WARNING: Requirement './none-1.0-py3-none-any.whl' looks like a filename, but the file does not exist\n"
            "ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: '/tmp/none-1.0-py3-none-any.whl'\n\n",
        ),
        (
            "cd /tmp && pip install ./none.whl",
            1,
            "WARNING: Requirement './none.whl' looks like a filename, but the file does not exist\n"
            "ERROR: none.whl is not a valid wheel filename.\n",
        ),
        (
            "echo PK > /tmp/own-1-py3-none-any.whl; pip install /tmp/own-1-py3-none-any.whl",
            1,
            "fakedocker: pip: installing from an archive or a repository (/tmp/own-1-py3-none-any.whl) is not simulated\n",
        ),
        ("pip wheel", 1, 'ERROR: You must give at least one requirement to wheel (see "pip help wheel")\n'),
        (
            'mkdir /p; printf \'[project]\\nname="p"\\nversion="1"\\n\' > /p/pyproject.toml; pip wheel /p',
            1,
            "fakedocker: pip: pip wheel of the project in /p is not simulated\n",
        ),
    ],
)
def test_what_cannot_be_done_is_said(python: Box, command: str, status: int, stderr: str) -> None:
    done = python.sh(command)
    assert (done.status, done.stderr) == (status, stderr)


@pytest.mark.parametrize("cut", [0, 3, 29, 30, 100, -1, -60])
def test_a_broken_wheel_is_one_that_was_made_elsewhere(python: Box, cut: int) -> None:
    python.sh("cd /tmp && pip download --no-deps click==8.1.7")
    python.sh(f"cd /tmp && head -c {cut} click-8.1.7-py3-none-any.whl > x && mv x click-8.1.7-py3-none-any.whl")
    done = python.sh("pip install /tmp/click-8.1.7-py3-none-any.whl")
    assert "fakedocker: pip: installing from an archive" in done.stderr
    assert done.status == 1


def test_a_wheel_is_a_zip_of_metadata(python: Box) -> None:
    python.sh("cd /tmp && pip download --no-deps flask==3.0.3")
    data = python.kernel.outside("box").read_file("/tmp/flask-3.0.3-py3-none-any.whl")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        metadata = archive.read(archive.namelist()[0]).decode()
    assert "Name: Flask\nVersion: 3.0.3\n" in metadata
    assert "Requires-Dist: " in metadata


def test_an_upgrade_never_goes_back(python: Box) -> None:
    python.sh("pip install 'pip==99.1'")
    before = python.sh("pip --version").stdout
    done = python.sh("pip install --upgrade pip")
    assert done.stdout.startswith("Requirement already satisfied: pip in ")
    assert python.sh("pip --version").stdout == before


def made(metadata: str, comment: bytes = pip_wheels._COMMENT) -> bytes:
    """A wheel by hand that says it was made here."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.comment = comment
        archive.writestr("x.dist-info/METADATA", metadata)
    return target.getvalue()


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("Name: ../../etc/x\nVersion: 1\n", "installing from an archive"),
        (f"Name: x\nVersion: {'9' * 5000}\n", "installing from an archive"),
        ("Name: x\n", "installing from an archive"),
        ("Name: x\nVersion: 1\n" + "Requires-Dist: y\n" * 1000, "installing from an archive"),
        ("Name: x\nVersion: 1\nRequires-Dist: !!!\n", " needs is not simulated"),
        ("Name: x\nVersion: 1\nRequires-Dist: x\n", ""),
    ],
)
def test_whatever_a_wheel_says_pip_ends(python: Box, metadata: str, said: str) -> None:
    python.kernel.outside("box").write_file("/tmp/x-1-py3-none-any.whl", made(metadata))
    for command in (
        "pip install /tmp/x-1-py3-none-any.whl",
        "pip uninstall -y x 2>/dev/null; pip install --no-index -f /tmp x",
    ):
        done = python.sh(command)
        assert said in done.stderr or "No matching distribution found for x" in done.stderr
    assert python.sh("ls /etc/x").status != 0


def test_what_is_no_file_is_no_wheel(python: Box) -> None:
    python.sh(
        "mkdir -p /tmp/d/a-1-py3-none-any.whl; mkfifo /tmp/d/b-1-py3-none-any.whl; ln -s c-1-py3-none-any.whl /tmp/d/c-1-py3-none-any.whl"
    )
    for name in "ab":
        done = python.sh(f"pip install /tmp/d/{name}-1-py3-none-any.whl")
        assert done.stderr.startswith("fakedocker: pip: installing from an archive")
    assert "No matching distribution found for a" in python.sh("pip install --no-index -f /tmp/d a").stderr

"""The package of docs/extending.md, installed and used; and packages of which something is wrong."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakedocker import plugins
from fakedocker.assembly import create_engine
from fakedocker.faults import grammar
from fakedocker.faults.model import FaultError
from fakedocker.wire.http import Request
from helpers.paths import ROOT

PAGE = (ROOT / "docs" / "extending.md").read_text()
FILES = {
    match[3]: match[4]
    for match in re.finditer(r"^(`{3,4})(\w+) norun (\S+)\n(.*?)^\1$", PAGE, re.MULTILINE | re.DOTALL)
}
MAKE_VOLUME = Request(method="POST", target="/volumes/create", headers={"content-type": "application/json"}, body=b"{}")
TOML = re.search(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
assert TOML is not None
POINTS: dict[str, dict[str, str]] = tomllib.loads(TOML[1])["project"]["entry-points"]


def install(folder: Path, name: str, points: dict[str, dict[str, str]], files: dict[str, str]) -> None:
    """A package as pip leaves it: its files, and its metadata."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    for package in {target.parent for target in map(folder.joinpath, files)}:
        (package / "__init__.py").touch()
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [
        line for group, rows in points.items() for line in (f"[{group}]", *(f"{k} = {v}" for k, v in rows.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packages, in front of all others."""
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins.forget()
    yield tmp_path
    monkeypatch.undo()
    plugins.forget()
    for name in [name for name in sys.modules if name.partition(".")[0] in ("acme", "broken", "zebra")]:
        del sys.modules[name]


def fakedocker(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fakedocker_shell", *arguments]
    environment = {"PYTHONPATH": str(folder), "XDG_STATE_HOME": str(folder / "state"), "NO_COLOR": "1"}
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=60, check=False, env=environment
    )


def test_the_example_is_whole() -> None:
    assert {group.rpartition(".")[2] for group in POINTS} == {
        "programs", "services", "images", "pictures", "faults", "courses"
    }  # fmt: skip
    for path, text in FILES.items():
        assert 12 <= text.count("\n") <= 32, path


def test_programs_services_and_images(folder: Path) -> None:
    install(folder, "acme", POINTS, FILES)
    done = fakedocker(folder, "-c", """
        docker search acme | tail -1 | cut -d' ' -f1
        docker run --rm --entrypoint countdown acme/tools 2
        docker run -d --name api -p 8000:8000 acme/tools:1.4 > /dev/null; sleep 4
        curl -s localhost:8000/health; docker logs api
        docker inspect -f '{{.State.Health.Status}}' api
        docker run --rm acme/tools --version
        printf 'FROM acme/tools\\nRUN countdown 1 > /out\\n' | docker build -q -t mine - > /dev/null
        docker run --rm --entrypoint cat mine /out /etc/acme.conf
    """)  # fmt: skip
    assert done.stderr.startswith("Unable to find image 'acme/tools:latest' locally\n")
    assert done.stdout.splitlines()[:4] == ["acme/tools", "2", "1", "lift-off"]
    assert done.stdout.splitlines()[4:] == [
        '{"status": "ok"}', "acme-api 1.4 starting", "listening on :8000", "healthy", "acme-api 1.4", "1", "lift-off",
        "level = info",
    ]  # fmt: skip


def test_the_lesson_is_one(folder: Path) -> None:
    install(folder, "acme", POINTS, FILES)
    for command in ("replay", "lint"):
        done = fakedocker(folder, command, str(folder / "acme" / "lessons"))
        assert done.returncode == 0, done.stdout + done.stderr


def test_an_image_is_the_same_everywhere(folder: Path) -> None:
    install(folder, "acme", POINTS, FILES)
    identifiers = set()
    for seed in (1, 2):
        engine = create_engine(seed)
        engine.perform(Request(method="POST", target="/images/create?fromImage=acme/tools&tag=latest"))
        identifiers |= set(engine.world.images)
    assert len(identifiers) == 1


def test_kinds_of_faults(folder: Path) -> None:
    install(folder, "acme", POINTS, FILES)
    engine = create_engine()
    rule = engine.inject('volume create quota "5 of 5" 2nd time')
    assert grammar.describe(rule) == 'volume create quota "5 of 5" 2nd time'
    answers = [engine.perform(MAKE_VOLUME).reply for _ in range(3)]
    assert [answer.status for answer in answers if answer is not None] == [201, 429, 201]
    assert answers[1] is not None
    assert answers[1].body == b'{"message":"quota exceeded: 5 of 5 used (request 1)"}\n'
    with pytest.raises(FaultError, match="unknown fault 'quota' of a registry"):
        engine.inject("registry docker.io quota")


def test_a_fault_whose_package_is_gone_says_so(folder: Path) -> None:
    install(folder, "acme", POINTS, FILES)
    engine = create_engine()
    engine.inject("volume create quota")
    (folder / "acme-1.0.dist-info" / "entry_points.txt").unlink()
    plugins.forget()
    reply = engine.perform(MAKE_VOLUME).reply
    assert reply is not None and (reply.status, reply.body) == (
        501,
        b'{"message":"the kind of fault quota is not here: nothing that is installed brings it"}\n',
    )


def test_pictures_and_courses(folder: Path) -> None:
    from helpers.repl_screen import Terminal

    install(folder, "acme", POINTS, FILES)
    terminal = Terminal(folder / "state")
    assert terminal.run(":picture").endswith("restarts\n")
    terminal.run("docker run -d --name box alpine sleep 9")
    assert '"box"' in terminal.run(":picture restarts --format=json")
    assert "no package brings a picture 'nosuch'" in terminal.run(":picture nosuch")
    assert "acme-countdown" in terminal.run(":lesson list")
    terminal.run(":lesson acme-countdown")
    assert "lift-off" in terminal.run("docker run --name count --entrypoint countdown acme/tools 2")
    assert terminal.run(":check").count("✓") == 2
    assert terminal.reports() == []


BROKEN = {
    "broken/__init__.py": "",
    "broken/failing.py": "raise RuntimeError('two\\nlines')\n",
    "broken/wrong.py": "IMAGE = 3\nPROGRAM = 'text'\n\ndef picture(world):\n    return 1 / 0\n",
    "broken/lessons/01-bad.md": "no front matter\n",
}
BROKEN_POINTS = {
    "fakedocker.programs": {
        "fails": "broken.failing:main",
        "gone": "broken.nosuch:main",
        "text": "broken.wrong:PROGRAM",
    },
    "fakedocker.services": {"service": "broken.wrong:IMAGE"},
    "fakedocker.images": {"broken/image": "broken.wrong:IMAGE", "broken/fails": "broken.failing:IMAGE"},
    "fakedocker.pictures": {"picture": "broken.wrong:picture"},
    "fakedocker.faults": {"fault": "broken.wrong:IMAGE"},
    "fakedocker.courses": {"lessons": "broken.lessons", "number": "broken.wrong:IMAGE"},
}


def test_what_cannot_be_loaded_is_named_in_a_line_and_breaks_nothing(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from helpers.repl_screen import Terminal

    install(folder, "broken", BROKEN_POINTS, BROKEN)
    for group, points in BROKEN_POINTS.items():
        for name in points:
            if group == plugins.PROGRAMS or group == plugins.SERVICES:
                assert plugins._program(name) is None
            elif group == plugins.IMAGES:
                assert plugins._images(name) is None
            elif group == plugins.FAULTS:
                assert plugins._fault_kind(name) is None
            elif group == plugins.COURSES:
                plugins.folder(name)
    told = capfd.readouterr().err.splitlines()
    assert "fakedocker: fails of broken (fakedocker.programs) is left out: RuntimeError: two lines" in told
    assert len(told) == 8
    assert all(re.fullmatch(r"fakedocker: \S+ of broken \(fakedocker\.\w+\) is left out: .+", line) for line in told)
    terminal = Terminal(folder / "state")
    assert "picture cannot be drawn: ZeroDivisionError" in terminal.run(":picture picture")
    assert "lifecycle-exit" in terminal.run(":lesson list")
    assert "pull access denied for broken/image" in terminal.run("docker pull broken/image")
    assert terminal.run("docker run --rm alpine echo still here").endswith("still here\n")
    assert terminal.reports() == []


def test_nothing_of_ours_is_replaced_and_the_first_package_counts(folder: Path) -> None:
    say = "def main(system, argv, state):\n    system.put('{}\\n')\n    return 0\n"
    install(folder, "zebra", {plugins.PROGRAMS: {"both": "zebra:main"}}, {"zebra/x.py": ""})
    (folder / "zebra" / "__init__.py").write_text(say.format("zebra"))
    install(folder, "acme", {plugins.PROGRAMS: {"both": "acme:main", "cat": "acme:main"}}, {"acme/x.py": ""})
    (folder / "acme" / "__init__.py").write_text(say.format("acme"))
    done = fakedocker(folder, "-c", "echo ours | cat")
    assert (done.stdout, done.stderr) == ("ours\n", "")
    program = plugins._program("both")
    assert program is not None and program.__module__ == "acme"

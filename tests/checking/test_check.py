"""`fakedocker check`: what it finds in projects, what it says of them, and that it only reads."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fakedocker_shell.checking import command, finding, projects
from fakedocker_shell.checking.folders import OfMachine
from fakedocker_shell.checking.report import Build, Report
from fakedocker_shell.checking.stage import Stage
from fakedocker_shell.main import main
from helpers.paths import DATA

SHOP = DATA / "projects" / "shop"


@pytest.fixture(scope="module")
def shop() -> Report:
    return command.check(str(SHOP))


def build_of(report: Report, dockerfile: str) -> Build:
    return next(build for build in report.builds if build.dockerfile == dockerfile)


def project(folder: Path, **files: str) -> str:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(folder)


def test_a_project_with_one_place_that_is_not_simulated_goes_through(shop: Report) -> None:
    assert not shop.failed
    (up,) = shop.projects
    assert up.order == ("db", "api", "web")
    states = {service.name: (service.state, service.stand_in, service.reaches) for service in up.services}
    assert states == {
        "db": ("running (healthy)", False, ("api",)),
        "api": ("running (healthy)", True, ("db", "web")),
        "web": ("running", False, ("api",)),
    }
    (port,) = next(service.ports for service in up.services if service.name == "web")
    assert (port.host, port.container, port.answers) == (8080, 80, True)
    assert ("build api/Dockerfile", "curl: the host example.com") in {
        (each.where, each.what) for each in shop.boundaries
    }


def test_what_a_build_tells(shop: Report) -> None:
    api, web = build_of(shop, "api/Dockerfile"), build_of(shop, "web/Dockerfile")
    assert [step.name.partition("]")[0] for step in api.steps if step.assumed] == ["[tool 3/3", "[stage-1 2/3"]
    (tool, server) = api.changes
    assert (tool.files, len(tool.again)) == ("tool.sh", 4)
    assert (server.files, [name.partition("]")[0] for name in server.again]) == ("server", ["[stage-1 3/3"])
    assert [(each.name, each.files) for each in web.unused] == [("notes.txt", 1)]
    assert web.size_bytes == sum(layer.size_bytes for layer in web.layers) > 40_000_000
    assert web.layers[-1].made_by.startswith("COPY page")


def test_strictly_the_step_fails_and_the_services_do_not_come_up() -> None:
    report = command.check(str(SHOP), assume=False)
    assert report.failed
    assert "curl: (6) Could not resolve host: example.com" in build_of(report, "api/Dockerfile").problem
    assert not report.projects[0].services


def test_the_same_bytes_every_time(capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for _ in range(2):
        assert main(["check", "--json", str(SHOP)]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    assert json.loads(printed[0])["builds"][0]["dockerfile"] == "api/Dockerfile"


def test_it_reads_and_never_writes() -> None:
    def listing() -> list[tuple[str, int, int]]:
        return [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(SHOP.rglob("*"))]

    before = listing()
    command.check(str(SHOP))
    assert listing() == before


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"Dockerfile": "FROM alpine\nRUN false\n"}, "exit code: 1"),
        ({"Dockerfile": "FROM alpine\nCOPY nosuch /\n"}, '"/nosuch": not found'),
        ({"Dockerfile": "FRM alpine\n"}, "unknown instruction: FRM"),
        ({"compose_yaml": "services: {a: {image: alpine, command: 'false'}}\n"}, "exited (1)"),
        ({"compose_yaml": "services: {a: {image: alpine, depends_on: [b]}, b: {image: alpine, depends_on: [a]}}\n"}, "dependency cycle"),
        ({"compose_yaml": "services: [\n"}, "yaml"),
        ({"compose_yaml": "include: [compose.yaml]\nservices: {}\n"}, "include"),
    ],
)  # fmt: skip
def test_what_fails_on_its_own_account_fails(
    files: dict[str, str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", project(tmp_path, **files)]) == 1
    assert told in capsys.readouterr().out


def test_nothing_to_try(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 0
    assert "no Dockerfile and no compose file here" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "nosuch")]) == 2
    assert main(["check", "--nosuch"]) == 2


def test_what_is_found_is_ones_own(tmp_path: Path) -> None:
    folder = project(
        tmp_path,
        Dockerfile="",
        node_modules__Dockerfile="",
        a__Dockerfile="",
        a__compose_yaml="",
        x__app__Dockerfile="",
    )
    for name in ("api.Dockerfile", "Dockerfile.dev", "Dockerfile.dockerignore", "notes.md"):
        (tmp_path / name).write_text("")
    os.symlink(folder, tmp_path / "loop")
    found = finding.find(OfMachine(folder, lambda problem: None))
    assert found.dockerfiles == ("Dockerfile", "Dockerfile.dev", "a/Dockerfile", "api.Dockerfile", "x/app/Dockerfile")
    assert found.compose_files == ("a/compose.yaml",)


def test_a_change_is_seen(tmp_path: Path) -> None:
    before = command._stamp(str(tmp_path))
    (tmp_path / "file").write_text("text")
    assert command._stamp(str(tmp_path)) != before


def test_a_hostile_folder_is_read_to_its_end(tmp_path: Path) -> None:
    """Pipes, links that lead out or in circles, nested and huge files: each is an answer in words, and nothing hangs."""
    folder = project(
        tmp_path, a__Dockerfile="FROM alpine\nCOPY x /\n", a__x="x", deep__compose_yaml="a: " + "[" * 50_000
    )
    os.mkfifo(tmp_path / "a" / ".dockerignore")
    os.mkfifo(tmp_path / "Dockerfile")
    os.symlink("/etc", tmp_path / "outside")
    os.symlink(tmp_path, tmp_path / "circle")
    (tmp_path / "Dockerfile.long").write_text("FROM alpine\nRUN echo " + "a" * 3_000_000 + "\n")
    (tmp_path / "Dockerfile.many").write_text("FROM alpine\n" + "RUN true\n" * 300)
    report = command.check(folder)
    assert [build.dockerfile for build in report.builds] == ["Dockerfile.long", "Dockerfile.many", "a/Dockerfile"]
    assert not build_of(report, "Dockerfile.many").problem
    assert report.projects[0].problem


def test_services_that_are_busy_get_a_bounded_number_of_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projects, "SETTLES_SLICES", 100)
    busy = "services: {a: {image: alpine, command: \"sh -c 'while :; do :; done'\"}}\n"
    stage = Stage(OfMachine(project(tmp_path, compose_yaml=busy), lambda problem: None), True, 0)
    (service,) = projects.attempt(stage, "compose.yaml").services
    assert service.state == "running"
    assert stage.engine.slices < 3_000  # 90 s of it would be 9,000

"""Pictures: what is in them, and that each format is what its readers take."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fakedocker_shell.repl.meta_pictures import FORMATS
from helpers.paths import ROOT
from helpers.repl_screen import Terminal

COMMANDS = """\
docker pull -q alpine; docker network create net
docker run -d --name web --network net -p 8080:80 -v data:/data alpine sleep 1d
docker run -d --name job --restart on-failure:1 alpine sh -c 'sleep 5; exit 3'
docker create --name "idle" alpine
docker exec web sh -c 'head -c 3000 /dev/zero > /file'
:wait 20s
docker stop -t 1 web; docker start web"""


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    terminal = Terminal(tmp_path_factory.mktemp("state"))
    for command in COMMANDS.split("\n"):
        terminal.run(command)
    return terminal


def test_the_world_as_a_graph(terminal: Terminal) -> None:
    picture = json.loads(terminal.run(":world --format json"))
    lines = {node["id"]: node["lines"] for node in picture["nodes"]}
    kinds = [node["kind"] for node in picture["nodes"]]
    assert [kinds.count(kind) for kind in ("container", "image", "network", "volume", "port")] == [3, 1, 1, 1, 2]
    edges = {(lines[edge["source"]][0], lines[edge["target"]][0], edge["label"]) for edge in picture["edges"]}
    assert {
        ("0.0.0.0:8080/tcp", "web", "80/tcp"), ("web", "net", "172.18.0.2"), ("web", "data", "/data"), ("job", "alpine:latest", ""),
    } <= edges  # fmt: skip


def test_ports_and_networks(terminal: Terminal) -> None:
    assert terminal.run(":ports") == (
        "published ports\n  0.0.0.0:8080/tcp → web  ● running 80/tcp\n  [::]:8080/tcp → web  ● running 80/tcp\n"
    )
    shown = terminal.run(":net")
    assert "net (bridge, 172.18.0.0/16)\n└─ web  ● running  172.18.0.2\n" in shown
    assert "├─ job  ○ exited (3)\n└─ idle  · created\n" in shown


def test_layers_of_images_and_containers(terminal: Terminal) -> None:
    shown = terminal.run(":layers web").splitlines()
    assert shown[0] == "alpine:latest: 7.8MB"
    assert shown[2].split("│")[1].split() == ["web:", "container's", "own", "layer", "3kB"]
    assert len({len(line) for line in shown[1:]}) == 1
    assert len(terminal.run(":layers alpine").splitlines()) == 4
    assert "No such image: nosuch" in terminal.run(":layers nosuch")
    assert "usage: :layers" in terminal.run(":layers")


def test_the_life_of_a_container(terminal: Terminal) -> None:
    lines = terminal.run(":life job").splitlines()
    assert lines[0] == "life of job"
    assert [" ".join(line.split()[3:6]) for line in lines[1:-1]] == [
        "· created for", "● running for", "○ exited (3)", "● running for", "○ exited (3)",
    ]  # fmt: skip
    assert lines[-1].endswith("now")
    assert "no container 'nosuch'" in terminal.run(":life nosuch")


def test_containers_that_are_gone_have_had_a_life(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run("docker pull -q alpine; docker run --rm --name gone alpine sleep 3")
    assert "gone  ✗ removed" in terminal.run(":timeline")
    assert "○ exited (0)" in terminal.run(":life gone")


def test_what_has_changed(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run("docker pull -q alpine; docker run -d --name old alpine sleep 1d")
    terminal.run("docker run -d --name new alpine sleep 1d")
    terminal.run("docker stop -t 0 new; docker rm -f old")
    assert terminal.run(":diff") == "~ container new: running → exited (137)\n- container old\n- address 172.17.0.3 of new in bridge\n- address 172.17.0.2 of old in bridge\n"  # fmt: skip
    assert terminal.run(":diff 2").startswith("+ container new from alpine, exited (137)\n- container old\n")
    marks = {node["lines"][0]: node["mark"] for node in json.loads(terminal.run(":diff 2 --format json"))["nodes"]}
    assert (marks["new"], marks["old"], marks["alpine:latest"]) == ("+", "-", "")
    assert "+ image alpine" in terminal.run(":diff start")
    terminal.run(":diff on")
    assert terminal.run("docker rm new").endswith("- container new\n")
    terminal.run(":diff off")
    assert terminal.run("docker volume create data") == "data\n"
    assert "usage: :diff" in terminal.run(":diff x")


@pytest.mark.parametrize("command", [":world", ":layers web", ":life job", ":timeline", ":ports", ":net", ":diff"])
def test_every_picture_in_every_format(terminal: Terminal, command: str) -> None:
    shown = {name: terminal.run(f"{command} --format={name}") for name in FORMATS}
    assert len(set(shown.values())) == len(FORMATS)
    root = ElementTree.fromstring(shown["svg"])
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    size = [float(root.attrib[side]) for side in ("width", "height")]
    for shape in root.iter("{http://www.w3.org/2000/svg}rect"):
        if shape.attrib["width"] != "100%":
            assert float(shape.attrib["x"]) + float(shape.attrib["width"]) <= size[0]
            assert float(shape.attrib["y"]) + float(shape.attrib["height"]) <= size[1]
    assert shown["dot"].startswith("digraph ") and shown["dot"].rstrip().endswith("}")
    assert shown["dot"].count("{") == shown["dot"].count("}")
    assert shown["mermaid"].split()[0] in ("flowchart", "timeline")
    assert json.loads(shown["json"])["title"]
    assert max(map(len, shown["text"].splitlines())) <= 120


def test_an_unknown_format_and_empty_pictures(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    assert "--format is text, mermaid, dot, svg or json, not 'png'" in terminal.run(":world --format png")
    assert terminal.status == 2
    assert terminal.run(":ports") == "published ports\n  nothing\n"
    assert "nothing has happened" in terminal.run(":timeline")
    for name in FORMATS:
        assert terminal.run(f":timeline --format {name}") and terminal.run(f":ports --format {name}")


def test_text_that_is_markup_stays_text(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run("printf 'FROM busybox\\nRUN echo \"<b>&\" > /x\\n' | docker build -q -t app -")
    assert "<b>&" in "".join(ElementTree.fromstring(terminal.run(":layers app --format svg")).itertext())
    assert "&lt;b&gt;&amp;" in terminal.run(":layers app --format mermaid")


def test_the_readmes_pictures_are_those_that_are_drawn(tmp_path: Path) -> None:
    kept = {path.name: path.read_text() for path in (ROOT / "docs" / "pictures").glob("*.svg")}
    script = "import sys; sys.path.insert(0, sys.argv[1]); import make_pictures; from pathlib import Path; make_pictures.FOLDER = Path(sys.argv[2]); make_pictures.main()"
    subprocess.run([sys.executable, "-c", script, str(ROOT / "tools"), str(tmp_path)], check=True, capture_output=True)
    assert {path.name: path.read_text() for path in tmp_path.glob("*.svg")} == kept


def test_a_life_of_which_only_trifles_are_remembered(tmp_path: Path) -> None:
    """The daemon keeps 256 events: of a container that was removed the last ones may be execs."""
    terminal = Terminal(tmp_path)
    terminal.run(
        "docker pull -q alpine; docker run -d --name busy alpine sleep 1d; docker run -d --name other alpine sleep 1d"
    )
    terminal.run("for i in $(seq 90); do docker exec busy true; done")
    assert "busy   ● running" in terminal.run(":timeline")
    terminal.run("docker rm -f busy; for i in $(seq 85); do docker exec other true; done")
    for name in FORMATS:
        assert "error of ours" not in terminal.run(f":timeline --format {name}")


def test_a_picture_goes_to_a_file(terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert terminal.run(":world --format svg --to world") == "written to world.svg\n"
    assert ElementTree.fromstring((tmp_path / "world.svg").read_text()).tag.endswith("svg")
    assert terminal.run(":layers web --to=stack") == "written to stack.txt\n"
    assert "not written: File exists" in terminal.run(":ports --to stack")
    assert "takes a name" in terminal.run(":net --to ../x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stack.txt", "world.svg"]

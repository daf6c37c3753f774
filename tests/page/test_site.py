"""The page as `make page` makes it: the same bytes as natively, and a browser that opens, types, learns and follows links.

Where a picture is wanted: FAKEDOCKER_SCREENSHOTS=FOLDER.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakedocker_shell.links import Link, write
from helpers.page_site import MODULES, UNDER_NODE, chromium, made_site, served
from helpers.paths import ROOT

SECONDS = 400
LINKED = Link(seed=3, date="2024-10-01", run="docker run -d --name web nginx\ndocker logs nothing\ndocker ps -a")
FINGERPRINTS = """
import hashlib, json
from fakedocker_shell.links import read
from fakedocker_shell.repl.link_checking import check
from fakedocker_shell.scenarios import library
from fakedocker_shell.scenarios.parsing import parse_file
from fakedocker_shell.scenarios.replaying import SimulatedStage, play

found = {}
for part in ("lessons", "incidents", "exam", "workshop", "replays"):
    for file in (each for each in library.shipped().joinpath(part).iterdir() if each.name.endswith(".md")):
        scenario, seen = parse_file(file), hashlib.sha256()
        for each in play(scenario, SimulatedStage(scenario)):
            seen.update(repr((each.step.command, each.printed, each.status)).encode())
        found[file.name] = seen.hexdigest()
seen = hashlib.sha256()
check(read(LINK), seen.update)
found["link"] = seen.hexdigest()
print(json.dumps(found))
"""


def test_scenarios_and_links_print_the_same_bytes_as_natively(tmp_path: Path) -> None:
    site = made_site()
    file = tmp_path / "fingerprints.py"
    file.write_text(f"LINK = {write(LINKED)!r}\n{FINGERPRINTS}")
    native = subprocess.Popen([sys.executable, file], stdout=subprocess.PIPE, text=True)
    inside = subprocess.run(
        ["node", UNDER_NODE, site, file], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    told, _ = native.communicate(timeout=SECONDS)
    assert inside.returncode == 0, inside.stderr
    expected, found = json.loads(told), json.loads(inside.stdout.splitlines()[-1])
    assert len(expected) >= 50
    assert found == expected


def drive(name: str, address: str, tmp_path: Path) -> dict[str, str]:
    """Run one of the plays of drive_page.mjs; gives what it has seen."""
    if not (MODULES / "playwright-core").is_dir():
        pytest.skip("playwright-core was not installed: `make page` does")
    pictures = os.environ.get("FAKEDOCKER_SCREENSHOTS", str(tmp_path))
    command = [
        "node",
        str(ROOT / "tests" / "page" / "drive_page.mjs"),
        chromium(),
        str(MODULES),
        name,
        address,
        pictures,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seen: dict[str, str] = json.loads(done.stdout)
    assert seen.pop("errors") == "", seen
    return seen


def test_a_browser_runs_commands_and_goes_through_a_lesson(tmp_path: Path) -> None:
    with served(made_site()) as address:
        seen = drive("session", address, tmp_path)
    assert "Hello from Docker!" in seen["hello"]
    assert "hello-world" in seen["world"]
    assert "inside Alpine" in seen["inside"]
    assert "^C" in seen["watched"] and seen["watched"].rstrip().endswith("status 130")
    assert "docker volume ls" in seen["completed"]
    assert seen["goals"] == "✓ ○ ○ ✓"
    assert seen["solved"].startswith("✓ ✓ ✓ ✓ Often believed, and wrong:")
    assert seen["link"].startswith(address + "#v=1") and "lesson=ports-conflict" in seen["link"]
    assert seen["panes"] == "lesson world terminal"
    assert seen["after reload"] == "✓ Two servers, one port"
    assert "docker run -d --name web2 -p 8081:80 nginx" in seen["history"]


def test_a_browser_asks_before_it_runs_a_link(tmp_path: Path) -> None:
    with served(made_site()) as address:
        seen = drive("link", write(LINKED, address), tmp_path)
    assert seen["asked"] == LINKED.run
    assert "docker logs nothing" not in seen["before"]
    assert "No such container: nothing" in seen["after"]
    assert "web" in seen["world"]


def test_a_browser_refuses_a_hostile_link_in_words(tmp_path: Path) -> None:
    with served(made_site()) as address:
        seen = drive("hostile", address + "#v=1&lesson=<img src=x onerror=alert(1)>&run=PHNjcmlwdD4", tmp_path)
    assert seen["notice"] == "This link cannot be opened: its lesson is no name of one."
    assert "root@docker-host" in seen["screen"]


def test_the_site_works_without_a_network_once_it_is_kept(tmp_path: Path) -> None:
    with served(made_site()) as address:
        seen = drive("offline", address, tmp_path)
    assert "psql (PostgreSQL) 16." in seen["screen"]
    assert (seen["network"], seen["kept"]) == ("gone", "1")


def test_another_page_can_show_a_lesson_alone(tmp_path: Path) -> None:
    with served(made_site()) as address:
        link = write(Link(lesson="ports-conflict"), address)
        seen = drive("embed", link, tmp_path)
    assert seen["seen"] == "#lesson #terminal #way-out"
    assert (seen["whole"], seen["overflow"]) == (link, "0")


def test_a_small_dark_window_has_one_column(tmp_path: Path) -> None:
    with served(made_site()) as address:
        seen = drive("small", address, tmp_path)
    assert seen["order"] == "lesson terminal world"
    assert seen["overflow"] == "0"
    assert seen["theme"] == "dark"

"""docker compose in the terminal, held against what the real one printed (tools/record_compose_cases.py).

What it does at once (the same for several containers) comes in an order of its own each time; so the lines on standard error
are compared without their order between different things, and with it for each thing. Ids, times, ages and the widths of
columns are masked.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import Any

import pytest

from helpers.cli_host import Host
from helpers.paths import DATA

CASES = json.loads((DATA / "compose_cases.json").read_text())["scenarios"]
DIRECTORY = "/tmp/compose-cases"
_MASKS = (
    (r"\x1b\[2K", ""),  # this version clears lines where there is no terminal; later ones do not
    (r":::", "[::]:"),  # likewise
    (r'time="[^"]*"', "TIME"),
    (r"\b[0-9a-f]{64}\b", "ID"),
    (r"\b[0-9a-f]{12,14}\b", "SHORT"),
    (r"(?:Less than a second|About a minute|\d+ (?:seconds?|minutes?))", "AGE"),
    (r"\d\d:\d\d(?= +\?)", "CLOCK"),
    (r"^(root|101|999) +\d+ +\d+ ", r"\1 PID PPID "),
    (r'"Size":\d+', '"Size":N'),
    (r"\bv?2\.26\.1-4\b", "v2.26.1"),
    (r" +", " "),
)
_LAYER = re.compile(r"^ (?:SHORT|\d{12}) ")
"""A layer that is fetched: as many as there are, as often as they are looked at."""


def masked(text: str) -> list[str]:
    """The lines of an output, what varies masked."""
    lines = []
    for line in text.splitlines():
        for pattern, replacement in _MASKS:
            line = re.sub(pattern, replacement, line)
        if not _LAYER.match(line):
            lines.append(line.rstrip())
    return lines


def by_subject(lines: list[str]) -> dict[str, list[str]]:
    """Progress lines by what they are about, in order; all others under "", sorted."""
    groups: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        words = line.split()
        if line.startswith(" ") and words[:1] and words[0] in ("Container", "Network", "Volume", "Image"):
            groups[" ".join(words[:2])].append(" ".join(words[2:]))
        else:
            groups[""].append(line)
    groups[""].sort()
    return groups


@pytest.mark.parametrize("scenario", CASES, ids=[scenario["name"] for scenario in CASES])
def test_compose_says_what_the_real_one_does(scenario: dict[str, Any]) -> None:
    host = Host(f"{DIRECTORY}/{scenario['name']}", profile="28")  # as the engine was that it was taken from
    differences = []
    for step in scenario["steps"]:
        host.write(step.get("write", {}))
        if "run" not in step:
            continue
        status, out, err = host.run(step["run"])
        said = (status, sorted(masked(out)), dict(by_subject(masked(err))))
        wanted = (step["status"], sorted(masked(step["out"])), dict(by_subject(masked(step["err"]))))
        if said != wanted:
            differences.append((step["run"], wanted, said))
    assert differences == []


def test_ctrl_c_stops_everything_in_order() -> None:
    host = Host(f"{DIRECTORY}/interrupted")
    host.write(
        {
            "compose.yaml": "services:\n  db: {image: redis:7-alpine}\n"
            "  app: {image: alpine, command: sleep 100, stop_grace_period: 1s, depends_on: [db]}\n"
        }
    )
    status, out, err = host.run("timeout -s INT 3 docker compose up")
    assert (status, "Gracefully stopping" in out, "Ready to accept connections" in out) == (124, True, True)
    order = [line.split()[1:] for line in err.splitlines() if "interrupted" in line and "Stopp" in line]
    assert order == [
        ["interrupted-app-1", "Stopping"],
        ["interrupted-app-1", "Stopped"],
        ["interrupted-db-1", "Stopping"],
        ["interrupted-db-1", "Stopped"],
    ]


def test_an_image_is_built_and_built_anew_when_told() -> None:
    host = Host(f"{DIRECTORY}/built")
    host.write(
        {
            "compose.yaml": "services:\n  app:\n    build: {context: ., args: {WORD: one}}\n",
            "Dockerfile": 'FROM alpine\nARG WORD\nRUN echo $WORD > /word\nCMD ["cat", "/word"]\n',
        }
    )
    assert "app-1 | one" in " ".join(host.run("docker compose up")[1].split())
    host.run("sed -i s/one/two/ compose.yaml")
    assert "app-1 | one" in " ".join(host.run("docker compose up")[1].split())
    assert "app-1 | two" in " ".join(host.run("docker compose up --build")[1].split())
    status, _, err = host.run("sed -i 's/RUN echo/RUN nosuch/' Dockerfile; docker compose build")
    assert (status, 'process "/bin/sh -c nosuch $WORD > /word" did not complete' in err) == (1, True)


def test_what_containers_get() -> None:
    host = Host(f"{DIRECTORY}/given")
    host.write(
        {
            "secret.txt": "hush\n",
            "app.conf": "key=value\n",
            "compose.yaml": """services:
  app:
    image: alpine
    command: sh -c 'cat /run/secrets/token /etc/app.conf; getent hosts db; getent hosts database'
    secrets: [token]
    configs: [{source: conf, target: /etc/app.conf}]
    networks: {back: null}
    depends_on: [db]
  db:
    image: alpine
    command: sleep 100
    networks: {back: {aliases: [database]}}
networks: {back: {}}
secrets: {token: {file: ./secret.txt}}
configs: {conf: {file: app.conf}}
""",
        }
    )
    status, out, _ = host.run("docker compose up -d 2>/dev/null && docker compose logs --no-log-prefix app")
    lines = out.split("\n")
    assert (status, lines[:2]) == (0, ["hush", "key=value"])
    assert [line.split()[1] for line in lines[2:4]] == ["db", "database"]


def test_anonymous_volumes_go_on_with_the_container_that_takes_over() -> None:
    host = Host(f"{DIRECTORY}/volumes")
    host.write({"compose.yaml": "services:\n  app: {image: alpine, command: sleep 100, volumes: [/data]}\n"})
    host.run("docker compose up -d; docker compose exec -T app sh -c 'echo kept > /data/file'")
    assert host.run("docker compose up -d --force-recreate 2>/dev/null; docker compose exec -T app cat /data/file")[
        1
    ] == ("kept\n")
    status, _, err = host.run(
        "docker compose up -d --force-recreate -V 2>&1; docker compose exec -T app cat /data/file"
    )
    assert (status, "No such file" in err) == (1, True)


@pytest.mark.parametrize(
    "command",
    [
        "attach app",
        "stats",
        "events",
        "up --watch",
        "config --variables",
        "--dry-run up",
        "up --dry-run",
        "build --ssh default",
    ],
)
def test_what_is_not_simulated_says_so(command: str) -> None:
    host = Host(f"{DIRECTORY}/left-out")
    host.write({"compose.yaml": "services:\n  app: {image: alpine}\n"})
    status, _, err = host.run(f"docker compose {command}")
    assert (status, "is not simulated" in err) == (1, True)

"""Reading scenarios: what is understood, and the line and the words with which the rest is refused."""

from __future__ import annotations

import random

import pytest

from fakedocker.faults import grammar
from fakedocker_shell.scenarios import expressions
from fakedocker_shell.scenarios.parsing import parse
from fakedocker_shell.scenarios.problems import ScenarioProblem

GOOD = """+++
format = 1
id = "ports-01"
title = "Two servers, one port"
seed = 7
clock = "2026-01-05T09:00:00Z"
par = 4
hints = ["Which number belongs to the host?",
         "Ask `docker ps -a`."]
[[hint]]
when = "container web2 State.Status == created"
text = "Its name is taken."
[world]
images = ["nginx"]
setup = ["docker run -d --name web -p 8080:80 nginx"]
[goal]
all = ["http localhost:8080 == 200",
       "http localhost:8081 == 200"]
none = ["container * State.Status == created"]
[[fault]]
at = "3m"
do = "registry docker.io down for 2m"
+++
# Two servers, one port

`web` serves on 8080.

```text
a picture
```

```python file=app.py
print("hello")
```

## Why

Because.

```console solution
$ docker rm web2
web2
$ docker run -d \\
> --name web2 nginx
docker: no

more
? 125
```
```console wrong
$ true
```
```console
$ false
? 1
```
"""


def problem_of(text: str) -> tuple[int, str]:
    with pytest.raises(ScenarioProblem) as caught:
        parse("x.md", text)
    assert str(caught.value) == f"x.md:{caught.value.line}: {caught.value.message}"
    return caught.value.line, caught.value.message


def test_everything_a_scenario_says() -> None:
    scenario = parse("x.md", GOOD)
    assert (scenario.id, scenario.kind, scenario.seed, scenario.par) == ("ports-01", "lesson", 7, 4)
    assert scenario.clock_ns == 1_767_603_600_000_000_000
    assert [hint.text for hint in scenario.hints] == [
        "Its name is taken.",
        "Which number belongs to the host?",
        "Ask `docker ps -a`.",
    ]
    assert [hint.line for hint in scenario.hints] == [12, 8, 9]
    assert [command.command for command in scenario.setup] == [
        "docker pull --quiet nginx",
        "docker run -d --name web -p 8080:80 nginx",
    ]
    assert [command.line for command in scenario.setup] == [14, 15]
    assert scenario.goal is not None
    assert [check.text for check in scenario.goal.none] == ["container * State.Status == created"]
    assert [grammar.describe(fault.rule) for fault in scenario.faults] == ["registry docker.io down in 3m0s for 2m0s"]
    assert scenario.prose == '`web` serves on 8080.\n\n    a picture\n\napp.py:\n    print("hello")'
    assert scenario.explanation == "Because."
    assert [(file.path, file.content) for file in scenario.files] == [("app.py", 'print("hello")\n')]


def test_blocks_and_their_steps() -> None:
    scenario = parse("x.md", GOOD)
    assert [block.kind for block in scenario.blocks] == ["solution", "wrong", ""]
    first, second = scenario.blocks[0].steps
    assert (first.command, first.expected, first.status) == ("docker rm web2", ("web2",), 0)
    assert second.command == "docker run -d \\\n--name web2 nginx"
    assert (second.expected, second.status) == (("docker: no", "", "more"), 125)
    lines = GOOD.split("\n")
    assert lines[second.line - 1] == "$ docker run -d \\"
    assert lines[second.end - 1] == "```"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("+++\nformat", "format", 1, "a line +++ was expected"),
        ('do = "registry docker.io down for 2m"\n+++', 'do = "x"', 56, "a second line +++ was expected"),
        ("seed = 7", "seed = ", 5, "not TOML"),
        ("seed = 7", 'seed = "7"', 5, "seed is a whole number, not '7'"),
        ("seed = 7", "sead = 7", 5, "there is no key 'sead'"),
        ("format = 1", "format = 2", 2, "format 1 is the one that is known, not 2"),
        ('id = "ports-01"\n', "", 2, "the key 'id' is missing"),
        ('id = "ports-01"', 'id = "Ports 1"', 3, "an id is lower-case letters"),
        ('clock = "2026-01-05T09:00:00Z"', 'clock = "noon"', 6, "clock is a time such as"),
        ("par = 4", "par = -4", 7, "par is a number of commands"),
        ('images = ["nginx"]', 'image = ["nginx"]', 14, "in [world] there is no key 'image'"),
        ('setup = ["docker', 'setup = [3, "docker', 15, "setup is a list of texts"),
        ('when = "container web2 State.Status == created"', 'when = "container web2"', 11, "container NAME is followed by"),
        ('text = "Its name is taken."\n', "", 10, "in [hint] the key 'text' is missing"),
        ('"http localhost:8081 == 200"', '"http localhost:8081 is 200"', 18, "http URL is followed by"),
        ('"container * State', '"contaner * State', 19, "a check begins with container"),
        ('at = "3m"', 'at = "soon"', 21, "at is a duration such as 3m, not 'soon'"),
        ('do = "registry docker.io down', 'do = "registry docker.io dwon', 22, "dwon"),
        ("$ true", "$ :world", 51, ":world is no command for a scenario"),
        ("```console wrong", "```console wrnog", 50, "a console block is plain, solution or wrong, not 'wrnog'"),
        ("$ docker rm web2\nweb2", "docker rm web2\nweb2", 41, "a command (`$ ` and what is typed) was expected"),
        ("? 125\n", "? 125\nand more\n", 48, "the exit status is the last line of a command"),
        ("$ false\n? 1\n```", "$ false\n? 1\n", 53, "this block is not closed"),
        ("$ false\n? 1\n", "", 54, "a block of commands has at least one"),
        ("file=app.py", "file=../app.py", 32, "file= takes the name of a file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, line: int, words: str) -> None:
    assert GOOD.count(old) == 1
    found_line, message = problem_of(GOOD.replace(old, new))
    assert words in message
    assert found_line == line


def test_a_replay_has_no_goal_and_no_answers() -> None:
    text = '+++\nformat = 1\nid = "a"\ntitle = "A"\n+++\n```console solution\n$ true\n```\n'
    assert problem_of(text) == (6, "without a [goal] there is no solution block")
    assert parse("x.md", text.replace(" solution", "")).kind == "replay"
    assert problem_of(text.partition("```")[0])[1].startswith("a replay has a block of commands")


@pytest.mark.parametrize(
    "text",
    [
        "container web exists",
        "container web State.Running == true",
        'container web NetworkSettings.Ports.80/tcp.0.HostPort == "8080"',
        'container web Mounts."/etc/nginx/conf.d".Type == bind',
        "container web Id changed",
        "image app:1 absent",
        "count(containers running) >= 2",
        "count(images dangling) == 0",
        'http localhost:80/x body has "it works"',
        "http localhost:80 in 200,301",
        "port 80 HostIp == 127.0.0.1",
        "reach api db:5432",
        "resolve api db",
        "file web:/tmp/ok exists",
        "file app.py has hello",
        'logs web matches "start(ed|ing)"',
        'exec db "psql -c x" has keep',
        'exec db "true" status == 0',
        'ran "rmi -f" == 0',
        'ran "exec web sh"',
        'time "docker stop web" < 2s',
        "after 60s: container box State.Running == true",
        'after "docker restart web": http localhost == 200',
        'after ":fault daemon restart": container web exists',
        "not image app exists",
    ],
)
def test_checks_that_are_understood(text: str) -> None:
    assert expressions.parse(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "web exists",
        "container# web exists",
        "container(web exists",
        "counter(containers) == 1",
        "container",
        "container web",
        "container web State.Running",
        "container web State.Running = true",
        "count(container) == 1",
        "count(containers) has 1",
        "count(containers) == one",
        "http localhost",
        "http localhost has 200",
        "port web exists",
        "port 80 Host == x",
        "reach api db",
        "reach api db:http",
        "resolve api",
        "file /x",
        'logs web matches "("',
        "exec db true",
        'exec db "true" status has 0',
        'ran ""',
        'time "docker stop web" == 2s',
        'time "docker stop web" < soon',
        "after soon: container web exists",
        "after 60s container web exists",
        "after -60s: container web exists",
        "after 60s: web",
        'after ":fault nosuch": container web exists',
        'after ":undo": container web exists',
        "not web",
    ],
)
def test_checks_that_are_refused(text: str) -> None:
    with pytest.raises(expressions.BadCheck):
        expressions.parse(text)


def _broken(text: str, chance: random.Random) -> str:
    """A scenario in which somebody has hit a few keys."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text) + 1)
        action = chance.randrange(4)
        if action == 0:
            text = text[:at] + chance.choice("\"'[]{}=+`$>?: \n\\#é\0") + text[at:]
        elif action == 1:
            text = text[:at] + text[at + chance.randint(1, 8) :]
        elif action == 2:
            text = text[:at]
        else:
            lines = text.split("\n")
            lines.insert(chance.randrange(len(lines)), chance.choice(lines))
            text = "\n".join(lines)
    return text


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_typed_it_is_read_or_refused_with_a_line(seed: int) -> None:
    chance = random.Random(seed)
    refused = 0
    for _ in range(200):
        text = _broken(GOOD, chance)
        try:
            parse("x.md", text)
        except ScenarioProblem as problem:
            refused += 1
            assert 1 <= problem.line <= text.count("\n") + 1
            assert problem.message
    assert 50 < refused < 200

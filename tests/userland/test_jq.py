"""jq, against recordings of the real one, and within its bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakedocker.userland.jq import program
from helpers.paths import DATA
from helpers.userland_world import Machine, Result

RELEASE = {"etc/os-release": b"VERSION_CODENAME=bookworm\n"}
CASES = json.loads((DATA / "jq-cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[f"{n}: {' '.join(case['args'])[:50]}" for n, case in enumerate(CASES)])
def test_prints_what_the_real_one_prints(case: dict[str, Any]) -> None:
    files = {
        f"tmp/{name}": text.encode() for name, text in {**case.get("files", {}), "stdin": case.get("input", "")}.items()
    }
    machine = Machine("gnu", files=files | RELEASE)
    words = ["sh", "-c", 'jq "$@" < /tmp/stdin', "sh", *case["args"]]
    result = machine.run(*words, directory="/tmp")
    assert (result.stdout, result.status) == (case["stdout"], case["exit"]), result.stderr
    if case.get("loose"):  # the parser's word for what it expected is not simulated, nor all errors of one program
        assert result.stderr[:11] == case["stderr"][:11]
    else:
        assert result.stderr == case["stderr"]


def jq(*args: str, files: dict[str, bytes] | None = None, **environment: str) -> Result:
    return Machine("gnu", files=files or {}).run("jq", *args, environment={"PATH": "/bin", **environment})


def test_sees_the_containers_environment_clock_and_files_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "x")
    assert jq("-nc", "env.A, $ENV.A, env.SECRET_OF_THE_SERVER", A="b").stdout == '"b"\n"b"\nnull\n'
    assert jq("-n", "now | floor").stdout == "1700000000\n"
    refused = jq("-n", 'import "passwd" as $p {search: "/etc"}; $p')
    assert refused[2] == 3 and "import is not simulated" in refused[1]
    assert "-L is not simulated" in jq("-L", "/etc", "-n", "1")[1]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f: f; f", ""),
        ("def f: 1 + f; f", "cannot allocate memory"),
        ("[range(1e12)] | length", ""),
        ("reduce range(100) as $i ([1]; . + .) | length", "cannot allocate memory"),
        ("reduce range(60) as $i (1; [., .])", "cannot allocate memory"),
        ('"abc" * 1e9', "cannot allocate memory"),
        ("[limit(3; repeat(1))]", ""),
        ("last(range(1e12))", ""),
        (".[1e8] = 1", "cannot allocate memory"),
        ("reduce range(100000) as $i (0; [.])", "cannot allocate memory"),
        ("[recurse(if . < 20000 then . + 1 else empty end)] | length", ""),
        ('("a" * 5000 + "b") | test("^(a|aa)+$")', ""),
    ],
)
def test_is_bounded(source: str, said: str) -> None:
    machine = Machine("gnu")
    endless = source in ("def f: f; f", "last(range(1e12))")
    result = machine.run("timeout", "0.5" if endless else "5", "jq", "-n", source)
    if endless:
        assert result.status == 124  # it goes on for ever, and lets others run meanwhile
    elif said:
        assert said in result.stderr
    else:
        assert result.status is not None


def test_a_stream_is_answered_as_it_comes_and_ended_by_its_reader() -> None:
    machine = Machine("gnu")
    assert machine.run("sh", "-c", "jq -n 'range(1e12)' | head -3").stdout == "0\n1\n2\n"
    assert (
        machine.run("sh", "-c", "(echo '{\"a\":1}'; sleep 5; echo 2) | jq -c . | (read x; date +%s; cat)").stdout
        == "1700000000\n2\n"
    )


def test_goes_on_from_its_state_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the machine that waits beside the state, as after a snapshot, the same is printed."""
    script = "(echo '[1,2]'; sleep 1; echo 3) | jq -c '., ([limit(9000; repeat(1))] | length), input' | (sleep 1; cat); jq -n '[range(30000)] | add'"
    expected = Machine("gnu").run("sh", "-c", script)
    monkeypatch.setattr(program, "_KEPT", 0)
    assert Machine("gnu").run("sh", "-c", script) == expected == ("[1,2]\n9000\n3\n449985000\n", "", 0)

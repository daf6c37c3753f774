"""What is wrong in a source is looked for in bounded work: nothing may interrupt it."""

from __future__ import annotations

import pytest

from fakedocker.userland.languages.python import trial
from helpers.cli_host import Host

NESTED = [
    "(",
    "[",
    "{",
    "([{",
    "f(",
    "f(a=",
    "lambda x: ",
    "a if b else ",
    "[x for x in ",
    "(a := ",
    "not ",
    "a[",
    "f(*",
]


@pytest.fixture(scope="module")
def host() -> Host:
    host = Host("/root/work")
    host.run("docker run -d --name box python:3.11 sleep 1000000")
    return host


def said(host: Host, source: str) -> str:
    host.write({"broken.py": source})
    host.run("docker cp broken.py box:/broken.py")
    return host.run("docker exec box python /broken.py")[2]


@pytest.mark.parametrize("opening", NESTED)
def test_nesting_takes_no_more_than_is_bounded(host: Host, opening: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MOST_TRIED", 100_000)
    assert "SyntaxError" in said(host, f"{opening * 4}1 2\n")
    assert said(host, f"{opening * 150}1 2\n").count("\n") < 8


def test_so_long_a_source_is_refused_in_words(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "x = [1, 2]\n" * 50 + "1 2\n"
    assert said(host, source).endswith("SyntaxError: invalid syntax\n")
    monkeypatch.setattr(trial, "MOST_TRIED", 1000)
    assert "finding what is wrong in so long a source is not simulated" in said(host, f"{source}\n3 4\n")

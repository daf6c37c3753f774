"""What a Python in a browser has no modules for is refused in words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from helpers.repl_screen import Terminal


def test_the_socket_inside_says_that_it_is_not_simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fakedocker.api.request_reader", None)
    terminal = Terminal(tmp_path)
    assert "not simulated in this Python" in terminal.run(
        "curl -s --unix-socket /var/run/docker.sock http://localhost/version"
    )
    assert terminal.run("docker ps -q") == ""
    assert terminal.reports() == []


def test_a_password_of_bcrypts_is_not_simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bcrypt", None)
    terminal = Terminal(tmp_path)
    assert "not simulated" in terminal.run("docker run --rm httpd htpasswd -nbB anna secret")
    assert terminal.reports() == []

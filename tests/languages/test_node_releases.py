"""What a release of node has that another one lacks: it is there, or refused, in the one, and is nothing in the other."""

from __future__ import annotations

import pytest

from helpers.services_machine import Machine

MARK = "fakedocker: node: "
NAMES = ("Array.fromAsync", "Promise.withResolvers", "Object.groupBy", "Map.groupBy", "new Set().union", "Promise.try", "globalThis.Iterator")  # fmt: skip


def answer(program: str, version: str) -> tuple[str, str]:
    """What a program prints in a release of node, and what it says if that is not simulated."""
    result = Machine({"/app/main.cjs": program}).run(
        "/srv/bin/node", "/app/main.cjs", environment={"NODE_VERSION": version}, seconds=60
    )
    return result.stdout.strip(), result.stderr


@pytest.mark.parametrize("name", NAMES)
def test_what_came_later_is_nothing_in_node_20(name: str) -> None:
    owner, _, key = name.rpartition(".")
    program = f"console.log(typeof {name}, {key!r} in {owner}, Object.getOwnPropertyNames({owner}).includes({key!r}))"
    assert answer(program, "20.20.2") == ("undefined false false", "")


@pytest.mark.parametrize("name", NAMES)
def test_it_is_there_or_refused_in_the_release_that_has_it(name: str) -> None:
    printed, said = answer(f"console.log(typeof {name})", "24.4.0")
    assert printed == "function" or MARK in said


def test_a_release_between_has_what_came_before_it_only() -> None:
    printed, said = answer("console.log(typeof Promise.withResolvers, typeof Promise.try)", "22.17.0")
    assert (printed, said) == ("function undefined", "")

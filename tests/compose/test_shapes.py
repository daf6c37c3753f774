"""Files of any shape: what makes no sense is refused in words, and nothing else comes of it."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.compose import normalizing, printing, requests, schema
from fakedocker_shell.compose.project import assemble
from fakedocker_shell.compose.values import Place

PLACE = Place("/work", "/root", {})
VALUES: tuple[Any, ...] = (
    5, -1.5, "x", "a:b:c:d:e", "sh 'open", True, [], {}, [5], ["x"], [None], [[1]], [{"a": "b"}], {"a": 5}, {"a": None},
    {"a": {"b": 1}}, {"a": [1]}, {"soft": "x", "hard": 1}, [{"target": "x", "source": 1, "type": "bind", "path": 1}],
    {"replicas": "many"}, {"resources": 5}, {"resources": {"limits": 5}}, {"resources": {"limits": {"cpus": "x"}}},
    {"test": 5}, {"retries": "x"}, {"interval": 5}, {"context": 5}, {"nofile": {"soft": 1}}, {"condition": 1},
)  # fmt: skip


def read(document: dict[str, Any]) -> None:
    """Everything from a document to what the engine is asked for."""
    checked = schema.check(document, "/work/compose.yaml")
    services = {name: normalizing.service(one, PLACE) for name, one in (checked.get("services") or {}).items()}
    project = assemble(checked, services, name="work", place=PLACE, files=["/work/compose.yaml"], profiles=["*"])
    printing.as_yaml(project)
    printing.as_json(project)
    for service in project.services.values():
        requests.container(project, service, 1, "sha256:0", "work-a-1", {"a": "0"})
    for key in project.networks:
        requests.network(project, key)
    for key in project.volumes:
        requests.volume(project, key)


@pytest.mark.parametrize("key", sorted(set(schema.SERVICE) - {"extends"}))
def test_a_setting_of_any_shape(key: str) -> None:
    for value in VALUES:
        with contextlib.suppress(CliError):
            read({"services": {"a": {"image": "alpine", key: value}}})


@pytest.mark.parametrize("section", ["networks", "volumes", "secrets", "configs"])
def test_a_section_of_any_shape(section: str) -> None:
    using = {"networks": {"n": None}, "volumes": ["n:/x"], "secrets": ["n"], "configs": ["n"]}
    for value in VALUES:
        for entry in (value, {"n": value}, *({"n": {key: value}} for key in schema.NETWORK | schema.FILE_OBJECT)):
            with contextlib.suppress(CliError):
                read({"services": {"a": {"image": "alpine", section: using[section]}}, section: entry})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ports": [{"published": 80}]}, "services.a.ports.0 target is required"),
        ({"depends_on": {"b": 5}}, "services.a.depends_on.b must be a mapping"),
        ({"command": "sh 'open"}, "invalid command line string"),
        ({"cpus": "lots"}, 'strconv.ParseFloat: parsing "lots": invalid syntax'),
        ({"restart": "on-failure:x"}, "invalid restart policy: on-failure:x"),
        ({"deploy": {"resources": 5}}, "services.a.deploy.resources must be a mapping"),
    ],
)
def test_what_is_said(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(CliError) as refused:
        read({"services": {"a": {"image": "alpine", **settings}}})
    assert (refused.value.message.removeprefix("validating /work/compose.yaml: "), refused.value.status) == (said, 15)

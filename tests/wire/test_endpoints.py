"""The table of operations: every row is answered, can be hit by a fault, asserted, and refused to versions that had not got it."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from fakedocker.api import routes
from fakedocker.assembly import create_engine
from fakedocker.base.profiles import api_numbers, profile_named
from fakedocker.faults.requests import asked
from fakedocker.testing.assertions import assert_asked
from fakedocker.wire import endpoints
from fakedocker.wire.endpoints import ENDPOINTS, OPERATIONS, OVER_HTTP, Endpoint
from fakedocker.wire.http import Request
from helpers.paths import ROOT


def a_request(endpoint: Endpoint, version: str = "v1.50") -> Request:
    path = re.sub(r"\{\w+\*?\}", "thing", endpoint.path)
    query = f"?{endpoint.parameter}=thing" if endpoint.parameter else ""
    return Request(method=endpoint.method, target=f"/{version}{path}{query}")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_every_row_has_a_handler_and_is_found(endpoint: Endpoint) -> None:
    assert callable(routes.handler(endpoint.handler))
    path = re.sub(r"\{\w+\*?\}", "thing", endpoint.path)
    found = endpoints.find(endpoint.method, path)
    assert found is not None and found[0].operation == endpoint.operation


@pytest.mark.parametrize("endpoint", OVER_HTTP, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_every_operation_can_fail_by_a_fault_and_be_asserted(endpoint: Endpoint) -> None:
    engine = create_engine()
    engine.inject(f'{endpoint.operation} error 418 "by rule"')
    request = a_request(endpoint)
    exchange = engine.perform(request)
    assert exchange.reply is not None and exchange.reply.status == 418
    operation, name = asked(request)
    assert operation == endpoint.operation
    assert name == ("thing" if "{" in endpoint.path or endpoint.parameter else "")


@pytest.mark.parametrize(
    "endpoint", [each for each in OVER_HTTP if each.since], ids=lambda endpoint: f"{endpoint.method} {endpoint.path}"
)
def test_what_came_later_is_refused_to_older_versions(endpoint: Endpoint) -> None:
    is_of_28 = api_numbers(endpoint.since) <= api_numbers(profile_named("28").newest_api)
    engine = create_engine(profile="28" if is_of_28 else "29", storage="overlay2")
    exchange = engine.perform(a_request(endpoint, "v1.24" if is_of_28 else "v1.40"))
    assert exchange.reply is not None and exchange.reply.status == 400
    message = json.loads(exchange.reply.body or b"")["message"]
    assert message.endswith(f" requires minimum API version {endpoint.since}")
    assert message.startswith(f"{endpoint.method} /")


def test_operations_have_long_names_too() -> None:
    assert endpoints.operation_named("container start") == "start"
    assert endpoints.operation_named("image pull") == "pull"
    assert endpoints.operation_named("image prune") == "image prune"
    assert endpoints.operation_named("container fly") is None
    with pytest.raises(AssertionError, match="start"):
        assert_asked([], "container start")
    assert len(set(OPERATIONS)) == len(OPERATIONS)


def test_the_documentation_is_made_from_the_table() -> None:
    tool = ROOT / "tools" / "make_operations.py"
    assert subprocess.run([sys.executable, tool, "--check"], check=False, timeout=300).returncode == 0

"""The Engine API's description (swagger 2.0), as what an answer can be held against.

It is the file api/swagger.yaml of moby v28.2.2, unchanged and compressed; see data/README.md for its licence.
"""

from __future__ import annotations

import json
import lzma
import re
import tomllib
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import jsonschema
import yaml

from helpers.paths import CONFORMANCE, DATA

DESCRIPTION = DATA / "engine-api-v1.50.yaml.xz"
OVERLAY = CONFORMANCE / "api_overlay.toml"
_JSON = "application/json"


def text() -> str:
    """The description, as YAML."""
    return lzma.decompress(DESCRIPTION.read_bytes()).decode()


class Description:
    """Operations by method and path, with the schemas of their answers."""

    @cached_property
    def document(self) -> dict[str, Any]:
        loaded: dict[str, Any] = yaml.load(text(), Loader=yaml.CSafeLoader)
        return loaded

    @cached_property
    def overlay(self) -> dict[str, Any]:
        return tomllib.loads(OVERLAY.read_text())

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str], str]]:
        found = []
        for path, operations in self.document["paths"].items():
            pattern = re.compile(re.sub(r"\\\{name\\\}", ".+", re.escape(path)).replace(r"\{id\}", "[^/]+"))
            found += [(method.upper(), pattern, path) for method in operations if method != "parameters"]
        return sorted(found, key=lambda entry: entry[2].count("{"))

    def operation(self, method: str, target: str) -> str:
        """The path of the description that a request belongs to, "" for none."""
        path = re.sub(r"^/v1\.\d+", "", target.partition("?")[0])
        return next(
            (template for known, pattern, template in self._patterns if known == method and pattern.fullmatch(path)), ""
        )

    def problems(self, method: str, target: str, status: int, kind: str, body: bytes) -> Iterator[str]:
        """What the description does not allow about an answer."""
        template = self.operation(method, target)
        if not template:
            if status != 404:
                yield f"{method} {target}: no such operation, and yet {status}"
            return
        name = f"{method} {template}"
        responses = self.document["paths"][template][method.lower()]["responses"]
        response = responses.get(str(status), responses.get(status))
        if response is None:
            if f"{name} {status}" not in self._statuses:
                yield f"{name}: status {status} is not described ({body[:120]!r})"
            if status >= 400:
                response = {"schema": {"$ref": "#/definitions/ErrorResponse"}}
        schema = (response or {}).get("schema")
        if schema is None or kind != _JSON or not body or method == "HEAD":
            return
        try:
            instance = json.loads(body)
        except ValueError:
            return  # a stream of messages, which the description tells as one
        validator = jsonschema.Draft4Validator({**schema, "definitions": self.document["definitions"]})
        for error in validator.iter_errors(_without_nulls(instance)):
            place = re.sub(r"\[\d+\]", "[]", error.json_path)
            absent = error.validator == "required"
            if not absent or not any(re.fullmatch(pattern, f"{name} {place}") for pattern in self._places):
                yield f"{name} {status} {place}: {error.message[:160]}"

    @cached_property
    def _statuses(self) -> set[str]:
        return {f"{entry['operation']} {entry['status']}" for entry in self.overlay["status"]}

    @cached_property
    def _places(self) -> list[str]:
        return [entry["place"] for entry in self.overlay["shape"]]


def _without_nulls(value: Any) -> Any:
    """Null counts as absence: Go's encoder writes it where the description knows of nothing."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value

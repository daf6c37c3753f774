"""YAML as configuration files have it, read within bounds: no aliases, which a few lines could make a billion values of.

This module must not know what the files are for.
"""

from __future__ import annotations

from typing import Any

import yaml

LARGEST_BYTES = 256 << 10


class UnreadableYAML(ValueError):
    """The text is no YAML, or not of the kind that is read here."""


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("fakedocker: YAML: aliases are not simulated")
        return super().compose_node(parent, index)


def load(text: str) -> Any:  # Any: plain data, as the text has it
    """The value of a document.

    Raises:
        UnreadableYAML: it is none, is too long or nested too deeply, or has aliases.
    """
    if len(text) > LARGEST_BYTES:
        raise UnreadableYAML("fakedocker: YAML: a document of more than 256 KiB is not simulated")
    try:
        return yaml.load(text, _Loader)  # a safe loader with less
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        raise UnreadableYAML(str(problem)) from None

"""Go's text/template language, over data decoded from JSON and over docker's formatter contexts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakedocker_shell.gotemplate.errors import TemplateError
from fakedocker_shell.gotemplate.executor import Execution
from fakedocker_shell.gotemplate.functions import FUNCTIONS, HEADER_FUNCTIONS, Function
from fakedocker_shell.gotemplate.nodes import Block
from fakedocker_shell.gotemplate.parser import Parser
from fakedocker_shell.gotemplate.types import Type, Value, of

__all__ = ["HEADER_FUNCTIONS", "Template", "TemplateError", "Type", "Value", "of"]


class Template:
    """A parsed template.

    Args:
        text: the template.
        name: what errors call it.

    Raises:
        TemplateError: with Go's message, if the text is no template.
    """

    def __init__(self, text: str, name: str = "") -> None:
        self.text = text
        self.name = name
        self._templates: Mapping[str, Block] = Parser(name, text, FUNCTIONS).templates

    def execute(
        self,
        data: Any,
        *,
        missing_key_is_error: bool = False,
        functions: Mapping[str, Function] = FUNCTIONS,
    ) -> str:
        """What the template prints for a `Value`, or for plain data as JSON decodes to.

        Raises:
            TemplateError: with Go's message and position.
        """
        value = data if isinstance(data, Value) else of(data)
        return Execution(self.name, self.text, self._templates, functions, missing_key_is_error).run(value)

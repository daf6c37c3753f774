"""Go's text/template language, over data decoded from JSON and over docker's formatter contexts.

The language itself is imported when the first template is made: most commands need none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakedocker_shell.gotemplate.errors import TemplateError
from fakedocker_shell.gotemplate.types import Type, Value, of

if TYPE_CHECKING:
    from fakedocker_shell.gotemplate.functions import Function
    from fakedocker_shell.gotemplate.nodes import Block

__all__ = ["Template", "TemplateError", "Type", "Value", "of"]


class Template:
    """A parsed template.

    Args:
        text: the template.
        name: what errors call it.

    Raises:
        TemplateError: with Go's message, if the text is no template.
    """

    def __init__(self, text: str, name: str = "") -> None:
        from fakedocker_shell.gotemplate.functions import FUNCTIONS
        from fakedocker_shell.gotemplate.parser import Parser

        self.text = text
        self.name = name
        self._templates: Mapping[str, Block] = Parser(name, text, FUNCTIONS).templates

    def execute(
        self,
        data: Any,  # Any: a value of Go as Python has it, see types
        *,
        missing_key_is_error: bool = False,
        functions: Mapping[str, Function] | None = None,
    ) -> str:
        """What the template prints for a `Value`, or for plain data as JSON decodes to.

        Args:
            missing_key_is_error: whether a key that a map lacks is an error instead of `<no value>`.
            functions: what it may call, if that is not `functions.FUNCTIONS`.

        Raises:
            TemplateError: with Go's message and position.
        """
        from fakedocker_shell.gotemplate.executor import Execution
        from fakedocker_shell.gotemplate.functions import FUNCTIONS

        value = data if isinstance(data, Value) else of(data)
        known = FUNCTIONS if functions is None else functions
        return Execution(self.name, self.text, self._templates, known, missing_key_is_error).run(value)

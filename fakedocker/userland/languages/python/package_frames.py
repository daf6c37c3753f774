"""Lines of simulated packages that tracebacks show: where the real package has what a line of ours stands for."""

from __future__ import annotations

from typing import Final, NamedTuple

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import library
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.packages.pip_site import find_site, installed


class Line(NamedTuple):
    """A line of a package.

    Args:
        file: where it is, below site-packages.
        versions: how the versions begin that have it there.
        text: the line, with its indent; part: what of it is run.
    """

    project: str
    file: str
    versions: str
    number: int
    text: str
    part: str


_CONNECT: Final = "_connect(dsn, connection_factory=connection_factory, **kwasync)"
_INIT: Final = "self.__pydantic_validator__.validate_python(data, self_instance=self)"
_SETTINGS: Final = (
    'super().__init__(**_built(type(self), values, {"case_sensitive": _case_sensitive, "env_prefix": _env_prefix,'
    ' "env_file": _env_file, "env_file_encoding": _env_file_encoding, "env_ignore_empty": _env_ignore_empty,'
    ' "env_nested_delimiter": _env_nested_delimiter, "env_parse_none_str": _env_parse_none_str, "secrets_dir": _secrets_dir}))'
)
_VALIDATE: Final = "cls.__pydantic_validator__.validate_python("
_JSON: Final = "cls.__pydantic_validator__.validate_json(json_data, strict=strict, context=context)"
_NO_FIELD: Final = 'raise ValueError(f\'"{self.__class__.__name__}" object has no field "{name}"\')'
_LINES: Final = {
    ("psycopg2", "conn = _connect(given, connection_factory)"): Line(
        "psycopg2-binary", "psycopg2/__init__.py", "2.9.", 122, f"    conn = {_CONNECT}", _CONNECT
    ),
    ("pydantic", "validated_self = self.__pydantic_node__.run(data, self)"): Line(
        "pydantic",
        "pydantic/main.py",
        "2.9.2",
        212,
        f"        validated_self = {_INIT}",
        _INIT,
    ),
    ("pydantic_settings", _SETTINGS): Line(
        "pydantic-settings", "pydantic_settings/main.py", "2.5.2", 152, "        super().__init__(", "super().__init__("
    ),
    ("pydantic", "return cls.__pydantic_node__.run(obj, None, strict, False, context, from_attributes)"): Line(
        "pydantic",
        "pydantic/main.py",
        "2.9.2",
        596,
        f"        return {_VALIDATE}",
        _VALIDATE,
    ),
    ("pydantic", "return _of_json(cls.__pydantic_node__, json_data, strict, context)"): Line(
        "pydantic", "pydantic/main.py", "2.9.2", 625, f"        return {_JSON}", _JSON
    ),
    ("pydantic", 'raise ValueError(f\'"{cls.__name__}" object has no field "{name}"\')'): Line(
        "pydantic", "pydantic/main.py", "2.9.2", 884, f"                {_NO_FIELD}", _NO_FIELD
    ),
}
"""(module, our line) -> the package's. Read off psycopg2 2.9.13 and pydantic 2.9.2."""


def line_of(m: Interpreter, code: Value, number: int) -> tuple[str, Line] | None:
    """(file, line) that a traceback shows for a line of ours; None where it is not known."""
    module = code.source.name.removeprefix("<library ").removesuffix(">")
    if not library.has(module):
        return None
    found = _LINES.get((module, library.text_of(module).split("\n")[number - 1].strip()))
    if found is None:
        return None
    site = find_site(m.system)
    known = installed(m.system, site).get(found.project)
    if known is not None and not known.version.startswith(found.versions):
        return None
    return f"{site.directory}/{found.file}", found

"""PHP's functions that tutorials' pages call: text, arrays, dates, headers, and MySQL by mysqli and PDO; WordPress's
front page."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from typing import Final

from fakedocker.userland.inputs import text_of
from fakedocker.userland.languages.php.php_extensions import directory, loaded
from fakedocker.userland.languages.php.php_texts import (
    ASCII_LOWER,
    ASCII_UPPER,
    BLANK,
    as_json,
    explode,
    first_upper,
    formatted,
    implode,
    in_array,
    of_array,
    print_formatted,
    replace,
    rounded,
    special,
    with_breaks,
)
from fakedocker.userland.languages.php.php_values import (
    Exit,
    NotSimulated,
    Running,
    Thing,
    Value,
    float_text,
    length,
    number,
    plain_text,
    text,
    truth,
    whole,
)
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.tools import stat_or_none


def connect(
    own: Running,
    host: Value = "localhost",
    user: Value = "",
    password: Value = "",
    database: Value = "",
    port: Value = 3306,
    *_: Value,
) -> Thing:
    """A connection to MySQL. Blocks. Raises NotSimulated where there is none: an exception since PHP 8.1."""
    name, mark, own_port = text(host).removeprefix("p:").partition(":")
    connection = own.memory["database"]
    asked = own.memory["asked"]
    said = ""
    if not asked and "socket" not in connection:
        addresses = ["127.0.0.1"] if name == "localhost" else own.system.resolve(name)
        if not addresses:
            said = f"php_network_getaddresses: getaddrinfo for {name} failed: Name or service not known"
        else:
            try:
                connection["socket"] = own.system.connect(addresses[0], int(own_port if mark else number(port) or 3306))
            except OSError as problem:
                said = str(problem.strerror)
    if not said:
        login = {"user": text(user), "password": text(password), "database": text(database)}
        answer = own.ask({"login": login})
        said = "MySQL server has gone away" if answer is None else answer.get("error", "").partition(": ")[2]
    if said:
        raise NotSimulated(f"an error that nobody catches (mysqli_sql_exception: {said})")
    return own.keep("connection", {"welcome": "8.0.39"})


def made(own: Running, name: str, given: list[Value]) -> Thing:
    """A new object: a connection to MySQL. Blocks. Raises NotSimulated."""
    if name == "mysqli":
        return connect(own, *given)
    if name != "pdo":
        raise NotSimulated(f"the class {name}")
    words = dict(re.findall(r"(\w+)=([^;]+)", text(given[0])))
    if not text(given[0]).startswith("mysql:"):
        raise NotSimulated("a database but MySQL's")
    login = given[1:3] or ["root", ""]
    return connect(own, words.get("host", "localhost"), *login, words.get("dbname", ""), words.get("port", 3306))


def _query(own: Running, connection: Thing, sql: Value, *_: Value) -> Value:
    answer = own.ask({"sql": text(sql)})
    if answer is None or "error" in answer:
        said = answer["error"].partition(": ")[2] if answer else "MySQL server has gone away"
        raise NotSimulated(f"an error that nobody catches (mysqli_sql_exception: {said})")
    if answer["columns"] is None:
        return True
    names = [name for name, *_ in answer["columns"]]
    return own.keep("result", {"rows": [dict(zip(names, row, strict=True)) for row in answer["rows"]]})


def _fetch(own: Running, result: Thing, *_: Value) -> Value:
    held = own.things[result.number]
    place = held.get("place", 0)
    if place >= len(held["rows"]):
        return None
    held["place"] = place + 1
    return held["rows"][place]


METHODS: Final[dict[str, dict[str, Callable[..., Value]]]] = {
    "connection": {
        "query": _query, "exec": _query, "close": lambda own, thing: True, "set_charset": lambda own, thing, name: True,
        "setattribute": lambda own, thing, *_: True,
    },
    "result": {
        "fetch_assoc": _fetch, "fetch": _fetch, "fetch_array": _fetch, "close": lambda own, thing: True,
        "fetch_all": lambda own, thing, *_: dict(enumerate(own.rows(thing))), "fetchall": lambda own, thing, *_: dict(enumerate(own.rows(thing))),
        "fetch_row": lambda own, thing: dict(enumerate((_fetch(own, thing) or {}).values())) or None,
        "fetchcolumn": lambda own, thing, *_: next(iter((_fetch(own, thing) or {}).values()), False),
    },
}  # fmt: skip


_LETTERS: Final = {
    "Y": "%Y", "m": "%m", "d": "%d", "H": "%H", "i": "%M", "s": "%S", "D": "%a", "M": "%b", "F": "%B", "l": "%A",
    "y": "%y", "g": "%l", "h": "%I", "A": "%p", "a": "%P", "j": "%e", "N": "%u",
}  # fmt: skip


def _date(own: Running, form: Value = "Y-m-d", when: Value = None) -> str:
    seconds = own.system.now_ns // 1_000_000_000 if when is None else int(number(when))
    if any((letter.isalpha() and letter not in _LETTERS) or letter == "\\" for letter in text(form)):
        raise NotSimulated("such a form of a date")
    return "".join(
        format_date(_LETTERS[letter], seconds).strip() if letter in _LETTERS else letter for letter in text(form)
    )


def _phpinfo(own: Running, *_: Value) -> bool:
    version, host = own.version, own.system.hostname
    api = (
        "Apache 2.0 Handler"
        if own.facts["server"].get("SERVER_SOFTWARE", "").startswith("Apache")
        else "Command Line Interface"
    )
    rows = (
        ("System", f"Linux {host} 6.12.43 x86_64"),
        ("Server API", api),
        ("PHP Version", version),
        ("Loaded Configuration File", "(none)"),
    )
    if "Command" in api:
        own.write(f"phpinfo()\nPHP Version => {version}\n\n" + "".join(f"{name} => {value}\n" for name, value in rows))
        return True
    lines = "".join(f'<tr><td class="e">{name} </td><td class="v">{value} </td></tr>\n' for name, value in rows)
    own.write(
        f'<!DOCTYPE html>\n<html><head><title>PHP {version} - phpinfo()</title></head>\n<body><h1 class="p">PHP Version {version}</h1>\n<table>\n{lines}</table>\n</body></html>\n'
    )
    return True


def _header(own: Running, line: Value, *rest: Value) -> None:
    name, _, value = text(line).partition(":")
    own.headers[name.strip().title()] = value.strip()
    if name.strip().lower() == "location" and own.status == 200:
        own.status = 302
    if len(rest) > 1:
        own.status = int(rest[1])


def _status(own: Running, code: Value = None) -> int:
    own.status = int(code or own.status)
    return own.status


def _sapi(own: Running) -> str:
    software = str(own.facts["server"].get("SERVER_SOFTWARE", ""))
    return "apache2handler" if software.startswith("Apache") else "cli-server" if software else "cli"


def _has_function(own: Running, name: Value) -> bool:
    if own.has_function(text(name).lower()):
        return True
    raise NotSimulated(f"whether there is a function {text(name)}()")


def end_of(own: Running, value: Value = None) -> Exit:
    """What exit does with its argument."""
    if isinstance(value, str):
        own.write(value)
    elif value is not None and not (type(value) is int and 0 <= value < 255):
        raise NotSimulated("such an exit status")
    return Exit(value if isinstance(value, int) else 0)


def _print_r(own: Running, value: Value, returns: Value = False) -> Value:
    shown = _readable(value, "")
    if truth(returns):
        return shown
    own.write(shown)
    return True


def _readable(value: Value, margin: str) -> str:
    """A value as print_r has it: a nested array is followed by an empty line."""
    if not isinstance(value, dict):
        return text(value)
    inner = margin + " " * 8
    rows = "".join(f"{margin}    [{key}] => {_readable(each, inner)}\n" for key, each in value.items())
    return f"Array\n{margin}(\n{rows}{margin})\n"


def _dump(value: Value, margin: str = "") -> str:
    """A value as var_dump has it."""
    if isinstance(value, dict):
        rows = "".join(
            f"{margin}  [{key if isinstance(key, int) else json.dumps(key, ensure_ascii=False)}]=>\n{_dump(each, margin + '  ')}"
            for key, each in value.items()
        )
        return f"{margin}array({len(value)}) {{\n{rows}{margin}}}\n"
    if value is None:
        return f"{margin}NULL\n"
    if isinstance(value, bool):
        return f"{margin}bool({str(value).lower()})\n"
    if isinstance(value, float):
        return f"{margin}float({float_text(value, repr(value))})\n"
    if isinstance(value, int):
        return f"{margin}int({value})\n"
    if not isinstance(value, str):
        raise NotSimulated("such an object to look at")
    return f'{margin}string({len(value.encode())}) "{value}"\n'


def _repeat(own: Running, value: Value, count: Value) -> str:
    if len(text(value)) * int(count) > _LONGEST:
        raise NotSimulated("so long a text")
    return text(value) * int(count)


def _set_zone(own: Running, zone: Value) -> bool:
    if text(zone).upper() not in ("UTC", "ETC/UTC", "GMT"):
        raise NotSimulated("another time zone than UTC")
    return True


def _define(own: Running, name: Value, value: Value, *_: Value) -> bool:
    if text(name) in own.constants or isinstance(value, dict):
        raise NotSimulated("such a constant")
    own.constants[text(name)] = value
    return True


def _read(own: Running, path: Value) -> Value:
    try:
        return text_of(own.system.read_file(posixpath.join(posixpath.dirname(own.path), text(path))))
    except OSError:
        raise NotSimulated(f"the warning that {text(path)} is not there") from None


def _exists(own: Running, path: Value) -> bool:
    full = posixpath.join(posixpath.dirname(own.path), text(path))
    return stat_or_none(own.system, full) is not None


def _end(own: Running, value: Value = None) -> None:
    raise end_of(own, value)


_LONGEST: Final = 1_000_000


def _setting(own: Running, name: Value) -> Value:
    if text(name) != "extension_dir":
        raise NotSimulated(f"the setting {text(name)}")
    return directory(own.version)


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "phpinfo": _phpinfo, "phpversion": lambda own: own.version, "gethostname": lambda own: own.system.hostname, "date": _date,
    "time": lambda own: own.system.now_ns // 1_000_000_000, "getenv": lambda own, name="", *_: own.system.environment.get(text(name), False) if name else dict(own.system.environment),
    "php_uname": lambda own, mode="a": {"n": own.system.hostname, "s": "Linux"}.get(text(mode), f"Linux {own.system.hostname} 6.12.43 x86_64"), "php_sapi_name": _sapi,
    "header": _header, "http_response_code": _status, "define": _define, "exit": _end, "printf": print_formatted, "sprintf": formatted,
    "print_r": _print_r, "var_dump": lambda own, *values: own.write("".join(_dump(value) for value in values)), "print": lambda own, value: own.write(text(value)),
    "strtoupper": lambda own, value: text(value).translate(ASCII_UPPER), "strtolower": lambda own, value: text(value).translate(ASCII_LOWER), "ucfirst": first_upper,
    "strlen": lambda own, value: length(value), "strrev": lambda own, value: plain_text(value)[::-1], "trim": lambda own, value: text(value).strip(BLANK),
    "str_replace": replace, "str_repeat": _repeat,
    "htmlspecialchars": special, "nl2br": with_breaks,
    "explode": explode, "implode": implode,
    "count": of_array(len), "array_keys": of_array(lambda values: dict(enumerate(values))), "array_values": of_array(lambda values: dict(enumerate(values.values()))),
    "in_array": in_array, "json_encode": as_json,
    "rand": lambda own, low=0, high=2147483647: int(low) + own.system.random(int(high) - int(low) + 1), "mt_rand": lambda own, low=0, high=2147483647: int(low) + own.system.random(int(high) - int(low) + 1),
    "round": rounded, "intval": lambda own, value: whole(value), "abs": lambda own, value: abs(number(value)),
    "is_null": lambda own, value: value is None, "file_get_contents": _read, "file_exists": _exists, "function_exists": _has_function,
    "error_reporting": lambda own, *_: 0, "ini_set": lambda own, *_: False, "date_default_timezone_set": _set_zone,
    "mysqli_connect": connect, "mysqli_query": _query, "mysqli_fetch_assoc": _fetch, "mysqli_fetch_array": _fetch, "mysqli_close": lambda own, *_: True,
    "mysqli_connect_error": lambda own: None, "mysqli_connect_errno": lambda own: 0, "mysqli_error": lambda own, *_: "", "mysqli_report": lambda own, *_: True,
    "mysqli_num_rows": lambda own, thing: len(own.things[thing.number]["rows"]), "extension_loaded": lambda own, name: text(name).lower() in {each.lower() for each in loaded(own.system)}, "ini_get": _setting,
}  # fmt: skip


def wordpress(own: Running) -> None:
    """WordPress's front page: its installer, if the database of its environment lets it in."""
    environment = own.system.environment
    given = [
        environment.get(f"WORDPRESS_DB_{name}", default)
        for name, default in (
            ("HOST", "mysql"),
            ("USER", "example username"),
            ("PASSWORD", "example password"),
            ("NAME", "wordpress"),
        )
    ]
    try:
        connect(own, *given)
    except NotSimulated:
        own.status = 500
        own.write(
            '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Database Error</title></head>\n<body><h1>Error establishing a database connection</h1></body>\n</html>\n'
        )
        return
    path = own.facts["server"].get("REQUEST_URI", "/").partition("?")[0]
    if path != "/wp-admin/install.php":
        own.status = 302
        own.headers["Location"] = f"http://{own.facts['server'].get('HTTP_HOST', 'localhost')}/wp-admin/install.php"
        return
    own.write(
        '<!DOCTYPE html>\n<html lang="en-US">\n<head><meta charset="utf-8"><title>WordPress &rsaquo; Installation</title></head>\n<body class="wp-core-ui language-chooser"><h1>WordPress</h1>\n<p>The database answers. This page is simulated: nothing more can be installed.</p></body>\n</html>\n'
    )

"""Tracebacks through the frames of packages whose source is not here: a mark, and what is known beside it."""

from __future__ import annotations

import pytest

from helpers.services_machine import Machine

SITE = "/usr/local/lib/python3.12/site-packages"
PACKAGES = {f"{SITE}/{name}/__init__.py": "" for name in ("flask", "redis", "fastapi", "uvicorn", "gunicorn")}
FAST = """
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def fails():
    return 1 / 0
"""
FLASK = """
from flask import Flask, render_template
app = Flask(__name__)
hooks = []
@app.before_request
def before():
    for f in hooks: f()
@app.get("/")
def fails():
    return {}["k"]
@app.get("/template")
def template():
    return render_template("none.html")
@app.get("/hook")
def hook():
    hooks.append(lambda: [][0])
    return "ok"
"""


@pytest.mark.parametrize(
    "source",
    [
        "import redis\nredis.Redis(port=1).get('k')",
        "import flask\nflask.url_for('x')",
        "from flask import Flask\napp = Flask(__name__)\n@app.route('x')\ndef f(): pass",
        "import redis, traceback\ntry: redis.Redis(port=1).ping()\nexcept redis.ConnectionError: traceback.print_exc()",
    ],
)
def test_a_traceback_through_a_package_ends_with_a_mark(source: str) -> None:
    result = Machine({"/app/main.py": source, **PACKAGES}).sh("PYTHON_VERSION=3.12.1 python3 /app/main.py")
    assert "a package's own lines in a traceback" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.status != 0


def test_a_caught_error_of_a_package_is_told_without_a_mark() -> None:
    source = "import redis\ntry: redis.Redis(port=1).ping()\nexcept redis.ConnectionError as e: print('down', e)"
    result = Machine({"/app/main.py": source, **PACKAGES}).sh("PYTHON_VERSION=3.12.1 python3 /app/main.py")
    assert (result.stdout, result.stderr, result.status) == (
        "down Error 111 connecting to localhost:1. Connection refused.\n",
        "",
        0,
    )


def test_an_error_of_a_model_shows_the_lines_of_pydantic() -> None:
    source = "from pydantic import BaseModel\nclass M(BaseModel):\n    a: int\nM(a='x')"
    result = Machine({"/app/main.py": source, **PACKAGES}).sh("PYTHON_VERSION=3.12.1 python3 /app/main.py")
    assert result.stderr == (
        "Traceback (most recent call last):\n  File \"/app/main.py\", line 4, in <module>\n    M(a='x')\n"
        f'  File "{SITE}/pydantic/main.py", line 212, in __init__\n'
        "    validated_self = self.__pydantic_validator__.validate_python(data, self_instance=self)\n"
        "                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for M\na\n  Input should be a valid integer,"
        " unable to parse string as an integer [type=int_parsing, input_value='x', input_type=str]\n"
        "    For further information visit https://errors.pydantic.dev/2.9/v/int_parsing\n"
    )


@pytest.mark.parametrize(
    "lines",
    [
        "class M(BaseModel):\n    a: int\nM.model_json_schema()",
        "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass M(BaseModel, Generic[T]):\n    a: T",
        "class M(BaseModel):\n    model_name: str",
        "class M(BaseModel):\n    a: int = 'x'\nM().model_dump()",
    ],
)
def test_what_is_outside_of_pydantic_is_marked(lines: str) -> None:
    box = Machine({"/app/main.py": f"from pydantic import BaseModel\n{lines}", **PACKAGES})
    assert "is not simulated\n" in box.sh("PYTHON_VERSION=3.12.1 python3 /app/main.py").stderr


@pytest.mark.parametrize(
    "lines",
    [
        "from sqlalchemy.orm import aliased",
        "from sqlalchemy import create_engine\ncreate_engine('sqlite://', echo=True)",
        "from sqlalchemy import create_engine, text\ncreate_engine('sqlite://').connect().execute(text('nope'))",
        "from sqlalchemy import create_engine\ncreate_engine('sqlite://').connect().begin_twophase()",
        "from sqlalchemy.ext.asyncio import create_async_engine",
    ],
)
def test_what_is_outside_of_sqlalchemy_is_marked(lines: str) -> None:
    box = Machine({"/app/main.py": lines, f"{SITE}/sqlalchemy/__init__.py": "", **PACKAGES})
    assert "is not simulated\n" in box.sh("PYTHON_VERSION=3.12.1 python3 /app/main.py").stderr


def test_pages_of_fastapi_that_are_not_there_are_marked_and_the_server_goes_on() -> None:
    box = Machine({"/app/main.py": FAST, **PACKAGES})
    source = "import sys, uvicorn\nsys.path.insert(0, '/app')\nuvicorn.run('main:app', port=8000)"
    server = box.serve("python3", "-c", source, PYTHON_VERSION="3.12.1")
    for _ in range(2):
        assert "501" in box.sh("wget -qO- -S http://127.0.0.1:8000/docs 2>&1").stdout
    assert "/docs of fastapi is not simulated" in server.stderr
    assert server.status is None


def test_fastapi_answers_500_marks_its_lines_and_goes_on() -> None:
    box = Machine({"/app/main.py": FAST, **PACKAGES})
    source = "import sys, uvicorn\nsys.path.insert(0, '/app')\nuvicorn.run('main:app', port=8000)"
    server = box.serve("python3", "-c", source, PYTHON_VERSION="3.12.1")
    for _ in range(2):
        assert box.sh("wget -qO- -S http://127.0.0.1:8000/ 2>&1").stdout.count("500") >= 1
    assert "uvicorn's and fastapi's own lines in a traceback" in server.stderr
    assert server.stderr.count("    return 1 / 0\n           ~~^~~\nZeroDivisionError: division by zero\n") == 2
    assert server.status is None


def test_gunicorn_marks_its_lines_when_an_application_fails_to_load() -> None:
    box = Machine({"/app/main.py": "import nonesuch", **PACKAGES})
    source = "import sys\nsys.argv = ['gunicorn', 'main:app']\nfrom gunicorn import main\nmain()"
    result = box.sh(f'cd /app; PYTHON_VERSION=3.12.1 python3 -c "{source}"')
    assert "gunicorn's own lines in a traceback" in result.stderr
    assert "import nonesuch\nModuleNotFoundError: No module named 'nonesuch'\n" in result.stderr
    assert result.status == 3


def test_flask_shows_its_lines_around_a_view_and_marks_others() -> None:
    box = Machine({"/app/app.py": FLASK, **PACKAGES})
    server = box.serve("sh", "-c", "cd /app; exec python3 -c 'from app import app; app.run()'", PYTHON_VERSION="3.12.1")

    def asked(path: str) -> str:
        before = len(server.stderr)
        box.sh(f"wget -qO- http://127.0.0.1:5000{path}")
        return server.stderr[before:]

    view = asked("/")
    assert 'flask/app.py", line 880, in full_dispatch_request' in view
    assert "own lines" not in view
    assert "a package's own lines in a traceback" in asked("/template")
    asked("/hook")
    assert "flask's own lines in a traceback" in asked("/")
    assert server.status is None

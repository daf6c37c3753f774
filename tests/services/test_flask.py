"""Python's scripts as tutorials have them: exceptions, decorators, closures, flask, fastapi, redis, and their servers."""

from __future__ import annotations

import pytest

from helpers.services_machine import Machine

SITE = "/usr/local/lib/python3.12/site-packages"
PACKAGES = {f"{SITE}/{name}/__init__.py": "" for name in ("flask", "redis", "fastapi", "uvicorn", "gunicorn")}
COUNTER = """
import time

import redis
from flask import Flask

app = Flask(__name__)
cache = redis.Redis(host='127.0.0.1', port=6379)

def get_hit_count():
    retries = 5
    while True:
        try:
            return cache.incr('hits')
        except redis.exceptions.ConnectionError as exc:
            if retries == 0:
                raise exc
            retries -= 1
            time.sleep(0.5)

@app.route('/')
def hello():
    count = get_hit_count()
    return f'Hello World! I have been seen {count} times.\\n'

@app.route('/short')
def short():
    return 'n %d' % get_hit_count()
"""
PAGES = """
import os
from flask import Flask, abort, jsonify, redirect, render_template, request

app = Flask(__name__)

@app.route('/user/<int:number>', methods=['GET', 'POST'])
def user(number):
    if number == 3:
        abort(404)
    return jsonify(number=number, q=request.args.get('q', 'none'), method=request.method), 201

@app.get('/page')
def page():
    return render_template('index.html', url='<x>', items=[1, 2], user={'name': 'ann'})

@app.route('/bad')
def bad():
    return 1 / 0

@app.route('/go')
def go():
    return redirect('/page')

if __name__ == '__main__':
    app.run(host='0.0.0.0', port=int(os.environ.get('PORT', 5000)), debug=True)
"""
TEMPLATE = "<p>{{ url }} {{ user.name|upper }}</p>{# no #}{% for i in items %}{% if i == 2 %}two{% else %}{{ i }}{% endif %};{% endfor %}"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("def f():\n    try:\n        return 5\n    finally:\n        print('f')\nprint(f())", "f\n5\n"),
        ("try:\n    {}['x']\nexcept (ValueError, KeyError) as e:\n    print(repr(e))\nelse:\n    print('no')", "KeyError('x')\n"),
        ("try:\n    try:\n        int('x')\n    except KeyError:\n        print('no')\n    finally:\n        print('f')\nexcept ValueError as e:\n    print(e)", "f\ninvalid literal for int() with base 10: 'x'\n"),
        ("for i in range(4):\n    try:\n        if i == 1: continue\n        if i == 3: break\n        print(i)\n    finally:\n        print('f')", "0\nf\nf\n2\nf\nf\n"),
        ("def d(f):\n    def w(x):\n        return f(x) + 1\n    return w\n@d\ndef h(x):\n    return x * 10\nprint(h(2))", "21\n"),
        ("def c():\n    n = 0\n    def i():\n        nonlocal n\n        n += 1\n        return n\n    return i\na = c(); a(); print(a())", "2\n"),
        ("add = lambda a, b=2: a + b\nprint(add(1), add(a=3, b=4))", "3 7\n"),
        ("try:\n    assert 1 == 2, 'no'\nexcept AssertionError as e:\n    print(e)\nd = {'a': 1}\ndel d['a']\nprint(d)", "no\n{}\n"),
        ("def f(a, b=2):\n    return a, b\nprint(f(b=1, a=0), f(1))", "(0, 1) (1, 2)\n"),
    ],
)  # fmt: skip
def test_statements(source: str, wanted: str) -> None:
    result = Machine().run("/srv/bin/python3", "-c", source)
    assert (result.stdout, result.stderr) == (wanted, "")


def test_what_cannot_be_imported() -> None:
    box = Machine({f"{SITE}/numpy/__init__.py": ""})
    assert box.sh("python3 -c 'import flask'").stderr.endswith("ModuleNotFoundError: No module named 'flask'\n")
    assert box.sh("python3 -c 'import numpy'").stderr == "fakedocker: python3: the module numpy is not simulated\n"
    assert box.sh("python3 -c 'raise ValueError(1, 2)'").stderr.endswith("ValueError: (1, 2)\n")


def test_hits_counted_in_redis_that_comes_up_late() -> None:
    command = {"/srv/bin/flask": "#!/srv/bin/python3\nimport sys\nfrom flask import main\nsys.exit(main())\n"}
    box = Machine({"/app/app.py": COUNTER, **PACKAGES, **command})
    server = box.serve("/bin/sh", "-c", "cd /app; exec flask run", FLASK_RUN_HOST="0.0.0.0")
    box.start("/bin/sh", "-c", "sleep 2; exec redis-server", environment={"PATH": "/srv/bin:/bin"})
    assert box.sh("curl -s localhost:5000").stdout == "Hello World! I have been seen 1 times.\n"
    head = box.sh("curl -si localhost:5000").stdout
    assert head.startswith("HTTP/1.1 200 OK\r\nServer: Werkzeug/3.0.4 Python/3.12.6\r\nDate: ")
    assert head.endswith("Connection: close\r\n\r\nHello World! I have been seen 2 times.\n")
    assert box.sh("curl -s localhost:5000/short").stdout == "n 3"
    assert server.stdout == " * Debug mode: off\n"
    assert (
        "\x1b[31m\x1b[1mWARNING: This is a development server. Do not use it in a production deployment."
        in server.stderr
    )


def test_a_counter_without_its_redis_says_so() -> None:
    box = Machine({"/app/app.py": COUNTER.replace("retries = 5", "retries = 1"), **PACKAGES})
    box.serve("/bin/sh", "-c", "cd /app; exec python3 -m flask run 2> log")
    assert box.sh("curl -s -w '%{http_code}' localhost:5000").stdout.endswith("500")
    said = box.sh("cat /app/log").stdout
    assert "redis.exceptions.ConnectionError: Error 111 connecting to 127.0.0.1:6379. Connection refused.\n" in said
    assert '"\x1b[35m\x1b[1mGET / HTTP/1.1\x1b[0m" 500 -\n' in said
    assert (
        f'  File "{SITE}/flask/app.py", line 1473, in wsgi_app\n    response = self.full_dispatch_request()\n' in said
    )


def test_pages_and_a_change_that_is_seen() -> None:
    box = Machine({"/app/app.py": PAGES, "/app/templates/index.html": TEMPLATE, **PACKAGES})
    box.serve("/bin/sh", "-c", "cd /app; exec python3 app.py")
    assert (
        box.sh("curl -s localhost:5000/user/7?q=1").stdout == '{\n  "method": "GET",\n  "number": 7,\n  "q": "1"\n}\n'
    )
    assert box.sh("curl -s localhost:5000/page").stdout == "<p>&lt;x&gt; ANN</p>1;two;"
    for path, code in (("user/3", "404"), ("user/x", "404"), ("nope", "404"), ("bad", "500"), ("go", "302")):
        assert box.sh(f"curl -s -o /dev/null -w '%{{http_code}}' localhost:5000/{path}").stdout == code
    assert box.sh("curl -s -X DELETE -o /dev/null -w '%{http_code}' localhost:5000/user/7").stdout == "405"
    assert box.sh("sleep 1; cd /app; sed -i 's/1 . 0/\"good\"/' app.py; curl -s localhost:5000/bad").stdout == "good"


def test_fastapi_and_uvicorn() -> None:
    source = """
from typing import Union
from fastapi import FastAPI, HTTPException

app = FastAPI()

@app.get("/")
def read_root():
    return {"Hello": "World"}

@app.get("/items/{item_id}")
async def read_item(item_id: int, q: Union[str, None] = None):
    if item_id == 9:
        raise HTTPException(status_code=404, detail="no such item")
    return {"item_id": item_id, "q": q}
"""
    command = {"/srv/bin/uvicorn": "#!/srv/bin/python3\nimport sys\nfrom uvicorn import main\nsys.exit(main())\n"}
    box = Machine({"/app/main.py": source, **PACKAGES, **command})
    server = box.serve("/bin/sh", "-c", "cd /app; exec uvicorn main:app --host 0.0.0.0 --port 80", init=False)
    assert (
        box.sh("curl -s localhost/; curl -s 'localhost/items/5?q=x'").stdout == '{"Hello":"World"}{"item_id":5,"q":"x"}'
    )
    assert box.sh("curl -s localhost/items/9").stdout == '{"detail":"no such item"}'
    server.signal("TERM")
    assert server.status == 0


def test_gunicorn() -> None:
    command = {"/srv/bin/gunicorn": "#!/srv/bin/python3\nimport sys\nfrom gunicorn import main\nsys.exit(main())\n"}
    box = Machine({"/app/app.py": PAGES, **PACKAGES, **command})
    server = box.serve("/bin/sh", "-c", "cd /app; exec gunicorn -w 4 -b 0.0.0.0:8000 app:app", init=False)
    assert box.sh("curl -s localhost:8000/user/7").stdout == '{"method":"GET","number":7,"q":"none"}\n'
    server.signal("TERM")
    assert server.status == 0
    assert "No module named 'nope'" in box.sh("cd /app; gunicorn nope:app").stderr

"""Python's packages as lessons use them: blueprints, templates, forms, sessions, redis' commands, requests of one's own."""

from __future__ import annotations

import pytest

from helpers.services_machine import Machine

SITE = "/usr/local/lib/python3.12/site-packages"
PACKAGES = {f"{SITE}/{name}/__init__.py": "" for name in ("flask", "redis", "fastapi", "uvicorn", "gunicorn")}
APP = """
from flask import Flask, Blueprint, render_template, request, session, url_for, flash, g, make_response, abort
app = Flask(__name__)
app.config["SECRET_KEY"] = "dev"
api = Blueprint("api", __name__, url_prefix="/api")
@api.route("/items/<int:n>", methods=["GET", "POST"])
def item(n):
    return {"n": n, "url": url_for("api.item", n=n + 1, q="a b"), "form": request.form.get("x"), "bp": request.blueprint}
@api.errorhandler(404)
def missing(e):
    return {"error": str(e)[:13]}, 404
@api.get("/gone")
def gone():
    abort(404)
app.register_blueprint(api)
@app.before_request
def before():
    g.user = request.headers.get("X-User", "anon")
@app.after_request
def after(response):
    response.headers["X-After"] = g.user
    return response
@app.errorhandler(404)
def not_found(e):
    return render_template("404.html", e=e), 404
class Bad(Exception):
    pass
@app.errorhandler(Bad)
def bad(e):
    return "bad " + str(e), 418
@app.route("/raise")
def raises():
    raise Bad("x")
@app.route("/t/")
def t():
    flash("note")
    return render_template("page.html", items=[{"name": "a<b", "n": 1}, {"name": "c", "n": 2}], d={"k": 1})
@app.route("/up", methods=["POST"])
def up():
    f = request.files["f"]
    return f"{f.filename} {len(f.read())} {request.form['t']}"
@app.route("/n")
def n():
    session["n"] = session.get("n", 0) + 1
    return str(session["n"])
@app.route("/gen")
def gen():
    return (f"{i};" for i in range(3))
@app.route("/none")
def none():
    return None
"""
PAGES = {
    "base.html": "<title>{% block title %}Base{% endblock %}</title>\n{% include 'nav.html' %}\n{% block body %}{% endblock %}\n",
    "nav.html": "<nav/>\n",
    "404.html": "NF {{ e.code }} {{ e.name }}\n",
    "page.html": """{% extends "base.html" %}
{% block title %}Page - {{ super() }}{% endblock %}
{% block body -%}
{% for i in items %}{{ loop.index }}. {{ i.name }} ({{ i['n'] + 1 }}){% if not loop.last %}, {% endif %}{% else %}none{% endfor %}
{{ d|tojson }} {{ missing|default("dflt") }} {{ "x" ~ 1 }} {{ items|length }} {{ url_for('static', filename='s.css') }} {{ request.path }} {{ g.user }}
{% with m = get_flashed_messages() %}{{ m|join(",") }}{% endwith %}{% set v = 3 %}{{ v > 2 and "big" or "small" }}{% macro hi(n, p="!") %}Hi {{ n }}{{ p }}{% endmacro %}{{ hi("bob") }} {{ '%.2f'|format(3.14159) }}
{%- endblock %}
""",
}
SHOWN = """<title>Page - Base</title>
<nav/>
1. a&lt;b (2), 2. c (3)
{"k": 1} dflt x1 2 /static/s.css /t/ anon
notebigHi bob! 3.14"""
ASKED = [
    ("/api/items/3", '{"bp":"api","form":null,"n":3,"url":"/api/items/4?q=a+b"}\n'),
    ("-d x=1 /api/items/3", '{"bp":"api","form":"1","n":3,"url":"/api/items/4?q=a+b"}\n'),
    ("/api/gone", '{"error":"404 Not Found"}\n'),
    ("/nope", "NF 404 Not Found"),
    ("/raise", "bad x"),
    ("/t/", SHOWN),
    ("-F f=@/up.txt -F t=q /up", "up.txt 5 q"),
    ("/gen", "0;1;2;"),
    ("-o /dev/null -w %{http_code}%{redirect_url} /t", "308http://localhost:5000/t/"),
    # signed as the real package signs it, at the moment that the clock shows
    ("-H 'Cookie: session=eyJuIjoxfQ.aw52XQ.uhQwGsN8TkF4iX3uQDHWsTxBlCs' /n", "2"),
    ("-H 'Cookie: session=eyJuIjoxfQ.aw52XQ.uhQwGsN8TkF4iX3uQDHWsTxBlCX' /n", "1"),
]


@pytest.fixture(scope="module")
def site() -> Machine:
    templates = {f"/app/templates/{name}": text for name, text in PAGES.items()}
    box = Machine({"/app/app.py": APP, "/up.txt": "hello", **templates, **PACKAGES})
    box.serve("/bin/sh", "-c", "cd /app; exec python3 -m flask run 2> log")
    return box


@pytest.mark.parametrize(("asked", "answered"), ASKED)
def test_flask_answers_as_the_real_one_does(site: Machine, asked: str, answered: str) -> None:
    options, _, path = asked.rpartition(" ")
    assert site.sh(f"curl -s {options} localhost:5000{path}").stdout == answered


def test_flask_tells_of_a_view_that_gives_nothing(site: Machine) -> None:
    assert site.sh("curl -s -o /dev/null -w '%{http_code}' localhost:5000/none").stdout == "500"
    said = site.sh("cat /app/log").stdout
    assert "line 1174, in make_response\n    raise TypeError(\nTypeError: The view function for 'none' did not" in said
    assert "X-After: me\r\n" in site.sh("curl -si -H 'X-User: me' localhost:5000/raise").stdout


def test_a_request_that_is_none_is_marked_and_the_server_goes_on(site: Machine) -> None:
    site.sh("(echo garbage; echo; echo) | nc localhost 5000")
    site.sh("printf 'garbage\\r\\n\\r\\n' | nc localhost 5000")
    assert "a request that is no HTTP is not simulated\n" in site.sh("cat /app/log").stdout
    assert site.sh("curl -s localhost:5000/gen").stdout == "0;1;2;"


def test_what_is_outside_of_flask_and_of_its_templates_is_marked() -> None:
    source = "from flask import Flask, render_template_string\napp = Flask(__name__)\nwith app.app_context():\n    print(render_template_string({!r}))\n"
    for template in ("{% call x() %}{% endcall %}", "{{ 1|batch(2) }}", "{{ lipsum() ? }}"):
        box = Machine({"/app/app.py": source.format(template), **PACKAGES})
        assert " is not simulated\n" in box.sh("python3 /app/app.py").stderr
    asked = "from flask import Flask\nFlask(__name__).test_client()"
    box = Machine(PACKAGES)
    assert (
        box.sh(f"python3 -c '{asked}'").stderr == "fakedocker: python3: Flask.test_client of flask is not simulated\n"
    )


def test_flask_says_what_it_cannot_find() -> None:
    box = Machine({"/app/app.py": APP, **PACKAGES})
    usage = "Usage: flask run [OPTIONS]\nTry 'flask run --help' for help.\n\nError: "
    for words, said in (
        ("--app nope run", "Could not import 'nope'.\n"),
        ("--app app:zz run", "Failed to find attribute 'zz' in 'app'.\n"),
    ):
        result = box.sh(f"cd /app; python3 -m flask {words}")
        assert (result.stderr, result.status) == (usage + said, 2)
    assert "Could not locate a Flask application." in box.sh("cd /; python3 -m flask run").stderr


REDIS = """
import redis
r = redis.Redis(host="localhost", port=6379, db=1, decode_responses=True)
print(r.ping(), r.set("a", 1), r.get("a"), r.incr("a", 5), r.keys(), r.ttl("a"), r.expire("a", 10), r.ttl("a"), r.exists("a"))
print(r.hset("h", mapping={"x": 1, "y": "z"}), r.hgetall("h"), r.lpush("l", 1, 2), r.lrange("l", 0, -1), r.sadd("s", "q"), r.smembers("s"))
print(r.zadd("z", {"a": 1.5}), r.zrange("z", 0, -1, withscores=True))
with r.pipeline() as p:
    p.set("b", 1).incr("b")
    print(p.execute())
try:
    r.lpush("a", 1)
except redis.exceptions.ResponseError as e:
    print(repr(e))
try:
    r.set("x", None)
except redis.DataError as e:
    print(e)
q = redis.from_url("redis://localhost:6379/1")
print(q.get("a"), q.delete("a"), q, r.dbsize())
try:
    redis.Redis(host="nosuch").ping()
except redis.ConnectionError as e:
    print(e)
s = r.pubsub()
s.subscribe("c")
for m in s.listen():
    print(m["type"], m["channel"], m["data"])
    if m["type"] == "message":
        break
    print(r.publish("c", "hello"))
r.memory_stats()
"""


def test_redis() -> None:
    box = Machine({"/a.py": REDIS, **PACKAGES})
    box.serve("redis-server")
    result = box.sh("python3 /a.py")
    assert result.stdout.splitlines() == [
        "True True 1 6 ['a'] -1 True 10 1",
        "2 {'x': '1', 'y': 'z'} 2 ['2', '1'] 1 {'q'}",
        "1 [('a', 1.5)]",
        "[True, 2]",
        "ResponseError('WRONGTYPE Operation against a key holding the wrong kind of value')",
        "Invalid input of type: 'NoneType'. Convert to a bytes, string, int or float first.",
        "b'6' 1 <redis.client.Redis(<redis.connection.ConnectionPool(<redis.connection.Connection(host=localhost,port=6379,db=1)>)>)> 5",
        "Error -2 connecting to nosuch:6379. Name or service not known.",
        "subscribe c 1",
        "1",
        "message c hello",
    ]
    assert result.stderr == "fakedocker: python3: redis.Redis.memory_stats is not simulated\n"


ASKING = """
import urllib.request, urllib.error, http.client
with urllib.request.urlopen("http://localhost:9000/") as r:
    print(r.status, r.read(), r.headers["Content-type"])
try:
    urllib.request.urlopen("http://localhost:9000/nope")
except urllib.error.HTTPError as e:
    print(e, e.code)
try:
    urllib.request.urlopen("http://localhost:9999/")
except urllib.error.URLError as e:
    print(e)
c = http.client.HTTPConnection("localhost", 9000)
c.request("GET", "/index.html")
r = c.getresponse()
print(r.status, r.reason, r.read())
"""
HANDLER = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(f"you asked {self.path}".encode())
HTTPServer(("", 8000), Handler).serve_forever()
"""


def test_the_librarys_own_clients_and_servers() -> None:
    box = Machine({"/www/index.html": "hi\n", "/ask.py": ASKING, "/serve.py": HANDLER})
    box.serve("sh", "-c", "cd /www; python3 -m http.server 9000")
    assert box.sh("python3 /ask.py").stdout == (
        "200 b'hi\\n' text/html\nHTTP Error 404: File not found 404\n<urlopen error [Errno 111] Connection refused>\n200 OK b'hi\\n'\n"
    )
    server = box.serve("python3", "/serve.py")
    head = box.sh("curl -si localhost:8000/x?y").stdout
    assert head.startswith("HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6 Python/3.12.6\r\nDate: ")
    assert head.endswith("\r\n\r\nyou asked /x?y")
    assert server.stderr.endswith('"GET /x?y HTTP/1.1" 200 -\n')
    assert "<p>Message: Unsupported method ('PUT').</p>" in box.sh("curl -s -X PUT localhost:8000/").stdout

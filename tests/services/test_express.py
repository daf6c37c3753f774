"""node's scripts as tutorials have them: exceptions, closures, modules of one's own, express, redis; waits in the middle of a request."""

from __future__ import annotations

import pytest

from helpers.services_machine import Machine

PACKAGES = {"/app/node_modules/express/index.js": "", "/app/node_modules/redis/index.js": ""}
APPLICATION = """
const express = require('express');
const path = require('path');
const app = express();
app.use(express.json());
app.use(express.static('public'));
app.use((req, res, next) => { console.log(req.method, req.url); next(); });
let n = 0;
app.get('/', (req, res) => { res.send('Hello world\\n'); });
app.get('/slow', (req, res) => { setTimeout(() => res.json({ slow: true }), 2000); });
app.get('/users/:id', (req, res) => res.json({ id: req.params.id, q: req.query }));
app.post('/items', (req, res) => { n++; res.status(201).json({ got: req.body, n }); });
app.get('/bad', (req, res) => { throw new Error('<bad>') });
const router = express.Router();
router.get('/x', (req, res) => res.send('router ' + req.url));
app.use('/api', router);
app.get('/file', (req, res) => res.sendFile(path.join(__dirname, 'a.html')));
const PORT = process.env.PORT || 3000;
app.listen(PORT, '0.0.0.0', () => { console.log(`on ${PORT}`) });
"""


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("function o() { let n = 0; return () => ++n } const a = o(), b = o(); a(); console.log(a(), b())", "2 1\n"),
        ("try { null.x } catch (e) { console.log('c', e.message) } finally { console.log('f') }", "c Cannot read properties of null (reading 'x')\nf\n"),
        ("try { try { throw new Error('a') } finally { console.log('f') } } catch (e) { console.log(e.name, e.message) }", "f\nError a\n"),
        ("try { throw 'text' } catch (e) { console.log(e) }", "text\n"),
        ("for (let i = 0; i < 4; i++) { try { if (i == 1) continue; if (i == 3) break; console.log(i) } catch (e) {} }", "0\n2\n"),
        ("function s(x) { switch (x) { case 1: return 'one'; case 2: case 3: console.log('more'); break; default: return 'none' } return 'end' }\nconsole.log(s(1), s(3), s(9))", "more\none end none\n"),
        ("let k = 0; do { k += 2 } while (k < 5); console.log(k)", "6\n"),
        ("async function f() { return 3 }\nconst g = async () => { const v = await f(); console.log(v) }\ng()", "3\n"),
    ],
)  # fmt: skip
def test_statements(source: str, wanted: str) -> None:
    result = Machine().run("/srv/bin/node", "-e", source)
    assert (result.stdout, result.stderr) == (wanted, "")


def test_a_module_imports_by_name() -> None:
    files = {
        "/app/a.mjs": "import os, { EOL } from 'os'; import * as p from 'path'; console.log(os.platform(), EOL === '\\n', p.join('a', '..', 'b'))"
    }
    assert Machine(files).sh("node /app/a.mjs").stdout == "linux true b\n"


def test_modules_of_ones_own_run_once_and_keep_their_variables() -> None:
    files = {
        "/app/src/index.js": "const { add } = require('./lib/a'); const b = require('./lib'); console.log(add(1), b.seen, require('../package.json').name)",
        "/app/src/lib/a.js": "const base = 10; let n = 0;\nfunction add(x) { n++; return base + x + n }\nconsole.log('once');\nmodule.exports = { add };",
        "/app/src/lib/index.js": "exports.seen = require('./a').add(0);",
        "/app/package.json": '{"name": "p"}',
    }
    assert Machine(files).sh("cd /app; node src/index.js").stdout == "once\n13 11 p\n"
    assert "Cannot find module './nope'" in Machine().sh("node -e \"require('./nope')\"").stderr


def test_an_express_application() -> None:
    box = Machine({"/app/app.js": APPLICATION, "/app/public/s.css": "b{}", "/app/a.html": "<p>a</p>", **PACKAGES})
    server = box.serve("/bin/sh", "-c", "cd /app; exec node app.js")
    head = box.sh("curl -si localhost:3000").stdout
    assert head.startswith(
        "HTTP/1.1 200 OK\r\nX-Powered-By: Express\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 12\r\n"
    )
    assert 'ETag: W/"c-M6tWOb/Y57lesdjQuHeB1P/qTV0"\r\n' in head  # as node's own guide to Docker shows it
    assert box.sh("curl -s localhost:3000/users/7?a=b").stdout == '{"id":"7","q":{"a":"b"}}'
    posted = box.sh("curl -s -H 'Content-Type: application/json' -d '{\"a\": 1}' localhost:3000/items").stdout
    assert posted == '{"got":{"a":1},"n":1}'
    assert box.sh("curl -s localhost:3000/api/x").stdout == "router /x"
    assert box.sh("curl -s localhost:3000/file localhost:3000/s.css").stdout == "<p>a</p>b{}"
    assert "<pre>Cannot GET /nope</pre>" in box.sh("curl -s localhost:3000/nope").stdout
    failed = box.sh("curl -s -w '%{http_code}' localhost:3000/bad").stdout
    assert "<pre>Error: &lt;bad&gt;<br> &nbsp; &nbsp;at /app/app.js:13:" in failed
    assert failed.endswith("500")
    both = box.sh("curl -s localhost:3000/slow & curl -s localhost:3000/ ; wait").stdout
    assert both == 'Hello world\n{"slow":true}'
    assert server.stdout.startswith("on 3000\nGET /\nGET /users/7?a=b\nPOST /items\n")


def test_what_is_not_installed_is_not_found() -> None:
    assert "Cannot find module 'express'" in Machine({"/app/app.js": APPLICATION}).sh("cd /app; node app.js").stderr


VISITS = """
const app = require('express')();
const client = require('redis').createClient({ host: '127.0.0.1', port: 6379 });
client.set('visits', 0);
app.get('/', (req, res) => {
  client.get('visits', (err, visits) => {
    res.send('Number of visits is ' + visits);
    client.set('visits', parseInt(visits) + 1);
  });
});
app.listen(8081, () => { console.log('Listening on port 8081'); });
"""


def test_visits_counted_in_redis_with_callbacks() -> None:
    """As the client was until its version 3: it connects by itself."""
    box = Machine({"/app/index.js": VISITS, **PACKAGES, "/app/node_modules/redis/package.json": '{"version": "3.1.2"}'})
    assert "Error: connect ECONNREFUSED 127.0.0.1:6379" in box.sh("cd /app; node index.js").stderr
    box.serve("redis-server")
    box.serve("/bin/sh", "-c", "cd /app; exec node index.js")
    shown = box.sh("curl -s localhost:8081; echo; curl -s localhost:8081").stdout
    assert shown == "Number of visits is 0\nNumber of visits is 1"


def test_visits_counted_in_redis_with_promises() -> None:
    """As it is since version 4: it is told to connect, and refuses before."""
    source = """
const client = require('redis').createClient({ url: 'redis://localhost:6379' });
client.on('error', (error) => console.log('Redis', error.code));
(async () => {
  await client.get('n').catch((error) => console.log(error.name));
  await client.connect();
  console.log(await client.incr('n'), await client.hSet('h', { a: 1, b: 2 }), await client.hGetAll('h'), await client.get('none'));
  await client.lPush('l', ['x', 'y']);
  console.log(await client.lRange('l', 0, -1), await client.set('k', 'v', { EX: 60 }), await client.ttl('k'));
  await client.lPush('k', 'z').catch((error) => console.log(error.message));
  await client.quit();
})();
"""
    box = Machine({"/app/index.js": source, **PACKAGES, "/app/node_modules/redis/package.json": '{"version": "4.7.0"}'})
    box.serve("redis-server")
    assert box.sh("cd /app; node index.js").stdout == (
        "ClientClosedError\n1 2 [Object: null prototype] { a: '1', b: '2' } null\n[ 'y', 'x' ] OK 60\n"
        "WRONGTYPE Operation against a key holding the wrong kind of value\n"
    )


def test_functions_within_functions_do_not_pile_up() -> None:
    source = "let f; for (let i = 0; i < 6000; i++) { f = ((x) => () => x)(i) }\nconsole.log(f())"
    assert Machine().run("/srv/bin/node", "-e", source).stdout == "5999\n"

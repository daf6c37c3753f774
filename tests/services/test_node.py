"""node: small scripts, timers, an HTTP server, signals, the prompt, and what is said of the rest."""

from __future__ import annotations

import pytest

from helpers.services_machine import Machine


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("console.log(1 + 2 * 3, 7 / 2, 2 ** 10, 10 % 3, 0.1 + 0.2)", "7 3.5 1024 1 0.30000000000000004\n"),
        ("console.log('a' + 1, `x=${1 + 1}`, \"q'\")", "a1 x=2 q'\n"),
        ("let a = [1, 'b', null, undefined, true]; console.log(a, a.length)", "[ 1, 'b', null, undefined, true ] 5\n"),
        ("const o = { a: 1, 'b-c': { d: [] } }; console.log(o, o.a, o['b-c'].d)", "{ a: 1, 'b-c': { d: [] } } 1 []\n"),
        ("console.log(process.env.X, process.env.NOPE, process.version, process.argv.length)", "set undefined v20.15.0 1\n"),
        ("for (let i = 0; i < 5; i++) { if (i === 1) continue; if (i > 3) break; console.log(i) }", "0\n2\n3\n"),
        ("function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }\nconsole.log(fib(10))", "55\n"),
        ("console.log(later(2)); function later(x) { return x * 2 }", "4\n"),
        ("console.log([3, 1, 2].map(x => x * 2).filter(x => x > 2).join('-'), [3, 1, 2].sort())", "6-4 [ 1, 2, 3 ]\n"),
        ("const { a, b } = { a: 1, b: 2 }; const [c] = [9]; console.log(a, b, c)", "1 2 9\n"),
        ("console.log(JSON.stringify({ a: [1, { b: null }] }), JSON.parse('{\"x\":1}').x)", '{"a":[1,{"b":null}]} 1\n'),
        ("console.log(typeof 1, typeof 'x', typeof undefined, typeof nope, null ?? 'd', 0 || 'e')", "number string undefined undefined d e\n"),
        ("console.log('%s is %d', 'x', 3, 'more')", "x is 3 more\n"),
        ("console.log('1' == 1, '1' === 1, null == undefined, NaN === NaN)", "true false true false\n"),
        ("const os = require('os'); console.log(os.hostname(), 'ab'.toUpperCase(), Math.max(1, 2))", "box AB 2\n"),
        ("for (const x of ['p', 'q']) console.log(x)\nlet n = 0; while (true) { n += 2; if (n > 5) break }\nconsole.log(n)", "p\nq\n6\n"),
        ("console.log(1e21, -0.5, 1 / 0, 'x' * 1)", "1e+21 -0.5 Infinity NaN\n"),
    ],
)  # fmt: skip
def test_scripts(source: str, wanted: str) -> None:
    result = Machine().run("/srv/bin/node", "-e", source, environment={"X": "set"})
    assert (result.stdout, result.stderr, result.status) == (wanted, "", 0)


def test_options() -> None:
    box = Machine({"/app/a.js": "#!/usr/bin/env node\nconsole.log(process.argv.slice(2));\nprocess.exit(3);\n"})
    assert box.sh("node --version; NODE_VERSION=22.4.0 node -v").stdout == "v20.15.0\nv22.4.0\n"
    assert box.sh("node -p '1 + 1'; node -p '\"text\"'; node -p '[1, \"a\"]'").stdout == "2\ntext\n[ 1, 'a' ]\n"
    result = box.sh("cd /app; node a.js x y")
    assert (result.stdout, result.status) == ("[ 'x', 'y' ]\n", 3)
    assert box.sh("echo 'console.log(42)' | node").stdout == "42\n"
    missing = box.sh("cd /app; node nope.js")
    assert missing.status == 1
    assert "Error: Cannot find module '/app/nope.js'\n" in missing.stderr


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("nope", "ReferenceError: nope is not defined"),
        ("null.x", "TypeError: Cannot read properties of null (reading 'x')"),
        ("const x = 1; x.f()", "TypeError: x.f is not a function"),
        ("const x = ;", "SyntaxError: Unexpected token ';'"),
        ("throw new Error('bad')", "Error: bad"),
        ("require('express')", "Error: Cannot find module 'express'"),
        ("function f() { return f() }\nf() + 1", "RangeError: Maximum call stack size exceeded"),
    ],
)
def test_errors_in_nodes_words(source: str, said: str) -> None:
    result = Machine().run("/srv/bin/node", "-e", source)
    assert result.status == 1
    assert f"\n{said}\n" in result.stderr
    assert result.stderr.endswith("\n\nNode.js v20.15.0\n")


def test_what_is_not_simulated_is_named() -> None:
    result = Machine().run("/srv/bin/node", "-e", "with ({}) {}")
    assert (result.stderr, result.status) == ("fakedocker: node: the statement with is not simulated\n", 1)


def test_timers_in_their_order() -> None:
    source = """
let n = 0;
const id = setInterval(() => { n++; console.log('tick', n); if (n === 3) clearInterval(id); }, 1000);
setTimeout(() => console.log('once'), 1500);
console.log('start');
"""
    box = Machine({"/app/a.js": source})
    assert box.sh("node /app/a.js & sleep 1.2; echo -; wait").stdout == "start\ntick 1\n-\nonce\ntick 2\ntick 3\n"


def test_an_http_server_that_ends_on_a_signal() -> None:
    source = """
const http = require('http');
let hits = 0;
const server = http.createServer((req, res) => {
  hits++;
  if (req.url === '/health') { res.writeHead(204); res.end(); return; }
  res.statusCode = req.url === '/' ? 200 : 404;
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ hits, method: req.method, host: req.headers.host }));
});
server.listen(process.env.PORT || 3000, () => console.log('listening'));
process.on('SIGTERM', () => { console.log('bye'); server.close(() => process.exit(0)); });
"""
    box = Machine({"/app/server.js": source})
    server = box.serve("node", "/app/server.js", init=False)
    assert server.stdout == "listening\n"
    assert box.sh("curl -s http://localhost:3000/").stdout == '{"hits":1,"method":"GET","host":"localhost:3000"}'
    head = box.sh("curl -si -X POST http://localhost:3000/x").stdout
    assert head.startswith("HTTP/1.1 404 Not Found\r\n")
    assert "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n" in head
    assert head.endswith('{"hits":2,"method":"POST","host":"localhost:3000"}')
    assert box.sh("curl -so /dev/null -w '%{http_code}' http://localhost:3000/health").stdout == "204"
    server.signal("TERM")
    assert (server.status, server.stdout) == (0, "listening\nbye\n")


def test_a_port_in_use() -> None:
    box = Machine()
    source = "require('http').createServer((q, r) => r.end('x')).listen(3000)"
    box.serve("node", "-e", source)
    second = box.run("/srv/bin/node", "-e", source)
    assert second.status == 1
    assert "Error: listen EADDRINUSE: address already in use :::3000\n" in second.stderr


def test_the_prompt() -> None:
    shown = Machine().session("/srv/bin/node", lines=("const f = (x) => x * 21", "f(2)", "'text'", "if (true) {", "console.log('in')", "}", "nope", "null", ".exit"))  # fmt: skip
    assert shown == (
        'Welcome to Node.js v20.15.0.\nType ".help" for more information.\n> const f = (x) => x * 21\n\x1b[90mundefined\x1b[39m\n'
        "> f(2)\n\x1b[33m42\x1b[39m\n> 'text'\n\x1b[32m'text'\x1b[39m\n> if (true) {\n... console.log('in')\n... }\nin\n"
        "\x1b[90mundefined\x1b[39m\n> nope\nUncaught ReferenceError: nope is not defined\n> null\n\x1b[1mnull\x1b[22m\n> .exit\n"
    )

"""Write fakedocker/userland/languages/javascript/library/traces.json: what traces show of node's own functions.

    python tools/make_node_traces.py

The real node runs a program for each function that throws, and for each that calls back; what is kept are the lines of its
own in the trace, and the line of its source that it points at. The release must be the one that is named below, since
others have other numbers of lines.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from fakedocker.userland.languages.javascript.node_traces import signature  # noqa: E402

VERSION = "v20.20.2"
TARGET = ROOT / "fakedocker/userland/languages/javascript/library/traces.json"
FS = "const fs = require('fs'); "
EVENTS = "const E = require('events'); "
ANSWERING = "const http = require('http'); http.createServer((q, r) => { %s }).listen(0, function () { http.get({ port: this.address().port }); });"
ASKING = "const http = require('http'); http.createServer((q, r) => { r.end('a'); }).listen(0, function () { http.get({ port: this.address().port }, %s); });"
THROW = "() => { throw new Error('x'); }"

THROWN: dict[str, tuple[str, ...]] = {
    "": (
        EVENTS + "new E().emit('error', 5);",
        EVENTS + "new E().on('a', 5);",
        EVENTS + "new E().once('a', 5);",
        EVENTS + "new E().off('a', 5);",
        "require('node:nope');", "require(5);", "require('');", "require.resolve('./nope');",
        "setTimeout('a', 5);", "setInterval(5);", "setImmediate(5);", "queueMicrotask(5);", "process.nextTick(5);",
        "process.chdir('/nope');", "process.kill(999999, 0);", "process.kill(process.pid, 'SIGNOPE');", "process.kill('a');",
        "require('path').join(5);", "require('path').resolve(5);", "require('path').basename(5);", "require('path').dirname(5);",
        "require('path').extname(5);", "require('path').normalize(5);", "require('path').relative(5);", "require('path').isAbsolute(5);",
        "require('path').parse(5);", "require('path').format(5);",
        "require('http').createServer().listen(70000);", "require('net').createServer().listen(70000);",
        "new URL('nope');", "Buffer.from(5);", "Buffer.from();", "Buffer.from(null);", "Buffer.alloc('a');", "Buffer.alloc(-1);", "Buffer.concat(5);",
        "Buffer.byteLength(5);", "require('util').promisify(5);", "require('util').inherits(5);", "atob('***');",
        "require('crypto').createHash('nope');", "require('crypto').createHash('md5').update(5);", "require('crypto').randomBytes('a');",
        "require('crypto').createHmac('sha256');",
        ANSWERING % "r.end('a'); r.setHeader('a', 'b');", ANSWERING % "r.end('a'); r.writeHead(200);", ANSWERING % "r.end(5);",
        ANSWERING % "r.write({});", ANSWERING % "r.write();", ANSWERING % "r.write(null);", ANSWERING % "r.setHeader('a', undefined);",
        ANSWERING % "r.setHeader('a b', 'c');", ANSWERING % "r.writeHead(99);", ANSWERING % "r.setHeader('a', 'b\\n');",
        ANSWERING % "r.end('a'); r.removeHeader('a');",
        "require('http').get('ftp://a');", "require('http').request('nope');",
        "require('child_process').spawn(5);", "require('child_process').exec(5);", "require('child_process').spawn('');",
        "require('stream').pipeline(5);", "new (require('stream').Writable)().write(null);",
        "require('fs').createReadStream(5);", "require('util').inspect.defaultOptions = 5;", "require('util').format.call;",
        "new (require('string_decoder').StringDecoder)('nope');", "new TextDecoder('nope');", "process.emitWarning(5);",
        "process.hrtime(5);", "process.exit('abc');", "process.exit(1.5);", "process.exitCode = 'abc';", "structuredClone(() => 1);",
        "require('querystring').unescape.call;", "new AbortController().abort.call(5);", "require('readline').createInterface(5);",
        "require('dns').lookup(5);", "require('assert').throws(5);", "new (require('stream').Readable)().push(5);",
        "const net = require('net'); net.createServer().listen(3999); net.createServer().listen(3999);",
        "const r = new (require('stream').Readable)({ read() {} }); r.setEncoding('nope');",
    ),
    "fs.readFileSync": (FS + "fs.readFileSync('nope');", FS + "fs.readFileSync('.');", FS + "fs.readFileSync();", FS + "fs.readFileSync(99);"),
    "fs.readFileSync.text": (FS + "fs.readFileSync('nope', 'utf8');", FS + "fs.readFileSync('.', 'utf8');", FS + "fs.readFileSync(undefined, 'utf8');"),
    "fs.writeFileSync": (FS + "fs.writeFileSync('/nope/x', Buffer.from('a'));",),
    "fs.writeFileSync.text": (FS + "fs.writeFileSync('/nope/x', 'a');", FS + "fs.writeFileSync('x');", FS + "fs.writeFileSync(undefined, 'a');"),
    "fs.appendFileSync": (FS + "fs.appendFileSync('/nope/x', Buffer.from('a'));",),
    "fs.appendFileSync.text": (FS + "fs.appendFileSync('/nope/x', 'a');", FS + "fs.appendFileSync('x');"),
    **{
        f"fs.{name}Sync": (FS + f"fs.{name}Sync({given});", FS + f"fs.{name}Sync();")
        for name, given in {
            "stat": "'nope'", "lstat": "'nope'", "readdir": "'nope'", "mkdir": "'/nope/x/y'", "unlink": "'nope'", "rmdir": "'nope'", "rm": "'nope'",
            "rename": "'nope', 'x'", "copyFile": "'nope', 'x'", "open": "'nope', 'r'", "access": "'nope'", "realpath": "'nope'", "readlink": "'nope'",
            "symlink": "'a', '/nope/x'", "link": "'nope', 'b'", "chmod": "'nope', 0o600", "utimes": "'nope', 1, 1", "truncate": "'nope'",
            "close": "99", "read": "99, Buffer.alloc(1)", "write": "99, 'a'", "fstat": "99", "mkdtemp": "'/nope/x'", "ftruncate": "99", "cp": "'nope', 'x'",
            "chown": "'nope', 1, 1",
        }.items()
    },
    **{
        f"fs.{name}": (FS + f"fs.{name}('main.js');", FS + f"fs.{name}(undefined, () => {{}});")
        for name in (
            "readFile", "writeFile", "appendFile", "stat", "lstat", "readdir", "mkdir", "unlink", "rmdir", "rm", "rename", "copyFile", "open",
            "access", "realpath", "readlink", "chmod", "mkdtemp", "symlink", "exists",
        )
    },
    **{
        f"fs.promises.{name}": (FS + f"fs.promises.{name}({given});",)
        for name, given in {
            "readFile": "'nope'", "writeFile": "'/nope/x', 'a'", "appendFile": "'/nope/x', 'a'", "readdir": "'nope'", "stat": "'nope'", "lstat": "'nope'",
            "mkdir": "'/nope/x'", "unlink": "'nope'", "access": "'nope'", "rename": "'nope', 'x'", "copyFile": "'nope', 'x'", "open": "'nope'",
            "rmdir": "'nope'", "realpath": "'nope'", "readlink": "'nope'", "symlink": "'a', '/nope/x'", "link": "'nope', 'b'", "chmod": "'nope', 0",
            "utimes": "'nope', 1, 1", "truncate": "'nope'", "mkdtemp": "'/nope/x'",
        }.items()
    },
    "net.connect": ("require('net').connect(1, '127.0.0.1');",),
    "net.connect.name": ("require('net').connect(1, 'nosuchhost.invalid');",),
    "http.hangup": ("const http = require('http'); http.createServer((q) => q.socket.destroy()).listen(0, function () { http.get({ port: this.address().port }); });",),
    "esm.": ("import './nope.mjs';", "import '/app';"),
    "esm.package": ("import 'nope';",),
    "esm.syntax": ("let x = ;",),
    "esm.syntax.detected": ("export { a };",),
    "esm.link": ("import { nope } from 'fs';",),
    "esm..later": ("import('./nope.mjs');", "import('/app');"),
    "esm.package.later": ("import('nope');",),
    "spawn": ("require('child_process').spawn('nope-cmd');",),
    "fs.stream": (FS + "fs.createReadStream('nope');",),
}  # fmt: skip
"""Programs that fail in a function of node's, by what the library calls it; "" for those that are called as in the trace."""

CALLED: dict[str, str] = {
    "esm.run": "import.meta.url; throw new Error('x');",
    "test.first": f"require('node:test')('a', {THROW});",
    "test.next": f"const test = require('node:test'); test('a', () => {{}}); test('b', {THROW});",
    "test.suite.first": f"const {{ describe, it }} = require('node:test'); describe('d', () => {{ it('a', {THROW}); }});",
    "test.suite.next": f"const {{ describe, it }} = require('node:test'); describe('d', () => {{ it('a', () => {{}}); it('b', {THROW}); }});",
    "test.suite.inner": f"const {{ describe, it }} = require('node:test'); describe('e', () => {{ describe('d', () => {{ it('a', () => {{}}); it('b', {THROW}); }}); }});",
    "task": f"queueMicrotask({THROW});",
    "fs.readFile": FS + f"fs.readFile('main.js', {THROW});",
    **{
        f"fs.{name}": FS + f"fs.{name}({given}, {THROW});"
        for name, given in {
            "writeFile": "'o', 'a'", "appendFile": "'o', 'a'", "stat": "'main.js'", "lstat": "'main.js'", "readdir": "'.'", "mkdir": "'d'", "unlink": "'nope'",
            "rmdir": "'nope'", "rename": "'nope', 'x'", "copyFile": "'main.js', 'x'", "open": "'main.js'", "access": "'main.js'", "readlink": "'nope'",
            "chmod": "'main.js', 0o644", "mkdtemp": "'x'", "exists": "'main.js'",
        }.items()
    },
    "net.listening": f"require('net').createServer().listen(0, {THROW});",
    "net.connection": f"const s = require('net').createServer({THROW}); s.listen(0, () => require('net').connect(s.address().port));",
    "net.connect": f"const s = require('net').createServer(); s.listen(0, () => require('net').connect(s.address().port, {THROW}));",
    "net.data": f"const net = require('net'); const s = net.createServer((c) => c.on('data', {THROW})); s.listen(0, () => net.connect(s.address().port).write('a'));",
    "net.server.error": "const net = require('net'); const s = net.createServer(); s.on('error', () => { throw new Error('x'); }); net.createServer().listen(3999, () => s.listen(3999));",
    "http.request": ANSWERING % "throw new Error('x');",
    "http.response": ASKING % THROW,
    "http.client.error": f"require('http').get('http://127.0.0.1:1').on('error', {THROW});",
    "stream.end": FS + f"fs.createReadStream('main.js').on('end', {THROW}).resume();",
    "http.data": f"const http = require('http'); http.createServer((q, r) => {{ q.on('data', {THROW}); }}).listen(0, function () {{ http.request({{ port: this.address().port, method: 'POST' }}).end('abc'); }});",
    "stream.error": FS + f"fs.createReadStream('nope').on('error', {THROW});",
    "stream.close": FS + f"fs.createReadStream('main.js').on('close', {THROW}).resume();",
    "fs.stream.data": FS + f"fs.createReadStream('main.js').on('data', {THROW});",
    "fs.stream.open": FS + f"fs.createReadStream('main.js').on('open', {THROW});",
    "stdin.data": f"process.stdin.on('data', {THROW});",
    "readline.line": f"require('readline').createInterface({{ input: process.stdin }}).on('line', {THROW});",
    "readline.file": FS + f"require('readline').createInterface({{ input: fs.createReadStream('main.js') }}).on('line', {THROW});",
    "readline.question": f"require('readline').createInterface({{ input: process.stdin }}).question('', {THROW});",
    "readline.close": f"require('readline').createInterface({{ input: process.stdin }}).on('close', {THROW});",
    "process.exit": f"process.on('exit', {THROW});",
    "process.beforeExit": f"process.on('beforeExit', {THROW});",
    "process.signal": f"process.on('SIGUSR2', {THROW}); process.kill(process.pid, 'SIGUSR2'); setTimeout(() => {{}}, 500);",
    "child.exit": f"require('child_process').spawn('true').on('exit', {THROW});",
    "child.close": f"require('child_process').spawn('true', {{ stdio: 'ignore' }}).on('close', {THROW});",
    "child.data": f"require('child_process').spawn('echo', ['a']).stdout.on('data', {THROW});",
    "child.error": f"require('child_process').spawn('nope-cmd').on('error', {THROW});",
    "child.exec": f"require('child_process').exec('echo a', {THROW});",
    "child.spawn": f"require('child_process').spawn('true').on('spawn', {THROW});",
}  # fmt: skip
"""Programs that throw in what a function of node's calls, by what the library calls that function."""


def run(program: str, is_module: bool = False) -> str:
    """What node writes of an error that nobody catches."""
    with tempfile.TemporaryDirectory() as directory:
        main = "main.mjs" if is_module else "main.js"
        (Path(directory) / main).write_text(program + "\n")
        command = [
            "unshare",
            "--mount",
            "--net",
            "sh",
            "-c",
            'mkdir -p /app && mount --bind "$0" /app && ip link set lo up && cd /app && exec node "$1"',
            directory,
            main,
        ]
        done = subprocess.run(command, input=b"line one\nline two\n", capture_output=True, timeout=20)
    return done.stderr.decode()


def parts(text: str) -> tuple[list[str], list[str], str]:
    """The lines that are pointed at, those of the trace, and what the trace begins with."""
    before, _, rest = text.partition("\n\n")
    if "\n    at " in before:  # a module that imports what is not there
        before, _, rest = text.partition("\nSyntaxError")
        rest = f"SyntaxError{rest}"
    trace = rest.partition("\n\nNode.js v")[0].splitlines()
    header = "\n".join(line for line in trace if not line.startswith("    at "))
    own = (
        trace[: trace.index(next(line for line in trace if line.startswith("Emitted ")))]
        if "\nEmitted '" in rest
        else trace
    )
    return before.splitlines(), [line[7:].removesuffix(" {") for line in own if line.startswith("    at ")], header


def thrown(base: str, program: str) -> tuple[str, dict[str, object]] | None:
    """Under which key a failure is kept, and what: None if it does not fail, or not in node's own code."""
    shown, frames, header = parts(run(program, base.startswith("esm.") and not base.endswith((".later", ".detected"))))
    own = frames[: next((place for place, line in enumerate(frames) if "/app/" in line), len(frames))]
    if not shown or not header:
        return None
    if not own and (base or shown[0].startswith("/app/")):
        own = []
    name = base or (own[-1].partition(" (")[0].rpartition(".")[2] if own else "")
    if not name or shown[0].startswith("/app/"):
        return None
    loader = next((place for place, line in enumerate(own) if line.startswith("Module._compile ")), len(own))
    return f"{name}|{signature(header)}", {"frames": own[:loader], "shown": shown}


def called(program: str) -> list[str]:
    """The lines below what is called, without those of the emitter."""
    if "node:test" in program:
        return tested(program)
    _, frames, _ = parts(run(program, "import.meta" in program))
    last = max(place for place, line in enumerate(frames) if "/app/" in line)
    below = frames[last + 1 :]
    while below and (".emit (node:events:" in below[0] or "onceWrapper (" in below[0]):
        del below[0]
    return below


def tested(program: str) -> list[str]:
    """The lines below a test that throws, as its report has them."""
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "main.js").write_text(program + "\n")
        report = subprocess.run(["node", "main.js"], cwd=directory, capture_output=True, text=True, timeout=20).stdout
    frames = [
        line.strip()
        for line in report.partition("error: 'x'")[2].partition("stack: |-\n")[2].partition("\n  ...")[0].splitlines()
    ]
    frames = frames[: next((place for place, line in enumerate(frames) if line == "..."), len(frames))]
    return frames[1:]


def main() -> None:
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if version != VERSION:
        sys.exit(f"the traces are those of node {VERSION}; here is {version}")
    found = dict(filter(None, (thrown(base, program) for base, programs in THROWN.items() for program in programs)))
    below = {key: called(program) for key, program in CALLED.items()}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in sorted(found.items())]
    calls = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in sorted(below.items())]
    TARGET.write_text(
        '{\n "thrown": {\n' + ",\n".join(lines) + '\n },\n "called": {\n' + ",\n".join(calls) + "\n }\n}\n"
    )


if __name__ == "__main__":
    main()

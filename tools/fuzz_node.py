"""Random small programs for node: what the real one says of them, and what the simulated one says.

    python tools/fuzz_node.py [PROGRAMS] [SEED]

Half of the programs are lines that evaluate something and print it, or the error's message and place; half are programs of
tests/data/node-cases with some tokens changed, of which only what their SyntaxError says is compared. Every difference that is
no mark is printed; exits with 1 if there is any. Not a test: it has no end, and its answers depend on the machine's node.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fakedocker.userland.languages.javascript.compiler import FILE  # noqa: E402
from fakedocker.userland.languages.javascript.escapes import Refused  # noqa: E402
from fakedocker.userland.languages.javascript.node_host.loading import pointed_at  # noqa: E402
from fakedocker.userland.languages.javascript.units import from_units  # noqa: E402
from fakedocker.userland.languages.machine.cells import NotSimulated  # noqa: E402
from fakedocker.userland.languages.machine.code import Source  # noqa: E402
from helpers.node_cases import VERSION, read_cases, subjects  # noqa: E402
from helpers.services_machine import Machine  # noqa: E402

MARK = "fakedocker: node: "
BROKEN = "the engine is broken: "
LINES = 24
NAME = "/app/main.js"
HEAD = """\
const say = (f) => { try { console.log(f()); } catch (e) { console.log(`${e.name}: ${e.message}`, /main\\.js:(\\d+:\\d+)/.exec(e.stack)?.[1]); } };
class Point { constructor(x, y) { this.x = x; this.y = y; } get sum() { return this.x + this.y; } toString() { return `(${this.x})`; } }
const a = [3, 1, 2], s = 'some text', n = 42.5, o = { k: 1, m: { z: [1] } }, f = (x) => x, u = undefined, z = null, p = new Point(1, 2);
"""
VALUES = (
    "a", "s", "n", "o", "f", "u", "z", "p", "0", "1", "-3", "2.5", "'x'", "''", "'ab'", "[]", "[1, [2, [3]]]", "{}", "({ q: 1 })", "true", "null", "1n", "/a(b)?/g",
    "new Map([[1, 'x']])", "new Set('ab')", "Symbol('y')", "new Date(0)", "NaN", "-0", "1e21", "[,1]", "function g(i) {}", "class {}", "Infinity", "'5'", "() => 1",
    "new Error('e').message", "[u, z]", "o.k", "o.none", "a[1]", "a[9]", "p.sum", "'é😀'", "[3, 20, 100]", "Array(3)", "'a,b'", "0.1", "123456789",
)  # fmt: skip
BINARY = (
    "+",
    "-",
    "*",
    "/",
    "%",
    "**",
    "==",
    "===",
    "!=",
    "<",
    ">=",
    "&&",
    "||",
    "??",
    "&",
    "|",
    "^",
    "<<",
    ">>",
    ">>>",
    "in",
    "instanceof",
    ",",
)
FORMS = (
    "{}.length", "{}[0]", "{}.x.y", "{}()", "new {}()", "typeof {}", "-{}", "+{}", "!{}", "~{}", "void {}", "[...{}]", "Math.max(...{})", "f({})", "`<${{{}}}>`",
    "String({})", "Number({})", "Boolean({})", "JSON.stringify({})", "Object.keys({})", "Object.entries({})", "Array.from({})", "Array.isArray({})", "parseInt({})",
    "{}.toString()", "{}.map((x) => x * 2)", "{}.filter(Boolean)", "{}.join('-')", "{}.slice(1)", "{}.split('')", "{}.includes('a')", "{}.indexOf(1)", "{}.concat({})",
    "{}.sort()", "{}.reverse()", "{}.reduce((x, y) => x + y)", "{}.toUpperCase()", "{}.padStart(6, '*')", "{}.repeat(2)", "{}.replace('a', '[$&]')", "{}.at(-1)",
    "{}.toFixed(2)", "{}.toString(2)", "{}.get(1)", "{}.has('a')", "{}.size", "{}.flat(Infinity)", "{}.find((x) => x > 1)", "{}.some((x) => x)", "{}.every((x) => x)",
    "{}.trim()", "{}.charCodeAt(0)", "{}.localeCompare('b')", "{}.match(/./g)", "{}.test('ab')", "{}.push(1)", "{}.splice(1, 1)", "{}.fill(0)", "{}.keys()",
    "(() => {{ const {{ k }} = {}; return k; }})()", "(() => {{ const [x, y] = {}; return [x, y]; }})()", "(() => {{ for (const x of {}) return x; }})()",
    "(() => {{ let r = ''; for (const x in {}) r += x; return r; }})()", "(() => {{ const {{ k = 5, ...rest }} = {}; return rest; }})()", "({{ ...{} }})",
    "{}?.x", "{}?.[0]", "{}?.()", "({}).none()", "({}).none.more", "Object.assign({{}}, {})", "structuredClone({})", "require('util').inspect({})",
    "require('util').format('%s %d %j', {}, {}, 1)", "[{}, {}]", "({{ v: {} }})", "({{ v: {{ w: {} }} }})", "new Map([[{}, {}]])", "Object.freeze({})", "Object.is({}, {})",
    "{} ? 1 : 2", "({} = 1)", "{}++", "delete {}.x", "{}.x = 1", "Number.isInteger({})", "isNaN({})", "{}.codePointAt(0)", "[{}].includes({})", "Promise.resolve({})",
    "Array.of({}, {})", "{}.substring(1, 3)", "{}.lastIndexOf('t')", "{}.startsWith('s')", "{}.toLocaleString()", "new Array({})", "Symbol({})", "BigInt({})", "new Set({})",
    "Object.getOwnPropertyNames({})", "Object.getPrototypeOf({}) === Object.prototype", "{}.constructor.name", "new Date({}).getTime()", "({}).valueOf()", "{}.flatMap((x) => [x, x])",
    "encodeURIComponent({})", "Object.fromEntries({})", "{}.toSorted()", "{}.with(0, 9)", "{}.findLast((x) => x)", "{}.replaceAll('e', '3')", "{}.normalize()", "new Point({}, {})",
)  # fmt: skip
TOKENS = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|[\w$#]+|=>|\.\.\.|\?\.|[=!]==?|\*\*|[-+]{2}|&&|\|\||\?\?|.""",
    re.DOTALL,
)
EXTRA = (
    "let const var function class async await yield static get set of in new super this import export return break continue if else for while do switch case"
    " default try catch finally throw typeof delete void null true 1 'a' `t` /r/ x y ( ) [ ] { } , ; : . ?. => = == === + - ++ ** ?? || && ! ... # #p @ eval"
    " arguments 010 enum"
).split()
ASKED = """\
const vm = require('vm');
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  let said = null;
  try { vm.compileFunction(JSON.parse(line), ['exports', 'require', 'module', '__filename', '__dirname'], { filename: '/app/main.js' }); }
  catch (e) { said = e.stack.split('\\n    at ')[0]; }
  process.stdout.write(JSON.stringify(said) + '\\n');
});
"""


class Node:
    """The real node, which says what is wrong with the syntax of a program."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            ["node", "-e", ASKED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, program: str) -> str | None:
        """None if nothing is; "crash" where node itself ends."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(program) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self._start()
            return "crash"
        found: str | None = json.loads(line)
        return found


def ours(program: str) -> str | None:
    """What the simulated one says of the syntax of a program; a text that begins with the mark if it does not say."""
    try:
        Source.of("javascript", program, NAME, FILE).code()
    except NotSimulated as missing:
        return f"{MARK}{missing}"
    except Refused as problem:
        return from_units(f"{pointed_at(problem, program, NAME)}\nSyntaxError: {problem.message}")
    return None


def changed(chance: random.Random, program: str) -> str:
    """A program with a token more, less, or in another place."""
    tokens = TOKENS.findall(program)[:160]
    for _ in range(chance.choice((1, 1, 1, 2))):
        if not tokens:
            break
        place = chance.randrange(len(tokens))
        how = chance.random()
        if how < 0.4:
            del tokens[place]
        elif how < 0.7:
            tokens.insert(place, f" {chance.choice(EXTRA)} ")
        elif how < 0.85:
            tokens[place] = f" {chance.choice(EXTRA)} "
        else:
            tokens[place] = chance.choice(tokens)
    return "".join(tokens)


def line(chance: random.Random) -> str:
    """An expression that is printed."""
    return f"say(() => {expression(chance, chance.choice((0, 1, 1, 2)))});"


def expression(chance: random.Random, depth: int) -> str:
    if depth == 0:
        value = chance.choice(VALUES)
        return f"({value})" if value[0] in "{fc-(1" else value
    if chance.random() < 0.25:
        return f"{expression(chance, depth - 1)} {chance.choice(BINARY)} {expression(chance, 0)}"
    form = chance.choice(FORMS)
    return form.format(*(expression(chance, depth - 1) for _ in range(form.count("{}"))))


def real_output(program: str) -> list[str]:
    """What node prints, a part a line of the program."""
    done = subprocess.run(["node", "-e", program.replace("main\\.js", "\\[eval\\]")], capture_output=True, timeout=30)
    return done.stdout.decode("utf-8", "replace").split("\x1e\n")


def simulated_output(program: str) -> list[str]:
    """What the simulated one prints; a mark if it ends with one, or the report of the engine's own exception."""
    box = Machine({NAME: program})
    try:
        result = box.run(
            "/srv/bin/node", "main.js", directory="/app", environment={"NODE_VERSION": VERSION}, seconds=60
        )
    except AssertionError as report:  # an exception of the engine's own
        return [f"{BROKEN}{report}"]
    return [f"{MARK}{result.stderr}"] if MARK in result.stderr else result.stdout.split("\x1e\n")


def whole(lines: list[str]) -> str:
    return HEAD + "\n".join(f"{one} console.log('\\x1e');" for one in lines) + "\n"


def differing(lines: list[str]) -> list[str]:
    """Lines that are told wrong, each with both answers."""
    wanted, found = real_output(whole(lines)), simulated_output(whole(lines))
    if found[0].startswith(BROKEN) and len(lines) == 1:
        return [f"{lines[0]}\n  {found[0]}"]
    if found[0].startswith((MARK, BROKEN)):
        return [told for one in lines for told in differing([one])] if len(lines) > 1 else []
    return [
        f"{one}\n  node: {want!r}\n  ours: {got!r}"
        for one, want, got in zip(lines, wanted, found, strict=False)
        if want != got
    ]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    node, wrong = Node(), 0
    programs = [
        text
        for subject in subjects()
        for case in read_cases(subject)
        for name, text in case.files.items()
        if name.endswith(".js")
    ]
    programs = [text for text in programs if node.ask(text) is None]
    for _ in range(count // 2):
        program = changed(chance, chance.choice(programs))
        want, got = node.ask(program), ours(program)
        if want != got and want != "crash" and not (got or "").startswith(MARK):
            wrong += 1
            print(f"{program!r}\n  node: {want!r}\n  ours: {got!r}")
    for _ in range(max(1, count // 2 // LINES)):
        for told in differing([line(chance) for _ in range(LINES)]):
            wrong += 1
            print(told)
    print(f"{wrong} of {count} programs are told wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

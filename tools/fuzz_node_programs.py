"""The random programs of `fuzz_node.py`: expressions of a vocabulary, and programs with some tokens changed."""

from __future__ import annotations

import random
import re
from functools import cache

from fuzz_node_statements import body

HEAD = """\
const say = (f) => { try { console.log(f()); } catch (e) { console.log(`${e.name}: ${e.message}`, /main\\.cjs:(\\d+:\\d+)/.exec(e.stack)?.[1]); } };
const trace = (f) => { try { console.log(f()); } catch (e) { console.log(e?.stack ?? e); } };
class Point { constructor(x, y) { this.x = x; this.y = y; } get sum() { return this.x + this.y; } toString() { return `(${this.x})`; } }
const a = [3, 1, 2], s = 'some text', n = 42.5, o = { k: 1, m: { z: [1] } }, f = (x) => x, u = undefined, z = null, p = new Point(1, 2);
"""
VALUES = (
    "a", "s", "n", "o", "f", "u", "z", "p", "0", "1", "-3", "2.5", "'x'", "''", "'ab'", "[]", "[1, [2, [3]]]", "{}", "({ q: 1 })", "true", "null", "1n", "/a(b)?/g",
    "new Map([[1, 'x']])", "new Set('ab')", "Symbol('y')", "new Date(0)", "NaN", "-0", "1e21", "[,1]", "function g(i) {}", "class {}", "Infinity", "'5'", "() => 1",
    "new Error('e').message", "[u, z]", "o.k", "o.none", "a[1]", "a[9]", "p.sum", "'é😀'", "[3, 20, 100]", "Array(3)", "'a,b'", "0.1", "123456789",
)  # fmt: skip
BINARY = "+ - * / % ** == === != < >= && || ?? & | ^ << >> >>> in instanceof ,".split()
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
LENGTHS = (15, 30, 60, 120, 200)
"""How many tokens are taken of a program."""


@cache
def tokens_of(program: str) -> tuple[list[str], list[int]]:
    """The tokens of a program, and where those stand that begin a line that is not indented."""
    tokens = TOKENS.findall(program)
    ends = (place + 1 for place, token in enumerate(tokens[:-1]) if token.isspace() and token.endswith("\n"))
    return tokens, [0, *ends]


def changed(chance: random.Random, program: str) -> str:
    """Some lines of a program, cut somewhere, with a token more, less, or in another place."""
    found, starts = tokens_of(program)
    start = chance.choice(starts)
    tokens = found[start : start + chance.choice(LENGTHS)]
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
    """An expression that is printed; of some that fail the whole trace."""
    kind = chance.random()
    found = body(chance, expression) if kind < 0.4 else expression(chance, chance.choice((0, 1, 1, 2)))
    return f"{'say' if kind > 0.1 else 'trace'}(() => ({found}));"


def expression(chance: random.Random, depth: int) -> str:
    if depth == 0:
        value = chance.choice(VALUES)
        return f"({value})" if value[0] in "{fc-(1" else value
    if chance.random() < 0.25:
        return f"{expression(chance, depth - 1)} {chance.choice(BINARY)} {expression(chance, 0)}"
    form = chance.choice(FORMS)
    return form.format(*(expression(chance, depth - 1) for _ in range(form.count("{}"))))

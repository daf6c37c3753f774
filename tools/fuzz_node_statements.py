"""Small bodies of functions for `fuzz_node.py`: what programs of beginners are made of, with values put in at random."""

from __future__ import annotations

import random
from collections.abc import Callable

Expression = Callable[[random.Random, int], str]
"""What gives an expression of a depth."""

BODIES = (
    "class A {{ #v = {}; get v() {{ return this.#v; }} set v(x) {{ this.#v = x; }} has(o) {{ return #v in o; }} }} const a = new A(); a.v = {}; return [a.v, a.has(a), a];",
    "class A {{ #m() {{ return {}; }} static #n = {}; run() {{ return [this.#m(), A.#n]; }} static of(x) {{ return x.#m(); }} }} return [new A().run(), A.of({})];",
    "class A {{ static count = 0; static {{ A.count += 1; }} name = {}; ['k' + 1] = {}; constructor() {{ A.count++; }} }} new A(); return [A.count, new A(), A];",
    "class A {{ constructor(x) {{ this.x = x; }} toString() {{ return `A(${{this.x}})`; }} get [Symbol.toStringTag]() {{ return 'Tag'; }} }} return [`${{new A({})}}`, new A({}), String(new A(1)) + {}];",
    "class A {{ constructor(x) {{ this.x = x; }} who() {{ return 'A' + this.x; }} }} class B extends A {{ constructor(y) {{ super({}); this.y = y; }} who() {{ return super.who() + this.y; }} }} const b = new B({}); return [b.who(), b instanceof A, b];",
    "class A {{ static make() {{ return new this({}); }} constructor(x) {{ this.x = x; }} }} class B extends A {{ y = {}; }} return [B.make(), B.name, B.length, Object.getPrototypeOf(B) === A];",
    "class A extends {} {{ m() {{ return 1; }} }} return new A().m();",
    "class B extends Array {{ sum() {{ return this.reduce((x, y) => x + y, 0); }} }} const b = B.from({}); return [b, b.sum(), b.map((x) => x), b.length];",
    "class E extends Error {{ constructor(m) {{ super(m); this.name = 'E'; this.code = {}; }} }} try {{ throw new E({}); }} catch (e) {{ return [e.name, e.message, e.code, e instanceof Error, String(e)]; }}",
    "const e = new Error({}, {{ cause: {} }}); return [e.message, e.cause, Object.keys(e), `${{e}}`];",
    "const {{ a = {}, b: {{ c = 2 }} = {{}}, ...rest }} = {}; return [a, c, rest];",
    "const [x = {}, , y = x, ...z] = {}; return [x, y, z];",
    "let a = 1, b = 2; [a, b] = [b, {}]; ({{ a, b: [b] = [9] }} = {}); return [a, b];",
    "const f = ({{ x = 1, y = x }} = {{}}, [z] = {}, ...more) => [x, y, z, more]; return [f(), f({}, [5], 6, 7), f.length];",
    "function f(a, b = {}, ...c) {{ return [a, b, c, arguments.length]; }} return [f(), f(1), f(1, undefined, 3), f(...{}), f.length, f.name];",
    "const tag = (texts, ...values) => texts.raw.map((t, i) => t + String(values[i] ?? '')).join('|'); return tag`a${{{}}}b\\n${{{}}}`;",
    "return `${{{}}}-${{{} ? 'yes' : 'no'}} ${{[{}].length}}`;",
    "let r = []; outer: for (let i = 0; i < 4; i++) {{ for (const j of [1, 2, 3]) {{ if (j === i) continue outer; if (i === 3) break outer; r.push(i * j); }} }} return [r, {}];",
    "let r = ''; for (const k in {}) {{ if (k === 'x') continue; r += k + ','; if (r.length > 20) break; }} return r;",
    "let n = 0; do {{ n += 2; if (n > 6) break; }} while ({}); return n;",
    "switch ({}) {{ case 1: return 'one'; case 'x': case '': return 'text'; case null: case undefined: return 'nothing'; default: return typeof {}; }}",
    "const r = []; try {{ r.push(1); {}.none(); r.push(2); }} catch ({{ name, message }}) {{ r.push(name, message); }} finally {{ r.push('end'); }} return r;",
    "const f = () => {{ try {{ return {}; }} finally {{ out.push('f'); }} }}; const out = []; return [f(), out];",
    "const f = () => {{ for (const x of {}) {{ try {{ if (x) return x; }} finally {{ continue; }} }} return 'none'; }}; return f();",
    "function* g(x) {{ const y = yield x; try {{ yield y; }} finally {{ yield 'last'; }} return {}; }} const i = g({}); return [i.next(), i.next({}), i.return(7), i.next(), i.next()];",
    "function* g() {{ yield* {}; return 'r'; }} return [...g()];",
    "function* g() {{ let n = 0; while (true) {{ const back = yield n++; if (back) n = back; }} }} const i = g(); return [i.next().value, i.next().value, i.next({}).value, i.next().value, i];",
    "const o = {{ *[Symbol.iterator]() {{ yield 1; yield {}; }} }}; const [p, q] = o; return [[...o], p, q, Math.max(...o), Array.from(o, (x) => typeof x)];",
    "const o = {{ from: 1, to: 3, [Symbol.iterator]() {{ let n = this.from; const end = this.to; return {{ next: () => (n <= end ? {{ value: n++, done: false }} : {{ value: undefined, done: true }}), return: () => {{ o.ended = true; return {{}}; }} }}; }} }}; for (const x of o) if (x == {}) break; return [[...o], o.ended];",
    "const m = new Map([['a', 1], [{}, 2]]); m.set({}, 3).delete('a'); return [m, m.size, [...m.keys()], m.get({})];",
    "const s = new Set({}); s.add({}); return [s, s.size, s.has(1), [...s].length];",
    "const c = new Map(); for (const x of {}) c.set(x, (c.get(x) ?? 0) + 1); return [...c].sort((p, q) => q[1] - p[1]);",
    "const o = {{ a: {}, get b() {{ return this.a; }}, set b(x) {{ this.a = [x]; }}, ['c' + {}]: 1 }}; o.b = {}; return [o, o.b, Object.entries(o).length];",
    "const o = Object.freeze({{ a: {}, in: {{ b: 1 }} }}); o.a = 2; o.in.b = {}; delete o.a; return [o, Object.isFrozen(o), Object.isFrozen(o.in)];",
    "'use strict'; const o = Object.freeze([1, {}]); o.push({}); return o;",
    "'use strict'; const o = Object.defineProperty({{}}, 'x', {{ value: {}, enumerable: {} }}); o.x = 1; return o;",
    "const o = Object.create({{ up: 1 }}, {{ own: {{ value: {}, enumerable: true }} }}); const r = []; for (const k in o) r.push(k, Object.hasOwn(o, k)); return [r, o, 'up' in o, JSON.stringify(o)];",
    "const p = new Proxy({{ a: 1 }}, {{ get: (t, k) => (k in t ? t[k] : {}), has: () => true, set(t, k, v) {{ t[k] = [v]; return true; }} }}); p.z = {}; return [p.a, p.q, 'w' in p, p.z];",
    "return JSON.stringify({{ a: {}, b: [{}, undefined], c: {{ toJSON() {{ return {}; }} }} }}, null, 2);",
    "return JSON.parse(JSON.stringify({{ v: {}, d: new Date(0), n: NaN }}), (k, v) => (typeof v === 'number' ? v + 1 : v));",
    "return JSON.stringify({}, ['a', 'k', 'x', 'm']);",
    "return JSON.parse('{{\"a\": [1, 2, {{\"b\": null}}]}}'.replace('2', {}));",
    "return [0.1 + 0.2, (1234.5678).toFixed({}), (0.000001234).toPrecision(2), (255).toString(16), parseFloat('3.14abc'), Number({}), (25).toString(2).padStart(8, '0')];",
    "const d = new Date(2024, {}, 15, 10, 30); return [d.toISOString(), d.getDay(), d.getMonth(), d.toJSON()];",
    "const d = new Date('2024-02-2{}'); return [d.getTime(), d.getDate(), String(d), isNaN(d)];",
    "const d = new Date(86400000 * {}); d.setDate(d.getDate() + 1); return [d, d - new Date(0), d.toDateString()];",
    "const m = /(?<year>\\d{{4}})-(?<month>\\d\\d)/.exec('on 2024-05-06' + {}); const {{ year, month }} = m.groups; return [year, month, m.index, m[0], m];",
    "return ['a1b22c333'.replace(/\\d+/g, (x, at) => `<${{x.length}}@${{at}}>`), 'x-y_z'.split(/[-_]/), 'aBc'.replace(/[A-Z]/g, '_$&'), [...'a1b2'.matchAll(/[a-z](\\d)/g)].map((m) => m[1]), {}];",
    "const re = /o/g; const r = []; let m; while ((m = re.exec('foo boo' + {}))) r.push(m.index, re.lastIndex); return r;",
    "const s = String({}); return [s.slice(-3), s.substring(4, 1), s.charAt(0), s.at(-1), s.trim().toUpperCase(), s.split(' '), s.padEnd(8, '.'), s.lastIndexOf('t'), s.replaceAll('t', 'T')];",
    "const words = 'the quick brown fox'.split(' '); return [words.map((w) => w[0].toUpperCase() + w.slice(1)).join(' '), words.sort((x, y) => x.length - y.length || x.localeCompare(y)), words.includes({})];",
    "const a = [5, 1, 10]; return [a.toSorted(), a.toSorted((x, y) => x - y), a.toReversed(), a.toSpliced(1, 1, {}), a.with(0, {}), a.findLast((x) => x < 6), a.findLastIndex((x) => x > 100), a];",
    "const a = [3, 1, 2]; return [a.reduce((s, x) => s + x, {}), a.reduceRight((s, x) => [...s, x], []), a.flatMap((x) => Array(x).fill(x)), a.entries().next(), a.indexOf({}), a.fill({}, 1, 2)];",
    "const a = [1, 2, 3, 4]; a.length = 2; a[5] = {}; return [a, a.length, a.filter(() => true), a.map((x) => 1), Object.keys(a), a.findIndex((x) => x === undefined)];",
    "const a = [1, [2, [3, [{}]]]]; return [a.flat(), a.flat(Infinity), a.toString(), structuredClone(a), a.copyWithin(0, 1)];",
    "return Array.from({{ length: 3 }}, (_, i) => i * {});",
    "const counter = (() => {{ let n = {}; return {{ up: () => ++n, get now() {{ return n; }} }}; }})(); counter.up(); return [counter.up(), counter.now, counter];",
    "const memo = (f, seen = {{}}) => (x) => (seen[x] ??= f(x)); let calls = 0; const sq = memo((x) => {{ calls++; return x * x; }}); return [sq({}), sq({}), sq(2), calls];",
    "const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2)); const compose = (...fs) => (x) => fs.reduceRight((v, f) => f(v), x); return compose(fib, (x) => x % 9)({});",
    "function f() {{ return this === undefined ? 'none' : typeof this; }} const o = {{ f }}; return [o.f(), f.call({}), f.bind({})(), (0, o.f)()];",
    "function Old(x) {{ if (!new.target) return new Old({}); this.x = x; }} Old.prototype.get = function () {{ return this.x; }}; return [Old(1).get(), new Old(2), Old.prototype.constructor === Old];",
    "const o = {}; o.x ??= 5; o.y ||= o.x; o.x &&= o.y; return [o?.x?.y?.z, o?.['x'], o.m?.(), o];",
    "return [{} ?? 'd', {} || 'e', {} && 'f', !!{}, typeof {}, void 0];",
    "var r = []; for (var i = 0; i < 3; i++) r.push(() => i); for (let j = 0; j < 3; j++) r.push(() => j); return [r.map((f) => f()), typeof later, hoisted(), {}]; function hoisted() {{ return later; }} var later = 1;",
    "if ({}) {{ let x = 1; {{ let x = 2; var v = x; }} return [x, v]; }} return v;",
    "const x = {}; {{ x; const y = x; }} return y;",
    "x = {}; let x = 1; return x;",
    "const c = {}; c = 2; return c;",
    "return {} + {} * 2 ** -1 - ({} % 3);",
    "return [{} == {}, {} === {}, Object.is({}, -0), {} < {}];",
    "const s = Symbol({}); return [s.toString(), s.description, {{ [s]: 1 }}, typeof s, Symbol.for('q') === Symbol.for('q')];",
    "return [10n ** 20n, 7n / 2n, -7n % 3n, BigInt({}) + 1n, 5n > 4, 2n == 2];",
    "console.log('%s is %d years and %i, %f, %j, %o, %%', {}, {}, 42.9, '1.5', {{ a: 1 }}, [1]); return 1;",
    "console.log([[[[{}]]]], {{ a: {{ b: {{ c: {{ d: {} }} }} }} }}, [undefined, null, -0, , 'q\\'s'], new Map([[{{ k: 1 }}, new Set(['v'])]])); return 2;",
    "console.log(Array.from({{ length: {} }}, (_, i) => i), 'x'.repeat(30).split(''), {{ long: 'word '.repeat(20), f() {{}}, g: class Q {{}}, s: Symbol('t') }}); return 3;",
    "console.table([{{ a: 1, b: {} }}, {{ a: 'x', c: true }}]); return 4;",
    "console.error({}); console.group('G'); console.log({}); console.groupEnd(); console.log('out'); return 5;",
    "const util = require('util'); return util.inspect({}, {{ depth: 0, compact: false }}) + util.format('%s', {});",
    "const EventEmitter = require('events'); const e = new EventEmitter(); e.on('x', (v) => console.log('got', v)); e.once('x', () => console.log('once')); return [e.emit('x', {}), e.emit('x', 2), e.emit('y'), e.listenerCount('x')];",
    "const path = require('path'); return [path.join('a', '..', 'b', String({})), path.basename('/x/y.txt', '.txt'), path.extname('a.b.c'), path.resolve('/a', './b'), path.parse('/r/f.js').name];",
    "const assert = require('assert'); assert.strictEqual({}, {}); return 'same';",
    "const assert = require('assert'); assert.deepStrictEqual([1, {}], [1, {}]); return 'deep';",
    "const inner = () => {{ throw new RangeError(String({})); }}; const outer = () => inner(); outer();",
    "return Object.groupBy ?? Object.entries({{ a: 1, b: {} }}).map(([k, v]) => `${{k}}=${{v}}`).join('&');",
    "return [parseInt({}), parseInt('101', 2), Math.round({}), Math.max({}, 3), Math.trunc(-4.7), Math.sign({}), Math.hypot(3, 4)];",
    "return [[10, 9, 1].sort(), ['b', undefined, 'a'].sort(), [true, {}].sort(), [3, 2, 1].sort(() => 0), ['é', 'z', 'a'].sort()];",
    "return [(1234567.891).toLocaleString(), (0).toFixed(2), (-1.5).toFixed(0), (1e21).toString(), 5e-7.toString(), (123.456).toExponential(2), {}.toLocaleString()];",
    "return [encodeURIComponent('a b&' + {}), decodeURIComponent('%41'), escape('ü'), unescape('%u0107'), btoa('hi'), atob('aGk=')];",
)  # fmt: skip
"""Each is given expressions where it has {}."""
STEPS = (
    "log('a{n}');", "Promise.resolve({n}).then((v) => log('p', v));", "queueMicrotask(() => log('q{n}'));", "process.nextTick(() => log('n{n}'));",
    "Promise.resolve().then(() => {{ log('c{n}'); return Promise.resolve({n}); }}).then((v) => log('d', v));", "await null; log('w{n}');",
    "await Promise.resolve().then(() => log('x{n}'));", "(async () => {{ log('in{n}'); await {n}; log('out{n}'); return {n}; }})().then((v) => log('r', v));",
    "Promise.reject(new Error('r{n}')).catch((e) => log(e.message)).finally(() => log('f{n}'));", "Promise.all([1, Promise.resolve({n})]).then((v) => log(v));",
    "Promise.race([new Promise(() => 0), Promise.resolve({n})]).then((v) => log('race', v));", "Promise.any([Promise.reject(1), {n}]).then((v) => log('any', v));",
    "Promise.allSettled([Promise.reject({n}), 2]).then((v) => log(v));", "for await (const x of [{n}, Promise.resolve(2)]) log('fa', x);",
    "(async () => {{ for await (const x of (async function* () {{ yield {n}; log('g'); yield Promise.resolve(2); }})()) log('y', x); }})();",
    "Promise.resolve({{ then(r) {{ log('then{n}'); r({n}); }} }}).then((v) => log('t', v));", "log('aw', await {{ then(r) {{ r({n}); }} }});",
    "new Promise((r, j) => {{ log('ex'); r({n}); j(2); log('still'); }}).then((v) => log('ok', v));",
    "try {{ await Promise.reject(new TypeError('no{n}')); }} catch (e) {{ log(e.name, e.message); }} finally {{ log('fin'); }}",
    "try {{ await Promise.any([Promise.reject({n})]); }} catch (e) {{ log(e.constructor.name, e.message, e.errors); }}",
    "{{ const g = (async function* () {{ try {{ yield {n}; yield 2; }} finally {{ log('gone'); }} }})(); g.next().then((v) => log(v)); g.return(9).then((v) => log(v)); g.next().then((v) => log(v)); }}",
    "(async () => {{ await null; throw new RangeError('late{n}'); }})().catch((e) => log(e.message));", "Promise.resolve({n}).then(2).then((v) => log('pass', v));",
    "Promise.resolve().then(() => {{ throw {n}; }}).then(() => log('no'), (v) => log('caught', v));", "Promise.reject({n}).then((v) => v, undefined).catch((v) => log('end', v));",
    "{{ const p = (async () => {n})(); log(p); await p; log(p); }}", "await (async () => {{ await 1; await 2; log('deep{n}'); }})();", "Promise.resolve(Promise.resolve({n})).then((v) => log('flat', v));",
    "new Promise((r) => r(Promise.resolve({n}))).then((v) => log('late', v));", "(async () => Promise.resolve({n}))().then((v) => log('ret', v));",
)  # fmt: skip
"""Statements of an async function that note in which order things happen; n is a number."""
TIMED = (
    "setTimeout(() => log('t{n}'), 0);", "setTimeout(async () => {{ log('s{n}'); await null; log('s{n}b'); }}, 0);", "setTimeout((a, b) => log(a, b), 1, {n}, 2);",
    "clearTimeout(setTimeout(() => log('never'), 0));", "await new Promise((r) => setTimeout(r, 1)); log('slept');",
    "{{ let k = 0; const i = setInterval(() => {{ log('i', ++k); if (k === 2) clearInterval(i); }}, 1); await new Promise((r) => setTimeout(r, 9)); }}",
    "setTimeout(() => {{ process.nextTick(() => log('tn')); Promise.resolve().then(() => log('tp')); log('t'); }}, 0);", "await require('timers/promises').setTimeout(1, {n}).then((v) => log(v));",
)  # fmt: skip
IMMEDIATE = (
    "setImmediate(() => log('i{n}'));", "setImmediate(() => {{ process.nextTick(() => log('in')); Promise.resolve().then(() => log('ip')); log('i{n}'); }});",
    "setImmediate((v) => {{ log(v); setImmediate(() => log('again')); }}, {n});", "clearImmediate(setImmediate(() => log('never')));", "await new Promise((r) => setImmediate(r)); log('turn');",
)  # fmt: skip
"""Timers and immediates are not mixed: which of them is first depends on how long things take."""


def body(chance: random.Random, expression: Expression) -> str:
    """A function's body as an expression."""
    form = chance.choice(BODIES)
    return f"(() => {{ {form.format(*(expression(chance, chance.choice((0, 0, 0, 1))) for _ in range(form.count('{}'))))} }})()"


def order(chance: random.Random) -> str:
    """An async function that notes the order in which its statements and what they begin happen."""
    steps = STEPS + chance.choice(((), TIMED, TIMED, IMMEDIATE)) * 2
    parts = " ".join(chance.choice(steps).format(n=chance.randrange(9)) for _ in range(chance.choice((2, 3, 4, 6))))
    return f"later(async (log) => {{ {parts} }});"

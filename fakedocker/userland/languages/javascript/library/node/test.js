// node:test: tests and suites, run in their order, and told of as TAP.
'use strict';

const { coded, invalidType } = require('errors');
const { lines, summary } = require('test_report');
const { MockTracker } = require('test_mock');

const UNSEEN = ['concurrency', 'only', 'signal', 'plan'];
const NOTE = "'only' and 'runOnly' require the --test-only command-line option.";
const counts = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
const mock = new MockTracker();

class TestContext {
  #test;
  constructor(test) {
    this.#test = test;
    Object.defineProperty(this, 'mock', { value: test.mock, enumerable: false });
  }
  get name() {
    return this.#test.name;
  }
  diagnostic(message) {
    this.#test.notes.push(String(message));
  }
  skip(reason) {
    this.#test.skipped = true;
    this.#test.reason = reason;
  }
  todo(reason) {
    this.#test.todo = true;
    this.#test.reason = reason;
  }
  test(name, options, fn) {
    const inner = new Test(this.#test, 'test', name, options, fn, __host__.callPlace());
    return inner.begin();
  }
  before(fn) {
    this.#test.hooks.before.push(fn);
  }
  after(fn) {
    this.#test.hooks.after.push(fn);
  }
  beforeEach(fn) {
    this.#test.hooks.beforeEach.push(fn);
  }
  afterEach(fn) {
    this.#test.hooks.afterEach.push(fn);
  }
}

class SuiteContext {
  #suite;
  constructor(suite) {
    this.#suite = suite;
  }
  get name() {
    return this.#suite.name;
  }
}

class Test {
  constructor(parent, kind, name, options, fn, place) {
    if (typeof name === 'function') [name, options, fn] = [name.name || '<anonymous>', {}, name];
    else if (name !== null && typeof name === 'object') [name, options, fn] = ['', name, options];
    if (typeof options === 'function') [options, fn] = [{}, options];
    if (typeof name !== 'string' || name === '') name = fn && fn.name ? fn.name : '<anonymous>';
    for (const key of Object.keys(options || {})) {
      if (key === 'only') notes.push(NOTE);
      else if (UNSEEN.includes(key)) __host__.refuse(`the option ${key} of node:test`);
    }
    const { skip, todo, timeout } = options || {};
    Object.assign(this, { parent, kind, name, fn: fn || (() => {}), timeout, place, children: [], notes: [], mock: new MockTracker() });
    this.hooks = { before: [], after: [], beforeEach: [], afterEach: [] };
    this.skipped = skip !== undefined && skip !== false;
    this.todo = todo !== undefined && todo !== false;
    this.reason = typeof skip === 'string' ? skip : typeof todo === 'string' ? todo : undefined;
    this.number = parent.children.push(this);
    this.depth = parent.depth + 1;
    if (parent.kind === 'test' && parent.isDone) __host__.refuse('a test within one that has ended');
  }
  get failed() {
    return this.error !== undefined;
  }
  // A test within a test begins at once.
  begin() {
    return this.run(this.parent.subtest || ((own) => inTest(own)));
  }
  async run(call) {
    this.started = __host__.now();
    if (this.kind === 'suite') await this.runSuite();
    else if (!this.skipped) await this.runTest(call);
    this.finish();
  }
  async runTest(call) {
    if (hasHooks(this)) {
      try {
        await hook(this.parent, 'before');
        await each(this, 'beforeEach');
      } catch (error) {
        this.fail(error, 'hookFailed');
      }
    }
    if (!this.failed) {
      try {
        const found = call(this);
        await (this.timeout === undefined || this.timeout === Infinity ? found : Promise.race([found, late(this)]));
      } catch (error) {
        if (error !== lateError) this.fail(error, 'testCodeFailure');
      }
    }
    this.isDone = true;
    for (const child of this.children) if (!child.duration) __host__.refuse('a test that is not waited for');
    try {
      await each(this, 'afterEach');
      await hook(this, 'after');
    } catch (error) {
      if (!this.failed) this.fail(error, 'hookFailed');
    }
    this.mock.restoreAll();
  }
  async runSuite() {
    if (this.skipped) return;
    try {
      await this.body;
    } catch (error) {
      this.fail(error, 'testCodeFailure');
    }
    if (this.failed) return;
    try {
      await hook(this, 'before');
    } catch (error) {
      __host__.refuse('a hook of a suite that fails');
    }
    let isFirst = true;
    for (const child of this.children) {
      const call = child.kind === 'suite' ? undefined : isFirst ? firstInSuite : this.depth > 1 ? nextInInnerSuite : nextInSuite;
      if (isFirst) await runFirst(child, call);
      else await new Promise((resolve, reject) => runRest(child, call).then(resolve, reject));
      isFirst = false;
    }
    await hook(this, 'after');
  }
  invoke() {
    const context = new TestContext(this);
    if (this.fn.length < 2) return this.fn.call(context, context);
    return new Promise((resolve, reject) => {
      const found = this.fn.call(context, context, (error) => (error ? reject(error) : resolve()));
      if (found instanceof Promise) reject(coded(Error, 'ERR_TEST_FAILURE', 'passed a callback but also returned a Promise'));
    });
  }
  fail(cause, failureType) {
    this.error = { failureType, cause };
  }
  finish() {
    this.duration = Number(__host__.now() - this.started) / 1e6 || 0.1;
    const bad = this.children.filter((child) => child.failed && !child.todo).length;
    if (bad && !this.failed) this.fail(`${bad} subtest${bad > 1 ? 's' : ''} failed`, 'subtestsFailed');
    counts[this.kind === 'suite' ? 'suites' : 'tests']++;
    if (this.kind !== 'suite') {
      const how = this.skipped ? 'skipped' : this.todo ? 'todo' : !this.failed ? 'pass' : this.error.failureType === 'testTimeoutFailure' ? 'cancelled' : 'fail';
      counts[how]++;
    }
    if (this.failed && !this.todo) process.exitCode = 1;
    lines(this, written);
    flush();
  }
}

// Suites wait for their tests in two ways, which traces tell of.
async function runFirst(child, call) {
  await child.run(call);
}
async function runRest(child, call) {
  await child.run(call);
}

const lateError = {};

function late(test) {
  return new Promise((resolve, reject) => {
    setTimeout(() => {
      if (test.isDone) return;
      test.fail(`test timed out after ${test.timeout}ms`, 'testTimeoutFailure');
      reject(lateError);
    }, test.timeout);
  });
}

// Whether anything is to be done before a test; if nothing is, it begins at once.
function hasHooks(test) {
  if (test.parent.hooks.before.length) return true;
  for (let place = test.parent; place; place = place.parent) if (place.hooks.beforeEach.length) return true;
  return false;
}

async function hook(owner, name) {
  if (owner[`${name}Ran`]) return;
  owner[`${name}Ran`] = true;
  for (const fn of owner.hooks[name]) await called(fn, owner);
}

async function each(test, name) {
  const owners = [];
  for (let place = test.parent; place; place = place.parent) owners.unshift(place);
  for (const owner of name === 'afterEach' ? owners.reverse() : owners) for (const fn of owner.hooks[name]) await called(fn, test);
}

function called(fn, owner) {
  const context = owner.kind === 'suite' ? new SuiteContext(owner) : new TestContext(owner);
  if (fn.length < 2) return inHook(fn, context);
  return new Promise((resolve, reject) => fn.call(context, context, (error) => (error ? reject(error) : resolve())));
}

// What calls a test, by where it stands: traces differ.
const {
  '|test.first': first, '|test.next': next, '|test.suite.first': firstInSuite, '|test.suite.next': nextInSuite, '|test.suite.inner': nextInInnerSuite, '|test.hook': inHook,
} = {
  '|test.first': (test) => test.invoke(),
  '|test.next': (test) => test.invoke(),
  '|test.suite.first': (test) => test.invoke(),
  '|test.suite.next': (test) => test.invoke(),
  '|test.suite.inner': (test) => test.invoke(),
  '|test.hook': (fn, context) => fn.call(context, context),
};
const inTest = (test) => test.invoke();

const root = { kind: 'root', depth: 0, children: [], hooks: { before: [], after: [], beforeEach: [], afterEach: [] } };
const notes = [];
const written = [];
let current = root;
let ran = 0;
let running = false;
let begun = false;
let waiting = false;
const started = __host__.now();

function flush() {
  if (waiting) return;
  waiting = true;
  setImmediate(() => {
    waiting = false;
    write();
  });
}

function write() {
  if (!begun) written.unshift('TAP version 13');
  begun = true;
  if (written.length) process.stdout.write(`${written.splice(0).join('\n')}\n`);
}

async function runAll() {
  while (ran < root.children.length) {
    const child = root.children[ran++];
    await child.run(ran === 1 ? first : next);
  }
  running = false;
  try {
    await hook(root, 'after');
  } catch (error) {
    __host__.refuse('a hook of all tests that fails');
  }
}

process.on('beforeExit', () => {
  if (running || !root.children.length || root.isDone) return;
  root.isDone = true;
  written.push(`1..${root.children.length}`, ...[...new Set(notes)].map((note) => `# ${note}`));
  written.push(...summary(counts, Number(__host__.now() - started) / 1e6));
  write();
});

function add(kind, args, extra, place) {
  const [name, options, fn] = args;
  const given = typeof options === 'object' && options ? options : {};
  const body = typeof name === 'function' ? name : typeof options === 'function' ? options : fn;
  const made = new Test(current, kind, typeof name === 'string' ? name : body && body.name, { ...given, ...extra }, body, place);
  if (kind === 'suite' && !made.skipped) {
    const outer = current;
    current = made;
    try {
      made.body = made.fn.call(new SuiteContext(made), new SuiteContext(made));
    } catch (error) {
      made.fail(error, 'testCodeFailure');
    }
    current = outer;
    if (made.body instanceof Promise) __host__.refuse('a suite whose body waits');
  }
  if (!running && current === root) {
    running = true;
    queueMicrotask(runAll);
  }
  return kind === 'suite' || current !== root ? undefined : Promise.resolve();
}

function adder(kind) {
  const call = (...args) => add(kind, args, {}, __host__.callPlace());
  call.skip = (...args) => add(kind, args, { skip: true }, __host__.callPlace());
  call.todo = (...args) => add(kind, args, { todo: true }, __host__.callPlace());
  call.only = (...args) => add(kind, args, { only: true }, __host__.callPlace());
  return call;
}

const test = adder('test');
const describe = adder('suite');
function hooks(name) {
  return (fn, options) => {
    if (options !== undefined) __host__.refuse('options of a hook of node:test');
    if (typeof fn !== 'function') throw invalidType('fn', 'of type function', fn);
    current.hooks[name].push(fn);
  };
}

module.exports = Object.assign(test, {
  test, it: adder('test'), describe, suite: describe, before: hooks('before'), after: hooks('after'), beforeEach: hooks('beforeEach'), afterEach: hooks('afterEach'), mock,
  run: () => __host__.refuse('run() of node:test'),
});

// assert: each check throws an AssertionError that says in node's words how values differ.
'use strict';

const { coded, invalidType } = require('errors');
const { isDeep } = require('comparing');
const { difference, wordsFor } = require('assert_messages');

class AssertionError extends Error {
  constructor(options) {
    if (typeof options !== 'object' || options === null) throw invalidType('options', 'of type object', options);
    const { message, operator, stackStartFn } = options;
    const { actual, expected } = options;
    super(message === undefined || message === null ? wordsFor(operator, actual, expected) : withDifference(message, operator, actual, expected));
    this.generatedMessage = !message;
    Object.defineProperty(this, 'name', { value: 'AssertionError [ERR_ASSERTION]', enumerable: false, writable: true, configurable: true });
    this.code = 'ERR_ASSERTION';
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    Error.captureStackTrace(this, stackStartFn);
    this.stack;
    this.name = 'AssertionError';
  }
  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

function withDifference(message, operator, actual, expected) {
  if (operator === 'deepStrictEqual' || operator === 'strictEqual') return difference(actual, expected, operator, String(message));
  return String(message);
}

function fail(options) {
  if (options.message instanceof Error) throw options.message;
  throw __host__.thrownAt(new AssertionError(options), 'node:assert', 90, '  throw new AssertionError(obj);', 3);
}

function truth(value, message, count, start) {
  if (value) return;
  let text = message;
  let made = false;
  if (count === 0) [text, made] = ['No value argument passed to `assert.ok()`', true];
  else if (message === undefined || message === null) [text, made] = [`The expression evaluated to a falsy value:\n\n  ${__host__.callText(start)}\n`, true];
  else if (message instanceof Error) throw message;
  const error = new AssertionError({ actual: value, expected: true, message: text, operator: '==', stackStartFn: start });
  error.generatedMessage = made;
  throw __host__.thrownAt(error, 'node:internal/assert/utils', 281, '    throw err;', 5);
}

function assert(...args) {
  truth(args[0], args[1], args.length, assert);
}

assert.ok = function ok(...args) {
  truth(args[0], args[1], args.length, ok);
};

assert.AssertionError = AssertionError;

assert.fail = function fail(message) {
  if (arguments.length > 1) __host__.refuse('assert.fail with several arguments');
  if (message instanceof Error) throw message;
  const error = new AssertionError({ message: message === undefined ? 'Failed' : message, operator: 'fail', stackStartFn: fail });
  error.generatedMessage = message === undefined;
  throw error;
};

function comparison(name, operator, holds) {
  const check = {
    [name](actual, expected, message) {
      if (arguments.length < 2) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "actual" and "expected" arguments must be specified');
      if (!holds(actual, expected)) fail({ actual, expected, message, operator, stackStartFn: check });
    },
  }[name];
  assert[name] = check;
}

comparison('equal', '==', (a, b) => a == b || (a !== a && b !== b));
comparison('notEqual', '!=', (a, b) => !(a == b || (a !== a && b !== b)));
comparison('strictEqual', 'strictEqual', Object.is);
comparison('notStrictEqual', 'notStrictEqual', (a, b) => !Object.is(a, b));
comparison('deepEqual', 'deepEqual', (a, b) => isDeep(a, b, false));
comparison('notDeepEqual', 'notDeepEqual', (a, b) => !isDeep(a, b, false));
comparison('deepStrictEqual', 'deepStrictEqual', (a, b) => isDeep(a, b, true));
comparison('notDeepStrictEqual', 'notDeepStrictEqual', (a, b) => !isDeep(a, b, true));

assert.ifError = function ifError(value) {
  if (value === null || value === undefined) return;
  let message = 'ifError got unwanted exception: ';
  if (typeof value === 'object' && typeof value.message === 'string') {
    message += value.message.length === 0 && value.constructor ? value.constructor.name : value.message;
  } else {
    message += __host__.inspect(value);
  }
  const error = new AssertionError({ actual: value, expected: null, operator: 'ifError', message, stackStartFn: ifError });
  error.generatedMessage = false;
  throw error;
};

function matching(name, wanted) {
  const check = {
    [name](text, pattern, message) {
      if (!(pattern instanceof RegExp)) throw invalidType('regexp', 'an instance of RegExp', pattern);
      if (typeof text === 'string' && (pattern.exec(text) !== null) === wanted) return;
      if (message instanceof Error) throw message;
      const { received } = require('errors');
      const words =
        typeof text !== 'string'
          ? `The "string" argument must be of type string. Received ${received(text)}`
          : `${wanted ? 'The input did not match the regular expression' : 'The input was expected to not match the regular expression'} ${__host__.inspect(pattern)}. Input:\n\n${__host__.inspect(text)}\n`;
      const error = new AssertionError({ actual: text, expected: pattern, message: message || words, operator: name, stackStartFn: check });
      error.generatedMessage = !message;
      throw error;
    },
  }[name];
  assert[name] = check;
}

matching('match', true);
matching('doesNotMatch', false);

const NOTHING = {};

function thrownBy(call) {
  if (typeof call !== 'function') throw invalidType('fn', 'of type function', call);
  try {
    call();
  } catch (error) {
    return error;
  }
  return NOTHING;
}

async function rejectedBy(promise) {
  let waiting = promise;
  if (typeof promise === 'function') {
    waiting = promise();
    if (!waiting || typeof waiting.then !== 'function') {
      const { received } = require('errors');
      throw coded(TypeError, 'ERR_INVALID_RETURN_VALUE', `Expected instance of Promise to be returned from the "promiseFn" function but got ${received(waiting)}.`);
    }
  } else if (!promise || typeof promise.then !== 'function') {
    throw invalidType('promiseFn', 'of type function or an instance of Promise', promise);
  }
  try {
    await waiting;
  } catch (error) {
    return error;
  }
  return NOTHING;
}

function hasThrown(start, found, wanted, message) {
  let expected = wanted;
  let text = message;
  if (typeof expected === 'string') {
    if (arguments.length === 4 && message !== undefined) throw invalidType('error', 'of type function or an instance of Error, RegExp, or Object', wanted);
    [expected, text] = [undefined, wanted];
  }
  if (found === NOTHING) {
    let said = '';
    if (expected && expected.name) said += ` (${expected.name})`;
    said += text ? `: ${text}` : '.';
    fail({ actual: undefined, expected, operator: start.name, message: `Missing expected ${start.name === 'rejects' ? 'rejection' : 'exception'}${said}`, stackStartFn: start });
  }
  if (expected !== undefined) isExpected(found, expected, text, start);
}

function isExpected(found, expected, message, start) {
  let words = message;
  let made = false;
  if (typeof expected === 'function') {
    if (expected.prototype !== undefined && found instanceof expected) return;
    if (Object.prototype.isPrototypeOf.call(Error, expected)) {
      if (!words) {
        made = true;
        words = `The error is expected to be an instance of "${expected.name}". Received `;
        words += found instanceof Error ? `"${found.name}"` : `"${__host__.inspect(found, { depth: -1 })}"`;
      }
      if (found instanceof Error && made) words += `\n\nError message:\n\n${found.message}`;
    } else {
      const answer = expected.call({}, found);
      if (answer === true) return;
      if (!words) {
        made = true;
        words = `The ${expected.name ? `"${expected.name}" validation function is expected to return "true".` : 'validation function is expected to return "true".'} Received ${__host__.inspect(answer)}`;
        if (found instanceof Error) words += `\n\nCaught error:\n\n${found}`;
      }
    }
  } else if (expected instanceof RegExp) {
    if (expected.exec(String(found)) !== null) return;
    if (!words) [made, words] = [true, `The input did not match the regular expression ${__host__.inspect(expected)}. Input:\n\n${__host__.inspect(String(found))}\n`];
  } else {
    const keys = Object.keys(expected);
    if (expected instanceof Error) keys.push('name', 'message');
    const differs = keys.some((key) => !(key in found) || (!(expected[key] instanceof RegExp && typeof found[key] === 'string' && expected[key].exec(found[key]) !== null) && !isDeep(found[key], expected[key], true)));
    if (!differs) return;
    if (!words) __host__.refuse('how an error differs from an object of assert.throws');
  }
  const error = new AssertionError({ actual: found, expected, message: words, operator: start.name, stackStartFn: start });
  error.generatedMessage = made;
  throw error;
}

function hasNotThrown(start, found, wanted, message) {
  if (found === NOTHING) return;
  let [expected, text] = typeof wanted === 'string' ? [undefined, wanted] : [wanted, message];
  if (expected && !(expected instanceof RegExp ? expected.exec(String(found)) !== null : found instanceof expected)) throw found;
  const said = text ? `: ${text}` : '.';
  fail({ actual: found, expected, operator: start.name, message: `Got unwanted ${start.name === 'doesNotReject' ? 'rejection' : 'exception'}${said}\nActual message: "${found && found.message}"`, stackStartFn: start });
}

assert.throws = function throws(call, ...rest) {
  hasThrown(throws, thrownBy(call), ...rest);
};
assert.rejects = async function rejects(promise, ...rest) {
  hasThrown(rejects, await rejectedBy(promise), ...rest);
};
assert.doesNotThrow = function doesNotThrow(call, ...rest) {
  hasNotThrown(doesNotThrow, thrownBy(call), ...rest);
};
assert.doesNotReject = async function doesNotReject(promise, ...rest) {
  hasNotThrown(doesNotReject, await rejectedBy(promise), ...rest);
};

function strict(...args) {
  truth(args[0], args[1], args.length, strict);
}
assert.strict = Object.assign(strict, assert, {
  equal: assert.strictEqual,
  deepEqual: assert.deepStrictEqual,
  notEqual: assert.notStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
});
assert.strict.strict = assert.strict;

module.exports = assert;

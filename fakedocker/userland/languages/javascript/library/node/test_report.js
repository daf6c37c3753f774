// What node:test prints: TAP, version 13, and of errors what a reader needs, as YAML.
'use strict';

const UNWRAPPED = ['uncaughtException', 'unhandledRejection', 'testCodeFailure', 'hookFailed'];
const OPTIONS = { colors: false, breakLength: Infinity };

function yaml(indent, name, value, seen = new Set()) {
  if (value === null || value === undefined) return '';
  const prefix = `${indent}  ${name}:`;
  if (typeof value !== 'object') {
    const parts = typeof value === 'string' ? value.split(/\r?\n/) : [''];
    if (parts.length === 1) return `${prefix} ${__host__.inspect(value, OPTIONS)}\n`;
    return `${prefix} |-\n${parts.map((part) => `${indent}    ${part}\n`).join('')}`;
  }
  if (value instanceof Date) return `${prefix} ${value.toISOString()}\n`;
  if (value instanceof Error) __host__.refuse('an error within an error in the report of a test');
  seen.add(value);
  let text = `${prefix}\n`;
  for (const [key, held] of Object.entries(value)) {
    text += seen.has(held) ? `${indent}    ${key}: <Circular>\n` : yaml(`${indent}  `, key, held, seen);
  }
  return text;
}

function ofError(indent, { failureType, cause }) {
  const isKnown = UNWRAPPED.includes(failureType) && cause !== null && typeof cause === 'object';
  const error = isKnown ? cause : { message: String(cause) };
  const isAssertion = isKnown && error.code === 'ERR_ASSERTION';
  let text = yaml(indent, 'failureType', failureType);
  text += yaml(indent, 'error', error.message === undefined ? '<unknown error>' : error.message);
  text += yaml(indent, 'code', error.code === undefined ? 'ERR_TEST_FAILURE' : error.code);
  if (error.name && error.name !== 'Error') text += yaml(indent, 'name', error.name);
  if (isAssertion) text += yaml(indent, 'expected', error.expected) + yaml(indent, 'actual', error.actual) + yaml(indent, 'operator', error.operator);
  const frames = String(error.stack || '').split('\n').filter((line) => line.startsWith('    at ')).map((line) => line.slice(7));
  if (isKnown && error.cause !== undefined) __host__.refuse('the cause of an error in the report of a test');
  if (frames.length) text += `${indent}  stack: |-\n${frames.map((frame) => `${indent}    ${frame}\n`).join('')}`;
  return text;
}

function escaped(text) {
  const plain = { '\b': '\\b', '\f': '\\f', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\v': '\\v' };
  return text.replace(/[\b\f\t\n\r\v]/g, (one) => plain[one]).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}

// Tests around one are named before it.
function begin(test, found) {
  if (test.isTold || test.depth === 0) return;
  test.isTold = true;
  begin(test.parent, found);
  found.push(`${'    '.repeat(test.depth - 1)}# Subtest: ${escaped(test.name)}`);
}

// The lines of a test that has ended; those of the tests within have come before.
function lines(test, found) {
  const indent = '    '.repeat(test.depth - 1);
  begin(test, found);
  if (test.children.length) found.push(`${indent}    1..${test.children.length}`);
  const reason = test.reason ? ` ${escaped(test.reason)}` : '';
  const mark = test.skipped ? ` # SKIP${reason}` : test.todo ? ` # TODO${reason}` : '';
  found.push(`${indent}${test.failed ? 'not ok' : 'ok'} ${test.number} - ${escaped(test.name)}${mark}`, `${indent}  ---`);
  let text = yaml(indent, 'duration_ms', test.duration) + (test.kind === 'suite' ? yaml(indent, 'type', 'suite') : '');
  if (test.failed) text += yaml(indent, 'location', test.place) + ofError(indent, test.error);
  found.push(...text.slice(0, -1).split('\n'), `${indent}  ...`, ...test.notes.map((note) => `${indent}# ${escaped(note)}`));
}

function summary(counts, duration) {
  return [...Object.entries(counts).map(([name, count]) => `# ${name} ${count}`), `# duration_ms ${duration}`];
}

module.exports = { lines, summary };

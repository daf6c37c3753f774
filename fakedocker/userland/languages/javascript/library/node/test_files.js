// node --test: runs files of tests, each in a process of its own, and puts their reports together.
'use strict';

const fs = require('fs');
const path = require('path');
const { spawnSync } = require('child_process');
const { summary } = require('test_report');

const NAMED = /^(?:test|test-.+|.+[.\-_]test)\.[cm]?js$/;

function find(folder, isWithin, found) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') find(name, isWithin || entry.name === 'test', found);
    } else if (isWithin ? /\.[cm]?js$/.test(entry.name) : NAMED.test(entry.name)) {
      found.push(name);
    }
  }
  return found;
}

// The report of a file: what it printed besides, its tests numbered anew, and how many ended how.
function read(output, before, file) {
  const lines = output.split('\n').slice(0, -1);
  const start = lines.indexOf('TAP version 13');
  const end = lines.findLastIndex((line) => /^1\.\.\d+$/.test(line));
  if (start < 0 || end < start) __host__.refuse('a file of tests that tells of none');
  const told = [];
  for (const line of lines.slice(0, start)) told.push(`# ${line.replaceAll('\\', '\\\\').replaceAll('#', '\\#')}`);
  let count = before;
  for (const line of lines.slice(start + 1, end)) {
    const found = /^(ok|not ok) \d+ (- .*)$/.exec(line);
    if (!found && /^\S/.test(line) && !line.startsWith('# ')) __host__.refuse('a test that prints while others report');
    told.push(found ? `${found[1]} ${++count} ${found[2]}` : line);
  }
  const counts = {};
  for (const line of lines.slice(end + 1)) {
    const found = /^# (\w+) (\d+)$/.exec(line);
    if (found) counts[found[1]] = Number(found[2]);
  }
  return { told, count, counts };
}

function main(given) {
  const files = given.length ? given.flatMap((name) => (fs.statSync(name).isDirectory() ? find(name, true, []) : [name])) : find('.', false, []);
  if (!files.length) __host__.refuse('running no tests at all');
  const started = __host__.now();
  const all = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  let count = 0;
  process.stdout.write('TAP version 13\n');
  for (const file of files) {
    const done = spawnSync('node', [path.resolve(file)], { encoding: 'utf8' });
    if (done.error || (done.stderr && done.status !== 0)) __host__.refuse('a file of tests that fails as a whole');
    const found = read(done.stdout, count, file);
    count = found.count;
    for (const name of Object.keys(all)) all[name] += found.counts[name] || 0;
    for (const line of done.stderr.split('\n').slice(0, -1)) process.stdout.write(`# ${line}\n`);
    process.stdout.write(`${found.told.join('\n')}\n`);
  }
  process.stdout.write(`${[`1..${count}`, ...summary(all, Number(__host__.now() - started) / 1e6)].join('\n')}\n`);
  if (all.fail || all.cancelled) process.exitCode = 1;
}

module.exports = { main };

const { describe, it, test, before, beforeEach, mock } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const { WordError, bar, count, countAll, ngrams, tokens, top } = require('../words');

describe('tokens', () => {
  it('are lower case', () => assert.deepEqual(tokens('Hello WORLD'), ['hello', 'world']));
  it('leave stop words out', () => assert.deepEqual(tokens('the end of a story'), ['end', 'story']));
  it('keep them if asked', () => assert.equal(tokens('the end', { keepStopWords: true }).length, 2));
  it('are those of any language', () => assert.deepEqual(tokens('Größe naïve'), ['größe', 'naïve']));
  it('refuse what is no text', () => assert.throws(() => tokens(5), { name: 'TypeError', message: 'text must be a string' }));
});

describe('counts', () => {
  let counts;
  beforeEach(() => {
    counts = count('red blue red green blue red');
  });
  it('are sorted by number and then by name', () => {
    assert.deepEqual(top(counts, 2), [['red', 3], ['blue', 2]]);
  });
  it('refuse odd sizes', () => {
    for (const size of [0, -1, 1.5, NaN]) assert.throws(() => top(counts, size), WordError);
    assert.throws(() => top(counts, 0), { code: 'E_SIZE' });
  });
  it('are drawn', () => assert.match(bar(top(counts)), /^red +#{20} 3\nblue/));
  describe('of several texts', () => {
    const read = mock.fn(async (name) => `${name} text`);
    before(() => read.mock.resetCalls());
    it('are added', async () => {
      const found = await countAll(['one', 'two'], read);
      assert.equal(found.get('text'), 2);
      assert.equal(read.mock.callCount(), 2);
      assert.deepEqual(read.mock.calls.map((call) => call.arguments[0]), ['one', 'two']);
    });
  });
});

test('ngrams', async (t) => {
  await t.test('of two', () => assert.deepEqual([...ngrams(['a', 'b', 'c'], 2)], ['a b', 'b c']));
  await t.test('longer than the text', () => assert.deepEqual([...ngrams(['a'], 2)], []));
  t.diagnostic('two kinds');
});

test('a known problem', { todo: 'hyphens' }, () => {
  assert.deepEqual(tokens('well-known'), ['well-known']);
});
test('a slow one', { skip: 'not today' }, () => {});

test('the command line', () => {
  assert.equal(execFileSync('node', ['cli.js', '-n', '1', '--json', 'poem.txt'], { encoding: 'utf8' }), '{"wind":3}\n');
  const { status, stderr } = spawnSync('node', ['cli.js', 'none.txt'], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.equal(stderr, "words: ENOENT: no such file or directory, open 'none.txt'\n");
});

test('that fails', () => {
  assert.equal(top(count('x y y'))[0][0], 'x');
});

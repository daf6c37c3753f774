// Counts the words of texts, for the command line and for others.
const STOP = new Set(['a', 'an', 'and', 'in', 'is', 'of', 'the', 'to']);

class WordError extends Error {
  constructor(message, code) {
    super(message);
    this.name = 'WordError';
    this.code = code;
  }
}

function tokens(text, { keepStopWords = false } = {}) {
  if (typeof text !== 'string') throw new TypeError('text must be a string');
  const found = text.toLowerCase().match(/[\p{L}\d']+/gu) || [];
  return keepStopWords ? found : found.filter((word) => !STOP.has(word));
}

function count(text, options) {
  const counts = new Map();
  for (const word of tokens(text, options)) counts.set(word, (counts.get(word) || 0) + 1);
  return counts;
}

function top(counts, size = 3) {
  if (!Number.isInteger(size) || size < 1) throw new WordError(`not a size: ${size}`, 'E_SIZE');
  return [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).slice(0, size);
}

function* ngrams(words, n) {
  for (let place = 0; place + n <= words.length; place++) yield words.slice(place, place + n).join(' ');
}

async function countAll(texts, read) {
  const total = new Map();
  for await (const text of texts) {
    for (const [word, n] of count(await read(text))) total.set(word, (total.get(word) || 0) + n);
  }
  return total;
}

function bar(counts, width = 20) {
  const most = Math.max(...counts.map(([, n]) => n));
  return counts.map(([word, n]) => `${word.padEnd(10)} ${'#'.repeat(Math.round((n / most) * width))} ${n}`).join('\n');
}

module.exports = { WordError, tokens, count, top, ngrams, countAll, bar };

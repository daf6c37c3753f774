const fs = require('fs');
const { parseArgs } = require('util');
const { WordError, bar, count, top } = require('./words');

function main(argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    options: { top: { type: 'string', short: 'n', default: '3' }, all: { type: 'boolean' }, json: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (!positionals.length) throw new WordError('no file given', 'E_USAGE');
  const text = positionals.map((name) => fs.readFileSync(name, 'utf8')).join('\n');
  const found = top(count(text, { keepStopWords: values.all }), Number(values.top));
  console.log(values.json ? JSON.stringify(Object.fromEntries(found)) : bar(found));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof WordError || error.code === 'ENOENT';
  console.error(known ? `words: ${error.message}` : error.stack);
  process.exit(known ? 2 : 1);
}

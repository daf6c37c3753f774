// How assert says that two values differ: line by line of how they look.
'use strict';

const WORDS = {
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: 'Values have same structure but are not reference-equal:',
  notDeepEqualUnequal: 'Expected values not to be loosely deep-equal:',
};
const SHORT = 12;
const MOST_LINES = 50;

function shown(value) {
  return __host__.inspect(value, { compact: false, customInspect: false, depth: 1000, maxArrayLength: Infinity, showHidden: false, showProxy: false, sorted: true, getters: true });
}

function isReference(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function shorten(lines) {
  return lines.length > MOST_LINES ? [...lines.slice(0, 46), '...'] : lines;
}

/** The lines that are alike before one that differs: of many, the first two and the last are shown. */
function between(alike, lines, place) {
  if (alike <= 2) return { text: '', count: 0, skipped: false };
  let text = '';
  let count = 1;
  let skipped = false;
  if (alike > 3) {
    if (alike === 5) {
      text += `\n  ${lines[place - 3]}`;
      count++;
    } else if (alike > 5) {
      text += '\n...';
      skipped = true;
    }
    text += `\n  ${lines[place - 2]}`;
    count++;
  }
  return { text: `${text}\n  ${lines[place - 1]}`, count, skipped };
}

function pointer(one, other) {
  if (one.length + other.length >= 80) return '';
  let same = 0;
  while (one[same] === other[same]) same++;
  return same > 2 ? `\n  ${' '.repeat(same)}^` : '';
}

function difference(actual, expected, operator, message) {
  const both = isReference(actual) && isReference(expected) && typeof actual === typeof expected;
  const kind = operator === 'strictEqual' && both ? 'strictEqualObject' : operator;
  const heading = message || WORDS[kind];
  const whole = shown(actual);
  const mine = whole.split('\n');
  const theirs = shown(expected).split('\n');
  let indicator = '';
  if (mine.length === 1 && theirs.length === 1 && mine[0] !== theirs[0]) {
    if (mine[0].length + theirs[0].length <= SHORT) {
      const plain = (value) => typeof value !== 'object' || value === null;
      if (plain(actual) && plain(expected) && (actual !== 0 || expected !== 0)) return `${heading}\n\n${mine[0]} !== ${theirs[0]}\n`;
    } else if (kind !== 'strictEqualObject') {
      indicator = pointer(mine[0], theirs[0]);
    }
  }
  let [end, first, alikeAtEnd] = ['', '', 0];
  while (mine.length && theirs.length && mine[mine.length - 1] === theirs[theirs.length - 1]) {
    const line = mine.pop();
    theirs.pop();
    if (alikeAtEnd++ < 3) end = `\n  ${line}${end}`;
    else first = line;
  }
  if (!mine.length && !theirs.length) return `${WORDS.notIdentical}\n\n${shorten(whole.split('\n')).join('\n')}\n`;
  let skipped = alikeAtEnd >= 5;
  if (skipped) end = `\n...${end}`;
  if (first !== '') end = `\n  ${first}${end}`;
  return lined(heading, mine, theirs, end, skipped, indicator);
}

function lined(heading, mine, theirs, end, skippedAtEnd, indicator) {
  const begin = `${heading}\n+ actual - expected`;
  const most = Math.max(mine.length, theirs.length);
  const least = Math.min(mine.length, theirs.length);
  const longer = mine.length < most ? theirs : mine;
  let [text, kept, alike, printed, skipped] = ['', '', 0, 0, skippedAtEnd];
  const close = (lines, place) => {
    const found = between(alike, lines, place);
    text += found.text;
    printed += found.count;
    skipped = skipped || found.skipped;
    alike = 0;
  };
  for (let place = 0; place < most; place++) {
    if (place >= least) {
      close(longer, place);
      if (longer === mine) text += `\n+ ${mine[place]}`;
      else kept += `\n- ${theirs[place]}`;
      printed++;
    } else {
      const other = theirs[place];
      let line = mine[place];
      let differs = line !== other && (!line.endsWith(',') || line.slice(0, -1) !== other);
      if (differs && other.endsWith(',') && other.slice(0, -1) === line) [differs, line] = [false, `${line},`];
      if (differs) {
        close(mine, place);
        text += `\n+ ${line}`;
        kept += `\n- ${other}`;
        printed += 2;
      } else {
        text += kept;
        kept = '';
        if (++alike <= 2) {
          text += `\n  ${line}`;
          printed++;
        }
      }
    }
    if (printed > MOST_LINES && place < most - 2) return `${begin} ... Lines skipped\n${text}\n...${kept}\n...`;
  }
  return `${begin}${skipped ? ' ... Lines skipped' : ''}\n${text}${kept}${end}${indicator}`;
}

function cut(text, most) {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

/** What is said of a check that has failed, where its caller says nothing. */
function wordsFor(operator, actual, expected) {
  if (operator === 'deepStrictEqual' || operator === 'strictEqual') return difference(actual, expected, operator, '');
  if (operator === 'notDeepStrictEqual' || operator === 'notStrictEqual') {
    const words = operator === 'notStrictEqual' && isReference(actual) ? WORDS.notStrictEqualObject : WORDS[operator];
    const lines = shorten(shown(actual).split('\n'));
    return lines.length === 1 ? `${words}${lines[0].length > 5 ? '\n\n' : ' '}${lines[0]}` : `${words}\n\n${lines.join('\n')}\n`;
  }
  const [mine, theirs] = [shown(actual), shown(expected)];
  if (operator === 'notDeepEqual' && mine === theirs) return cut(`${WORDS.notDeepEqual}\n\n${mine}`, 1024);
  const [left, right] = [cut(mine, 512), cut(theirs, 512)];
  if (operator === 'deepEqual') return `${WORDS.deepEqual}\n\n${left}\n\nshould loosely deep-equal\n\n${right}`;
  if (operator === 'notDeepEqual') return `${WORDS.notDeepEqualUnequal}\n\n${left}\n\nshould not loosely deep-equal\n\n${right}`;
  return `${left} ${operator} ${right}`;
}

module.exports = { difference, wordsFor };

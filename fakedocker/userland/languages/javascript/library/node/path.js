// path, as on Linux.
'use strict';

const { invalidType } = require('errors');

function check(value, name) {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value);
}

function normalizeParts(text, isAbsolute) {
  const found = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (found.length && found[found.length - 1] !== '..') found.pop();
      else if (!isAbsolute) found.push('..');
    } else {
      found.push(part);
    }
  }
  return found.join('/');
}

const path = {
  sep: '/',
  delimiter: ':',
  normalize(text) {
    check(text, 'path');
    if (text === '') return '.';
    const isAbsolute = text[0] === '/';
    let found = normalizeParts(text, isAbsolute);
    if (found === '' && !isAbsolute) found = '.';
    if (found !== '' && text.endsWith('/')) found += '/';
    return isAbsolute ? `/${found}` : found;
  },
  join(...parts) {
    for (const part of parts) check(part, 'path');
    const joined = parts.filter((part) => part !== '').join('/');
    return joined === '' ? '.' : path.normalize(joined);
  },
  resolve(...parts) {
    let found = '';
    for (let i = parts.length - 1; i >= 0 && found[0] !== '/'; i--) {
      check(parts[i], `paths[${i}]`);
      if (parts[i] === '') continue;
      found = found === '' ? parts[i] : `${parts[i]}/${found}`;
    }
    if (found[0] !== '/') found = found === '' ? __host__.directory() : `${__host__.directory()}/${found}`;
    return `/${normalizeParts(found, true)}`;
  },
  isAbsolute(text) {
    check(text, 'path');
    return text[0] === '/';
  },
  relative(from, to) {
    check(from, 'from');
    check(to, 'to');
    const start = path.resolve(from).split('/').filter(Boolean);
    const end = path.resolve(to).split('/').filter(Boolean);
    let same = 0;
    while (same < start.length && same < end.length && start[same] === end[same]) same++;
    return [...start.slice(same).map(() => '..'), ...end.slice(same)].join('/');
  },
  dirname(text) {
    check(text, 'path');
    if (text === '') return '.';
    const plain = text.replace(/\/+$/, '');
    if (plain === '') return '/';
    const slash = plain.lastIndexOf('/');
    if (slash < 0) return '.';
    return plain.slice(0, slash).replace(/\/+$/, '') || '/';
  },
  basename(text, suffix) {
    check(text, 'path');
    if (suffix !== undefined) check(suffix, 'suffix');
    const plain = text.replace(/\/+$/, '');
    const name = plain.slice(plain.lastIndexOf('/') + 1);
    return suffix && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name;
  },
  extname(text) {
    check(text, 'path');
    const name = path.basename(text);
    const dot = name.lastIndexOf('.');
    return dot <= 0 || name === '..' ? '' : name.slice(dot);
  },
  parse(text) {
    check(text, 'path');
    const root = text[0] === '/' ? '/' : '';
    const base = path.basename(text);
    const ext = path.extname(text);
    const dir = text === '/' ? '/' : path.dirname(text);
    return { root, dir: dir === '.' && !text.startsWith('.') ? '' : dir, base, ext, name: ext ? base.slice(0, -ext.length) : base };
  },
  format(parts) {
    const dir = parts.dir || parts.root;
    const base = parts.base || `${parts.name || ''}${parts.ext ? (parts.ext[0] === '.' ? parts.ext : `.${parts.ext}`) : ''}`;
    if (!dir) return base;
    return dir === parts.root ? `${dir}${base}` : `${dir}/${base}`;
  },
  toNamespacedPath: (text) => text,
};
path.posix = path;

module.exports = path;

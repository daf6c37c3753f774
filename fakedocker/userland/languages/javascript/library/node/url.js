// URL and URLSearchParams, and the older functions of url.
'use strict';

const { coded } = require('errors');
const querystring = require('querystring');
const PORTS = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443', 'ftp:': '21', 'file:': '' };

function escape(text, allowed) {
  return text.replace(/[^\x21-\x7e]|["<>`]/g, (character) => (allowed.includes(character) ? character : encodeURIComponent(character))).replace(/ /g, '%20');
}

function form(text) {
  return encodeURIComponent(text).replace(/%20/g, '+').replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

class URLSearchParams {
  #pairs = [];
  #url = null;
  constructor(init, url = null) {
    this.#url = url;
    if (typeof init === 'string') {
      for (const part of init.replace(/^\?/, '').split('&')) {
        if (part === '') continue;
        const place = part.indexOf('=');
        const decode = (text) => querystring.unescape(text.replace(/\+/g, ' '));
        this.#pairs.push(place < 0 ? [decode(part), ''] : [decode(part.slice(0, place)), decode(part.slice(place + 1))]);
      }
    } else if (init && typeof init[Symbol.iterator] === 'function') {
      for (const [key, value] of init) this.#pairs.push([String(key), String(value)]);
    } else if (init) {
      for (const [key, value] of Object.entries(init)) this.#pairs.push([key, String(value)]);
    }
  }
  #changed() {
    if (this.#url) this.#url.search = this.toString();
  }
  append(key, value) {
    this.#pairs.push([String(key), String(value)]);
    this.#changed();
  }
  delete(key) {
    this.#pairs = this.#pairs.filter(([name]) => name !== key);
    this.#changed();
  }
  get(key) {
    const found = this.#pairs.find(([name]) => name === key);
    return found ? found[1] : null;
  }
  getAll(key) {
    return this.#pairs.filter(([name]) => name === key).map(([, value]) => value);
  }
  has(key) {
    return this.#pairs.some(([name]) => name === key);
  }
  set(key, value) {
    const found = this.#pairs.find(([name]) => name === key);
    if (!found) {
      this.append(key, value);
      return;
    }
    found[1] = String(value);
    this.#pairs = this.#pairs.filter((pair) => pair === found || pair[0] !== key);
    this.#changed();
  }
  sort() {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#changed();
  }
  get size() {
    return this.#pairs.length;
  }
  forEach(callback, thisArg) {
    for (const [key, value] of this.#pairs) callback.call(thisArg, value, key, this);
  }
  *keys() {
    for (const [key] of this.#pairs) yield key;
  }
  *values() {
    for (const [, value] of this.#pairs) yield value;
  }
  *entries() {
    yield* this.#pairs.map((pair) => [...pair]);
  }
  [Symbol.iterator]() {
    return this.entries();
  }
  toString() {
    return this.#pairs.map(([key, value]) => `${form(key)}=${form(value)}`).join('&');
  }
  [Symbol.for('nodejs.util.inspect.custom')]() {
    if (!this.#pairs.length) return 'URLSearchParams {}';
    const shown = this.#pairs.map(([key, value]) => `${__host__.inspect(key)} => ${__host__.inspect(value)}`);
    return `URLSearchParams { ${shown.join(', ')} }`;
  }
}

function invalid(input, base) {
  const properties = base === undefined ? { input } : { input, base };
  return coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL', properties);
}

class URL {
  #parts;
  #params;
  constructor(input, base) {
    const text = String(input).trim();
    this.#parts = parseURL(text, base === undefined ? undefined : new URL(base));
    if (!this.#parts) throw invalid(text, base);
  }
  static canParse(input, base) {
    try {
      return Boolean(new URL(input, base));
    } catch {
      return false;
    }
  }
  get href() {
    const p = this.#parts;
    const credentials = p.username || p.password ? `${p.username}${p.password ? `:${p.password}` : ''}@` : '';
    return `${p.protocol}${p.slashes ? '//' : ''}${credentials}${this.host}${p.pathname}${p.search}${p.hash}`;
  }
  set href(value) {
    this.#parts = parseURL(String(value));
    if (!this.#parts) throw invalid(value);
  }
  get origin() {
    return this.#parts.protocol in PORTS && this.#parts.protocol !== 'file:' ? `${this.#parts.protocol}//${this.host}` : 'null';
  }
  get protocol() {
    return this.#parts.protocol;
  }
  set protocol(value) {
    this.#parts.protocol = `${String(value).replace(/:$/, '')}:`;
  }
  get username() {
    return this.#parts.username;
  }
  set username(value) {
    this.#parts.username = encodeURIComponent(value);
  }
  get password() {
    return this.#parts.password;
  }
  set password(value) {
    this.#parts.password = encodeURIComponent(value);
  }
  get host() {
    return this.#parts.hostname + (this.#parts.port ? `:${this.#parts.port}` : '');
  }
  set host(value) {
    [this.#parts.hostname, this.#parts.port = ''] = String(value).split(':');
  }
  get hostname() {
    return this.#parts.hostname;
  }
  set hostname(value) {
    this.#parts.hostname = String(value).toLowerCase();
  }
  get port() {
    return this.#parts.port;
  }
  set port(value) {
    this.#parts.port = String(value) === PORTS[this.#parts.protocol] ? '' : String(value);
  }
  get pathname() {
    return this.#parts.pathname;
  }
  set pathname(value) {
    this.#parts.pathname = escape(String(value).startsWith('/') ? String(value) : `/${value}`, '');
  }
  get search() {
    return this.#parts.search;
  }
  set search(value) {
    const text = String(value).replace(/^\?/, '');
    this.#parts.search = text ? `?${escape(text, '`')}` : '';
  }
  get hash() {
    return this.#parts.hash;
  }
  set hash(value) {
    const text = String(value).replace(/^#/, '');
    this.#parts.hash = text ? `#${escape(text, '')}` : '';
  }
  get searchParams() {
    this.#params ??= new URLSearchParams(this.#parts.search, this);
    return this.#params;
  }
  toString() {
    return this.href;
  }
  toJSON() {
    return this.href;
  }
  [Symbol.for('nodejs.util.inspect.custom')](depth, options) {
    const shown = {};
    for (const name of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'searchParams', 'hash']) {
      shown[name] = this[name];
    }
    return `URL ${__host__.inspect(shown, options)}`;
  }
}

function normalize(pathname) {
  const found = [];
  const parts = pathname.split('/').slice(1);
  parts.forEach((part, place) => {
    const plain = part.replace(/%2e/gi, '.');
    const isLast = place === parts.length - 1;
    if (plain === '..') {
      found.pop();
      if (isLast) found.push('');
    } else if (plain === '.') {
      if (isLast) found.push('');
    } else {
      found.push(part);
    }
  });
  return `/${found.join('/')}`;
}

function parseURL(text, base) {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text);
  if (!scheme && !base) return undefined;
  const hashAt = text.indexOf('#');
  const hash = hashAt < 0 ? '' : escape(text.slice(hashAt), '');
  let rest = hashAt < 0 ? text : text.slice(0, hashAt);
  const searchAt = rest.indexOf('?');
  const search = searchAt < 0 ? '' : escape(rest.slice(searchAt), '`').replace(/'/g, '%27');
  rest = searchAt < 0 ? rest : rest.slice(0, searchAt);
  const tidy = (value) => (value === '#' || value === '?' ? '' : value);
  if (!scheme) {
    const from = { protocol: base.protocol, slashes: true, username: base.username, password: base.password, hostname: base.hostname, port: base.port };
    if (rest.startsWith('//')) return parseURL(`${base.protocol}${text}`);
    if (rest === '') return { ...from, pathname: base.pathname, search: searchAt < 0 ? base.search : tidy(search), hash: tidy(hash) };
    const full = rest.startsWith('/') ? rest : base.pathname.slice(0, base.pathname.lastIndexOf('/') + 1) + rest;
    return { ...from, pathname: normalize(escape(full, '')), search: tidy(search), hash: tidy(hash) };
  }
  const protocol = scheme[0].toLowerCase();
  rest = rest.slice(scheme[0].length);
  if (!(protocol in PORTS) && !rest.startsWith('//')) {
    return { protocol, slashes: false, username: '', password: '', hostname: '', port: '', pathname: rest, search: tidy(search), hash: tidy(hash) };
  }
  rest = rest.replace(/\\/g, '/').replace(/^\/{2,}|^\/?(?=[^/])/, (slashes) => (protocol === 'file:' && slashes.length !== 2 ? slashes.slice(2) : ''));
  const slash = rest.indexOf('/');
  const authority = protocol === 'file:' && slash === 0 ? '' : slash < 0 ? rest : rest.slice(0, slash);
  const pathname = slash < 0 ? '/' : rest.slice(slash);
  const at = authority.lastIndexOf('@');
  const [username = '', password = ''] = at < 0 ? [] : authority.slice(0, at).split(/:(.*)/s);
  const place = /^(\[[0-9a-fA-F:.]+\]|[^:]*)(?::(\d*))?$/.exec(at < 0 ? authority : authority.slice(at + 1));
  if (!place || (place[1] === '' && protocol !== 'file:' && protocol in PORTS) || Number(place[2] || 0) > 65535 || /[\s<>^|%#?]/.test(place[1])) return undefined;
  if (/[^\x00-\x7f]/.test(place[1])) __host__.notSimulated('a name of a host with other letters than ASCII has');
  const port = place[2] && String(Number(place[2])) !== PORTS[protocol] ? String(Number(place[2])) : '';
  return {
    protocol, slashes: true, username: escape(username, ''), password: escape(password, ''), hostname: protocol in PORTS ? place[1].toLowerCase() : place[1], port,
    pathname: slash < 0 && !(protocol in PORTS) ? '' : normalize(escape(pathname, '')), search: tidy(search), hash: tidy(hash),
  };
}

class Url {
  constructor() {
    Object.assign(this, {
      protocol: null, slashes: null, auth: null, host: null, port: null, hostname: null, hash: null, search: null, query: null, pathname: null, path: null, href: '',
    });
  }
}

function parse(text, parsesQuery) {
  const found = new Url();
  const match = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*:))?(\/\/)?(?:([^/?#@]*)@)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/.exec(text.trim());
  const [, protocol, slashes, auth, host, pathname, search, hash] = match;
  if (protocol) found.protocol = protocol.toLowerCase();
  if (slashes) {
    found.slashes = true;
    if (auth) found.auth = decodeURIComponent(auth);
    found.host = host;
    const port = /:(\d+)$/.exec(host);
    found.port = port ? port[1] : null;
    found.hostname = port ? host.slice(0, -port[0].length) : host;
    found.pathname = pathname || (PORTS[found.protocol] !== undefined ? '/' : null);
  } else {
    found.pathname = (host || '') + pathname || null;
  }
  found.search = search || null;
  found.query = search ? search.slice(1) : null;
  if (parsesQuery) {
    found.query = querystring.parse(search ? search.slice(1) : '');
    found.search = search || '';
  }
  found.hash = hash || null;
  found.path = found.pathname || search ? (found.pathname || '') + (search || '') : null;
  found.href = format(found);
  return found;
}

function format(value) {
  if (value instanceof URL) return value.href;
  if (typeof value === 'string') return parse(value).href;
  const protocol = value.protocol ? value.protocol.replace(/:?$/, ':') : '';
  const auth = value.auth ? `${encodeURIComponent(value.auth).replace(/%3A/i, ':')}@` : '';
  const host = value.host ? auth + value.host : value.hostname ? auth + value.hostname + (value.port ? `:${value.port}` : '') : '';
  const query = value.query && typeof value.query === 'object' ? querystring.stringify(value.query) : '';
  const search = value.search || (query ? `?${query}` : '');
  const slashes = value.slashes || (PORTS[protocol] !== undefined && host) ? '//' : '';
  return `${protocol}${slashes}${host}${value.pathname || ''}${search && !search.startsWith('?') ? `?${search}` : search}${value.hash || ''}`;
}

module.exports = {
  URL,
  URLSearchParams,
  parse,
  format,
  resolve: (from, to) => {
    const base = new URL(from, 'resolve://resolve');
    const found = new URL(to, base);
    return found.protocol === 'resolve:' ? found.pathname + found.search + found.hash : found.href;
  },
  fileURLToPath: (value) => {
    const url = typeof value === 'string' ? new URL(value) : value;
    if (url.protocol !== 'file:') throw coded(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file');
    return decodeURIComponent(url.pathname);
  },
  pathToFileURL: (path) => new URL(`file://${require('path').resolve(path).replace(/[%\\\n\r\t?#]/g, encodeURIComponent)}`),
  domainToASCII: (name) => name,
  urlToHttpOptions: (url) => ({ protocol: url.protocol, hostname: url.hostname, port: Number(url.port), path: url.pathname + url.search, href: url.href }),
};

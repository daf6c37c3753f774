// fetch over plain HTTP, with Headers and Response; bodies are read whole. Source of the words and the order of headers: node 20's undici.
'use strict';

const http = require('http');
const zlib = require('zlib');

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const BAD_PORTS = new Set([1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080]);
const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_REDIRECTS = 20;
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

class Headers {
  #pairs = new Map();
  constructor(given) {
    if (given === undefined || given === null) return;
    const pairs = typeof given[Symbol.iterator] === 'function' ? given : Object.entries(given);
    for (const [name, value] of pairs) this.append(name, value);
  }
  #named(name, method) {
    const text = String(name);
    if (!NAME.test(text)) throw new TypeError(`Headers.${method}: "${text}" is an invalid header name.`);
    return text;
  }
  append(name, value) {
    const text = this.#named(name, 'append');
    const key = text.toLowerCase();
    const held = this.#pairs.get(key) || { name: text, values: [] };
    held.values.push(String(value).trim());
    this.#pairs.set(key, held);
  }
  set(name, value) {
    const text = this.#named(name, 'set');
    const held = this.#pairs.get(text.toLowerCase());
    this.#pairs.set(text.toLowerCase(), { name: held ? held.name : text, values: [String(value).trim()] });
  }
  get(name) {
    const held = this.#pairs.get(this.#named(name, 'get').toLowerCase());
    return held ? held.values.join(', ') : null;
  }
  has(name) {
    return this.#pairs.has(this.#named(name, 'has').toLowerCase());
  }
  delete(name) {
    this.#pairs.delete(this.#named(name, 'delete').toLowerCase());
  }
  getSetCookie() {
    const held = this.#pairs.get('set-cookie');
    return held ? [...held.values] : [];
  }
  *entries() {
    for (const key of [...this.#pairs.keys()].sort()) {
      const { values } = this.#pairs.get(key);
      if (key === 'set-cookie') for (const value of values) yield [key, value];
      else yield [key, values.join(', ')];
    }
  }
  *keys() {
    for (const [key] of this.entries()) yield key;
  }
  *values() {
    for (const [, value] of this.entries()) yield value;
  }
  [Symbol.iterator]() {
    return this.entries();
  }
  forEach(callback, thisArg) {
    for (const [key, value] of this.entries()) callback.call(thisArg, value, key, this);
  }
  // As they are sent: with the names as they were written.
  static sent(headers) {
    return [...headers.#pairs.values()].map(({ name, values }) => [name, values.join(', ')]);
  }
  [INSPECT]() {
    __host__.notSimulated('showing Headers');
  }
}
const { sent } = Headers;
delete Headers.sent;

// A body as bytes, with the type that it has of itself.
function bytesOf(body) {
  if (body === undefined || body === null) return [null, null];
  if (typeof body === 'string') return [Buffer.from(body), 'text/plain;charset=UTF-8'];
  if (body instanceof URLSearchParams) return [Buffer.from(body.toString()), 'application/x-www-form-urlencoded;charset=UTF-8'];
  if (ArrayBuffer.isView(body)) return [Buffer.from(Buffer.from(body.buffer, body.byteOffset, body.byteLength)), null];
  if (body instanceof ArrayBuffer) return [Buffer.from(body), null];
  if (typeof body === 'object' && (body[Symbol.asyncIterator] || body[Symbol.iterator] || body.stream)) __host__.notSimulated('such a body of fetch');
  return [Buffer.from(String(body)), 'text/plain;charset=UTF-8'];
}

class Response {
  #body;
  #facts;
  constructor(body, init = {}) {
    const [data, type] = bytesOf(body);
    const status = init.status === undefined ? 200 : Number(init.status);
    if (!(status >= 200 && status <= 599)) throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
    const headers = new Headers(init.headers);
    if (type && !headers.has('content-type')) headers.append('content-type', type);
    this.#body = data === null ? null : Promise.resolve(data);
    this.#facts = { status, statusText: init.statusText === undefined ? '' : String(init.statusText), headers, url: '', redirected: false, type: 'default', used: false };
  }
  static made(facts, body) {
    const made = new Response();
    made.#facts = { ...facts, type: 'basic', used: false };
    made.#body = body;
    return made;
  }
  static json(data, init) {
    const made = new Response(JSON.stringify(data), init);
    if (!(init && new Headers(init.headers).has('content-type'))) made.headers.set('content-type', 'application/json');
    return made;
  }
  get status() {
    return this.#facts.status;
  }
  get ok() {
    return this.#facts.status >= 200 && this.#facts.status <= 299;
  }
  get statusText() {
    return this.#facts.statusText;
  }
  get headers() {
    return this.#facts.headers;
  }
  get url() {
    return this.#facts.url;
  }
  get redirected() {
    return this.#facts.redirected;
  }
  get type() {
    return this.#facts.type;
  }
  get bodyUsed() {
    return this.#facts.used;
  }
  get body() {
    if (this.#body === null) return null;
    return __host__.notSimulated('the body of a Response as a stream');
  }
  clone() {
    if (this.#facts.used) throw new TypeError('Response.clone: Body has already been consumed.');
    const made = new Response();
    made.#facts = { ...this.#facts, headers: new Headers(this.#facts.headers) };
    made.#body = this.#body;
    return made;
  }
  async #read() {
    if (this.#facts.used) throw new TypeError('Body is unusable: Body has already been read');
    if (this.#body === null) return Buffer.alloc(0);
    this.#facts.used = true;
    return this.#body;
  }
  async text() {
    return new TextDecoder().decode(await this.#read());
  }
  async json() {
    return JSON.parse(await this.text());
  }
  async arrayBuffer() {
    return new Uint8Array(await this.#read()).buffer;
  }
  async blob() {
    return __host__.notSimulated('Blob');
  }
  async formData() {
    return __host__.notSimulated('FormData');
  }
  [INSPECT]() {
    __host__.notSimulated('showing a Response');
  }
}
const { made: madeResponse } = Response;
delete Response.made;

function failed(cause) {
  return __host__.placed(Object.defineProperty(new TypeError('fetch failed'), 'cause', { value: cause, writable: true, enumerable: false, configurable: true }), 'fetch', null);
}

// What a request is: its URL, method, headers and body.
function asked(input, init) {
  if (input instanceof Request) __host__.notSimulated('Request');
  let url;
  try {
    url = new URL(String(input));
  } catch (error) {
    throw new TypeError(`Failed to parse URL from ${input}`, { cause: error });
  }
  if (url.username || url.password) throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${input}`);
  for (const name of ['redirect', 'duplex', 'dispatcher', 'integrity', 'credentials', 'referrer', 'mode']) {
    if (init[name] !== undefined && !(name === 'redirect' && init[name] === 'follow')) __host__.notSimulated(`the option ${name} of fetch`);
  }
  let method = init.method === undefined ? 'GET' : String(init.method);
  if (!NAME.test(method)) throw new TypeError(`'${method}' is not a valid HTTP method.`);
  if (/^(connect|trace|track)$/i.test(method)) throw new TypeError(`'${method}' HTTP method is unsupported.`);
  if (/^(delete|get|head|options|post|put)$/i.test(method)) method = method.toUpperCase();
  const headers = new Headers(init.headers);
  const [body, type] = bytesOf(init.body);
  if (body !== null && (method === 'GET' || method === 'HEAD')) throw new TypeError('Request with GET/HEAD method cannot have body.');
  if (type && !headers.has('content-type')) headers.append('content-type', type);
  return { url, method, headers, body };
}

function sentHeaders({ url, method, headers, body }) {
  const found = [['host', url.host], ['connection', 'keep-alive'], ...sent(headers)];
  for (const [name, value] of [['accept', '*/*'], ['accept-language', '*'], ['sec-fetch-mode', 'cors'], ['user-agent', 'node'], ['accept-encoding', 'gzip, deflate']]) {
    if (!headers.has(name)) found.push([name, value]);
  }
  if (body !== null || method === 'POST' || method === 'PUT') found.push(['content-length', String(body === null ? 0 : body.length)]);
  return Object.fromEntries(found);
}

function decoded(headers, data) {
  const coding = headers.get('content-encoding');
  if (!coding || !data.length) return data;
  if (coding === 'gzip' || coding === 'x-gzip') return zlib.gunzipSync(data);
  if (coding === 'deflate') return zlib.inflateSync(data);
  return __host__.notSimulated(`the coding ${coding} of a response`);
}

// One exchange: resolves with the answer's head and a promise of its body.
function exchange(request, signal) {
  return new Promise((resolve, reject) => {
    const { url, method, body } = request;
    const sending = http.request({ hostname: url.hostname, port: url.port || 80, path: url.pathname + url.search, method, headers: sentHeaders(request) });
    const abort = () => {
      sending.destroy();
      reject(signal.reason);
    };
    if (signal) signal.addEventListener('abort', abort);
    sending.on('error', (error) => reject(failed(error)));
    sending.on('response', (answer) => {
      const headers = new Headers();
      for (let i = 0; i < answer.rawHeaders.length; i += 2) headers.append(answer.rawHeaders[i], answer.rawHeaders[i + 1]);
      const parts = [];
      const whole = new Promise((done, fail) => {
        answer.on('data', (chunk) => parts.push(chunk));
        answer.on('end', () => {
          try {
            done(decoded(headers, Buffer.concat(parts)));
          } catch (error) {
            fail(error);
          }
        });
        answer.on('error', () => fail(__host__.placed(new TypeError('terminated'), 'fetch', null)));
        if (signal) signal.addEventListener('abort', () => fail(signal.reason));
      });
      whole.catch(() => {});
      resolve({ status: answer.statusCode, statusText: answer.statusMessage, headers, body: whole });
    });
    sending.end(body === null ? undefined : body);
  });
}

async function fetch(input, init = {}) {
  const request = asked(input, init || {});
  const signal = init && init.signal;
  let redirects = 0;
  for (;;) {
    if (signal && signal.aborted) throw signal.reason;
    const { url } = request;
    if (url.protocol === 'https:') __host__.notSimulated('fetch over https');
    if (url.protocol === 'data:' || url.protocol === 'blob:') __host__.notSimulated(`fetch of ${url.protocol}`);
    if (url.protocol !== 'http:') throw failed(new Error('unknown scheme'));
    if (BAD_PORTS.has(Number(url.port))) throw failed(new Error('bad port'));
    const answer = await exchange(request, signal);
    const location = answer.headers.get('location');
    if (!REDIRECTS.includes(answer.status) || location === null) {
      const body = request.method === 'HEAD' || answer.status === 204 || answer.status === 304 ? null : answer.body;
      const shown = new URL(url);
      shown.hash = '';
      return madeResponse({ status: answer.status, statusText: answer.statusText, headers: answer.headers, url: shown.href, redirected: redirects > 0 }, body);
    }
    redirects += 1;
    if (redirects > MOST_REDIRECTS) throw failed(new Error('redirect count exceeded'));
    request.url = new URL(location, url);
    if ((answer.status === 303 && !['GET', 'HEAD'].includes(request.method)) || (answer.status <= 302 && request.method === 'POST')) {
      request.method = 'GET';
      request.body = null;
      for (const name of ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length']) request.headers.delete(name);
    }
  }
}

class Request {
  constructor() {
    __host__.notSimulated('Request');
  }
}

module.exports = { fetch, Headers, Response, Request };

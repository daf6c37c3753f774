// http: messages over net's sockets, as a server and as a client.
'use strict';

const net = require('net');
const { Readable, Writable, known } = require('stream');
const { coded, invalidType } = require('errors');

const STATUS_CODES = {
  100: 'Continue', 101: 'Switching Protocols', 102: 'Processing', 103: 'Early Hints', 200: 'OK', 201: 'Created', 202: 'Accepted',
  203: 'Non-Authoritative Information', 204: 'No Content', 205: 'Reset Content', 206: 'Partial Content', 207: 'Multi-Status', 208: 'Already Reported',
  226: 'IM Used', 300: 'Multiple Choices', 301: 'Moved Permanently', 302: 'Found', 303: 'See Other', 304: 'Not Modified', 305: 'Use Proxy',
  307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request', 401: 'Unauthorized', 402: 'Payment Required', 403: 'Forbidden',
  404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable', 407: 'Proxy Authentication Required', 408: 'Request Timeout', 409: 'Conflict',
  410: 'Gone', 411: 'Length Required', 412: 'Precondition Failed', 413: 'Payload Too Large', 414: 'URI Too Long', 415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable', 417: 'Expectation Failed', 418: "I'm a Teapot", 421: 'Misdirected Request', 422: 'Unprocessable Entity', 423: 'Locked',
  424: 'Failed Dependency', 425: 'Too Early', 426: 'Upgrade Required', 428: 'Precondition Required', 429: 'Too Many Requests',
  431: 'Request Header Fields Too Large', 451: 'Unavailable For Legal Reasons', 500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway',
  503: 'Service Unavailable', 504: 'Gateway Timeout', 505: 'HTTP Version Not Supported', 506: 'Variant Also Negotiates', 507: 'Insufficient Storage',
  508: 'Loop Detected', 509: 'Bandwidth Limit Exceeded', 510: 'Not Extended', 511: 'Network Authentication Required',
};
const METHODS = [
  'ACL', 'BIND', 'CHECKOUT', 'CONNECT', 'COPY', 'DELETE', 'GET', 'HEAD', 'LINK', 'LOCK', 'M-SEARCH', 'MERGE', 'MKACTIVITY', 'MKCALENDAR', 'MKCOL', 'MOVE',
  'NOTIFY', 'OPTIONS', 'PATCH', 'POST', 'PROPFIND', 'PROPPATCH', 'PURGE', 'PUT', 'QUERY', 'REBIND', 'REPORT', 'SEARCH', 'SOURCE', 'SUBSCRIBE', 'TRACE', 'UNBIND',
  'UNLINK', 'UNLOCK', 'UNSUBSCRIBE',
];
const SINGLE = new Set(
  ('age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since last-modified location max-forwards ' +
    'proxy-authorization referer retry-after server user-agent').split(' '),
);

class IncomingMessage extends Readable {
  constructor(socket) {
    super({ read() {} });
    known.dataBy(this, 'http.data');
    Object.defineProperty(this, 'socket', { value: socket, writable: true, enumerable: false });
    this.httpVersion = '1.1';
    this.httpVersionMajor = 1;
    this.httpVersionMinor = 1;
    this.complete = false;
    this.headers = {};
    this.rawHeaders = [];
    this.trailers = {};
  }
  get connection() {
    return this.socket;
  }
  setTimeout(delay, callback) {
    this.socket.setTimeout(delay, callback);
    return this;
  }
}

function addHeaders(message, pairs) {
  for (const [name, value] of pairs) {
    message.rawHeaders.push(name, value);
    const key = name.toLowerCase();
    if (key === 'set-cookie') (message.headers[key] ??= []).push(value);
    else if (message.headers[key] === undefined) message.headers[key] = value;
    else if (!SINGLE.has(key)) message.headers[key] += (key === 'cookie' ? '; ' : ', ') + value;
  }
}

// Takes the bytes of a connection apart: `begin` gets the first line and the headers and gives what takes the body.
class Parser {
  constructor(begin) {
    this.begin = begin;
    this.data = Buffer.alloc(0);
    this.target = null;
    this.left = 0;
    this.mode = 'head';
  }
  feed(chunk) {
    this.data = this.data.length ? Buffer.concat([this.data, chunk]) : chunk;
    while (this.step());
  }
  step() {
    if (this.mode === 'head') return this.head();
    if (this.mode === 'raw') {
      if (!this.data.length) return false;
      const chunk = this.data;
      this.data = Buffer.alloc(0);
      this.target.data(chunk);
      return false;
    }
    if (this.mode === 'body') {
      if (!this.data.length) return false;
      const chunk = this.data.subarray(0, this.left);
      this.data = this.data.subarray(chunk.length);
      this.left -= chunk.length;
      this.target.data(chunk);
      if (this.left === 0) this.end();
      return true;
    }
    return this.chunk();
  }
  head() {
    if (!this.data.length) return false;
    const end = this.data.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.data.length > 16384) throw coded(Error, 'HPE_HEADER_OVERFLOW', 'Parse Error: Header overflow');
      return false;
    }
    const [first, ...lines] = this.data.toString('latin1', 0, end).split('\r\n');
    this.data = this.data.subarray(end + 4);
    if (!/^\S+ \S.* HTTP\/1\.[01]$|^HTTP\/1\.[01] \d{3}( .*)?$/.test(first)) {
      const error = new Error('Parse Error: Invalid method encountered');
      throw Object.assign(error, { code: 'HPE_INVALID_METHOD', bytesParsed: 0 });
    }
    const pairs = [];
    for (const line of lines) {
      const colon = line.indexOf(':');
      if (colon <= 0) throw Object.assign(new Error('Parse Error: Invalid header token'), { code: 'HPE_INVALID_HEADER_TOKEN' });
      pairs.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
    }
    this.target = this.begin(first, pairs);
    if (this.target.chunked) this.mode = 'chunk';
    else if (this.target.length === Infinity) this.mode = 'raw';
    else if (this.target.length > 0) {
      this.mode = 'body';
      this.left = this.target.length;
    } else {
      this.end();
    }
    return true;
  }
  chunk() {
    const end = this.data.indexOf('\r\n');
    if (end < 0) return false;
    const size = parseInt(this.data.toString('latin1', 0, end), 16);
    if (Number.isNaN(size)) throw Object.assign(new Error('Parse Error: Invalid character in chunk size'), { code: 'HPE_INVALID_CHUNK_SIZE' });
    if (this.data.length < end + 2 + size + 2) return false;
    const part = this.data.subarray(end + 2, end + 2 + size);
    this.data = this.data.subarray(end + 4 + size);
    if (size === 0) this.end();
    else this.target.data(part);
    return true;
  }
  end() {
    this.mode = 'head';
    this.target.end();
  }
}

class OutgoingMessage extends Writable {
  constructor(options) {
    super(options);
    this.headersSent = false;
    this.sendDate = true;
    this.shouldKeepAlive = true;
    Object.defineProperty(this, 'fields', { value: new Map(), writable: true, enumerable: false });
    Object.defineProperty(this, 'chunked', { value: false, writable: true, enumerable: false });
    Object.defineProperty(this, 'parts', { value: [], writable: true, enumerable: false });
    Object.defineProperty(this, 'bodyless', { value: false, writable: true, enumerable: false });
  }
  setHeader(name, value) {
    if (this.headersSent) throw coded(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot set headers after they are sent to the client');
    check(name, value);
    this.fields.set(name.toLowerCase(), [name, value]);
    return this;
  }
  appendHeader(name, value) {
    const before = this.getHeader(name);
    return this.setHeader(name, before === undefined ? value : [].concat(before, value));
  }
  getHeader(name) {
    const found = this.fields.get(name.toLowerCase());
    return found && found[1];
  }
  getHeaders() {
    const found = { __proto__: null };
    for (const [key, [, value]] of this.fields) found[key] = value;
    return found;
  }
  getHeaderNames() {
    return [...this.fields.keys()];
  }
  hasHeader(name) {
    return this.fields.has(name.toLowerCase());
  }
  removeHeader(name) {
    if (this.headersSent) throw coded(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot remove headers after they are sent to the client');
    this.fields.delete(name.toLowerCase());
  }
  flushHeaders() {
    if (!this.headersSent) this._sendHead(undefined);
  }
  write(chunk, encoding, callback) {
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
      throw invalidType('chunk', 'of type string or an instance of Buffer or Uint8Array', chunk);
    }
    if (this.writableEnded) return super.write(chunk, encoding, callback);
    const data = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    if (!this.headersSent) this._sendHead(undefined);
    if (data.length && !this.bodyless) {
      this._transmit(this.chunked ? Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]) : data);
    }
    if (callback) process.nextTick(callback);
    return true;
  }
  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') [chunk, callback] = [undefined, chunk];
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    if (this.writableEnded) return this;
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
      throw invalidType('chunk', 'of type string or an instance of Buffer or Uint8Array', chunk);
    }
    const data = chunk === undefined || chunk === null ? Buffer.alloc(0) : typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    if (!this.headersSent) this._sendHead(data.length);
    if (data.length && !this.bodyless) {
      this._transmit(this.chunked ? Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]) : data);
    }
    if (this.chunked && !this.bodyless) this._transmit(Buffer.from('0\r\n\r\n'));
    super.end(callback);
    this._finishTurn();
    return this;
  }
  _write(chunk, encoding, callback) {
    callback();
  }
  _headText(first) {
    const lines = [first];
    for (const [name, value] of this.fields.values()) {
      for (const one of Array.isArray(value) ? value : [value]) lines.push(`${name}: ${one}`);
    }
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  }
}

function check(name, value) {
  if (typeof name !== 'string' || !/^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/.test(name)) {
    throw coded(TypeError, 'ERR_INVALID_HTTP_TOKEN', `Header name must be a valid HTTP token ["${name}"]`);
  }
  if (value === undefined) throw coded(TypeError, 'ERR_HTTP_INVALID_HEADER_VALUE', `Invalid value "undefined" for header "${name}"`);
  if (/[^\t\x20-\x7e\x80-\xff]/.test(String(value))) throw coded(TypeError, 'ERR_INVALID_CHAR', `Invalid character in header content ["${name}"]`);
}

class ServerResponse extends OutgoingMessage {
  constructor(request) {
    super();
    this.statusCode = 200;
    this.statusMessage = undefined;
    this.req = request;
    this.socket = request.socket;
    this.bodyless = request.method === 'HEAD';
  }
  get connection() {
    return this.socket;
  }
  writeHead(status, reason, headers) {
    if (this.headersSent) throw coded(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot write headers after they are sent to the client');
    if (typeof reason === 'string') this.statusMessage = reason;
    else headers = reason;
    const number = status | 0;
    if (number < 100 || number > 999) throw coded(RangeError, 'ERR_HTTP_INVALID_STATUS_CODE', `Invalid status code: ${status}`);
    this.statusCode = number;
    // What is given here alone is sent as it is, and kept nowhere.
    if (this.fields.size === 0) Object.defineProperty(this, 'ownFields', { value: new Map(), enumerable: false });
    if (Array.isArray(headers)) for (let i = 0; i < headers.length; i += 2) this.setHeader(headers[i], headers[i + 1]);
    else if (headers) for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    Object.defineProperty(this, 'hasHead', { value: true, writable: true, enumerable: false });
    return this;
  }
  writeContinue() {
    this._transmit(Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'));
  }
  _sendHead(known) {
    const own = this.ownFields || new Map(this.fields); // what is added here is sent, and no header that the program can ask for
    const length = this.hasHead ? undefined : known; // what is said by writeHead is said before the body is known
    const status = this.statusCode;
    if (status === 204 || status === 304 || status < 200) this.bodyless = true;
    const reason = this.statusMessage === undefined ? STATUS_CODES[status] || 'unknown' : this.statusMessage;
    this.statusMessage = reason;
    if (this.sendDate && !this.hasHeader('date')) this.fields.set('date', ['Date', new Date().toUTCString()]);
    const connection = this.getHeader('connection');
    const asked = (this.req.headers.connection || '').toLowerCase();
    if (connection !== undefined) this.shouldKeepAlive = !/close/i.test(connection);
    else {
      this.shouldKeepAlive = asked !== 'close' && (this.req.httpVersionMinor === 1 || asked === 'keep-alive') && this.socket.server.listening;
      this.fields.set('connection', ['Connection', this.shouldKeepAlive ? 'keep-alive' : 'close']);
      if (this.shouldKeepAlive) this.fields.set('keep-alive', ['Keep-Alive', `timeout=${this.socket.server.keepAliveTimeout / 1000}`]);
    }
    if (!this.hasHeader('content-length') && !this.hasHeader('transfer-encoding') && !(this.bodyless && this.req.method !== 'HEAD')) {
      if (length !== undefined && this.req.method !== 'HEAD') this.fields.set('content-length', ['Content-Length', length]);
      else if (this.req.httpVersionMinor === 1 && this.req.method !== 'HEAD') this.fields.set('transfer-encoding', ['Transfer-Encoding', 'chunked']);
      else if (this.req.method !== 'HEAD') this.shouldKeepAlive = false;
    }
    this.chunked = /chunked/.test(this.getHeader('transfer-encoding') || '');
    this.headersSent = true;
    this._transmit(this._headText(`HTTP/1.1 ${status} ${reason}`));
    this.fields = own;
  }
  _transmit(data) {
    if (this.turn) this.socket.write(data);
    else this.parts.push(data);
  }
  _finishTurn() {
    if (!this.turn) {
      this.whenTurn = () => this._finishTurn();
      return;
    }
    if (!this.shouldKeepAlive) this.socket.end();
    this.finishedTurn();
  }
}

class Server extends net.Server {
  constructor(options, listener) {
    super({});
    this.allowHalfOpen = true;
    this.keepAliveTimeout = 5000;
    this.headersTimeout = 60000;
    this.requestTimeout = 300000;
    this.timeout = 0;
    this.maxHeadersCount = null;
    const handler = typeof options === 'function' ? options : listener;
    if (handler) this.on('request', handler);
    this.on('listening', function setupConnectionsTracking() {});
    this.on('connection', (socket) => serve(this, socket));
  }
  setTimeout(delay, callback) {
    this.timeout = delay;
    if (callback) this.on('timeout', callback);
    return this;
  }
  close(callback) {
    super.close(callback);
    this.closeIdleConnections();
    return this;
  }
  closeAllConnections() {
    for (const socket of this.connections) socket.destroy();
  }
  closeIdleConnections() {
    for (const socket of this.connections) if (!socket.pendingResponses || !socket.pendingResponses.length) socket.destroy();
  }
}

const { '|http.request': requested, '|http.response': answered } = {
  '|http.request': (server, request, response) => server.emit('request', request, response),
  '|http.response': (request, response) => request.emit('response', response),
};

function serve(server, socket) {
  const pending = [];
  Object.defineProperty(socket, 'pendingResponses', { value: pending, enumerable: false });
  const idle = () => {
    socket.setTimeout(server.keepAliveTimeout);
  };
  socket.on('timeout', () => {
    if (!pending.length) socket.destroy();
  });
  const advance = () => {
    const first = pending[0];
    if (!first || first.turn) return;
    Object.defineProperty(first, 'turn', { value: true, enumerable: false });
    for (const part of first.parts.splice(0)) socket.write(part);
    if (first.whenTurn) first.whenTurn();
  };
  const parser = new Parser((first, pairs) => {
    socket.setTimeout(0);
    const [method] = first.split(' ');
    const request = new IncomingMessage(socket);
    request.method = method;
    request.url = first.slice(method.length + 1, first.lastIndexOf(' '));
    request.httpVersionMinor = Number(first.slice(-1));
    request.httpVersion = `1.${request.httpVersionMinor}`;
    addHeaders(request, pairs);
    const response = new ServerResponse(request);
    Object.defineProperty(response, 'turn', { value: false, writable: true, configurable: true, enumerable: false });
    Object.defineProperty(response, 'whenTurn', { value: undefined, writable: true, enumerable: false });
    Object.defineProperty(response, 'finishedTurn', {
      enumerable: false,
      value: () => {
        pending.shift();
        if (pending.length) advance();
        else if (!socket.destroyed) idle();
      },
    });
    request.res = response;
    Object.defineProperty(request, 'res', { enumerable: false });
    pending.push(response);
    advance();
    if ('upgrade' in request.headers && /upgrade/i.test(request.headers.connection || '') && server.listenerCount('upgrade')) {
      parser.mode = 'raw';
      process.nextTick(() => server.emit('upgrade', request, socket, Buffer.alloc(0)));
      return { length: Infinity, data: (chunk) => socket.unshift(chunk), end() {} };
    }
    if (request.headers.expect && request.headers.expect.toLowerCase() === '100-continue') response.writeContinue();
    const chunked = /chunked/i.test(request.headers['transfer-encoding'] || '');
    const length = Number(request.headers['content-length'] || 0);
    requested(server, request, response);
    return {
      chunked,
      length: chunked ? 0 : length,
      data: (chunk) => request.push(chunk),
      end: () => {
        request.complete = true;
        request.push(null);
      },
    };
  });
  socket.on('data', (chunk) => {
    try {
      parser.feed(chunk);
    } catch (error) {
      if (!error.code || !String(error.code).startsWith('HPE_')) throw error;
      if (server.listenerCount('clientError')) server.emit('clientError', error, socket);
      else socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    }
  });
  socket.on('end', () => {
    if (!pending.length) socket.end();
  });
  socket.on('close', () => {
    for (const response of pending) {
      response.req.emit('aborted');
      response.emit('close');
    }
  });
  socket.on('error', (error) => {
    if (server.listenerCount('clientError')) server.emit('clientError', error, socket);
  });
}

class ClientRequest extends OutgoingMessage {
  constructor(options, callback) {
    super({ autoDestroy: false }); // it ends with the response
    known.errorsBy(this, 'http.client.error');
    this.method = (options.method || 'GET').toUpperCase();
    this.path = options.path || '/';
    this.host = options.hostname || options.host || 'localhost';
    this.protocol = 'http:';
    const port = Number(options.port || 80);
    if (callback) this.once('response', callback);
    for (const [name, value] of Object.entries(options.headers || {})) this.setHeader(name, value);
    if (!this.hasHeader('host')) this.setHeader('Host', port === 80 ? this.host : `${this.host}:${port}`);
    if (options.auth && !this.hasHeader('authorization')) this.setHeader('Authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`);
    Object.defineProperty(this, 'usualConnection', { value: options.agent === false ? 'close' : 'keep-alive', enumerable: false });
    this.aborted = false;
    const socket = net.connect(options.socketPath ? { path: options.socketPath } : { port, host: this.host });
    Object.defineProperty(this, 'socket', { value: socket, writable: true, enumerable: false });
    process.nextTick(() => this.emit('socket', socket));
    if (options.timeout) this.setTimeout(options.timeout);
    if (options.signal) options.signal.addEventListener('abort', () => this.destroy(options.signal.reason));
    const parser = new Parser((first, pairs) => {
      const response = new IncomingMessage(socket);
      response.statusCode = Number(first.split(' ')[1]);
      response.statusMessage = first.split(' ').slice(2).join(' ');
      addHeaders(response, pairs);
      response.req = this;
      response.on('end', function responseOnEnd() {});
      Object.defineProperty(response, 'req', { enumerable: false });
      const chunked = /chunked/i.test(response.headers['transfer-encoding'] || '');
      const given = response.headers['content-length'];
      const none = this.method === 'HEAD' || response.statusCode === 204 || response.statusCode === 304;
      if (!answered(this, response)) response.resume();
      this.answered = true;
      return {
        chunked: chunked && !none,
        length: none ? 0 : given === undefined && !chunked ? Infinity : Number(given || 0),
        data: (chunk) => response.push(chunk),
        end: () => {
          response.complete = true;
          response.push(null);
          socket.end();
        },
      };
    });
    socket.on('data', (chunk) => {
      try {
        parser.feed(chunk);
      } catch (error) {
        if (!error.code || !String(error.code).startsWith('HPE_')) throw error;
        this.destroy(error);
      }
    });
    socket.on('end', () => {
      if (parser.mode === 'raw') parser.end();
      else if (!this.answered && !this.destroyed) {
        const error = __host__.placed(new Error('socket hang up'), 'http.hangup', null);
        this.destroy(Object.assign(error, { code: 'ECONNRESET' }));
      }
    });
    socket.on('error', (error) => this.destroy(error));
  }
  _sendHead(length) {
    const own = new Map(this.fields);
    if (!this.hasHeader('connection')) this.fields.set('connection', ['Connection', this.usualConnection]);
    if (!this.hasHeader('content-length') && !this.hasHeader('transfer-encoding')) {
      if (length === undefined) this.fields.set('transfer-encoding', ['Transfer-Encoding', 'chunked']);
      else if (length > 0 || ['POST', 'PUT', 'PATCH'].includes(this.method)) this.fields.set('content-length', ['Content-Length', length]);
    }
    this.chunked = /chunked/.test(this.getHeader('transfer-encoding') || '');
    this.headersSent = true;
    this._transmit(this._headText(`${this.method} ${this.path} HTTP/1.1`));
    this.fields = own;
  }
  _transmit(data) {
    this.socket.write(data);
  }
  _finishTurn() {}
  _destroy(error, callback) {
    this.socket.destroy();
    callback(error || (this.answered ? null : Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })));
  }
  abort() {
    this.aborted = true;
    this.destroy();
  }
  setTimeout(delay, callback) {
    this.socket.setTimeout(delay, () => this.emit('timeout'));
    if (callback) this.once('timeout', callback);
    return this;
  }
  setNoDelay() {}
  setSocketKeepAlive() {}
}

function settingsOf(input, options) {
  if (typeof input === 'string' || input instanceof URL) {
    const url = typeof input === 'string' ? new URL(input) : input;
    if (url.protocol !== 'http:') {
      throw coded(TypeError, 'ERR_INVALID_PROTOCOL', `Protocol "${url.protocol}" not supported. Expected "http:"`);
    }
    const found = { hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port, path: url.pathname + url.search };
    if (url.username) found.auth = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return { ...found, ...options };
  }
  return { ...input, ...options };
}

function request(input, options, callback) {
  if (typeof options === 'function') [options, callback] = [undefined, options];
  return new ClientRequest(settingsOf(input, options), callback);
}

function get(...args) {
  const made = request(...args);
  made.end();
  return made;
}

class Agent {
  constructor(options = {}) {
    this.options = options;
    this.maxSockets = options.maxSockets || Infinity;
  }
  destroy() {}
}

module.exports = {
  STATUS_CODES, METHODS, Server, ServerResponse, IncomingMessage, OutgoingMessage, ClientRequest, Agent, request, get,
  createServer: (options, listener) => new Server(options, listener), globalAgent: new Agent(), maxHeaderSize: 16384,
};

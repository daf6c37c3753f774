// net: sockets and servers of TCP, over the loop's descriptors.
'use strict';

const { Duplex, known } = require('stream');
const EventEmitter = require('events');
const { coded } = require('errors');

class Socket extends Duplex {
  constructor(options = {}) {
    super({ allowHalfOpen: Boolean(options.allowHalfOpen) });
    known.dataBy(this, 'net.data');
    this.connecting = false;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    Object.defineProperty(this, 'descriptor', { value: -1, writable: true, enumerable: false });
    Object.defineProperty(this, 'pending', { value: -1, writable: true, enumerable: false });
    Object.defineProperty(this, 'waiting', { value: [], writable: true, enumerable: false });
    Object.defineProperty(this, 'watching', { value: false, writable: true, enumerable: false });
    Object.defineProperty(this, 'timer', { value: undefined, writable: true, enumerable: false });
    this.on('end', () => {
      if (!this.allowHalfOpen) this.end();
    });
  }
  attach(descriptor) {
    this.descriptor = descriptor;
    for (const write of this.waiting.splice(0)) write();
    if (this._readableState.reading) this._read();
  }
  _read() {
    if (this.descriptor < 0 || this.watching) return;
    this.watching = true;
    __host__.watch(this.descriptor, () => {
      const data = __host__.receive(this.descriptor);
      if (data instanceof Error) {
        this.stop();
        this.destroy(data);
      } else if (data.length === 0) {
        this.stop();
        this.push(null);
      } else {
        this.bytesRead += data.length;
        this.touch();
        if (!this.push(data)) this.stop();
      }
    });
  }
  stop() {
    if (this.watching) __host__.watch(this.descriptor);
    this.watching = false;
  }
  touch() {
    if (this.timer) this.timer.refresh();
  }
  _write(chunk, encoding, callback) {
    if (this.descriptor < 0) {
      this.waiting.push(() => this._write(chunk, encoding, callback));
      return;
    }
    const problem = __host__.writeText(this.descriptor, chunk);
    this.bytesWritten += chunk.length;
    callback(problem || null);
  }
  _final(callback) {
    if (this.descriptor < 0) {
      if (this.connecting) this.waiting.push(() => this._final(callback));
      else callback();
      return;
    }
    __host__.shutDown(this.descriptor);
    callback();
  }
  _destroy(error, callback) {
    if (this.timer) clearTimeout(this.timer);
    Object.defineProperty(this, Symbol.for('fakedocker.hadError'), { value: Boolean(error), configurable: true });
    if (this.descriptor >= 0) {
      this.stop();
      __host__.close(this.descriptor);
      this.descriptor = -1;
    }
    if (this.pending >= 0) {
      __host__.watch(this.pending);
      __host__.close(this.pending);
      this.pending = -1;
    }
    this.connecting = false;
    callback(error);
  }
  connect(...args) {
    let options = args[0];
    const callback = typeof args[args.length - 1] === 'function' ? args[args.length - 1] : undefined;
    if (typeof options === 'number' || /^\d+$/.test(options)) options = { port: Number(options), host: typeof args[1] === 'string' ? args[1] : undefined };
    else if (typeof options === 'string') options = { path: options };
    if (callback) this.once('connect', callback);
    this.connecting = true;
    setImmediate(() => {
      if (this.destroyed) return;
      const found = options.path ? __host__.connectPath(options.path) : reach(this, options.host || 'localhost', options.port);
      if (options.path || found instanceof Error) this.reached(found, options.port);
      else this.awaitConnection(found, options.port);
    });
    return this;
  }
  awaitConnection(descriptor, port) {
    const look = () => __host__.connected(descriptor, this.remoteAddress, port);
    let state = look();
    if (state !== false) {
      this.reached(state === true ? descriptor : state, port);
      return;
    }
    this.pending = descriptor;
    __host__.watch(descriptor, () => {
      state = look();
      if (state === false) return;
      __host__.watch(descriptor);
      this.pending = -1;
      if (state !== true) __host__.close(descriptor);
      this.reached(state === true ? descriptor : state, port);
    });
  }
  reached(found, port) {
    this.connecting = false;
    if (found instanceof Error) {
      this.destroy(__host__.placed(found, found.syscall === 'getaddrinfo' ? 'net.connect.name' : 'net.connect', null));
      return;
    }
    this.remotePort = port;
    this.attach(found);
    this._read();
    connected(this);
  }
  address() {
    return { address: this.localAddress, port: this.localPort, family: 'IPv4' };
  }
  setTimeout(delay, callback) {
    if (this.timer) clearTimeout(this.timer);
    this.timer = delay ? setTimeout(() => this.emit('timeout'), delay).unref() : undefined;
    if (callback) this.once('timeout', callback);
    return this;
  }
  setNoDelay() {
    return this;
  }
  setKeepAlive() {
    return this;
  }
  ref() {
    __host__.refDescriptor(this.descriptor, true);
    return this;
  }
  unref() {
    if (this.descriptor >= 0) __host__.refDescriptor(this.descriptor, false);
    return this;
  }
  get readyState() {
    return this.connecting ? 'opening' : this.descriptor >= 0 ? 'open' : 'closed';
  }
}

const { '|net.connect': connected, '|net.server.error': failed, '|net.connection': accepted, '|net.listening': listens } = {
  '|net.connect'(socket) {
    socket.emit('connect');
    socket.emit('ready');
  },
  '|net.server.error'(server, error) {
    server.emit('error', error);
  },
  '|net.connection'(server, socket) {
    server.emit('connection', socket);
  },
  '|net.listening'(server) {
    server.emit('listening');
  },
};

function reach(socket, host, port) {
  const addresses = /^[\d.]+$|:/.test(host) ? [host] : __host__.resolve(host);
  if (!addresses.length) {
    const error = new Error(`getaddrinfo ENOTFOUND ${host}`);
    return Object.assign(error, { errno: -3008, code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: host });
  }
  let last;
  for (const address of addresses) {
    last = __host__.connect(address, port);
    if (!(last instanceof Error)) {
      socket.remoteAddress = address;
      return last;
    }
  }
  return last;
}

class Server extends EventEmitter {
  constructor(options, listener) {
    super();
    const handler = typeof options === 'function' ? options : listener;
    if (handler) this.on('connection', handler);
    this.listening = false;
    Object.defineProperty(this, 'descriptor', { value: -1, writable: true, enumerable: false });
    Object.defineProperty(this, 'connections', { value: new Set(), writable: true, enumerable: false });
    Object.defineProperty(this, 'bound', { value: null, writable: true, enumerable: false });
  }
  listen(...args) {
    if (this.listening) throw coded(Error, 'ERR_SERVER_ALREADY_LISTEN', 'Listen method has been called more than once without closing.');
    let options = args[0];
    const callback = typeof args[args.length - 1] === 'function' ? args.pop() : undefined;
    if (typeof options === 'function' || options === undefined || options === null) options = { port: 0 };
    else if (typeof options === 'object') options = { ...options };
    else if (typeof options === 'string' && !/^\d+$/.test(options)) __host__.notSimulated('a server at a path');
    else options = { port: Number(options), host: typeof args[1] === 'string' ? args[1] : undefined };
    if (options.port === undefined) options.port = 0;
    const port = Number(options.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw coded(RangeError, 'ERR_SOCKET_BAD_PORT', `options.port should be >= 0 and < 65536. Received type ${typeof options.port} (${options.port}).`);
    }
    if (callback) this.once('listening', callback);
    const host = options.host;
    const address = host === undefined || host === '::' ? '0.0.0.0' : host === 'localhost' ? '127.0.0.1' : host;
    const found = __host__.listen(port, address);
    if (found instanceof Error) {
      const where = host === undefined ? `:::${port}` : `${host}:${port}`;
      const words = { EADDRINUSE: 'address already in use', EACCES: 'permission denied', EADDRNOTAVAIL: 'address not available' };
      const error = new Error(`listen ${found.code}: ${words[found.code] || found.message} ${where}`);
      Object.assign(error, { code: found.code, errno: found.errno, syscall: 'listen', address: host === undefined ? '::' : host, port });
      process.nextTick(failed, this, error);
      return this;
    }
    [this.descriptor] = found;
    this.bound = { address: host === undefined ? '::' : host, family: host === undefined || host.includes(':') ? 'IPv6' : 'IPv4', port: found[1] };
    this.listening = true;
    __host__.watch(this.descriptor, () => {
      const found = __host__.accept(this.descriptor);
      if (found instanceof Error) return;
      const socket = new Socket({ allowHalfOpen: this.allowHalfOpen });
      socket.remoteAddress = host === undefined && !found[1].includes(':') ? `::ffff:${found[1]}` : found[1];
      socket.remoteFamily = socket.remoteAddress.includes(':') ? 'IPv6' : 'IPv4';
      socket.remotePort = found[2];
      socket.localPort = this.bound.port;
      socket.server = this;
      socket.attach(found[0]);
      this.connections.add(socket);
      socket.on('close', () => {
        this.connections.delete(socket);
        this.maybeClosed();
      });
      accepted(this, socket);
    });
    process.nextTick(listens, this);
    return this;
  }
  address() {
    return this.bound;
  }
  getConnections(callback) {
    process.nextTick(callback, null, this.connections.size);
  }
  close(callback) {
    if (!this.listening) {
      if (callback) process.nextTick(callback, coded(Error, 'ERR_SERVER_NOT_RUNNING', 'Server is not running.'));
      return this;
    }
    if (callback) this.once('close', () => callback());
    this.listening = false;
    __host__.watch(this.descriptor);
    __host__.close(this.descriptor);
    this.maybeClosed();
    return this;
  }
  maybeClosed() {
    if (!this.listening && this.bound && this.connections.size === 0) {
      this.bound = null;
      process.nextTick(() => this.emit('close'));
    }
  }
  ref() {
    __host__.refDescriptor(this.descriptor, true);
    return this;
  }
  unref() {
    __host__.refDescriptor(this.descriptor, false);
    return this;
  }
}

function connect(...args) {
  return new Socket(typeof args[0] === 'object' ? args[0] : {}).connect(...args);
}

function isIPv4(text) {
  return typeof text === 'string' && /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
}
function isIPv6(text) {
  return typeof text === 'string' && /^[0-9a-fA-F:.]+$/.test(text) && text.includes(':');
}

module.exports = {
  Socket,
  Stream: Socket,
  Server,
  createServer: (options, listener) => {
    const server = new Server(options, listener);
    if (options && options.allowHalfOpen) server.allowHalfOpen = true;
    return server;
  },
  connect,
  createConnection: connect,
  isIP: (text) => (isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0),
  isIPv4,
  isIPv6,
};

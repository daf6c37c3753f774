// Streams: readable, writable, duplex and transforming ones, and pipeline.
'use strict';

const EventEmitter = require('events');
const { coded, invalidType } = require('errors');

class Stream extends EventEmitter {
  pipe(destination, options) {
    this.on('data', (chunk) => {
      if (destination.write(chunk) === false && this.pause) {
        this.pause();
        destination.once('drain', () => this.resume());
      }
    });
    if (!options || options.end !== false) {
      if (destination !== process.stdout && destination !== process.stderr) this.on('end', () => destination.end());
    }
    destination.emit('pipe', this);
    return destination;
  }
}

// What calls listeners, by the names under which node's own functions are known that do.
const dataFrom = Symbol('dataFrom');
const failedBy = Symbol('failedBy');
const hadError = Symbol.for('fakedocker.hadError'); // what sockets tell with their end
const given = (stream, chunk) => stream.emit('data', chunk);
const { '|stream.error': failed, '|stream.close': closed, '|stream.end': ended } = {
  '|stream.error'(stream, problem) {
    stream.emit('error', problem);
  },
  '|stream.close'(stream) {
    if (stream[hadError] === undefined) stream.emit('close');
    else stream.emit('close', stream[hadError]);
  },
  '|stream.end'(stream) {
    stream.emit('end');
  },
};
// Lets a stream's data, or its errors, be given on by a function that is known by a name.
function dataBy(stream, name) {
  const key = `|${name}`;
  Object.defineProperty(stream, dataFrom, { value: { [key]: (from, chunk) => from.emit('data', chunk) }[key], enumerable: false });
}
function errorsBy(stream, name) {
  const key = `|${name}`;
  Object.defineProperty(stream, failedBy, { value: { [key]: (from, problem) => from.emit('error', problem) }[key], enumerable: false });
}

function initReadable(stream, options) {
  stream._readableState = {
    buffer: [], length: 0, flowing: null, ended: false, endEmitted: false, reading: false, objectMode: Boolean(options.objectMode || options.readableObjectMode),
    highWaterMark: options.highWaterMark === undefined ? (options.objectMode ? 16 : 65536) : options.highWaterMark, encoding: null, scheduled: false,
    destroyed: false, closed: false, decoder: null,
  };
  if (options.read) stream._read = options.read;
  if (options.destroy) stream._destroy = options.destroy;
  if (options.encoding) stream.setEncoding(options.encoding);
}

class Readable extends Stream {
  constructor(options = {}) {
    super();
    this.readable = true;
    initReadable(this, options);
  }
  _read() {
    throw coded(Error, 'ERR_METHOD_NOT_IMPLEMENTED', 'The _read() method is not implemented');
  }
  _destroy(error, callback) {
    callback(error);
  }
  get destroyed() {
    return this._readableState.destroyed;
  }
  get readableEnded() {
    return this._readableState.endEmitted;
  }
  get readableFlowing() {
    return this._readableState.flowing;
  }
  get readableLength() {
    return this._readableState.length;
  }
  setEncoding(encoding) {
    const { StringDecoder } = require('string_decoder');
    this._readableState.decoder = new StringDecoder(encoding);
    this._readableState.encoding = encoding;
    return this;
  }
  push(chunk, encoding) {
    const state = this._readableState;
    state.reading = false;
    if (chunk === null) {
      if (state.decoder) {
        const rest = state.decoder.end();
        if (rest) {
          state.buffer.push(rest);
          state.length += rest.length;
        }
      }
      state.ended = true;
    } else if (state.ended) {
      this.destroy(coded(Error, 'ERR_STREAM_PUSH_AFTER_EOF', 'stream.push() after EOF'));
      return false;
    } else {
      let value = chunk;
      if (!state.objectMode) {
        if (typeof value === 'string') {
          if (!state.decoder || encoding) value = Buffer.from(value, encoding);
        } else if (!(value instanceof Uint8Array)) {
          throw invalidType('chunk', 'of type string or an instance of Buffer or Uint8Array', value);
        }
        if (state.decoder) value = typeof value === 'string' ? value : state.decoder.write(value);
      }
      if (state.objectMode || value.length) {
        state.buffer.push(value);
        state.length += state.objectMode ? 1 : value.length;
      }
    }
    this._schedule();
    return !state.ended && state.length < state.highWaterMark;
  }
  unshift(chunk) {
    this._readableState.buffer.unshift(chunk);
    this._readableState.length += this._readableState.objectMode ? 1 : chunk.length;
    this._schedule();
  }
  _schedule() {
    const state = this._readableState;
    if (state.scheduled) return;
    state.scheduled = true;
    process.nextTick(() => {
      state.scheduled = false;
      this._flow();
    });
  }
  _flow() {
    const state = this._readableState;
    if (state.destroyed) return;
    while (state.flowing && state.buffer.length) {
      const chunk = state.buffer.shift();
      state.length -= state.objectMode ? 1 : chunk.length;
      (this[dataFrom] || given)(this, chunk);
    }
    if (state.flowing === false && !this.listenerCount('readable')) return;
    if (this.listenerCount('readable') && (state.buffer.length || state.ended) && !state.endEmitted) this.emit('readable');
    if (state.ended && !state.buffer.length) {
      if (!state.endEmitted && (state.flowing || this.listenerCount('readable'))) {
        state.endEmitted = true;
        this.readable = false;
        ended(this);
        if (!this._writableState || this._writableState.finished) this.destroy();
      }
      return;
    }
    this._fill();
  }
  _fill() {
    const state = this._readableState;
    if (state.reading || state.ended || state.destroyed || state.length >= state.highWaterMark) return;
    if (state.flowing === null && !this.listenerCount('readable')) return;
    state.reading = true;
    this._read(state.highWaterMark);
  }
  read(size) {
    const state = this._readableState;
    if (state.length === 0) {
      this._fill();
      if (state.ended) this._schedule();
      if (state.length === 0) return null;
    }
    if (state.objectMode) {
      state.length--;
      const value = state.buffer.shift();
      this._fill();
      return value;
    }
    const all = state.decoder ? state.buffer.join('') : Buffer.concat(state.buffer);
    if (size !== undefined && size < all.length) {
      state.buffer = [all.slice(size)];
      state.length -= size;
      return all.slice(0, size);
    }
    if (size !== undefined && size > all.length && !state.ended) return null;
    state.buffer = [];
    state.length = 0;
    if (!state.ended) this._fill();
    this._schedule();
    return all;
  }
  on(name, listener) {
    super.on(name, listener);
    const state = this._readableState;
    if (name === 'data' && state.flowing !== false) this.resume();
    if (name === 'readable') {
      state.flowing = false;
      this._schedule();
      this._fill();
    }
    return this;
  }
  resume() {
    const state = this._readableState;
    if (!state.flowing) {
      state.flowing = true;
      this.emit('resume');
      this._schedule();
    }
    return this;
  }
  pause() {
    if (this._readableState.flowing !== false) {
      this._readableState.flowing = false;
      this.emit('pause');
    }
    return this;
  }
  isPaused() {
    return this._readableState.flowing === false;
  }
  unpipe() {
    this.removeAllListeners('data');
    return this.pause();
  }
  destroy(error) {
    const state = this._readableState;
    if (state.destroyed) return this;
    state.destroyed = true;
    if (this._writableState) this._writableState.destroyed = true;
    this._destroy(error || null, (problem) => {
      process.nextTick(() => {
        if (problem) (this[failedBy] || failed)(this, problem);
        state.closed = true;
        closed(this);
      });
    });
    return this;
  }
  async *[Symbol.asyncIterator]() {
    const waiting = [];
    let wake = () => {};
    let ended = false;
    let failure;
    this.on('data', (chunk) => {
      waiting.push(chunk);
      wake();
    });
    this.on('end', () => {
      ended = true;
      wake();
    });
    this.on('error', (error) => {
      failure = error;
      wake();
    });
    this.on('close', () => {
      ended = true;
      wake();
    });
    try {
      while (true) {
        while (waiting.length) yield waiting.shift();
        if (failure) throw failure;
        if (ended) return;
        await new Promise((resolve) => (wake = resolve));
      }
    } finally {
      this.destroy();
    }
  }
}

Readable.from = (values, options) => {
  const iterator = values[Symbol.asyncIterator] ? values[Symbol.asyncIterator]() : typeof values === 'string' ? [values].values() : values[Symbol.iterator]();
  return new Readable({
    objectMode: true,
    ...options,
    async read() {
      try {
        const { value, done } = await iterator.next();
        this.push(done ? null : await value);
      } catch (error) {
        this.destroy(error);
      }
    },
  });
};

function initWritable(stream, options) {
  stream._writableState = {
    queue: [], length: 0, busy: false, ending: false, finished: false, needDrain: false, destroyed: false, constructed: !options.construct,
    objectMode: Boolean(options.objectMode || options.writableObjectMode), highWaterMark: options.highWaterMark === undefined ? (options.objectMode ? 16 : 16384) : options.highWaterMark,
    decodes: options.decodeStrings !== false,
  };
  if (options.write) stream._write = options.write;
  if (options.writev) stream._writev = options.writev;
  stream._writableState.autoDestroy = options.autoDestroy !== false;
  if (options.final) stream._final = options.final;
  if (options.destroy) stream._destroy = options.destroy;
  if (options.construct) {
    process.nextTick(() =>
      options.construct.call(stream, (error) => {
        if (error) stream.destroy(error);
        else {
          stream._writableState.constructed = true;
          next(stream);
        }
      }),
    );
  }
}

function next(stream) {
  const state = stream._writableState;
  if (state.busy || state.destroyed || !state.constructed) return;
  const entry = state.queue.shift();
  if (!entry) {
    if (state.ending && !state.finished) finish(stream);
    return;
  }
  state.busy = true;
  let isNow = true;
  stream._write(entry.chunk, entry.encoding, (error) => {
    state.busy = false;
    state.length -= state.objectMode ? 1 : entry.chunk.length;
    const after = () => {
      if (error) {
        if (entry.callback) entry.callback(error);
        stream.destroy(error);
        return;
      }
      if (entry.callback) entry.callback(null);
      if (state.needDrain && state.length === 0 && !state.ending) {
        state.needDrain = false;
        stream.emit('drain');
      }
      next(stream);
    };
    if (isNow) process.nextTick(after);
    else after();
  });
  isNow = false;
}

function finish(stream) {
  const state = stream._writableState;
  state.finished = true;
  const done = (error) => {
    if (error) {
      stream.destroy(error);
      return;
    }
    process.nextTick(() => {
      stream.writable = false;
      stream.emit('finish');
      if (state.autoDestroy && (!stream._readableState || stream._readableState.endEmitted)) stream.destroy();
    });
  };
  if (stream._final) stream._final(done);
  else done();
}

const writing = {
  write(chunk, encoding, callback) {
    const state = this._writableState;
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    let value = chunk;
    if (value === null) throw coded(TypeError, 'ERR_STREAM_NULL_VALUES', 'May not write null values to stream');
    if (!state.objectMode) {
      if (typeof value === 'string') {
        if (state.decodes) [value, encoding] = [Buffer.from(value, encoding), 'buffer'];
      } else if (!(value instanceof Uint8Array)) {
        throw invalidType('chunk', 'of type string or an instance of Buffer or Uint8Array', value);
      } else {
        encoding = 'buffer';
      }
    }
    if (state.ending) {
      const error = coded(Error, 'ERR_STREAM_WRITE_AFTER_END', 'write after end');
      process.nextTick(() => {
        if (callback) callback(error);
        this.destroy(error);
      });
      return false;
    }
    if (state.destroyed) return false;
    state.length += state.objectMode ? 1 : value.length;
    state.queue.push({ chunk: value, encoding: encoding || 'utf8', callback });
    const room = state.length < state.highWaterMark;
    if (!room) state.needDrain = true;
    next(this);
    return room;
  },
  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') [chunk, callback] = [undefined, chunk];
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    const state = this._writableState;
    if (callback) {
      if (state.finished) process.nextTick(callback);
      else this.once('finish', callback);
    }
    if (!state.ending) {
      state.ending = true;
      next(this);
    }
    return this;
  },
  cork() {},
  uncork() {},
  setDefaultEncoding() {
    return this;
  },
};

class Writable extends Stream {
  constructor(options = {}) {
    super();
    this.writable = true;
    initWritable(this, options);
  }
  _write(chunk, encoding, callback) {
    if (this._writev) this._writev([{ chunk, encoding }], callback);
    else throw coded(Error, 'ERR_METHOD_NOT_IMPLEMENTED', 'The _write() method is not implemented');
  }
  _destroy(error, callback) {
    callback(error);
  }
  get destroyed() {
    return this._writableState.destroyed;
  }
  destroy(error) {
    const state = this._writableState;
    if (state.destroyed) return this;
    state.destroyed = true;
    this._destroy(error || null, (problem) => {
      process.nextTick(() => {
        if (problem) (this[failedBy] || failed)(this, problem);
        closed(this);
      });
    });
    return this;
  }
}

class Duplex extends Readable {
  constructor(options = {}) {
    super(options);
    this.writable = true;
    this.allowHalfOpen = options.allowHalfOpen !== false;
    initWritable(this, options);
  }
  _write(chunk, encoding, callback) {
    throw coded(Error, 'ERR_METHOD_NOT_IMPLEMENTED', 'The _write() method is not implemented');
  }
}

function define(target, source) {
  for (const [name, method] of Object.entries(source)) {
    Object.defineProperty(target, name, { value: method, writable: true, enumerable: false, configurable: true });
  }
  Object.defineProperty(target, 'writableEnded', {
    configurable: true,
    get() {
      return this._writableState.ending;
    },
  });
  Object.defineProperty(target, 'writableFinished', {
    configurable: true,
    get() {
      return this._writableState.finished;
    },
  });
  Object.defineProperty(target, 'writableLength', {
    configurable: true,
    get() {
      return this._writableState.length;
    },
  });
}
define(Writable.prototype, writing);
define(Duplex.prototype, writing);

class Transform extends Duplex {
  constructor(options = {}) {
    super(options);
    if (options.transform) this._transform = options.transform;
    if (options.flush) this._flush = options.flush;
    this._waiting = null;
  }
  _transform() {
    throw coded(Error, 'ERR_METHOD_NOT_IMPLEMENTED', 'The _transform() method is not implemented');
  }
  _write(chunk, encoding, callback) {
    this._transform(chunk, encoding, (error, value) => {
      if (error) {
        callback(error);
        return;
      }
      if (value !== undefined && value !== null) this.push(value);
      callback();
    });
  }
  _read() {}
  _final(callback) {
    const done = (error, value) => {
      if (error) {
        callback(error);
        return;
      }
      if (value !== undefined && value !== null) this.push(value);
      this.push(null);
      callback();
    };
    if (this._flush) this._flush(done);
    else done();
  }
}

class PassThrough extends Transform {
  _transform(chunk, encoding, callback) {
    callback(null, chunk);
  }
}

function finished(stream, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  let called = false;
  const once = (error) => {
    if (called) return;
    called = true;
    done(error);
  };
  stream.on('error', once);
  stream.on('end', () => !stream._writableState && once());
  stream.on('finish', () => (!stream._readableState || stream._readableState.endEmitted) && once());
  stream.on('close', () => once());
}

// The last part of a pipeline that is a function: its promise settles it, a generator is gone through and its values are dropped.
function sink(given, done) {
  const settled = given && given[Symbol.asyncIterator] ? (async () => { for await (const value of given); })() : Promise.resolve(given);
  settled.then((value) => process.nextTick(done, undefined, value), (error) => process.nextTick(done, error));
  return new PassThrough();
}

function pipeline(...streams) {
  const callback = typeof streams[streams.length - 1] === 'function' ? streams.pop() : () => {};
  const parts = streams.flat();
  let called = false;
  const done = (error) => {
    if (called) return;
    called = true;
    if (error) for (const part of parts) if (part.destroy) part.destroy();
    callback(error);
  };
  for (let i = 0; i < parts.length; i++) {
    if (typeof parts[i] === 'function') {
      const given = i ? parts[i](parts[i - 1]) : parts[i]();
      if (i === parts.length - 1) return sink(given, (error, value) => {
        if (!error && !called) {
          called = true;
          callback(undefined, value);
        } else done(error);
      });
      parts[i] = Readable.from(given);
    } else if (!parts[i].on) parts[i] = Readable.from(parts[i]);
    else if (i > 0 && !parts[i - 1].piped) parts[i - 1].pipe(parts[i]);
    parts[i].on('error', done);
  }
  const last = parts[parts.length - 1];
  last.on('finish', () => done());
  if (!last._writableState && last.on) last.on('end', () => done());
  return last;
}

Stream.Stream = Stream;
Stream.Readable = Readable;
Stream.Writable = Writable;
Stream.Duplex = Duplex;
Stream.Transform = Transform;
Stream.PassThrough = PassThrough;
Stream.finished = finished;
Stream.pipeline = pipeline;
Stream.promises = {
  pipeline: (...streams) => new Promise((resolve, reject) => pipeline(...streams, (error, value) => (error ? reject(error) : resolve(value)))),
  finished: (stream) => new Promise((resolve, reject) => finished(stream, (error) => (error ? reject(error) : resolve()))),
};
pipeline[Symbol.for('nodejs.util.promisify.custom')] = Stream.promises.pipeline;
finished[Symbol.for('nodejs.util.promisify.custom')] = Stream.promises.finished;

Object.defineProperty(Stream, 'known', { value: { dataBy, errorsBy }, enumerable: false });
module.exports = Stream;

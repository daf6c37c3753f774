// zlib: data that is made smaller and back, at once and in streams. What is made is what node makes, but for options that change how it looks for matches.
'use strict';

const { Transform } = require('stream');
const { coded, invalidType, outOfRange, checkFunction } = require('errors');

const constants = Object.assign(Object.create(null), {
  Z_NO_FLUSH: 0, Z_PARTIAL_FLUSH: 1, Z_SYNC_FLUSH: 2, Z_FULL_FLUSH: 3, Z_FINISH: 4, Z_BLOCK: 5,
  Z_OK: 0, Z_STREAM_END: 1, Z_NEED_DICT: 2, Z_ERRNO: -1, Z_STREAM_ERROR: -2, Z_DATA_ERROR: -3, Z_MEM_ERROR: -4, Z_BUF_ERROR: -5, Z_VERSION_ERROR: -6,
  Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1,
  Z_FILTERED: 1, Z_HUFFMAN_ONLY: 2, Z_RLE: 3, Z_FIXED: 4, Z_DEFAULT_STRATEGY: 0, ZLIB_VERNUM: 4880,
  DEFLATE: 1, INFLATE: 2, GZIP: 3, GUNZIP: 4, DEFLATERAW: 5, INFLATERAW: 6, UNZIP: 7,
  Z_MIN_WINDOWBITS: 8, Z_MAX_WINDOWBITS: 15, Z_DEFAULT_WINDOWBITS: 15, Z_MIN_CHUNK: 64, Z_MAX_CHUNK: Infinity, Z_DEFAULT_CHUNK: 16384,
  Z_MIN_MEMLEVEL: 1, Z_MAX_MEMLEVEL: 9, Z_DEFAULT_MEMLEVEL: 8, Z_MIN_LEVEL: -1, Z_MAX_LEVEL: 9, Z_DEFAULT_LEVEL: -1,
});
const codes = { Z_OK: 0, Z_STREAM_END: 1, Z_NEED_DICT: 2, Z_ERRNO: -1, Z_STREAM_ERROR: -2, Z_DATA_ERROR: -3, Z_MEM_ERROR: -4, Z_BUF_ERROR: -5, Z_VERSION_ERROR: -6 };
for (const name of Object.keys(codes)) codes[codes[name]] = name;

function ranged(options, name, low, high, plain) {
  const value = options[name];
  if (value === undefined || Number.isNaN(value)) return plain;
  if (typeof value !== 'number') throw invalidType(`options.${name}`, 'of type number', value);
  if (!(value >= low && value <= high)) throw outOfRange(`options.${name}`, high === Infinity ? `>= ${low}` : `>= ${low} and <= ${high}`, value);
  return value;
}

// What options say; those that change what is made in other ways are not simulated.
function settings(options) {
  const given = options || {};
  const chunkSize = ranged(given, 'chunkSize', 64, Infinity, 16384);
  for (const name of ['flush', 'finishFlush', 'info', 'dictionary']) if (given[name] !== undefined && given[name] !== false) __host__.notSimulated(`the option ${name} of zlib`);
  const windowBits = ranged(given, 'windowBits', given.windowBits === 0 ? 0 : 8, 15, 15);
  const level = ranged(given, 'level', -1, 9, -1);
  const memLevel = ranged(given, 'memLevel', 1, 9, 8);
  const strategy = ranged(given, 'strategy', 0, 4, 0);
  if (windowBits !== 15 || memLevel !== 8 || strategy !== 0) __host__.notSimulated('windowBits, memLevel and strategy of zlib');
  return { level, chunkSize, most: ranged(given, 'maxOutputLength', 1, Number.MAX_SAFE_INTEGER, Infinity) };
}

function failed(message) {
  const code = message === 'unexpected end of file' ? 'Z_BUF_ERROR' : message === 'need dictionary' ? 'Z_NEED_DICT' : 'Z_DATA_ERROR';
  const error = new Error(message === 'need dictionary' ? 'Missing dictionary' : message);
  error.errno = codes[code];
  error.code = code;
  return error;
}

function run(kind, data, set) {
  const found = kind < 0 ? __host__.inflate(-kind, data) : __host__.deflate(kind, data, set.level);
  if (typeof found === 'string') throw failed(found);
  if (found.length > set.most) throw coded(RangeError, 'ERR_BUFFER_TOO_LARGE', `Cannot create a Buffer larger than ${set.most} bytes`);
  return found;
}

function bytesOf(data) {
  if (typeof data === 'string') return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  throw invalidType('buffer', 'of type string or an instance of Buffer, TypedArray, DataView, or ArrayBuffer', data);
}

const HEADERS = { 1: 2, 3: 10, 5: 0 };

class Zlib extends Transform {
  constructor(kind, options) {
    const set = settings(options);
    super(options && options.highWaterMark !== undefined ? { highWaterMark: options.highWaterMark } : {});
    for (const [name, value] of [['kind', kind], ['set', set], ['parts', []], ['headed', 0], ['bytesWritten', 0]]) {
      Object.defineProperty(this, name, { value, writable: true, enumerable: false, configurable: true });
    }
  }
  close(callback) {
    if (callback) this.once('close', callback);
    this.destroy();
  }
  flush() {
    __host__.notSimulated('flush of a stream of zlib');
  }
  params() {
    __host__.notSimulated('params of a stream of zlib');
  }
  reset() {
    __host__.notSimulated('reset of a stream of zlib');
  }
  _transform(chunk, encoding, callback) {
    this.parts.push(chunk);
    this.bytesWritten += chunk.length;
    const size = HEADERS[this.kind];
    if (size && !this.headed) {
      this.headed = size;
      this.push(run(this.kind, Buffer.alloc(0), this.set).slice(0, size));
    }
    setImmediate(callback);
  }
  _flush(callback) {
    setImmediate(() => {
      let found;
      try {
        found = run(this.kind, Buffer.concat(this.parts), this.set);
      } catch (error) {
        callback(error);
        return;
      }
      for (let at = this.headed; at < found.length; at += this.set.chunkSize) this.push(found.slice(at, at + this.set.chunkSize));
      callback();
    });
  }
}

module.exports = { constants, codes };
for (const [name, kind] of [['Deflate', 1], ['Inflate', -1], ['Gzip', 3], ['Gunzip', -3], ['DeflateRaw', 5], ['InflateRaw', -5], ['Unzip', -7]]) {
  const short = name[0].toLowerCase() + name.slice(1);
  const Kind = { [name]: class extends Zlib {
    constructor(options) {
      super(kind, options);
    }
  } }[name];
  const once = {
    [short](buffer, options, callback) {
      if (typeof options === 'function') [callback, options] = [options, {}];
      checkFunction(callback, 'callback');
      const data = bytesOf(buffer);
      const set = settings(options);
      setImmediate(() => {
        let found;
        try {
          found = run(kind, data, set);
        } catch (error) {
          callback(error);
          return;
        }
        callback(null, found);
      });
    },
    [`${short}Sync`](buffer, options) {
      const data = bytesOf(buffer);
      return run(kind, data, settings(options));
    },
    [`create${name}`]: (options) => new Kind(options),
  };
  Object.assign(module.exports, { [name]: Kind }, once);
}
module.exports.crc32 = (data, value = 0) => {
  if (typeof data !== 'string' && !ArrayBuffer.isView(data)) throw invalidType('data', 'of type string or an instance of Buffer, TypedArray, or DataView', data);
  return __host__.crc32(typeof data === 'string' ? Buffer.from(data) : bytesOf(data), value);
};
for (const name of Object.keys(constants)) if (!name.startsWith('BROTLI')) Object.defineProperty(module.exports, name, { value: constants[name], enumerable: false, writable: false, configurable: true });

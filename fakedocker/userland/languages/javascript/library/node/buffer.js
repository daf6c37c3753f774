// Buffer: bytes as text and numbers.
'use strict';

const { invalidType, coded, outOfRange } = require('errors');

function encodingOf(encoding) {
  return encoding === undefined || encoding === null ? 'utf8' : String(encoding).toLowerCase();
}

function isEncoding(name) {
  return ['utf8', 'utf-8', 'hex', 'base64', 'base64url', 'latin1', 'binary', 'ascii', 'ucs2', 'ucs-2', 'utf16le', 'utf-16le'].includes(String(name).toLowerCase());
}

function Buffer(value, encoding, length) {
  process.emitWarning(
    'Buffer() is deprecated due to security and usability issues. Please use the Buffer.alloc(), Buffer.allocUnsafe(), or Buffer.from() methods instead.',
    'DeprecationWarning',
    'DEP0005',
  );
  return typeof value === 'number' ? Buffer.alloc(value) : Buffer.from(value, encoding, length);
}

Buffer.prototype = __host__.bufferPrototype();
Object.defineProperty(Buffer.prototype, 'constructor', { value: Buffer, writable: true, enumerable: false, configurable: true });
Object.setPrototypeOf(Buffer, Uint8Array);
Buffer.poolSize = 8192;

Buffer.from = function from(value, encoding, length) {
  if (typeof value === 'string') return __host__.encode(value, encodingOf(encoding));
  if (value instanceof ArrayBuffer) return __host__.bufferOver(value, encoding || 0, length);
  if (value instanceof Uint8Array || Array.isArray(value)) {
    const made = Buffer.alloc(value.length);
    made.set(Array.isArray(value) ? value.map((part) => Number(part) & 255) : value);
    return made;
  }
  if (value && value.type === 'Buffer' && Array.isArray(value.data)) return Buffer.from(value.data);
  if (value && typeof value === 'object' && typeof value.length === 'number') return Buffer.from(Array.from(value));
  throw invalidType('The first argument', 'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object', value);
};

Buffer.alloc = function alloc(size, fill, encoding) {
  if (typeof size !== 'number') throw invalidType('size', 'of type number', size);
  if (size < 0 || Number.isNaN(size)) throw outOfRange('size', '>= 0 && <= 9007199254740991', size);
  const made = __host__.newBuffer(size);
  return fill === undefined || fill === 0 ? made : made.fill(fill, encoding);
};
Buffer.allocUnsafe = Buffer.allocUnsafeSlow = (size) => Buffer.alloc(size);
Buffer.isBuffer = (value) => value instanceof Buffer;
Buffer.isEncoding = isEncoding;
Buffer.byteLength = (value, encoding) => (typeof value === 'string' ? __host__.encode(value, encodingOf(encoding)).length : value.byteLength);
Buffer.concat = function concat(list, total) {
  if (!Array.isArray(list)) throw invalidType('list', 'an instance of Array', list);
  const size = total === undefined ? list.reduce((sum, part) => sum + part.length, 0) : total;
  const made = Buffer.alloc(size);
  let place = 0;
  for (const part of list) {
    if (place >= size) break;
    made.set(part.subarray(0, size - place), place);
    place += part.length;
  }
  return made;
};
Buffer.compare = (a, b) => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return Math.sign(a.length - b.length);
};

const methods = {
  toString(encoding, start, end) {
    return __host__.decode(this, encodingOf(encoding), start === undefined ? 0 : start, end);
  },
  toJSON() {
    return { type: 'Buffer', data: Array.from(this) };
  },
  equals(other) {
    return Buffer.compare(this, other) === 0;
  },
  compare(other) {
    return Buffer.compare(this, other);
  },
  write(text, offset = 0, length, encoding) {
    if (typeof offset === 'string') [offset, encoding] = [0, offset];
    if (typeof length === 'string') [length, encoding] = [undefined, length];
    const data = Buffer.from(text, encoding);
    const count = Math.min(data.length, this.length - offset, length === undefined ? Infinity : length);
    this.set(data.subarray(0, count), offset);
    return count;
  },
  fill(value, start, end, encoding) {
    if (typeof start === 'string') [start, encoding] = [undefined, start];
    const from = start === undefined ? 0 : start;
    const to = end === undefined ? this.length : end;
    if (typeof value === 'number') {
      for (let i = from; i < to; i++) this[i] = value & 255;
    } else {
      const data = typeof value === 'string' ? Buffer.from(value, encoding) : value;
      if (data.length) for (let i = from; i < to; i++) this[i] = data[(i - from) % data.length];
    }
    return this;
  },
  copy(target, targetStart = 0, start = 0, end = this.length) {
    const part = this.subarray(start, Math.min(end, start + target.length - targetStart));
    target.set(part, targetStart);
    return part.length;
  },
  indexOf(value, from = 0, encoding) {
    if (typeof value === 'number') {
      for (let i = from; i < this.length; i++) if (this[i] === (value & 255)) return i;
      return -1;
    }
    const data = typeof value === 'string' ? Buffer.from(value, encoding) : value;
    for (let i = from; i + data.length <= this.length; i++) {
      let j = 0;
      while (j < data.length && this[i + j] === data[j]) j++;
      if (j === data.length) return i;
    }
    return -1;
  },
  includes(value, from, encoding) {
    return this.indexOf(value, from, encoding) >= 0;
  },
};

function check(buffer, offset, size) {
  if (typeof offset !== 'number') throw invalidType('offset', 'of type number', offset);
  if (offset < 0 || offset + size > buffer.length) {
    if (buffer.length - size < 0) throw coded(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds');
    throw outOfRange('offset', `>= 0 and <= ${buffer.length - size}`, offset);
  }
}

for (const [size, name] of [[1, '8'], [2, '16'], [4, '32']]) {
  for (const end of size === 1 ? [''] : ['LE', 'BE']) {
    methods[`readUInt${name}${end}`] = function (offset = 0) {
      check(this, offset, size);
      let value = 0;
      for (let i = 0; i < size; i++) value += this[offset + i] * 2 ** (8 * (end === 'BE' ? size - 1 - i : i));
      return value;
    };
    methods[`readInt${name}${end}`] = function (offset = 0) {
      const value = this[`readUInt${name}${end}`](offset);
      return value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
    };
    methods[`writeUInt${name}${end}`] = methods[`writeInt${name}${end}`] = function (value, offset = 0) {
      check(this, offset, size);
      let left = value < 0 ? value + 2 ** (8 * size) : value;
      for (let i = 0; i < size; i++) {
        this[offset + (end === 'BE' ? size - 1 - i : i)] = left % 256;
        left = Math.floor(left / 256);
      }
      return offset + size;
    };
  }
}

for (const [name, method] of Object.entries(methods)) {
  Object.defineProperty(Buffer.prototype, name, { value: method, writable: true, enumerable: false, configurable: true });
  const alias = name.replace('UInt', 'Uint');
  if (alias !== name) Object.defineProperty(Buffer.prototype, alias, { value: method, writable: true, enumerable: false, configurable: true });
}

module.exports = { Buffer, kMaxLength: 4294967296, constants: { MAX_LENGTH: 4294967296, MAX_STRING_LENGTH: 536870888 } };

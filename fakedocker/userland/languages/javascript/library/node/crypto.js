// crypto: hashes, and what is random.
'use strict';

const { Transform } = require('stream');
const { coded, invalidType } = require('errors');
const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];

function bytes(data, encoding) {
  if (typeof data === 'string') return Buffer.from(data, encoding);
  if (data instanceof Uint8Array) return data;
  throw invalidType('data', 'of type string or an instance of Buffer, TypedArray, or DataView', data);
}

class Hash extends Transform {
  constructor(algorithm, key) {
    super();
    const name = String(algorithm).toLowerCase().replace('-', '');
    if (!HASHES.includes(name)) {
      if (/^(sha3|sha512|ripemd|rmd|whirlpool|blake|shake|sm3|rsa)/.test(name)) __host__.notSimulated(`the hash ${algorithm}`);
      throw Object.assign(new Error('Digest method not supported'), key === undefined ? {} : { code: 'ERR_CRYPTO_INVALID_DIGEST', message: `Invalid digest: ${algorithm}` });
    }
    for (const [field, value] of [['algorithm', name], ['key', key], ['parts', []], ['done', false]]) {
      Object.defineProperty(this, field, { value, writable: true, enumerable: false });
    }
  }
  update(data, encoding) {
    if (this.done) throw coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    this.parts.push(Buffer.from(bytes(data, encoding)));
    return this;
  }
  digest(encoding) {
    if (this.done) throw coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    this.done = true;
    const all = Buffer.concat(this.parts);
    const found = this.key === undefined ? __host__.hash(this.algorithm, all) : __host__.hmac(this.algorithm, this.key, all);
    return encoding && encoding !== 'buffer' ? found.toString(encoding) : found;
  }
  copy() {
    const made = new Hash(this.algorithm, this.key);
    made.parts = [...this.parts];
    return made;
  }
  _transform(chunk, encoding, callback) {
    this.parts.push(chunk);
    callback();
  }
  _flush(callback) {
    this.push(this.digest());
    callback();
  }
}

function randomBytes(size, callback) {
  if (typeof size !== 'number') throw invalidType('size', 'of type number', size);
  const found = __host__.randomBytes(size);
  if (!callback) return found;
  setImmediate(callback, null, found);
  return undefined;
}

function randomInt(low, high, callback) {
  if (high === undefined || typeof high === 'function') [low, high, callback] = [0, low, high];
  const value = low + (Number(__host__.randomBytes(6).reduce((sum, byte) => sum * 256 + byte, 0)) % (high - low));
  if (!callback) return value;
  setImmediate(callback, null, value);
  return undefined;
}

function randomUUID() {
  const data = __host__.randomBytes(16);
  data[6] = (data[6] & 15) | 64;
  data[8] = (data[8] & 63) | 128;
  const text = data.toString('hex');
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

function timingSafeEqual(a, b) {
  if (a.length !== b.length) throw coded(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length');
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;
}

function absent(name) {
  return () => __host__.notSimulated(`crypto.${name}`);
}

const webcrypto = {
  randomUUID,
  getRandomValues: (array) => {
    const data = __host__.randomBytes(array.byteLength);
    for (let i = 0; i < array.length; i++) array[i] = data[i];
    return array;
  },
};

module.exports = { createHash: (name) => new Hash(name), createHmac: (name, key) => new Hash(name, Buffer.from(bytes(key))), randomBytes, randomInt, randomUUID, timingSafeEqual, getHashes: () => [...HASHES], Hash, webcrypto };
for (const name of ['createCipheriv', 'createDecipheriv', 'createSign', 'createVerify', 'generateKeyPair', 'generateKeyPairSync', 'pbkdf2', 'pbkdf2Sync', 'scrypt', 'scryptSync', 'publicEncrypt', 'privateDecrypt', 'createECDH', 'createDiffieHellman']) {
  module.exports[name] = absent(name);
}

// setTimeout and its like, over the loop's timers.
'use strict';

function check(callback) {
  if (typeof callback !== 'function') {
    const error = new TypeError(`The "callback" argument must be of type function. Received ${require('errors').received(callback)}`);
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
  }
}

const number = Symbol('number');
const isRef = Symbol('isRef');

class Timeout {
  constructor(callback, delay, args, repeats) {
    this._idleTimeout = delay >= 1 && delay <= 2147483647 ? Math.trunc(delay) : 1;
    this._onTimeout = callback;
    this._repeat = repeats ? this._idleTimeout : null;
    Object.defineProperty(this, number, { value: 0, writable: true, enumerable: false });
    Object.defineProperty(this, isRef, { value: true, writable: true, enumerable: false });
    Object.defineProperty(this, 'args', { value: args, writable: true, enumerable: false });
    this[number] = __host__.startTimer(this, callback, delay, args, repeats);
  }
  ref() {
    this[isRef] = true;
    __host__.refTimer(this[number], true);
    return this;
  }
  unref() {
    this[isRef] = false;
    __host__.refTimer(this[number], false);
    return this;
  }
  hasRef() {
    return this[isRef];
  }
  refresh() {
    __host__.stopTimer(this[number]);
    this[number] = __host__.startTimer(this, this._onTimeout, this._idleTimeout, this.args, this._repeat !== null);
    return this;
  }
  close() {
    clearTimeout(this);
    return this;
  }
  [Symbol.toPrimitive]() {
    return this[number];
  }
}

class Immediate {
  constructor(callback, args) {
    __host__.immediate(this, callback, args);
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  hasRef() {
    return true;
  }
}

function setTimeout(callback, delay, ...args) {
  check(callback);
  return new Timeout(callback, delay, args, false);
}

function setInterval(callback, delay, ...args) {
  check(callback);
  return new Timeout(callback, delay, args, true);
}

function setImmediate(callback, ...args) {
  check(callback);
  return new Immediate(callback, args);
}

function clearTimeout(timer) {
  if (timer instanceof Timeout) {
    __host__.stopTimer(timer[number]);
    timer._destroyed = true;
  } else if (typeof timer === 'number' || typeof timer === 'string') {
    __host__.stopTimer(Number(timer));
  }
}

function clearImmediate(immediate) {
  if (immediate instanceof Immediate) __host__.clearImmediate(immediate);
}

// A promise of a timer or an immediate, that a signal may break off.
function waiting(start, stop, value, { signal } = {}) {
  if (signal && signal.aborted) return Promise.reject(aborted(signal));
  return new Promise((resolve, reject) => {
    const handle = start(() => {
      if (signal) signal.removeEventListener('abort', broken);
      resolve(value);
    });
    const broken = () => {
      stop(handle);
      reject(aborted(signal));
    };
    if (signal) signal.addEventListener('abort', broken, { once: true });
  });
}

function aborted(signal) {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  Object.assign(error, { code: 'ABORT_ERR', name: 'AbortError' });
  error.stack = 'AbortError: The operation was aborted\n    at \ufdd0'; // where it is made is not known
  return error;
}

const promises = {
  setTimeout: (delay, value, options) => waiting((done) => setTimeout(done, delay), clearTimeout, value, options),
  setImmediate: (value, options) => waiting((done) => setImmediate(done), clearImmediate, value, options),
  async *setInterval(delay, value, options) {
    if (options && (options.signal || options.ref === false)) __host__.refuse('options of an interval of timers/promises');
    while (true) {
      await promises.setTimeout(delay);
      yield value;
    }
  },
  scheduler: { wait: (delay, options) => promises.setTimeout(delay, undefined, options), yield: () => promises.setImmediate() },
};

const custom = Symbol.for('nodejs.util.promisify.custom');
Object.defineProperty(setTimeout, custom, { value: promises.setTimeout, enumerable: false });
Object.defineProperty(setImmediate, custom, { value: promises.setImmediate, enumerable: false });

module.exports = { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval: clearTimeout, clearImmediate, promises };

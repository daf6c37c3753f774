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

class Timeout {
  constructor(callback, delay, args, repeats) {
    this._idleTimeout = delay >= 1 && delay <= 2147483647 ? Math.trunc(delay) : 1;
    this._onTimeout = callback;
    this._repeat = repeats ? this._idleTimeout : null;
    Object.defineProperty(this, number, { value: 0, writable: true, enumerable: false });
    Object.defineProperty(this, 'args', { value: args, writable: true, enumerable: false });
    this[number] = __host__.startTimer(this, callback, delay, args, repeats);
  }
  ref() {
    __host__.refTimer(this[number], true);
    return this;
  }
  unref() {
    __host__.refTimer(this[number], false);
    return this;
  }
  hasRef() {
    return __host__.hasTimer(this[number]);
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

const promises = {
  setTimeout: (delay, value) => new Promise((resolve) => setTimeout(resolve, delay, value)),
  setImmediate: (value) => new Promise((resolve) => setImmediate(resolve, value)),
  async *setInterval(delay, value) {
    while (true) {
      await promises.setTimeout(delay);
      yield value;
    }
  },
  scheduler: { wait: (delay) => promises.setTimeout(delay), yield: () => promises.setImmediate() },
};

const custom = Symbol.for('nodejs.util.promisify.custom');
Object.defineProperty(setTimeout, custom, { value: promises.setTimeout, enumerable: false });
Object.defineProperty(setImmediate, custom, { value: promises.setImmediate, enumerable: false });

module.exports = { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval: clearTimeout, clearImmediate, promises };

// EventEmitter.
'use strict';

const { invalidType, coded } = require('errors');

function EventEmitter(options) {
  EventEmitter.init.call(this, options);
}

let defaultMaxListeners = 10;
const shapeMode = Symbol('shapeMode');
const kCapture = Symbol('kCapture');

Object.defineProperty(EventEmitter, 'defaultMaxListeners', {
  enumerable: true,
  get: () => defaultMaxListeners,
  set(value) {
    defaultMaxListeners = value;
  },
});

EventEmitter.prototype._events = undefined;
EventEmitter.prototype._eventsCount = 0;
EventEmitter.prototype._maxListeners = undefined;

EventEmitter.init = function () {
  if (this._events === undefined || this._events === Object.getPrototypeOf(this)._events) {
    this._events = { __proto__: null };
    this._eventsCount = 0;
  }
  this._maxListeners = this._maxListeners || undefined;
  this[shapeMode] = false;
  this[kCapture] = false;
};

function check(listener) {
  if (typeof listener !== 'function') throw invalidType('listener', 'of type function', listener);
}

EventEmitter.prototype.setMaxListeners = function setMaxListeners(n) {
  this._maxListeners = n;
  return this;
};

EventEmitter.prototype.getMaxListeners = function getMaxListeners() {
  return this._maxListeners === undefined ? defaultMaxListeners : this._maxListeners;
};

EventEmitter.prototype.emit = function emit(type, ...args) {
  const events = this._events;
  const handler = events === undefined ? undefined : events[type];
  if (type === 'error' && handler === undefined) {
    const error = args[0];
    if (error instanceof Error) {
      const capture = {};
      Error.captureStackTrace(capture, EventEmitter.prototype.emit);
      __host__.emitted(error, emittedLines(this, error, capture));
      throw error;
    }
    const shown = typeof error === 'string' ? `'${error}'` : __host__.inspect(error);
    const problem = coded(Error, 'ERR_UNHANDLED_ERROR', `Unhandled error. (${shown})`);
    problem.context = error;
    throw problem;
  }
  if (handler === undefined) return false;
  if (typeof handler === 'function') {
    handler.apply(this, args);
  } else {
    emitMany.call(this, handler.slice(), args);
  }
  return true;
};

function emitMany(listeners, args) {
  for (let i = 0; i < listeners.length; i++) listeners[i].apply(this, args);
}

function isBefore(a, b) {
  for (let i = 0; i < a.length - 3; i++) {
    const place = b.indexOf(a[i]);
    if (place < 0 || b.length - place <= 3) continue;
    const most = Math.min(a.length - i, b.length - place);
    let length = 1;
    while (most > length && a[i + length] === b[place + length]) length++;
    if (length > 3) return [i, length];
  }
  return [0, 0];
}

function emittedLines(target, error, capture) {
  const name = target.constructor ? target.constructor.name : 'EventEmitter';
  const own = String(capture.stack).split('\n').slice(1);
  const [start, length] = isBefore(own, String(error.stack).split('\n').slice(1));
  if (length > 0) own.splice(start + 1, length - 2, '    [... lines matching original stack trace ...]');
  return [`Emitted 'error' event${name === 'EventEmitter' ? '' : ` on ${name} instance`} at:`, ...own].join('\n');
}

function add(target, type, listener, prepend) {
  check(listener);
  let events = target._events;
  if (events === undefined) {
    events = target._events = { __proto__: null };
    target._eventsCount = 0;
  } else if (events.newListener !== undefined) {
    target.emit('newListener', type, listener.listener ? listener.listener : listener);
    events = target._events;
  }
  const existing = events[type];
  if (existing === undefined) {
    events[type] = listener;
    target._eventsCount++;
  } else if (typeof existing === 'function') {
    events[type] = prepend ? [listener, existing] : [existing, listener];
  } else if (prepend) {
    existing.unshift(listener);
  } else {
    existing.push(listener);
  }
  const most = target.getMaxListeners();
  const list = events[type];
  if (most > 0 && list.length > most && typeof list !== 'function' && !list.warned) {
    list.warned = true;
    process.emitWarning(
      `Possible EventEmitter memory leak detected. ${list.length} ${String(type)} listeners added to ${__host__.inspect(target, { depth: -1 })}. ` +
        `MaxListeners is ${most}. Use emitter.setMaxListeners() to increase limit`,
      'MaxListenersExceededWarning',
    );
  }
  return target;
}

EventEmitter.prototype.addListener = function addListener(type, listener) {
  return add(this, type, listener, false);
};
EventEmitter.prototype.on = EventEmitter.prototype.addListener;
EventEmitter.prototype.prependListener = function prependListener(type, listener) {
  return add(this, type, listener, true);
};

function wrapped(target, type, listener) {
  let fired = false;
  const run = { onceWrapper: () => listener.call(target), onceWrapperWith: (args) => listener.apply(target, args) };
  function onceWrapper(...args) {
    if (fired) return undefined;
    target.removeListener(type, onceWrapper);
    fired = true;
    return args.length ? run.onceWrapperWith(args) : run.onceWrapper();
  }
  Object.defineProperty(onceWrapper, 'name', { value: 'bound onceWrapper', configurable: true });
  onceWrapper.listener = listener;
  return onceWrapper;
}

EventEmitter.prototype.once = function once(type, listener) {
  check(listener);
  this.on(type, wrapped(this, type, listener));
  return this;
};
EventEmitter.prototype.prependOnceListener = function prependOnceListener(type, listener) {
  check(listener);
  this.prependListener(type, wrapped(this, type, listener));
  return this;
};

EventEmitter.prototype.removeListener = function removeListener(type, listener) {
  check(listener);
  const events = this._events;
  const list = events === undefined ? undefined : events[type];
  if (list === undefined) return this;
  if (list === listener || list.listener === listener) {
    this._eventsCount--;
    if (this._eventsCount === 0) this._events = { __proto__: null };
    else delete events[type];
    if (events.removeListener) this.emit('removeListener', type, list.listener || listener);
  } else if (typeof list !== 'function') {
    let position = -1;
    for (let i = list.length - 1; i >= 0; i--) {
      if (list[i] === listener || list[i].listener === listener) {
        position = i;
        break;
      }
    }
    if (position < 0) return this;
    list.splice(position, 1);
    if (list.length === 1) events[type] = list[0];
    if (events.removeListener !== undefined) this.emit('removeListener', type, listener);
  }
  return this;
};
EventEmitter.prototype.off = EventEmitter.prototype.removeListener;

EventEmitter.prototype.removeAllListeners = function removeAllListeners(type) {
  if (this._events === undefined) return this;
  if (arguments.length === 0) {
    this._events = { __proto__: null };
    this._eventsCount = 0;
  } else if (this._events[type] !== undefined) {
    this._eventsCount--;
    delete this._events[type];
  }
  return this;
};

function listed(target, type, unwraps) {
  const list = target._events === undefined ? undefined : target._events[type];
  if (list === undefined) return [];
  const all = typeof list === 'function' ? [list] : list.slice();
  return unwraps ? all.map((listener) => listener.listener || listener) : all;
}

EventEmitter.prototype.listeners = function listeners(type) {
  return listed(this, type, true);
};
EventEmitter.prototype.rawListeners = function rawListeners(type) {
  return listed(this, type, false);
};
EventEmitter.prototype.listenerCount = function listenerCount(type) {
  return listed(this, type, false).length;
};
EventEmitter.prototype.eventNames = function eventNames() {
  return this._eventsCount > 0 ? Reflect.ownKeys(this._events) : [];
};

EventEmitter.once = function once(target, name) {
  return new Promise((resolve, reject) => {
    const fail = (error) => {
      target.removeListener(name, done);
      reject(error);
    };
    const done = (...args) => {
      target.removeListener('error', fail);
      resolve(args);
    };
    target.once(name, done);
    if (name !== 'error') target.once('error', fail);
  });
};

EventEmitter.on = async function* on(target, name) {
  const waiting = [];
  let wake;
  const listen = (...args) => {
    waiting.push(args);
    if (wake) wake();
  };
  target.on(name, listen);
  try {
    while (true) {
      while (waiting.length) yield waiting.shift();
      await new Promise((resolve) => (wake = resolve));
    }
  } finally {
    target.removeListener(name, listen);
  }
};

EventEmitter.listenerCount = (target, type) => target.listenerCount(type);
EventEmitter.EventEmitter = EventEmitter;
EventEmitter.errorMonitor = Symbol('events.errorMonitor');

module.exports = EventEmitter;

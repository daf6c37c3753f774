// sqlite3 5: statements run one after the other, each before its callback is called.
'use strict';

const EventEmitter = require('events');

let isVerbose = false;

function problem(found) {
  const error = new Error(found.message);
  error.stack = `Error: ${found.message}${isVerbose ? '\n\ufdd0' : ''}`; // what verbose() adds to a trace is not known
  Object.assign(error, { errno: found.errno, code: found.code });
  if (isVerbose) error.__augmented = true;
  return error;
}

function misuse(message) {
  return problem({ message: `SQLITE_MISUSE: ${message}`, errno: 21, code: 'SQLITE_MISUSE' });
}

// (...parameters, callback) of any call; parameters may be one list, or one object with names.
function taken(args) {
  const rest = [...args];
  const callback = typeof rest[rest.length - 1] === 'function' ? rest.pop() : undefined;
  while (rest.length && rest[rest.length - 1] === undefined) rest.pop();
  const [first] = rest;
  const isOne = rest.length === 1 && first !== null && typeof first === 'object' && !(first instanceof Uint8Array) && !(first instanceof Date);
  const list = isOne ? first : rest;
  return { parameters: list, callback };
}

// Calls what the script gave; the real one's frames are not known, so that a trace through it is none.
const { '|sqlite3': give, '|sqlite3.error': fail } = {
  '|sqlite3': (callback, self, ...args) => callback.call(self, ...args),
  '|sqlite3.error': (emitter, error) => emitter.emit('error', error),
};

class Database {
  #handle;
  #waiting = [];
  #isBusy = false;
  #isOpen = false;
  constructor(filename, mode, callback) {
    EventEmitter.call(this);
    if (typeof filename !== 'string') throw Object.assign(new TypeError('Argument 0 must be a string'), {});
    if (typeof mode === 'function') [mode, callback] = [undefined, mode];
    this.open = false;
    this.filename = filename;
    this.mode = mode === undefined ? 65542 : mode;
    this.#later(() => {
      const found = __host__.sqliteOpen(filename, (this.mode & 4) !== 0);
      if (found instanceof Error) {
        const error = problem({ message: 'SQLITE_CANTOPEN: unable to open database file', errno: 14, code: 'SQLITE_CANTOPEN' });
        if (callback) give(callback, this, error);
        else fail(this, error);
        return;
      }
      this.#handle = found;
      this.#isOpen = true;
      this.open = true;
      if (callback) give(callback, this, null);
      this.emit('open', null);
    });
  }
  #later(act) {
    this.#waiting.push(act);
    if (this.#isBusy) return;
    this.#isBusy = true;
    const next = () => {
      const first = this.#waiting.shift();
      if (first === undefined) {
        this.#isBusy = false;
        return;
      }
      setImmediate(next);
      first();
    };
    setImmediate(next);
  }
  #act(statement, sql, parameters, given, failed) {
    this.#later(() => {
      if (!this.#isOpen) {
        failed(misuse('Database is closed'));
        return;
      }
      const found = __host__.sqliteRun(this.#handle, sql, parameters);
      if (found.errno === undefined) given(found);
      else failed(problem(found));
    });
    return statement;
  }
  do(statement, sql, parameters, callback, given) {
    const failed = (error) => {
      if (callback) give(callback, statement, error);
      else fail(statement instanceof Statement && statement.isPrepared ? statement : this, error);
    };
    return this.#act(statement, sql, parameters, given, failed);
  }
  run(sql, ...args) {
    new Statement(this, sql, false).run(...args);
    return this;
  }
  get(sql, ...args) {
    new Statement(this, sql, false).get(...args);
    return this;
  }
  all(sql, ...args) {
    new Statement(this, sql, false).all(...args);
    return this;
  }
  each(sql, ...args) {
    new Statement(this, sql, false).each(...args);
    return this;
  }
  map() {
    __host__.refuse('map of the package sqlite3');
  }
  exec(sql, callback) {
    this.#later(() => {
      if (!this.#isOpen) {
        const error = misuse('Database is closed');
        if (callback) give(callback, this, error);
        else fail(this, error);
        return;
      }
      for (const part of __host__.sqliteSplit(sql)) {
        const found = __host__.sqliteRun(this.#handle, part, []);
        if (found.errno !== undefined) {
          if (callback) give(callback, this, problem(found));
          else fail(this, problem(found));
          return;
        }
      }
      if (callback) give(callback, this, null);
    });
    return this;
  }
  prepare(sql, ...args) {
    const { parameters, callback } = taken(args);
    const statement = new Statement(this, sql, true, parameters);
    if (callback) this.#later(() => give(callback, statement, null));
    return statement;
  }
  close(callback) {
    this.#later(() => {
      const error = this.#isOpen ? null : misuse('Database handle is closed');
      this.#isOpen = false;
      this.open = false;
      if (callback) give(callback, this, error);
      else if (error) fail(this, error);
      if (!error) this.emit('close');
    });
    return this;
  }
  serialize(callback) {
    if (callback) give(callback, this);
  }
  parallelize(callback) {
    if (callback) give(callback, this);
  }
  configure() {
    return this;
  }
  wait(callback) {
    this.#later(() => callback && give(callback, this, null));
    return this;
  }
  loadExtension() {
    __host__.refuse('an extension of SQLite');
  }
}

class Statement {
  constructor(database, sql, isPrepared, bound) {
    EventEmitter.call(this);
    if (typeof sql !== 'string') throw new TypeError('SQL query expected');
    this.sql = sql;
    for (const [name, value] of Object.entries({ database, isPrepared, bound, place: 0, rows: undefined })) {
      Object.defineProperty(this, name, { value, writable: true, enumerable: false });
    }
  }
  #do(args, given) {
    const { parameters, callback } = taken(args);
    const isBound = this.isPrepared && this.bound !== undefined && (Array.isArray(parameters) ? !parameters.length : false);
    if (this.isPrepared && !isBound) this.bound = parameters;
    this.database.do(this, this.sql, isBound ? this.bound : parameters, callback, (found) => given(found, callback));
    return this;
  }
  bind(...args) {
    const { parameters, callback } = taken(args);
    this.bound = parameters;
    if (callback) this.database.wait(() => give(callback, this, null));
    return this;
  }
  run(...args) {
    return this.#do(args, (found, callback) => {
      this.lastID = found.lastID;
      this.changes = found.changes;
      if (callback) give(callback, this, null);
    });
  }
  get(...args) {
    return this.#do(args, (found, callback) => {
      if (callback) give(callback, this, null, found.rows[0]);
    });
  }
  all(...args) {
    return this.#do(args, (found, callback) => {
      if (callback) give(callback, this, null, found.rows);
    });
  }
  each(...args) {
    const functions = args.filter((one) => typeof one === 'function');
    const rest = args.filter((one) => typeof one !== 'function');
    const [row, complete] = functions;
    return this.#do([...rest, ...(complete || row ? [complete || row] : [])], (found) => {
      if (row) for (const one of found.rows) give(row, this, null, one);
      if (complete) give(complete, this, null, found.rows.length);
    });
  }
  reset(callback) {
    if (callback) this.database.wait(() => give(callback, this, null));
    return this;
  }
  finalize(callback) {
    this.database.wait(() => callback && give(callback, this, null));
    return this.database;
  }
}

for (const kind of [Database, Statement]) {
  for (const name of Object.keys(EventEmitter.prototype)) Object.defineProperty(kind.prototype, name, { value: EventEmitter.prototype[name], writable: true, configurable: true });
}

const constants = {
  OPEN_READONLY: 1, OPEN_READWRITE: 2, OPEN_CREATE: 4, OPEN_FULLMUTEX: 65536, OPEN_URI: 64, OPEN_SHAREDCACHE: 131072, OPEN_PRIVATECACHE: 262144,
  VERSION: '3.44.2', SOURCE_ID: '2023-11-24 11:41:44 ebead0e7230cd33bcec9f95d2183069565b9e709bf745c9b5db65cc0cbf92c0f', VERSION_NUMBER: 3044002,
  OK: 0, ERROR: 1, BUSY: 5, CONSTRAINT: 19, MISUSE: 21, RANGE: 25,
};
const kept = new Map();
module.exports = {
  ...constants, Database, Statement,
  cached: {
    Database: function (filename, ...rest) {
      if (!kept.has(filename)) kept.set(filename, new Database(filename, ...rest));
      return kept.get(filename);
    },
  },
  verbose() {
    isVerbose = true;
    return module.exports;
  },
};

// pg 8: clients and pools, with callbacks or promises, over the lines that the simulated server of PostgreSQL speaks.
'use strict';

const net = require('net');
const EventEmitter = require('events');

const OIDS = {
  bool: 16, bytea: 17, name: 19, int8: 20, int2: 21, int4: 23, text: 25, json: 114, float4: 700, float8: 701, bpchar: 1042, varchar: 1043,
  date: 1082, time: 1083, timestamp: 1114, timestamptz: 1184, interval: 1186, numeric: 1700, uuid: 2950, jsonb: 3802, void: 2278,
  'bool[]': 1000, 'int2[]': 1005, 'int4[]': 1007, 'text[]': 1009, 'varchar[]': 1015, 'int8[]': 1016, 'float8[]': 1022, 'numeric[]': 1231, 'uuid[]': 2951,
};
const UNCOUNTED = ['CREATE', 'DROP', 'ALTER', 'BEGIN', 'COMMIT', 'ROLLBACK', 'SET', 'TRUNCATE', 'GRANT', 'REVOKE', 'SAVEPOINT', 'RELEASE', 'START', 'DO', 'COMMENT', 'ANALYZE', 'VACUUM', 'RESET'];
const LONGEST_IDLE_MS = 10000;

// values of a query

function elements(list) {
  const parts = list.map((one) => {
    if (one === null || one === undefined) return 'NULL';
    if (Array.isArray(one)) return elements(one);
    return `"${String(text(one)).replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
  });
  return `{${parts.join(',')}}`;
}

function text(value) {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (value instanceof Date) {
    const pad = (n, size = 2) => String(n).padStart(size, '0');
    const offset = -value.getTimezoneOffset();
    const zone = `${offset < 0 ? '-' : '+'}${pad(Math.trunc(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
    return `${pad(value.getFullYear(), 4)}-${pad(value.getMonth() + 1)}-${pad(value.getDate())}T${pad(value.getHours())}:${pad(value.getMinutes())}:${pad(value.getSeconds())}.${pad(value.getMilliseconds(), 3)}${zone}`;
  }
  if (Array.isArray(value)) return elements(value);
  if (typeof value === 'object') return typeof value.toPostgres === 'function' ? text(value.toPostgres(text)) : JSON.stringify(value);
  return String(value);
}

// A statement with its values in place, and for every piece of it where it begins there and in the statement that was given.
function bind(sql, values) {
  const marks = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]*)\$[^]*?\$\1\$|--[^\n]*|\/\*[^]*?\*\/|\$(\d+)/g;
  let made = '';
  let from = 0;
  const pieces = [];
  const used = new Set();
  for (let mark; (mark = marks.exec(sql)); ) {
    if (mark[2] === undefined) continue;
    const number = Number(mark[2]);
    if (number < 1 || number > values.length) __host__.refuse('a statement of pg with too few values');
    used.add(number);
    pieces.push([made.length, from, true]);
    made += sql.slice(from, mark.index);
    pieces.push([made.length, mark.index, false]);
    const value = text(values[number - 1]);
    made += value === null ? 'NULL' : `'${value.replace(/'/g, "''")}'`;
    from = mark.index + mark[0].length;
  }
  if (used.size !== values.length) __host__.refuse('a statement of pg with values that it does not use');
  pieces.push([made.length, from, true]);
  return [made + sql.slice(from), pieces];
}

function position(at, pieces) {
  if (at === null || at === undefined) return undefined;
  const [start, given, isText] = pieces.filter((piece) => piece[0] <= at).pop();
  return isText ? String(given + at - start + 1) : undefined;
}

// values of an answer

function listOf(source, read) {
  let place = 0;
  const list = () => {
    const found = [];
    place++;
    while (source[place] !== '}') {
      if (source[place] === '{') found.push(list());
      else {
        const part = /"((?:[^"\\]|\\[^])*)"|[^,}]*/y;
        part.lastIndex = place;
        const [whole, quoted] = part.exec(source);
        place += whole.length;
        found.push(quoted !== undefined ? read(quoted.replace(/\\([^])/g, '$1')) : whole === 'NULL' ? null : read(whole));
      }
      if (source[place] === ',') place++;
    }
    place++;
    return found;
  };
  return list();
}

function moment(source) {
  if (/BC$|infinity/.test(source)) __host__.refuse('such a moment of PostgreSQL in pg');
  return new Date(/[+-]\d\d(:\d\d)?$/.test(source.slice(10)) ? source.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00') : source.replace(' ', 'T'));
}

const READERS = {
  int2: Number, int4: Number, float4: Number, float8: Number, bool: (one) => one === 't', json: JSON.parse, jsonb: JSON.parse,
  date: (one) => moment(`${one} 00:00:00`), timestamp: moment, timestamptz: moment, bytea: (one) => Buffer.from(one.slice(2), 'hex'),
  interval: () => __host__.refuse('intervals of PostgreSQL in pg'),
};

function read(one, kind) {
  if (one === null) return null;
  if (kind.endsWith('[]')) {
    const inner = kind.slice(0, -2);
    return listOf(one, READERS[inner] && inner !== 'int8' ? READERS[inner] : inner === 'numeric' ? Number : String);
  }
  return READERS[kind] ? READERS[kind](one) : one;
}

class Result {
  constructor(answer, rowMode) {
    const word = answer.tag.split(' ')[0];
    this.command = word || null;
    this.rowCount = UNCOUNTED.includes(word) || !word ? null : answer.affected;
    this.oid = word === 'INSERT' ? 0 : null;
    this.rows = (answer.rows || []).map((row) => {
      const values = row.map((one, place) => read(one, answer.columns[place][1]));
      return rowMode === 'array' ? values : Object.fromEntries(answer.columns.map(([name], place) => [name, values[place]]));
    });
    this.fields = (answer.columns || []).map(([name, kind]) => new Field(name, kind));
    const known = new Set(Object.keys(this));
    for (const name of ['_parsers', '_types', 'RowCtor', 'rowAsArray', '_prebuiltEmptyResultObject']) {
      if (!known.has(name)) Object.defineProperty(this, name, { get: () => __host__.refuse(`${name} of a result of pg`), enumerable: true });
    }
  }
}

class Field {
  constructor(name, kind) {
    const dataTypeID = OIDS[kind];
    if (dataTypeID === undefined) __host__.refuse(`the number of PostgreSQL's type ${kind}`);
    this.name = name;
    this.dataTypeID = dataTypeID;
    for (const other of ['tableID', 'columnID', 'dataTypeSize', 'dataTypeModifier', 'format']) {
      Object.defineProperty(this, other, { get: () => __host__.refuse(`${other} of a field of pg`), enumerable: true });
    }
  }
}

class DatabaseError extends Error {
  constructor(answer, pieces, severity = 'ERROR') {
    super(answer.error);
    this.name = 'error';
    // Where the package makes it is not known: who prints the whole error gets a mark.
    this.stack = `error: ${answer.error}\n    at \ufdd0`;
    this.severity = severity;
    this.code = answer.code;
    this.detail = answer.detail || undefined;
    this.hint = answer.hint || undefined;
    this.position = position(answer.at, pieces);
    for (const other of ['length', 'internalPosition', 'internalQuery', 'where', 'schema', 'table', 'column', 'dataType', 'constraint', 'file', 'line', 'routine']) {
      Object.defineProperty(this, other, { get: () => __host__.refuse(`${other} of an error of pg`), enumerable: true });
    }
  }
}

// connections

function settingsOf(config) {
  const given = typeof config === 'string' ? { connectionString: config } : { ...config };
  if (given.connectionString) {
    const url = new URL(given.connectionString);
    Object.assign(given, { host: url.hostname, user: decodeURIComponent(url.username) || undefined, password: decodeURIComponent(url.password) || undefined, database: decodeURIComponent(url.pathname.slice(1)) || undefined });
    if (url.port) given.port = url.port;
    if (url.searchParams.get('sslmode') && !['disable', 'allow'].includes(url.searchParams.get('sslmode'))) given.ssl = true;
  }
  if (given.ssl) __host__.refuse('TLS of pg');
  for (const key of ['types', 'stream', 'query_timeout', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'binary', 'Promise']) if (given[key]) __host__.refuse(`the option ${key} of pg`);
  const { env } = process;
  const user = given.user || env.PGUSER || env.USER;
  const password = given.password === undefined ? env.PGPASSWORD : given.password;
  if (typeof password === 'function') __host__.refuse('a function as the password of pg');
  return { ...given, host: given.host || env.PGHOST || 'localhost', port: Number(given.port || env.PGPORT || 5432), user, password, database: given.database || env.PGDATABASE || user };
}

// What calls back into the script; the real one's frames are not known.
const { '|pg': give } = { '|pg': (callback, ...args) => callback(...args) };

function promised(act, callback) {
  if (callback) {
    act((...args) => give(callback, ...args));
    return undefined;
  }
  return new Promise((resolve, reject) => act((error, found) => (error ? reject(error) : resolve(found))));
}

function asked(query, values, callback) {
  const given = typeof query === 'string' ? { text: query } : query;
  if (given === null || given === undefined) throw new TypeError('Client was passed a null or undefined query');
  if (typeof given.submit === 'function') __host__.refuse('queries of pg that are objects of their own');
  if (typeof values === 'function') [values, callback] = [undefined, values];
  return { text: given.text, values: values || given.values, rowMode: given.rowMode, callback: callback || given.callback };
}

class Client extends EventEmitter {
  #socket;
  #waiting = [];
  #data = '';
  #ended = '';
  #connected = false;
  constructor(config) {
    super();
    const found = settingsOf(config);
    for (const key of ['user', 'database', 'port', 'host']) this[key] = found[key];
    Object.defineProperty(this, 'password', { value: found.password, enumerable: false, writable: true });
  }
  connect(callback) {
    return promised((done) => {
      if (this.#connected) {
        setImmediate(done, new Error('Client has already been connected. You cannot reuse a client.'));
        return;
      }
      this.#connected = true;
      const login = { login: { user: this.user || '', password: String(this.password === undefined || this.password === null ? '' : this.password), database: this.database || '' } };
      this.#waiting.unshift({ message: login, done: (error, answer) => {
        if (error) {
          this.#close('Connection terminated');
          done(error);
        } else if (answer.error !== undefined) {
          if (answer.bare) __host__.refuse('what pg says of a server that wants a password and was given none');
          this.#close('Connection terminated');
          done(new DatabaseError(answer, [[0, 0, true]], 'FATAL'));
        } else {
          this.emit('connect');
          done(null, this);
        }
      } });
      const socket = (this.#socket = net.connect({ host: this.host, port: this.port }));
      socket.on('connect', () => this.#send());
      socket.on('data', (chunk) => this.#take(chunk));
      socket.on('error', (error) => this.#close(error));
      socket.on('close', () => this.#close('Connection terminated unexpectedly'));
    }, callback && ((error) => callback(error || null)));
  }
  #send() {
    const [first] = this.#waiting;
    if (!first || first.sent || !this.#socket || this.#socket.connecting) return;
    first.sent = true;
    this.#socket.write(`${JSON.stringify(first.message)}\n`);
  }
  #take(chunk) {
    this.#data += chunk.toString();
    for (let end; (end = this.#data.indexOf('\n')) >= 0; ) {
      const answer = JSON.parse(this.#data.slice(0, end));
      this.#data = this.#data.slice(end + 1);
      this.#waiting.shift().done(null, answer);
      if (!this.#waiting.length) this.emit('drain');
      this.#send();
    }
  }
  #close(why) {
    if (this.#ended) return;
    this.#ended = why;
    const waiting = this.#waiting.splice(0);
    for (const one of waiting) one.done(typeof why === 'string' ? new Error(why) : why);
    if (!this.ending && why === 'Connection terminated unexpectedly' && !waiting.length) this.emit('error', new Error(why));
    if (this.#socket) this.#socket.destroy();
    this.emit('end');
  }
  query(query, values, callback) {
    const one = asked(query, values, callback);
    return promised((done) => this.#run(one, done), one.callback);
  }
  #run(one, done) {
    if (this.ending || this.#ended) {
      process.nextTick(done, new Error('Client was closed and is not queryable'));
      return;
    }
    if (one.text === undefined || one.text === null || one.text === '') __host__.refuse('an empty query of pg');
    const hasValues = one.values !== undefined && one.values !== null && one.values.length > 0;
    const [sql, pieces] = hasValues ? bind(one.text, one.values) : [one.text, [[0, 0, true]]];
    this.#waiting.push({ message: { sql, whole: true }, done: (error, answer) => {
      if (error) {
        done(error);
        return;
      }
      const answers = answer.answers || [answer];
      for (const each of answers) {
        for (const [severity, message] of each.notices || []) this.emit('notice', { severity, message });
        if (each.unsimulated !== undefined) __host__.refuse(each.unsimulated);
      }
      const failed = answers.find((each) => each.error !== undefined);
      if (failed) {
        done(new DatabaseError(failed, pieces));
        return;
      }
      if (answers.length > 1 && hasValues) __host__.refuse('several statements with values in pg');
      const found = answers.map((each) => new Result(each, one.rowMode));
      done(null, found.length === 1 ? found[0] : found);
    } });
    this.#send();
  }
  end(callback) {
    this.ending = true;
    return promised((done) => {
      if (this.#ended || !this.#socket) {
        setImmediate(done);
        return;
      }
      const close = () => {
        this.#close('Connection terminated');
        done(null);
      };
      if (this.#waiting.length) this.once('drain', close);
      else setImmediate(close);
    }, callback);
  }
  get connection() {
    return __host__.refuse('the connection of a client of pg');
  }
  escapeIdentifier(name) {
    return escapeIdentifier(name);
  }
  escapeLiteral(value) {
    return escapeLiteral(value);
  }
}
Object.defineProperty(Client.prototype, 'ending', { value: false, writable: true });

function escapeIdentifier(name) {
  return `"${name.replace(/"/g, '""')}"`;
}

function escapeLiteral(value) {
  const doubled = `'${value.replace(/'/g, "''").replace(/\\/g, '\\\\')}'`;
  return value.includes('\\') ? ` E${doubled}` : doubled;
}

class Pool extends EventEmitter {
  #idle = [];
  #waiting = [];
  #all = new Set();
  constructor(options) {
    super();
    this.options = { max: 10, idleTimeoutMillis: LONGEST_IDLE_MS, ...(typeof options === 'string' ? { connectionString: options } : options) };
    for (const key of ['maxUses', 'verify', 'maxLifetimeSeconds', 'log']) if (this.options[key]) __host__.refuse(`the option ${key} of a pool of pg`);
    this.ending = this.ended = false;
    Object.defineProperty(this, 'options', { enumerable: false });
  }
  get totalCount() {
    return this.#all.size;
  }
  get idleCount() {
    return this.#idle.length;
  }
  get waitingCount() {
    return this.#waiting.length;
  }
  connect(callback) {
    return promised((done) => this.#take(done), callback && ((error, client) => callback(error || undefined, client, client ? client.release : () => {})));
  }
  #take(done) {
    if (this.ending) {
      setImmediate(done, new Error('Cannot use a pool after calling end on the pool'));
      return;
    }
    const [found] = this.#idle.splice(-1);
    if (found) {
      clearTimeout(found.timer);
      process.nextTick(() => this.#lend(found.client, done));
    } else if (this.#all.size < this.options.max) {
      this.#open(done);
    } else {
      this.#waiting.push(done);
    }
  }
  #open(done) {
    const client = new Client(this.options);
    this.#all.add(client);
    client.on('error', (error) => {
      if (!this.#all.has(client)) return;
      this.#remove(client);
      this.emit('error', error, client);
    });
    client.connect((error) => {
      if (error) {
        this.#all.delete(client);
        done(error);
        return;
      }
      this.emit('connect', client);
      this.#lend(client, done);
    });
  }
  #lend(client, done) {
    let isOut = true;
    client.release = (error) => {
      if (!isOut) throw new Error('Release called on client which has already been released to the pool.');
      isOut = false;
      this.#return(client, error);
    };
    this.emit('acquire', client);
    done(null, client);
  }
  #return(client, error) {
    this.emit('release', error, client);
    if (error || this.ending) {
      this.#remove(client);
    } else {
      const next = this.#waiting.shift();
      if (next) {
        this.#lend(client, next);
        return;
      }
      const entry = { client };
      if (this.options.idleTimeoutMillis) {
        entry.timer = setTimeout(() => {
          this.#idle = this.#idle.filter((one) => one !== entry);
          this.#remove(client);
        }, this.options.idleTimeoutMillis);
        if (this.options.allowExitOnIdle) entry.timer.unref();
      }
      this.#idle.push(entry);
    }
    if (error) {
      const next = this.#waiting.shift();
      if (next) this.#take(next);
    }
  }
  #remove(client) {
    this.#all.delete(client);
    this.#idle = this.#idle.filter((one) => one.client !== client);
    client.end(() => this.emit('remove', client));
  }
  query(query, values, callback) {
    const one = asked(query, values, callback);
    return promised((done) => this.#take((error, client) => {
      if (error) {
        done(error);
        return;
      }
      client.query({ text: one.text, values: one.values, rowMode: one.rowMode }, (failed, result) => {
        client.release();
        done(failed, result);
      });
    }), one.callback);
  }
  end(callback) {
    return promised((done) => {
      if (this.ending) {
        setImmediate(done, new Error('Called end on pool more than once'));
        return;
      }
      this.ending = true;
      for (const entry of this.#idle.splice(0)) {
        clearTimeout(entry.timer);
        this.#remove(entry.client);
      }
      const wait = () => {
        if (this.#all.size) {
          this.once('remove', wait);
          return;
        }
        this.ended = true;
        done(null);
      };
      setImmediate(wait);
    }, callback);
  }
}

module.exports = { Client, Pool, DatabaseError, escapeIdentifier, escapeLiteral };
for (const name of ['Connection', 'Query', 'Result', 'TypeOverrides', 'defaults', 'native', 'types', 'utils']) {
  Object.defineProperty(module.exports, name, { get: () => __host__.refuse(`${name} of pg`), enumerable: true });
}

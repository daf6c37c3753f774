// mysql2 3: connections and pools, with callbacks or promises, over the lines that the simulated servers of MySQL and MariaDB speak.
'use strict';

const net = require('net');
const EventEmitter = require('events');
const { escape, escapeId, format } = require('packages/sqlstring');

const CODES = {
  1007: 'ER_DB_CREATE_EXISTS', 1008: 'ER_DB_DROP_EXISTS', 1044: 'ER_DBACCESS_DENIED_ERROR', 1045: 'ER_ACCESS_DENIED_ERROR',
  1046: 'ER_NO_DB_ERROR', 1048: 'ER_BAD_NULL_ERROR', 1049: 'ER_BAD_DB_ERROR', 1050: 'ER_TABLE_EXISTS_ERROR', 1051: 'ER_BAD_TABLE_ERROR',
  1052: 'ER_NON_UNIQ_ERROR', 1054: 'ER_BAD_FIELD_ERROR', 1055: 'ER_WRONG_FIELD_WITH_GROUP', 1060: 'ER_DUP_FIELDNAME',
  1061: 'ER_DUP_KEYNAME', 1062: 'ER_DUP_ENTRY', 1064: 'ER_PARSE_ERROR', 1065: 'ER_EMPTY_QUERY', 1067: 'ER_INVALID_DEFAULT',
  1068: 'ER_MULTIPLE_PRI_KEY', 1072: 'ER_KEY_COLUMN_DOES_NOT_EXITS', 1091: 'ER_CANT_DROP_FIELD_OR_KEY', 1109: 'ER_UNKNOWN_TABLE',
  1110: 'ER_FIELD_SPECIFIED_TWICE', 1111: 'ER_INVALID_GROUP_FUNC_USE', 1133: 'ER_PASSWORD_NO_MATCH', 1136: 'ER_WRONG_VALUE_COUNT_ON_ROW',
  1141: 'ER_NONEXISTING_GRANT', 1142: 'ER_TABLEACCESS_DENIED_ERROR', 1146: 'ER_NO_SUCH_TABLE', 1205: 'ER_LOCK_WAIT_TIMEOUT',
  1213: 'ER_LOCK_DEADLOCK', 1222: 'ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT', 1241: 'ER_OPERAND_COLUMNS', 1242: 'ER_SUBQUERY_NO_1_ROW',
  1264: 'ER_WARN_DATA_OUT_OF_RANGE', 1265: 'WARN_DATA_TRUNCATED', 1292: 'ER_TRUNCATED_WRONG_VALUE', 1305: 'ER_SP_DOES_NOT_EXIST',
  1364: 'ER_NO_DEFAULT_FOR_FIELD', 1365: 'ER_DIVISION_BY_ZERO', 1366: 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', 1396: 'ER_CANNOT_USER',
  1406: 'ER_DATA_TOO_LONG', 1451: 'ER_ROW_IS_REFERENCED_2', 1452: 'ER_NO_REFERENCED_ROW_2', 1553: 'ER_DROP_INDEX_FK',
  1582: 'ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', 1690: 'ER_DATA_OUT_OF_RANGE', 3819: 'ER_CHECK_CONSTRAINT_VIOLATED',
  4025: 'ER_INNODB_AUTOEXTEND_SIZE_OUT_OF_RANGE',
};
const NUMBERS = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'float', 'double', 'year'];
const MOMENTS = ['date', 'datetime', 'timestamp'];

// A prepared statement: its values are no text, its marks are those outside of strings.
function bind(sql, values) {
  const given = values === undefined || values === null ? [] : Array.isArray(values) ? values : [values];
  if (given.includes(undefined)) throw new TypeError('Bind parameters must not contain undefined. To pass SQL NULL specify JS null');
  if (/['"`][^'"`]*\?[^'"`]*['"`]/.test(sql.replace(/'[^'?]*'|"[^"?]*"|`[^`?]*`/g, ''))) __host__.refuse('a question mark in a string of a prepared statement');
  if ((sql.match(/\?/g) || []).length !== given.length) __host__.refuse('a prepared statement with another number of values');
  if (given.some((one) => typeof one === 'object' && one !== null && !(one instanceof Date))) __host__.refuse('objects as values of a prepared statement');
  return format(sql, given);
}

class ResultSetHeader {
  constructor(answer) {
    const changed = /Changed: (\d+)/.exec(answer.note || '');
    this.fieldCount = 0;
    this.affectedRows = answer.affected;
    this.insertId = answer.insert_id || 0;
    this.info = answer.note || '';
    this.serverStatus = 2;
    this.warningStatus = answer.warnings || 0;
    this.changedRows = changed ? Number(changed[1]) : 0;
  }
}

function problem(answer, sql, isPrepared) {
  if (answer.unsimulated !== undefined) __host__.refuse(answer.unsimulated);
  const code = CODES[answer.number];
  if (code === undefined) __host__.refuse(`the name of the error ${answer.number} of a server of SQL`);
  const error = new Error(answer.error);
  // Where the package makes it is not known: who prints the whole error gets a mark.
  error.stack = `Error: ${answer.error}\n    at \ufdd0`;
  if (sql === undefined || isPrepared) Object.assign(error, { code, errno: answer.number, sqlState: answer.state, sqlMessage: answer.error });
  else Object.assign(error, { code, errno: answer.number, sql, sqlState: answer.state, sqlMessage: answer.error });
  return sql === undefined ? error : Object.assign(error, { sql });
}

function value(text, kind) {
  if (text === null) return null;
  const plain = kind.replace(/[ (].*$/, '').toLowerCase();
  if (NUMBERS.includes(plain)) return Number(text);
  if (MOMENTS.includes(plain)) return new Date(plain === 'date' ? `${text}T00:00:00.000Z` : `${text.replace(' ', 'T')}Z`);
  if (/blob|binary|bit|geometry/.test(plain)) __host__.refuse(`values of the kind ${plain}`);
  return text;
}

function rowsOf(answer, asArrays) {
  return answer.rows.map((row) => {
    const found = row.map((text, place) => value(text, answer.columns[place][1]));
    return asArrays ? found : Object.fromEntries(answer.columns.map(([name], place) => [name, found[place]]));
  });
}

function settingsOf(config) {
  if (typeof config !== 'string') return { ...config };
  const url = new URL(config);
  return { host: url.hostname, port: url.port || undefined, user: decodeURIComponent(url.username), password: decodeURIComponent(url.password), database: url.pathname.slice(1) };
}

// What calls back into the script; the real one's frames are not known.
const { '|mysql2': give } = { '|mysql2': (callback, ...args) => callback(...args) };

// What connections and pools have in common: values as SQL.
class Escaping extends EventEmitter {
  format(sql, values) {
    return format(sql, values);
  }
  escape(one) {
    return escape(one);
  }
  escapeId(one) {
    return escapeId(one);
  }
}

class Connection extends Escaping {
  #socket;
  #waiting = [];
  #text = '';
  #failed;
  constructor(config) {
    super();
    this.config = settingsOf(config);
    const { host = 'localhost', port = 3306, user = '', password = '', database = '' } = this.config;
    this.#ask({ login: { user: user || '', password: password || '', database: database || '' } }, (error) => {
      if (error) this.#end(error);
      else this.emit('connect');
    });
    const socket = (this.#socket = net.connect({ host, port: Number(port) }));
    socket.on('connect', () => this.#send());
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (error) => {
      error.fatal = true;
      this.#end(error);
    });
    socket.on('close', () => this.#end(Object.assign(new Error('Connection lost: The server closed the connection.'), { fatal: true, code: 'PROTOCOL_CONNECTION_LOST' })));
    Object.defineProperty(this, 'config', { enumerable: false });
  }
  #ask(message, done, sql, isPrepared) {
    if (this.#failed) {
      setImmediate(() => done(this.#failed));
      return;
    }
    this.#waiting.push({ message, done, sql, isPrepared });
    if (this.#waiting.length === 1) this.#send();
  }
  #send() {
    const [first] = this.#waiting;
    if (!first || first.sent || !this.#socket || this.#socket.connecting) return;
    first.sent = true;
    if (first.message.quit) this.#socket.end();
    else this.#socket.write(`${JSON.stringify(first.message)}\n`);
    if (first.message.quit) {
      this.#waiting.shift();
      this.#failed = Object.assign(new Error("Can't add new command when connection is in closed state"), { fatal: true });
      first.done(null);
    }
  }
  #read(chunk) {
    this.#text += chunk.toString();
    for (let end; (end = this.#text.indexOf('\n')) >= 0; ) {
      const answer = JSON.parse(this.#text.slice(0, end));
      this.#text = this.#text.slice(end + 1);
      const first = this.#waiting.shift();
      if (answer.error !== undefined || answer.unsimulated !== undefined) first.done(problem(answer, first.sql, first.isPrepared));
      else first.done(null, answer);
      this.#send();
    }
  }
  #end(error) {
    if (this.#failed) return;
    this.#failed = error;
    const waiting = this.#waiting.splice(0);
    for (const one of waiting) if (!one.message.quit && !(one.message.login && waiting.length > 1)) one.done(error);
    if (this.connectCallback) give(this.connectCallback, error);
    else if (!waiting.some((one) => one.sql !== undefined)) this.emit('error', error);
  }
  connect(callback) {
    if (!callback) return;
    if (this.#failed) setImmediate(() => give(callback, this.#failed));
    else {
      this.connectCallback = callback;
      this.once('connect', () => {
        this.connectCallback = undefined;
        give(callback, null);
      });
    }
  }
  query(sql, values, callback) {
    return this.#run(sql, values, callback, false);
  }
  execute(sql, values, callback) {
    return this.#run(sql, values, callback, true);
  }
  #run(sql, values, callback, isPrepared) {
    if (typeof values === 'function') [values, callback] = [undefined, values];
    const options = typeof sql === 'object' && sql !== null ? sql : { sql };
    for (const key of ['nestTables', 'typeCast', 'namedPlaceholders']) if (options[key] || this.config[key]) __host__.refuse(`the option ${key} of mysql2`);
    const given = values === undefined ? options.values : values;
    const text = isPrepared ? bind(options.sql, given) : format(options.sql, given);
    this.#ask({ sql: text }, (error, answer) => {
      if (!callback) {
        if (error) this.emit('error', error);
        return;
      }
      if (error) give(callback, error);
      else if (answer.columns === null) give(callback, null, new ResultSetHeader(answer), undefined);
      else give(callback, null, rowsOf(answer, options.rowsAsArray || this.config.rowsAsArray), fieldsOf(answer));
    }, isPrepared ? options.sql : text, isPrepared);
  }
  beginTransaction(callback) {
    return this.query('START TRANSACTION', callback || (() => {}));
  }
  commit(callback) {
    return this.query('COMMIT', callback || (() => {}));
  }
  rollback(callback) {
    return this.query('ROLLBACK', callback || (() => {}));
  }
  ping(callback) {
    return this.query('SELECT 1', (error) => callback && callback(error));
  }
  end(callback) {
    this.#ask({ quit: true }, (error) => callback && give(callback, error || undefined));
  }
  destroy() {
    this.#failed = this.#failed || new Error('destroyed');
    this.#socket.destroy();
  }
  release() {}
  promise() {
    return new PromiseConnection(this);
  }
}

function fieldsOf(answer) {
  return answer.columns.map(([name]) => ({ name }));
}

class Pool extends Escaping {
  #free = [];
  #waiting = [];
  #count = 0;
  #isClosed = false;
  constructor(config) {
    super();
    this.config = settingsOf(config);
    Object.defineProperty(this, 'config', { enumerable: false });
  }
  getConnection(callback) {
    if (this.#isClosed) {
      setImmediate(() => give(callback, new Error('Pool is closed.')));
      return;
    }
    if (this.#free.length) {
      const found = this.#free.pop();
      setImmediate(() => give(callback, null, found));
    } else if (this.#count < (this.config.connectionLimit || 10)) {
      this.#count++;
      const made = new Connection(this.config);
      made.release = () => this.#release(made);
      made.connect((error) => {
        if (error) this.#count--;
        give(callback, error || null, error ? undefined : made);
      });
    } else {
      this.#waiting.push(callback);
    }
  }
  #release(connection) {
    const next = this.#waiting.shift();
    if (next) give(next, null, connection);
    else this.#free.push(connection);
  }
  #each(how, sql, values, callback) {
    if (typeof values === 'function') [values, callback] = [undefined, values];
    this.getConnection((failed, connection) => {
      if (failed) {
        if (callback) callback(failed);
        return;
      }
      connection[how](sql, values, (error, ...found) => {
        connection.release();
        if (callback) give(callback, error, ...found);
      });
    });
  }
  query(sql, values, callback) {
    this.#each('query', sql, values, callback);
  }
  execute(sql, values, callback) {
    this.#each('execute', sql, values, callback);
  }
  end(callback) {
    this.#isClosed = true;
    let left = this.#free.length;
    const done = () => callback && give(callback, undefined);
    if (!left) setImmediate(done);
    for (const connection of this.#free.splice(0)) connection.end(() => --left === 0 && done());
  }
  promise() {
    return new PromisePool(this);
  }
}

function promised(act) {
  return new Promise((resolve, reject) => act((error, ...found) => (error ? reject(error) : resolve(found))));
}

class PromiseConnection extends EventEmitter {
  constructor(connection) {
    super();
    Object.defineProperty(this, 'connection', { value: connection, enumerable: false });
  }
  query(sql, values) {
    return promised((done) => this.connection.query(sql, values, done));
  }
  execute(sql, values) {
    return promised((done) => this.connection.execute(sql, values, done));
  }
  async beginTransaction() {
    await this.query('START TRANSACTION');
  }
  async commit() {
    await this.query('COMMIT');
  }
  async rollback() {
    await this.query('ROLLBACK');
  }
  async ping() {
    await this.query('SELECT 1');
  }
  async end() {
    await promised((done) => this.connection.end(done));
  }
  release() {
    this.connection.release();
  }
  destroy() {
    this.connection.destroy();
  }
  format(sql, values) {
    return format(sql, values);
  }
  escape(one) {
    return escape(one);
  }
}

class PromisePool extends EventEmitter {
  constructor(pool) {
    super();
    Object.defineProperty(this, 'pool', { value: pool, enumerable: false });
  }
  async getConnection() {
    const [connection] = await promised((done) => this.pool.getConnection(done));
    return new PromiseConnection(connection);
  }
  query(sql, values) {
    return promised((done) => this.pool.query(sql, values, done));
  }
  execute(sql, values) {
    return promised((done) => this.pool.execute(sql, values, done));
  }
  async end() {
    await promised((done) => this.pool.end(done));
  }
  format(sql, values) {
    return format(sql, values);
  }
  escape(one) {
    return escape(one);
  }
}

const promise = {
  async createConnection(config) {
    const connection = new Connection(config);
    await promised((done) => connection.connect(done));
    return new PromiseConnection(connection);
  },
  createPool: (config) => new PromisePool(new Pool(config)),
  escape, escapeId, format,
};

module.exports = {
  createConnection: (config) => new Connection(config), createPool: (config) => new Pool(config), escape, escapeId, format, raw: (sql) => ({ toSqlString: () => sql }),
};
Object.defineProperty(module.exports, 'promise', { value: promise, enumerable: false });

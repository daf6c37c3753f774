// redis: a client, with values as promises as since version 4, or with callbacks as until version 3.
'use strict';

const net = require('net');
const EventEmitter = require('events');
const COMMANDS = (
  'append auth bitcount blpop brpop copy dbSize decr decrBy del echo exists expire expireAt flushAll flushDb get getDel getRange getSet hDel hExists hGet ' +
  'hGetAll hIncrBy hIncrByFloat hKeys hLen hmGet hSet hSetNX hVals incr incrBy incrByFloat info keys lIndex lInsert lLen lPop lPush lPushX lRange lRem lSet ' +
  'lTrim mGet mSet mSetNX persist pExpire ping publish pTTL rename renameNX rPop rPopLPush rPush rPushX sAdd sCard scan sDiff select set setEx setNX setRange ' +
  'sInter sIsMember sMembers sMove sPop sRandMember sRem strLen sUnion time touch ttl type unlink xAdd xLen xRange zAdd zCard zCount zIncrBy zRange ' +
  'zRangeByScore zRank zRem zRevRange zScore'
).split(' ');

class ReplyError extends Error {
  get name() {
    return 'ReplyError';
  }
}

// Takes replies apart; `given` is called with each.
class Replies {
  constructor(given) {
    this.given = given;
    this.data = Buffer.alloc(0);
  }
  feed(chunk) {
    this.data = this.data.length ? Buffer.concat([this.data, chunk]) : chunk;
    for (;;) {
      this.place = 0;
      const value = this.one();
      if (value === undefined) return;
      this.data = this.data.subarray(this.place);
      this.given(value);
    }
  }
  line() {
    const end = this.data.indexOf('\r\n', this.place);
    if (end < 0) return undefined;
    const text = this.data.toString('utf8', this.place, end);
    this.place = end + 2;
    return text;
  }
  one() {
    const line = this.line();
    if (line === undefined) return undefined;
    const rest = line.slice(1);
    if (line[0] === '+') return rest;
    if (line[0] === '-') return new ReplyError(rest);
    if (line[0] === ':') return Number(rest);
    if (line[0] === '$') {
      const size = Number(rest);
      if (size < 0) return null;
      if (this.data.length < this.place + size + 2) return undefined;
      const text = this.data.toString('utf8', this.place, this.place + size);
      this.place += size + 2;
      return text;
    }
    const count = Number(rest);
    if (count < 0) return null;
    const values = [];
    for (let i = 0; i < count; i++) {
      const value = this.one();
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  }
}

function encode(words) {
  return Buffer.from(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
}

function flat(args) {
  const words = [];
  for (const value of args) {
    if (Array.isArray(value)) words.push(...flat(value));
    else if (value && typeof value === 'object' && !(value instanceof Uint8Array)) {
      if (value.score !== undefined && value.value !== undefined) words.push(String(value.score), String(value.value));
      else for (const [key, one] of Object.entries(value)) words.push(key, ...flat([one]));
    } else if (typeof value === 'string' || typeof value === 'number') words.push(String(value));
    else throw new TypeError(`"arguments[${words.length}]" must be of type "string | Buffer", got ${typeof value} instead.`);
  }
  return words;
}

function options(words, given) {
  for (const [key, value] of Object.entries(given || {})) {
    if (value === true) words.push(key);
    else if (value !== false && value !== undefined) words.push(key, String(value));
  }
  return words;
}

class Client extends EventEmitter {
  constructor(given = {}, legacy = false) {
    super();
    const settings = typeof given === 'string' ? { url: given } : { ...given };
    if (settings.url) {
      const url = new URL(settings.url);
      settings.host = url.hostname;
      settings.port = Number(url.port || 6379);
      if (url.password) settings.password = decodeURIComponent(url.password);
      if (url.username) settings.username = decodeURIComponent(url.username);
      if (url.pathname.length > 1) settings.database = Number(url.pathname.slice(1));
    }
    Object.assign(settings, settings.socket);
    Object.defineProperty(this, 'state', {
      enumerable: false,
      value: { settings: { host: '127.0.0.1', port: 6379, ...settings }, legacy, socket: null, waiting: [], queued: [], tries: 0, closing: false, ready: false, listeners: new Map() },
    });
    if (legacy) this.open().catch(() => {});
  }
  get isOpen() {
    return Boolean(this.state.socket);
  }
  get isReady() {
    return this.state.ready;
  }
  get connected() {
    return this.state.ready;
  }
  connect() {
    if (this.state.socket) return Promise.reject(new Error('Socket already opened'));
    return this.open();
  }
  open() {
    const { state } = this;
    return new Promise((resolve, reject) => {
      const { host, port } = state.settings;
      const socket = (state.socket = net.connect({ host, port: Number(port) }));
      const replies = new Replies((value) => this.reply(value));
      socket.on('data', (chunk) => replies.feed(chunk));
      socket.on('connect', async () => {
        state.tries = 0;
        this.emit('connect');
        try {
          const { password, username, database } = state.settings;
          if (password) await this.raw(username ? ['AUTH', username, password] : ['AUTH', password]);
          if (database) await this.raw(['SELECT', String(database)]);
        } catch (error) {
          state.closing = true;
          socket.destroy();
          reject(error);
          return;
        }
        state.ready = true;
        for (const send of state.queued.splice(0)) send();
        this.emit('ready');
        resolve(this);
      });
      let failure;
      socket.on('error', (error) => (failure = error));
      socket.on('close', () => {
        const wasReady = state.ready;
        state.ready = false;
        const error = failure || Object.assign(new Error('Socket closed unexpectedly'), { name: 'SocketClosedUnexpectedlyError' });
        for (const { fail } of state.waiting.splice(0)) fail(error);
        state.socket = null;
        if (state.closing) {
          this.emit('end');
          return;
        }
        const strategy = state.settings.reconnectStrategy;
        const chosen = typeof strategy === 'function' ? strategy(state.tries, error) : strategy === undefined ? Math.min(state.tries * 50, 500) : strategy;
        if (chosen === false || chosen instanceof Error) {
          reject(chosen instanceof Error ? chosen : error);
          if (!wasReady && this.listenerCount('error')) this.emit('error', error);
          return;
        }
        this.emit('error', error);
        state.tries++;
        this.emit('reconnecting');
        setTimeout(() => {
          if (!state.closing) this.open().then(resolve, reject);
        }, chosen);
      });
    });
  }
  reply(value) {
    const { state } = this;
    if (Array.isArray(value) && (value[0] === 'message' || value[0] === 'pmessage') && state.listeners.size) {
      const listener = state.listeners.get(value[1]);
      if (listener) listener(value[value.length - 1], value[value.length - 2]);
      if (state.legacy) this.emit('message', value[1], value[2]);
      return;
    }
    if (Array.isArray(value) && value[0] === 'message' && state.legacy) {
      this.emit('message', value[1], value[2]);
      return;
    }
    const entry = state.waiting.shift();
    if (!entry) return;
    if (value instanceof Error) entry.fail(value);
    else entry.done(value);
  }
  raw(words) {
    const { state } = this;
    return new Promise((done, fail) => {
      state.waiting.push({ done, fail });
      state.socket.write(encode(words));
    });
  }
  sendCommand(words) {
    const { state } = this;
    if (state.ready) return this.raw(words);
    if (!state.socket && !state.legacy && state.tries === 0) {
      const error = new Error('The client is closed');
      error.name = 'ClientClosedError';
      return Promise.reject(error);
    }
    return new Promise((done, fail) => state.queued.push(() => this.raw(words).then(done, fail)));
  }
  duplicate() {
    return new Client(this.state.settings, this.state.legacy);
  }
  async subscribe(channel, listener) {
    for (const name of [].concat(channel)) this.state.listeners.set(name, listener || (() => {}));
    return this.sendCommand(['SUBSCRIBE', ...[].concat(channel)]);
  }
  async unsubscribe(channel) {
    this.state.listeners.delete(channel);
    return this.sendCommand(['UNSUBSCRIBE', channel]);
  }
  async quit(callback) {
    this.state.closing = true;
    const found = this.state.socket ? await this.sendCommand(['QUIT']).catch(() => 'OK') : 'OK';
    if (this.state.socket) this.state.socket.end();
    if (typeof callback === 'function') callback(null, found);
    return found;
  }
  async disconnect() {
    this.state.closing = true;
    if (this.state.socket) this.state.socket.destroy();
  }
  destroy() {
    this.disconnect();
  }
  close() {
    return this.quit().then(() => undefined);
  }
  end() {
    this.disconnect();
  }
  multi() {
    const commands = [];
    const chain = {
      exec: async (callback) => {
        await this.sendCommand(['MULTI']);
        for (const { words } of commands) this.sendCommand(words).catch(() => {});
        const found = await this.sendCommand(['EXEC']);
        const shown = found && found.map((value, place) => commands[place].shape(value));
        if (callback) callback(null, shown);
        return shown;
      },
    };
    for (const name of COMMANDS) {
      for (const spelt of new Set([name, name.toLowerCase(), name.toUpperCase()])) {
        chain[spelt] = (...args) => {
          commands.push({ words: wordsOf(name, args), shape: (value) => shaped(name, value) });
          return chain;
        };
      }
    }
    return chain;
  }
}

function shaped(name, value) {
  if (name === 'hGetAll') {
    const found = Object.create(null);
    for (let i = 0; i < value.length; i += 2) found[value[i]] = value[i + 1];
    return found;
  }
  if ((name === 'zScore' || name === 'zIncrBy') && value !== null) return Number(value);
  if (['hExists', 'sIsMember', 'setNX', 'expire', 'persist', 'hSetNX'].includes(name)) return Boolean(value);
  return value;
}

function wordsOf(name, args) {
  const last = args[args.length - 1];
  if (name === 'set' && args.length > 2 && last && typeof last === 'object') return options([name.toUpperCase(), ...flat(args.slice(0, -1))], last);
  if (name === 'zRange' && last && typeof last === 'object' && !Array.isArray(last)) return options([name.toUpperCase(), ...flat(args.slice(0, -1))], last);
  return [name.toUpperCase(), ...flat(args)];
}

for (const name of COMMANDS) {
  const method = function (...args) {
    const callback = typeof args[args.length - 1] === 'function' ? args.pop() : undefined;
    let answer;
    if (this.state.legacy && !callback) {
      this.sendCommand(wordsOf(name, args)).catch((error) => {
        if (error instanceof ReplyError) this.emit('error', error);
      });
      return true;
    }
    try {
      answer = this.sendCommand(wordsOf(name, args)).then((value) => (this.state.legacy ? (name === 'hGetAll' ? shaped(name, value) : value) : shaped(name, value)));
    } catch (error) {
      answer = Promise.reject(error);
    }
    if (!callback) return answer;
    answer.then(
      (value) => callback(null, value),
      (error) => callback(error),
    );
    return true;
  };
  for (const spelt of new Set([name, name.toLowerCase(), name.toUpperCase()])) {
    if (!(spelt in Client.prototype)) Object.defineProperty(Client.prototype, spelt, { value: method, writable: true, enumerable: false, configurable: true });
  }
}

function createClient(...args) {
  const legacy = __host__.packageMajor('redis') < 4;
  if (typeof args[0] === 'number') return new Client({ port: args[0], host: args[1] || '127.0.0.1' }, legacy);
  if (typeof args[0] === 'string' && typeof args[1] === 'object') return new Client({ url: args[0], ...args[1] }, legacy);
  return new Client(args[0], legacy);
}

module.exports = { createClient, ReplyError, commandOptions: (given) => given, print: (error, reply) => console.log(error ? `Error: ${error.message}` : `Reply: ${reply}`) };

// process.
'use strict';

const EventEmitter = require('events');
const { coded, invalidType, outOfRange } = require('errors');

const facts = __host__.facts();
const started = __host__.now();
const SIGNALS = {
  SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9, SIGUSR1: 10, SIGSEGV: 11, SIGUSR2: 12,
  SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGCHLD: 17, SIGCONT: 18, SIGSTOP: 19, SIGTSTP: 20, SIGTTIN: 21, SIGTTOU: 22, SIGWINCH: 28,
};

const process = Object.create(
  Object.create(EventEmitter.prototype, {
    constructor: { value: function process() {}, enumerable: false, writable: true, configurable: true },
    [Symbol.toStringTag]: { value: 'process', enumerable: false, configurable: true },
  }),
);
EventEmitter.call(process);
for (const name of ['_events', '_eventsCount', '_maxListeners']) {
  Object.defineProperty(process, name, { value: process[name], writable: true, enumerable: false, configurable: true });
}

process.version = `v${facts.version}`;
process.versions = { node: facts.version };
process.arch = 'x64';
process.platform = 'linux';
process.release = { name: 'node' };
process.title = 'node';
process.argv = facts.argv;
process.execArgv = facts.execArgv;
process.execPath = '/usr/local/bin/node';
process.argv0 = 'node';
process.pid = facts.pid;
process.ppid = facts.ppid;
process.features = {};
process.config = {};

process.env = new Proxy(__host__.environment(), {
  set(target, key, value) {
    target[key] = String(value);
    return true;
  },
  get: (target, key) => (typeof key === 'string' && Object.hasOwn(target, key) ? target[key] : undefined),
  has: (target, key) => Object.hasOwn(target, key),
});

process.cwd = function cwd() {
  return __host__.directory();
};
process.chdir = function chdir(path) {
  const before = __host__.directory();
  const problem = __host__.changeDirectory(path);
  if (problem) {
    const error = new Error(`${problem.message.split(', ')[0]}, chdir '${before}' -> '${path}'`);
    throw Object.assign(error, { errno: problem.errno, code: problem.code, syscall: 'chdir', path: before, dest: path });
  }
};
process.uptime = () => Number(__host__.now() - started) / 1e9;
process.hrtime = function hrtime(before) {
  const now = __host__.now();
  let seconds = Number(now / 1000000000n);
  let nanoseconds = Number(now % 1000000000n);
  if (before) {
    seconds -= before[0];
    nanoseconds -= before[1];
    if (nanoseconds < 0) {
      seconds--;
      nanoseconds += 1e9;
    }
  }
  return [seconds, nanoseconds];
};
process.hrtime.bigint = () => __host__.now();
process.memoryUsage = function memoryUsage() {
  const heap = __host__.memory();
  return { rss: 40000000 + heap, heapTotal: 6000000 + heap, heapUsed: 4000000 + heap, external: 1600000, arrayBuffers: 10500 };
};
process.memoryUsage.rss = () => 40000000 + __host__.memory();
process.cpuUsage = () => ({ user: Number((__host__.now() - started) / 2000n), system: 0 });
process.getuid = process.geteuid = () => facts.uid;
process.getgid = process.getegid = () => facts.gid;
process.umask = () => 18;
process.abort = () => process.kill(process.pid, 'SIGABRT');

process.nextTick = function nextTick(callback, ...args) {
  if (typeof callback !== 'function') throw invalidType('callback', 'of type function', callback);
  __host__.tick(callback, args);
};

let exiting = false;

function exitCode(code) {
  const chosen = code !== undefined ? code : process.exitCode;
  return chosen === undefined || chosen === null ? 0 : Number(chosen);
}

// A status must be an integer, or a text of one.
function checkCode(code) {
  if (code === undefined || code === null) return code;
  const value = typeof code === 'string' && code !== '' && Number.isInteger(+code) ? +code : code;
  if (typeof value !== 'number') throw invalidType('code', 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange('code', 'an integer', value);
  return code;
}

let chosenCode;
Object.defineProperty(process, 'exitCode', {
  enumerable: true,
  configurable: true,
  get: () => chosenCode,
  set: (code) => {
    chosenCode = checkCode(code);
  },
});

process.exit = function exit(code) {
  if (code !== undefined) process.exitCode = code;
  if (!exiting) {
    exiting = true;
    process.emit('exit', exitCode());
  }
  __host__.exit(exitCode());
};
process.reallyExit = process.exit;

const says = {
  beforeExit: { '|process.beforeExit': (code) => process.emit('beforeExit', code) }['|process.beforeExit'],
  exit: { '|process.exit': (code) => process.emit('exit', code) }['|process.exit'],
  signal: { '|process.signal': (name, number) => process.emit(name, name, number) }['|process.signal'],
};

__host__.onExit(() => {
  if (!exiting) {
    says.beforeExit(exitCode());
    if (__host__.hasWork()) return;
    exiting = true;
    says.exit(exitCode());
  }
  __host__.exit(exitCode());
});

__host__.onUncaught((error, origin) => {
  if (process.listenerCount('uncaughtException') > 0) {
    process.emit('uncaughtException', error, origin);
    return true;
  }
  if (exiting) return exitCode() || 1;
  exiting = true;
  process.exitCode = 1;
  says.exit(1);
  return false;
});

process.kill = function kill(pid, signal = 'SIGTERM') {
  if (typeof pid !== 'number') throw invalidType('pid', 'of type number', pid);
  const number = typeof signal === 'number' ? signal : SIGNALS[signal];
  if (number === undefined) throw coded(TypeError, 'ERR_UNKNOWN_SIGNAL', `Unknown signal: ${signal}`);
  const problem = __host__.kill(pid, number);
  if (problem) throw Object.assign(new Error(`kill ${problem.code}`), { errno: problem.errno, code: problem.code, syscall: 'kill' });
  return true;
};

function watches(name) {
  return typeof name === 'string' && name.startsWith('SIG') && SIGNALS[name] !== undefined;
}

const { addListener, removeListener } = EventEmitter.prototype;
process.on = process.addListener = function on(name, listener) {
  addListener.call(this, name, listener);
  if (watches(name) && this.listenerCount(name) === 1) {
    if (name === 'SIGKILL' || name === 'SIGSTOP') {
      const error = new Error('uv_signal_start EINVAL');
      throw Object.assign(error, { errno: -22, code: 'EINVAL', syscall: 'uv_signal_start' });
    }
    __host__.onSignal(SIGNALS[name], (number) => says.signal(name, number));
  }
  if (name === 'unhandledRejection') __host__.onRejection((reason, promise) => process.emit('unhandledRejection', reason, promise));
  return this;
};
process.off = process.removeListener = function off(name, listener) {
  removeListener.call(this, name, listener);
  if (watches(name) && this.listenerCount(name) === 0) __host__.onSignal(SIGNALS[name], undefined);
  if (name === 'unhandledRejection' && this.listenerCount(name) === 0) __host__.onRejection(undefined);
  return this;
};
process.once = function once(name, listener) {
  const wrapper = (...args) => {
    this.removeListener(name, wrapper);
    return listener.apply(this, args);
  };
  wrapper.listener = listener;
  return this.on(name, wrapper);
};

let warned = false;
process.emitWarning = function emitWarning(warning, options, code) {
  let type = typeof options === 'string' ? options : (options && options.type) || 'Warning';
  const kind = typeof options === 'object' && options && options.code ? options.code : code;
  const message = warning instanceof Error ? warning.message : warning;
  if (warning instanceof Error) type = warning.name;
  const error = warning instanceof Error ? warning : new Error(message);
  error.name = type;
  process.nextTick(() => {
    if (process.listenerCount('warning') > 0) process.emit('warning', error);
    if (process.env.NODE_NO_WARNINGS === '1') return;
    __host__.writeText(2, `(node:${process.pid}) ${kind ? `[${kind}] ` : ''}${type}: ${message}\n${options && options.detail ? `${options.detail}\n` : ''}`);
    if (!warned) {
      warned = true;
      __host__.writeText(2, `(Use \`node --trace-${type === 'DeprecationWarning' ? 'deprecation' : 'warnings'} ...\` to show where the warning was created)\n`);
    }
  });
};

function lazy(name, make) {
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = make();
      Object.defineProperty(process, name, { value, writable: true, enumerable: true, configurable: true });
      return value;
    },
  });
}

lazy('stdout', () => require('standard').output(1));
lazy('stderr', () => require('standard').output(2));
lazy('stdin', () => require('standard').input());


module.exports = process;

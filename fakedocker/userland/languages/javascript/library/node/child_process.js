// child_process.
'use strict';

const EventEmitter = require('events');
const { invalidType } = require('errors');
const SIGNALS = { 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 6: 'SIGABRT', 9: 'SIGKILL', 11: 'SIGSEGV', 13: 'SIGPIPE', 14: 'SIGALRM', 15: 'SIGTERM' };

function settings(args, options) {
  if (!Array.isArray(args)) [args, options] = [[], args];
  return [args || [], options || {}];
}

function modes(stdio) {
  const list = typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio || ['pipe', 'pipe', 'pipe'];
  return [0, 1, 2].map((place) => {
    const mode = list[place] === undefined || list[place] === null ? 'pipe' : list[place];
    if (mode === place || mode === process.stdout || mode === process.stderr || mode === process.stdin) return 'inherit';
    if (typeof mode !== 'string') __host__.notSimulated('a child whose output goes to another descriptor');
    return mode;
  });
}

function command(file, args, options) {
  if (typeof file !== 'string') throw invalidType('file', 'of type string', file);
  if (options.shell) return [typeof options.shell === 'string' ? options.shell : '/bin/sh', ['-c', [file, ...args].join(' ')]];
  return [file, args];
}

class ChildProcess extends EventEmitter {
  constructor() {
    super();
    this.pid = undefined;
    this.exitCode = null;
    this.signalCode = null;
    this.killed = false;
    this.stdin = this.stdout = this.stderr = null;
  }
  kill(signal = 'SIGTERM') {
    if (this.exitCode !== null || this.signalCode !== null || this.pid === undefined) return false;
    try {
      process.kill(this.pid, signal);
    } catch {
      return false;
    }
    this.killed = true;
    return true;
  }
  ref() {}
  unref() {}
}

function reader(descriptor) {
  const { Readable, known } = require('stream');
  class Socket extends Readable {}
  const stream = new Socket({
    read() {
      if (stream.watching) return;
      stream.watching = true;
      __host__.watch(descriptor, () => {
        const data = __host__.readInput(descriptor, 65536);
        if (data instanceof Error || data.length === 0) {
          __host__.watch(descriptor);
          __host__.close(descriptor);
          stream.push(null);
        } else if (!stream.push(data)) {
          __host__.watch(descriptor);
          stream.watching = false;
        }
      });
    },
  });
  known.dataBy(stream, 'child.data');
  return stream;
}

function writer(descriptor) {
  const { Writable } = require('stream');
  return new Writable({
    write(chunk, encoding, callback) {
      callback(__host__.writeText(descriptor, chunk) || null);
    },
    final(callback) {
      __host__.close(descriptor);
      callback();
    },
  });
}

const {
  '|child.exit': exits, '|child.close': closes, '|child.error': fails, '|child.spawn': spawned, '|child.exec': finished,
} = {
  '|child.exit': (child, code, signal) => child.emit('exit', code, signal),
  '|child.close': (child, code, signal) => child.emit('close', code, signal),
  '|child.error': (child, error) => child.emit('error', error),
  '|child.spawn': (child) => child.emit('spawn'),
  '|child.exec': (callback, error, stdout, stderr) => callback(error, stdout, stderr),
};

// What nobody reads of a child that has ended ends too.
function flush(child) {
  for (const stream of [child.stdout, child.stderr]) if (stream && stream.readable) stream.resume();
}

function spawn(file, args, options) {
  const [given, chosen] = settings(args, options);
  const [program, rest] = command(file, given, chosen);
  const child = new ChildProcess();
  child.spawnfile = program;
  child.spawnargs = [program, ...rest];
  let open = 1;
  const closed = () => {
    if (--open === 0) closes(child, child.exitCode, child.signalCode);
  };
  const environment = {};
  for (const [name, value] of Object.entries(chosen.env || process.env)) if (value !== undefined) environment[name] = String(value);
  const found = __host__.spawn(program, [chosen.argv0 || program, ...rest], environment, chosen.cwd === undefined ? undefined : String(chosen.cwd), modes(chosen.stdio), (status) => {
    if (status < 0) child.signalCode = SIGNALS[-status] || `SIG${-status}`;
    else child.exitCode = status;
    exits(child, child.exitCode, child.signalCode);
    process.nextTick(flush, child);
    closed();
  });
  if (found instanceof Error) {
    const error = new Error(`spawn ${program} ${found.code}`);
    Object.assign(error, { errno: found.errno, code: found.code, syscall: `spawn ${program}`, path: program, spawnargs: rest });
    __host__.placed(error, 'spawn', null);
    const { Readable, Writable } = require('stream');
    child.stdin = new Writable({ write: (chunk, encoding, callback) => callback() });
    child.stdout = Readable.from([]);
    child.stderr = Readable.from([]);
    process.nextTick(() => {
      fails(child, error);
      closes(child, found.errno, null);
    });
    return child;
  }
  child.pid = found.pid;
  if (found.stdin !== undefined) child.stdin = writer(found.stdin);
  for (const name of ['stdout', 'stderr']) {
    if (found[name] !== undefined) {
      open++;
      child[name] = reader(found[name]);
      child[name].on('end', closed);
      child[name]._read();
    }
  }
  child.stdio = [child.stdin, child.stdout, child.stderr];
  process.nextTick(spawned, child);
  if (chosen.timeout) setTimeout(() => child.kill(chosen.killSignal || 'SIGTERM'), chosen.timeout).unref();
  return child;
}

function execFile(file, args, options, callback) {
  const rest = [args, options, callback].filter((one) => one !== undefined);
  const done = typeof rest[rest.length - 1] === 'function' ? rest.pop() : undefined;
  const [given, chosen] = settings(rest[0], rest[1] === undefined && !Array.isArray(rest[0]) ? rest[0] : rest[1]);
  const child = spawn(file, given, { ...chosen, stdio: 'pipe' });
  const parts = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => parts[name].push(chunk));
  let failed;
  child.on('error', (error) => (failed = error));
  child.on('close', (code, signal) => {
    if (!done) return;
    const encoding = chosen.encoding === undefined ? 'utf8' : chosen.encoding;
    const read = (name) => {
      const data = Buffer.concat(parts[name]);
      return encoding && encoding !== 'buffer' ? data.toString(encoding) : data;
    };
    const stdout = read('stdout');
    const stderr = read('stderr');
    if (failed) {
      failed.cmd = [file, ...given].join(' ');
      finished(done, Object.assign(failed, { stdout, stderr }), stdout, stderr);
    } else if (code === 0 && signal === null) {
      finished(done, null, stdout, stderr);
    } else {
      const shown = chosen.shell ? file : [file, ...given].join(' ');
      const error = new Error(`Command failed: ${shown}\n${stderr}`);
      finished(done, Object.assign(error, { code, killed: child.killed, signal, cmd: shown, stdout, stderr }), stdout, stderr);
    }
  });
  return child;
}

function exec(line, options, callback) {
  if (typeof options === 'function') [options, callback] = [undefined, options];
  return execFile(line, [], { ...options, shell: (options && options.shell) || true }, callback);
}

const custom = Symbol.for('nodejs.util.promisify.custom');
for (const run of [exec, execFile]) {
  Object.defineProperty(run, custom, {
    enumerable: false,
    value: (...args) =>
      new Promise((resolve, reject) => {
        run(...args, (error, stdout, stderr) => (error ? reject(error) : resolve({ stdout, stderr })));
      }),
  });
}

function spawnSync(file, args, options) {
  const [given, chosen] = settings(args, options);
  const [program, rest] = command(file, given, chosen);
  const environment = {};
  for (const [name, value] of Object.entries(chosen.env || process.env)) if (value !== undefined) environment[name] = String(value);
  const encoding = chosen.encoding && chosen.encoding !== 'buffer' ? chosen.encoding : undefined;
  const found = __host__.spawn(program, [chosen.argv0 || program, ...rest], environment, chosen.cwd === undefined ? undefined : String(chosen.cwd), modes(chosen.stdio), undefined);
  if (found instanceof Error) {
    const error = new Error(`spawnSync ${program} ${found.code}`);
    Object.assign(error, { errno: found.errno, code: found.code, syscall: `spawnSync ${program}`, path: program, spawnargs: rest });
    return { error, status: null, signal: null, output: null, pid: 0, stdout: null, stderr: null };
  }
  if (found.stdin !== undefined) {
    if (chosen.input !== undefined) __host__.writeText(found.stdin, chosen.input);
    __host__.close(found.stdin);
  }
  const read = (descriptor) => {
    if (descriptor === undefined) return null;
    const parts = [];
    for (;;) {
      const data = __host__.readInput(descriptor, 65536);
      if (data instanceof Error || data.length === 0) break;
      parts.push(data);
    }
    __host__.close(descriptor);
    const all = Buffer.concat(parts);
    return encoding ? all.toString(encoding) : all;
  };
  const stdout = read(found.stdout);
  const stderr = read(found.stderr);
  const status = __host__.waitChild(found.pid);
  return { pid: found.pid, output: [null, stdout, stderr], stdout, stderr, status: status < 0 ? null : status, signal: status < 0 ? SIGNALS[-status] || null : null };
}

function checked(result, shown, chosen, before) {
  if (result.error) throw result.error;
  if (result.status !== 0) {
    const said = result.stderr === null ? '' : result.stderr.toString();
    if (before && said) process.stderr.write(result.stderr);
    const error = new Error(`Command failed: ${shown}${said ? `\n${said}` : ''}`);
    throw Object.assign(error, result);
  }
  if (before && result.stderr !== null && result.stderr.length) process.stderr.write(result.stderr);
  return result.stdout;
}

function execSync(line, options = {}) {
  const result = spawnSync(line, [], { ...options, shell: options.shell || true });
  return checked(result, line, options, options.stdio === undefined);
}

function execFileSync(file, args, options) {
  const [given, chosen] = settings(args, options);
  return checked(spawnSync(file, given, chosen), [file, ...given].join(' '), chosen, chosen.stdio === undefined);
}

module.exports = {
  ChildProcess, spawn, exec, execFile, spawnSync, execSync, execFileSync,
  fork: () => __host__.notSimulated('child_process.fork'),
};

// fs: each function three ways, at once, with a callback, and with a promise.
'use strict';

const path = require('path');
const { coded, invalidType } = require('errors');
const { Buffer } = require('buffer');

function nameOf(value, name = 'path') {
  if (typeof value === 'string') {
    if (!value.includes('\0')) return value;
    throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument '${name}' must be a string, Uint8Array, or URL without null bytes. Received ${__host__.inspect(value)}`);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value && value.href && value.protocol === 'file:') return decodeURIComponent(value.pathname);
  if (value && value.href && value.protocol) throw coded(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file');
  throw invalidType(name, 'of type string or an instance of Buffer or URL', value);
}

function must(found) {
  if (found instanceof Error) throw found;
  return found;
}

function encodingOf(options) {
  const encoding = typeof options === 'string' ? options : options && options.encoding;
  if (encoding && encoding !== 'buffer' && !Buffer.isEncoding(encoding)) {
    throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument 'encoding' is invalid encoding. Received ${__host__.inspect(encoding)}`);
  }
  return encoding;
}

class Stats {
  constructor(found) {
    this.dev = 45;
    this.mode = found.mode;
    this.nlink = found.nlink;
    this.uid = found.uid;
    this.gid = found.gid;
    this.rdev = 0;
    this.blksize = 4096;
    this.ino = found.ino;
    this.size = found.size;
    this.blocks = Math.ceil(found.size / 4096) * 8;
    for (const name of ['atimeMs', 'mtimeMs', 'ctimeMs', 'birthtimeMs']) this[name] = found.mtimeMs;
    this.atime = new Date(found.mtimeMs);
    this.mtime = new Date(found.mtimeMs);
    this.ctime = new Date(found.mtimeMs);
    this.birthtime = new Date(found.mtimeMs);
    Object.defineProperty(this, 'kind', { value: found.kind, enumerable: false });
  }
  isFile() {
    return this.kind === 'file';
  }
  isDirectory() {
    return this.kind === 'dir';
  }
  isSymbolicLink() {
    return this.kind === 'link';
  }
  isFIFO() {
    return this.kind === 'fifo';
  }
  isSocket() {
    return this.kind === 'socket';
  }
  isCharacterDevice() {
    return this.kind === 'char';
  }
  isBlockDevice() {
    return this.kind === 'block';
  }
}

const kindOfEntry = Symbol('type');

class Dirent {
  constructor(name, folder, kind) {
    this.name = name;
    this.parentPath = folder;
    this.path = folder;
    this[kindOfEntry] = kind;
  }
}
for (const [method, kind] of [['isFile', 'file'], ['isDirectory', 'dir'], ['isSymbolicLink', 'link'], ['isFIFO', 'fifo'], ['isSocket', 'socket']]) {
  Dirent.prototype[method] = function () {
    return this[kindOfEntry] === kind;
  };
}

function kindAt(name) {
  return must(__host__.stat(name, false)).kind;
}

const sync = {
  readFile(file, options) {
    const encoding = encodingOf(options);
    let data;
    if (typeof file === 'number') {
      const parts = [];
      for (;;) {
        const part = must(__host__.readInput(file, 65536));
        if (!part.length) break;
        parts.push(part);
      }
      data = Buffer.concat(parts);
    } else {
      data = must(__host__.readFile(nameOf(file)));
    }
    return encoding ? data.toString(encoding) : data;
  },
  writeFile(file, data, options) {
    const settings = typeof options === 'object' && options ? options : {};
    if (typeof data !== 'string' && !(data instanceof Uint8Array)) {
      throw invalidType('data', 'of type string or an instance of Buffer, TypedArray, or DataView', data);
    }
    const bytes = typeof data === 'string' ? Buffer.from(data, encodingOf(options)) : data;
    if (typeof file === 'number') must(__host__.writeText(file, bytes));
    else must(__host__.writeFile(nameOf(file), bytes, settings.flag || 'w', settings.mode === undefined ? 438 : settings.mode));
  },
  appendFile(file, data, options) {
    const settings = typeof options === 'object' && options ? options : { encoding: options };
    sync.writeFile(file, data, { ...settings, flag: settings.flag || 'a' });
  },
  stat(file, options) {
    if (options && options.bigint) __host__.refuse('the option bigint of fs.stat');
    const found = __host__.stat(nameOf(file), true);
    if (found instanceof Error && found.code === 'ENOENT' && options && options.throwIfNoEntry === false) return undefined;
    return new Stats(must(found));
  },
  lstat: (file) => new Stats(must(__host__.stat(nameOf(file), false))),
  fstat: (descriptor) => new Stats(must(__host__.fstat(descriptor))),
  mkdir(folder, options) {
    const name = nameOf(folder);
    const settings = typeof options === 'object' && options ? options : { mode: options };
    const mode = settings.mode === undefined ? 511 : settings.mode;
    if (!settings.recursive) {
      must(__host__.makeDirectory(name, mode));
      return undefined;
    }
    const missing = [];
    for (let place = path.resolve(name); ; place = path.dirname(place)) {
      const kind = __host__.kindOf(place);
      if (kind === 'dir') break;
      if (kind !== undefined && place === path.resolve(name)) must(__host__.makeDirectory(name, mode));
      if (kind !== undefined) {
        const error = new Error(`ENOTDIR: not a directory, mkdir '${name}'`);
        throw Object.assign(error, { errno: -20, code: 'ENOTDIR', syscall: 'mkdir', path: name });
      }
      missing.unshift(place);
    }
    for (const place of missing) must(__host__.makeDirectory(place, mode));
    return missing.length && !name.startsWith('/') ? path.relative(__host__.directory(), missing[0]) : missing[0];
  },
  mkdtemp(prefix) {
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
    const name = prefix + Array.from(__host__.randomBytes(6), (byte) => letters[byte % letters.length]).join('');
    const problem = __host__.makeDirectory(name, 448);
    if (problem) {
      const error = new Error(`${problem.message.split(', ')[0]}, mkdtemp '${prefix}XXXXXX'`);
      throw Object.assign(error, { errno: problem.errno, code: problem.code, syscall: 'mkdtemp', path: `${prefix}XXXXXX` });
    }
    return name;
  },
  readdir(folder, options) {
    const name = nameOf(folder);
    const names = must(__host__.list(name));
    const settings = typeof options === 'object' && options ? options : {};
    if (settings.recursive) {
      const found = [];
      const walk = (place, before) => {
        for (const entry of must(__host__.list(place))) {
          const inner = path.join(place, entry);
          const shown = before ? `${before}/${entry}` : entry;
          const kind = kindAt(inner);
          found.push(settings.withFileTypes ? new Dirent(entry, place, kind) : shown);
          if (kind === 'dir') walk(inner, shown);
        }
      };
      walk(name, '');
      return found;
    }
    return settings.withFileTypes ? names.map((entry) => new Dirent(entry, name, kindAt(path.join(name, entry)))) : names;
  },
  unlink: (file) => must(__host__.removeFile(nameOf(file))),
  rmdir: (folder) => must(__host__.removeDirectory(nameOf(folder))),
  rm(file, options = {}) {
    const name = nameOf(file);
    const found = __host__.stat(name, false);
    if (found instanceof Error) {
      if (options.force && found.code === 'ENOENT') return;
      must(found);
    }
    if (found.kind !== 'dir') {
      must(__host__.removeFile(name));
      return;
    }
    if (!options.recursive) {
      const error = new Error(`Path is a directory: rm returned EISDIR (is a directory) ${name}`);
      throw Object.assign(error, { name: 'SystemError', code: 'ERR_FS_EISDIR', errno: 21, syscall: 'rm', path: name });
    }
    for (const entry of must(__host__.list(name))) sync.rm(path.join(name, entry), options);
    must(__host__.removeDirectory(name));
  },
  rename: (from, to) => must(__host__.rename(nameOf(from, 'oldPath'), nameOf(to, 'newPath'))),
  symlink: (target, name) => must(__host__.symlink(nameOf(target, 'target'), nameOf(name))),
  link: (existing, name) => must(__host__.link(nameOf(existing, 'existingPath'), nameOf(name, 'newPath'))),
  readlink: (name) => must(__host__.readLink(nameOf(name))),
  realpath: (name) => must(__host__.resolvePath(path.resolve(nameOf(name)))),
  chmod: (name, mode) => must(__host__.changeMode(nameOf(name), typeof mode === 'string' ? parseInt(mode, 8) : mode)),
  chown: (name, uid, gid) => must(__host__.changeOwner(nameOf(name), uid, gid)),
  utimes: (name, atime, mtime) => (Number(atime) === Number(mtime) || __host__.refuse('a time of access that is another than that of change')) && must(__host__.setTimes(nameOf(name), mtime instanceof Date ? mtime.getTime() / 1000 : Number(mtime))),
  access: (name, mode = 0) => must(__host__.access(nameOf(name), mode)),
  copyFile(from, to, flags = 0) {
    if (flags & 1 && __host__.kindOf(nameOf(to)) !== undefined) {
      const error = new Error(`EEXIST: file already exists, copyfile '${from}' -> '${to}'`);
      throw Object.assign(error, { errno: -17, code: 'EEXIST', syscall: 'copyfile', path: from, dest: to });
    }
    const data = __host__.readFile(nameOf(from, 'src'));
    if (data instanceof Error) {
      const error = new Error(`${data.message.split(',')[0]}, copyfile '${from}' -> '${to}'`);
      throw Object.assign(error, { errno: data.errno, code: data.code, syscall: 'copyfile', path: from, dest: to });
    }
    must(__host__.writeFile(nameOf(to, 'dest'), data, 'w', __host__.stat(from, true).mode & 511));
  },
  cp(from, to, options = {}) {
    if (kindAt(from) !== 'dir') {
      sync.copyFile(from, to);
      return;
    }
    if (!options.recursive) __host__.notSimulated('copying a folder without recursive');
    sync.mkdir(to, { recursive: true });
    for (const entry of must(__host__.list(from))) sync.cp(path.join(from, entry), path.join(to, entry), options);
  },
  open: (name, flags = 'r', mode = 438) => must(__host__.open(nameOf(name), flags, mode)),
  close: (descriptor) => must(__host__.close(descriptor)),
  truncate(name, size = 0) {
    const descriptor = sync.open(name, 'r+');
    must(__host__.truncate(descriptor, size));
    sync.close(descriptor);
  },
  ftruncate: (descriptor, size = 0) => must(__host__.truncate(descriptor, size)),
  fsync: () => undefined,
  read(descriptor, buffer, offset = 0, length = buffer.byteLength - offset, position = null) {
    if (typeof offset === 'object' && offset) ({ offset = 0, length = buffer.byteLength - offset, position = null } = offset);
    if (position !== null && position !== undefined) must(__host__.seek(descriptor, position, 0));
    const data = must(__host__.readInput(descriptor, length));
    buffer.set(data, offset);
    return data.length;
  },
  write(descriptor, data, ...rest) {
    let bytes = data;
    if (typeof data === 'string') bytes = Buffer.from(data, rest[1]);
    else if (rest.length) bytes = data.subarray(rest[0] || 0, (rest[0] || 0) + (rest[1] === undefined ? data.length : rest[1]));
    must(__host__.writeText(descriptor, bytes));
    return bytes.length;
  },
};

const fs = { constants: { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, COPYFILE_EXCL: 1, O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64 }, Stats, Dirent };
Object.assign(fs, fs.constants);
const promises = { constants: fs.constants };

// What tells the ways apart that a function takes in node.
function way(name, args) {
  if (name === 'readFile') return encodingOf(args[1]) === 'utf8' || encodingOf(args[1]) === 'utf-8' ? '.text' : '';
  return (name === 'writeFile' || name === 'appendFile') && typeof args[1] === 'string' ? '.text' : '';
}

// How often the loop goes round until a function is through that does several things one after the other.
const ROUNDS = { readFile: 4, writeFile: 3, appendFile: 3, rm: 2 };

function after(rounds, done) {
  setImmediate(rounds > 1 ? () => after(rounds - 1, done) : done);
}

function called(name, callback, ...args) {
  return { [`|fs.${name}`]: () => callback(...args) }[`|fs.${name}`];
}

for (const [name, act] of Object.entries(sync)) {
  const synchronous = {
    [`${name}Sync`](...args) {
      try {
        return act(...args);
      } catch (problem) {
        throw __host__.placed(problem, `fs.${name}Sync${way(name, args)}`);
      }
    },
  }[`${name}Sync`];
  Object.defineProperty(fs, `${name}Sync`, { value: synchronous, writable: true, enumerable: true, configurable: true });
  fs[name] = {
    [name](...args) {
      const callback = args.pop();
      if (typeof callback !== 'function') throw __host__.placed(invalidType('cb', 'of type function', args.length ? callback : undefined), `fs.${name}`);
      let error = null;
      let value;
      try {
        value = act(...args);
      } catch (problem) {
        if (problem.code && String(problem.code).startsWith('ERR_')) throw __host__.placed(problem, `fs.${name}`);
        error = problem;
        error.stack = `${error.name}: ${error.message}`;
      }
      const done = error ? called(name, callback, error) : value === undefined ? called(name, callback, null) : called(name, callback, null, value);
      after(error ? 1 : ROUNDS[name] || 1, done);
    },
  }[name];
  promises[name] = {
    [name](...args) {
      let error = null;
      let value;
      try {
        value = act(...args);
      } catch (problem) {
        error = problem;
      }
      let settle;
      const promise = new Promise((resolve, reject) => {
        settle = () => (error ? reject(__host__.placed(error, `fs.promises.${name}`, promise)) : resolve(value));
      });
      after(error ? 1 : ROUNDS[name] || 1, settle);
      return promise;
    },
  }[name];
}

fs.existsSync = (name) => {
  try {
    return __host__.kindOf(nameOf(name)) !== undefined;
  } catch {
    return false;
  }
};
fs.exists = function exists(name, callback) {
  if (typeof callback !== 'function') throw __host__.placed(invalidType('cb', 'of type function', callback), 'fs.exists');
  const found = fs.existsSync(name);
  setImmediate(called('exists', callback, found));
};
fs.realpathSync.native = fs.realpathSync;

class FileHandle {
  constructor(descriptor) {
    this.fd = descriptor;
  }
  async readFile(options) {
    return sync.readFile(this.fd, options);
  }
  async writeFile(data, options) {
    sync.writeFile(this.fd, data, options);
  }
  async appendFile(data, options) {
    sync.writeFile(this.fd, data, options);
  }
  async read(...args) {
    return { bytesRead: sync.read(this.fd, ...args), buffer: args[0] };
  }
  async write(data, ...rest) {
    return { bytesWritten: sync.write(this.fd, data, ...rest), buffer: data };
  }
  async stat() {
    return sync.fstat(this.fd);
  }
  async truncate(size) {
    sync.ftruncate(this.fd, size);
  }
  async close() {
    sync.close(this.fd);
  }
}
for (const name of ['chmod', 'chown', 'createReadStream', 'createWriteStream', 'datasync', 'readLines', 'readableWebStream', 'readv', 'sync', 'utimes', 'writev']) {
  FileHandle.prototype[name] = { [name]: () => __host__.notSimulated(`FileHandle.${name}`) }[name];
}
const openPlain = promises.open;
promises.open = function open(...args) {
  return openPlain(...args).then((descriptor) => new FileHandle(descriptor));
};

const { '|fs.stream.open': openedBy } = {
  '|fs.stream.open'(stream, descriptor) {
    stream.emit('open', descriptor);
    stream.emit('ready');
  },
};

fs.createReadStream = (name, options = {}) => {
  const { Readable } = require('stream');
  const settings = typeof options === 'string' ? { encoding: options } : options;
  let descriptor;
  let left = settings.end === undefined ? Infinity : settings.end - (settings.start || 0) + 1;
  class ReadStream extends Readable {}
  const file = nameOf(name);
  const stream = new ReadStream({
    highWaterMark: settings.highWaterMark || 65536,
    read(size) {
      if (descriptor === undefined) {
        wanted = size;
        return;
      }
      const data = left > 0 ? __host__.readInput(descriptor, Math.min(size, left)) : Buffer.alloc(0);
      if (data instanceof Error) {
        this.destroy(data);
        return;
      }
      left -= data.length;
      if (data.length === 0) {
        __host__.close(descriptor);
        this.push(null);
      } else {
        this.bytesRead += data.length;
        this.push(data);
      }
    },
  });
  let wanted = 0;
  setImmediate(() => {
    const opened = __host__.open(file, settings.flags || 'r', 438);
    if (opened instanceof Error) {
      opened.stack = `Error: ${opened.message}`;
      stream.destroy(opened);
      return;
    }
    descriptor = opened;
    if (settings.start) __host__.seek(descriptor, settings.start, 0);
    openedBy(stream, descriptor);
    if (wanted) setImmediate(() => stream.destroyed || stream._read(wanted));
  });
  require('stream').known.dataBy(stream, 'fs.stream.data');
  stream.path = name;
  stream.bytesRead = 0;
  if (settings.encoding) stream.setEncoding(settings.encoding);
  return stream;
};

fs.createWriteStream = (name, options = {}) => {
  const { Writable } = require('stream');
  const settings = typeof options === 'string' ? { encoding: options } : options;
  let descriptor;
  class WriteStream extends Writable {}
  const stream = new WriteStream({
    construct(callback) {
      const opened = __host__.open(nameOf(name), settings.flags || 'w', settings.mode === undefined ? 438 : settings.mode);
      if (opened instanceof Error) {
        opened.stack = `Error: ${opened.message}`;
        callback(opened);
        return;
      }
      descriptor = opened;
      openedBy(stream, descriptor);
      callback();
    },
    write(chunk, encoding, callback) {
      const problem = __host__.writeText(descriptor, chunk);
      stream.bytesWritten += chunk.length;
      callback(problem || null);
    },
    final(callback) {
      __host__.close(descriptor);
      callback();
    },
  });
  stream.path = name;
  stream.bytesWritten = 0;
  return stream;
};

fs.watch = () => __host__.notSimulated('fs.watch');
fs.watchFile = () => __host__.notSimulated('fs.watchFile');
fs.promises = promises;

module.exports = fs;

// process.stdout, stderr and stdin.
'use strict';

const EventEmitter = require('events');

class Output extends EventEmitter {
  constructor(descriptor) {
    super();
    this.fd = descriptor;
    this.writable = true;
    this._isStdio = true;
    if (__host__.isTerminal(descriptor)) {
      this.isTTY = true;
      [this.rows, this.columns] = __host__.windowSize(descriptor);
    }
  }
  write(data, encoding, callback) {
    if (typeof encoding === 'function') callback = encoding;
    if (typeof data !== 'string' && !(data instanceof Uint8Array)) {
      throw require('errors').invalidType('chunk', 'of type string or an instance of Buffer or Uint8Array', data);
    }
    const problem = __host__.writeText(this.fd, data);
    if (problem) process.nextTick(() => this.emit('error', problem));
    if (callback) process.nextTick(callback, problem || null);
    return true;
  }
  end(data, encoding, callback) {
    if (typeof data === 'function') callback = data;
    else if (data !== undefined) this.write(data, encoding);
    if (typeof callback === 'function') process.nextTick(callback);
    return this;
  }
  cork() {}
  uncork() {}
  getWindowSize() {
    return [this.columns, this.rows];
  }
  hasColors() {
    return __host__.hasColours(this.fd);
  }
  getColorDepth() {
    return __host__.hasColours(this.fd) ? 4 : 1;
  }
  cursorTo(x, y) {
    return this.write(y === undefined ? `\x1b[${x + 1}G` : `\x1b[${y + 1};${x + 1}H`);
  }
  clearLine(direction) {
    return this.write(direction < 0 ? '\x1b[1K' : direction > 0 ? '\x1b[0K' : '\x1b[2K');
  }
  moveCursor(dx, dy) {
    return this.write((dx < 0 ? `\x1b[${-dx}D` : dx > 0 ? `\x1b[${dx}C` : '') + (dy < 0 ? `\x1b[${-dy}A` : dy > 0 ? `\x1b[${dy}B` : ''));
  }
}

function output(descriptor) {
  return new Output(descriptor);
}

function input() {
  const { Readable, known } = require('stream');
  class Socket extends Readable {}
  const stream = new Socket({
    read() {
      if (!stream.reading) {
        stream.reading = true;
        __host__.watch(0, () => {
          const data = __host__.readInput(0, 65536);
          if (data instanceof Error) {
            __host__.watch(0);
            stream.destroy(data);
          } else if (data.length === 0) {
            __host__.watch(0);
            stream.push(null);
          } else if (!stream.push(data)) {
            __host__.watch(0);
            stream.reading = false;
          }
        });
      }
    },
  });
  known.dataBy(stream, 'stdin.data');
  stream.on('end', function onReadableStreamEnd() {});
  stream.fd = 0;
  if (__host__.isTerminal(0)) {
    stream.isTTY = true;
    stream.isRaw = false;
    stream.setRawMode = (raw) => {
      __host__.setRaw(Boolean(raw));
      stream.isRaw = Boolean(raw);
      return stream;
    };
  }
  stream.on('pause', () => {
    stream.reading = false;
    __host__.watch(0);
  });
  stream.ref = () => {
    __host__.refDescriptor(0, true);
    return stream;
  };
  stream.unref = () => {
    __host__.refDescriptor(0, false);
    return stream;
  };
  return stream;
}

module.exports = { output, input };

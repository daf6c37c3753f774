// readline: lines of a stream, and questions.
'use strict';

const EventEmitter = require('events');

const { '|readline.question': asked, '|readline.line': lineOfInput, '|readline.file': lineOfFile, '|readline.close': closed } = {
  '|readline.question': (callback, line) => callback(line),
  '|readline.line': (target, line) => target.emit('line', line),
  '|readline.file': (target, line) => target.emit('line', line),
  '|readline.close': (target) => target.emit('close'),
};

class Interface extends EventEmitter {
  constructor(input, output) {
    super();
    const options = input && input.input ? input : { input, output };
    this.input = options.input;
    this.output = options.output;
    this.terminal = options.terminal === undefined ? Boolean(this.output && this.output.isTTY) : options.terminal;
    this.closed = false;
    this.line = '';
    this._prompt = options.prompt === undefined ? '> ' : options.prompt;
    this._question = null;
    this._rest = '';
    this._waiting = [];
    const { StringDecoder } = require('string_decoder');
    const decoder = new StringDecoder('utf8');
    this.input.on('data', (chunk) => {
      this._rest += typeof chunk === 'string' ? chunk : decoder.write(chunk);
      let found;
      while ((found = /\r\n|\n|\r(?!$)/.exec(this._rest))) {
        const line = this._rest.slice(0, found.index);
        this._rest = this._rest.slice(found.index + found[0].length);
        this._line(line);
        if (this.closed) return;
      }
    });
    this.input.on('end', () => {
      if (this.closed) return;
      if (this._rest) this._line(this._rest.replace(/\r$/, ''));
      this._rest = '';
      this.closed = true;
      this.input.pause();
      closed(this);
    });
    if (!this.terminal) this.on('close', function onSelfCloseWithoutTerminal() {});
    this.input.resume();
  }
  _line(line) {
    if (this._question) {
      const callback = this._question;
      this._question = null;
      asked(callback, line);
    } else if (this.input === process.stdin) {
      lineOfInput(this, line);
    } else {
      lineOfFile(this, line);
    }
  }
  setPrompt(prompt) {
    this._prompt = prompt;
  }
  getPrompt() {
    return this._prompt;
  }
  prompt() {
    if (this.output) this.output.write(this._prompt);
  }
  question(query, options, callback) {
    const done = typeof options === 'function' ? options : callback;
    if (this.closed) {
      const error = new Error('readline was closed');
      throw Object.assign(error, { code: 'ERR_USE_AFTER_CLOSE' });
    }
    if (this.output) this.output.write(query);
    this._question = done;
  }
  write(data) {
    if (this.output && data !== undefined && data !== null) this.output.write(data);
  }
  pause() {
    this.input.pause();
    this.emit('pause');
    return this;
  }
  resume() {
    this.input.resume();
    this.emit('resume');
    return this;
  }
  close() {
    if (this.closed) return;
    this.closed = true;
    this.input.pause();
    this.emit('close');
  }
  async *[Symbol.asyncIterator]() {
    const lines = [];
    let wake = () => {};
    let ended = this.closed;
    this.on('line', (line) => {
      lines.push(line);
      wake();
    });
    this.on('close', () => {
      ended = true;
      wake();
    });
    while (true) {
      while (lines.length) yield lines.shift();
      if (ended) return;
      await new Promise((resolve) => (wake = resolve));
    }
  }
}

Object.defineProperty(Interface.prototype.question, Symbol.for('nodejs.util.promisify.custom'), {
  value(query) {
    return new Promise((resolve) => this.question(query, resolve));
  },
});

class PromisesInterface extends Interface {
  question(query) {
    return new Promise((resolve) => super.question(query, resolve));
  }
}

module.exports = {
  Interface,
  createInterface: (input, output) => new Interface(input, output),
  clearLine: (stream, direction) => stream.clearLine(direction),
  cursorTo: (stream, x, y) => stream.cursorTo(x, y),
  moveCursor: (stream, dx, dy) => stream.moveCursor(dx, dy),
  clearScreenDown: (stream) => stream.write('\x1b[0J'),
  emitKeypressEvents: () => __host__.notSimulated('readline.emitKeypressEvents'),
  promises: { Interface: PromisesInterface, createInterface: (input, output) => new PromisesInterface(input, output) },
};

// util.
'use strict';

const { coded, checkFunction } = require('errors');
const custom = Symbol.for('nodejs.util.promisify.custom');

function promisify(original) {
  checkFunction(original, 'original');
  if (original[custom]) return original[custom];
  function promisified(...args) {
    return new Promise((resolve, reject) => {
      original.call(this, ...args, (error, ...values) => (error ? reject(error) : resolve(values[0])));
    });
  }
  Object.setPrototypeOf(promisified, Object.getPrototypeOf(original));
  return Object.defineProperties(promisified, Object.getOwnPropertyDescriptors(original));
}

function callbackify(original) {
  checkFunction(original, 'original');
  return function (...args) {
    const callback = args.pop();
    original.apply(this, args).then(
      (value) => process.nextTick(callback, null, value),
      (error) => process.nextTick(callback, error),
    );
  };
}

function inherits(constructor, superConstructor) {
  Object.defineProperty(constructor, 'super_', { value: superConstructor, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, superConstructor.prototype);
}

function deprecate(fn, message, code) {
  let warned = false;
  return function (...args) {
    if (!warned) {
      warned = true;
      process.emitWarning(message, 'DeprecationWarning', code);
    }
    return new.target ? Reflect.construct(fn, args, new.target) : fn.apply(this, args);
  };
}

function inspect(value, options, ...rest) {
  if (typeof options === 'boolean') return __host__.inspect(value, { showHidden: options, depth: rest[0], colors: rest[1] });
  return __host__.inspect(value, options);
}
inspect.custom = Symbol.for('nodejs.util.inspect.custom');
inspect.defaultOptions = { depth: 2, colors: false, compact: 3, breakLength: 80 };

const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
const kind = (value) => __host__.kind(value);
const VIEWS = ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'];
const BOXED = ['Number', 'String', 'Boolean', 'BigInt', 'Symbol'];
const types = {
  isArgumentsObject: (value) => kind(value) === 'Arguments',
  isNativeError: (value) => kind(value) === 'Error',
  isAnyArrayBuffer: (value) => kind(value) === 'ArrayBuffer',
  isArrayBufferView: (value) => ArrayBuffer.isView(value),
  isTypedArray: (value) => VIEWS.includes(kind(value)),
  isGeneratorFunction: (value) => typeof value === 'function' && /Generator/.test(kind(value)),
  isAsyncFunction: (value) => typeof value === 'function' && /Async/.test(kind(value)),
  isGeneratorObject: (value) => /Generator$/.test(kind(value)),
  isMapIterator: (value) => kind(value) === 'Map Iterator',
  isSetIterator: (value) => kind(value) === 'Set Iterator',
  isModuleNamespaceObject: (value) => kind(value) === 'Module',
  isProxy: (value) => kind(value) === 'Proxy',
  isBoxedPrimitive: (value) => BOXED.includes(kind(value)),
  isSharedArrayBuffer: () => false,
  isExternal: () => false,
};
for (const name of ['ArrayBuffer', 'DataView', 'Date', 'Map', 'Promise', 'RegExp', 'Set', 'WeakMap', 'WeakSet', ...VIEWS]) types[`is${name}`] = (value) => kind(value) === name;
for (const name of BOXED) types[`is${name}Object`] = (value) => kind(value) === name;

class TextEncoder {
  get encoding() {
    return 'utf-8';
  }
  encode(text = '') {
    return new Uint8Array(Array.from(Buffer.from(String(text))));
  }
}

class TextDecoder {
  constructor(encoding = 'utf-8') {
    this.encoding = encoding;
  }
  decode(data) {
    if (data === undefined) return '';
    return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString(this.encoding).replace(/^\ufeff/, '');
  }
}

function parseArgs(config = {}) {
  if (config.tokens) __host__.refuse('the tokens of util.parseArgs');
  const { options = {}, allowPositionals = config.strict === false, strict = true } = config;
  const args = [...(config.args || process.argv.slice(2))];
  const values = { __proto__: null };
  const positionals = [];
  const fail = (code, message) => coded(TypeError, code, message);
  const store = (name, value) => {
    const option = options[name];
    if (option && option.multiple) (values[name] ??= []).push(value);
    else values[name] = value;
  };
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    if (word === '--') {
      positionals.push(...args.slice(i + 1));
      break;
    }
    let name;
    let value;
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      name = equals < 0 ? word.slice(2) : word.slice(2, equals);
      if (equals >= 0) value = word.slice(equals + 1);
      else if (config.allowNegative && name.startsWith('no-')) {
        const plain = name.slice(3);
        if (strict && !(options[plain] && options[plain].type === 'boolean')) __host__.refuse('such a negative option of util.parseArgs');
        store(plain, false);
        continue;
      }
    } else if (word.startsWith('-') && word.length > 1) {
      const short = word[1];
      name = Object.keys(options).find((key) => options[key].short === short);
      if (name === undefined) name = short;
      if (word.length > 2) {
        if (options[name] && options[name].type === 'string') value = word.slice(2);
        else args.splice(i + 1, 0, `-${word.slice(2)}`);
      }
    } else {
      if (!allowPositionals) {
        throw fail('ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL', `Unexpected argument '${word}'. This command does not take positional arguments`);
      }
      positionals.push(word);
      continue;
    }
    const option = options[name];
    if (!option && strict) {
      const shown = word.startsWith('--') ? `--${name}` : `-${name}`;
      const hint = allowPositionals ? `. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- "${shown}"` : '';
      throw fail('ERR_PARSE_ARGS_UNKNOWN_OPTION', `Unknown option '${shown}'${hint}`);
    }
    if (option && option.type === 'string' && value === undefined) {
      value = args[++i];
      if (value === undefined && strict) {
        throw fail('ERR_PARSE_ARGS_INVALID_OPTION_VALUE', `Option '${option.short ? `-${option.short}, ` : ''}--${name} <value>' argument missing`);
      }
    }
    if (option && option.type === 'boolean' && value !== undefined && strict) {
      throw fail('ERR_PARSE_ARGS_INVALID_OPTION_VALUE', `Option '${option.short ? `-${option.short}, ` : ''}--${name}' does not take an argument`);
    }
    store(name, value === undefined ? true : value);
  }
  for (const [name, option] of Object.entries(options)) {
    if (option.default !== undefined && values[name] === undefined) values[name] = option.default;
  }
  return { values, positionals };
}

module.exports = {
  promisify,
  callbackify,
  inherits,
  deprecate,
  inspect,
  format: (...args) => __host__.format(...args),
  formatWithOptions: (options, ...args) => (Object.values(options).some(Boolean) ? __host__.refuse('options of util.formatWithOptions') : __host__.format(...args)),
  isDeepStrictEqual: (a, b) => require('comparing').isDeep(a, b, true),
  isArray: Array.isArray,
  types,
  TextEncoder,
  TextDecoder,
  parseArgs,
  stripVTControlCharacters: (text) => text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, ''),
  toUSVString: (text) => text,
  debuglog: (name) => {
    const set = (process.env.NODE_DEBUG || '').toUpperCase().split(',');
    const enabled = set.includes(name.toUpperCase());
    const log = (...args) => {
      if (enabled) __host__.writeText(2, `${name.toUpperCase()} ${process.pid}: ${__host__.format(...args)}\n`);
    };
    log.enabled = enabled;
    return log;
  },
};
promisify.custom = custom;

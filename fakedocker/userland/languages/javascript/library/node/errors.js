// Errors as node's own functions throw them: with a code in their name.
'use strict';

function received(value) {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    if (value.constructor && value.constructor.name) return `an instance of ${value.constructor.name}`;
    return __host__.inspect(value, { depth: -1 });
  }
  let shown = __host__.inspect(value, { colors: false });
  if (shown.length > 28) shown = `${shown.slice(0, 25)}...`;
  return `type ${typeof value} (${shown})`;
}

function coded(Kind, code, message, properties) {
  const error = new Kind(message);
  Object.defineProperty(error, 'name', { value: `${error.name} [${code}]`, writable: true, enumerable: false, configurable: true });
  Error.captureStackTrace(error, coded);
  delete error.name;
  Object.defineProperty(error, 'code', { value: code, writable: true, enumerable: true, configurable: true });
  if (properties) Object.assign(error, properties);
  return error;
}

function article(expected) {
  return expected;
}

function invalidType(name, expected, value) {
  const what = name.includes('.') ? `The "${name}" property` : `The "${name}" argument`;
  return coded(TypeError, 'ERR_INVALID_ARG_TYPE', `${what} must be ${article(expected)}. Received ${received(value)}`);
}

function outOfRange(name, range, value) {
  return coded(RangeError, 'ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. It must be ${range}. Received ${__host__.inspect(value)}`);
}

function checkText(value, name) {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value);
}

function checkFunction(value, name) {
  if (typeof value !== 'function') throw invalidType(name, 'of type function', value);
}

module.exports = { coded, invalidType, outOfRange, checkText, checkFunction, received };

// Whether two values are alike, part by part: loosely or strictly.
'use strict';

const tagOf = (value) => Object.prototype.toString.call(value);
const isObject = (value) => typeof value === 'object' && value !== null;

function isDeep(one, other, strict, seen = []) {
  if (one === other) return one !== 0 || Object.is(one, other) || !strict;
  if (strict) {
    if (!isObject(one)) return typeof one === 'number' && one !== one && other !== other && typeof other === 'number';
    if (!isObject(other)) return false;
    if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  } else {
    if (!isObject(one)) return !isObject(other) && (one == other || (one !== one && other !== other));
    if (!isObject(other)) return false;
  }
  if (tagOf(one) !== tagOf(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  if (!sameKind(one, other, strict)) return false;
  if (seen.some(([a, b]) => a === one && b === other)) return true;
  const within = [...seen, [one, other]];
  return sameKeys(one, other, strict, within) && sameEntries(one, other, strict, within);
}

function sameKind(one, other, strict) {
  if (Array.isArray(one)) return one.length === other.length;
  if (one instanceof Date) return other instanceof Date && one.getTime() === other.getTime();
  if (one instanceof RegExp) return other instanceof RegExp && String(one) === String(other) && one.lastIndex === other.lastIndex;
  if (one instanceof Error) return other instanceof Error && one.message === other.message && one.name === other.name;
  if (ArrayBuffer.isView(one)) {
    if (!ArrayBuffer.isView(other) || one.length !== other.length) return false;
    return Array.prototype.every.call(one, (value, place) => (strict ? Object.is(value, other[place]) : value === other[place]));
  }
  if (one instanceof Set || one instanceof Map) return one.size === other.size && (one instanceof Set ? other instanceof Set : other instanceof Map);
  for (const Kind of [Number, String, Boolean, BigInt, Symbol]) {
    if (one instanceof Kind || other instanceof Kind) return one instanceof Kind && other instanceof Kind && Object.is(one.valueOf(), other.valueOf());
  }
  return true;
}

function ownKeys(value, strict) {
  const names = ArrayBuffer.isView(value) ? Object.keys(value).filter((key) => !/^\d+$/.test(key)) : Object.keys(value);
  if (!strict) return names;
  return [...names, ...Object.getOwnPropertySymbols(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))];
}

function sameKeys(one, other, strict, seen) {
  const keys = ownKeys(one, strict);
  if (keys.length !== ownKeys(other, strict).length) return false;
  if (!keys.every((key) => Object.prototype.propertyIsEnumerable.call(other, key))) return false;
  return keys.every((key) => isDeep(one[key], other[key], strict, seen));
}

function sameEntries(one, other, strict, seen) {
  if (one instanceof Set) {
    const left = [...other].filter((value) => !one.has(value));
    for (const value of one) {
      if (other.has(value)) continue;
      if (strict && !isObject(value)) return false;
      const place = left.findIndex((candidate) => isDeep(value, candidate, strict, seen));
      if (place < 0) return false;
      left.splice(place, 1);
    }
    return left.length === 0;
  }
  if (one instanceof Map) {
    const left = [...other].filter(([key]) => !one.has(key));
    for (const [key, value] of one) {
      if (other.has(key)) {
        if (!isDeep(value, other.get(key), strict, seen)) return false;
        continue;
      }
      if (strict && !isObject(key)) return false;
      const place = left.findIndex(([name, held]) => isDeep(key, name, strict, seen) && isDeep(value, held, strict, seen));
      if (place < 0) return false;
      left.splice(place, 1);
    }
    return left.length === 0;
  }
  return true;
}

module.exports = { isDeep };

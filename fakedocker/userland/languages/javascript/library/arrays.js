// Array's methods that call a function of the script. Source of the steps: ECMA-262, Array.prototype.
'use strict';

function check(callback) {
  if (typeof callback !== 'function') throw new TypeError(`${__host__.told(callback)} is not a function`);
}

// What a method is called on, as an object, and how long that is.
function target(value, name) {
  if (value === null || value === undefined) throw new TypeError(`Array.prototype.${name} called on null or undefined`);
  return Object(value);
}

// The same of those methods that have no words of their own for nothing.
function bare(value) {
  if (value === null || value === undefined) throw new TypeError('Cannot convert undefined or null to object');
  return value;
}

function lengthOf(self) {
  return Math.min(Math.max(Math.trunc(self.length) || 0, 0), Number.MAX_SAFE_INTEGER);
}

const methods = {
  forEach(callback, thisArg) {
    const self = target(this, 'forEach');
    const length = lengthOf(self);
    check(callback);
    for (let i = 0; i < length; i++) if (i in self) callback.call(thisArg, self[i], i, self);
  },
  map(callback, thisArg) {
    const self = target(this, 'map');
    const length = lengthOf(self);
    check(callback);
    const made = __host__.arrayToFill(self, length);
    for (let i = 0; i < length; i++) if (i in self) made[i] = callback.call(thisArg, self[i], i, self);
    return made;
  },
  filter(callback, thisArg) {
    const self = target(this, 'filter');
    const length = lengthOf(self);
    check(callback);
    const made = __host__.arrayToFill(self, 0);
    for (let i = 0; i < length; i++) {
      if (i in self) {
        const value = self[i];
        if (callback.call(thisArg, value, i, self)) made.push(value);
      }
    }
    return made;
  },
  reduce(callback, ...rest) {
    const self = target(this, 'reduce');
    const length = lengthOf(self);
    check(callback);
    let i = 0;
    let found;
    if (rest.length) found = rest[0];
    else {
      while (i < length && !(i in self)) i++;
      if (i >= length) throw new TypeError('Reduce of empty array with no initial value');
      found = self[i++];
    }
    for (; i < length; i++) if (i in self) found = callback(found, self[i], i, self);
    return found;
  },
  reduceRight(callback, ...rest) {
    const self = target(this, 'reduceRight');
    let i = lengthOf(self) - 1;
    check(callback);
    let found;
    if (rest.length) found = rest[0];
    else {
      while (i >= 0 && !(i in self)) i--;
      if (i < 0) throw new TypeError('Reduce of empty array with no initial value');
      found = self[i--];
    }
    for (; i >= 0; i--) if (i in self) found = callback(found, self[i], i, self);
    return found;
  },
  some(callback, thisArg) {
    const self = target(this, 'some');
    const length = lengthOf(self);
    check(callback);
    for (let i = 0; i < length; i++) if (i in self && callback.call(thisArg, self[i], i, self)) return true;
    return false;
  },
  every(callback, thisArg) {
    const self = target(this, 'every');
    const length = lengthOf(self);
    check(callback);
    for (let i = 0; i < length; i++) if (i in self && !callback.call(thisArg, self[i], i, self)) return false;
    return true;
  },
  find(callback, thisArg) {
    const self = target(this, 'find');
    const length = lengthOf(self);
    check(callback);
    for (let i = 0; i < length; i++) {
      const value = self[i];
      if (callback.call(thisArg, value, i, self)) return value;
    }
    return undefined;
  },
  findIndex(callback, thisArg) {
    const self = target(this, 'findIndex');
    const length = lengthOf(self);
    check(callback);
    for (let i = 0; i < length; i++) if (callback.call(thisArg, self[i], i, self)) return i;
    return -1;
  },
  findLast(callback, thisArg) {
    const self = target(this, 'findLast');
    const length = lengthOf(self);
    check(callback);
    for (let i = length - 1; i >= 0; i--) {
      const value = self[i];
      if (callback.call(thisArg, value, i, self)) return value;
    }
    return undefined;
  },
  findLastIndex(callback, thisArg) {
    const self = target(this, 'findLastIndex');
    const length = lengthOf(self);
    check(callback);
    for (let i = length - 1; i >= 0; i--) if (callback.call(thisArg, self[i], i, self)) return i;
    return -1;
  },
  flatMap(callback, thisArg) {
    const self = Object(bare(this));
    const length = lengthOf(self);
    if (typeof callback !== 'function') throw new TypeError('flatMap mapper function is not callable');
    const made = __host__.arrayToFill(self, 0);
    for (let i = 0; i < length; i++) {
      if (i in self) {
        const value = callback.call(thisArg, self[i], i, self);
        if (Array.isArray(value)) made.push(...value.flat(0));
        else made.push(value);
      }
    }
    return made;
  },
  sort(compare) {
    if (compare !== undefined && typeof compare !== 'function') {
      throw new TypeError(`The comparison function must be either a function or undefined`);
    }
    const self = Object(bare(this));
    const length = lengthOf(self);
    const sorted = order(self, length, compare, true);
    if (length < 2) return self;
    for (let i = 0; i < sorted.length; i++) self[i] = sorted[i];
    for (let i = sorted.length; i < length; i++) delete self[i];
    return self;
  },
  toSorted(compare) {
    if (compare !== undefined && typeof compare !== 'function') {
      throw new TypeError(`The comparison function must be either a function or undefined`);
    }
    const self = Object(bare(this));
    return order(self, lengthOf(self), compare, false);
  },
};

// A stable merge sort: undefined comes last, holes are left out where `skips`.
function order(values, length, compare, skips) {
  const found = [];
  let nothing = 0;
  for (let i = 0; i < length; i++) {
    if (skips && !(i in values)) continue;
    if (values[i] === undefined) nothing++;
    else found.push(values[i]);
  }
  let sorted;
  if (compare === undefined) sorted = sortTexts(found);
  else sorted = merge(found, compare);
  for (let i = 0; i < nothing; i++) sorted.push(undefined);
  return sorted;
}

function sortTexts(values) {
  if (values.length < 2) return values;
  const pairs = [];
  for (const value of values) pairs.push([`${value}`, value]);
  return merge(pairs, (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)).map((pair) => pair[1]);
}

// Runs of up to this many are sorted by insertion, as V8 does with short arrays, so that a comparison is asked the same.
function merge(values, compare) {
  const length = values.length;
  let runs = [];
  for (let start = 0; start < length; start += 16) {
    const run = values.slice(start, start + 16);
    for (let i = 1; i < run.length; i++) {
      const value = run[i];
      let low = 0;
      let high = i;
      while (low < high) {
        const middle = low + ((high - low) >> 1);
        if (compare(value, run[middle]) < 0) high = middle;
        else low = middle + 1;
      }
      for (let j = i; j > low; j--) run[j] = run[j - 1];
      run[low] = value;
    }
    runs.push(run);
  }
  while (runs.length > 1) {
    const next = [];
    for (let i = 0; i < runs.length; i += 2) {
      if (i + 1 === runs.length) {
        next.push(runs[i]);
        continue;
      }
      const left = runs[i];
      const right = runs[i + 1];
      const made = [];
      let a = 0;
      let b = 0;
      while (a < left.length && b < right.length) {
        if (compare(right[b], left[a]) < 0) made.push(right[b++]);
        else made.push(left[a++]);
      }
      while (a < left.length) made.push(left[a++]);
      while (b < right.length) made.push(right[b++]);
      next.push(made);
    }
    runs = next;
  }
  return runs.length ? runs[0] : [];
}

const statics = {
  from(items, map, thisArg) {
    if (map !== undefined) check(map);
    if (items === undefined || items === null) throw new TypeError(`${items === null ? 'object null' : items} is not iterable (cannot read property Symbol(Symbol.iterator))`);
    const Maker = __host__.isConstructor(this) && this !== Array ? this : Array;
    let made = [];
    let i = 0;
    if (items[Symbol.iterator] !== undefined && items[Symbol.iterator] !== null) {
      if (Maker !== Array) made = new Maker();
      for (const value of items) {
        made[i] = map ? map.call(thisArg, value, i) : value;
        i++;
      }
    } else {
      const length = Math.min(Math.max(Math.trunc(+items.length) || 0, 0), Number.MAX_SAFE_INTEGER);
      if (Maker !== Array) made = new Maker(length);
      else if (length > 4294967295) throw new RangeError('Invalid array length');
      for (; i < length; i++) made[i] = map ? map.call(thisArg, items[i], i) : items[i];
    }
    made.length = i;
    return made;
  },
  async fromAsync(items, map, thisArg) {
    const made = [];
    let i = 0;
    for await (const value of items) {
      made.push(map ? await map.call(thisArg, value, i) : value);
      i++;
    }
    return made;
  },
};

({ ...methods, ...statics });

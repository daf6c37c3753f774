// Methods of typed arrays that call a function of the script. Source of the steps: ECMA-262, %TypedArray%.prototype.
'use strict';

function check(target, callback) {
  if (!__host__.isTyped(target)) throw new TypeError('this is not a typed array.');
  __host__.callable(callback);
}

({
  map(callback, thisArg) {
    check(this, callback);
    const made = new this.constructor(this.length);
    for (let i = 0; i < this.length; i++) made[i] = callback.call(thisArg, this[i], i, this);
    return made;
  },
  filter(callback, thisArg) {
    check(this, callback);
    const found = [];
    for (let i = 0; i < this.length; i++) if (callback.call(thisArg, this[i], i, this)) found.push(this[i]);
    return this.constructor.from(found);
  },
  forEach(callback, thisArg) {
    check(this, callback);
    for (let i = 0; i < this.length; i++) callback.call(thisArg, this[i], i, this);
  },
  some(callback, thisArg) {
    check(this, callback);
    for (let i = 0; i < this.length; i++) if (callback.call(thisArg, this[i], i, this)) return true;
    return false;
  },
  every(callback, thisArg) {
    check(this, callback);
    for (let i = 0; i < this.length; i++) if (!callback.call(thisArg, this[i], i, this)) return false;
    return true;
  },
  find(callback, thisArg) {
    check(this, callback);
    for (let i = 0; i < this.length; i++) if (callback.call(thisArg, this[i], i, this)) return this[i];
    return undefined;
  },
  findIndex(callback, thisArg) {
    check(this, callback);
    for (let i = 0; i < this.length; i++) if (callback.call(thisArg, this[i], i, this)) return i;
    return -1;
  },
  findLast(callback, thisArg) {
    check(this, callback);
    for (let i = this.length - 1; i >= 0; i--) if (callback.call(thisArg, this[i], i, this)) return this[i];
    return undefined;
  },
  findLastIndex(callback, thisArg) {
    check(this, callback);
    for (let i = this.length - 1; i >= 0; i--) if (callback.call(thisArg, this[i], i, this)) return i;
    return -1;
  },
  reduce(callback, ...rest) {
    check(this, callback);
    if (!rest.length && !this.length) throw new TypeError('Reduce of empty array with no initial value');
    let found = rest.length ? rest[0] : this[0];
    for (let i = rest.length ? 0 : 1; i < this.length; i++) found = callback(found, this[i], i, this);
    return found;
  },
  reduceRight(callback, ...rest) {
    check(this, callback);
    if (!rest.length && !this.length) throw new TypeError('Reduce of empty array with no initial value');
    let found = rest.length ? rest[0] : this[this.length - 1];
    for (let i = this.length - (rest.length ? 1 : 2); i >= 0; i--) found = callback(found, this[i], i, this);
    return found;
  },
});

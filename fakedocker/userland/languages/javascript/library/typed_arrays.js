// map and filter of typed arrays, which give typed arrays.
'use strict';

({
  map(callback, thisArg) {
    const made = new this.constructor(this.length);
    for (let i = 0; i < this.length; i++) made[i] = callback.call(thisArg, this[i], i, this);
    return made;
  },
  filter(callback, thisArg) {
    const found = [];
    for (let i = 0; i < this.length; i++) if (callback.call(thisArg, this[i], i, this)) found.push(this[i]);
    return this.constructor.from(found);
  },
});

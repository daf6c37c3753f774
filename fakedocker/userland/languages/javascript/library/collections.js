// forEach of Map and Set.
'use strict';

({
  forEach(callback, thisArg) {
    if (typeof callback !== 'function') throw new TypeError(`${__host__.told(callback)} is not a function`);
    if (this instanceof Map) for (const [key, value] of this) callback.call(thisArg, value, key, this);
    else for (const value of this) callback.call(thisArg, value, value, this);
  },
});

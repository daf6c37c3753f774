// forEach of Map and Set.
'use strict';

({
  forEach(callback, thisArg) {
    const held = __host__.kind(this);
    if (held !== 'Map' && held !== 'Set') __host__.notSimulated('what V8 says of forEach of what is no Map or Set');
    if (typeof callback !== 'function') throw new TypeError(`${__host__.toldWithType(callback)} is not a function`);
    if (held === 'Map') for (const [key, value] of this) callback.call(thisArg, value, key, this);
    else for (const value of this) callback.call(thisArg, value, value, this);
  },
});

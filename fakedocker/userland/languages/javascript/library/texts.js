// String.prototype.replace with a function.
'use strict';

({
  replaceBy(places, replacement) {
    let made = '';
    let last = 0;
    for (const [start, end, values] of places) {
      made += this.slice(last, start) + String(replacement(...values));
      last = end;
    }
    return made + this.slice(last);
  },
});

// Promise.all and its like. Source of the steps: ECMA-262, Promise objects.
'use strict';

({
  all(values) {
    return new Promise((resolve, reject) => {
      const found = [];
      let left = 1;
      let index = 0;
      for (const value of values) {
        const place = index++;
        found.push(undefined);
        left++;
        Promise.resolve(value).then((result) => {
          found[place] = result;
          if (--left === 0) resolve(found);
        }, reject);
      }
      if (--left === 0) resolve(found);
    });
  },
  allSettled(values) {
    return new Promise((resolve) => {
      const found = [];
      let left = 1;
      let index = 0;
      for (const value of values) {
        const place = index++;
        found.push(undefined);
        left++;
        Promise.resolve(value).then(
          (result) => {
            found[place] = { status: 'fulfilled', value: result };
            if (--left === 0) resolve(found);
          },
          (reason) => {
            found[place] = { status: 'rejected', reason };
            if (--left === 0) resolve(found);
          },
        );
      }
      if (--left === 0) resolve(found);
    });
  },
  any(values) {
    return new Promise((resolve, reject) => {
      const errors = [];
      let left = 1;
      let index = 0;
      const fail = () => {
        const error = new AggregateError(errors, 'All promises were rejected');
        error.stack = 'AggregateError: All promises were rejected';
        reject(error);
      };
      for (const value of values) {
        const place = index++;
        errors.push(undefined);
        left++;
        Promise.resolve(value).then(resolve, (reason) => {
          errors[place] = reason;
          if (--left === 0) fail();
        });
      }
      if (--left === 0) fail();
    });
  },
  race(values) {
    return new Promise((resolve, reject) => {
      for (const value of values) Promise.resolve(value).then(resolve, reject);
    });
  },
  finally(callback) {
    if (typeof callback !== 'function') return this.then(callback, callback);
    return this.then(
      (value) => Promise.resolve(callback()).then(() => value),
      (reason) =>
        Promise.resolve(callback()).then(() => {
          throw reason;
        }),
    );
  },
});

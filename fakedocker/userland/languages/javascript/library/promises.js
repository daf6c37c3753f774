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
  // What `for await` and `yield*` go through where a value has an iterator of the plain kind only: what that gives is waited for.
  asyncFromSync(iterator) {
    const next = iterator.next;
    const follow = ({ value, done }) => Promise.resolve(value).then((value) => ({ value, done }));
    const attempt = (step) => {
      try {
        return step();
      } catch (error) {
        return Promise.reject(error);
      }
    };
    return {
      next: (...given) => attempt(() => follow(next.apply(iterator, given))),
      return: (value) =>
        attempt(() => {
          const method = iterator.return;
          return method === undefined || method === null ? Promise.resolve({ value, done: true }) : follow(method.call(iterator, value));
        }),
      throw: (error) =>
        attempt(() => {
          const method = iterator.throw;
          if (method === undefined || method === null) throw error;
          return follow(method.call(iterator, error));
        }),
    };
  },
});

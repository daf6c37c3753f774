// Promise.all and its like. Source of the steps: ECMA-262, Promise objects.
'use strict';

function maker(value, name) {
  if (value === null || (typeof value !== 'function' && typeof value !== 'object')) throw new TypeError(`Promise.${name} called on non-object`);
  if (!__host__.isConstructor(value)) throw new TypeError(`${__host__.told(value)} is not a constructor`);
  return value;
}

function made(Maker, run) {
  let isRun = false;
  const promise = new Maker((resolve, reject) => {
    isRun = true;
    run(resolve, reject);
  });
  if (!isRun) throw new TypeError('Promise resolve or reject function is not callable');
  return promise;
}

({
  all(values) {
    const Maker = maker(this, 'all');
    return made(Maker, (resolve, reject) => {
      const found = [];
      let left = 1;
      let index = 0;
      for (const value of values) {
        const place = index++;
        found.push(undefined);
        left++;
        Maker.resolve(value).then((result) => {
          found[place] = result;
          if (--left === 0) resolve(found);
        }, reject);
      }
      if (--left === 0) resolve(found);
    });
  },
  allSettled(values) {
    const Maker = maker(this, 'allSettled');
    return made(Maker, (resolve) => {
      const found = [];
      let left = 1;
      let index = 0;
      for (const value of values) {
        const place = index++;
        found.push(undefined);
        left++;
        Maker.resolve(value).then(
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
    const Maker = maker(this, 'any');
    return made(Maker, (resolve, reject) => {
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
        Maker.resolve(value).then(resolve, (reason) => {
          errors[place] = reason;
          if (--left === 0) fail();
        });
      }
      if (--left === 0) fail();
    });
  },
  race(values) {
    const Maker = maker(this, 'race');
    return made(Maker, (resolve, reject) => {
      for (const value of values) Maker.resolve(value).then(resolve, reject);
    });
  },
  finally(callback) {
    if (this === null || (typeof this !== 'object' && typeof this !== 'function')) throw new TypeError('Promise.prototype.finally called on non-object');
    const then = __host__.callable(this.then);
    if (typeof callback !== 'function') return then.call(this, callback, callback);
    const Maker = this.constructor?.[Symbol.species] ?? Promise;
    return then.call(
      this,
      (value) => Maker.resolve(callback()).then(() => value),
      (reason) =>
        Maker.resolve(callback()).then(() => {
          throw reason;
        }),
    );
  },
  // What `for await` and `yield*` go through where a value has an iterator of the plain kind only: what that gives is waited for.
  asyncFromSync(iterator) {
    const next = iterator.next;
    const check = (result) => {
      if (typeof result === 'function' || (typeof result === 'object' && result !== null)) return result;
      throw new TypeError(`Iterator result ${__host__.told(result)} is not an object`);
    };
    const settle = ({ value, done }) => Promise.resolve(value).then((value) => ({ value, done }));
    const follow = (result) => settle(check(result));
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

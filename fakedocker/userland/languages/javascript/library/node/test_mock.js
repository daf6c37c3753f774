// Functions that remember how they were called.
'use strict';

const { invalidType } = require('errors');

class MockFunctionContext {
  #calls = [];
  #mocked;
  #once = new Map();
  #restore;
  constructor(mocked, restore) {
    this.#mocked = mocked;
    this.#restore = restore;
  }
  get calls() {
    return this.#calls.slice();
  }
  callCount() {
    return this.#calls.length;
  }
  mockImplementation(implementation) {
    this.#mocked = implementation;
  }
  mockImplementationOnce(implementation, onCall = this.#calls.length) {
    this.#once.set(onCall, implementation);
  }
  resetCalls() {
    this.#calls = [];
  }
  restore() {
    this.#restore();
  }
  implementation() {
    const number = this.#calls.length;
    const found = this.#once.get(number);
    this.#once.delete(number);
    return found || this.#mocked;
  }
  note(call) {
    this.#calls.push(call);
  }
}
for (const name of ['implementation', 'note']) Object.defineProperty(MockFunctionContext.prototype, name, { enumerable: false });

class MockTracker {
  #mocks = [];
  fn(original = function () {}, implementation = original, options = {}) {
    if (typeof original !== 'function') throw invalidType('original', 'of type function', original);
    if (implementation !== null && typeof implementation === 'object') [options, implementation] = [implementation, original];
    if (options.times !== undefined) __host__.refuse('the option times of a mock');
    return this.#made(original, implementation, () => {});
  }
  method(target, name, implementation, options) {
    const original = target[name];
    if (typeof implementation === 'object' || options) __host__.refuse('options of mock.method');
    if (typeof original !== 'function') throw invalidType('methodName', 'of type function', original);
    const own = Object.getOwnPropertyDescriptor(target, name);
    const restore = () => (own ? Object.defineProperty(target, name, own) : delete target[name]);
    const mocked = this.#made(original, implementation || original, restore);
    Object.defineProperty(target, name, { value: mocked, writable: true, configurable: true, enumerable: own ? own.enumerable : false });
    return mocked;
  }
  getter() {
    __host__.refuse('mock.getter');
  }
  setter() {
    __host__.refuse('mock.setter');
  }
  get timers() {
    return __host__.refuse('mock.timers');
  }
  reset() {
    this.restoreAll();
    this.#mocks = [];
  }
  restoreAll() {
    for (const mock of this.#mocks) mock.restore();
  }
  #made(original, implementation, restoreTarget) {
    const context = new MockFunctionContext(implementation, () => {
      restoreTarget();
      context.mockImplementation(original);
    });
    this.#mocks.push(context);
    return new Proxy(original, {
      apply(target, self, args) {
        const call = { arguments: args, error: undefined, result: undefined, stack: new Error(), target: undefined, this: self };
        try {
          call.result = context.implementation().apply(self, args);
        } catch (error) {
          call.error = error;
          throw error;
        } finally {
          context.note(call);
        }
        return call.result;
      },
      get: (target, key) => (key === 'mock' ? context : Reflect.get(target, key)),
    });
  }
}

module.exports = { MockTracker };

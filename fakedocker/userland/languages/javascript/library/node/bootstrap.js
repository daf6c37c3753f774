// What a script of node finds before its first line: process, timers, and names that are made when they are first asked for.
'use strict';

const process = require('process');
const timers = require('timers');

function hidden(target, name, value) {
  Object.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
}

function lazy(name, make) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    enumerable: false,
    get() {
      const value = make();
      hidden(globalThis, name, value);
      return value;
    },
    set(value) {
      hidden(globalThis, name, value);
    },
  });
}

hidden(globalThis, 'global', globalThis);
hidden(globalThis, 'process', process);
for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate']) {
  globalThis[name] = timers[name];
}
lazy('Buffer', () => require('buffer').Buffer);
lazy('URL', () => require('url').URL);
lazy('URLSearchParams', () => require('url').URLSearchParams);
lazy('TextEncoder', () => require('util').TextEncoder);
lazy('TextDecoder', () => require('util').TextDecoder);
lazy('AbortController', () => require('abort').AbortController);
lazy('AbortSignal', () => require('abort').AbortSignal);
lazy('Event', () => require('abort').Event);
lazy('EventTarget', () => require('abort').EventTarget);
lazy('performance', () => require('perf_hooks').performance);
lazy('fetch', () => require('fetch').fetch);
lazy('Headers', () => require('fetch').Headers);
lazy('Response', () => require('fetch').Response);
lazy('Request', () => require('fetch').Request);
lazy('atob', () => (text) => Buffer.from(String(text), 'base64').toString('latin1'));
lazy('btoa', () => (text) => Buffer.from(String(text), 'latin1').toString('base64'));
lazy('crypto', () => require('crypto').webcrypto);

module.exports = {};

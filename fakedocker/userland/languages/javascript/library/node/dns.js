// dns: names as addresses.
'use strict';

function notFound(name, call) {
  const error = new Error(`${call} ENOTFOUND ${name}`);
  return Object.assign(error, { errno: call === 'getaddrinfo' ? -3008 : undefined, code: 'ENOTFOUND', syscall: call, hostname: name });
}

function lookup(name, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  const settings = typeof options === 'object' && options ? options : {};
  const found = /^[\d.]+$/.test(name) ? [name] : __host__.resolve(name).filter((address) => settings.family !== 6 || address.includes(':'));
  setImmediate(() => {
    if (!found.length) done(notFound(name, 'getaddrinfo'));
    else if (settings.all) done(null, found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
    else done(null, found[0], found[0].includes(':') ? 6 : 4);
  });
}

function resolve4(name, callback) {
  const found = __host__.resolve(name).filter((address) => !address.includes(':'));
  setImmediate(() => (found.length ? callback(null, found) : callback(notFound(name, 'queryA'))));
}

const promises = {
  lookup: (name, options = {}) =>
    new Promise((pass, fail) => {
      lookup(name, options, (error, address, family) => (error ? fail(error) : pass(options.all ? address : { address, family })));
    }),
  resolve4: (name) => new Promise((pass, fail) => resolve4(name, (error, found) => (error ? fail(error) : pass(found)))),
};
promises.resolve = promises.resolve4;
Object.defineProperty(lookup, Symbol.for('nodejs.util.promisify.custom'), { value: promises.lookup, enumerable: false });

module.exports = { lookup, resolve4, resolve: (name, type, callback) => resolve4(name, callback || type), promises };

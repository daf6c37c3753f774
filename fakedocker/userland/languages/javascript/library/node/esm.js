// ECMAScript modules: finding, linking and evaluating them in the order of their imports.
'use strict';

const path = require('path');
const Module = require('modules');
const { coded } = require('errors');
const { fileURLToPath, pathToFileURL } = require('url');

function placed(error, how) {
  return __host__.placed(error, `esm.${how}`, null);
}

const whileImporting = Module[Symbol.for('fakedocker.whileImporting')];

function resolve(specifier, parent, later = '') {
  if (Module.isBuiltin(specifier)) return `node:${specifier.replace(/^node:/, '')}`;
  const from = parent.startsWith('file:') ? fileURLToPath(parent) : path.join(__host__.directory(), 'x');
  if (specifier.startsWith('file:')) return specifier;
  if (/^\.\.?\/|^\//.test(specifier)) {
    const name = path.resolve(path.dirname(from), specifier);
    const kind = __host__.kindOf(name);
    if (kind === 'dir') {
      throw placed(coded(Error, 'ERR_UNSUPPORTED_DIR_IMPORT', `Directory import '${name}' is not supported resolving ES modules imported from ${from}`, { url: pathToFileURL(name).href }), later);
    }
    if (kind === undefined) {
      throw placed(coded(Error, 'ERR_MODULE_NOT_FOUND', `Cannot find module '${name}' imported from ${from}`, { url: pathToFileURL(name).href }), later);
    }
    return pathToFileURL(__host__.realPath(name)).href;
  }
  try {
    return pathToFileURL(whileImporting(() => Module._resolveFilename(specifier, { filename: from, id: from }))).href;
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw placed(coded(Error, 'ERR_MODULE_NOT_FOUND', `Cannot find package '${specifier.split('/')[0]}' imported from ${from}`), `package${later}`);
  }
}

// Load a module and what it imports; `above`: whether another one imports it.
function load(url, above = false) {
  if (__host__.hasModule(url)) return;
  if (url.startsWith('node:')) {
    __host__.addValues(url, require(url), true);
    return;
  }
  const name = fileURLToPath(url);
  if (path.extname(name) === '.json') {
    __host__.addValues(url, JSON.parse(__host__.readText(name)), false);
    return;
  }
  if (__host__.isModule(name)) {
    const imports = __host__.addModule(url, name, above);
    for (const specifier of imports) {
      const target = resolve(specifier, url);
      __host__.linkModule(url, specifier, target);
      load(target, true);
    }
    return;
  }
  const required = Module._load(name, null, false);
  __host__.addValues(url, required, required !== null && (typeof required === 'object' || typeof required === 'function'));
}

const { '|esm.run': started } = { '|esm.run': (url) => __host__.evaluateModule(url) };

// What `require` gives of a module: it must not wait.
function requireModule(filename) {
  const url = pathToFileURL(filename).href;
  load(url);
  __host__.checkLinks(url);
  for (const one of __host__.moduleOrder(url)) {
    const promise = __host__.evaluateModule(one);
    const state = __host__.promiseState(promise);
    if (state === 'rejected') throw __host__.promiseValue(promise);
    if (state !== 'fulfilled') __host__.notSimulated('require() of a module that waits at its top');
  }
  return __host__.namespace(url);
}

// Names that only files of CommonJS have.
function explain(error, url) {
  if (!(error instanceof ReferenceError) || !/^(?:require|module|exports|__filename|__dirname) is not defined$/.test(error.message)) return;
  const before = error.message;
  error.stack; // which says from now on what it says now
  error.message += ' in ES module scope';
  if (before.startsWith('require ')) error.message += ', you can use import instead';
  const described = url.endsWith('.js') ? __host__.packageFile(fileURLToPath(url)) : undefined;
  if (described !== undefined) {
    error.message += `\nThis file is being treated as an ES module because it has a '.js' file extension and '${described}' contains "type": "module". To treat it as a CommonJS script, rename it to use the '.cjs' file extension.`;
  }
  error.stack = error.stack.replace(before, error.message);
}

async function evaluate(url) {
  const waits = [];
  const order = __host__.moduleOrder(url);
  for (const one of order) {
    const promise = started(one);
    const state = __host__.promiseState(promise);
    if (state === 'rejected') explain(__host__.promiseValue(promise), one);
    if (state !== 'fulfilled') waits.push(await promise);
  }
}

async function importModule(specifier, parent) {
  const url = resolve(String(specifier), parent, parent === '' ? '' : '.later');
  load(url);
  __host__.checkLinks(url);
  await evaluate(url);
  return __host__.namespace(url);
}

module.exports = { importModule, requireModule, runMain: (name) => importModule(pathToFileURL(name).href, ''), resolve };

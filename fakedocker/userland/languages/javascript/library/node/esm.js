// ECMAScript modules: finding, linking and evaluating them in the order of their imports.
'use strict';

const path = require('path');
const Module = require('modules');
const { coded } = require('errors');
const { fileURLToPath, pathToFileURL } = require('url');

function resolve(specifier, parent) {
  if (Module.isBuiltin(specifier)) return `node:${specifier.replace(/^node:/, '')}`;
  const from = parent.startsWith('file:') ? fileURLToPath(parent) : path.join(__host__.directory(), 'x');
  if (specifier.startsWith('file:')) return specifier;
  if (/^\.\.?\/|^\//.test(specifier)) {
    const name = path.resolve(path.dirname(from), specifier);
    const kind = __host__.kindOf(name);
    if (kind === 'dir') {
      throw coded(Error, 'ERR_UNSUPPORTED_DIR_IMPORT', `Directory import '${name}' is not supported resolving ES modules imported from ${from}`, { url: pathToFileURL(name).href });
    }
    if (kind === undefined) {
      throw coded(Error, 'ERR_MODULE_NOT_FOUND', `Cannot find module '${name}' imported from ${from}`, { url: pathToFileURL(name).href });
    }
    return pathToFileURL(__host__.realPath(name)).href;
  }
  try {
    return pathToFileURL(Module._resolveFilename(specifier, { filename: from, id: from })).href;
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw coded(Error, 'ERR_MODULE_NOT_FOUND', `Cannot find package '${specifier.split('/')[0]}' imported from ${from}`);
  }
}

function load(url) {
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
    const imports = __host__.addModule(url, name);
    for (const specifier of imports) {
      const target = resolve(specifier, url);
      __host__.linkModule(url, specifier, target);
      load(target);
    }
    return;
  }
  const required = Module._load(name, null, false);
  __host__.addValues(url, required, required !== null && (typeof required === 'object' || typeof required === 'function'));
}

async function evaluate(url) {
  const waits = [];
  const order = __host__.moduleOrder(url);
  for (const one of order) {
    const promise = __host__.evaluateModule(one);
    const state = __host__.promiseState(promise);
    if (state !== 'fulfilled') waits.push(await promise);
  }
}

async function importModule(specifier, parent) {
  const url = resolve(String(specifier), parent);
  load(url);
  __host__.checkLinks(url);
  await evaluate(url);
  return __host__.namespace(url);
}

module.exports = { importModule, runMain: (name) => importModule(pathToFileURL(name).href, ''), resolve };

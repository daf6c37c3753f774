// require: finding files, and running each once. The names of its functions are those that node's traces show.
'use strict';

const path = require('path');
const { coded, invalidType } = require('errors');
const BUILTIN = new Set(__host__.builtinNames());

function Module(id = '', parent) {
  this.id = id;
  this.path = path.dirname(id);
  this.exports = {};
  Object.defineProperty(this, 'parent', { value: parent, writable: true, enumerable: false, configurable: true });
  if (parent && parent.children) parent.children.push(this);
  this.filename = null;
  this.loaded = false;
  this.children = [];
}

Module.builtinModules = [...BUILTIN];
Module._cache = { __proto__: null };
Module._extensions = { __proto__: null };
Module.isBuiltin = (name) => BUILTIN.has(String(name).replace(/^node:/, ''));

Module._nodeModulePaths = function (from) {
  const found = [];
  for (let place = from; ; place = path.dirname(place)) {
    if (path.basename(place) !== 'node_modules') found.push(place === '/' ? '/node_modules' : `${place}/node_modules`);
    if (place === '/') return found;
  }
};

function isFile(name) {
  return __host__.kindOf(name) === 'file';
}

function withExtension(name) {
  for (const extension of ['.js', '.json', '.node']) {
    if (isFile(name + extension)) return name + extension;
  }
  return undefined;
}

function readPackage(folder) {
  const text = __host__.readText(`${folder}/package.json`);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    error.path = `${folder}/package.json`;
    error.message = `Error parsing ${folder}/package.json: ${error.message}`;
    throw error;
  }
}

function asFolder(name) {
  const described = readPackage(name);
  const main = described && described.main;
  if (main) {
    const place = path.resolve(name, main);
    const found = (isFile(place) && place) || withExtension(place) || withExtension(path.resolve(place, 'index'));
    if (found) return found;
  }
  return withExtension(path.resolve(name, 'index'));
}

function asPath(name, isFolder) {
  if (!isFolder) {
    const kind = __host__.kindOf(name);
    if (kind === 'file') return name;
    const found = withExtension(name);
    if (found) return found;
  }
  return __host__.kindOf(name) === 'dir' ? asFolder(name) : undefined;
}

function fromExports(exported, key) {
  if (typeof exported === 'string') return key === '.' ? exported : undefined;
  if (Array.isArray(exported)) return exported.map((part) => fromExports(part, key)).find(Boolean);
  if (!exported) return undefined;
  const names = Object.keys(exported);
  if (names.some((name) => name.startsWith('.'))) {
    if (exported[key] !== undefined) return condition(exported[key]);
    for (const name of names) {
      const star = name.indexOf('*');
      if (star >= 0 && key.startsWith(name.slice(0, star)) && key.endsWith(name.slice(star + 1))) {
        const part = key.slice(star, key.length - (name.length - star - 1));
        const target = condition(exported[name]);
        return target && target.replaceAll('*', part);
      }
    }
    return undefined;
  }
  return key === '.' ? condition(exported) : undefined;
}

let asked = 'require'; // the condition of exports that holds now

// What happens while a module is imported, not required.
function whileImporting(act) {
  asked = 'import';
  try {
    return act();
  } finally {
    asked = 'require';
  }
}

function condition(target) {
  if (typeof target === 'string' || target === null) return target;
  if (Array.isArray(target)) return target.map(condition).find(Boolean);
  for (const [name, value] of Object.entries(target)) {
    if (name === asked || name === 'node' || name === 'default' || name === 'module-sync') {
      const found = condition(value);
      if (found) return found;
    }
  }
  return undefined;
}

Module._findPath = function (request, paths) {
  for (const folder of paths) {
    const place = path.resolve(folder, request);
    const [, name, rest] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(request) || [];
    if (name && folder.endsWith('node_modules')) {
      const described = readPackage(path.resolve(folder, name));
      if (described && described.exports !== undefined && described.exports !== null) {
        const target = fromExports(described.exports, `.${rest || ''}`);
        if (target) {
          const found = path.resolve(folder, name, target);
          if (isFile(found)) return __host__.realPath(found);
        }
        throw coded(
          Error,
          'ERR_PACKAGE_PATH_NOT_EXPORTED',
          rest ? `Package subpath '.${rest}' is not defined by "exports" in ${folder}/${name}/package.json` : `No "exports" main defined in ${folder}/${name}/package.json`,
        );
      }
    }
    const found = asPath(place, request.endsWith('/') || request.endsWith('/..') || request === '..' || request === '.');
    if (found) return __host__.realPath(found);
  }
  return undefined;
};

Module._resolveFilename = function (request, parent) {
  const plain = request.startsWith('node:') ? request.slice(5) : request;
  if (BUILTIN.has(plain) || request.startsWith('node:')) {
    if (!BUILTIN.has(plain)) throw coded(Error, 'ERR_UNKNOWN_BUILTIN_MODULE', `No such built-in module: ${request}`);
    return request;
  }
  const from = parent && parent.filename ? path.dirname(parent.filename) : __host__.directory();
  const isRelative = /^\.\.?(\/|$)/.test(request) || request.startsWith('/');
  const paths = isRelative ? [from] : Module._nodeModulePaths(from);
  const found = Module._findPath(request, paths);
  if (found) return found;
  const stack = [];
  for (let place = parent; place; place = place.parent) stack.push(place.filename || place.id);
  const message = `Cannot find module '${request}'${stack.length ? `\nRequire stack:\n- ${stack.join('\n- ')}` : ''}`;
  const err = new Error(message);
  err.code = 'MODULE_NOT_FOUND';
  err.requireStack = stack;
  __host__.thrownAt(err, 'node:internal/modules/cjs/loader', 1210, '  throw err;', 3);
  throw err;
};

// A part of a package that npm has put there as a stand-in, such as mysql2/promise: the library's name of it.
function partOfPackage(request, parent) {
  const found = /^((?:@[^/]+\/)?[^./][^/]*)\/(\w+)(?:\.js)?$/.exec(request);
  if (!found || !__host__.hasPackagePart(`${found[1]}/${found[2]}`)) return undefined;
  const filename = Module._resolveFilename(found[1], parent);
  return __host__.simulatedPackage(`${found[1]}/${found[2]}`, filename, false);
}

// What a module that is still being loaded exports warns of what it lacks, until it is loaded.
function warnOfMissing(name) {
  process.emitWarning(`Accessing non-existent property '${String(name)}' of module exports inside circular dependency`);
}

const warning = new Proxy({}, {
  get(target, name) {
    if (name in target || name === '__esModule') return target[name];
    warnOfMissing(name);
    return undefined;
  },
  getOwnPropertyDescriptor(target, name) {
    if (Object.hasOwn(target, name) || name === '__esModule') return Object.getOwnPropertyDescriptor(target, name);
    warnOfMissing(name);
    return undefined;
  },
});

function exportsInCircle(module) {
  const exported = module.exports;
  if (exported && Object.getPrototypeOf(exported) === Object.prototype && !exported.__esModule) Object.setPrototypeOf(exported, warning);
  return exported;
}

Module._load = function (request, parent, isMain) {
  const part = partOfPackage(request, parent);
  if (part !== undefined) return requireBuiltin(part);
  const filename = Module._resolveFilename(request, parent);
  const plain = filename.startsWith('node:') ? filename.slice(5) : filename;
  if (BUILTIN.has(plain)) return requireBuiltin(plain);
  const package_ = __host__.packageOf(filename);
  if (package_ !== undefined) {
    const isCommand = isMain || Boolean(parent && parent.filename && parent.filename.includes('/node_modules/'));
    const own = __host__.simulatedPackage(package_.name, filename, isCommand);
    if (own !== undefined) {
      const known = Module._cache[filename];
      if (known !== undefined) return known.exports;
      const module = (Module._cache[filename] = new Module(filename, parent));
      module.filename = filename;
      module.exports = requireBuiltin(own);
      module.loaded = true;
      return module.exports;
    }
  }
  const cached = Module._cache[filename];
  if (cached !== undefined) {
    if (parent && !parent.children.includes(cached)) parent.children.push(cached);
    return cached.loaded ? cached.exports : exportsInCircle(cached);
  }
  const module = new Module(filename, parent);
  if (isMain) {
    entry.main = module;
    module.id = '.';
  }
  Module._cache[filename] = module;
  let threw = true;
  try {
    module.load(filename);
    threw = false;
  } finally {
    if (threw) delete Module._cache[filename];
    else if (module.exports && Object.getPrototypeOf(module.exports) === warning) Object.setPrototypeOf(module.exports, Object.prototype);
  }
  return module.exports;
};

Module.prototype.load = function (filename) {
  this.filename = filename;
  this.paths = Module._nodeModulePaths(path.dirname(filename));
  const extension = path.extname(filename);
  Module._extensions[Module._extensions[extension] ? extension : '.js'](this, filename);
  this.loaded = true;
};

Module.prototype.require = function (id) {
  if (typeof id !== 'string') throw invalidType('id', 'of type string', id);
  if (id === '') throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', "The argument 'id' must be a non-empty string. Received ''");
  return Module._load(id, this, false);
};

function makeRequire(module) {
  const require = function require(request) {
    return module.require(request);
  };
  require.resolve = function resolve(request) {
    return Module._resolveFilename(request, module);
  };
  require.main = entry.main;
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  return require;
}

Module.prototype._compile = function (content, filename) {
  const compiled = __host__.compile(content, filename);
  return compiled.call(this.exports, this.exports, makeRequire(this), this, filename, path.dirname(filename));
};

Module._extensions['.js'] = function (module, filename) {
  const content = __host__.readText(filename);
  if (__host__.isModule(filename)) {
    module.exports = require('esm').requireModule(filename);
    return;
  }
  module._compile(content, filename);
};
Module._extensions['.json'] = function (module, filename) {
  const content = __host__.readText(filename);
  try {
    module.exports = JSON.parse(content.replace(/^\ufeff/, ''));
  } catch (error) {
    error.message = `${filename}: ${error.message}`;
    throw error;
  }
};
Module._extensions['.mjs'] = function (module, filename) {
  module.exports = require('esm').requireModule(filename);
};
Module._extensions['.node'] = function (module, filename) {
  __host__.notSimulated(`a module of machine code (${path.basename(filename)})`);
};

const entry = { main: undefined };

function requireBuiltin(name) {
  return require(name);
}

Module.createRequire = (filename) => {
  const name = String(filename).startsWith('file://') ? String(filename).slice(7) : String(filename);
  const module = new Module(name);
  module.filename = name;
  return makeRequire(module);
};

function checkSyntax(main) {
  if (__host__.isModule(main)) __host__.notSimulated('the option --check of a module');
  __host__.compile(__host__.readText(main), main);
}

function executeUserEntryPoint(main) {
  for (const name of __host__.requires()) preload(name);
  Module._load(main, null, true);
}
// Runs a module that an option names, before the script.
function preload(name) {
  const before = new Module('internal/preload');
  before.filename = path.resolve('noop.js');
  before.paths = Module._nodeModulePaths(__host__.directory());
  before.require(name);
}
Module.checkSyntax = checkSyntax;
Module.runMain = executeUserEntryPoint;

Module.Module = Module;
Module.entry = entry;
Module.makeRequire = makeRequire;
Object.defineProperty(Module, Symbol.for('fakedocker.whileImporting'), { value: whileImporting });
module.exports = Module;

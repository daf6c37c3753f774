// express 4, as far as first projects go: routing, middleware, bodies, answers, static files. Written from its documentation.
'use strict';

const http = require('http');
const path = require('path');
const fs = require('fs');
const querystring = require('querystring');
const EventEmitter = require('events');
const { createHash } = require('crypto');
const types = require('packages/mime-types');

const METHODS = http.METHODS.map((method) => method.toLowerCase());

// routes

function compile(pattern, { end, sensitive, strict }) {
  if (pattern instanceof RegExp) return { test: pattern, keys: [] };
  const keys = [];
  let source = '';
  let place = 0;
  const text = pattern;
  while (place < text.length) {
    const rest = text.slice(place);
    const named = /^(\/)?(\.)?:(\w+)(\([^)]*\))?([?*+])?/.exec(rest);
    if (named) {
      const [whole, slash = '', dot = '', name, group, mark = ''] = named;
      keys.push(name);
      const inner = group || (dot ? '([^/.]+?)' : '([^/]+?)');
      if (mark === '*' || mark === '+') __host__.notSimulated('a repeated parameter of a route');
      source += mark === '?' ? `(?:${slash}${dot ? '\\.' : ''}${inner})?` : `${slash}${dot ? '\\.' : ''}${inner}`;
      place += whole.length;
    } else if (rest[0] === '*') {
      keys.push(keys.filter((key) => typeof key === 'number').length);
      source += '(.*)';
      place++;
    } else if (rest[0] === '(' || rest[0] === ')' || rest[0] === '?' || rest[0] === '+') {
      source += rest[0];
      place++;
    } else {
      source += rest[0].replace(/[.\\^$|{}[\]]/, '\\$&');
      place++;
    }
  }
  if (!strict && source.endsWith('/')) source = source.slice(0, -1);
  source = `^${source}${end ? (strict ? '$' : '\\/?$') : '(?=\\/|$)'}`;
  return { test: new RegExp(source, sensitive ? '' : 'i'), keys };
}

function decode(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    const error = new URIError(`Failed to decode param '${value}'`);
    error.status = error.statusCode = 400;
    throw error;
  }
}

class Layer {
  constructor(pattern, options, handle) {
    this.handle = handle;
    this.name = handle.name || '<anonymous>';
    this.params = undefined;
    this.path = undefined;
    this.any = pattern === '/' && options.end === false;
    this.patterns = (Array.isArray(pattern) ? pattern : [pattern]).map((one) => compile(one, options));
  }
  match(pathname) {
    if (this.any) {
      this.params = {};
      this.path = '';
      return true;
    }
    for (const { test, keys } of this.patterns) {
      const found = test.exec(pathname);
      if (!found) continue;
      this.params = {};
      for (let i = 1; i < found.length; i++) {
        if (found[i] !== undefined) this.params[keys[i - 1] === undefined ? i - 1 : keys[i - 1]] = decode(found[i]);
      }
      this.path = found[0];
      return true;
    }
    return false;
  }
}

class Route {
  constructor(pattern) {
    this.path = pattern;
    this.stack = [];
    this.methods = {};
  }
  handles(method) {
    return this.methods._all || this.methods[method] || (method === 'head' && this.methods.get);
  }
  add(method, handlers) {
    for (const handle of handlers.flat(Infinity)) {
      if (typeof handle !== 'function') {
        throw new Error(`Route.${method}() requires a callback function but got a ${Object.prototype.toString.call(handle)}`);
      }
      this.methods[method === 'all' ? '_all' : method] = true;
      this.stack.push({ method: method === 'all' ? undefined : method, handle });
    }
    return this;
  }
  dispatch(req, res, done) {
    let place = 0;
    const method = req.method.toLowerCase() === 'head' && !this.methods.head ? 'get' : req.method.toLowerCase();
    const next = (error) => {
      if (error === 'route') return done();
      if (error === 'router') return done(error);
      const layer = this.stack[place++];
      if (!layer) return done(error);
      if (layer.method && layer.method !== method) return next(error);
      return run(layer.handle, error, req, res, next);
    };
    next();
  }
}
for (const method of [...METHODS, 'all']) {
  Route.prototype[method] = function (...handlers) {
    return this.add(method, handlers);
  };
}

function run(handle, error, req, res, next) {
  if (error) {
    if (handle.length !== 4) return next(error);
    try {
      return handle(error, req, res, next);
    } catch (problem) {
      return next(problem);
    }
  }
  if (handle.length > 3) return next();
  try {
    return handle(req, res, next);
  } catch (problem) {
    return next(problem);
  }
}

function Router(options = {}) {
  function router(req, res, next) {
    router.handle(req, res, next);
  }
  Object.setPrototypeOf(router, Router);
  router.params = {};
  router.stack = [];
  router.caseSensitive = options.caseSensitive;
  router.mergeParams = options.mergeParams;
  router.strict = options.strict;
  return router;
}

Router.param = function (name, handle) {
  (this.params[name] ??= []).push(handle);
  return this;
};

Router.use = function (first, ...rest) {
  let pattern = '/';
  let handlers = [first, ...rest].flat(Infinity);
  const sample = Array.isArray(first) ? first.flat(Infinity)[0] : first;
  if (typeof sample !== 'function') {
    pattern = first;
    handlers = rest.flat(Infinity);
  }
  if (!handlers.length) throw new TypeError('Router.use() requires a middleware function');
  for (const handle of handlers) {
    if (typeof handle !== 'function') throw new TypeError(`Router.use() requires a middleware function but got a ${handle === null ? 'Null' : typeof handle === 'object' ? 'Object' : typeof handle}`);
    this.stack.push(new Layer(pattern, { end: false, sensitive: this.caseSensitive, strict: false }, handle));
  }
  return this;
};

Router.route = function (pattern) {
  const route = new Route(pattern);
  const layer = new Layer(pattern, { end: true, sensitive: this.caseSensitive, strict: this.strict }, route.dispatch.bind(route));
  layer.route = route;
  this.stack.push(layer);
  return route;
};

for (const method of [...METHODS, 'all']) {
  Router[method] = function (pattern, ...handlers) {
    this.route(pattern)[method](...handlers);
    return this;
  };
}

Router.handle = function (req, res, out) {
  const router = this;
  let place = 0;
  let removed = '';
  let addedSlash = false;
  const options = [];
  const called = {};
  const parentParams = req.params;
  const parentUrl = req.baseUrl || '';
  req.originalUrl = req.originalUrl || req.url;
  const restore = (fn) => {
    const { baseUrl, next: before, params } = req;
    return (error) => {
      req.baseUrl = baseUrl;
      req.next = before;
      req.params = params;
      return fn(error);
    };
  };
  let done = restore(out);
  if (req.method === 'OPTIONS') {
    const inner = done;
    done = (error) => {
      if (error || options.length === 0) return inner(error);
      const allowed = [...new Set(options)].map((name) => name.toUpperCase()).join(',');
      res.set('Allow', allowed);
      return res.send(allowed);
    };
  }
  req.next = next;
  req.baseUrl = parentUrl;
  next();

  function next(error) {
    let failure = error === 'route' ? null : error;
    if (addedSlash) {
      req.url = req.url.slice(1);
      addedSlash = false;
    }
    if (removed) {
      req.baseUrl = parentUrl;
      req.url = removed + req.url;
      removed = '';
    }
    if (failure === 'router') return setImmediate(done, null);
    const pathname = pathOf(req);
    let layer;
    let matched = false;
    while (!matched && place < router.stack.length) {
      layer = router.stack[place++];
      try {
        matched = layer.match(pathname);
      } catch (problem) {
        failure = failure || problem;
        break;
      }
      if (!matched || !layer.route) continue;
      if (failure) {
        matched = false;
        continue;
      }
      const method = req.method.toLowerCase();
      if (!layer.route.handles(method)) {
        if (method === 'options') options.push(...Object.keys(layer.route.methods), ...(layer.route.methods.get ? ['head'] : []));
        matched = false;
      }
    }
    if (!matched) return done(failure);
    if (layer.route) req.route = layer.route;
    const params = layer.params;
    req.params = router.mergeParams ? { ...parentParams, ...params } : params;
    const layerPath = layer.path;
    return runParams(layer, Object.keys(params), 0, (problem) => {
      if (problem) return next(failure || problem);
      if (layer.route) return layer.handle(req, res, next);
      return enter(layer, failure, layerPath, pathname);
    });
  }

  function enter(layer, failure, layerPath, pathname) {
    if (layerPath.length) {
      if (pathname[layerPath.length] && pathname[layerPath.length] !== '/') return next(failure);
      removed = layerPath;
      req.url = req.url.slice(removed.length);
      if (req.url[0] !== '/') {
        req.url = `/${req.url}`;
        addedSlash = true;
      }
      req.baseUrl = parentUrl + (removed.endsWith('/') ? removed.slice(0, -1) : removed);
    }
    return run(layer.handle, failure, req, res, next);
  }

  function runParams(layer, names, index, finished) {
    if (index >= names.length) return finished();
    const name = names[index];
    const handlers = router.params[name] || [];
    const value = req.params[name];
    if (!handlers.length || called[name] === value) return runParams(layer, names, index + 1, finished);
    called[name] = value;
    let step = 0;
    const following = (error) => {
      if (error) return finished(error);
      const handle = handlers[step++];
      if (!handle) return runParams(layer, names, index + 1, finished);
      try {
        return handle(req, res, following, value, name);
      } catch (problem) {
        return following(problem);
      }
    };
    return following();
  }

};

function pathOf(req) {
  const end = req.url.search(/[?#]/);
  return end < 0 ? req.url : req.url.slice(0, end);
}

// requests and answers

const request = Object.create(http.IncomingMessage.prototype);
Object.defineProperties(request, {
  query: {
    configurable: true,
    get() {
      const at = this.url.indexOf('?');
      const value = at < 0 ? {} : nested(this.url.slice(at + 1));
      Object.defineProperty(this, 'query', { value, writable: true, enumerable: true, configurable: true });
      return value;
    },
    set(value) {
      Object.defineProperty(this, 'query', { value, writable: true, enumerable: true, configurable: true });
    },
  },
  path: { configurable: true, get() { return pathOf(this); } },
  protocol: {
    configurable: true,
    get() {
      const forwarded = this.app.get('trust proxy') && this.get('X-Forwarded-Proto');
      return forwarded ? forwarded.split(',')[0].trim() : 'http';
    },
  },
  secure: { configurable: true, get() { return this.protocol === 'https'; } },
  ip: {
    configurable: true,
    get() {
      const forwarded = this.app.get('trust proxy') && this.get('X-Forwarded-For');
      return forwarded ? forwarded.split(',')[0].trim() : this.socket.remoteAddress;
    },
  },
  ips: { configurable: true, get() { const forwarded = this.app.get('trust proxy') && this.get('X-Forwarded-For'); return forwarded ? forwarded.split(',').map((one) => one.trim()) : []; } },
  hostname: { configurable: true, get() { const host = this.get('Host'); return host && host.replace(/:\d+$/, ''); } },
  host: { configurable: true, get() { return this.hostname; } },
  subdomains: { configurable: true, get() { return this.hostname && !/^[\d.]+$/.test(this.hostname) ? this.hostname.split('.').reverse().slice(2) : []; } },
  xhr: { configurable: true, get() { return (this.get('X-Requested-With') || '').toLowerCase() === 'xmlhttprequest'; } },
  fresh: {
    configurable: true,
    get() {
      const { res } = this;
      if (this.method !== 'GET' && this.method !== 'HEAD') return false;
      if (!((res.statusCode >= 200 && res.statusCode < 300) || res.statusCode === 304)) return false;
      const match = this.headers['if-none-match'];
      const since = this.headers['if-modified-since'];
      if (!match && !since) return false;
      if (/(?:^|,)\s*?no-cache\s*?(?:,|$)/.test(this.headers['cache-control'] || '')) return false;
      if (match && match !== '*') {
        const tag = res.get('ETag');
        if (!tag || !match.split(',').some((one) => one.trim().replace(/^W\//, '') === tag.replace(/^W\//, ''))) return false;
      } else if (since) {
        const modified = res.get('Last-Modified');
        if (!modified || Date.parse(modified) > Date.parse(since)) return false;
      }
      return true;
    },
  },
});
request.get = request.header = function (name) {
  const key = name.toLowerCase();
  return key === 'referrer' || key === 'referer' ? this.headers.referrer || this.headers.referer : this.headers[key];
};
request.is = function (...wanted) {
  const type = (this.headers['content-type'] || '').split(';')[0].trim();
  return wanted.flat().find((one) => type && matches(type, one)) ? type : false;
};
request.accepts = function (...wanted) {
  const offers = wanted.flat();
  const header = this.headers.accept;
  if (!header || !offers.length) return offers[0] === undefined ? header : offers[0];
  const accepted = header
    .split(',')
    .map((part, index) => {
      const [type, ...rest] = part.trim().split(';');
      const quality = rest.map((one) => /q=([\d.]+)/.exec(one)).find(Boolean);
      return { type: type.trim(), quality: quality ? Number(quality[1]) : 1, index };
    })
    .filter((one) => one.quality > 0)
    .sort((a, b) => b.quality - a.quality || a.index - b.index);
  for (const { type } of accepted) {
    const found = offers.find((offer) => type === '*/*' || matches(offer.includes('/') ? offer : types.lookup(offer) || offer, type));
    if (found !== undefined) return found;
  }
  return false;
};
request.param = function (name) {
  return this.params[name] ?? (this.body && this.body[name]) ?? this.query[name];
};

function matches(type, wanted) {
  const full = wanted.includes('/') ? wanted : wanted === 'urlencoded' ? 'application/x-www-form-urlencoded' : wanted === 'multipart' ? 'multipart/*' : types.lookup(wanted) || wanted;
  if (full === '*/*') return true;
  const [left, right] = full.split('/');
  const [a, b] = type.split('/');
  return (left === '*' || left === a) && (right === '*' || right === b || (right && right.startsWith('*+') && b.endsWith(right.slice(1))));
}

const response = Object.create(http.ServerResponse.prototype);
response.status = function (code) {
  this.statusCode = code;
  return this;
};
response.sendStatus = function (code) {
  this.statusCode = code;
  this.type('txt');
  return this.send(http.STATUS_CODES[code] || String(code));
};
response.links = function (links) {
  const before = this.get('Link');
  const shown = Object.keys(links).map((rel) => `<${links[rel]}>; rel="${rel}"`).join(', ');
  return this.set('Link', before ? `${before}, ${shown}` : shown);
};
response.set = response.header = function (name, value) {
  if (typeof name === 'object') {
    for (const [key, one] of Object.entries(name)) this.set(key, one);
    return this;
  }
  let shown = Array.isArray(value) ? value.map(String) : String(value);
  if (name.toLowerCase() === 'content-type' && !/;\s*charset\s*=/.test(shown)) {
    const charset = types.charset(String(shown).split(';')[0]);
    if (charset) shown += `; charset=${charset.toLowerCase()}`;
  }
  this.setHeader(name, shown);
  return this;
};
response.get = function (name) {
  return this.getHeader(name);
};
response.append = function (name, value) {
  const before = this.get(name);
  return this.set(name, before ? [].concat(before, value) : value);
};
response.type = response.contentType = function (type) {
  return this.set('Content-Type', type.includes('/') ? type : types.lookup(type) || 'application/octet-stream');
};
response.vary = function (field) {
  const before = this.get('Vary');
  if (!before) this.set('Vary', field);
  else if (!before.toLowerCase().split(/, */).includes(field.toLowerCase())) this.set('Vary', `${before}, ${field}`);
  return this;
};
response.send = function (body) {
  let chunk = body;
  if (typeof chunk === 'number' && arguments.length === 1) {
    process.emitWarning('express deprecated res.send(status): Use res.sendStatus(status) instead');
    if (!this.get('Content-Type')) this.type('txt');
    this.statusCode = chunk;
    chunk = http.STATUS_CODES[chunk];
  }
  if (typeof chunk === 'string') {
    if (!this.get('Content-Type')) this.type('html');
  } else if (chunk instanceof Uint8Array) {
    if (!this.get('Content-Type')) this.type('bin');
  } else if (typeof chunk === 'boolean' || typeof chunk === 'number' || (typeof chunk === 'object' && chunk !== null)) {
    return this.json(chunk);
  } else if (chunk === null) {
    chunk = '';
  }
  if (typeof chunk === 'string') {
    const type = this.get('Content-Type');
    if (typeof type === 'string' && !/charset/i.test(type)) this.setHeader('Content-Type', `${type}; charset=utf-8`);
    chunk = Buffer.from(chunk);
  }
  if (chunk !== undefined) {
    this.setHeader('Content-Length', chunk.length);
    if (!this.get('ETag') && this.app.get('etag')) this.setHeader('ETag', etag(chunk));
  }
  if (this.req.fresh) this.statusCode = 304;
  if (this.statusCode === 204 || this.statusCode === 304) {
    for (const name of ['Content-Type', 'Content-Length', 'Transfer-Encoding']) this.removeHeader(name);
    chunk = '';
  }
  if (this.statusCode === 205) {
    this.setHeader('Content-Length', '0');
    this.removeHeader('Transfer-Encoding');
    chunk = '';
  }
  if (this.req.method === 'HEAD') this.end();
  else this.end(chunk);
  return this;
};
response.json = function (value) {
  const { app } = this;
  const body = JSON.stringify(value, app.get('json replacer'), app.get('json spaces'));
  if (!this.get('Content-Type')) this.set('Content-Type', 'application/json');
  return this.send(body);
};
response.jsonp = function (value) {
  return this.json(value);
};
response.redirect = function (first, second) {
  const [status, address] = typeof first === 'number' ? [first, second] : [302, first];
  this.location(address);
  const shown = this.get('Location');
  const chosen = this.req.accepts('text', 'html');
  let body = '';
  if (chosen === 'text') {
    body = `${http.STATUS_CODES[status]}. Redirecting to ${shown}`;
    this.set('Content-Type', 'text/plain');
  } else if (chosen === 'html') {
    const escaped = escapeHtml(shown);
    body = `<p>${http.STATUS_CODES[status]}. Redirecting to <a href="${escaped}">${escaped}</a></p>`;
    this.set('Content-Type', 'text/html');
  }
  this.vary('Accept');
  this.statusCode = status;
  this.set('Content-Length', Buffer.byteLength(body));
  if (this.req.method === 'HEAD') this.end();
  else this.end(body);
};
response.location = function (address) {
  const target = address === 'back' ? this.req.get('Referrer') || '/' : String(address);
  return this.set('Location', encodeURI(decodeSafely(target)));
};
response.cookie = function (name, value, options = {}) {
  let shown = typeof value === 'object' ? `j:${JSON.stringify(value)}` : String(value);
  if (options.signed) shown = `s:${sign(shown, this.req.secret)}`;
  let text = `${name}=${encodeURIComponent(shown)}`;
  const settings = { path: '/', ...options };
  if (settings.maxAge !== undefined && settings.maxAge !== null) {
    settings.expires = new Date(Date.now() + settings.maxAge);
    text += `; Max-Age=${Math.floor(settings.maxAge / 1000)}`;
  }
  if (settings.domain) text += `; Domain=${settings.domain}`;
  if (settings.path) text += `; Path=${settings.path}`;
  if (settings.expires) text += `; Expires=${settings.expires.toUTCString()}`;
  if (settings.httpOnly) text += '; HttpOnly';
  if (settings.secure) text += '; Secure';
  if (settings.sameSite) text += `; SameSite=${settings.sameSite === true ? 'Strict' : settings.sameSite[0].toUpperCase() + settings.sameSite.slice(1).toLowerCase()}`;
  return this.append('Set-Cookie', text);
};
response.clearCookie = function (name, options) {
  return this.cookie(name, '', { ...options, expires: new Date(1) });
};
response.attachment = function (name) {
  if (name) this.type(path.extname(name));
  return this.set('Content-Disposition', name ? `attachment; filename="${path.basename(name)}"` : 'attachment');
};
response.sendFile = function (name, options, callback) {
  const settings = typeof options === 'object' && options ? options : {};
  const finished = typeof options === 'function' ? options : callback;
  if (!path.isAbsolute(name) && !settings.root) throw new TypeError('path must be absolute or specify root to res.sendFile');
  const place = settings.root ? path.join(settings.root, name) : name;
  deliver(this.req, this, place, settings, (error) => {
    if (finished) finished(error);
    else if (error) this.req.next(error);
  });
};
response.download = function (name, shown, options, callback) {
  const title = typeof shown === 'string' ? shown : path.basename(name);
  this.set('Content-Disposition', `attachment; filename="${title}"`);
  this.sendFile(path.resolve(name), {}, [shown, options, callback].find((one) => typeof one === 'function'));
};
response.format = function (choices) {
  const keys = Object.keys(choices).filter((key) => key !== 'default');
  const chosen = keys.length ? this.req.accepts(keys) : false;
  this.vary('Accept');
  if (chosen) {
    this.set('Content-Type', chosen.includes('/') ? chosen : types.lookup(chosen));
    choices[chosen](this.req, this, this.req.next);
  } else if (choices.default) {
    choices.default(this.req, this, this.req.next);
  } else {
    const error = new Error('Not Acceptable');
    error.status = error.statusCode = 406;
    this.req.next(error);
  }
  return this;
};
response.render = function () {
  __host__.notSimulated('a view engine of express');
};

function decodeSafely(text) {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}

function escapeHtml(text) {
  return String(text).replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/'/g, '&#39;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function etag(body) {
  const hash = createHash('sha1').update(body).digest('base64').slice(0, 27);
  return body.length === 0 ? 'W/"0-2jmj7l5rSw0yVb/vlWAYkK/YBwk"' : `W/"${body.length.toString(16)}-${hash}"`;
}

function sign(value, secret) {
  const { createHmac } = require('crypto');
  return `${value}.${createHmac('sha256', secret).update(value).digest('base64').replace(/=+$/, '')}`;
}

// files

function missing(place) {
  const error = new Error(`ENOENT: no such file or directory, stat '${place}'`);
  return Object.assign(error, { errno: -2, code: 'ENOENT', syscall: 'stat', path: place, expose: false, statusCode: 404, status: 404 });
}

function deliver(req, res, place, settings, done) {
  fs.stat(place, (problem, found) => {
    if (problem || found.isDirectory()) return done(missing(place));
    const tag = `W/"${found.size.toString(16)}-${Math.floor(found.mtimeMs).toString(16)}"`;
    for (const [name, value] of Object.entries(settings.headers || {})) res.setHeader(name, value);
    if (!res.getHeader('Accept-Ranges')) res.setHeader('Accept-Ranges', 'bytes');
    if (!res.getHeader('Cache-Control') && settings.cacheControl !== false) {
      res.setHeader('Cache-Control', `public, max-age=${Math.floor(duration(settings.maxAge) / 1000)}${settings.immutable ? ', immutable' : ''}`);
    }
    if (!res.getHeader('Last-Modified') && settings.lastModified !== false) res.setHeader('Last-Modified', found.mtime.toUTCString());
    if (!res.getHeader('ETag') && settings.etag !== false) res.setHeader('ETag', tag);
    if (!res.getHeader('Content-Type')) {
      const type = types.lookup(path.extname(place)) || 'application/octet-stream';
      const charset = types.charset(type);
      res.setHeader('Content-Type', charset ? `${type}; charset=${charset}` : type);
    }
    if (settings.setHeaders) settings.setHeaders(res, place, found);
    if (req.fresh) {
      res.statusCode = 304;
      for (const name of ['Content-Type', 'Content-Length']) res.removeHeader(name);
      res.end();
      return done();
    }
    const data = fs.readFileSync(place);
    let part = data;
    const range = /^bytes=(\d*)-(\d*)$/.exec(req.headers.range || '');
    if (range && (range[1] || range[2])) {
      const start = range[1] ? Number(range[1]) : Math.max(0, data.length - Number(range[2]));
      const end = range[1] && range[2] ? Math.min(Number(range[2]), data.length - 1) : data.length - 1;
      if (start >= data.length || start > end) {
        res.statusCode = 416;
        res.setHeader('Content-Range', `bytes */${data.length}`);
        res.end();
        return done();
      }
      res.statusCode = 206;
      res.setHeader('Content-Range', `bytes ${start}-${end}/${data.length}`);
      part = data.subarray(start, end + 1);
    }
    res.setHeader('Content-Length', part.length);
    if (req.method === 'HEAD') res.end();
    else res.end(part);
    return done();
  });
}

function duration(value) {
  if (typeof value !== 'string') return value || 0;
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|y)?$/.exec(value);
  return found ? Number(found[1]) * { ms: 1, s: 1000, m: 60000, h: 3600000, d: 86400000, y: 31557600000 }[found[2] || 'ms'] : 0;
}

function serveStatic(root, options = {}) {
  if (!root) throw new TypeError('root path required');
  if (typeof root !== 'string') throw new TypeError('root path must be a string');
  const folder = path.resolve(root);
  const index = options.index === undefined ? ['index.html'] : options.index === false ? [] : [].concat(options.index);
  return function serveStatic(req, res, next) {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      if (options.fallthrough !== false) return next();
      res.statusCode = 405;
      res.setHeader('Allow', 'GET, HEAD');
      res.setHeader('Content-Length', '0');
      return res.end();
    }
    let pathname;
    try {
      pathname = decodeURIComponent(pathOf(req));
    } catch {
      return next();
    }
    if (pathname.includes('\0') || /(?:^|[\\/])\.\.(?:[\\/]|$)/.test(pathname)) return next();
    if (/\/\.[^/]/.test(pathname) && options.dotfiles !== 'allow') return next();
    const place = path.join(folder, pathname);
    const kind = __host__.kindOf(place);
    const fail = (error) => (error && options.fallthrough === false ? next(error) : error ? next() : undefined);
    if (kind === 'dir') {
      if (!pathOf(req).endsWith('/')) {
        if (options.redirect === false) return next();
        const address = `${(req.originalUrl || req.url).replace(/(\?.*)?$/, '/$1')}`;
        const body = page('Redirecting', `<pre>Redirecting to <a href="${escapeHtml(address)}">${escapeHtml(address)}</a></pre>`);
        res.statusCode = 301;
        res.setHeader('Content-Type', 'text/html; charset=UTF-8');
        res.setHeader('Content-Length', Buffer.byteLength(body));
        res.setHeader('Content-Security-Policy', "default-src 'none'");
        res.setHeader('X-Content-Type-Options', 'nosniff');
        res.setHeader('Location', address);
        return res.end(body);
      }
      const name = index.find((one) => __host__.kindOf(path.join(place, one)) === 'file');
      return name ? deliver(req, res, path.join(place, name), options, fail) : next();
    }
    if (kind !== 'file') {
      const extension = (options.extensions || []).find((one) => __host__.kindOf(`${place}.${one}`) === 'file');
      return extension ? deliver(req, res, `${place}.${extension}`, options, fail) : fail(missing(place));
    }
    return deliver(req, res, place, options, fail);
  };
}

// bodies

function nested(text) {
  const found = {};
  for (const part of text.split('&')) {
    if (!part) continue;
    const at = part.indexOf('=');
    const read = (value) => querystring.unescape(value.replace(/\+/g, ' '));
    const key = read(at < 0 ? part : part.slice(0, at));
    const value = at < 0 ? '' : read(part.slice(at + 1));
    const keys = [key.split('[')[0], ...[...key.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1])];
    if (keys.some((one) => one === '__proto__')) continue;
    let place = found;
    keys.forEach((name, depth) => {
      const isLast = depth === keys.length - 1;
      if (Array.isArray(place) && name === '') {
        place.push(value);
        return;
      }
      if (isLast) {
        if (Array.isArray(place[name])) place[name].push(value);
        else if (place[name] !== undefined) place[name] = [place[name], value];
        else place[name] = value;
        return;
      }
      if (typeof place[name] !== 'object') place[name] = keys[depth + 1] === '' || /^\d+$/.test(keys[depth + 1]) ? [] : {};
      place = place[name];
    });
  }
  return found;
}

function failure(status, message, type, extra) {
  return Object.assign(new Error(message), { expose: true, statusCode: status, status, ...extra, type });
}

const SIZES = { b: 1, kb: 1024, mb: 1048576, gb: 1073741824 };
function bytes(limit) {
  if (typeof limit === 'number') return limit;
  const found = /^([\d.]+)\s*(b|kb|mb|gb)?$/i.exec(limit);
  return found ? Number(found[1]) * SIZES[(found[2] || 'b').toLowerCase()] : 102400;
}

function bodyParser(wanted, options, parse) {
  const limit = bytes(options.limit === undefined ? '100kb' : options.limit);
  return (req, res, next) => {
    if (req._body) return next();
    req.body = req.body || {};
    const has = req.headers['transfer-encoding'] !== undefined || !Number.isNaN(Number.parseInt(req.headers['content-length'], 10));
    if (!has) return next();
    const type = options.type || wanted;
    if (typeof type === 'function' ? !type(req) : !req.is(type)) return next();
    if (req.headers['content-encoding'] && req.headers['content-encoding'] !== 'identity') __host__.notSimulated('a compressed body');
    const parts = [];
    let size = 0;
    let failed = false;
    req.on('data', (chunk) => {
      size += chunk.length;
      if (size <= limit) parts.push(chunk);
      else if (!failed) {
        failed = true;
        next(failure(413, 'request entity too large', 'entity.too.large', { expected: Number(req.headers['content-length']), length: Number(req.headers['content-length']), limit }));
      }
    });
    req.on('end', () => {
      if (failed) return;
      req._body = true;
      const data = Buffer.concat(parts);
      try {
        if (options.verify) options.verify(req, res, data, 'utf-8');
        req.body = parse(data);
      } catch (error) {
        next(error.status ? error : Object.assign(error, { expose: true, statusCode: 400, status: 400, body: data.toString(), type: 'entity.parse.failed' }));
        return;
      }
      next();
    });
    return undefined;
  };
}

const json = (options = {}) =>
  function jsonParser(req, res, next) {
    return bodyParser('application/json', options, (data) => {
      const text = data.toString();
      if (text.length === 0) return {};
      if (options.strict !== false) {
        const first = /^[\x20\x09\x0a\x0d]*([^\x20\x09\x0a\x0d])/.exec(text);
        if (!first || (first[1] !== '{' && first[1] !== '[')) {
          const at = first ? text.indexOf(first[1]) : 0;
          try {
            JSON.parse(`${text.slice(0, at)}#`);
          } catch (error) {
            error.message = error.message.replace(/#/g, text.slice(at, at + 1)).replace(/"[^"]*#?[^"]*" is not/, `"${text}" is not`);
            throw error;
          }
        }
      }
      return JSON.parse(text, options.reviver);
    })(req, res, next);
  };
const urlencoded = (options = {}) =>
  function urlencodedParser(req, res, next) {
    return bodyParser('application/x-www-form-urlencoded', options, (data) => (options.extended ? nested(data.toString()) : { ...querystring.parse(data.toString()) }))(req, res, next);
  };
const text = (options = {}) =>
  function textParser(req, res, next) {
    return bodyParser('text/plain', options, (data) => data.toString())(req, res, next);
  };
const raw = (options = {}) =>
  function rawParser(req, res, next) {
    return bodyParser('application/octet-stream', options, (data) => data)(req, res, next);
  };

// the application

function page(title, body) {
  return `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${title}</title>\n</head>\n<body>\n${body}\n</body>\n</html>\n`;
}

function finalHandler(req, res, app) {
  return (error) => {
    let status = 404;
    let message;
    if (error) {
      status = Number(error.status || error.statusCode);
      if (!(status >= 400 && status <= 599)) status = res.statusCode >= 400 && res.statusCode <= 599 ? res.statusCode : 500;
      const isDevelopment = app.get('env') !== 'production';
      message = isDevelopment ? error.stack || String(error) : http.STATUS_CODES[status];
      if (app.get('env') !== 'test') console.error(error.stack || error.toString());
    } else {
      message = `Cannot ${req.method} ${encodeURI(decodeSafely(req.originalUrl || req.url).split(/[?#]/)[0])}`;
    }
    if (res.headersSent) {
      req.socket.destroy();
      return;
    }
    const body = page('Error', `<pre>${escapeHtml(message).replace(/\n/g, '<br>').replace(/ {2}/g, ' &nbsp;')}</pre>`);
    res.statusCode = status;
    if (error && error.headers) for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value);
    for (const name of ['Content-Encoding', 'Content-Language', 'Content-Range']) res.removeHeader(name);
    res.setHeader('Content-Security-Policy', "default-src 'none'");
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.setHeader('Content-Length', Buffer.byteLength(body));
    if (req.method === 'HEAD') res.end();
    else res.end(body);
  };
}

function createApplication() {
  const app = function (req, res, next) {
    app.handle(req, res, next);
  };
  Object.assign(app, EventEmitter.prototype);
  Object.defineProperties(app, Object.getOwnPropertyDescriptors(application));
  EventEmitter.call(app);
  app.settings = {};
  app.locals = Object.create(null);
  app.mountpath = '/';
  app.router = undefined;
  app.request = Object.create(request, { app: { value: app, writable: true, enumerable: true, configurable: true } });
  app.response = Object.create(response, { app: { value: app, writable: true, enumerable: true, configurable: true } });
  app.set('env', process.env.NODE_ENV || 'development');
  app.set('x-powered-by', true);
  app.set('etag', 'weak');
  app.set('views', path.resolve('views'));
  app.set('subdomain offset', 2);
  app.set('query parser', 'extended');
  app.locals.settings = app.settings;
  return app;
}

const application = {
  lazyrouter() {
    if (!this._router) this._router = Router({ caseSensitive: this.enabled('case sensitive routing'), strict: this.enabled('strict routing') });
    return this._router;
  },
  handle(req, res, callback) {
    const done = callback || finalHandler(req, res, this);
    Object.setPrototypeOf(req, this.request);
    Object.setPrototypeOf(res, this.response);
    req.res = res;
    req.app = res.app = this;
    for (const [target, name] of [[req, 'res'], [req, 'app'], [res, 'app']]) Object.defineProperty(target, name, { enumerable: false, configurable: true, writable: true });
    res.locals = res.locals || Object.create(null);
    if (this.enabled('x-powered-by') && !callback) res.setHeader('X-Powered-By', 'Express');
    this.lazyrouter().handle(req, res, done);
  },
  use(first, ...rest) {
    const sample = Array.isArray(first) ? first.flat(Infinity)[0] : first;
    const [pattern, handlers] = typeof sample === 'function' ? ['/', [first, ...rest].flat(Infinity)] : [first, rest.flat(Infinity)];
    if (!handlers.length) throw new TypeError('app.use() requires a middleware function');
    for (const handle of handlers) {
      if (!handle || !handle.handle || !handle.set) {
        this.lazyrouter().use(pattern, handle);
        continue;
      }
      handle.mountpath = pattern;
      handle.parent = this;
      this.lazyrouter().use(pattern, function mounted_app(req, res, next) {
        const before = req.app;
        handle.handle(req, res, (error) => {
          Object.setPrototypeOf(req, before.request);
          Object.setPrototypeOf(res, before.response);
          req.app = res.app = before;
          next(error);
        });
      });
      handle.emit('mount', this);
    }
    return this;
  },
  route(pattern) {
    return this.lazyrouter().route(pattern);
  },
  param(name, handle) {
    for (const one of [].concat(name)) this.lazyrouter().param(one, handle);
    return this;
  },
  set(name, value) {
    if (arguments.length === 1) return this.settings[name];
    this.settings[name] = value;
    return this;
  },
  enabled(name) {
    return Boolean(this.settings[name]);
  },
  disabled(name) {
    return !this.settings[name];
  },
  enable(name) {
    return this.set(name, true);
  },
  disable(name) {
    return this.set(name, false);
  },
  engine() {
    return __host__.notSimulated('a view engine of express');
  },
  path() {
    return this.parent ? this.parent.path() + this.mountpath : '';
  },
  listen(...args) {
    const server = http.createServer(this);
    return server.listen(...args);
  },
};
for (const method of [...METHODS, 'all']) {
  application[method] = function (pattern, ...handlers) {
    if (method === 'get' && handlers.length === 0) return this.set(pattern);
    this.lazyrouter().route(pattern)[method](...handlers);
    return this;
  };
}

module.exports = createApplication;
Object.assign(createApplication, {
  application, request, response, Route, Router, json, urlencoded, text, raw, static: serveStatic, query: () => (req, res, next) => next(),
});

// cors: answers to other origins.
'use strict';

const DEFAULTS = { origin: '*', methods: 'GET,HEAD,PUT,PATCH,POST,DELETE', preflightContinue: false, optionsSuccessStatus: 204 };

function allows(origin, allowed) {
  if (Array.isArray(allowed)) return allowed.some((one) => allows(origin, one));
  return allowed instanceof RegExp ? allowed.test(origin) : typeof allowed === 'string' ? origin === allowed : Boolean(allowed);
}

function vary(res, field) {
  const before = res.getHeader('Vary');
  if (!before) res.setHeader('Vary', field);
  else if (!String(before).toLowerCase().includes(field.toLowerCase())) res.setHeader('Vary', `${before}, ${field}`);
}

function answer(options, req, res, next) {
  const { origin } = req.headers;
  if (!options.origin || options.origin === '*') res.setHeader('Access-Control-Allow-Origin', '*');
  else if (typeof options.origin === 'string') {
    res.setHeader('Access-Control-Allow-Origin', options.origin);
    vary(res, 'Origin');
  } else {
    if (allows(origin, options.origin)) res.setHeader('Access-Control-Allow-Origin', origin);
    vary(res, 'Origin');
  }
  if (options.credentials === true) res.setHeader('Access-Control-Allow-Credentials', 'true');
  const exposed = options.exposedHeaders && [].concat(options.exposedHeaders).join(',');
  if (req.method === 'OPTIONS') {
    res.setHeader('Access-Control-Allow-Methods', [].concat(options.methods).join(','));
    const wanted = options.allowedHeaders ? [].concat(options.allowedHeaders).join(',') : req.headers['access-control-request-headers'];
    if (!options.allowedHeaders) vary(res, 'Access-Control-Request-Headers');
    if (wanted) res.setHeader('Access-Control-Allow-Headers', wanted);
    if (options.maxAge !== undefined) res.setHeader('Access-Control-Max-Age', String(options.maxAge));
    if (exposed) res.setHeader('Access-Control-Expose-Headers', exposed);
    if (options.preflightContinue) next();
    else {
      res.statusCode = options.optionsSuccessStatus;
      res.setHeader('Content-Length', '0');
      res.end();
    }
    return;
  }
  if (exposed) res.setHeader('Access-Control-Expose-Headers', exposed);
  next();
}

module.exports = function cors(given) {
  return function corsMiddleware(req, res, next) {
    const begin = (error, options) => {
      if (error) {
        next(error);
        return;
      }
      const chosen = { ...DEFAULTS, ...options };
      if (typeof chosen.origin === 'function') {
        chosen.origin(req.headers.origin, (problem, origin) => {
          if (problem || !origin) next(problem);
          else answer({ ...chosen, origin }, req, res, next);
        });
      } else {
        answer(chosen, req, res, next);
      }
    };
    if (typeof given === 'function') given(req, begin);
    else begin(null, given);
  };
};

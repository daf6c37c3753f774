// morgan 1: a line for each request.
'use strict';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const pad = (number) => String(number).padStart(2, '0');

function clf(date) {
  return `${pad(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())} +0000`;
}

function userOf(req) {
  const match = /^ *basic +([A-Za-z0-9._~+/-]+=*) *$/i.exec(req.headers.authorization || '');
  const found = match && /^([^:]*):/.exec(Buffer.from(match[1], 'base64').toString());
  return found ? found[1] : undefined;
}

function compile(format) {
  if (typeof format !== 'string') throw new TypeError('argument format must be a string');
  return (tokens, req, res) => format.replace(/:([-\w]{2,})(?:\[([^\]]+)\])?/g, (_, name, argument) => {
    if (typeof tokens[name] !== 'function') __host__.refuse('a token that morgan does not have');
    const found = argument === undefined ? tokens[name](req, res) : tokens[name](req, res, argument);
    return String(found || '-');
  });
}

function morgan(format, options = {}) {
  if (format === undefined || format === 'default' || typeof format === 'object' || options.buffer) __host__.refuse('what morgan calls deprecated');
  const known = typeof format === 'string' && morgan[format] !== undefined ? morgan[format] : format;
  const line = typeof known === 'function' ? known : compile(known);
  const { immediate, skip = () => false, stream = process.stdout } = options;
  return function logger(req, res, next) {
    req._startAt = process.hrtime();
    req._startTime = new Date();
    req._remoteAddress = req.ip || (req.socket && req.socket.remoteAddress);
    const write = () => {
      if (skip(req, res)) return;
      const said = line(morgan, req, res);
      if (said !== undefined && said !== null) stream.write(`${said}\n`);
    };
    if (immediate) write();
    else {
      let written = false;
      const once = () => {
        if (!written) write();
        written = true;
      };
      res.on('finish', once);
      res.on('close', once);
    }
    next();
  };
}

function colored(tokens, req, res) {
  const status = res.headersSent ? res.statusCode : undefined;
  const color = status >= 500 ? 31 : status >= 400 ? 33 : status >= 300 ? 36 : status >= 200 ? 32 : 0;
  return compile(`\x1b[0m:method :url \x1b[${color}m:status\x1b[0m :response-time ms - :res[content-length]\x1b[0m`)(tokens, req, res);
}

const COMMON = ':remote-addr - :remote-user [:date[clf]] ":method :url HTTP/:http-version" :status :res[content-length]';
const elapsed = (req, res, digits) => {
  if (!req._startAt || !res.headersSent) return undefined;
  const [seconds, nanoseconds] = process.hrtime(req._startAt);
  return (seconds * 1e3 + nanoseconds * 1e-6).toFixed(digits === undefined ? 3 : digits);
};
const header = (value) => (Array.isArray(value) ? value.join(', ') : value);

morgan.compile = compile;
morgan.format = (name, format) => {
  morgan[name] = format;
  return morgan;
};
morgan.token = (name, give) => {
  morgan[name] = give;
  return morgan;
};
morgan.format('combined', `${COMMON} ":referrer" ":user-agent"`);
morgan.format('common', COMMON);
morgan.format('short', ':remote-addr :remote-user :method :url HTTP/:http-version :status :res[content-length] - :response-time ms');
morgan.format('tiny', ':method :url :status :res[content-length] - :response-time ms');
morgan.format('dev', colored);
morgan.token('url', (req) => req.originalUrl || req.url);
morgan.token('method', (req) => req.method);
morgan.token('response-time', (req, res, digits) => elapsed(req, res, digits));
morgan.token('total-time', (req, res, digits) => elapsed(req, res, digits));
morgan.token('date', (req, res, format) => {
  const date = new Date();
  return format === 'clf' ? clf(date) : format === 'iso' ? date.toISOString() : date.toUTCString();
});
morgan.token('status', (req, res) => (res.headersSent ? String(res.statusCode) : undefined));
morgan.token('referrer', (req) => req.headers.referer || req.headers.referrer);
morgan.token('remote-addr', (req) => req.ip || req._remoteAddress);
morgan.token('remote-user', userOf);
morgan.token('http-version', (req) => req.httpVersion);
morgan.token('user-agent', (req) => req.headers['user-agent']);
morgan.token('req', (req, res, field) => header(req.headers[field.toLowerCase()]));
morgan.token('res', (req, res, field) => (res.headersSent ? header(res.getHeader(field)) : undefined));

module.exports = morgan;

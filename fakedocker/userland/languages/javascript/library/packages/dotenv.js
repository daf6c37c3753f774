// dotenv: settings of a file as environment variables.
'use strict';

const fs = require('fs');
const path = require('path');
const LINE = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm;

function parse(source) {
  const found = {};
  for (const match of String(source).replace(/\r\n?/g, '\n').matchAll(LINE)) {
    let value = (match[2] || '').trim();
    const quote = value[0];
    value = value.replace(/^(['"`])([\s\S]*)\1$/g, '$2');
    if (quote === '"') value = value.replace(/\\n/g, '\n').replace(/\\r/g, '\r');
    found[match[1]] = value;
  }
  return found;
}

function config(options = {}) {
  const place = path.resolve(process.cwd(), options.path || '.env');
  try {
    const parsed = parse(fs.readFileSync(place, { encoding: options.encoding || 'utf8' }));
    for (const [name, value] of Object.entries(parsed)) if (options.override || !Object.hasOwn(process.env, name)) process.env[name] = value;
    return { parsed };
  } catch (error) {
    return { parsed: {}, error };
  }
}

module.exports = { parse, config, configDotenv: config };

// querystring.
'use strict';

function unescape(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    const bytes = [...Buffer.from(text)];
    for (let place = 0; place < bytes.length; place++) {
      const digits = bytes[place] === 0x25 ? String.fromCharCode(...bytes.slice(place + 1, place + 3)) : '';
      if (/^[\da-f]{2}$/i.test(digits)) bytes.splice(place, 3, parseInt(digits, 16));
    }
    return Buffer.from(bytes).toString();
  }
}

function parse(text, separator = '&', equals = '=') {
  const found = { __proto__: null };
  if (typeof text !== 'string' || text === '') return found;
  for (const part of text.split(separator)) {
    if (part === '') continue;
    const place = part.indexOf(equals);
    const key = unescape((place < 0 ? part : part.slice(0, place)).replace(/\+/g, ' '));
    const value = place < 0 ? '' : unescape(part.slice(place + equals.length).replace(/\+/g, ' '));
    if (key in found) {
      if (Array.isArray(found[key])) found[key].push(value);
      else found[key] = [found[key], value];
    } else {
      found[key] = value;
    }
  }
  return found;
}

function shown(value) {
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint' || (typeof value === 'number' && isFinite(value)) ? String(value) : '';
}

function stringify(values, separator = '&', equals = '=') {
  const parts = [];
  for (const [key, value] of Object.entries(values || {})) {
    for (const one of Array.isArray(value) ? value : [value]) parts.push(encodeURIComponent(key) + equals + encodeURIComponent(shown(one)));
  }
  return parts.join(separator);
}

module.exports = { parse, stringify, decode: parse, encode: stringify, escape: encodeURIComponent, unescape };

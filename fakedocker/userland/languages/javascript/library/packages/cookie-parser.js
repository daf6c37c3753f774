// cookie-parser 1: the cookies of a request, also signed ones and those that hold JSON.
'use strict';

const { createHmac } = require('crypto');

function parse(text) {
  const found = {};
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    if (at < 0) continue;
    const name = part.slice(0, at).trim();
    if (Object.prototype.hasOwnProperty.call(found, name)) continue;
    const value = part.slice(at + 1).trim().replace(/^"([^]*)"$/, '$1');
    try {
      found[name] = value.includes('%') ? decodeURIComponent(value) : value;
    } catch {
      found[name] = value;
    }
  }
  return found;
}

function JSONCookie(text) {
  if (typeof text !== 'string' || text.slice(0, 2) !== 'j:') return undefined;
  try {
    return JSON.parse(text.slice(2));
  } catch {
    return undefined;
  }
}

function JSONCookies(cookies) {
  for (const name of Object.keys(cookies)) {
    const value = JSONCookie(cookies[name]);
    if (value) cookies[name] = value;
  }
  return cookies;
}

const listed = (secret) => (!secret || Array.isArray(secret) ? secret || [] : [secret]);

function signedCookie(text, secret) {
  if (typeof text !== 'string') return undefined;
  if (text.slice(0, 2) !== 's:') return text;
  const signed = text.slice(2);
  const value = signed.slice(0, signed.lastIndexOf('.'));
  for (const one of listed(secret)) {
    const mark = createHmac('sha256', one).update(value).digest('base64').replace(/=+$/, '');
    if (`${value}.${mark}` === signed) return value;
  }
  return false;
}

function signedCookies(cookies, secret) {
  const found = {};
  for (const name of Object.keys(cookies)) {
    const value = signedCookie(cookies[name], secret);
    if (cookies[name] === value) continue;
    found[name] = value;
    delete cookies[name];
  }
  return found;
}

function cookieParser(secret, options) {
  if (options) __host__.refuse('the options of cookie-parser');
  const secrets = listed(secret);
  return function cookieParser(req, res, next) {
    if (req.cookies) {
      next();
      return;
    }
    [req.secret] = secrets;
    req.cookies = Object.assign(Object.create(null), parse(req.headers.cookie || ''));
    req.signedCookies = Object.create(null);
    if (secrets.length !== 0) Object.assign(req.signedCookies, JSONCookies(signedCookies(req.cookies, secrets)));
    JSONCookies(req.cookies);
    next();
  };
}

module.exports = cookieParser;
Object.assign(module.exports, { JSONCookie, JSONCookies, signedCookie, signedCookies });

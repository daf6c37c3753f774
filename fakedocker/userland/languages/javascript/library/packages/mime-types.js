// mime-types: the media types of common endings.
'use strict';

const TYPES = {
  html: 'text/html', htm: 'text/html', css: 'text/css', js: 'application/javascript', mjs: 'application/javascript', json: 'application/json', map: 'application/json',
  txt: 'text/plain', text: 'text/plain', md: 'text/markdown', csv: 'text/csv', xml: 'application/xml', svg: 'image/svg+xml', png: 'image/png', jpg: 'image/jpeg',
  jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', ico: 'image/x-icon', bmp: 'image/bmp', pdf: 'application/pdf', zip: 'application/zip',
  gz: 'application/gzip', tar: 'application/x-tar', wasm: 'application/wasm', mp3: 'audio/mpeg', mp4: 'video/mp4', webm: 'video/webm', wav: 'audio/x-wav', woff: 'font/woff',
  woff2: 'font/woff2', ttf: 'font/ttf', otf: 'font/otf', bin: 'application/octet-stream', yaml: 'text/yaml', yml: 'text/yaml', webmanifest: 'application/manifest+json',
};

function lookup(name) {
  const ending = String(name).replace(/^.*[./\\]/, '').toLowerCase();
  return TYPES[ending] || false;
}

function charset(type) {
  const plain = String(type).split(';')[0].trim();
  return /^text\/|^application\/(json|javascript)$|\+json$|\+xml$/.test(plain) && plain !== 'image/svg+xml' ? 'UTF-8' : false;
}

module.exports = { lookup, charset, types: TYPES, contentType: (name) => { const type = name.includes('/') ? name : lookup(name); return type && charset(type) ? `${type}; charset=${charset(type).toLowerCase()}` : type; } };

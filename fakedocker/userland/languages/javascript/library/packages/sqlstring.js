// sqlstring: values and names written into statements of SQL.
'use strict';

function escape(value) {
  if (value === undefined || value === null) return 'NULL';
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return `${value}`;
  if (value instanceof Date) return `'${value.toISOString().replace('T', ' ').replace('Z', '')}'`;
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
  if (Array.isArray(value)) return value.map((one) => (Array.isArray(one) ? `(${escape(one)})` : escape(one))).join(', ');
  if (typeof value === 'object') {
    if (typeof value.toSqlString === 'function') return String(value.toSqlString());
    return Object.entries(value).filter(([, one]) => typeof one !== 'function').map(([key, one]) => `${escapeId(key)} = ${escape(one)}`).join(', ');
  }
  const plain = { '\0': '\\0', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\x1a': '\\Z', '"': '\\"', "'": "\\'", '\\': '\\\\' };
  return `'${String(value).replace(/[\0\b\t\n\r\x1a"'\\]/g, (one) => plain[one])}'`;
}

function escapeId(name) {
  if (Array.isArray(name)) return name.map(escapeId).join(', ');
  return `\`${String(name).replace(/`/g, '``').replace(/\./g, '`.`')}\``;
}

function format(sql, values) {
  if (values === undefined || values === null) return sql;
  const given = Array.isArray(values) ? [...values] : [values];
  return sql.replace(/\?\??/g, (mark, at) => {
    if (!given.length) return mark;
    const next = given.shift();
    if (mark === '??') return escapeId(next);
    // What objects become depends on the version of the package, but for those of SET.
    const isPlain = typeof next === 'object' && next !== null && Object.getPrototypeOf(next) === Object.prototype;
    if (isPlain && !/\b(SET)\s*$/i.test(sql.slice(0, at))) __host__.refuse('an object as a value of a statement that is not after SET');
    if (isPlain && Object.values(next).some((one) => Array.isArray(one))) __host__.refuse('a list in an object of values');
    return escape(next);
  });
}

module.exports = { escape, escapeId, format, raw: (text) => ({ toSqlString: () => text }) };

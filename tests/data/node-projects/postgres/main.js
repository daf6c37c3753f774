const { Client, Pool } = require('pg');
const config = { host: '127.0.0.1', port: 5432, user: 'postgres', password: 'secret', database: 'app' };
const say = (...args) => console.log(...args);
const told = (e) => say(e.name, '|', e.message, '|', e.code, e.severity, e.detail, e.hint, e.position, e instanceof Error);
(async () => {
  const client = new Client(config);
  await client.connect();
  const ask = async (text, values) => {
    try {
      const r = await client.query(text, values);
      if (Array.isArray(r)) say('many', r.map((one) => [one.command, one.rowCount, one.rows]));
      else say(r.command, r.rowCount, r.oid, r.rows, r.fields.map((f) => [f.name, f.dataTypeID]));
    } catch (e) {
      told(e);
    }
  };
  await ask('DROP TABLE IF EXISTS users');
  await ask("CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL UNIQUE, age int CHECK (age > 0), price numeric(8,2), big bigint, ok boolean DEFAULT true, made timestamp DEFAULT '2024-05-06 07:08:09', zoned timestamptz DEFAULT '2024-05-06 07:08:09+00', born date, data jsonb, tags text[])");
  await ask('INSERT INTO users (name, age, price, big, born, data, tags) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, name', ["Ann O'Hara", 30, 9.5, 12345678901, '1990-01-02', { a: [1, null] }, ['x', 'y z', null]]);
  await ask('INSERT INTO users (name, age) VALUES ($1, $2)', ['Bob', null]);
  await ask('INSERT INTO users (name, data) VALUES ($1, $2), ($3, NULL)', ['Cy', JSON.stringify([1]), 'Di']);
  await ask('SELECT * FROM users WHERE id = $1', [1]);
  await ask('SELECT id, name, ok FROM users WHERE name LIKE $1 ORDER BY id LIMIT $2 OFFSET $3', ['%', 2, 1]);
  await ask('SELECT name FROM users WHERE id = ANY($1) ORDER BY id', [[1, 2]]);
  await ask('SELECT $1::int + 1 AS n, $2::text AS t, $3::boolean AS b', [41, 'x', false]);
  await ask({ text: 'SELECT id, name FROM users ORDER BY id LIMIT 2', rowMode: 'array' });
  await ask({ text: 'SELECT name FROM users WHERE id = $1', values: [2], name: 'one' });
  await ask('INSERT INTO users (name) VALUES ($1)', ['Bob']);
  await ask('INSERT INTO users (age) VALUES (1)');
  await ask('INSERT INTO users (name, age) VALUES ($1, $2)', ['E', -1]);
  await ask('SELECT nope FROM users');
  await ask('SELECT * FROM nope');
  await ask('SELEC 1');
  await ask('SELECT 1 / 0');
  await ask('SELECT 1; SELECT 2 AS two');
  await ask('UPDATE users SET age = coalesce(age, 0) + 1 WHERE id < 3');
  await ask('DELETE FROM users WHERE name = $1', ['Di']);
  await ask('SELECT count(*), sum(age), avg(age), max(name) FROM users');
  await ask('SELECT now() IS NOT NULL AS now, 1.5::float8 AS f, 2::smallint AS s, NULL AS nothing, ARRAY[1,2] AS list, true AS yes');
  try { await client.query('BEGIN'); await client.query("INSERT INTO users (name) VALUES ('Tx')"); await client.query('INSERT INTO users (name) VALUES (NULL)'); } catch (e) { told(e); await ask('SELECT 1'); await client.query('ROLLBACK'); }
  await ask('SELECT name FROM users ORDER BY id');
  const { rows: [first] } = await client.query('SELECT made, zoned, born FROM users WHERE id = 1');
  say(first.made.toISOString(), first.zoned instanceof Date, first.zoned.getTime(), first.born.getFullYear(), first.born.getDate());
  client.query('SELECT 1 AS one', (error, result) => say('callback', error, result.rows));
  client.query('SELECT $1::text AS t', ['cb'], (error, result) => say('callback', error, result.rows));
  await client.query('SELECT 2');
  await client.end();
  try { await client.query('SELECT 1'); } catch (e) { say(e.message); }
  const pool = new Pool({ ...config, max: 2 });
  pool.on('connect', () => say('connected'));
  say(pool.totalCount, pool.idleCount, pool.waitingCount);
  const one = await pool.connect();
  say((await one.query('SELECT 3 AS three')).rows, pool.totalCount, pool.idleCount, pool.waitingCount);
  one.release();
  const found = await Promise.all([1, 2, 3].map((n) => pool.query('SELECT $1::int AS n', [n])));
  say(found.map((r) => r.rows[0].n), pool.totalCount, pool.idleCount);
  try { await pool.query('SELECT * FROM nope'); } catch (e) { told(e); }
  await pool.end();
  try { await pool.query('SELECT 1'); } catch (e) { say(e.message); }
  for (const wrong of [{ database: 'missing' }, { port: 1 }]) {
    const other = new Client({ ...config, ...wrong });
    try { await other.connect(); } catch (e) { say(e.message, e.code, e.severity); }
  }
  const url = new Client(`postgres://postgres:secret@127.0.0.1:${config.port}/app`);
  url.connect((error) => { say('url', error); url.query('SELECT current_database() AS d').then((r) => { say(r.rows[0]); return url.end(); }); });
})();

const http = require('http');
const mysql = require('mysql2/promise');
const createApp = require('./app');
const schema = require('./schema');

function ask(port, method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, method, path, headers: body ? { 'Content-Type': 'application/json' } : {} }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve(`${method} ${path} ${response.statusCode} ${Buffer.concat(parts)}`));
    });
    request.on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

async function main() {
  const { DB_HOST = '127.0.0.1', DB_PORT = 3306, DB_PASSWORD } = process.env;
  const first = await mysql.createConnection({ host: DB_HOST, port: Number(DB_PORT), user: 'root', password: DB_PASSWORD });
  await first.query('CREATE DATABASE IF NOT EXISTS ??', ['shop']);
  await first.end();
  const pool = mysql.createPool({ host: DB_HOST, port: Number(DB_PORT), user: 'root', password: DB_PASSWORD, database: 'shop', connectionLimit: 3 });
  for (const statement of schema) await pool.query(statement);
  const server = createApp(pool).listen(0);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  const steps = [
    ['GET', '/products'], ['POST', '/products', { sku: 'A1', name: 'apple', price: 0.5, stock: 100 }], ['POST', '/products', { sku: 'B2', name: "baker's bread", price: 3.25, stock: 4 }],
    ['POST', '/products', { sku: 'A1', name: 'again', price: 1 }], ['POST', '/products', { sku: 'C3', name: null, price: 1 }], ['GET', '/products?min=1'],
    ['GET', '/products?limit=1&offset=1'], ['GET', '/products/1'], ['GET', '/products/77'], ['GET', '/products/abc'],
    ['POST', '/orders', { customer: 'ann', items: [{ sku: 'A1', quantity: 10 }, { sku: 'B2', quantity: 1 }], note: 'quick' }],
    ['POST', '/orders', { customer: 'bob', items: [{ sku: 'A1', quantity: 5 }, { sku: 'B2', quantity: 9 }] }], ['POST', '/orders', { customer: 'bob', items: [{ sku: 'Z9', quantity: 1 }] }],
    ['POST', '/orders', { customer: 'cy', items: [{ sku: 'A1', quantity: 1 }], note: null }], ['GET', '/products'], ['GET', '/orders/1'], ['GET', '/orders/9'], ['GET', '/report'],
  ];
  for (const step of steps) console.log(await ask(port, ...step));
  server.close();
  await pool.end();
}

main().catch((error) => {
  console.error('failed:', error.message);
  process.exitCode = 1;
});

const http = require('http');
const fs = require('fs');
const createApp = require('./app');
const Store = require('./db');

function ask(port, method, path, body) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const headers = text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
    const request = http.request({ port, method, path, headers }, (response) => {
      let data = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (data += chunk));
      response.on('end', () => {
        const { location, 'x-total': total, 'content-type': type } = response.headers;
        resolve([response.statusCode, type, location || total || '', data]);
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}

async function main() {
  const store = new Store('todo.sqlite');
  await store.init();
  const server = createApp(store).listen(0);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  const steps = [
    ['GET', '/health'], ['GET', '/lists'], ['POST', '/lists', { name: 'home' }], ['POST', '/lists', { name: ' work ' }], ['POST', '/lists', { name: 'home' }],
    ['POST', '/lists', {}], ['POST', '/lists', '{bad'], ['POST', '/lists/1/todos', { title: 'buy milk' }], ['POST', '/lists/1/todos', { title: 'fix roof', priority: 1 }],
    ['POST', '/lists/1/todos', { title: '' }], ['POST', '/lists/2/todos', ['write', 'test', "don't panic"]], ['GET', '/lists/1/todos'], ['GET', '/lists/2/todos?sort=title'],
    ['GET', '/lists/2/todos?q=t'], ['GET', '/lists/2/todos?sort=secret'], ['PATCH', '/lists/1/todos/1', { done: true, title: 'buy oat milk' }],
    ['PATCH', '/lists/1/todos/99', { done: true }], ['PATCH', '/lists/1/todos/1', {}], ['GET', '/lists/1/todos?done=true'], ['GET', '/lists/1/todos?done=false'],
    ['GET', '/lists'], ['GET', '/lists/7/todos'], ['DELETE', '/lists/2'], ['GET', '/lists'], ['GET', '/nowhere'], ['PUT', '/lists'],
  ];
  for (const step of steps) console.log(...(await ask(port, ...step)));
  console.log(await store.all('SELECT count(*) AS todos FROM todos'));
  server.close();
  await store.close();
  const again = new Store('todo.sqlite');
  console.log(await again.get('SELECT name FROM lists'), fs.readFileSync('todo.sqlite').subarray(0, 15).toString());
  await again.close();
}

main().catch((error) => {
  console.error('failed:', error.message);
  process.exitCode = 1;
});

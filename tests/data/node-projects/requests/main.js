const express = require('express');
const morgan = require('morgan');
const cookieParser = require('cookie-parser');
const http = require('http');
const lines = [];
const stream = { write: (line) => lines.push(line) };
const app = express();
for (const name of ['combined', 'common', 'short', 'tiny', 'dev']) app.use(morgan(name, { stream }));
app.use(morgan(':method|:url|:status|:res[x-own]|:req[x-in]|:http-version|:referrer|:user-agent|:remote-user|:res[content-length]', { stream, skip: (req, res) => res.statusCode === 404 }));
morgan.token('own', (req, res) => req.headers['x-in'] || 'none');
morgan.format('mine', '[:own] :method :status');
app.use(morgan('mine', { stream }));
app.use(morgan((tokens, req, res) => [tokens.method(req, res), tokens.url(req, res), tokens.status(req, res), tokens.res(req, res, 'content-length')].join(' '), { stream, immediate: false }));
app.use(morgan('tiny', { stream, immediate: true }));
app.use(cookieParser('secret'));
app.get('/', (req, res) => { res.set('x-own', 'yes'); res.send('hello'); });
app.get('/set', (req, res) => { res.cookie('plain', 'a b'); res.cookie('signed', 'v', { signed: true }); res.cookie('json', { a: 1 }, { httpOnly: true }); res.json({ ok: 1 }); });
app.get('/get', (req, res) => res.json({ cookies: req.cookies, signed: req.signedCookies }));
app.get('/old', (req, res) => res.redirect('/'));
app.get('/bad', (req, res) => res.status(500).end());
const plain = (line) => line.replace(/\x1b/g, '^').replace(/\[\d\d\/\w{3}\/\d{4}:[\d:]+ \+0000\]/, '[D]').replace(/\d+\.\d{3} ms/, 'T ms').replace('::ffff:', '').replace(/^::1/, '127.0.0.1');
const server = app.listen(0, '127.0.0.1', async () => {
  const ask = (path, headers = {}) => new Promise((done) => http.get({ port: server.address().port, host: '127.0.0.1', path, headers, agent: false }, (res) => { let body = ''; res.on('data', (c) => (body += c)); res.on('end', () => done([res.statusCode, res.headers['set-cookie'], body])); }));
  for (const [path, headers] of [['/', { 'user-agent': 'me "1"', referer: 'http://x/', 'x-in': 'in', authorization: 'Basic YW5uOnB3' }], ['/none?a=1', {}], ['/old', {}], ['/bad', {}], ['/set', {}], ['/get', { cookie: 'plain=a%20b; signed=s%3Av.eMf8JphFkbkGcFX0%2Bu4aMd1NmQ7r2Yx5w0VtUDeNEpA; json=j%3A%7B%22a%22%3A1%7D; bad=j%3A%7B; wrong=s%3Av.xx' }]]) {
    const found = await ask(path, headers);
    console.log(path, found[0], found[1], path === '/none?a=1' ? '' : found[2]);
    await new Promise((done) => setTimeout(done, 20));
    for (const line of lines.splice(0)) console.log(JSON.stringify(plain(line)));
  }
  const cookies = (await ask('/set'))[1].map((one) => one.split(';')[0]).join('; ');
  console.log((await ask('/get', { cookie: cookies }))[2]);
  server.close();
});

const express = require('express');

class NotFound extends Error {
  constructor(what) {
    super(`${what} not found`);
    this.status = 404;
  }
}

const wrap = (handler) => (req, res, next) => Promise.resolve(handler(req, res, next)).catch(next);
const shown = ({ id, title, done, priority }) => ({ id, title, done: Boolean(done), priority });

function createApp(store) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json());
  app.use((req, res, next) => {
    req.log = [];
    res.on('finish', () => console.log(`${req.method} ${req.originalUrl} -> ${res.statusCode}`));
    next();
  });

  app.get('/health', (req, res) => res.json({ ok: true }));

  app.get('/lists', wrap(async (req, res) => {
    const rows = await store.all(
      `SELECT lists.id, lists.name, count(todos.id) AS total, coalesce(sum(todos.done), 0) AS done
       FROM lists LEFT JOIN todos ON todos.list_id = lists.id GROUP BY lists.id ORDER BY lists.name`,
    );
    res.json(rows);
  }));

  app.post('/lists', wrap(async (req, res) => {
    const name = String(req.body.name || '').trim();
    if (!name) return res.status(400).json({ error: 'name is required' });
    try {
      const { id } = await store.run('INSERT INTO lists (name) VALUES ($name)', { $name: name });
      res.status(201).location(`/lists/${id}`).json({ id, name });
    } catch (error) {
      if (error.code !== 'SQLITE_CONSTRAINT') throw error;
      res.status(409).json({ error: `${name} exists already`, detail: error.message });
    }
  }));

  app.param('list', wrap(async (req, res, next) => {
    req.list = await store.get('SELECT * FROM lists WHERE id = ?', req.params.list);
    if (!req.list) throw new NotFound(`list ${req.params.list}`);
    next();
  }));

  app.get('/lists/:list/todos', wrap(async (req, res) => {
    const { done, sort = 'priority', q } = req.query;
    if (!['priority', 'title', 'id'].includes(sort)) return res.status(400).json({ error: `cannot sort by ${sort}` });
    const where = ['list_id = ?'];
    const params = [req.list.id];
    if (done !== undefined) where.push('done = ?') && params.push(done === 'true' ? 1 : 0);
    if (q) where.push('title LIKE ?') && params.push(`%${q}%`);
    const rows = await store.all(`SELECT * FROM todos WHERE ${where.join(' AND ')} ORDER BY ${sort}, id`, params);
    res.set('X-Total', String(rows.length)).json(rows.map(shown));
  }));

  app.post('/lists/:list/todos', wrap(async (req, res) => {
    if (Array.isArray(req.body)) {
      const added = await store.addMany(req.list.id, req.body);
      return res.status(201).json({ added });
    }
    const { title, priority = 3 } = req.body;
    const { id } = await store.run('INSERT INTO todos (list_id, title, priority) VALUES (?, ?, ?)', [req.list.id, title, priority]);
    res.status(201).json(shown(await store.get('SELECT * FROM todos WHERE id = ?', id)));
  }));

  app.patch('/lists/:list/todos/:id', wrap(async (req, res) => {
    const fields = Object.keys(req.body).filter((key) => ['title', 'done', 'priority'].includes(key));
    if (!fields.length) return res.status(400).json({ error: 'nothing to change' });
    const values = fields.map((key) => (key === 'done' ? Number(req.body.done) : req.body[key]));
    const { changes } = await store.run(
      `UPDATE todos SET ${fields.map((key) => `${key} = ?`).join(', ')} WHERE id = ? AND list_id = ?`,
      [...values, req.params.id, req.list.id],
    );
    if (!changes) throw new NotFound(`todo ${req.params.id}`);
    res.json(shown(await store.get('SELECT * FROM todos WHERE id = ?', req.params.id)));
  }));

  app.delete('/lists/:list', wrap(async (req, res) => {
    await store.run('DELETE FROM lists WHERE id = ?', req.list.id);
    res.sendStatus(204);
  }));

  app.use((req, res) => res.status(404).json({ error: `no such path: ${req.path}` }));
  app.use((error, req, res, next) => {
    const status = error.status || (error.code === 'SQLITE_CONSTRAINT' ? 422 : 500);
    res.status(status).json({ error: error.message });
  });
  return app;
}

module.exports = createApp;

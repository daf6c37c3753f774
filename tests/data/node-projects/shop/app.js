const express = require('express');

class Refusal extends Error {
  constructor(status, message, details) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

const wrap = (handler) => (req, res, next) => handler(req, res, next).catch(next);

function createApp(pool) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json());

  const products = express.Router();
  products.get('/', wrap(async (req, res) => {
    const { min = 0, limit = 10, offset = 0 } = req.query;
    const [rows] = await pool.query('SELECT id, sku, name, price, stock FROM products WHERE price >= ? ORDER BY sku LIMIT ? OFFSET ?', [
      Number(min), Number(limit), Number(offset),
    ]);
    res.json(rows);
  }));
  products.post('/', wrap(async (req, res) => {
    const { sku, name, price, stock = 0 } = req.body;
    try {
      const [result] = await pool.execute('INSERT INTO products (sku, name, price, stock) VALUES (?, ?, ?, ?)', [sku, name, price, stock]);
      res.status(201).json({ id: result.insertId });
    } catch (error) {
      if (error.code === 'ER_DUP_ENTRY') throw new Refusal(409, `${sku} is there already`, error.errno);
      if (error.code === 'ER_BAD_NULL_ERROR') throw new Refusal(422, error.sqlMessage, error.errno);
      throw error;
    }
  }));
  products.get('/:id(\\d+)', wrap(async (req, res) => {
    const [[product]] = await pool.execute('SELECT * FROM products WHERE id = ?', [req.params.id]);
    if (!product) throw new Refusal(404, `no product ${req.params.id}`);
    res.json(product);
  }));
  app.use('/products', products);

  app.post('/orders', wrap(async (req, res) => {
    const { customer, items, note } = req.body;
    const connection = await pool.getConnection();
    try {
      await connection.beginTransaction();
      const [{ insertId }] = await connection.query('INSERT INTO orders SET ?', { customer, placed: '2024-05-06 07:08:09', note });
      for (const { sku, quantity } of items) {
        const [[product]] = await connection.query('SELECT id, stock FROM products WHERE sku = ? FOR UPDATE', [sku]);
        if (!product) throw new Refusal(404, `no product ${sku}`);
        if (product.stock < quantity) throw new Refusal(409, `only ${product.stock} of ${sku}`);
        await connection.query('UPDATE products SET stock = stock - ? WHERE id = ?', [quantity, product.id]);
        await connection.query('INSERT INTO order_items VALUES ?', [[[insertId, product.id, quantity]]]);
      }
      await connection.commit();
      res.status(201).json({ order: insertId });
    } catch (error) {
      await connection.rollback();
      throw error;
    } finally {
      connection.release();
    }
  }));
  app.get('/orders/:id', wrap(async (req, res) => {
    const [[order]] = await pool.query('SELECT * FROM orders WHERE id = ?', [Number(req.params.id)]);
    if (!order) throw new Refusal(404, 'no such order');
    const [items] = await pool.query(
      `SELECT p.sku, i.quantity, p.price * i.quantity AS total FROM order_items i JOIN products p ON p.id = i.product_id
       WHERE i.order_id = ? ORDER BY p.sku`,
      [order.id],
    );
    const sum = items.reduce((all, { total }) => all + Number(total), 0);
    res.json({ ...order, items, sum: sum.toFixed(2) });
  }));
  app.get('/report', wrap(async (req, res) => {
    const [rows] = await pool.query(
      `SELECT o.customer, count(DISTINCT o.id) AS orders, sum(i.quantity) AS pieces, max(p.price) AS dearest
       FROM orders o JOIN order_items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id
       GROUP BY o.customer HAVING pieces > ? ORDER BY pieces DESC`,
      [0],
    );
    res.json(rows);
  }));
  app.use((error, req, res, next) => {
    res.status(error.status || 500).json({ error: error.message, details: error.details, code: error.code });
  });
  return app;
}

module.exports = createApp;

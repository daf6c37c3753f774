module.exports = [
  'DROP TABLE IF EXISTS order_items, orders, products',
  `CREATE TABLE products (
    id INT AUTO_INCREMENT PRIMARY KEY,
    sku VARCHAR(16) NOT NULL,
    name VARCHAR(60) NOT NULL,
    price DECIMAL(8,2) NOT NULL,
    stock INT NOT NULL DEFAULT 0,
    UNIQUE KEY by_sku (sku)
  )`,
  `CREATE TABLE orders (
    id INT AUTO_INCREMENT PRIMARY KEY,
    customer VARCHAR(40) NOT NULL,
    placed DATETIME NOT NULL,
    note TEXT
  )`,
  `CREATE TABLE order_items (
    order_id INT NOT NULL,
    product_id INT NOT NULL,
    quantity INT NOT NULL,
    PRIMARY KEY (order_id, product_id),
    FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
    FOREIGN KEY (product_id) REFERENCES products (id)
  )`,
];

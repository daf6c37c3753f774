const sqlite3 = require('sqlite3');

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS lists (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
  );
  CREATE TABLE IF NOT EXISTS todos (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    list_id INTEGER NOT NULL REFERENCES lists(id) ON DELETE CASCADE,
    title TEXT NOT NULL CHECK (length(title) > 0),
    done INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 3
  );
  CREATE INDEX IF NOT EXISTS todos_by_list ON todos (list_id, done);
`;

class Store {
  constructor(file) {
    this.db = new sqlite3.Database(file);
  }

  init() {
    return new Promise((resolve, reject) => {
      this.db.serialize(() => {
        this.db.run('PRAGMA foreign_keys = ON');
        this.db.exec(SCHEMA, (error) => (error ? reject(error) : resolve()));
      });
    });
  }

  run(sql, params = []) {
    return new Promise((resolve, reject) => {
      this.db.run(sql, params, function (error) {
        if (error) reject(error);
        else resolve({ id: this.lastID, changes: this.changes });
      });
    });
  }

  get(sql, params = []) {
    return new Promise((resolve, reject) => {
      this.db.get(sql, params, (error, row) => (error ? reject(error) : resolve(row)));
    });
  }

  all(sql, params = []) {
    return new Promise((resolve, reject) => {
      this.db.all(sql, params, (error, rows) => (error ? reject(error) : resolve(rows)));
    });
  }

  addMany(listId, titles) {
    return new Promise((resolve, reject) => {
      const statement = this.db.prepare('INSERT INTO todos (list_id, title) VALUES (?, ?)');
      for (const title of titles) statement.run(listId, title);
      statement.finalize((error) => (error ? reject(error) : resolve(titles.length)));
    });
  }

  close() {
    return new Promise((resolve, reject) => this.db.close((error) => (error ? reject(error) : resolve())));
  }
}

module.exports = Store;

const fs = require('fs');
const path = require('path');
const sqlite3 = require('sqlite3').verbose();

const place = process.env.SQLITE_DB_LOCATION || '/etc/todos/todo.db';
let database;

/** Run a statement; gives its rows. */
function ask(statement, values = []) {
    return new Promise((resolve, reject) => {
        database.all(statement, values, (problem, rows) => (problem ? reject(problem) : resolve(rows)));
    });
}

const item = (row) => ({ ...row, completed: row.completed === 1 });

async function open() {
    fs.mkdirSync(path.dirname(place), { recursive: true });
    await new Promise((resolve, reject) => {
        database = new sqlite3.Database(place, (problem) => (problem ? reject(problem) : resolve()));
    });
    console.log(`Using sqlite database at ${place}`);
    await ask('CREATE TABLE IF NOT EXISTS todo_items (id varchar(36), name varchar(255), completed boolean)');
}

function close() {
    return new Promise((resolve, reject) => {
        database.close((problem) => (problem ? reject(problem) : resolve()));
    });
}

const all = async () => (await ask('SELECT * FROM todo_items')).map(item);
const one = async (id) => (await ask('SELECT * FROM todo_items WHERE id = ?', [id])).map(item)[0];

async function add({ id, name, completed }) {
    await ask('INSERT INTO todo_items (id, name, completed) VALUES (?, ?, ?)', [id, name, completed ? 1 : 0]);
}

async function change(id, { name, completed }) {
    await ask('UPDATE todo_items SET name = ?, completed = ? WHERE id = ?', [name, completed ? 1 : 0, id]);
}

async function remove(id) {
    await ask('DELETE FROM todo_items WHERE id = ?', [id]);
}

module.exports = { open, close, all, one, add, change, remove };

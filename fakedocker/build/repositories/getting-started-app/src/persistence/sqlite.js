const fs = require('fs');
const path = require('path');
const sqlite3 = require('sqlite3').verbose();
const items = require('./items');

const place = process.env.SQLITE_DB_LOCATION || '/etc/todos/todo.db';
let database;

/** Run a statement; gives its rows. */
function ask(statement, values = []) {
    return new Promise((resolve, reject) => {
        database.all(statement, values, (problem, rows) => (problem ? reject(problem) : resolve(rows)));
    });
}

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

module.exports = { open, close, ...items(ask) };

const fs = require('fs');
const mysql = require('mysql2');
const waitPort = require('wait-port');
const items = require('./items');

/** A setting, or what the file that another setting names holds: a secret. */
function setting(name) {
    const file = process.env[`${name}_FILE`];
    return file ? fs.readFileSync(file, 'utf8').trim() : process.env[name];
}

let pool;

function ask(statement, values = []) {
    return new Promise((resolve, reject) => {
        pool.query(statement, values, (problem, rows) => (problem ? reject(problem) : resolve(rows)));
    });
}

async function open() {
    const host = setting('MYSQL_HOST');
    await waitPort({ host, port: 3306, timeout: 10000, waitForDns: true });
    pool = mysql.createPool({
        connectionLimit: 5,
        host,
        user: setting('MYSQL_USER'),
        password: setting('MYSQL_PASSWORD'),
        database: setting('MYSQL_DB'),
        charset: 'utf8mb4',
    });
    await ask('CREATE TABLE IF NOT EXISTS todo_items (id varchar(36), name varchar(255), completed boolean) DEFAULT CHARSET utf8mb4');
    console.log(`Connected to mysql db at host ${host}`);
}

function close() {
    return new Promise((resolve, reject) => {
        pool.end((problem) => (problem ? reject(problem) : resolve()));
    });
}

module.exports = { open, close, ...items(ask) };

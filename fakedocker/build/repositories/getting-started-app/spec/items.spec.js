const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('fs');
const os = require('os');
const path = require('path');

process.env.SQLITE_DB_LOCATION = path.join(os.tmpdir(), 'todo-test.db');
fs.rmSync(process.env.SQLITE_DB_LOCATION, { force: true });
const store = require('../src/persistence');

test('an item is kept, changed and removed', async () => {
    await store.open();
    await store.add({ id: 'one', name: 'Learn containers', completed: false });
    assert.deepStrictEqual(await store.all(), [{ id: 'one', name: 'Learn containers', completed: false }]);
    await store.change('one', { name: 'Learn containers', completed: true });
    assert.strictEqual((await store.one('one')).completed, true);
    await store.remove('one');
    assert.deepStrictEqual(await store.all(), []);
    await store.close();
});

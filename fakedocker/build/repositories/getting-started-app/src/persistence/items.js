/** What is kept of items in a table, whatever database has it. `ask` runs a statement and gives a promise of its rows. */
module.exports = (ask) => {
    const item = (row) => ({ ...row, completed: row.completed === 1 });
    const found = async (condition, values) => (await ask(`SELECT * FROM todo_items${condition}`, values)).map(item);
    return {
        all: () => found('', []),
        one: async (id) => (await found(' WHERE id = ?', [id]))[0],
        async add({ id, name, completed }) {
            await ask('INSERT INTO todo_items (id, name, completed) VALUES (?, ?, ?)', [id, name, completed ? 1 : 0]);
        },
        async change(id, { name, completed }) {
            await ask('UPDATE todo_items SET name = ?, completed = ? WHERE id = ?', [name, completed ? 1 : 0, id]);
        },
        async remove(id) {
            await ask('DELETE FROM todo_items WHERE id = ?', [id]);
        },
    };
};

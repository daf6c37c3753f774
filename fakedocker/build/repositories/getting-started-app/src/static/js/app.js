// The page of the to-do list: what there is, a form for more, and a button or two for each item.

const root = document.getElementById('root');
let items = null; // until the server has answered
let submitting = false;
let draft = '';

async function ask(path, method = 'GET', body = undefined) {
    const answer = await fetch(path, {
        method,
        headers: { 'Content-Type': 'application/json' },
        body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
    return (answer.headers.get('Content-Type') || '').includes('json') ? answer.json() : null;
}

async function begin() {
    items = await ask('/items');
    show();
}

async function add(event) {
    event.preventDefault();
    submitting = true;
    show();
    items.push(await ask('/items', 'POST', { name: draft }));
    submitting = false;
    draft = '';
    show();
}

async function toggle(item) {
    const changed = await ask(`/items/${item.id}`, 'PUT', { name: item.name, completed: !item.completed });
    items = items.map((one) => (one.id === changed.id ? changed : one));
    show();
}

async function remove(item) {
    await ask(`/items/${item.id}`, 'DELETE');
    items = items.filter((one) => one.id !== item.id);
    show();
}

/** A text within HTML. */
function text(value) {
    const element = document.createElement('span');
    element.textContent = value;
    return element.innerHTML;
}

/** The list, or a word in its place. */
function list() {
    if (items.length === 0) {
        return `
<p className="text-center">No items yet! Add one above!</p>
`;
    }
    return items.map((item) => `
<div class="item ${item.completed ? 'completed' : ''}" data-id="${text(item.id)}">
    <input type="checkbox" class="toggle" aria-label="Done" ${item.completed ? 'checked' : ''} />
    <span class="name">${text(item.name)}</span>
    <button type="button" class="remove" aria-label="Remove">✕</button>
</div>`).join('');
}

function itemOf(element) {
    const { id } = element.closest('.item').dataset;
    return items.find((one) => one.id === id);
}

/** Say a failure where the list is. */
function fail(problem) {
    submitting = false;
    root.textContent = String(problem.message || problem);
}

/** Do something when one of some elements is used. */
function on(kind, selector, work) {
    for (const element of root.querySelectorAll(selector)) {
        element.addEventListener(kind, (event) => Promise.resolve(work(event, element)).catch(fail));
    }
}

/** Keep what is typed, and where. */
function watchDraft() {
    const field = root.querySelector('input[type="text"]');
    field.value = draft;
    field.addEventListener('input', () => {
        draft = field.value;
        root.querySelector('button[type="submit"]').disabled = draft === '';
    });
    field.focus();
}

/** Escape gives up what was typed. */
document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || items === null) return;
    draft = '';
    show();
});

function show() {
    root.innerHTML = `
<h1>Todo App</h1>
<form>
    <input type="text" placeholder="New Item" aria-label="New item" />
    <button type="submit" ${submitting || draft === '' ? 'disabled' : ''}>
        ${submitting ? 'Adding...' : 'Add Item'}
    </button>
</form>
${list()}`;
    watchDraft();
    on('submit', 'form', add);
    on('change', '.toggle', (event, element) => toggle(itemOf(element)));
    on('click', '.remove', (event, element) => remove(itemOf(element)));
}

begin().catch(fail);

const express = require('express');
const { v4: newId } = require('uuid');
const store = require('../persistence');

const router = express.Router();

/** Answers with what a promise comes to, or leaves its failure to express. */
const answering = (work) => (request, response, next) =>
    work(request).then((found) => (found === undefined ? response.sendStatus(200) : response.send(found)), next);

router.get('/', answering(() => store.all()));

router.post('/', answering(async (request) => {
    const item = { id: newId(), name: request.body.name, completed: false };
    await store.add(item);
    return item;
}));

router.put('/:id', answering(async (request) => {
    const { name, completed } = request.body;
    await store.change(request.params.id, { name, completed });
    return store.one(request.params.id);
}));

router.delete('/:id', answering((request) => store.remove(request.params.id)));

module.exports = router;

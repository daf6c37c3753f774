const express = require('express');
const items = require('./routes/items');
const store = require('./persistence');

const PORT = 3000;
const app = express();

app.use(express.json());
app.use(express.static(`${__dirname}/static`));
app.use('/items', items);

store
    .open()
    .then(() => app.listen(PORT, () => console.log(`Listening on port ${PORT}`)))
    .catch((problem) => {
        console.error(problem);
        process.exit(1);
    });

function stop() {
    store
        .close()
        .catch(() => {})
        .then(() => process.exit());
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
process.on('SIGUSR2', stop); // nodemon asks so

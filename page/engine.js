// The page's engine: a worker of the browser. `fakedocker web` serves engine-web.js in its place.

import "./keeping.js"; // a site of files alone can be kept; a server cannot

export const engine = new Worker("worker.js", { type: "module" });

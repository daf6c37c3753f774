// The page's engine: a worker of the browser. `fakedocker web` serves engine-web.js in its place.

export const engine = new Worker("worker.js", { type: "module" });

// The service worker: once a version of the site is here whole, pages are answered from it, with and without a network.
// Versions are never mixed: each has a cache of its own, and the next one takes its place when all of it has come.

const PREFIX = "fakedocker-site:";
const POINTER = "fakedocker-current"; // a cache with one entry: the name of the cache that pages are answered from
const AT_ONCE = 8;
const scope = self.registration.scope;
let refreshing = null;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(scope)) event.respondWith(answer(event.request));
});
self.addEventListener("message", (event) => {
  const { data, source } = event;
  const tell = (message) => source?.postMessage(message);
  const work = data?.kind === "refresh" ? refresh(tell) : data?.kind === "keep all" ? keepAll(tell) : Promise.resolve();
  event.waitUntil(work.catch((problem) => tell({ kind: "offline problem", text: String(problem?.message ?? problem) })));
});

async function currentName() {
  const entry = await (await caches.open(POINTER)).match(`${scope}current`);
  return entry ? entry.text() : "";
}

async function answer(request) {
  const name = await currentName();
  const plain = request.url.split(/[?#]/)[0];
  const kept = name ? await (await caches.open(name)).match(plain) : undefined;
  return kept ?? fetch(request);
}

/** Fetch the newest version, if it is another than what is here. */
function refresh(tell) {
  refreshing ??= fetchVersion(tell).finally(() => { refreshing = null; });
  return refreshing;
}

async function fetchVersion(tell) {
  const response = await fetch(`${scope}site.json`, { cache: "no-store" });
  if (!response.ok) return;
  const list = await response.json();
  const [name, before] = [PREFIX + list.sources, await currentName()];
  if (name === before) return tell({ kind: "offline here", all: await hasAll(name, list) });
  const cache = await caches.open(name);
  await each(["", ...list.core], (path) => keep(cache, path));
  await (await caches.open(POINTER)).put(`${scope}current`, new Response(name));
  for (const other of await caches.keys()) if (other.startsWith(PREFIX) && other !== name) await caches.delete(other);
  tell({ kind: before ? "offline renewed" : "offline here", all: false });
}

/** Keep also what a page would fetch when it reads it. */
async function keepAll(tell) {
  await refresh(tell);
  const cache = await caches.open(await currentName());
  const list = await (await cache.match(`${scope}site.json`)).json();
  const paths = list.later.map(([name]) => `${list.later_folder}/${name}`);
  let done = 0;
  await each(paths, async (path) => {
    if (!(await cache.match(scope + path))) await keep(cache, path);
    done += 1;
    if (done % 50 === 0) tell({ kind: "offline progress", share: done / paths.length });
  });
  tell({ kind: "offline here", all: true });
}

async function hasAll(name, list) {
  const last = list.later.at(-1);
  return last !== undefined && Boolean(await (await caches.open(name)).match(`${scope}${list.later_folder}/${last[0]}`));
}

async function keep(cache, path) {
  const response = await fetch(scope + path, { cache: "reload" });
  if (!response.ok) throw new Error(`${path || "the page"}: the server says ${response.status}`);
  await cache.put(scope + path, response);
}

/** Do something with each of many, some at the same time. */
async function each(items, work) {
  const rest = [...items].reverse();
  const one = async () => { while (rest.length) await work(rest.pop()); };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

// The engine's thread: fetches the site, starts Python, and passes messages between the session and the page.

import { startPython } from "./runtime.js";

const began = performance.now();
const post = (kind, text) => self.postMessage({ kind, text });
const early = [];
let session = null;

self.onmessage = ({ data: message }) => {
  if (message.kind === "start") start(message.settings).catch((problem) => post("failed", String(problem?.message ?? problem)));
  else if (session === null) early.push(message);
  else hear(message);
};

function hear(message) {
  if (message.kind === "keys") session.feed(message.text);
  else if (message.kind === "size") session.resize(message.rows, message.columns);
  else if (message.kind === "shown") session.shown(message.characters);
  else if (message.kind === "answer") session.answer(message.yes);
  else if (message.kind === "share") session.share();
  else if (message.kind === "journal") post("journal", session.journal());
}

const phases = [];
function phase(name) { phases.push([name, Math.round(performance.now() - began)]); }

/** The bytes of a file that is packed with gzip, told of as they come; a server may have unpacked it already. */
async function fetched(name, tell) {
  const response = await fetch(name);
  if (!response.ok || response.body === null) throw new Error(`${name}: the server says ${response.status}`);
  const parts = [];
  let count = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    count += value.length;
    tell(count);
  }
  const head = parts.length ? parts[0] : new Uint8Array(0);
  const blob = new Blob(parts);
  const isPacked = head[0] === 0x1f && head[1] === 0x8b;
  const stream = isPacked ? blob.stream().pipeThrough(new DecompressionStream("gzip")) : blob.stream();
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const readNow = (folder) => (name) => {
  const request = new XMLHttpRequest();
  request.open("GET", new URL(`${folder}/${name}`, import.meta.url), false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${name}: the server says ${request.status}`);
  return new Uint8Array(request.response);
};

async function start(settings) {
  const list = await (await fetch("site.json")).json();
  const sizes = list.downloads;
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const had = {};
  const tell = (name) => (count) => {
    had[name] = Math.min(count, sizes[name]);
    const sum = Object.values(had).reduce((before, size) => before + size, 0);
    self.postMessage({ kind: "progress", share: sum / total });
  };
  const names = Object.keys(sizes);
  const loaded = await Promise.all(names.map((name) => fetched(name, tell(name))));
  const bytes = Object.fromEntries(names.map((name, number) => [name, loaded[number]]));
  phase("download");
  answerFetches({
    "pyodide.asm.wasm": [bytes["python.bin"], "application/wasm"],
    "python_stdlib.zip": [bytes["library.bin"], "application/zip"],
  });
  const { loadPyodide } = await import("./pyodide/pyodide.mjs");
  const indexURL = new URL("./pyodide/", import.meta.url).href;
  const python = await startPython(list, (more) => loadPyodide({ indexURL, ...more }), bytes["site.bin"], readNow(list.later_folder));
  phase("Python");
  python.runPython("from fakedocker_shell.page.session import begin");
  phase("import");
  session = python.globals.get("begin")(post, JSON.stringify(settings));
  phase("session");
  early.splice(0).forEach(hear);
  self.postMessage({ kind: "ready", phases });
  post("ended", String(await session.run()));
}

/** Let the runtime have what it would fetch. */
function answerFetches(answers) {
  const before = self.fetch;
  self.fetch = (resource, options) => {
    const address = String(resource?.url ?? resource);
    const name = address.slice(address.lastIndexOf("/") + 1);
    if (!(name in answers)) return before(resource, options);
    const [body, type] = answers[name];
    return Promise.resolve(new Response(body, { headers: { "Content-Type": type } }));
  };
}

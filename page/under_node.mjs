// The made site under node, without a browser: the same Python, files and list. For tests and for measuring the start.
// node under_node.mjs SITE FILE.py [ARG...] runs a Python file in it.

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

/** Gives the runtime, and how many milliseconds each phase of the start took. */
export async function openSite(site) {
  const began = performance.now();
  const phases = [];
  const phase = (name) => phases.push([name, Math.round(performance.now() - began)]);
  const folder = mkdtempSync(join(tmpdir(), "fakedocker-page-"));
  try {
    for (const name of ["pyodide.mjs", "pyodide.asm.mjs"]) copyFileSync(join(site, "pyodide", name), join(folder, name));
    const unpacked = (name) => gunzipSync(readFileSync(join(site, name)));
    writeFileSync(join(folder, "pyodide.asm.wasm"), unpacked("python.bin"));
    writeFileSync(join(folder, "python_stdlib.zip"), unpacked("library.bin"));
    const pack = unpacked("site.bin");
    phase("unpack");
    const { startPython } = await import(pathToFileURL(join(site, "runtime.js")).href);
    const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
    const list = JSON.parse(readFileSync(join(site, "site.json"), "utf-8"));
    const readNow = (name) => readFileSync(join(site, list.later_folder, name));
    const python = await startPython(list, (more) => loadPyodide({ indexURL: folder, ...more }), pack, readNow);
    phase("Python");
    return { python, phases, phase };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] && resolve(process.argv[1]) === new URL(import.meta.url).pathname) {
  const [site, file, ...rest] = process.argv.slice(2);
  const { python, phases } = await openSite(resolve(site));
  console.error(JSON.stringify(phases));
  python.globals.set("arguments", python.toPy(rest));
  python.setStdout({ batched: (line) => console.log(line) });
  await python.runPythonAsync(readFileSync(file, "utf-8"));
}

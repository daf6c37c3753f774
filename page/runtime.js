// The page's Python: started from the files that tools/make_page.py has made, in a browser's worker or under node.
// A pack is the contents of many files, one behind the other; the site's list (site.json) says which.

const HOME = "/home/pyodide";
const ROOT = "/fakedocker";

// The library that Python has started from is not all of it: the rest is a folder, for packages of both too.
const PATHS = `
import sys
sys.path[:0] = ["${ROOT}/site", "${ROOT}/library"]
sys.argv = ["fakedocker"]
for name, module in list(sys.modules.items()):
    if hasattr(module, "__path__"):
        module.__path__.append("${ROOT}/library/" + name.replace(".", "/"))
sys.path_importer_cache.clear()
`;

/**
 * Start Python with all of the site in place.
 * @param list      the site's list
 * @param load      (module's own options) => the runtime, as loadPyodide gives it
 * @param pack      bytes of the pack
 * @param readNow   (name) => bytes of a file that is fetched when it is first read
 */
export async function startPython(list, load, pack, readNow) {
  const python = await load({
    env: { HOME, PYTHONHASHSEED: "0", TERM: "xterm-256color" },
    lockFileContents: list.lock,
    packageBaseUrl: "./",
    packages: [],
  });
  mount(python.FS, list, pack, readNow);
  python.runPython(PATHS);
  return python;
}

function mount(FS, list, pack, readNow) {
  const made = new Set();
  const folder = (path) => {
    if (!made.has(path)) { made.add(path); FS.mkdirTree(path); }
  };
  let at = 0;
  for (const [name, size] of list.packed) {
    const path = `${ROOT}/${name}`;
    folder(path.slice(0, path.lastIndexOf("/")));
    FS.writeFile(path, pack.subarray(at, at + size), { canOwn: true });
    at += size;
  }
  for (const [name, size] of list.later) {
    const path = `${ROOT}/${name}`;
    folder(path.slice(0, path.lastIndexOf("/")));
    FS.writeFile(path, new Uint8Array(0));
    fetchWhenRead(FS.lookupPath(path).node, name, size, readNow);
  }
}

function fetchWhenRead(node, name, size, readNow) {
  let bytes = null;
  node.usedBytes = size;
  Object.defineProperty(node, "contents", {
    get: () => {
      bytes ??= readNow(name);
      if (bytes.length !== size) throw new Error(`${name} is not as large as it should be`);
      return bytes;
    },
  });
}

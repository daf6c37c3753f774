"""Make fakedocker/userland/languages/javascript/library/names.json: the names that the real node has.

    python tools/make_node_names.py

What node has and the simulation lacks is refused with a mark, never taken for undefined. Needs node on this machine.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

FILE = Path(__file__).parent.parent / "fakedocker/userland/languages/javascript/library/names.json"
SCRIPT = """
const out = { globals: Object.getOwnPropertyNames(globalThis), objects: {}, modules: {} };
const own = (o) => Object.getOwnPropertyNames(o).filter((k) => !/^\\d+$/.test(k) && !k.includes('['));
const simple = (v) => v !== null && (typeof v === 'object' || typeof v === 'function');
for (const name of out.globals) {
  if (['globalThis', 'global'].includes(name)) continue;
  let value;
  try { value = globalThis[name]; } catch { continue; }
  if (!simple(value)) continue;
  out.objects[name] = own(value);
  if (typeof value === 'function' && value.prototype) out.objects[name + '.prototype'] = own(value.prototype);
}
const typed = Object.getPrototypeOf(Uint8Array);
out.objects.TypedArray = own(typed);
out.objects['TypedArray.prototype'] = own(typed.prototype);
for (const name of require('module').builtinModules.filter((n) => !n.startsWith('_'))) {
  const value = require(name);
  if (!simple(value)) continue;
  out.modules[name] = own(value);
  for (const key of Object.keys(value)) {
    if (/^[A-Z]/.test(key) && typeof value[key] === 'function' && value[key].prototype && value[key] !== value) {
      out.modules[`${name}#${key}`] = own(value[key].prototype);
    }
  }
}
console.log(JSON.stringify(out));
"""
OF_FILES = {"require", "module", "exports", "__filename", "__dirname"}
"""What only files have; a script of -e has it from the global object."""
NOTHING = {"constructor", "prototype", "name", "length", "arguments", "caller"}


def main() -> None:
    done = subprocess.run(["node", "--no-warnings", "-e", SCRIPT], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    sections = {
        kind: {
            name: [one for one in dict.fromkeys(names) if one not in NOTHING]
            for name, names in sorted(found[kind].items())
        }
        for kind in ("objects", "modules")
    }
    lines = [f'"globals": {json.dumps(sorted(set(found["globals"]) - OF_FILES))}']
    for kind, tables in sections.items():
        rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(names)}" for name, names in tables.items())
        lines.append(f'"{kind}": {{\n{rows}\n}}')
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()

// Compile Python modules with the page's own Python, without their docstrings: node compile.mjs LIST, a JSON array of [source, name, target].

import { readFileSync, writeFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const list = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0" } });
python.runPython(`
import ast
import importlib.util
from importlib._bootstrap_external import _code_to_hash_pyc
from pathlib import Path

def compile_one(name):
    source = Path("/source").read_bytes()
    tree = ast.parse(source, name)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(node, clean=False) is not None:
            node.body[0].value.value = ""
    code = compile(tree, name, "exec", dont_inherit=True, optimize=0)
    Path("/compiled").write_bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), False))
`);
const compileOne = python.globals.get("compile_one");
for (const [source, name, target] of list) {
  python.FS.writeFile("/source", readFileSync(source));
  compileOne(name);
  writeFileSync(target, python.FS.readFile("/compiled"));
}

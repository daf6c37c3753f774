"""Which names Python's modules and classes have, per version, asked of real interpreters.

Run as `python tools/make_python_names.py PYTHON...`, each a path of an interpreter of another version; writes
fakedocker/userland/languages/python/facts/names.json: {"modules": {name: {"8-13": names}}, "classes": ..., "top": ...}.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MODULES = (
    "abc argparse ast asyncio atexit base64 bisect builtins calendar codecs collections collections.abc concurrent.futures"
    " configparser contextlib contextvars copy csv ctypes dataclasses datetime decimal difflib email enum errno fnmatch"
    " fractions functools gc getpass glob gzip hashlib heapq hmac html http http.client http.cookies http.server"
    " importlib inspect io ipaddress itertools json keyword linecache locale logging logging.handlers math mimetypes"
    " multiprocessing numbers operator os os.path pathlib pickle platform pprint queue random re secrets select"
    " selectors shlex shutil signal smtplib socket socketserver sqlite3 ssl stat statistics string struct subprocess"
    " sys sysconfig tempfile textwrap threading time timeit tomllib traceback types typing unicodedata unittest"
    " unittest.mock urllib urllib.error urllib.parse urllib.request uuid warnings weakref xml zipfile zlib zoneinfo"
    " this cmd sched array"
).split()
ASKED = """
import importlib, json, sys
found = {"modules": {}, "classes": {}, "top": sorted(getattr(sys, "stdlib_module_names", ()))}
for name in %r:
    try:
        module = importlib.import_module(name)
    except ImportError:
        continue
    found["modules"][name] = sorted(dir(module))
    for each in dir(module):
        value = getattr(module, each, None)
        if isinstance(value, type) and (name == "builtins" or not each.startswith("_")):
            found["classes"].setdefault(f"{value.__module__}.{value.__name__}", sorted(dir(value)))
for each in ((lambda: 0), len, (x for x in ()), "".upper, "".__len__, {}.keys(), {}.values(), {}.items(), iter([]), iter({}), iter("")):
    found["classes"]["builtins." + type(each).__name__] = sorted(dir(type(each)))
print(json.dumps(found))
"""


def main() -> int:
    answers: dict[int, dict[str, dict[str, list[str]]]] = {}
    for path in sys.argv[1:]:
        minor = int(
            subprocess.run(
                [path, "-c", "import sys; print(sys.version_info[1])"], capture_output=True, text=True, check=True
            ).stdout
        )
        said = subprocess.run(
            [path, "-W", "ignore", "-c", ASKED % (MODULES,)], capture_output=True, text=True, check=True
        )
        answers[minor] = json.loads(said.stdout.strip().split("\n")[-1])
    minors = sorted(answers)
    made: dict[str, dict[str, dict[str, list[str]]]] = {"modules": {}, "classes": {}, "top": {}}
    for kind in ("modules", "classes"):
        for owner in sorted({owner for answer in answers.values() for owner in answer[kind]}):
            made[kind][owner] = grouped({minor: answers[minor][kind].get(owner, []) for minor in minors})
    made["top"]["top"] = grouped({minor: answers[minor]["top"] for minor in minors})  # type: ignore[dict-item]
    target = Path(__file__).parents[1] / "fakedocker/userland/languages/python/facts/names.json"
    target.write_text(json.dumps(made, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    return 0


def grouped(names: dict[int, list[str]]) -> dict[str, str]:
    """Names by the versions that have them, as `8-13`; names are separated by spaces."""
    found: dict[str, list[str]] = {}
    for name in sorted({name for known in names.values() for name in known}):
        having = [minor for minor, known in names.items() if name in known]
        found.setdefault(f"{having[0]}-{having[-1]}", []).append(name)
    return {key: " ".join(each) for key, each in found.items()}


if __name__ == "__main__":
    sys.exit(main())

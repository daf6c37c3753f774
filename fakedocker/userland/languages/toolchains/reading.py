"""What of a program can be told from its source without running it: the texts it prints, and what it answers at which
port.

A program that ends is told only if its main function is nothing but prints of literal texts (`is_plain`): with a branch, a
loop, a call or anything computed in it, nothing is said of what it does. Of a server are read the literal texts that it
prints, and routes with the first text that their function writes. The result is a plain value. It must not know files.
"""

from __future__ import annotations

import re
from typing import Any, Final

Behaviour = dict[str, Any]
"""`prints` [[descriptor, text]], `routes` {path: [type, text]}, `port` (0 for none), `banner` (a framework's, "" for
none), `files` (a folder that is served, "" for none), `takes_all` (whether "/" is for all that have no route), `is_plain`
(whether `prints` is all that it does), `status` (what a plain one ends with), `has_main`."""

_STRING: Final = r'"((?:[^"\\\n]|\\.)*)"|`([^`]*)`'
_PRINTS: Final[dict[str, tuple[tuple[str, int, str], ...]]] = {
    "go": (
        (r"fmt\.Println\(", 1, "\n"), (r"fmt\.Printf?\(", 1, ""), (r"\bprintln\(", 2, "\n"),
        (r"log\.(?:Println|Print|Printf)\(", 2, "\n"),
    ),
    "rust": ((r"\bprintln!\(", 1, "\n"), (r"\bprint!\(", 1, ""), (r"\beprintln!\(", 2, "\n")),
    "c": ((r"\bprintf\(", 1, ""), (r"\bputs\(", 1, "\n"), (r"\bfprintf\(\s*stderr\s*,\s*", 2, ""), (r"(?:std::)?cout\s*<<\s*", 1, "\n")),
    "java": (
        (r"System\.out\.println\(", 1, "\n"), (r"System\.out\.printf?\(", 1, ""), (r"System\.err\.println\(", 2, "\n"),
    ),
}  # fmt: skip
_MAIN: Final = {
    "go": r"func\s+main\s*\(\s*\)", "rust": r"fn\s+main\s*\(\s*\)", "c": r"\bmain\s*\([^)]*\)",
    "java": r"static\s+void\s+main\s*\([^)]*\)",
}  # fmt: skip
_ROUTE: Final = re.compile(
    r'\.(?:HandleFunc|Handle|GET|Get|POST|Post|Any|route|get|post)\(\s*"(/[^"]*)"\s*,\s*|'
    r'@(?:Get|Post|Request)Mapping\(\s*(?:value\s*=\s*|path\s*=\s*)?"([^"]*)"[^)]*\)|@(?:Get|Request)Mapping(?:\(\s*\))?(?=\s)|'
    r'#\[(?:get|post)\("([^"]*)"\)\]'
)
_WRITES: Final = re.compile(
    r"(?:Fprint(?:f|ln)?\(\s*\w+\s*,|WriteString\(\s*\w+\s*,|\.Write\(\s*\[\]byte\(|\.(?:String|HTML|JSON|SendString|body|json)\("
    r"(?:\s*\w+(?:\.\w+)*\s*,)?|return\s+)\s*(.{0,400})",
    re.DOTALL,
)
_PORTS: Final = (
    r'(?:ListenAndServe|\.Run|\.Start|\.Listen|bind)\(\s*\(?\s*"[^":]*:(\d{2,5})"', r'(?:bind|Listen)\(\s*\("[^"]*",\s*(\d{2,5})\)',
    r'":(\d{2,5})"', r'"0\.0\.0\.0:(\d{2,5})"',
)  # fmt: skip
_LISTENS: Final = re.compile(
    r"ListenAndServe|\.Run\(|\.Start\(|\.Listen\(|HttpServer|SpringApplication|TcpListener|axum::serve"
)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'", "0": "\0"}
_MOST: Final = 1000


def read(language: str, source: str) -> Behaviour:
    """What a program does."""
    text = _without_comments(source)
    main = body_after(text, _MAIN[language])
    routes = _routes(text)
    folder = re.search(r'FileServer\(\s*http\.Dir\(\s*"([^"]*)"', text)
    listens = bool(_LISTENS.search(text))
    plain = _plain_prints(language, main)
    return {
        "prints": _prints(language, main) if plain is None else plain[0], "routes": routes, "is_plain": plain is not None,
        "status": 0 if plain is None else plain[1], "has_main": bool(main),
        "port": _port(text) if listens and (routes or language != "java") else 0, "banner": "",
        "files": folder[1] if folder else "", "takes_all": bool(re.search(r'Handle(?:Func)?\(\s*"/"', text)),
    }  # fmt: skip


def has_main(language: str, source: str) -> bool:
    return re.search(_MAIN[language], _without_comments(source)) is not None


def merged(parts: list[Behaviour]) -> Behaviour:
    """A program of several sources."""
    mains = [part for part in parts if part["has_main"]]
    found: Behaviour = {
        "prints": [], "routes": {}, "port": 0, "banner": "", "files": "", "takes_all": False, "has_main": bool(mains),
        "is_plain": len(mains) == 1 and mains[0]["is_plain"], "status": mains[0]["status"] if len(mains) == 1 else 0,
    }  # fmt: skip
    for part in parts:
        found["prints"] = (found["prints"] + part["prints"])[:_MOST]
        found["routes"] |= part["routes"]
        found["port"] = found["port"] or part["port"]
        for name in ("banner", "files", "takes_all"):
            found[name] = found[name] or part[name]
    return found


def _without_comments(source: str) -> str:
    """The source with its comments gone, texts left as they are."""
    pattern = r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|//[^\n]*|/\*.*?\*/'
    return re.sub(pattern, lambda match: "" if match[0][:2] in ("//", "/*") else match[0], source, flags=re.DOTALL)


def body_after(text: str, pattern: str) -> str:
    """What stands between the braces after the first match of a pattern; "" without one."""
    match = re.search(pattern, text)
    start = text.find("{", match.end()) if match else -1
    return _block(text, start) if start >= 0 else ""


def _block(text: str, start: int) -> str:
    """From an open brace to the one that closes it."""
    depth = 0
    for match in re.finditer(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|[{}]', text[start:]):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return text[start : start + match.end()]
    return text[start:]


_RETURN: Final = re.compile(r"\s*return\s+(\d{1,3})\s*;\s*")
_END: Final = {"go": r"\s*\)[ \t]*(?:;|\n|$)", "rust": r"\s*\)\s*;?", "c": r"\s*\)\s*;", "java": r"\s*\)\s*;"}
_ENDL: Final = r"\s*(?:<<\s*(?:std::)?endl\s*)?;"


def _plain_prints(language: str, main: str) -> tuple[list[list[Any]], int] | None:
    """The prints of a main function that is nothing else, and its status; None for any other."""
    body = main.strip().removeprefix("{").removesuffix("}")
    found: list[list[Any]] = []
    place = 0
    while body[place:].strip():
        for pattern, descriptor, end in _PRINTS[language]:
            is_stream = "cout" in pattern
            match = re.compile(rf"\s*{pattern}\s*(?:{_STRING}){_ENDL if is_stream else _END[language]}").match(
                body, place
            )
            if match is None or "log" in pattern:  # a line of a log begins with the time
                continue
            text = _as_formatted(language, pattern, _literal(match[1], match[2]))
            if text is None:
                return None
            found.append(
                [
                    descriptor,
                    text
                    + (
                        "\n"
                        if is_stream and "endl" in match[0][match.end(1) - match.start() :]
                        else ""
                        if is_stream
                        else end
                    ),
                ]
            )
            place = match.end()
            break
        else:
            status = _RETURN.fullmatch(body, place) if language == "c" else None
            return (found[:_MOST], int(status[1]) & 255) if status is not None else None
    return (found[:_MOST], 0) if found else None


def _as_formatted(language: str, pattern: str, text: str) -> str | None:
    """A literal text as it is printed; None if it has places to fill."""
    if language == "rust":
        plain = text.replace("{{", "").replace("}}", "")
        return None if "{" in plain or "}" in plain else text.replace("{{", "{").replace("}}", "}")
    if "rint" in pattern and "f" in pattern.split("rint", 1)[1][:3]:
        return None if "%" in text.replace("%%", "") else text.replace("%%", "%")
    return text


def _prints(language: str, main: str) -> list[list[Any]]:
    found: list[tuple[int, int, str]] = []
    for pattern, descriptor, end in _PRINTS[language]:
        for match in re.finditer(pattern + rf"\s*(?:{_STRING})\s*([^\n;]?)", main):
            text = _literal(match[1], match[2])
            if not re.search(r"%[a-zA-Z+#]|\{[\w:?#]*\}", text):  # what is computed is not known
                found.append((match.start(), descriptor, text + end))
    return [[descriptor, text] for _, descriptor, text in sorted(found)][:_MOST]


def _literal(quoted: str | None, raw: str | None) -> str:
    if quoted is None:
        return raw or ""
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), quoted)


def _routes(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for match in _ROUTE.finditer(text):
        path = next((group for group in match.groups() if group is not None), "/")
        rest = text[match.end() :]
        named = re.match(r"(?:web::\w+\(\)\.to\()?(\w+)\s*\)", rest) if match[1] else None
        body = body_after(text, rf"(?:func|fn)\s+{named[1]}\s*\(") if named else _block(rest, max(0, rest.find("{")))
        found.setdefault(path if path.startswith("/") else f"/{path}", _written(body))
    return found


def _written(body: str) -> list[str]:
    """The type and text of what a function answers: the first it writes."""
    match = _WRITES.search(body)
    if match is None:
        return ["text/plain; charset=utf-8", ""]
    rest, call = match[1], match[0]
    if "JSON(" in call or ".json(" in call or rest.startswith(("gin.H", "map[", "echo.Map", "fiber.Map")):
        pairs = re.findall(rf'"([^"]+)"\s*:\s*(?:{_STRING}|([\w.]+))', rest)
        fields = ",".join(f'"{name}":"{_literal(text, raw) or word}"' for name, text, raw, word in pairs)
        return ["application/json; charset=utf-8", "{" + fields + "}"]
    literal = re.search(_STRING, rest)
    text = _literal(literal[1], literal[2]) if literal else ""
    text = re.sub(r"%[sv]|\{\}", "…", text) + ("\n" if "Fprintln" in call else "")
    kind = "text/html" if "HTML(" in call or text.lstrip().startswith("<") else "text/plain"
    return [f"{kind}; charset=utf-8", text]


def _port(text: str) -> int:
    for pattern in _PORTS:
        match = re.search(pattern, text)
        if match:
            return int(match[1])
    numbers = re.findall(r'"(\d{4,5})"', text)
    return int(numbers[0]) if numbers else 8080

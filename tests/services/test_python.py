"""python3: small scripts, the prompt, waiting, and what is said of the rest."""

from __future__ import annotations

import re

import pytest

from helpers.services_machine import Machine


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("print(1 + 2 * 3, 7 // 2, 2 ** 10, 7 / 2)", "7 3 1024 3.5\n"),
        ("name = 'world'\nprint(f'hello {name!r} {3.14159:.2f}')", "hello 'world' 3.14\n"),
        ("print([1, 'a', None, True], {'k': (1,)})", "[1, 'a', None, True] {'k': (1,)}\n"),
        ("import os\nprint(os.environ['X'], os.environ.get('Y', 'no'), os.getenv('X'))", "set no set\n"),
        ("import sys\nprint(sys.argv, sys.version.split()[0])", "['-c'] 3.12.6\n"),
        ("for i in range(3):\n    if i == 1:\n        continue\n    print(i, end=' ')\nelse:\n    print('done')", "0 2 done\n"),
        ("def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nprint(fib(10))", "55\n"),
        ("n = 0\ndef up(by=2):\n    global n\n    n += by\nup()\nup(3)\nprint(n)", "5\n"),
        ("print([x * 2 for x in range(4) if x % 2], sum(x for x in [1, 2]))", "[2, 6] 3\n"),
        ("a, (b, c) = 1, [2, 3]\nprint(a, b, c, a < b < c, 'x' if c > 2 else 'y')", "1 2 3 True x\n"),
        ("i = 0\nwhile True:\n    i += 1\n    if i > 4:\n        break\nprint(i)", "5\n"),
        ("print('a,b'.split(','), ' x '.strip(), 'abc'[::-1], 'abc'[1:])", "['a', 'b'] x cba bc\n"),
        ("import json\nprint(json.dumps({'a': [1, None]}), json.loads('[1]'))", '{"a": [1, null]} [1]\n'),
        ("import socket, platform\nprint(socket.gethostname(), platform.system())", "box Linux\n"),
        ("print('%s is %d' % ('x', 3), '{}-{}'.format(1, 2), len('abc'))", "x is 3 1-2 3\n"),
    ],
)  # fmt: skip
def test_scripts(source: str, wanted: str) -> None:
    result = Machine().run("/srv/bin/python3", "-c", source, environment={"X": "set"})
    assert (result.stdout, result.stderr, result.status) == (wanted, "", 0)


@pytest.mark.parametrize(
    ("source", "last"),
    [
        ("print(nope)", "NameError: name 'nope' is not defined. Did you mean: 'None'?"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("{}['k']", "KeyError: 'k'"),
        ("'a' + 1", 'TypeError: can only concatenate str (not "int") to str'),
        ("def f(a):\n    pass\nf()", "TypeError: f() missing 1 required positional argument: 'a'"),
        ("'x'.nope", "AttributeError: 'str' object has no attribute 'nope'"),
    ],
)
def test_errors_in_pythons_words(source: str, last: str) -> None:
    result = Machine().run("/srv/bin/python3", "-c", source)
    assert result.status == 1
    assert result.stderr.startswith('Traceback (most recent call last):\n  File "<string>", line ')
    assert result.stderr.splitlines()[-1] == last


def test_what_is_not_simulated_is_named() -> None:
    box = Machine()
    for source, named in (("import tkinter", "the module tkinter"), ("'a' * 10**9", "so large a value")):  # fmt: skip
        result = box.run("/srv/bin/python3", "-c", source)
        assert (result.stderr, result.status) == (f"fakedocker: python3: {named} is not simulated\n", 1)


def test_waiting_goes_on_where_it_was() -> None:
    source = "import time\ndef work(n):\n    for i in range(n):\n        print(i, flush=True)\n        time.sleep(1)\nwork(3)\nprint('end')\n"
    box = Machine({"/app/a.py": source})
    script = "python3 /app/a.py & sleep 0.5; echo first; sleep 1; echo second; wait"
    assert box.sh(script).stdout == "0\nfirst\n1\nsecond\n2\nend\n"


def test_an_endless_loop_can_be_stopped() -> None:
    box = Machine()
    assert box.sh("timeout 0.5 python3 -c 'while True: pass'; echo $?").stdout == "143\n"


def test_files_and_standard_input() -> None:
    box = Machine({"/app/a.py": "import sys\nprint('args', sys.argv[1:])\nsys.exit(3)\n"})
    result = box.sh("cd /app; python3 a.py x y")
    assert (result.stdout, result.status) == ("args ['x', 'y']\n", 3)
    assert box.sh("echo 'print(40 + 2)' | python3").stdout == "42\n"
    assert box.sh("python3 -c 'print(input(\"? \"))'", stdin=b"typed\n").stdout == "? typed\n"
    missing = box.sh("cd /app; python3 nope.py")
    assert missing.stderr == "python3: can't open file '/app/nope.py': [Errno 2] No such file or directory\n"
    assert missing.status == 2
    assert box.sh("python3 --version; PYTHON_VERSION=3.11.9 python3 -V").stdout == "Python 3.12.6\nPython 3.11.9\n"
    wrong = box.sh("python3 -c 'print('")
    assert wrong.stderr == "  File \"<string>\", line 1\n    print(\n         ^\nSyntaxError: '(' was never closed\n"


def test_the_prompt() -> None:
    shown = Machine().session("/srv/bin/python3", lines=("x = 2", "x * 21", "'text'", "for i in range(2):", "    print(i)", "", "nope", "exit()"))  # fmt: skip
    head, _, rest = shown.partition("for more information.\n")
    assert head.startswith("Python 3.12.6 (main, ")
    assert rest == (
        ">>> x = 2\n>>> x * 21\n42\n>>> 'text'\n'text'\n>>> for i in range(2):\n...     print(i)\n... \n0\n1\n>>> nope\n"
        "Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\nNameError: name 'nope' is not defined. Did you mean: 'None'?\n"
        ">>> exit()\n"
    )


def test_values_end_at_the_prompt_as_in_a_program() -> None:
    lines = (
        "class A:", "    def __del__(self): print('del')", "", "a = A()", "a = 1", "b = A()", "A()",
        "def g():", "    try: yield 1", "    finally: print('fin')", "", "next(g())", "c = g(); next(c)", "exit(3)",
    )  # fmt: skip
    shown = Machine().session("python3", "-q", lines=lines)
    rest = re.sub("0x[0-9a-f]+", "0x0", shown.partition(">>> a = A()\n")[2])
    assert rest == (
        ">>> a = 1\ndel\n>>> b = A()\n>>> A()\n<__main__.A object at 0x0>\n>>> def g():\n...     try: yield 1\n"
        "...     finally: print('fin')\n... \n>>> next(g())\nfin\ndel\n1\n>>> c = g(); next(c)\n1\n>>> exit(3)\ndel\nfin\n"
    )


def test_the_http_server_module() -> None:
    box = Machine({"/www/index.html": "hi\n"})
    server = box.serve("sh", "-c", "cd /www; python3 -m http.server 9000")
    assert server.stdout == "Serving HTTP on 0.0.0.0 port 9000 (http://0.0.0.0:9000/) ...\n"
    assert box.sh("curl -s http://localhost:9000/").stdout == "hi\n"
    assert '"GET / HTTP/1.1" 200 -\n' in server.stderr
    assert box.sh("curl -s -o /dev/null -w '%{http_code}' http://localhost:9000/nope").stdout == "404"


def test_the_http_server_listens_where_it_is_told_and_lists_what_has_no_index() -> None:
    box = Machine({"/www/b.txt": "hi\n", "/www/a/c": ""})
    server = box.serve("python3", "-m", "http.server", "9000", "--bind", "127.0.0.1", "--directory", "/www")
    assert server.stdout == "Serving HTTP on 127.0.0.1 port 9000 (http://127.0.0.1:9000/) ...\n"
    assert "127.0.0.1:9000" in box.sh("netstat -tln").stdout
    page = box.sh("curl -s http://localhost:9000/").stdout
    assert "<h1>Directory listing for /</h1>" in page
    assert '<li><a href="a/">a/</a></li>\n<li><a href="b.txt">b.txt</a></li>\n' in page
    assert box.sh("curl -s http://localhost:9000/b.txt").stdout == "hi\n"
    assert box.sh("python3 -m http.server --nosuch").status == 2


def test_files_are_read_and_written() -> None:
    source = """
with open('/tmp/foo.txt', 'w') as f:
    f.write('one\\ntwo\\n')
    print('three', file=f)
with open('/tmp/foo.txt') as f:
    print(f.readline(), end='')
    for line in f:
        print(line.strip())
with open('/tmp/foo.txt', 'ab') as f:
    print(f.write(b'four'))
print(open('/tmp/foo.txt').read().split(), open('/tmp/foo.txt', 'rb').read(3))
open('/nosuch')
"""
    result = Machine().run("/srv/bin/python3", "-c", source)
    assert result.stdout == "one\ntwo\nthree\n4\n['one', 'two', 'three', 'four'] b'one'\n"
    assert result.stderr.endswith("FileNotFoundError: [Errno 2] No such file or directory: '/nosuch'\n")


def test_a_quiet_session_has_no_banner_and_a_key_interrupts_the_line() -> None:
    shown = Machine().session("python3", "-q", lines=("1+1", "if 1:\x03", "2+2"))
    assert shown.startswith(">>> 1+1\n2\n>>> ")
    assert "\nKeyboardInterrupt\n>>> " in shown and "4\n" in shown

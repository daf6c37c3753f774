"""Utilities by what they print: busybox's and GNU's words, filters, files, small languages."""

from __future__ import annotations

import pytest

from helpers.userland_world import Machine, Result

BOTH = ("busybox", "gnu")


def sh(script: str, family: str = "busybox") -> Result:
    return Machine(family).run("sh", "-c", script, directory="/tmp")


@pytest.mark.parametrize(
    ("command", "busybox", "gnu"),
    [
        ("ls x", "ls: x: No such file or directory", "ls: cannot access 'x': No such file or directory"),
        ("cat x", "cat: can't open 'x': No such file or directory", "cat: x: No such file or directory"),
        ("rm x", "rm: can't remove 'x': No such file or directory", "rm: cannot remove 'x': No such file or directory"),
        ("rmdir x", "rmdir: 'x': No such file or directory", "rmdir: failed to remove 'x': No such file or directory"),
        (
            "mkdir /tmp",
            "mkdir: can't create directory '/tmp': File exists",
            "mkdir: cannot create directory '/tmp': File exists",
        ),
        ("cp x y", "cp: can't stat 'x': No such file or directory", "cp: cannot stat 'x': No such file or directory"),
        ("mv x y", "mv: can't rename 'x': No such file or directory", "mv: cannot stat 'x': No such file or directory"),
        ("touch x/y", "touch: x/y: No such file or directory", "touch: cannot touch 'x/y': No such file or directory"),
        (
            "head x",
            "head: x: No such file or directory",
            "head: cannot open 'x' for reading: No such file or directory",
        ),
        ("sort x", "sort: x: No such file or directory", "sort: cannot read: x: No such file or directory"),
        ("find x", "find: x: No such file or directory", "find: 'x': No such file or directory"),
        (
            "stat x",
            "stat: can't stat 'x': No such file or directory",
            "stat: cannot statx 'x': No such file or directory",
        ),
        ("grep a x", "grep: x: No such file or directory", "grep: x: No such file or directory"),
        ("chown foo /tmp", "chown: unknown user foo", "chown: invalid user: 'foo'"),
        ("id foo", "id: unknown user foo", "id: 'foo': no such user"),
        ("env foo", "env: can't execute 'foo': No such file or directory", "env: 'foo': No such file or directory"),
        ("date -d foo", "date: invalid date 'foo'", "date: invalid date 'foo'"),
    ],
)
def test_each_family_words_errors_its_own_way(command: str, busybox: str, gnu: str) -> None:
    for family, expected in zip(BOTH, (busybox, gnu), strict=True):
        result = sh(command, family)
        assert (result.stdout, result.stderr) == ("", expected + "\n")
        assert result.status != 0


def test_quotes_are_curly_in_a_locale_of_utf_8() -> None:
    result = Machine("gnu").run("mkdir", "/tmp", environment={"LANG": "C.UTF-8"})
    assert result.stderr == "mkdir: cannot create directory ‘/tmp’: File exists\n"


FILTERS = [
    ("seq 3", "1\n2\n3\n"),
    ("seq -w 8 2 12; seq -s, 3", "08\n10\n12\n1,2,3\n"),
    ("seq 5 | head -n 2; seq 5 | tail -n 2; seq 5 | head -n -3; seq 5 | tail -n +4", "1\n2\n4\n5\n1\n2\n4\n5\n"),
    ("printf 'b 2\\na 10\\nc 1\\n' | sort -k2n", "c 1\nb 2\na 10\n"),
    ("printf 'a\\nb\\na\\n' | sort -u; printf '3\\n10\\n2\\n' | sort -rn", "a\nb\n10\n3\n2\n"),
    ("printf 'a\\na\\nb\\n' | uniq -c | sed 's/^ *//'", "2 a\n1 b\n"),
    ("echo a:b:c | cut -d: -f1,3; echo abcdef | cut -c2-4", "a:c\nbcd\n"),
    ("echo hello | tr a-y b-z; echo aabb | tr -s a; echo a1b2 | tr -d 0-9", "ifmmp\nabb\nab\n"),
    ("echo abc | tr '[:lower:]' '[:upper:]'", "ABC\n"),
    ("printf 'one\\ntwo\\n' | grep -n t; printf 'a\\nb\\n' | grep -v a; echo abc | grep -o 'b.'", "2:two\nb\nbc\n"),
    ("printf 'x1\\ny2\\n' | grep -E '^[xy][0-9]+$' | grep -c .", "2\n"),
    (
        "echo a.b | sed 's/\\./-/; s/\\(.\\)-\\(.\\)/\\2-\\1/'; seq 5 | sed -n '2,3p;$p'; seq 3 | sed 2d",
        "b-a\n2\n3\n5\n1\n3\n",
    ),
    (
        "printf 'a b\\nc d\\n' | awk '{print $2, NR}'; echo 1 2 3 | awk '{for(i=1;i<=NF;i++) s+=$i; print s}'",
        "b 1\nd 2\n6\n",
    ),
    ("echo 'k=v' | awk -F= '{print $1\"->\"$2}'; seq 4 | awk 'NR%2==0{n++} END{print n}'", "k->v\n2\n"),
    ('awk \'BEGIN { while (("echo a; echo b" | getline l) > 0) print "<" l ">"; system("echo s") }\'', "<a>\n<b>\ns\n"),
    ("seq 4 | xargs -n 2 echo; echo a b | xargs -I{} echo '<{}>'", "1 2\n3 4\n<a b>\n"),
    ("basename /a/b.c .c; dirname /a/b; expr 2 + 3; expr abc : 'a\\(.\\)'", "b\n/a\n5\nb\n"),
    ("printf abc | md5sum; printf abc | sha256sum | cut -c1-8", "900150983cd24fb0d6963f7d28e17f72  -\nba7816bf\n"),
    ("printf abc | base64; echo YWJj | base64 -d", "YWJj\nabc"),
    ("printf 'abc\\n' | od -An -tx1", " 61 62 63 0a\n"),
    ("date -u -d @0 +%Y-%m-%dT%H:%M:%SZ; date -d '2024-02-28 1 day' +%F", "1970-01-01T00:00:00Z\n2024-02-29\n"),
    ('echo \'{"a":[1,{"b":"x"}]}\' | jq -c .a; echo \'{"a":"q"}\' | jq -r .a', '[1,{"b":"x"}]\nq\n'),
    ("echo one | tee f | cat; cat f", "one\none\n"),
    (
        "printf '1\\n2\\n3\\n' > a; printf '1\\nx\\n3\\n' > b; diff -u a b | tail -n +3",
        "@@ -1,3 +1,3 @@\n 1\n-2\n+x\n 3\n",
    ),
    (
        "mkdir -p d/e; touch d/f d/e/g; find d | sort; find d -type f -name 'g*'; ls d",
        "d\nd/e\nd/e/g\nd/f\nd/e/g\ne\nf\n",
    ),
    ("touch a b; find . -name a -exec echo got {} \\;; find . -name b -delete; ls", "got ./a\na\n"),
    (
        "echo x > a; ln -s a l; readlink l; cat l; ln a h; stat -c '%h %a %s' h; chmod 600 a; stat -c %a a",
        "a\nx\n2 644 2\n600\n",
    ),
    ("mkdir s; echo 1 > s/f; cp -r s t; cat t/f; mv t u; ls; rm -r s u; ls", "1\ns\nu\n"),
    ("mkdir d; echo hi > d/f; tar -czf t.tgz d; rm -r d; tar -tzf t.tgz; tar -xzf t.tgz; cat d/f", "d/\nd/f\nhi\n"),
    ("echo text > f; gzip f; ls; gunzip f.gz; cat f", "f.gz\ntext\n"),
    ("dd if=/dev/zero of=z bs=1k count=3 2>/dev/null; stat -c %s z; truncate -s 10 z; stat -c %s z", "3072\n10\n"),
    ("seq 3 | paste -sd+ -; echo 'a b' | fold -w 1 | head -n 1; echo abc | rev; seq 2 | tac", "1+2+3\na\ncba\n2\n1\n"),
    ("whoami; id -u; hostname; uname; nproc; pwd", "root\n0\nbox\nLinux\n2\n/tmp\n"),
    ("yes | head -n 2; echo $?", "y\ny\n0\n"),
    ("a=$(date +%s); sleep 1h; echo $(( $(date +%s) - a ))", "3600\n"),
    ("echo 1 > f; tail -f f & p=$!; sleep 1; echo 2 >> f; sleep 1; kill $p", "1\n2\n"),
]


@pytest.mark.parametrize("family", BOTH)
@pytest.mark.parametrize(("script", "expected"), FILTERS)
def test_prints(family: str, script: str, expected: str) -> None:
    result = sh(script, family)
    assert (result.stdout, result.stderr) == (expected, "")


def test_timeout_has_a_status_for_each_family() -> None:
    assert sh("timeout 1 sleep 5; echo $?; timeout 5 echo ok").stdout == "143\nok\n"
    assert sh("timeout 1 sleep 5; echo $?; timeout 5 echo ok", "gnu").stdout == "124\nok\n"


def test_ls_long_has_the_columns_of_its_family() -> None:
    script = "echo hello > f; touch -d @1699999000 f; ls -l f"
    assert sh(script).stdout == "-rw-r--r--    1 root     root             6 Nov 14 21:56 f\n"
    assert sh(script, "gnu").stdout == "-rw-r--r-- 1 root root 6 Nov 14 21:56 f\n"


def test_a_user_without_a_name() -> None:
    assert Machine().run("whoami", user=(1000, 1000)) == ("", "whoami: unknown uid 1000\n", 1)
    assert Machine().run("id", user=(1000, 1000)).stdout.startswith("uid=1000 gid=1000")


def test_ps_lists_the_processes_of_its_namespace() -> None:
    lines = Machine().run("sh", "-c", "sleep 300 & sleep 1; ps").stdout.splitlines()
    assert lines[0] == "PID   USER     COMMAND"
    assert "    1 root     sleep 1000000000" in lines
    assert any(line.endswith(" root     sleep 300") for line in lines)


def test_nc_listens_and_connects() -> None:
    script = "nc -l -p 9000 > got & sleep 1; echo ping | nc 127.0.0.1 9000; wait; cat got"
    assert sh(script).stdout == "ping\n"


def test_curl_words_a_refused_connection() -> None:
    result = sh("curl http://127.0.0.1:8080/")
    assert result.status == 7
    assert "curl: (7) Failed to connect to 127.0.0.1 port 8080 after " in result.stderr
    assert sh("curl -s http://nosuch/; echo $?").stdout == "6\n"


def test_busybox_lists_its_applets_and_each_runs_or_says_that_it_is_not_simulated() -> None:
    machine = Machine()
    shown = machine.run("busybox")
    assert shown.stdout.startswith("BusyBox v1.35.0 ") and "Usage: busybox [function [arguments]...]" in shown.stdout
    listed = machine.run("busybox", "--list").stdout.split()
    assert listed == sorted(listed) and {"[", "awk", "sed"} <= set(listed)
    assert machine.run("busybox", "brctl") == ("", "fakedocker: brctl: this program is not simulated\n", 126)
    assert machine.run("busybox", "nosuch") == ("", "nosuch: applet not found\n", 127)
    assert machine.run("busybox", "echo", "--list").stdout == "--list\n"


@pytest.mark.parametrize(
    ("line", "gnu", "busybox"),
    [
        ("cmp -n x a a", "cmp: invalid --bytes value 'x'\ncmp: Try 'cmp --help' for more information.\n", "cmp: invalid number 'x'\n"),
        ("diff -U x a b", "diff: invalid context length 'x'\ndiff: Try 'diff --help' for more information.\n", "diff: invalid number 'x'\n"),
        ("grep -m x a a", "grep: invalid max count\n", "grep: invalid number 'x'\n"),
        ("grep -C x a a", "grep: x: invalid context length argument\n", "grep: invalid number 'x'\n"),
        ("uniq -f x a", "uniq: x: invalid number of fields to skip\n", "uniq: invalid number 'x'\n"),
        ("shuf -n x a", "shuf: invalid line count: 'x'\n", "shuf: invalid number 'x'\n"),
        ("base64 -w x a", "base64: invalid wrap size: 'x'\n", "base64: invalid number 'x'\n"),
        ("split -l 0 a", "split: invalid number of lines: '0': Numerical result out of range\n", "split: number 0 is not in 1..2147483647 range\n"),
        ("strings -n 0 a", "strings: invalid minimum string length 0\n", "strings: number 0 is not in 1..2147483647 range\n"),
        ("join -1 0 a b", "join: invalid field number: '0'\n", "join: number 0 is not in 1..2147483647 range\n"),
        ("nl -v x a", "nl: invalid starting line number: 'x'\n", "nl: invalid number 'x'\n"),
        ("fold -w 0 a", "fold: invalid number of columns: '0': Numerical result out of range\n", "fold: number 0 is not in 1..10000 range\n"),
        ("expand -t 0 a", "expand: tab size cannot be 0\n", "expand: number 0 is not in 1..4294967295 range\n"),
        ("xargs -n 0 true", "xargs: value 0 for -n option should be >= 1\nTry 'xargs --help' for more information.\n", "xargs: number 0 is not in 1..2147483647 range\n"),
        ("xargs -n ² true", "xargs: invalid number \"²\" for -n option\nTry 'xargs --help' for more information.\n", "xargs: invalid number '²'\n"),
    ],
)  # fmt: skip
def test_numbers_that_are_none(line: str, gnu: str, busybox: str) -> None:
    for family, words in (("gnu", gnu), ("busybox", busybox)):
        machine = Machine(family, files={"/a": b"a\n", "/b": b"b\n"})
        done = machine.run(*line.split(), stdin=b"x\n", directory="/")
        assert (done[1], done.status != 0) == (words, True), family

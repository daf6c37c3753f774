"""Programs that packages install, where the real ones cannot be recorded: versions, what is not simulated, memory."""

from __future__ import annotations

import re

import pytest

from helpers.userland_world import Machine, Result


def sh(script: str, family: str = "gnu") -> Result:
    return Machine(family).run("sh", "-c", script, directory="/tmp")


@pytest.mark.parametrize(
    ("command", "first_line"),
    [
        ("gcc --version", "gcc (Debian 12.2.0-14) 12.2.0"),
        ("cc --version", "cc (Debian 12.2.0-14) 12.2.0"),
        ("openssl version", "OpenSSL 3.0.14 4 Jun 2024 (Library: OpenSSL 3.0.14 4 Jun 2024)"),
        ("vim --version", "VIM - Vi IMproved 9.0 (2022 Jun 28)"),
        ("nano --version", " GNU nano, version 7.2"),
        ("htop --version", "htop 3.2.2"),
        ("make --version", "GNU Make 4.3"),
    ],
)
def test_a_version_is_that_of_the_package(command: str, first_line: str) -> None:
    result = sh(command)
    assert (result.stdout.splitlines()[0], result.stderr, result.status) == (first_line, "", 0)


@pytest.mark.parametrize(
    "command",
    [
        "touch a.c; gcc -S a.c",
        "openssl genrsa 2048",
        "openssl req -x509 -nodes -keyout k.pem -out c.pem",
        "openssl enc -aes-256-cbc -k x",
        "printf 'a::\\n\\techo\\n' > Makefile; make",
        "make -p",
    ],
)
def test_what_is_not_simulated_says_so_and_fails(command: str) -> None:
    result = sh(command)
    assert "not simulated" in result.stderr
    assert result.status not in (0, None)


def test_editors_need_a_terminal() -> None:
    assert sh("nano x < /dev/null") == ("", "Standard input is not a terminal\n", 1)
    assert "Vim: Warning: Input is not from a terminal\n" in sh("vim x < /dev/null").stderr
    assert sh("vi x < /dev/null", "busybox").stderr == "vi: can't read user input\n"


def test_make_goes_on_where_it_stood_after_commands_that_wait() -> None:
    makefile = "D := $(shell sleep 5; echo d)\nall: a b\n\t@echo $@ $(D)\na b:\n\t@sleep 60; echo $@ $(shell sleep 1; echo s)\n"
    machine = Machine("gnu", files={"tmp/Makefile": makefile.encode()})
    before_ns = machine.draft.now_ns
    assert machine.run("make", directory="/tmp") == ("a s\nb s\nall d\n", "", 0)
    assert (machine.draft.now_ns - before_ns) // 1_000_000_000 == 127


def test_a_text_that_doubles_at_every_level_ends_make() -> None:
    lines = ["A0 = "] + [f"A{level} = $(A{level - 1})$(A{level - 1})" for level in range(1, 60)]
    machine = Machine("gnu", files={"tmp/Makefile": "\n".join([*lines, "all: ; @echo $(A59)"]).encode()})
    result = machine.run("make", directory="/tmp")
    assert (result.stdout, result.status) == ("", 2)
    assert "virtual memory exhausted" in result.stderr


def test_random_bytes_are_of_the_seed() -> None:
    assert sh("openssl rand -hex 16").stdout == sh("openssl rand -hex 16").stdout
    assert len(set(sh("openssl rand -hex 16; openssl rand -hex 16").stdout.split())) == 2


def test_busybox_unzips_in_its_own_words() -> None:
    made = "echo hello > a.txt; mkdir s; seq 1000 > s/n; zip -qr t.zip a.txt s; touch -d '2024-01-02 03:04' a.txt; zip -q t.zip a.txt; "
    assert sh(made + "unzip t.zip -d q", "busybox").stdout == (
        "Archive:  t.zip\n  inflating: q/a.txt\n   creating: q/s/\n  inflating: q/s/n\n"
    )
    assert sh(made + "unzip -l t.zip a.txt", "busybox").stdout == (
        "Archive:  t.zip\n  Length      Date    Time    Name\n---------  ---------- -----   ----\n"
        "        6  01-02-2024 03:04   a.txt\n --------                     -------\n        6                     1 files\n"
    )
    assert sh("unzip no.zip", "busybox") == ("", "unzip: can't open no.zip[.zip]\n", 1)


GIT = (
    "export GIT_AUTHOR_DATE=2024-01-02T03:04:05Z GIT_COMMITTER_DATE=2024-01-02T03:04:05Z;"
    " git config --global user.name Me; git config --global user.email me@x.y; git config --global init.defaultBranch main;"
    " git init -q r; cd r; echo hi > a; git add a; git commit -qm first; "
)


def test_a_commit_with_fixed_dates_has_the_hash_that_git_gives_it() -> None:
    assert sh(GIT + "git rev-parse HEAD").stdout == "0f3fc04ae4904f1b1b72a210cdd071520ddf1295\n"


def test_dates_of_commits_are_the_worlds() -> None:
    script = (
        GIT
        + "unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE; git commit -q --allow-empty -m now; git log -1 --format='%ad|%cr'"
    )
    assert sh(script).stdout == "Tue Nov 14 22:13:20 2023 +0000|0 seconds ago\n"


@pytest.mark.parametrize(
    ("command", "stderr", "status"),
    [
        ("git rebase main", "fakedocker: git: git rebase is not simulated\n", 128),
        (
            "git commit --allow-empty",
            "fakedocker: git: an editor for the message (use -m or -F) is not simulated\n",
            128,
        ),
        ("git log --since=yesterday", "fakedocker: git: git log --since is not simulated\n", 129),
        ("git status --nosuch", "fakedocker: git: git status --nosuch is not simulated\n", 129),
        (
            "git push ../r main",
            "fakedocker: git: git push between repositories (clone copies one) is not simulated\n",
            128,
        ),
        ("touch .git/objects/pack/p.pack; git show 1234567890123456789012345678901234567890", None, 128),
    ],
)
def test_what_git_does_not_simulate_says_so(command: str, stderr: str | None, status: int) -> None:
    result = sh(GIT + command)
    assert result.status == status
    if stderr is not None:
        assert result.stderr == stderr


def test_a_repository_of_another_user_is_refused_until_it_is_called_safe() -> None:
    script = (
        GIT
        + "chown 1000:1000 . .git; git status -s; echo $?; git config --global --add safe.directory $PWD; git status -s; echo $?"
    )
    result = sh(script)
    assert result.stdout == "128\n0\n"
    assert result.stderr.startswith("fatal: detected dubious ownership in repository at '/tmp/r'\n")


def test_both_sides_changing_a_file_is_refused_before_anything_is_done() -> None:
    script = GIT + (
        "git checkout -qb x; echo x > a; git commit -qam x; git checkout -q main; echo y > a; git commit -qam y;"
        " git merge x; echo $?; git status -s; cat a; git log --oneline | wc -l"
    )
    result = sh(script)
    assert (result.stdout, result.stderr) == (
        "128\ny\n2\n",
        "fakedocker: git: merging changes that both sides made to a is not simulated\n",
    )


def test_a_repository_over_ssh_needs_ssh() -> None:
    result = sh("git clone git@host.invalid:a/b.git; echo $?; ls")
    assert result.stdout == "128\n"
    assert (
        result.stderr
        == "Cloning into 'b'...\nerror: cannot run ssh: No such file or directory\nfatal: unable to fork\n"
    )


def test_a_repository_that_tutorials_use_can_be_cloned() -> None:
    result = sh(
        "git clone https://github.com/docker/getting-started-app.git; cd getting-started-app; git status; git log --oneline;"
        " sed -n '56p;109p' src/static/js/app.js; git clone -q -b other https://github.com/docker/getting-started-app x"
    )
    assert result.stdout == (
        "On branch main\nYour branch is up to date with 'origin/main'.\n\nnothing to commit, working tree clean\n"
        "bb9e003 Begin with a to-do list\n"
        '<p className="text-center">No items yet! Add one above!</p>\n'
        "        ${submitting ? 'Adding...' : 'Add Item'}\n"
    )
    assert result.stderr == (
        "Cloning into 'getting-started-app'...\nfakedocker: https://github.com/docker/getting-started-app.git is an application"
        " of fakedocker's own here, with the same files and lines to change\n"
        "fatal: Remote branch other not found in upstream origin\n"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("next monday", "2023-11-20 00:00:00"),
        ("monday", "2023-11-20 00:00:00"),
        ("tuesday", "2023-11-14 00:00:00"),
        ("next tuesday", "2023-11-21 00:00:00"),
        ("last friday", "2023-11-10 00:00:00"),
        ("2 days ago", "2023-11-12 22:13:20"),
        ("yesterday 10:00", "2023-11-13 10:00:00"),
        ("next month", "2023-12-14 22:13:20"),
        ("Jan 5", "2023-01-05 00:00:00"),
        ("10pm", "2023-11-14 22:00:00"),
        ("", "2023-11-14 00:00:00"),
    ],
)
def test_dates_that_go_by_the_day_of_the_world(text: str, shown: str) -> None:
    assert sh(f"date -d '{text}' '+%F %T'") == (f"{shown}\n", "", 0)


def test_rsync_goes_to_no_other_host() -> None:
    result = sh("mkdir a; rsync -a a host:/b")
    assert (result.stdout, result.status) == ("", 1)
    assert result.stderr == "fakedocker: rsync: copying to or from another host (host:/b) is not simulated\n"


def typed(command: str, keys: str, family: str = "gnu", text: str = "one\ntwo words\nthree\n") -> tuple[str, str]:
    """A file after some keys in an editor in a terminal, and what the terminal was sent."""
    machine = Machine(family, files={"tmp/f": text.encode()})
    pid, stream = machine.start("sh", "-c", f"{command}; echo status $?; stty -a", terminal=True, directory="/tmp")
    machine.settle(pid, seconds=1)
    for key in re.findall(r"\x1b\[[A-Z]|[\s\S]", keys):
        machine.kernel.feed(stream, key.encode())
        machine.settle(pid, seconds=1)
    machine.settle(pid)
    shown = machine.output[f"{stream}/1"].decode()
    assert pid in machine.exited, shown[-300:]
    return machine.run("cat", "/tmp/f").stdout, shown


@pytest.mark.parametrize("program", ["vi", "vim"])
@pytest.mark.parametrize(
    ("keys", "content"),
    [
        ("ihello \x1b:wq\r", "hello one\ntwo words\nthree\n"),
        ("jdd:x\r", "one\nthree\n"),
        ("Go" + "last\x1bZZ", "one\ntwo words\nthree\nlast\n"),
        ("jwxA!\x1bu:wq\r", "one\ntwo ords\nthree\n"),
        ("/wor\rD:wq\r", "one\ntwo \nthree\n"),
        ("yyPOnew\x1b:wq\r", "new\none\none\ntwo words\nthree\n"),
        ("xx:q\r:q!\r", "one\ntwo words\nthree\n"),
        (":2\rJdwie\x7ff\x1b:w\r:q\r", "one\nfwords three\n"),
    ],
)
def test_vi_edits_a_file(program: str, keys: str, content: str) -> None:
    after, shown = typed(f"{program} f", keys, "busybox" if program == "vi" else "gnu")
    assert after == content
    assert "status 0" in shown
    assert " echo" in shown


@pytest.mark.parametrize(
    ("keys", "content"),
    [
        ("new \x0f\r\x18", "new one\ntwo words\nthree\n"),
        ("\x0b\x1b[B\x15\x18y\r", "two words\none\nthree\n"),
        ("x\x18n", "one\ntwo words\nthree\n"),
        ("\x17words\r!\x18y\r", "one\ntwo !words\nthree\n"),
        ("\x05\x7fE\r\x18y\r", "onE\n\ntwo words\nthree\n"),
    ],
)
def test_nano_edits_a_file(keys: str, content: str) -> None:
    after, shown = typed("nano f", keys)
    assert after == content
    assert "GNU nano 7.2" in shown
    assert "status 0" in shown


def test_editors_say_what_they_leave_out() -> None:
    assert "not simulated: q" in typed("vi f", "q:q\r", "busybox")[1]
    assert "E492" in typed("vim f", ":%s/a/b/\r:q\r")[1]

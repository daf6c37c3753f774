"""Programs that make users and groups: the shadow utilities and Debian's scripts as they were observed, and busybox's."""

from __future__ import annotations

import pytest

from helpers.packages_world import Box


@pytest.fixture
def debian() -> Box:
    return Box("debian:bookworm")


@pytest.fixture
def alpine() -> Box:
    return Box("alpine:3.20")


def lines(box: Box, path: str, count: int) -> list[str]:
    return box.sh(f"tail -n {count} {path}").stdout.splitlines()


def test_useradd_makes_a_user_with_a_group_and_a_home(debian: Box) -> None:
    assert debian.sh("useradd -ms /bin/bash app").status == 0
    assert lines(debian, "/etc/passwd", 1) == ["app:x:1000:1000::/home/app:/bin/bash"]
    assert lines(debian, "/etc/group", 1) == ["app:x:1000:"]
    assert lines(debian, "/etc/shadow", 1)[0].startswith("app:!:")
    assert debian.sh("stat -c '%a %U %G' /home/app /home/app/.bashrc").stdout == "755 app app\n644 app app\n"
    assert debian.sh("su app -c 'id; cd; pwd'").stdout == "uid=1000(app) gid=1000(app) groups=1000(app)\n/home/app\n"


def test_what_useradd_chooses(debian: Box) -> None:
    script = "useradd a; useradd -r s; useradd -u 0 -o root2; useradd b; useradd -g users c; useradd -m -d /data/x -G sudo,users d"
    assert (
        debian.sh(script).stderr
        == "useradd warning: root2's uid 0 outside of the UID_MIN 1000 and UID_MAX 60000 range.\n"
    )
    assert lines(debian, "/etc/passwd", 6) == [
        "a:x:1000:1000::/home/a:/bin/sh",
        "s:x:999:999::/home/s:/bin/sh",
        "root2:x:0:1001::/home/root2:/bin/sh",
        "b:x:1001:1002::/home/b:/bin/sh",
        "c:x:1002:100::/home/c:/bin/sh",
        "d:x:1003:1003::/data/x:/bin/sh",
    ]
    assert debian.sh("test -e /home/a").status == 1
    assert debian.sh("id -Gn d").stdout == "d sudo users\n"


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        ("useradd app", 9, "useradd: user 'app' already exists"),
        ("useradd -g nosuch x", 6, "useradd: group 'nosuch' does not exist"),
        ("useradd -G nosuch x", 6, "useradd: group 'nosuch' does not exist"),
        ("useradd -u 0 x", 4, "useradd: UID 0 is not unique"),
        ("useradd Bad:Name", 3, "useradd: invalid user name 'Bad:Name': use --badname to ignore"),
        ("useradd -u abc x", 3, "useradd: invalid user ID 'abc'"),
        ("usermod -aG nosuch app", 6, "usermod: group 'nosuch' does not exist"),
        ("usermod -aG sudo nobodyx", 6, "usermod: user 'nobodyx' does not exist"),
        ("groupadd app", 9, "groupadd: group 'app' already exists"),
        ("groupadd -g 0 x", 4, "groupadd: GID '0' already exists"),
        ("groupdel app", 8, "groupdel: cannot remove the primary group of user 'app'"),
        ("groupdel nosuch", 6, "groupdel: group 'nosuch' does not exist"),
        ("userdel nosuch", 6, "userdel: user 'nosuch' does not exist"),
        ("adduser --disabled-password app", 1, "adduser: The user `app' already exists."),
        ("adduser app nosuch", 1, "adduser: The group `nosuch' does not exist."),
        ("adduser nosuch sudo", 1, "adduser: The user `nosuch' does not exist."),
        ("addgroup app", 1, "addgroup: The group `app' already exists."),
        ("deluser nosuch", 2, "deluser: The user `nosuch' does not exist."),
    ],
)
def test_what_is_refused_changes_nothing(debian: Box, command: str, status: int, message: str) -> None:
    debian.sh("useradd app")
    before = debian.sh("cat /etc/passwd /etc/group /etc/shadow").stdout
    result = debian.sh(command)
    assert (result.status, result.stderr) == (status, message + "\n")
    assert debian.sh("cat /etc/passwd /etc/group /etc/shadow").stdout == before


def test_users_are_changed_and_removed(debian: Box) -> None:
    debian.sh("useradd -m app; groupadd -f extra; groupadd -f extra; groupadd -g 5000 five")
    assert debian.sh("usermod -aG sudo,extra app; id -Gn app").stdout == "app sudo extra\n"
    assert debian.sh("usermod -G five -s /bin/bash -u 2000 app; id -Gn app").stdout == "app five\n"
    assert lines(debian, "/etc/passwd", 1) == ["app:x:2000:1000::/home/app:/bin/bash"]
    assert debian.sh("groupmod -g 6000 -n six five; getent group six").stdout == "six:x:6000:app\n"
    result = debian.sh("userdel -r app")
    assert (result.status, result.stderr) == (0, "userdel: app mail spool (/var/mail/app) not found\n")
    assert debian.sh("grep app /etc/passwd /etc/shadow /etc/group; ls /home").stdout == ""


def test_who_is_not_root_may_not(debian: Box, alpine: Box) -> None:
    assert "cannot lock /etc/passwd" in debian.sh("su nobody -s /bin/sh -c 'useradd x'").stderr
    assert alpine.sh("su nobody -s /bin/sh -c 'adduser -D x'").stderr.startswith("adduser: permission denied")


def test_chpasswd(debian: Box, alpine: Box) -> None:
    assert debian.sh("echo root:secret | chpasswd; cut -d: -f2 /etc/shadow | head -1").stdout.startswith("$6$")
    assert alpine.sh("echo root:secret | chpasswd").stderr == "chpasswd: password for 'root' changed\n"
    assert alpine.sh("echo who:x | chpasswd").stderr == "chpasswd: unknown user who\n"


def test_debians_adduser(debian: Box) -> None:
    assert debian.sh("adduser --disabled-password --gecos '' app").stdout == (
        "Adding user `app' ...\nAdding new group `app' (1000) ...\nAdding new user `app' (1000) with group `app (1000)' ...\n"
        "Creating home directory `/home/app' ...\nCopying files from `/etc/skel' ...\n"
        "Adding new user `app' to supplemental / extra groups `users' ...\nAdding user `app' to group `users' ...\n"
    )
    assert lines(debian, "/etc/passwd", 1) == ["app:x:1000:1000:,,,:/home/app:/bin/bash"]
    assert debian.sh("stat -c %a /home/app; id -Gn app").stdout == "700\napp users\n"
    assert debian.sh("adduser --system --group svc").stdout == (
        "Adding system user `svc' (UID 100) ...\nAdding new group `svc' (GID 101) ...\n"
        "Adding new user `svc' (UID 100) with group `svc' ...\nNot creating `/nonexistent'.\n"
    )
    assert debian.sh("adduser --system --group svc").stdout == "The system user `svc' already exists. Exiting.\n"
    assert debian.sh("addgroup --gid 5555 five").stdout == "Adding group `five' (GID 5555) ...\nDone.\n"
    assert debian.sh("adduser app five").stdout == "Adding user `app' to group `five' ...\nDone.\n"
    assert debian.sh("deluser app five").stdout == "Removing user `app' from group `five' ...\nDone.\n"
    assert debian.sh("delgroup five").stdout == "Removing group `five' ...\nDone.\n"
    assert debian.sh("deluser --remove-home app").stdout == (
        "Looking for files to backup/remove ...\nRemoving files ...\nRemoving user `app' ...\nDone.\n"
    )
    assert debian.sh("ls /home").stdout == ""


def test_busyboxs_adduser(alpine: Box) -> None:
    assert alpine.sh("addgroup -S app && adduser -S -G app app && adduser -D user && adduser -S lone").status == 0
    assert lines(alpine, "/etc/passwd", 3) == [
        "app:x:100:101:Linux User,,,:/home/app:/sbin/nologin",
        "user:x:1000:1000:Linux User,,,:/home/user:/bin/sh",
        "lone:x:101:65533:Linux User,,,:/home/lone:/sbin/nologin",
    ]
    assert alpine.sh("grep app /etc/group").stdout == "app:x:101:app\n"
    assert alpine.sh("stat -c '%a %U' /home/user").stdout == "2755 user\n"
    assert alpine.sh("addgroup user app; id -Gn user").stdout == "user app\n"
    for command, message in (
        ("adduser -D user", "adduser: user 'user' in use"),
        ("adduser -D -G nosuch x", "adduser: unknown group nosuch"),
        ("adduser -D -u 1000 x", "adduser: uid '1000' in use"),
        ("addgroup app", "addgroup: group 'app' in use"),
        ("addgroup -g 101 x", "addgroup: gid '101' in use"),
        ("addgroup who app", "addgroup: unknown user who"),
        ("deluser who", "deluser: unknown user who"),
    ):
        result = alpine.sh(command)
        assert (result.status, result.stderr) == (1, message + "\n")
    assert alpine.sh("deluser --remove-home user; ls /home; grep user: /etc/passwd").stdout == "app\nlone\n"
    assert alpine.sh("delgroup user app 2>/dev/null; deluser app; grep -c ^app: /etc/group").stdout == "0\n"

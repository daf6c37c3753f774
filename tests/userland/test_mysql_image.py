"""The mysql and mariadb images: their data directory is prepared once, in the words of the entry point."""

from __future__ import annotations

import pytest

from fakedocker.testing import FakeDocker
from fakedocker_shell.scenarios.player import Player


@pytest.mark.parametrize(("image", "product"), [("mysql", "MySQL"), ("mariadb", "MariaDB")])
def test_the_data_directory_is_prepared_once(image: str, product: str) -> None:
    host = Player()
    host.run("mkdir init; echo 'create table t (a int)' >init/1.sql; echo 'touch /tmp/x' >init/2.sh")
    host.run(
        f"docker run -d --name db -v data:/var/lib/mysql -v $PWD/init:/docker-entrypoint-initdb.d"
        f" -e MYSQL_RANDOM_ROOT_PASSWORD=1 -e MYSQL_DATABASE=app -e MYSQL_USER=me -e MYSQL_PASSWORD=pw {image}; sleep 30"
    )
    said = [line[27:] for line in host.run("docker logs db 2>&1 | grep Entrypoint").output.splitlines()]
    steps = (
        f"Entrypoint script for {product} Server |Switching to dedicated user 'mysql'|Entrypoint script for {product} Server"
        "|Initializing database files|Database files initialized|Starting temporary server|Temporary server started."
        "|GENERATED ROOT PASSWORD: |Creating database app|Creating user me|Giving user me access to schema app"
        "|/usr/local/bin/docker-entrypoint.sh: running /docker-entrypoint-initdb.d/1.sql|Stopping temporary server"
        f"|Temporary server stopped|{product} init process done. Ready for start up."
    ).split("|")
    texts = [line.partition("[Entrypoint]: ")[2] for line in said]
    assert [text.startswith(step) for text, step in zip(texts, steps, strict=True)] == [True] * len(steps), texts
    asked = f"docker exec db {image} -ume -ppw app -e 'show tables' 2>/dev/null"
    assert host.run(asked).output == "Tables_in_app\nt\n"
    assert host.run("ls /var/lib/docker/volumes/data/_data").output.split()[:3] == ["app", "fakedocker.json", "ibdata1"]
    host.run("docker restart db; sleep 30")
    assert host.run("docker logs db 2>&1 | grep -c 'init process done'").output == "1\n"
    assert host.run(asked).output == "Tables_in_app\nt\n"


def test_without_a_password_it_does_not_start() -> None:
    host = Player()
    host.run("docker run --name db mysql")
    assert (
        "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified"
        in host.run("docker logs db 2>&1").output
    )
    assert host.run("docker inspect -f '{{.State.ExitCode}}' db").output == "1\n"


def test_mariadb_logs_in_its_own_words() -> None:
    with FakeDocker(images=["mariadb"]) as fake:
        server = fake.client.containers.run("mariadb", detach=True, environment={"MARIADB_ROOT_PASSWORD": "x"})
        fake.advance(60)
        log = server.logs().decode()
    assert "MySQL" not in log
    assert "mariadb.org binary distribution" in log
    assert "[Note] mariadbd: ready for connections." in log


def test_mariadb_has_mysqls_names_before_11(capfd: pytest.CaptureFixture[str]) -> None:
    with FakeDocker(images=["mariadb:10.6.4-focal", "mariadb:11.4"]) as fake:
        names = "which mysql mysqladmin mysqldump mysqld | wc -l"
        for tag, count in (("10.6.4-focal", b"4\n"), ("11.4", b"0\n")):
            found = fake.client.containers.run(f"mariadb:{tag}", ["-c", names], entrypoint="sh", remove=True)
            assert found == count
        fake.client.containers.run(
            "mariadb:10.6.4-focal", detach=True, name="old", environment={"MYSQL_ROOT_PASSWORD": "x"}
        )
        fake.advance(60)
        old = fake.client.containers.get("old")
        assert old.exec_run("mysqladmin ping -px --silent").output == b"mysqld is alive\n"
        assert old.exec_run("mysqladmin ping --silent") == (0, b"")  # refused, so there is a server
        assert old.exec_run("mysqladmin status --silent")[0] == 1
        _, shown = old.exec_run(["sh", "-c", "printf 'use mysql;\\nselect 1;\\n' | mysql -px"], tty=True)
        assert b"Warning" not in shown

"""docker compose watch, and the hooks around a container's start and end."""

from __future__ import annotations

from helpers.cli_host import Host

FILE = """
services:
  web:
    build: .
    command: sh -c 'date +%s > /started; sleep 100000'
    init: true
    develop:
      watch:
        - action: sync
          path: ./src
          target: /app/src
          ignore: [skip/, "*.tmp"]
        - action: rebuild
          path: ./package.json
        - action: sync+restart
          path: ./conf
          target: /etc/conf
"""


def _project(text: str = FILE) -> Host:
    host = Host("watched")
    host.run("mkdir -p src/skip conf")
    host.write({"compose.yml": text, "package.json": "1\n", "Dockerfile": "FROM alpine:3.20\nCOPY package.json /\n"})
    return host


def _watching(host: Host, changes: str) -> str:
    """What is said while files are changed."""
    run = f"docker compose watch --quiet > said 2>&1 & sleep 5; {changes}; sleep 3; kill -INT %1; sleep 1; cat said"
    return host.run(f"set -m; {run}")[1]


def test_files_are_copied_as_they_change_and_go() -> None:
    host = _project()
    said = _watching(host, "echo one > src/a; echo x > src/skip/b; echo x > src/c.tmp; echo x > src/.d.swp")
    assert 'Watch enabled\nSyncing "web" after changes were detected\n' in said
    assert said.count("Syncing") == 1
    assert host.run("docker compose exec web cat /app/src/a")[1] == "one\n"
    assert host.run("docker compose exec web ls /app/src")[1] == "a\n"
    said = _watching(host, "rm src/a; mkdir src/deep; echo two > src/deep/f")
    assert (
        host.run("docker compose exec web ls /app/src; docker compose exec web cat /app/src/deep/f")[1] == "deep\ntwo\n"
    )


def test_a_rebuild_makes_the_container_anew() -> None:
    host = _project()
    said = _watching(host, "docker compose ps -q web > before; echo 2 > package.json")
    assert 'Rebuilding service "web" after changes were detected...\n' in said
    assert 'service "web" successfully built\n' in said
    assert host.run("docker compose exec web cat /package.json")[1] == "2\n"
    assert host.run("docker compose ps -q web | cmp -s - before; echo $?")[1] == "1\n"


def test_a_restart_follows_what_was_copied() -> None:
    host = _project()
    said = _watching(host, "docker compose exec web cat /started > before; echo 3 > conf/x")
    assert 'Syncing "web" after changes were detected\n' in said
    assert "Restarting" in said
    assert (
        host.run(
            "docker compose exec web cat /etc/conf/x; docker compose exec web cat /started | cmp -s - before; echo $?"
        )[1]
        == "3\n1\n"
    )


def test_what_cannot_be_watched_is_said() -> None:
    host = _project("services:\n  web: {image: 'alpine:3.20', command: sleep 1000}\n")
    status, _, err = host.run("docker compose watch")
    assert (status, err.splitlines()[-1]) == (
        1, "none of the selected services is configured for watch, consider setting an 'develop' section",
    )  # fmt: skip
    host = _project("services:\n  web: {image: 'alpine:3.20', develop: {watch: [{action: rebuild, path: .}]}}\n")
    assert (
        'can\'t watch service "web" with action rebuild without a build context'
        in host.run("docker compose watch --no-up")[2]
    )


def test_hooks_run_after_the_start_and_before_the_end() -> None:
    text = """
services:
  web:
    image: alpine:3.20
    command: sleep 1000
    init: true
    volumes: ["data:/data"]
    post_start:
      - command: sh -c 'echo started $$WHO >> /data/log'
        environment: [WHO=me]
    pre_stop:
      - command: sh -c 'echo stopping >> /data/log'
volumes: {data: {}}
"""
    host = _project(text)
    assert host.run("docker compose up -d")[0] == 0
    assert (
        host.run("docker compose stop; docker run --rm -v watched_data:/data alpine:3.20 cat /data/log")[1]
        == "started me\nstopping\n"
    )
    host = _project(text.replace("sh -c 'echo started $$WHO >> /data/log'", '["false"]'))
    status, _, err = host.run("docker compose up -d")
    assert (status, err.splitlines()[-1]) == (1, "web hook exited with status 1")

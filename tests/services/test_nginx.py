"""nginx: what it serves by its configuration, what it logs, how it takes signals and mistakes."""

from __future__ import annotations

import re

import pytest

from helpers.nginx_machine import DEFAULT, FILES, LINKS
from helpers.services_machine import Machine, Service

STAMP = "2023/11/14 22:13:2"


def machine(site: str = DEFAULT, **files: str) -> Machine:
    return Machine({**FILES, "/etc/nginx/conf.d/default.conf": site, **files}, LINKS)


def serve(site: str = DEFAULT, **files: str) -> tuple[Machine, Service]:
    box = machine(site, **files)
    return box, box.serve("nginx", "-g", "daemon off;", init=False)


def in_server(text: str) -> str:
    return f"server {{\n listen 80;\n root /usr/share/nginx/html;\n{text}\n}}\n"


def get(text: str, command: str = "curl -si http://localhost/", **files: str) -> str:
    """What a client sees of a server whose block has this text."""
    box, _ = serve(in_server(text), **files)
    return box.sh(command).stdout.replace("\r\n", "\n")


# serving


def test_serves_the_welcome_page_with_nginx_headers() -> None:
    box, _ = serve()
    head, _, body = box.sh("curl -si http://localhost/").stdout.partition("\r\n\r\n")
    assert body == "<h1>Welcome to nginx!</h1>\n"
    lines = head.split("\r\n")
    assert lines[0] == "HTTP/1.1 200 OK"
    names = [line.partition(":")[0] for line in lines[1:]]
    assert names == ["Server", "Date", "Content-Type", "Content-Length", "Last-Modified", "Connection", "ETag", "Accept-Ranges"]  # fmt: skip
    assert "Server: nginx/1.27.1" in lines
    assert "Content-Type: text/html" in lines


def test_a_missing_file_is_404_in_nginx_words_and_in_both_logs() -> None:
    box, server = serve()
    assert box.sh("curl -s http://localhost/nope").stdout == (
        "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n"
        "<hr><center>nginx/1.27.1</center>\r\n</body>\r\n</html>\r\n"
    )
    assert re.search(r'127\.0\.0\.1 - - \[14/Nov/2023:22:13:\d\d \+0000\] "GET /nope HTTP/1\.1" 404 153 "-" "curl/8\.9\.1" "-"\n', server.stdout)  # fmt: skip
    assert (
        ': *1 open() "/usr/share/nginx/html/nope" failed (2: No such file or directory), client: 127.0.0.1,'
        ' server: localhost, request: "GET /nope HTTP/1.1", host: "localhost"\n'
    ) in server.stderr


def test_start_up_notices_and_workers() -> None:
    box, server = serve()
    lines = [re.sub(r"^\S+ \S+ ", "", line) for line in server.stderr.splitlines()]
    assert lines[:3] == ['[notice] 1#1: using the "epoll" event method', "[notice] 1#1: nginx/1.27.1", "[notice] 1#1: built by gcc 12.2.0 (Debian 12.2.0-14) "]  # fmt: skip
    assert lines[3].startswith("[notice] 1#1: OS: Linux ")
    assert lines[4:6] == ["[notice] 1#1: getrlimit(RLIMIT_NOFILE): 1048576:1048576", "[notice] 1#1: start worker processes"]  # fmt: skip
    assert [line.rsplit(" ", 1)[0] for line in lines[6:]] == ["[notice] 1#1: start worker process"] * 2
    shown = box.sh("ps -o user,args").stdout
    assert "root     nginx: master process nginx -g daemon off;" in shown
    assert shown.count("nginx    nginx: worker process") == 2


@pytest.mark.parametrize(
    ("text", "path", "wanted"),
    [
        ("location /a { return 200 'plain'; }", "/a/b", "plain"),
        ("location /a { return 200 'prefix'; } location = /a/b { return 200 'exact'; }", "/a/b", "exact"),
        ("location /a { return 200 'prefix'; } location ~ b$ { return 200 'regex'; }", "/a/b", "regex"),
        ("location ^~ /a { return 200 'final'; } location ~ b$ { return 200 'regex'; }", "/a/b", "final"),
        ("location ~* \\.TXT$ { return 200 'any case'; }", "/x.txt", "any case"),
        ("location /docs/ { alias /usr/share/nginx/html/docs/; }", "/docs/a.txt", "text\n"),
        ("location / { try_files $uri /docs/a.txt; }", "/missing", "text\n"),
        ("location / { try_files $uri @late; } location @late { return 200 'named $uri'; }", "/m", "named /m"),
        ("rewrite ^/old/(.*)$ /docs/$1 last;", "/old/a.txt", "text\n"),
        ("location / { set $x 1; if ($arg_q = yes) { set $x 2; } return 200 $x; }", "/?q=yes", "2"),
        ("location / { return 200 '$host $request_method $args $http_user_agent'; }", "/?a=1", "localhost GET a=1 curl/8.9.1"),
        ("error_page 404 /docs/a.txt;", "/nope", "text\n"),
        ("error_page 404 =200 /docs/a.txt;", "/nope", "text\n"),
    ],
)  # fmt: skip
def test_locations_and_rewriting(text: str, path: str, wanted: str) -> None:
    assert get(text, f"curl -s 'http://localhost{path}'") == wanted


@pytest.mark.parametrize(
    ("text", "path", "status"),
    [
        ("", "/nope", "404"),
        ("", "/docs", "301"),
        ("", "/docs/", "403"),
        ("autoindex on;", "/docs/", "200"),
        ("location / { try_files $uri =404; }", "/x", "404"),
        ("location / { internal; }", "/", "404"),
        ("location / { deny all; }", "/", "403"),
        ("location / { allow 127.0.0.0/8; deny all; }", "/", "200"),
        ("location / { return 418; }", "/", "418"),
        ("location / { proxy_pass http://127.0.0.1:9; }", "/", "502"),
        ("location / { rewrite ^ /a; } location /a { rewrite ^ /; }", "/", "500"),
        ("error_page 404 =200 /docs/a.txt;", "/nope", "200"),
        ("location / { auth_basic x; auth_basic_user_file /etc/nginx/users; }", "/", "401"),
    ],
)
def test_statuses(text: str, path: str, status: str) -> None:
    assert get(text, f"curl -so /dev/null -w '%{{http_code}}' http://localhost{path}") == status


def test_redirects_name_the_port_that_nginx_listens_at() -> None:
    assert "Location: http://localhost/docs/\n" in get("", "curl -si http://localhost/docs")
    text = "server { listen 8080; root /usr/share/nginx/html; }"
    box, _ = serve(text)
    assert "Location: http://localhost:8080/docs/\r\n" in box.sh("curl -si http://localhost:8080/docs").stdout


def test_autoindex_lists_a_folder() -> None:
    text = get("autoindex on;", "curl -s http://localhost/docs/")
    assert text.startswith('<html>\n<head><title>Index of /docs/</title></head>\n<body>\n<h1>Index of /docs/</h1><hr><pre><a href="../">../</a>\n')  # fmt: skip
    assert re.search(r'<a href="a\.txt">a\.txt</a> {46}\d\d-\w{3}-\d{4} \d\d:\d\d {19}5\n', text)


def test_conditional_and_partial_requests() -> None:
    box, _ = serve()
    tag = re.search(r'ETag: (".*")', box.sh("curl -si http://localhost/").stdout)
    assert tag is not None
    assert box.sh(f"curl -si -H 'If-None-Match: {tag[1]}' http://localhost/").stdout.startswith("HTTP/1.1 304 Not Modified")  # fmt: skip
    assert box.sh("curl -s -H 'Range: bytes=4-10' http://localhost/").stdout == "Welcome"
    assert box.sh("curl -s -H 'Range: bytes=-5' http://localhost/").stdout == "</h1>\n"[-5:]


def test_head_has_no_body_and_headers_are_added() -> None:
    text = get("add_header X-Frame-Options DENY; add_header X-All yes always;", "curl -sI http://localhost/")
    assert "X-Frame-Options: DENY\n" in text
    assert "Welcome" not in text
    missing = get("add_header X-Frame-Options DENY; add_header X-All yes always;", "curl -sI http://localhost/nope")
    assert "X-Frame-Options" not in missing
    assert "X-All: yes\n" in missing


def test_servers_are_chosen_by_name() -> None:
    site = "".join(
        f"server {{ listen 80{extra}; server_name {name}; return 200 {name}; }}\n"
        for name, extra in (("one.test", ""), ("two.test", " default_server"), ("*.three.test", ""))
    )
    box, _ = serve(site)
    asked = {"one.test": "one.test", "other": "two.test", "www.three.test": "*.three.test"}
    for host, wanted in asked.items():
        assert box.sh(f"curl -s -H 'Host: {host}' http://localhost/").stdout == wanted


# proxying


def test_passes_requests_on_and_takes_turns() -> None:
    site = """
upstream apps { server 127.0.0.1:9001; server 127.0.0.1:9002; }
server { listen 9001; return 200 "one $request_uri $http_host $http_x_real_ip"; }
server { listen 9002; return 200 "two $request_uri $http_host $http_x_real_ip"; }
server { listen 80;
  location / { proxy_pass http://apps; proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; }
  location /api/ { proxy_pass http://127.0.0.1:9001/v1/; }
}
"""
    box, _ = serve("worker_processes 1;" and site)
    answers = {box.sh("curl -s 'http://localhost/p?q=1'").stdout for _ in range(4)}
    assert answers == {"one /p?q=1 localhost 127.0.0.1", "two /p?q=1 localhost 127.0.0.1"}
    assert box.sh("curl -s http://localhost/api/users").stdout == "one /v1/users 127.0.0.1:9001 "


def test_an_upstream_that_refuses_is_502_with_the_error_page_and_is_logged() -> None:
    box, server = serve(DEFAULT.replace("location / {", "location /api { proxy_pass http://127.0.0.1:3000; }\n location / {"))  # fmt: skip
    assert box.sh("curl -s http://localhost/api/x").stdout == "<h1>An error occurred.</h1>\n"
    assert (
        "*1 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: localhost,"
        ' request: "GET /api/x HTTP/1.1", upstream: "http://127.0.0.1:3000/api/x", host: "localhost"\n'
    ) in server.stderr


def test_a_silent_upstream_is_504_and_others_are_answered_meanwhile() -> None:
    box, server = serve(in_server("location /slow { proxy_pass http://127.0.0.1:7000; }"))
    script = "sleep 500 | nc -l -p 7000 >/dev/null & sleep 1; curl -s -o /tmp/slow -w '%{http_code}' http://localhost/slow & sleep 1"
    script += "; for i in 1 2 3; do curl -s http://localhost/; done; sleep 70"
    result = box.sh(script, seconds=200)
    assert result.stdout == "<h1>Welcome to nginx!</h1>\n" * 3 + "504"
    assert "upstream timed out (110: Connection timed out) while reading response header from upstream" in server.stderr


# the command line


def test_testing_the_configuration() -> None:
    result = machine().sh("nginx -t")
    assert (result.stdout, result.status) == ("", 0)
    assert result.stderr == (
        "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n"
        "nginx: configuration file /etc/nginx/nginx.conf test is successful\n"
    )
    assert "# configuration file /etc/nginx/conf.d/default.conf:\nserver {\n" in machine().sh("nginx -T").stdout
    assert machine().sh("nginx -v").stderr == "nginx version: nginx/1.27.1\n"
    assert machine().sh("NGINX_VERSION=1.26.2 nginx -v").stderr == "nginx version: nginx/1.26.2\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("foo bar;", 'unknown directive "foo" in PATH:3'),
        ("listen 80 server_name x;", 'invalid parameter "server_name" in PATH:3'),
        ("server_name;", 'invalid number of arguments in "server_name" directive in PATH:3'),
        ("root /a; root /b;", '"root" directive is duplicate in PATH:3'),
        ("location / {", 'unexpected end of file, expecting "}" in PATH:5'),
        ("root /a", 'unexpected "}" in PATH:4'),
        ("worker_processes 2;", '"worker_processes" directive is not allowed here in PATH:3'),
        ("autoindex yes;", 'invalid value "yes" in "autoindex" directive, it must be "on" or "off" in PATH:3'),
        ("location / { } location / { }", 'duplicate location "/" in PATH:3'),
        ("location / { proxy_pass http://app:3000; }", 'host not found in upstream "app" in PATH:3'),
        ("location / { proxy_pass app:3000; }", "invalid URL prefix in PATH:3"),
        ("listen 99999;", 'invalid port in "99999" of the "listen" directive in PATH:3'),
        ("include /nope.conf;", 'open() "/nope.conf" failed (2: No such file or directory) in PATH:3'),
        ("return 200 $nope;", 'unknown "nope" variable'),
        ("access_log /x nope;", 'unknown log format "nope" in PATH:3'),
    ],
)
def test_mistakes_in_nginx_words(text: str, said: str) -> None:
    box = machine(f"server {{\n listen 80;\n {text}\n}}\n")
    result = box.sh("nginx -t")
    said = said.replace("PATH", "/etc/nginx/conf.d/default.conf")
    assert result.status == 1
    first, *rest = result.stderr.splitlines()
    assert re.fullmatch(r"2023/11/14 22:13:\d\d \[emerg\] (\d+)#\1: " + re.escape(said), first)
    assert rest == [f"nginx: [emerg] {said}", "nginx: configuration file /etc/nginx/nginx.conf test failed"]
    server = box.serve("nginx", "-g", "daemon off;")
    assert server.status == 1
    assert server.stderr.endswith(f"nginx: [emerg] {said}\n")


def test_a_port_in_use_is_tried_five_times() -> None:
    box, _ = serve()
    second = box.serve("nginx", "-g", "daemon off;", seconds=0.4)
    assert second.status is None
    box.settle(second.pid)
    assert second.status == 1
    assert second.stderr.count("nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\n") == 5
    assert second.stderr.endswith("nginx: [emerg] still could not bind()\n")


def test_without_daemon_off_the_command_ends_and_the_server_stays() -> None:
    box = machine()
    assert box.sh("nginx >/dev/null; sleep 1; curl -s http://localhost/").stdout == "<h1>Welcome to nginx!</h1>\n"


def test_an_ordinary_user_cannot_make_its_folders() -> None:
    box = machine()
    pid, stream = box.start("/srv/bin/nginx", "-g", "daemon off;", user=(1000, 1000))
    box.settle(pid)
    assert box.exited[pid] == 1
    text = box.output[f"{stream}/2"].decode()
    assert 'nginx: [warn] the "user" directive makes sense only if the master process runs with super-user privileges, ignored in /etc/nginx/nginx.conf:1\n' in text  # fmt: skip
    assert text.endswith('nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)\n')


# signals


@pytest.mark.parametrize(
    ("name", "first", "leaves"),
    [
        ("QUIT", "signal 3 (SIGQUIT) received, shutting down", "gracefully shutting down"),
        ("TERM", "signal 15 (SIGTERM) received, exiting", "exiting"),
    ],
)
def test_stopping(name: str, first: str, leaves: str) -> None:
    _, server = serve()
    before = len(server.stderr)
    server.signal(name)
    lines = [line.partition(": ")[2] for line in server.stderr[before:].splitlines()]
    assert server.status == 0
    assert lines[0] == first
    assert lines.count(leaves) == 2
    assert lines[-1] == "exit"
    assert sum("exited with code 0" in line for line in lines) == 2


def test_reloading_takes_a_new_configuration_and_keeps_the_old_one_where_it_is_wrong() -> None:
    box, server = serve()
    box.sh("echo 'server { listen 80; return 200 new; }' > /etc/nginx/conf.d/default.conf")
    assert box.sh("curl -s http://localhost/").stdout == "<h1>Welcome to nginx!</h1>\n"
    assert "signal process started" in box.sh("nginx -s reload").stderr
    assert box.sh("sleep 1; curl -s http://localhost/").stdout == "new"
    assert "signal 1 (SIGHUP) received, reconfiguring\n" in server.stderr
    box.sh("echo 'nonsense' > /etc/nginx/conf.d/default.conf")
    server.signal("HUP")
    assert server.stderr.endswith('unexpected end of file, expecting ";" or "}" in /etc/nginx/conf.d/default.conf:2\n')
    assert box.sh("curl -s http://localhost/").stdout == "new"
    assert box.sh("ps -o args | grep -c 'nginx: worke[r]'").stdout == "2\n"


def test_a_killed_worker_is_replaced() -> None:
    box, server = serve()
    box.sh("kill -9 $(pgrep -f 'nginx: worker' | head -n 1); sleep 1")
    assert re.search(r"\[alert\] 1#1: worker process \d+ exited on signal 9\n", server.stderr)
    assert box.sh("ps -o args | grep -c 'nginx: worke[r]'").stdout == "2\n"
    assert box.sh("curl -s http://localhost/").stdout == "<h1>Welcome to nginx!</h1>\n"


def test_signals_by_name_of_an_action() -> None:
    box, server = serve()
    box.sh("nginx -s quit; sleep 1")
    assert server.status == 0
    again = box.sh("nginx -s stop")
    assert again.status == 1
    assert again.stderr.endswith('nginx: [error] open() "/var/run/nginx.pid" failed (2: No such file or directory)\n')
    assert box.sh("nginx -s dance").stderr == 'nginx: invalid option: "-s dance"\n'


def test_large_files_and_many_requests_on_one_connection() -> None:
    box, _ = serve()
    box.sh("head -c 3000000 /dev/zero > /usr/share/nginx/html/big")
    assert box.sh("curl -s http://localhost/big | wc -c").stdout == "3000000\n"
    requests = "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n" * 3
    text = box.sh(f"printf '{requests}' | nc -w 1 localhost 80").stdout
    assert text.count("HTTP/1.1 200 OK") == 3


def test_without_capabilities_it_says_so_and_ends() -> None:
    from fakedocker.testing import FakeDocker

    with FakeDocker(images=["nginx"]) as fake:
        for added, code, said in (
            ([], 1, 'nginx: [emerg] chown("/var/cache/nginx/client_temp", 101) failed (1: Operation not permitted)'),
            (["CHOWN"], 0, "exited with fatal code 2 and cannot be respawned"),
        ):
            container = fake.client.containers.run("nginx", cap_drop=["ALL"], cap_add=added, detach=True)
            fake.advance("5s")
            container.reload()
            assert said in container.logs().decode()
            assert (container.status, container.attrs["State"]["ExitCode"]) == ("running" if added else "exited", code)

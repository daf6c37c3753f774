"""Services as values: they go on the same however often they are frozen and copied, and a frozen one never changes."""

from __future__ import annotations

import pytest

from helpers.nginx_machine import DEFAULT, FILES, LINKS
from helpers.services_machine import Machine

NODE = "let n = 0; const http = require('http'); http.createServer((q, r) => r.end(String(++n))).listen(3000); setInterval(() => console.log('tick', n), 700)"  # fmt: skip
PYTHON = (
    "import time\nseen = []\nfor i in range(3):\n    seen.append(i)\n    print(seen, flush=True)\n    time.sleep(1)\n"
)
PROXY = DEFAULT.replace("location / {", "location /p { proxy_pass http://127.0.0.1:3000; }\n location / {")
SCENARIOS = {
    "nginx": (("nginx", "-g", "daemon off;"), "curl -s localhost/; curl -s localhost/nope; nginx -s reload; sleep 1; curl -s localhost/ | head -n 1"),
    "proxy": (("sh", "-c", f'node -e "{NODE}" & exec nginx -g "daemon off;"'), "for i in 1 2 3; do curl -s localhost/p; sleep 1; done"),
    "redis": (("redis-server", "--dir", "/tmp"), "redis-cli rpush l a b; redis-cli lrange l 0 -1; (sleep 1; redis-cli publish c hi) & timeout 3 redis-cli subscribe c"),
    "postgres": (("postgres",), "psql -U postgres -c 'create table t (a serial, b text)' -c \"insert into t (b) values ('x')\" -c 'select * from t'"),
    "mysql": (("mysqld",), "sleep 9; mysql -uroot -psecret -e 'create database d; use d; create table t (a int); insert into t values (1), (2); select sum(a) from t'"),
    "python": (("python3", "-c", PYTHON), "sleep 5"),
    "small": (("sh", "-c", "memcached & whoami & httpd -f -p 81 -h /usr/share/nginx/html & wait"), "sleep 1; printf 'set a 0 0 1\\r\\n5\\r\\nget a\\r\\n' | nc -w 1 localhost 11211; curl -s localhost/health -w '%{http_code}'; curl -s localhost:81/"),
}  # fmt: skip


class Freezing(Machine):
    """Freezes its state after every slice, so that every process is copied before it goes on."""

    def settle(self, pid: int | None = None, seconds: float = 3600, slices: int = 200_000) -> None:
        end_ns = self.draft.now_ns + int(seconds * 1e9)
        for _ in range(slices):
            busy = self.kernel.run(1)
            self.collect()
            self.draft.freeze()
            if pid is not None and pid in self.exited:
                return
            if busy:
                continue
            due = self.kernel.next_timer_ns()
            if due is None or due > end_ns:
                return
            self.kernel.advance(due)


def play(kind: type[Machine], name: str) -> tuple[object, ...]:
    server, script = SCENARIOS[name]
    box = kind({**FILES, "/etc/nginx/conf.d/default.conf": PROXY}, LINKS)
    service = box.serve(*server, init=False, POSTGRES_PASSWORD="secret", MYSQL_ROOT_PASSWORD="secret")
    result = box.sh(script)
    service.signal("TERM")
    return result, service.stdout, service.stderr, service.status, box.draft.now_ns


@pytest.mark.parametrize("name", SCENARIOS)
def test_freezing_makes_no_difference(name: str) -> None:
    plain = play(Machine, name)
    assert plain == play(Freezing, name)
    assert plain[0].stdout or plain[1]  # type: ignore[attr-defined]  # a Result


def test_a_frozen_service_does_not_change_when_the_running_one_does() -> None:
    box = Machine()
    server = box.serve("redis-server", "--dir", "/tmp")
    box.sh("redis-cli set a 1")
    frozen = box.draft.freeze()
    before = repr(frozen.processes[server.pid].body.state)
    box.sh("redis-cli set a 2; redis-cli set b 3")
    assert repr(frozen.processes[server.pid].body.state) == before
    assert "'b'" in repr(box.draft.freeze().processes[server.pid].body.state)

"""Who is not let in, and what is no message: refused, closed, and told why."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trustme

from fakedocker_shell.web import command, files
from fakedocker_shell.web.classroom import Rules
from helpers.paths import ROOT
from helpers.web_world import LEARNERS, TEACHER, ClassWorld, LearnersPage, Refused, a_class


def play(steps: Callable[[ClassWorld], Awaitable[None]], rules: Rules | None = None) -> None:
    async def played() -> None:
        async with a_class(rules) as world:
            await steps(world)

    asyncio.run(played())


async def fetched(port: int, target: str, host: str = "", method: str = "GET") -> tuple[int, str, str]:
    """An answer: its status, head and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    host = host or f"127.0.0.1:{port}"
    writer.write(f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    data = await reader.read()
    writer.close()
    head, _, body = data.decode().partition("\r\n\r\n")
    return int(head.split(" ")[1]), head, body


def test_the_page_is_there_with_the_token_alone() -> None:
    async def steps(world: ClassWorld) -> None:
        status, head, body = await fetched(world.port, f"/?token={LEARNERS}")
        assert status == 200 and '<script type="module" src="page.js">' in body
        assert "Content-Security-Policy: default-src 'none'" in head and "frame-ancestors 'none'" in head
        for target, expected in (
            ("/", 403),
            ("/?token=", 403),
            (f"/?token={LEARNERS}x", 403),
            (f"/?token={TEACHER}", 403),
            ("/?token=%FF%00", 403),
            ("/?" + "a=1&" * 200, 403),
            (f"/class?token={LEARNERS}", 403),
            (f"/class?token={TEACHER}", 200),
            ("/page.js", 200),
            ("/engine.js", 200),
            ("/xterm/xterm.mjs", 200),
            ("/worker.js", 404),
            ("/../pyproject.toml", 404),
            ("/%2e%2e/pyproject.toml", 404),
            ("/etc/passwd", 404),
        ):
            assert (await fetched(world.port, target))[0] == expected, target

    play(steps)


def test_what_is_no_request_is_refused() -> None:
    async def steps(world: ClassWorld) -> None:
        assert (await fetched(world.port, "/page.js", method="POST"))[0] == 405
        assert (await fetched(world.port, "/page.js", host="evil.example"))[0] == 421
        assert (await fetched(world.port, f"/?token={LEARNERS}", host="evil.example:80"))[0] == 421
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        writer.write(b"\x00\x01nonsense\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()

    play(steps)


@pytest.mark.parametrize(
    ("target", "origin", "host", "status"),
    [
        ("/socket", "", "", 403),
        ("/socket?token=wrong", "", "", 403),
        (f"/socket?token={TEACHER}", "", "", 403),
        (f"/class-socket?token={LEARNERS}", "", "", 403),
        (f"/socket?token={LEARNERS}", "https://evil.example", "", 403),
        (f"/socket?token={LEARNERS}", "http://127.0.0.1:1", "", 403),
        (f"/socket?token={LEARNERS}", "null", "", 403),
        (f"/socket?token={LEARNERS}", "none", "", 403),
        (f"/socket?token={LEARNERS}", "", "evil.example", 421),
        (f"/elsewhere?token={LEARNERS}", "", "", 404),
    ],
)
def test_a_websocket_that_is_not_let_in(target: str, origin: str, host: str, status: int) -> None:
    async def steps(world: ClassWorld) -> None:
        with pytest.raises(Refused, match=str(status)):
            await world.socket().open(target, origin, host)

    play(steps)


def test_a_loopback_name_is_as_good_as_the_address() -> None:
    async def steps(world: ClassWorld) -> None:
        await world.socket().open(f"/socket?token={LEARNERS}", "", f"localhost:{world.port}")

    play(steps)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 1008),
        ("no JSON", 1008),
        ("[]", 1008),
        ('{"kind":"reboot"}', 1008),
        ('{"kind":"keys"}', 1008),
        ('{"kind":"keys","text":7}', 1008),
        ('{"kind":"keys","text":"a","more":1}', 1008),
        ('{"kind":"size","rows":100000,"columns":80}', 1008),
        ('{"kind":"shown","characters":-1}', 1008),
        ('{"kind":"start","settings":{"rows":24,"columns":80}}', 1008),
        ('{"kind":"keys","text":"' + "x" * 70_000 + '"}', 1008),
        ('{"kind":"keys","text":"' + "x" * 3_000_000 + '"}', 1009),
        ("[" * 100_000, 1008),
    ],
)
def test_what_is_no_message_closes_the_connection_with_a_reason(text: str, code: int) -> None:
    async def steps(world: ClassWorld) -> None:
        other = await world.learner("Bob")
        page = await world.learner("Ada")
        page.send_text(text)
        await page.until(lambda: page.closed is not None)
        assert page.closed is not None and page.closed[0] == code and page.closed[1]
        await other.type("echo well$((1+1))")
        assert "well2" in other.output
        again = await world.learner("Ada", identifier=page.id)
        assert again.id == page.id

    play(steps)


def test_a_page_begins_by_saying_so() -> None:
    async def steps(world: ClassWorld) -> None:
        page = LearnersPage(world.port)
        await page.open(f"/socket?token={LEARNERS}")
        page.send("keys", text="docker ps\r")
        await page.until(lambda: page.closed is not None)
        await page.close()

    play(steps)


def test_bytes_that_are_no_websocket_close_it() -> None:
    async def steps(world: ClassWorld) -> None:
        page = await world.learner("Ada")
        page.send_raw(b"\xff\xff\xff\xff nonsense")
        await page.until(lambda: page.closed is not None)

    play(steps)


def test_a_place_that_others_can_reach_takes_tls(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--host", "0.0.0.0", "--port", "0"]) == 2
    assert "takes --tls-cert and --tls-key" in capsys.readouterr().err
    assert command.main(["--host", "192.0.2.1", "--port", "0"]) == 2
    assert command.main(["--tls-cert", "x", "--port", "0"]) == 2
    assert command.main(["--exam"]) == 2
    assert "a --course with an [exam]" in capsys.readouterr().err
    assert command.main(["--learners", "5000"]) == 2
    assert command.main(["--nonsense"]) == 2


def test_with_a_certificate_it_listens_by_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    words = ["--port", "0", "--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")]
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with subprocess.Popen(
        [sys.executable, "-m", "fakedocker_shell", "web", *words], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().removeprefix("learners: ").strip()
            assert address.startswith("https://")
            with urllib.request.urlopen(address, context=trusting, timeout=60) as answer:
                assert answer.status == 200 and b"<html" in answer.read()
            with pytest.raises(urllib.error.URLError):
                urllib.request.urlopen(address, context=ssl.create_default_context(), timeout=60)
        finally:
            process.terminate()


def test_files_that_are_missing_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(files, "_folder", lambda: tmp_path)
    assert command.main(["--port", "0"]) == 2
    assert "xterm/xterm.mjs" in capsys.readouterr().err


def test_xterm_is_the_one_that_is_locked() -> None:
    modules = ROOT / "build-env" / "page" / "node_modules" / "@xterm"
    if not modules.is_dir():
        pytest.skip("xterm.js was not installed: `make page` does")
    for name in ("xterm/lib/xterm.mjs", "xterm/css/xterm.css", "addon-fit/lib/addon-fit.mjs"):
        source = (modules / name).read_text(encoding="utf-8").partition("\n//# sourceMappingURL=")[0].rstrip("\n")
        kept = (ROOT / "page" / "xterm" / name.rpartition("/")[2]).read_text(encoding="utf-8").rstrip("\n")
        assert kept == source, f"copy {name} from the modules to page/xterm"


def test_what_is_forced_into_the_wheel_is_there() -> None:
    wanted = {name.partition("/")[0] if name.startswith("xterm/") else name for name, _ in files.FILES.values()}
    listed = (ROOT / "pyproject.toml").read_text()
    for name in wanted:
        assert f'"page/{name}" = "fakedocker_shell/page/site/{name}"' in listed

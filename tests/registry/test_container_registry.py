"""A registry in a container: what the daemon pushes is what it serves, and the other way round."""

from __future__ import annotations

import pytest

from helpers.registry_host import Host


@pytest.fixture
def host() -> Host:
    host = Host()
    assert host.run("docker tag alpine localhost:5001/me/alpine:1")[0] == 0
    return host


def test_what_is_pushed_is_served(host: Host) -> None:
    status, out = host.run("docker push localhost:5001/me/alpine:1")
    assert (status, "Pushed" in out) == (0, True)
    digest = out.partition("digest: ")[2].partition(" ")[0]
    assert host.get("/v2/_catalog") == {"repositories": ["me/alpine"]}
    assert host.get("/v2/me/alpine/tags/list") == {"name": "me/alpine", "tags": ["1"]}
    manifest = host.get(f"/v2/me/alpine/manifests/{digest}")
    assert host.run("curl -s http://localhost:5001/v2/me/alpine/manifests/1 | sha256sum")[1].split()[0] == digest[7:]
    assert manifest["schemaVersion"] == 2
    assert "Layer already exists" in host.run("docker push localhost:5001/me/alpine:1")[1]
    host.run("docker tag alpine localhost:5001/you/alpine:1")
    assert "Mounted from me/alpine" in host.run("docker push localhost:5001/you/alpine:1")[1]


def test_what_is_served_can_be_pulled(host: Host) -> None:
    host.run(
        "printf 'FROM alpine\\nRUN echo hello > /hello\\n' | docker build -q -t localhost:5001/app - && docker push -q localhost:5001/app"
    )
    before = host.run("docker inspect localhost:5001/app --format '{{.Id}}'")[1]
    host.run("docker rmi -f localhost:5001/app localhost:5001/me/alpine:1 alpine && docker builder prune -af")
    status, out = host.run("docker run --rm localhost:5001/app cat /hello")
    assert (status, out.splitlines()[-1]) == (0, "hello")
    assert host.run("docker inspect localhost:5001/app --format '{{.Id}}'")[1] == before
    assert (
        host.run("docker pull localhost:5001/app:nosuch")[1]
        .strip()
        .endswith('failed to resolve reference "localhost:5001/app:nosuch": localhost:5001/app:nosuch: not found')
    )


def test_the_volume_keeps_the_images(host: Host) -> None:
    host.run(
        "docker push -q localhost:5001/me/alpine:1; docker rm -f registry; docker rmi -f localhost:5001/me/alpine:1"
    )
    assert host.run("docker pull -q localhost:5001/me/alpine:1")[0] != 0
    host.run("docker run -d -v images:/var/lib/registry -p 5001:5000 registry:2")
    assert host.run("docker pull -q localhost:5001/me/alpine:1") == (0, "localhost:5001/me/alpine:1\n")


def test_a_blob_that_a_client_uploads(host: Host) -> None:
    place = "http://localhost:5001/v2/x/blobs/uploads/"
    digest = "sha256:" + host.run("printf data | sha256sum")[1].split()[0]
    assert (
        host.run(
            f"printf data > /d; curl -s -o /dev/null -w '%{{http_code}}' -X POST --data-binary @/d '{place}?digest={digest}'"
        )[1]
        == "201"
    )
    assert host.run(f"curl -s http://localhost:5001/v2/x/blobs/{digest}")[1] == "data"


def test_tokens_in_a_container_are_refused(host: Host) -> None:
    out = host.run("docker run --rm -e REGISTRY_AUTH=token registry:2")[1]
    assert out == "fakedocker: registry: REGISTRY_AUTH=token, which is not htpasswd, is not simulated\n"


def test_a_registry_with_tls_speaks_no_plain_http() -> None:
    host = Host()
    host.run("docker pull -q alpine; docker tag alpine localhost:5000/a")
    missing = (
        "docker run --rm -e REGISTRY_HTTP_TLS_CERTIFICATE=/certs/a.crt -e REGISTRY_HTTP_TLS_KEY=/certs/a.key registry:2"
    )
    status, out = host.run(missing)
    assert status == 1
    assert 'level=fatal msg="open /certs/a.crt: no such file or directory"' in out
    host.run("mkdir certs; echo certificate >certs/a.crt; echo key >certs/a.key")
    started = host.run(missing.replace("--rm", "-d --name tls -p 5000:5000 -v $PWD/certs:/certs"))
    assert started[0] == 0, started
    assert "listening on [::]:5000, tls" in host.run("docker logs tls")[1]
    assert host.run("curl -s http://localhost:5000/v2/")[1] == "Client sent an HTTP request to an HTTPS server.\n"
    assert host.run("docker push -q localhost:5000/a")[1] == "localhost:5000/a:latest\n"

"""The distribution protocol over a registry's contents: uploads in every form, manifests, lists, ranges, deletes, and who may."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from typing import Any

import pytest

from fakedocker.registry.distribution import rules
from fakedocker.registry.distribution.access import BASIC, TOKEN, Access
from fakedocker.registry.distribution.contents import Contents, MemoryBlobs
from fakedocker.wire.http import Reply, Request

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Registry:
    """A registry in memory, asked as a client asks it."""

    def __init__(self, access: Access | None = None) -> None:
        self.contents = Contents(MemoryBlobs(), itertools.count(1).__next__)
        self.access = access or Access()
        self.now_ns = 10**18

    def ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> Reply:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(method=method, target=target, headers={"host": "localhost:5000", **fields}, body=body)
        return rules.handle(self.contents, self.access, request, self.now_ns)

    def put_blob(self, name: str, data: bytes) -> str:
        assert self.ask("POST", f"/v2/{name}/blobs/uploads/?digest={digest(data)}", data).status == 201
        return digest(data)

    def put_image(self, name: str, tag: str, layer: bytes = b"layer", **more: Any) -> str:
        config = self.put_blob(name, b"{}")
        document = {
            "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 2},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": self.put_blob(name, layer), "size": len(layer)}], **more,
        }  # fmt: skip
        raw = json.dumps(document).encode()
        reply = self.ask("PUT", f"/v2/{name}/manifests/{tag or digest(raw)}", raw, content_type=OCI_MANIFEST)
        assert reply.status == 201, reply.body
        return digest(raw)


def header(reply: Reply, name: str) -> str:
    return next((value for key, value in reply.headers if key.lower() == name.lower()), "")


def code(reply: Reply) -> tuple[int, str]:
    return reply.status, json.loads(reply.body or b"")["errors"][0]["code"]


@pytest.fixture
def registry() -> Registry:
    return Registry()


# uploads


def test_an_upload_at_once(registry: Registry) -> None:
    begun = registry.ask("POST", "/v2/a/b/blobs/uploads/")
    assert begun.status == 202
    done = registry.ask("PUT", f"{header(begun, 'Location')}?digest={digest(b'data')}", b"data")
    assert (done.status, header(done, "Docker-Content-Digest")) == (201, digest(b"data"))
    assert registry.ask("GET", header(done, "Location")).body == b"data"
    assert registry.contents.uploads == {}


def test_an_upload_in_parts(registry: Registry) -> None:
    place = header(registry.ask("POST", "/v2/a/blobs/uploads/"), "Location")
    first = registry.ask("PATCH", place, b"hello ", content_range="0-5")
    assert (first.status, header(first, "Range")) == (202, "0-5")
    wrong = registry.ask("PATCH", place, b"x", content_range="9-9")
    assert (*code(wrong), header(wrong, "Range")) == (416, "RANGE_INVALID", "0-5")
    assert code(registry.ask("PATCH", place, b"xx", content_range="6-6")) == (400, "SIZE_INVALID")
    status = registry.ask("GET", place)
    assert (status.status, header(status, "Range")) == (204, "0-5")
    assert registry.ask("PATCH", place, b"wor").status == 202
    assert registry.ask("PUT", f"{place}?digest={digest(b'hello world')}", b"ld").status == 201


def test_a_wrong_digest_leaves_the_upload_as_it_was(registry: Registry) -> None:
    place = header(registry.ask("POST", "/v2/a/blobs/uploads/"), "Location")
    registry.ask("PATCH", place, b"abc")
    assert code(registry.ask("PUT", f"{place}?digest={digest(b'other')}", b"d")) == (400, "DIGEST_INVALID")
    assert code(registry.ask("PUT", place, b"d")) == (400, "DIGEST_INVALID")
    assert header(registry.ask("GET", place), "Range") == "0-2"
    assert code(registry.ask("HEAD", f"/v2/a/blobs/{digest(b'other')}")) == (404, "BLOB_UNKNOWN")
    assert registry.ask("DELETE", place).status == 204
    assert code(registry.ask("PATCH", place, b"x")) == (404, "BLOB_UPLOAD_UNKNOWN")


def test_a_blob_is_mounted_from_another_repository(registry: Registry) -> None:
    blob = registry.put_blob("one", b"data")
    assert code(registry.ask("GET", f"/v2/two/blobs/{blob}")) == (404, "BLOB_UNKNOWN")
    mounted = registry.ask("POST", f"/v2/two/blobs/uploads/?mount={blob}&from=one")
    assert (mounted.status, header(mounted, "Location")) == (201, f"/v2/two/blobs/{blob}")
    unknown = registry.ask("POST", f"/v2/two/blobs/uploads/?mount={digest(b'nothing')}&from=one")
    assert (unknown.status, bool(header(unknown, "Docker-Upload-UUID"))) == (202, True)


# blobs


@pytest.mark.parametrize(
    ("wanted", "part", "shown"),
    [("bytes=2-4", b"234", "bytes 2-4/10"), ("bytes=7-", b"789", "bytes 7-9/10"), ("bytes=-2", b"89", "bytes 8-9/10"), ("bytes=5-99", b"56789", "bytes 5-9/10")],
)  # fmt: skip
def test_a_range_of_a_blob(registry: Registry, wanted: str, part: bytes, shown: str) -> None:
    blob = registry.put_blob("a", b"0123456789")
    reply = registry.ask("GET", f"/v2/a/blobs/{blob}", range=wanted)
    assert (reply.status, reply.body, header(reply, "Content-Range")) == (206, part, shown)


def test_a_range_outside_of_a_blob(registry: Registry) -> None:
    blob = registry.put_blob("a", b"0123456789")
    assert code(registry.ask("GET", f"/v2/a/blobs/{blob}", range="bytes=10-")) == (416, "RANGE_INVALID")


def test_a_deleted_blob_stays_where_others_have_it(registry: Registry) -> None:
    blob = registry.put_blob("one", b"data")
    registry.put_blob("two", b"data")
    assert registry.ask("DELETE", f"/v2/one/blobs/{blob}").status == 202
    assert registry.ask("GET", f"/v2/one/blobs/{blob}").status == 404
    assert registry.ask("GET", f"/v2/two/blobs/{blob}").body == b"data"
    registry.ask("DELETE", f"/v2/two/blobs/{blob}")
    assert registry.contents.blobs.size_bytes(blob) is None


# manifests


def test_a_manifest_by_tag_and_by_digest(registry: Registry) -> None:
    found = registry.put_image("a", "1")
    by_tag, by_digest = registry.ask("GET", "/v2/a/manifests/1"), registry.ask("HEAD", f"/v2/a/manifests/{found}")
    assert (by_tag.body, header(by_tag, "Content-Type")) == (by_digest.body, OCI_MANIFEST)
    assert header(by_digest, "Docker-Content-Digest") == digest(by_tag.body or b"") == found


def test_what_is_no_manifest_is_refused(registry: Registry) -> None:
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {"mediaType": "x", "digest": digest(b"no"), "size": 2},
        "layers": [],
    }
    raw = json.dumps(manifest).encode()
    assert code(registry.ask("PUT", "/v2/a/manifests/1", raw)) == (400, "MANIFEST_BLOB_UNKNOWN")
    assert code(registry.ask("PUT", "/v2/a/manifests/1", b"{")) == (400, "MANIFEST_INVALID")
    assert code(registry.ask("PUT", "/v2/a/manifests/1", b'{"schemaVersion":1}')) == (400, "MANIFEST_INVALID")
    assert code(registry.ask("PUT", "/v2/a/manifests/1", raw, content_type=OCI_INDEX)) == (400, "MANIFEST_INVALID")
    assert code(registry.ask("PUT", "/v2/a/manifests/-", raw)) == (400, "TAG_INVALID")
    assert code(registry.ask("PUT", f"/v2/a/manifests/{digest(b'x')}", raw)) == (400, "DIGEST_INVALID")
    assert code(registry.ask("GET", "/v2/a/manifests/1")) == (404, "MANIFEST_UNKNOWN")
    assert registry.contents.repositories == {}


def test_an_index_needs_its_manifests(registry: Registry) -> None:
    found = registry.put_image("a", "")
    index = {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [{"mediaType": OCI_MANIFEST, "digest": found, "size": 1}],
    }
    raw = json.dumps(index).encode()
    assert code(registry.ask("PUT", "/v2/b/manifests/all", raw)) == (400, "MANIFEST_BLOB_UNKNOWN")
    assert registry.ask("PUT", "/v2/a/manifests/all", raw).status == 201


def test_deleting_a_tag_and_a_manifest(registry: Registry) -> None:
    found = registry.put_image("a", "1")
    registry.put_image("a", "2")
    assert registry.ask("DELETE", "/v2/a/manifests/1").status == 202
    assert code(registry.ask("GET", "/v2/a/manifests/1")) == (404, "MANIFEST_UNKNOWN")
    assert registry.ask("DELETE", f"/v2/a/manifests/{found}").status == 202
    assert code(registry.ask("GET", "/v2/a/manifests/2")) == (404, "MANIFEST_UNKNOWN")


def test_what_refers_to_a_manifest(registry: Registry) -> None:
    subject = registry.put_image("a", "1")
    named = {"subject": {"mediaType": OCI_MANIFEST, "digest": subject, "size": 1}}
    first = registry.put_image("a", "", b"s1", artifactType="sig", annotations={"k": "v"}, **named)
    second = registry.put_image("a", "", b"s2", artifactType="sbom", **named)
    found = json.loads(registry.ask("GET", f"/v2/a/referrers/{subject}").body or b"")["manifests"]
    assert {entry["digest"] for entry in found} == {first, second}
    reply = registry.ask("GET", f"/v2/a/referrers/{subject}?artifactType=sig")
    assert [entry["annotations"] for entry in json.loads(reply.body or b"")["manifests"]] == [{"k": "v"}]
    assert header(reply, "OCI-Filters-Applied") == "artifactType"
    assert json.loads(registry.ask("GET", f"/v2/a/referrers/{digest(b'none')}").body or b"")["manifests"] == []


# lists


def test_pages_of_tags(registry: Registry) -> None:
    for tag in ("c", "a", "b", "d"):
        registry.put_image("x/y", tag)
    seen, target = [], "/v2/x/y/tags/list?n=3"
    while target:
        reply = registry.ask("GET", target)
        seen.append(json.loads(reply.body or b"")["tags"])
        target = header(reply, "Link").partition("<")[2].partition(">")[0]
    assert seen == [["a", "b", "c"], ["d"]]
    assert code(registry.ask("GET", "/v2/nothing/tags/list")) == (404, "NAME_UNKNOWN")
    assert code(registry.ask("GET", "/v2/x/y/tags/list?n=-1")) == (400, "PAGINATION_NUMBER_INVALID")


def test_the_catalogue(registry: Registry) -> None:
    registry.put_image("b", "1")
    registry.put_image("a/c", "1")
    assert json.loads(registry.ask("GET", "/v2/_catalog").body or b"") == {"repositories": ["a/c", "b"]}


def test_names_and_methods(registry: Registry) -> None:
    assert code(registry.ask("GET", "/v2/Bad/tags/list")) == (400, "NAME_INVALID")
    refused = registry.ask("POST", "/v2/a/manifests/1")
    assert (*code(refused), header(refused, "Allow")) == (405, "UNSUPPORTED", "DELETE, GET, PUT")
    assert registry.ask("GET", "/v1/x").status == 404


# who may


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_basic_authentication() -> None:
    registry = Registry(Access(mode=BASIC, users={"me": "pw"}))
    refused = registry.ask("GET", "/v2/")
    assert (*code(refused), header(refused, "WWW-Authenticate")) == (401, "UNAUTHORIZED", 'Basic realm="fakedocker"')
    assert registry.ask("GET", "/v2/", authorization=basic("me", "no")).status == 401
    assert registry.ask("GET", "/v2/", authorization=basic("me", "pw")).status == 200


def test_tokens_allow_what_they_say_for_as_long_as_they_say() -> None:
    registry = Registry(Access(mode=TOKEN, users={"me": "pw"}, anonymous_pull=True, secret=b"s"))
    challenge = header(registry.ask("POST", "/v2/a/b/blobs/uploads/"), "WWW-Authenticate")
    assert (
        challenge == 'Bearer realm="http://localhost:5000/token",service="fakedocker",scope="repository:a/b:pull,push"'
    )

    def token(actions: str, **headers: str) -> str:
        reply = registry.ask("GET", f"/token?service=fakedocker&scope=repository:a/b:{actions}", **headers)
        return f"Bearer {json.loads(reply.body or b'')['token']}"

    mine, theirs = token("pull,push", authorization=basic("me", "pw")), token("pull,push")
    assert registry.ask("POST", "/v2/a/b/blobs/uploads/", authorization=mine).status == 202
    assert code(registry.ask("POST", "/v2/a/c/blobs/uploads/", authorization=mine)) == (401, "UNAUTHORIZED")
    assert code(registry.ask("POST", "/v2/a/b/blobs/uploads/", authorization=theirs)) == (401, "UNAUTHORIZED")
    assert code(registry.ask("GET", "/v2/a/b/tags/list", authorization=theirs)) == (404, "NAME_UNKNOWN")
    assert registry.ask("GET", "/v2/", authorization=f"{mine}x").status == 401
    registry.now_ns += 301 * 10**9
    assert registry.ask("POST", "/v2/a/b/blobs/uploads/", authorization=mine).status == 401
    assert registry.ask("GET", "/token", authorization=basic("me", "no")).status == 401

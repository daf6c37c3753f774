"""What a registry refuses with: the protocol's codes, their statuses and texts.

Source: OCI distribution-spec "Error Codes"; distribution registry/api/{v2,errcode}.
"""

from __future__ import annotations

import msgspec

from fakedocker.base.json_types import Json
from fakedocker.wire.http import JSON, Reply

CODES: dict[str, tuple[int, str]] = {
    "BLOB_UNKNOWN": (404, "blob unknown to registry"),
    "BLOB_UPLOAD_INVALID": (404, "blob upload invalid"),
    "BLOB_UPLOAD_UNKNOWN": (404, "blob upload unknown to registry"),
    "DENIED": (403, "requested access to the resource is denied"),
    "DIGEST_INVALID": (400, "provided digest did not match uploaded content"),
    "MANIFEST_BLOB_UNKNOWN": (400, "blob unknown to registry"),
    "MANIFEST_INVALID": (400, "manifest invalid"),
    "MANIFEST_UNKNOWN": (404, "manifest unknown"),
    "NAME_INVALID": (400, "invalid repository name"),
    "NAME_UNKNOWN": (404, "repository name not known to registry"),
    "PAGINATION_NUMBER_INVALID": (400, "invalid number of results requested"),
    "RANGE_INVALID": (416, "invalid content range"),
    "SIZE_INVALID": (400, "provided length did not match content length"),
    "TAG_INVALID": (400, "manifest tag did not match URI"),
    "TOOMANYREQUESTS": (429, "too many requests"),
    "UNAUTHORIZED": (401, "authentication required"),
    "UNSUPPORTED": (405, "The operation is unsupported."),
}
"""Code -> (status, text)."""


class Problem(Exception):
    """A request that is refused.

    Args:
        code: one of CODES.
        detail: what it is about, as JSON.
    """

    def __init__(self, code: str, detail: Json = None, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.headers = headers

    def reply(self) -> Reply:
        status, text = CODES[self.code]
        error = {"code": self.code, "message": text, **({"detail": self.detail} if self.detail is not None else {})}
        body = msgspec.json.encode({"errors": [error]}) + b"\n"
        return Reply(status=status, headers=(("Content-Type", JSON), *self.headers), body=body)

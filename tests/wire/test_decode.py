"""Request bodies decoded as Go decodes them; messages written as the real engine writes them."""

from __future__ import annotations

import pytest

from fakedocker.wire.container import CreateRequest, HostConfig
from fakedocker.wire.decode import InvalidJSON, decode


def test_keys_in_any_case_and_nulls_as_absence() -> None:
    request = decode(
        b'{"image":"a","CMD":["x"],"HostConfig":{"memory":null,"Binds":null,"nanocpus":5},"Nobody":{"knows":1}}',
        CreateRequest,
    )
    assert (request.image, request.cmd) == ("a", ("x",))
    assert request.host_config == HostConfig(nano_cpus=5)


def test_a_command_may_be_one_string() -> None:
    assert decode(b'{"Cmd": "ls -l", "Entrypoint": null}', CreateRequest).cmd == "ls -l"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{not json", "invalid character 'n' looking for beginning of object key string"),
        (b'{"Image": "alpine", "Cmd": 7}', "json: cannot unmarshal number into Go value of type string"),
        (b"", "EOF"),
        (b'{"Image": ', "unexpected EOF"),
        (b'{"Image": "a"} x', "invalid character 'x' after top-level value"),
        (b'{"Image": {"a": 1}}', "json: cannot unmarshal object into Go value of type string"),
        (b'{"Tty": "yes"}', "json: cannot unmarshal string into Go value of type bool"),
        (b'{"HostConfig": {"Memory": "1g"}}', "json: cannot unmarshal string into Go value of type int64"),
    ],
)
def test_errors_are_gos(body: bytes, problem: str) -> None:
    with pytest.raises(InvalidJSON) as caught:
        decode(body, CreateRequest)
    assert str(caught.value) == problem

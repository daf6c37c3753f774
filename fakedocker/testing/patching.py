"""Every docker client of this process and of those it starts reaches the double, without a word of the code that makes it.

What they look at is changed: the variables, the commands on PATH, and where sockets connect to that ask for the usual addresses, so that
clients that were made before come here too. testcontainers keeps what it read of the variables when it was imported: that is put right.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any

from fakedocker.testing import addresses, docker_command, guarding
from fakedocker.testing.fake import FakeDocker

_CONFIG = "testcontainers.core.config"
_CONTAINER = "testcontainers.core.container"


@contextlib.contextmanager
def patch(
    fake: FakeDocker | None = None,
    *,
    images: list[str] | tuple[str, ...] = (),
    guard: bool = False,
    publish: bool = True,
) -> Iterator[FakeDocker]:
    """Let every docker client reach the double while the context is open; a decorator too.

    docker.from_env(), DockerClient(), APIClient(), aiodocker, python-on-whales, testcontainers, and `docker` in a subprocess, wherever it
    was imported or made. Where there is no docker command on PATH, there is fakedocker's own.

    Args:
        fake: the double; None for a new one.
        images: that a new one has.
        guard: refuse every other daemon: addresses of docker's, whatever is asked docker's API elsewhere, `docker -H`.
        publish: whether published ports are opened on this machine's loopback address.

    Yields:
        the double.

    Raises:
        DockerReached: with `guard`, at the attempt to reach another daemon, and at the end.
        TypeError: `fake` is no FakeDocker, or `images` are asked of one that is there.
    """
    if fake is not None and not isinstance(fake, FakeDocker):
        raise TypeError(
            f"expected a FakeDocker, not {type(fake).__name__}; patch() makes one, patch(images=[...]) one with images"
        )
    if fake is not None and images:
        raise TypeError("images= is for a new double: pull them with the client of the one that is given")
    usual = addresses.usual(os.environ) if not os.environ.get("DOCKER_TLS_VERIFY") else addresses.usual({})
    home_plugins = os.path.join(os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker"), "cli-plugins")
    with contextlib.ExitStack() as stack:
        if fake is None:
            fake = stack.enter_context(FakeDocker(images=images))
        served = stack.enter_context(fake.served(publish=publish, tcp=any(name.startswith("tcp:") for name in usual)))
        config = os.environ["DOCKER_CONFIG"]
        if os.path.isdir(home_plugins):
            os.symlink(os.path.abspath(home_plugins), os.path.join(config, "cli-plugins"))
        targets = {name: served.socket_path if name.startswith("unix:") else served.tcp for name in usual}
        stack.enter_context(guarding.led({name: target for name, target in targets.items() if target}))
        stack.enter_context(_testcontainers())
        watch = stack.enter_context(guarding.guard()) if guard else None
        guarded = watch.attempts.append if watch is not None else None
        stack.enter_context(docker_command.on_path(served.docker_host, config, fake.engine.profile.name, guarded))
        yield fake


@contextlib.contextmanager
def _testcontainers() -> Iterator[None]:
    """Let testcontainers look for its containers on this machine, inside of a container as well, whenever it is imported; its reaper
    belongs to the double that it was made for, and ends with it."""
    known = sys.modules.get(_CONFIG)
    before = dict(vars(known.testcontainers_config)) if known is not None else None
    if known is not None:
        _lead(known)
    _forget_reaper()
    try:
        yield
    finally:
        _forget_reaper()
        known = sys.modules.get(_CONFIG)
        if known is not None:
            settings = vars(known.testcontainers_config)
            if before is None:  # it was imported here, and read the variables of here
                settings.update(connection_mode_override=None, _ryuk_docker_socket="")
            else:
                settings.clear()
                settings.update(before)


def _lead(known: Any) -> None:  # Any: a module of testcontainers, which may be absent
    settings = known.testcontainers_config
    settings.connection_mode_override = known.ConnectionMode.docker_host
    settings.tc_host_override = None
    settings.tc_properties = {name: value for name, value in settings.tc_properties.items() if name != "tc.host"}
    settings._ryuk_docker_socket = ""


def _forget_reaper() -> None:
    """End the reaper of testcontainers, which is made with the first container and holds a connection to its port."""
    reaper = getattr(sys.modules.get(_CONTAINER), "Reaper", None)
    if reaper is not None:
        with contextlib.suppress(Exception):  # what it looks for is gone already
            reaper.delete_instance()

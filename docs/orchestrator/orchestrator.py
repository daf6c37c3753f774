"""A small orchestrator on docker-py: it keeps services running, updates them one container at a time, and backs off.

It holds no connection to what it has done: every turn it looks at the containers with its labels, compares them with what
is wanted, and takes one step. So it may be killed at any time, and a lost answer is only another state to begin from.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

SERVICE_LABEL = "orchestrator.service"
VERSION_LABEL = "orchestrator.version"
SURGE = 1
"""How many containers more than wanted an update may make for a while."""
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 60.0
FAILURES_ALLOWED = 3
"""How often containers of a new version may fail before the one before it is deployed again."""
STOP_SECONDS = 10

Troubles = (DockerException, RequestException, HTTPError)
"""What a daemon, or the way to it, may answer with instead."""


@dataclass(frozen=True)
class Service:
    """What is wanted.

    Args:
        replicas: how many containers.
        healthy_within_seconds: how long a new one may take to become healthy.
    """

    name: str
    image: str
    replicas: int = 1
    command: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    network: str = ""
    healthy_within_seconds: float = 60.0

    @property
    def version(self) -> str:
        """What tells containers of one description from those of another; how many there are makes no difference."""
        described = (self.name, self.image, self.command, self.environment, self.network)
        return hashlib.sha256(repr(described).encode()).hexdigest()[:8]


@dataclass
class Replica:
    """A container of a service, as it was when looked at."""

    container: Container
    version: str
    status: str
    health: str
    started: str

    @property
    def is_ready(self) -> bool:
        """Whether it does its work: running, and healthy where it says so."""
        return self.status == "running" and self.health in ("", "healthy")

    @property
    def has_ended(self) -> bool:
        """Whether it will do no more work: an ended one, or one that never began."""
        return self.status in ("created", "exited", "dead")


@dataclass
class Backoff:
    """When to try again after failures: later each time, at the latest after a minute."""

    failures: int = 0
    not_before: float = 0.0

    def failed(self, now: float) -> None:
        delay = min(FIRST_DELAY_SECONDS * 2**self.failures, LONGEST_DELAY_SECONDS)
        self.failures += 1
        self.not_before = now + delay

    def succeeded(self) -> None:
        self.failures = 0
        self.not_before = 0.0


@dataclass
class Rollout:
    """How it goes with a service: what is wanted, what was good before, and what has failed."""

    service: Service
    good: Service | None = None
    backoff: Backoff = field(default_factory=Backoff)
    failures: int = 0
    """Of containers of the wanted version."""
    first_seen: dict[str, float] = field(default_factory=dict)
    """Container id and start to when it was first seen to run: how long it has not been ready."""


class Orchestrator:
    """Keeps what runs like what is wanted.

    Args:
        client: of the daemon.
        clock: seconds that go on; a test's own, or the wall's.
    """

    def __init__(self, client: docker.DockerClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._rollouts: dict[str, Rollout] = {}
        self.rolled_back: list[Service] = []
        """What was given up, the oldest first."""
        self.problems: list[str] = []
        """What has gone wrong, the oldest first."""

    def deploy(self, service: Service) -> None:
        """Want a service, or want it otherwise. It comes about by turns."""
        known = self._rollouts.get(service.name)
        if known is None:
            self._rollouts[service.name] = Rollout(service)
        elif known.service != service:
            if known.service.version != service.version:
                known.failures = 0
                known.backoff.succeeded()
            known.service = service

    def withdraw(self, name: str) -> None:
        """Want a service no longer."""
        known = self._rollouts[name]
        known.service = Service(name, known.service.image, replicas=0)
        known.good = None

    def turn(self) -> None:
        """One step towards what is wanted, for every service that is not waiting after a failure."""
        for rollout in self._rollouts.values():
            if self._clock() < rollout.backoff.not_before:
                continue
            try:
                self._turn(rollout)
            except Troubles as problem:
                self._failed(rollout, f"{type(problem).__name__}: {problem}")

    def wanted(self, name: str) -> Service:
        """What is wanted of a service now: what was deployed, or after a roll-back what was good before."""
        return self._rollouts[name].service

    def is_settled(self, name: str) -> bool:
        """Whether a service is as it is wanted."""
        service = self._rollouts[name].service
        replicas = self.replicas(name)
        return len(replicas) == service.replicas and all(
            replica.is_ready and replica.version == service.version for replica in replicas
        )

    def replicas(self, name: str) -> list[Replica]:
        """A service's containers, the oldest first."""
        found = self._client.containers.list(
            all=True, filters={"label": f"{SERVICE_LABEL}={name}"}, ignore_removed=True
        )
        return [_replica(container) for container in reversed(found)]

    # a turn

    def _turn(self, rollout: Rollout) -> None:
        service = rollout.service
        replicas = self.replicas(service.name)
        for step in (self._sweep, self._replace, self._scale, self._update):
            if step(rollout, replicas):
                return
        if all(replica.is_ready for replica in replicas):
            rollout.good = service
            rollout.failures = 0
            rollout.backoff.succeeded()

    def _sweep(self, rollout: Rollout, replicas: list[Replica]) -> bool:
        """Take away what has ended; of the wanted version that is a failure, unless it never began."""
        ended = [replica for replica in replicas if replica.has_ended]
        for replica in ended:
            self._remove(replica)
            if replica.status != "created":
                self._container_failed(rollout, replica, f"it has {replica.status}")
        return bool(ended)

    def _replace(self, rollout: Rollout, replicas: list[Replica]) -> bool:
        """Take away one that is not ready and will not be: unhealthy, paused by somebody, or too long on its way."""
        for replica in replicas:
            if replica.is_ready:
                rollout.first_seen.pop(_run_of(replica), None)
                continue
            since = rollout.first_seen.setdefault(_run_of(replica), self._clock())
            late = self._clock() - since > rollout.service.healthy_within_seconds
            if replica.health == "unhealthy" or replica.status == "paused" or late:
                self._remove(replica)
                self._container_failed(rollout, replica, f"it is {replica.health or replica.status}")
                return True
        return False

    def _scale(self, rollout: Rollout, replicas: list[Replica]) -> bool:
        """Start one where there are too few of the wanted version, and stop one where there are too many."""
        service = rollout.service
        wanted = [replica for replica in replicas if replica.version == service.version]
        if len(wanted) > service.replicas:
            self._remove(min(wanted, key=lambda replica: replica.is_ready))
            return True
        if len(wanted) < service.replicas and len(replicas) < service.replicas + SURGE:
            self._start(service, replicas)
            return True
        return False

    def _update(self, rollout: Rollout, replicas: list[Replica]) -> bool:
        """Stop one of an older version, if enough are ready without it."""
        service = rollout.service
        older = [replica for replica in replicas if replica.version != service.version]
        if not older:
            return False
        leaving = min(older, key=lambda replica: replica.is_ready)
        ready = sum(replica.is_ready for replica in replicas)
        if ready - leaving.is_ready >= service.replicas:
            self._remove(leaving)
            return True
        return False

    # what a turn is made of

    def _start(self, service: Service, replicas: list[Replica]) -> None:
        names = {replica.container.name for replica in replicas}
        name = next(name for name in _names(service) if name not in names)
        try:
            self._run(service, name)
        except ImageNotFound:
            self._client.images.pull(service.image)
            self._run(service, name)

    def _run(self, service: Service, name: str) -> None:
        settings = {"network": service.network} if service.network else {}
        self._client.containers.run(
            service.image,
            list(service.command) or None,
            name=name,
            detach=True,
            environment=dict(service.environment),
            labels={SERVICE_LABEL: service.name, VERSION_LABEL: service.version},
            **settings,
        )

    def _remove(self, replica: Replica) -> None:
        """Stop a container in peace, and take it away; that it is gone already is just as well."""
        try:
            if replica.status in ("running", "restarting"):
                replica.container.stop(timeout=STOP_SECONDS)
            replica.container.remove(force=True)
        except NotFound:
            pass
        except APIError as problem:
            if "already in progress" not in str(problem):
                raise

    def _container_failed(self, rollout: Rollout, replica: Replica, reason: str) -> None:
        self._failed(rollout, f"{replica.container.name}: {reason}")
        if replica.version != rollout.service.version:
            return
        rollout.failures += 1
        good = rollout.good
        if rollout.failures >= FAILURES_ALLOWED and good is not None and good.version != rollout.service.version:
            self.rolled_back.append(rollout.service)
            self.deploy(good)

    def _failed(self, rollout: Rollout, problem: str) -> None:
        self.problems.append(problem)
        rollout.backoff.failed(self._clock())


def _names(service: Service) -> Iterator[str]:
    """Names for containers of a service, one after the other."""
    number = 0
    while True:
        number += 1
        yield f"{service.name}-{service.version}-{number}"


def _run_of(replica: Replica) -> str:
    return f"{replica.container.id} {replica.started}"


def _replica(container: Container) -> Replica:
    state = container.attrs["State"]
    return Replica(
        container,
        container.labels.get(VERSION_LABEL, ""),
        state["Status"],
        state.get("Health", {}).get("Status", ""),
        state["StartedAt"],
    )

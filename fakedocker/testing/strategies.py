"""Hypothesis strategies for what docker takes: references, names, ports, configurations, Dockerfiles, command lines.

Everything they give is valid as far as its grammar goes; whether an image exists or a name is taken is what tests are
about. The state machine that goes with them is in `machines`.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from fakedocker.base.json_types import JsonObject

DEFAULT_IMAGES = ("alpine", "busybox", "nginx", "redis")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_WORD = st.text(_ALPHABET, min_size=1, max_size=12)


def names() -> st.SearchStrategy[str]:
    """Names of containers, networks and volumes: [a-zA-Z0-9][a-zA-Z0-9_.-]+."""
    return st.from_regex(r"\A[a-zA-Z0-9][a-zA-Z0-9_.-]{1,20}\Z")


@st.composite
def references(draw: st.DrawFn, tags: bool = True, digests: bool = True, registries: bool = True) -> str:
    """Image references as people write them, with or without a registry, a tag, a digest."""
    separators = st.sampled_from([".", "_", "__", "-", "--"])
    component = st.builds(
        "".join, st.lists(_WORD | st.builds("{}{}{}".format, _WORD, separators, _WORD), min_size=1, max_size=1)
    )
    path = "/".join(draw(st.lists(component, min_size=1, max_size=3)))
    hosts = ["", "localhost:5000/", "registry.example.com/", "docker.io/", "[::1]:5000/"]
    name = draw(st.sampled_from(hosts if registries else [""])) + path
    if tags and draw(st.booleans()):
        name += ":" + draw(st.from_regex(r"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}\Z"))
    if digests and draw(st.integers(0, 4)) == 0:
        name += "@sha256:" + draw(st.text("0123456789abcdef", min_size=64, max_size=64))
    return name


def ports() -> st.SearchStrategy[int]:
    """Port numbers, those at the edges more often."""
    return st.integers(1, 65535) | st.sampled_from([1, 80, 443, 1023, 1024, 8080, 32768, 65535])


def port_bindings() -> st.SearchStrategy[JsonObject]:
    """docker-py's `ports`: a container's port and protocol to a host port, an address and a port, a list, or None for any."""
    keys = st.builds("{}/{}".format, ports(), st.sampled_from(["tcp", "udp"]))
    addresses = st.sampled_from(["127.0.0.1", "0.0.0.0"])
    host = st.none() | ports() | st.tuples(addresses, ports())
    return st.dictionaries(keys, host | st.lists(ports(), min_size=1, max_size=2, unique=True), max_size=3)


def environments() -> st.SearchStrategy[dict[str, str]]:
    """Variables of a container."""
    values = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
    return st.dictionaries(st.from_regex(r"\A[A-Z_][A-Z0-9_]{0,10}\Z"), values, max_size=4)


def labels() -> st.SearchStrategy[dict[str, str]]:
    """Labels of anything."""
    return st.dictionaries(st.from_regex(r"\A[a-z][a-z0-9.-]{0,15}\Z"), st.text(_ALPHABET, max_size=10), max_size=3)


def restart_policies() -> st.SearchStrategy[JsonObject]:
    """docker-py's `restart_policy`."""
    counts = st.integers(0, 5)
    simple = st.sampled_from(["no", "always", "unless-stopped"]).map(lambda name: {"Name": name})
    return simple | counts.map(lambda count: {"Name": "on-failure", "MaximumRetryCount": count})


def health_checks() -> st.SearchStrategy[JsonObject]:
    """docker-py's `healthcheck`."""
    seconds = st.integers(1, 60).map(lambda count: count * 1_000_000_000)
    test = st.sampled_from([["CMD", "true"], ["CMD", "false"], ["CMD-SHELL", "test -e /tmp/ready"], ["NONE"]])
    return st.fixed_dictionaries(
        {"test": test}, optional={"interval": seconds, "timeout": seconds, "retries": st.integers(1, 5)}
    )


def processes() -> st.SearchStrategy[list[str]]:
    """Commands for images with a shell: ones that end, that go on, that print, that heed or ignore a stop."""
    sleeping = st.integers(1, 1000).map(lambda count: ["sleep", str(count)])
    ending = st.integers(0, 255).map(lambda code: ["sh", "-c", f"exit {code}"])
    printing = st.tuples(st.integers(1, 20), st.integers(1, 5)).map(
        lambda pair: ["sh", "-c", f"i=0; while [ $i -lt {pair[0]} ]; do echo $i; sleep {pair[1]}; i=$((i+1)); done"]
    )
    heeding = st.sampled_from(
        [["sh", "-c", "trap 'exit 0' TERM; sleep 1000 & wait"], ["sh", "-c", "trap '' TERM; sleep 1000"]]
    )
    return sleeping | ending | printing | heeding


@st.composite
def configurations(draw: st.DrawFn, images: Sequence[str] = DEFAULT_IMAGES) -> JsonObject:
    """Keywords for docker-py's `containers.create`.

    Args:
        images: what the containers are made of.
    """
    optional = {
        "name": names(),
        "environment": environments(),
        "labels": labels(),
        "ports": port_bindings(),
        "restart_policy": restart_policies(),
        "healthcheck": health_checks(),
        "mem_limit": st.sampled_from(["6m", "64m", "1g"]),
        "working_dir": st.sampled_from(["/", "/tmp", "/srv/app"]),
        "hostname": _WORD,
        "read_only": st.booleans(),
        "init": st.booleans(),
        "volumes": st.lists(
            st.builds("{}:/data{}".format, names(), st.integers(0, 2)), max_size=2, unique_by=lambda text: text[-1]
        ),
    }
    required = {"image": st.sampled_from(list(images)), "command": processes()}
    return draw(st.fixed_dictionaries(required, optional=optional))


@st.composite
def dockerfiles(draw: st.DrawFn, images: Sequence[str] = ("alpine", "busybox")) -> str:
    """Dockerfiles that need no file but themselves. Their RUN steps may fail."""
    lines = [f"FROM {draw(st.sampled_from(list(images)))}"]
    path = st.builds("/{}".format, _WORD)
    step = st.one_of(
        st.builds("ENV {}={}".format, st.from_regex(r"\A[A-Z]{1,6}\Z"), _WORD),
        st.builds("LABEL {}={}".format, _WORD.filter(lambda word: word[0].isalpha()), _WORD),
        st.builds("RUN echo {} > {}".format, _WORD, path),
        st.builds("RUN mkdir -p {0} && touch {0}/{1}".format, path, _WORD),
        st.builds("RUN test -e {}".format, path),
        st.builds("WORKDIR {}".format, path),
        st.builds("EXPOSE {}".format, ports()),
        st.builds("COPY Dockerfile {}".format, path),
        st.builds("USER {}".format, st.sampled_from(["root", "nobody", "1000"])),
        st.builds("VOLUME {}".format, path),
    )
    lines += draw(st.lists(step, max_size=6))
    if draw(st.booleans()):
        lines.append('CMD ["sleep", "1000"]')
    return "\n".join(lines) + "\n"


@st.composite
def command_lines(
    draw: st.DrawFn, images: Sequence[str] = ("alpine",), containers: Sequence[str] = ("one", "two", "three")
) -> list[str]:
    """Sequences of docker commands over a few names, so that they meet one another.

    Args:
        images: pulled and run.
        containers: the names that are used.
    """
    name, image = st.sampled_from(list(containers)), st.sampled_from(list(images))
    line = st.one_of(
        st.builds("docker pull -q {}".format, image),
        st.builds("docker create --name {} {} sleep {}".format, name, image, st.integers(1, 100)),
        st.builds("docker run -d --name {} {} sh -c 'exit {}'".format, name, image, st.integers(0, 3)),
        st.builds("docker run -d --name {} --restart on-failure:2 {} sh -c 'sleep 1; exit 1'".format, name, image),
        st.builds("docker run -d --name {} -p {}:80 {} sleep 100".format, name, st.integers(8080, 8082), image),
        st.builds(
            "docker {} {}".format,
            st.sampled_from(["start", "stop -t 1", "restart -t 1", "kill", "pause", "unpause"]),
            name,
        ),
        st.builds(
            "docker {} {}".format, st.sampled_from(["rm", "rm -f", "inspect", "logs", "top", "port", "diff"]), name
        ),
        st.builds("docker rename {} {}".format, name, name),
        st.builds("docker network create net-{}".format, name),
        st.builds("docker network {} net-{} {}".format, st.sampled_from(["connect", "disconnect"]), name, name),
        st.builds("docker volume {} vol-{}".format, st.sampled_from(["create", "rm", "inspect"]), name),
        st.sampled_from(
            ["docker ps -a", "docker images", "docker container prune -f", "docker network prune -f", "sleep 5"]
        ),
    )
    return draw(st.lists(line, min_size=1, max_size=12))

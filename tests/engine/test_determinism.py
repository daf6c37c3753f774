"""The same bytes, whatever the hash seed of the process; another world for another seed."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
docker network create app
docker volume create data
docker run -d --name web --network app -l a=1 -l b=2 -e X=1 -e Y=2 -p 8080:80 -p 8443:443 -v data:/d -v /anonymous httpd
docker run -d --name box --network app --network-alias other alpine sh -c 'while true; do echo tick $RANDOM; sleep 1; done'
docker run --rm --network app alpine sh -c 'ping -c 1 web | head -1; ls /; env'
docker exec box sh -c 'mkdir -p /x/y; echo 1 > /x/y/z; ps'
sleep 5
docker logs -t box
docker inspect web box
docker ps -a --no-trunc
docker network inspect app bridge
docker images --digests --no-trunc
docker diff box
docker commit box image:1
docker system df -v
docker stop -t 1 box web
docker events --since 1h --until 0s
docker system prune -af --volumes
echo $RANDOM
"""


def run(hash_seed: str, seed: str = "0") -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "fakedocker_shell", "--seed", seed, "-c", SCRIPT]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout


def test_the_hash_seed_does_not_matter() -> None:
    first = run("0")
    assert b"tick" in first
    assert run("1") == first
    assert run("4242") == first


def test_the_worlds_seed_does() -> None:
    assert run("0", seed="7") != run("0")

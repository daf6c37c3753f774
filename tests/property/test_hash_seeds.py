"""Fifty busy containers give the same bytes, whatever the hash seed of the process.

Few seeds in CI; `make property` tries twenty (FAKEDOCKER_EXAMPLES).
"""

from __future__ import annotations

import os
import subprocess
import sys

SEEDS = 20 if int(os.environ.get("FAKEDOCKER_EXAMPLES", "60")) >= 1000 else 3

SCRIPT = r"""
docker network create net
for i in $(seq 1 10); do
docker run -d --name trap$i --network net alpine sh -c 'trap "echo usr1 \$n" USR1; trap "echo end; exit '$i'" TERM; trap "echo exit" EXIT; n=0; while :; do n=$((n+1)); sleep 0.'$i' & wait $!; done'
docker run -d --name pipe$i alpine sh -c 'while :; do seq 1 '$i'0 | awk "{ a[\$1 % 7] += \$1 } END { for (k in a) print k, a[k] }" | sort -n | tail -2; env | sort | md5sum; sleep 1; done'
docker run -d --name timer$i --restart on-failure:3 alpine sh -c 'for k in 1 2 3 4 5 6 7; do (sleep 0.$k; echo $k $RANDOM; kill -9 $$) & done; timeout '$i' sleep 30; date; wait; exit '$i
docker run -d --name fifo$i -e A=1 -e B=2 alpine sh -c 'mkfifo /p; (while :; do date; sleep 0.6; done > /p) & while read -r line; do echo "$line" | tee -a /log | wc -c; set | cksum; done < /p'
docker run -d --name dns$i --network net --health-cmd 'nc -z trap1 80 || exit 1' --health-interval 2s alpine sh -c 'while :; do ping -c 1 trap'$i' | tail -2; getent hosts dns'$i'; ls /proc /etc | cksum; sleep 2; done'
done
sleep 2
for i in $(seq 1 10); do docker kill -s USR1 trap$i; docker exec fifo$i sh -c 'tail -n 2 /log; ps'; done
docker pause pipe1 pipe2
sleep 1
docker unpause pipe1 pipe2
docker stop -t 2 trap1 trap2 pipe3 fifo4 dns5
sleep 3
for name in trap pipe timer fifo dns; do for i in $(seq 1 10); do
echo $name$i
docker logs -t $name$i 2>&1
docker inspect -f '{{json .State}} {{json .NetworkSettings.Networks}}' $name$i
docker diff $name$i
done; done
docker ps -a --no-trunc
docker stats --no-stream
docker events --since 1h --until 0s
"""


def run(hash_seed: int) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    command = [sys.executable, "-m", "fakedocker_shell", "-c", SCRIPT]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout


def test_fifty_containers_with_traps_pipes_and_timers() -> None:
    first = run(0)
    for sign in (b"Z usr1 ", b"Z end\n", b"Z exit\n", b"round-trip", b"exitCode=137"):
        assert sign in first, sign
    for seed in range(1, SEEDS):
        assert run(seed) == first, seed

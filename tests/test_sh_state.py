"""A shell is data: it can be copied and pickled in mid-run, and every copy goes on alike."""

from __future__ import annotations

import pickle
import sys

import pytest
from userland_world import Machine

from fakedocker.userland.sh.machine import Shell

BUSY = """
f() { local n=$1; [ $n -le 0 ] && return; echo f$n; f $((n-1)); }
trap 'echo bye' EXIT
for i in 1 2 3; do f $i; x=$(echo $i | tr 1-3 a-c); echo "$x"; done | while read l; do echo "<$l>"; done
(sleep 1; echo late) & wait
cat <<E
$((i=7)) $i

"""Keeping an engine's clock with the wall's: when to jump, when to sleep, for how long.

Used by every driver that has a wall clock: the socket server and the terminal. The driver tells what it saw (input,
output) and does what `step` says.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable

from fakedocker.engine.core import Pause
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode

SECOND_NS = 1_000_000_000
IDLE_SECONDS = 3600.0
PATIENCE_NS = 30_000_000
"""How long clients must have been quiet before time leaps for a conversation: they may have more to say at once, such
as input or the size of a terminal. Who has asked something and waits for the answer is not made to wait for more than
that."""


TURN_SECONDS = 0.01
"""For how much of the machine's time processes run before a driver looks at its clients again. Time in the simulation
lags behind the wall's meanwhile, as on a machine that is busy, and catches up when there is less to do."""


def turn_share(clock: Callable[[], float] = time.monotonic) -> Pause:
    """The share of a driver's turn: says that processes shall wait once it has lasted long enough."""
    end = clock() + TURN_SECONDS
    return lambda: clock() >= end


OFFSETS_KEPT = 20_000
"""How many leaps are known by the time they were made at; of earlier ones some are forgotten."""
AHEAD_NS = 300 * SECOND_NS
"""How far ahead of its own clock a client may look."""


class Pacer:
    """The wall's time on an engine's clock.

    A leap (a jump past the wall) needs quiet clients, and one that follows output waits for the wall: what a client
    sees comes no faster than it would. After leaps the engine's clock runs ahead of the wall's by what was leapt.

    Args:
        wall: the wall's clock, in nanoseconds.
        is_patient: whether clients are given the time to give a wait up; not with a driver whose own waits never are.
    """

    def __init__(self, engine: Engine, wall: Callable[[], int], is_patient: bool = True) -> None:
        self._engine = engine
        self._wall = wall
        self._is_patient = is_patient
        self._last_input_ns = 0
        self._leapt = False
        self._paced = False
        self.rebase()

    def rebase(self) -> None:
        """From now on the engine's present is the wall's: at the start, and after going back to a snapshot."""
        wall_ns = self._wall()
        self._offset_ns = self._engine.now_ns - wall_ns
        self._offsets = [(wall_ns, self._offset_ns)]

    def _lead(self) -> None:
        """After a leap the engine's clock is so much further ahead of the wall's."""
        wall_ns = self._wall()
        offset_ns = self._engine.now_ns - wall_ns
        if offset_ns > self._offset_ns:
            self._offset_ns = offset_ns
            self._offsets.append((wall_ns, offset_ns))
            if len(self._offsets) > OFFSETS_KEPT:
                del self._offsets[1 : OFFSETS_KEPT // 2]

    def meaning(self, instant_ns: int) -> int:
        """What the engine's clock showed, with all leaps, when the wall's showed an instant.

        An instant that only the engine's clock can have shown, as it lies before the beginning or far ahead of the
        wall, is the engine's already; where the engine began on an earlier day, one that is nearer to its clock.
        """
        begun_ns, base_ns = self._offsets[0]
        is_nearer = instant_ns - self._engine.now_ns < self._wall() - instant_ns
        if begun_ns + base_ns <= instant_ns < begun_ns and is_nearer:
            return instant_ns
        if self._wall() + AHEAD_NS < instant_ns <= self._engine.now_ns:
            return instant_ns
        place = bisect_right(self._offsets, instant_ns, key=lambda entry: entry[0]) - 1
        return instant_ns + self._offsets[max(place, 0)][1]

    @property
    def wall_ns(self) -> int:
        """The wall's time on the engine's clock."""
        return self._wall() + self._offset_ns

    def on_input(self) -> None:
        """A client has sent something."""
        self._last_input_ns = self._wall()
        self._leapt = self._paced = False

    def on_output(self, goes_on: bool = True) -> None:
        """A client was sent something; what follows a leap is paced from then on.

        Args:
            goes_on: whether more is to come in what somebody reads. An answer that has ended paces nobody: it is
                followed by a request, for which there is patience, or it was that client's last, and others still wait.
        """
        if goes_on:
            self._paced = self._leapt
        else:
            self._last_input_ns = self._wall()

    def catch_up(self, pause: Pause | None = None) -> None:
        """Let the engine's clock reach the wall's, behind which it only is as long as there is more to do than can be
        done.

        What requests took it is ahead, when it leaps from then on; at the wall's pace the wall catches up.

        Args:
            pause: when to stop, for what is then left to the turns that follow; after a turn's share where none is
                given.
        """
        if self._engine.mode in (TimeMode.LEAP, TimeMode.WALL):
            target_ns = max(self.wall_ns, self._engine.owed_ns)
            if self._engine.now_ns < target_ns:
                self._engine.advance(target_ns, pause=turn_share() if pause is None else pause)
        if self._engine.mode is TimeMode.LEAP:
            self._lead()

    def step(self, driver_waits: bool = False) -> float | None:
        """Jump if it is time to; else say for how many seconds there is nothing to do.

        Args:
            driver_waits: whether the driver itself waits for something.

        Returns:
            None after a jump: there may be something to run.
        """
        wall_ns = self.wall_ns
        move = self._engine.next_move(wall_ns, driver_waits)
        if move.kind == "run":
            return None
        if move.kind == "idle":
            return IDLE_SECONDS
        ahead_ns = move.at_ns - wall_ns
        if move.kind == "sleep":
            return max(ahead_ns, 0) / SECOND_NS
        if ahead_ns > 0:
            quiet_ns = self._wall() - self._last_input_ns
            if self._paced and self._engine.mode is not TimeMode.FAST:
                return ahead_ns / SECOND_NS
            is_patient = self._is_patient and not driver_waits and not self._engine.has_pending_reply()
            if is_patient and quiet_ns < PATIENCE_NS:
                return min(ahead_ns, PATIENCE_NS - quiet_ns) / SECOND_NS
        self._leapt = self._leapt or ahead_ns > 0
        self._paced = False
        self._engine.jump()
        self._lead()
        return None

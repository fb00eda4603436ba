"""While nobody is there: packets are watched, and few pictures decoded."""

from collections import deque

import numpy as np

from monitor.capture.source import Packet

QUIET_S = 3.0
"""Nobody for so long, and a camera rests: whoever comes is found and believed in less."""

LOOK_S, EARLY_S = 4.0, 0.1
"""A key picture is looked at so long after the last look, or a little earlier: every second one of
a camera that sends one every 2 s, each costing nothing but itself."""

LONGEST_S = 5.0
"""At the latest so long after the last look the next picture is looked at, whatever has to be
decoded for it."""

MISSED_S = 6.2
"""The same where a key picture was to be looked at and was read too late: another is waited for,
since all that followed the late one, decoded at once by a computer that is behind, would be seen a
second late, and make what comes behind it late too. Two looks of a camera that sends one every 2 s
lie 6 s apart then, and 7 s at rest count as watched (`LONGEST_S` and the camera's gap)."""

SETTLED_S = 5.0
"""What was sent so shortly after somebody was there, or before somebody was found, is not usual."""

LEARNT_S = 10.0
"""So long packets are seen before any is called large."""

USUAL = 3000
"""Packets that tell what is usual: two minutes of 25 a second."""

LARGE = 1.2, 95.0
"""A packet is large when it is so many times larger than so many in a hundred usual ones."""

LIMIT_S = 5.0
"""How often it is told anew what is usual."""

LATELY_S, LARGE_SHARE = 0.6, 1 / 3
"""Something stirs when so many of the packets of this time are large: of 15 packets, 5 are by
chance in 1 of 1,600 cases even without the factor; one alone is an encoder's whim."""


class Stir:
    """Tells from the sizes of a stream's packets that something moves which usually does not.

    Key pictures say nothing: they hold the whole place. What stays larger while nobody is found
    (light, rain, a machine) is usual before long, since 1 in 20 packets of two minutes are 6 s.
    """

    def __init__(self) -> None:
        self._usual: deque[int] = deque(maxlen=USUAL)
        self._settling: deque[tuple[float, int]] = deque()
        self._lately: deque[tuple[float, bool]] = deque()
        self._learnt_s = 0.0
        self._limit_t = float("-inf")
        self._limit = float("inf")

    @property
    def knows(self) -> bool:
        return self._learnt_s >= LEARNT_S

    def learn(self, t: float, size: int) -> None:
        """A packet while nobody is there."""
        self._settling.append((t, size))
        while len(self._settling) > 1 and self._settling[0][0] <= t - SETTLED_S:
            begun, usual = self._settling.popleft()
            self._usual.append(usual)
            self._learnt_s += min(self._settling[0][0] - begun, 1.0)

    def unsettle(self) -> None:
        """Somebody is there: what was sent just before is not usual."""
        self._settling.clear()

    def tells(self, t: float, size: int) -> bool:
        """Whether something stirs, now that this packet came."""
        if t - self._limit_t >= LIMIT_S and self.knows:
            factor, percent = LARGE
            self._limit, self._limit_t = factor * float(np.percentile(self._usual, percent)), t
        self._lately.append((t, size > self._limit))
        while self._lately[0][0] < t - LATELY_S:
            self._lately.popleft()
        large = sum(is_large for _, is_large in self._lately)
        return large >= max(3, LARGE_SHARE * len(self._lately))


class Rest:
    """When the pictures of a camera need not be looked at as often as it is asked to.

    there, sought: somebody is there, or searched for where something moves, as whoever judges the
    pictures says.
    """

    def __init__(self) -> None:
        self.there = self.sought = True
        self._stir = Stir()
        self._lively_t = self._there_t = self._looked_t = self._key_t = float("-inf")

    def wake(self, t: float) -> None:
        self._lively_t = t

    def rests(self, t: float, packet: Packet | None) -> bool:
        """Whether it rests, now that this packet came. Never where none come, or where all are key
        pictures, each of which costs only itself."""
        if packet is not None and packet.key:
            self._key_t = t
        if packet is None or self.sought:
            self.wake(t)
        if self.there:
            self.wake(t)
            self._there_t = t
            self._stir.unsettle()
        elif packet is not None and not packet.key:
            self._watch(t, packet.size)
        return self._stir.knows and t - self._lively_t >= QUIET_S

    def _watch(self, t: float, size: int) -> None:
        if self._stir.tells(t, size):
            self.wake(t)
        if t - self._there_t >= SETTLED_S:
            self._stir.learn(t, size)

    def due(self, t: float, packet: Packet | None) -> bool:
        """Whether to look at this picture, while resting."""
        soon_s = LOOK_S - EARLY_S
        if packet is not None and packet.key:
            return t - self._looked_t >= soon_s
        missed = self._key_t - self._looked_t >= soon_s
        return t - self._looked_t >= (MISSED_S if missed else LONGEST_S)

    def looked(self, t: float) -> None:
        """When the picture came that is looked at; an earlier one when it was not after all."""
        self._looked_t = t

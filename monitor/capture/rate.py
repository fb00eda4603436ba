"""How many pictures a camera sends: too few to judge by, or a flood."""

WINDOW_S = 5.0
"""Pictures are counted over so long."""

WINDOWS = 3
"""So many counts in a row must be odd: a change is known within 20 s, and a hiccup is none."""

KNOWN = 4
"""Counts until it is known what is usual."""

LEAST = 10
"""Pictures by which a count must differ: of a slow camera a few come early or late."""

WEIGHT = 0.1
"""Of each count in what is usual."""

MOST, BURST = 100.0, 500.0
"""Pictures a second that are taken in for long, and how many at once: no camera sends more than 60,
and a server may hand over 10 s of them as one connects. More would cost other cameras theirs."""


class Rate:
    """Compares how many pictures come with how many used to come and how many are needed."""

    def __init__(self, needed: float) -> None:
        """needed: looks a second that are asked for."""
        self._needed = needed * WINDOW_S
        self._begun: tuple[float, int] | None = None
        self._usual = self._newest = 0.0
        self._counts = 0
        self._odd = 0

    def look(self, t: float, pictures: int, up: bool) -> str | None:
        """What is wrong with the rate, in words, or `None`. pictures: how many have come in all;
        up: the camera is connected."""
        if not up or self._begun is None:
            self._begun = (t, pictures) if up else None
        elif t - self._begun[0] >= WINDOW_S:
            lasted_s, came = t - self._begun[0], pictures - self._begun[1]
            self._begun = (t, pictures)
            self._count(came * WINDOW_S / lasted_s)
        return self._words() if self._odd >= WINDOWS else None

    def _count(self, came: float) -> None:
        self._newest = came
        few = came < min(0.5 * self._usual, self._needed)
        odd = few or came > 2.0 * self._usual
        if self._counts >= KNOWN and odd and abs(came - self._usual) >= LEAST:
            self._odd += 1
            return
        self._odd = 0
        self._counts += 1
        self._usual += max(WEIGHT, 1.0 / self._counts) * (came - self._usual)

    def _words(self) -> str:
        now, usual = self._newest / WINDOW_S, self._usual / WINDOW_S
        return f"it sends {now:.0f} pictures a second, and used to send {usual:.0f}"


class Flood:
    """Holds a camera back that sends far more pictures than anyone could use."""

    def __init__(self) -> None:
        self._room, self._t = BURST, 0.0

    def wait_s(self, t: float) -> float:
        """How long to wait before the next picture is taken in; one has come at `t`."""
        self._room = min(BURST, self._room + MOST * max(0.0, t - self._t)) - 1.0
        self._t = t
        return max(0.0, -self._room / MOST)

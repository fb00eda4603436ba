"""The three answers ISO 11226 and EN 1005-4 give for a posture or movement."""

from enum import IntEnum

from monitor.ergonomics.method import Range


class Verdict(IntEnum):
    """Worse is higher."""

    ACCEPTABLE = 0
    CONDITIONAL = 1
    NOT_ACCEPTABLE = 2

    @property
    def title(self) -> str:
        return self.name.lower().replace("_", " ")


def verdicts(found: Range) -> tuple[Verdict, Verdict]:
    """The best and the worst verdict that is possible."""
    return Verdict(found.low), Verdict(found.high)

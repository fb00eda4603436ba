"""Packets are read by the tenth of a second where they wait safely."""

GATHER_S = 0.1
"""What comes next is left where it waits for so long, once everything before it was read: a 1080p
picture comes in ten pieces, and the thread would wake for each. Sixteen cameras at rest take a
quarter less so, what is decoded included."""

PROMPT_S, WAITED_S = 0.04, 0.001
"""Everything was read when the newest picture is no older than that, and was waited for so long."""


def gather_s(behind_s: float, waited_s: float) -> float:
    """How long to read nothing of a stream that keeps what comes and dates it. behind_s: age of the
    newest picture, which was waited for `waited_s`."""
    return GATHER_S if behind_s < PROMPT_S and waited_s >= WAITED_S else 0.0

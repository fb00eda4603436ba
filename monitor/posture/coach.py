"""What a camera can judge where it hangs, from how people were really seen, and what to change.

Everything is added up in seconds of people seen, so that it is the same at any sampling rate.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from monitor.posture.landmarks import View
from monitor.posture.model import Person
from monitor.posture.rules import FALLEN, MEASURES, Rule
from monitor.posture.sighting import STEEP_DEG, sighting

LOOK_S = 1.0
"""One look a second tells as much: the next ones see the same."""

LEAST_S = 120.0
"""Seconds of people seen before anything is said (ours): three passes or more through a hall."""

MEMORY_S = 7200.0
"""After so many seconds all that was seen counts half: what changes shows within two hours of
people (ours)."""

GAP_S = 2.0
"""Time between two looks counts at most so much: in a longer silence nobody knows who was there."""

MOSTLY, RARELY = 0.75, 0.25
"""Shares of the time in which something must be known to be judged well, or at all (ours): a hold
of 4 s survives every fourth look unseen, and of a few it knows no length."""

LEAST_PX = 100.0
"""BlazePose looks at 256 pixels, some 200 of them body: smaller people are seen less than half as
finely as it was taught to (ours)."""

NEEDS: Mapping[str, str] = {
    "trunk_flexion": "hips",
    "trunk_side_bend": "hips",
    "trunk_twist": "hips",
    "head_inclination": "heads",
    "neck_flexion": "heads",
    "upper_arm_elevation": "elbows",
    "upper_arm_to_trunk": "elbows",
    "elbow_flexion": "hands",
    "hands_above_head": "hands",
    "knee_flexion": "feet",
    "kneeling": "feet",
    "lying": "feet",
}
"""The part a measure (of either side) is lost with first."""

LOST_WITH: Mapping[str, str] = {
    "heads": "how heads are held",
    "elbows": "raised arms",
    "hands": "hands above the head",
    "hips": "bends of the trunk",
    "feet": "kneeling and deep knee bends",
}

NEUTRAL: Mapping[str, float] = {"rula": 1.0, "reba": 1.0, "owas": 1.0}
"""Where a measure stands when nothing is wrong; 0 for all others."""

READ_FROM: Mapping[str, tuple[str, float]] = {
    "holding_share.trunk": ("trunk_flexion", 20.0),
    "holding_share.head": ("head_inclination", 25.0),
    "holding_share.upper_arm": ("upper_arm_elevation", 20.0),
    "bends_per_min": ("trunk_flexion", 20.0),
    "trunk_turns_per_min": ("trunk_twist", 10.0),
    "arm_raises_per_min": ("upper_arm_elevation", 30.0),
    FALLEN: ("lying", 65.0),
}
"""Measures over time can be judged where the angle can from whose limit on they count."""

USUAL: tuple[tuple[str, str, float], ...] = (
    ("deep bends of the trunk", "trunk_flexion", 60.0),
    ("slight bends of the trunk", "trunk_flexion", 20.0),
    ("side bends of the trunk", "trunk_side_bend", 20.0),
    ("twists of the trunk", "trunk_twist", 20.0),
    ("bent heads", "head_inclination", 25.0),
    ("raised arms", "upper_arm_elevation", 60.0),
    ("hands above the head", "hands_above_head", 10.0),
    ("deep knee bends", "knee_flexion", 100.0),
    ("kneeling", "kneeling", 65.0),
    ("lying", "lying", 65.0),
)
"""What every camera is asked, with the limit that has to be told from upright: those of the
default rules and ISO 11226's for the head; 20° for twists and side bends (ours)."""


class Support(StrEnum):
    """Whether a camera can judge something."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNTOLD = "not enough seen"


WORSE = (Support.YES, Support.PARTLY, Support.NO)


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether something can be judged, and why not: empty where it can."""

    title: str
    verdict: Support
    reason: str = ""


class Coach:
    """How people were seen by one camera."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._t = float("-inf")

    @property
    def seen_s(self) -> float:
        """Seconds of people seen, as far as they are remembered."""
        return self._sums.get("seen", 0.0)

    def see(self, t: float, people: Iterable[Person], view: View) -> None:
        """Take in everybody judged in one look; `t` (steady seconds) never decreases."""
        seconds = min(t - self._t, GAP_S)
        if seconds < LOOK_S:
            return
        self._t = t
        for person in people:
            for name, amount in sighting(person, view).items():
                self._sums[name] = self._sums.get(name, 0.0) + seconds * amount
        if self.seen_s > MEMORY_S:
            self._sums = {name: amount / 2 for name, amount in self._sums.items()}

    def forget(self) -> None:
        """The camera hangs elsewhere: begin anew."""
        self._sums = {}

    def kept(self) -> dict[str, float]:
        """All that was seen, for `restore`."""
        return {name: round(amount, 3) for name, amount in self._sums.items()}

    def restore(self, kept: Any) -> None:
        """Go on from what was kept. Raises ValueError for what no coach has kept."""
        if not isinstance(kept, dict) or not all(
            isinstance(amount, int | float) and math.isfinite(amount) for amount in kept.values()
        ):
            raise ValueError("what was seen must be sums of seconds by their names")
        self._sums = {name: float(amount) for name, amount in kept.items()}

    def verdicts(self) -> list[Finding]:
        """What every camera is asked."""
        return [self._finding(*usual) for usual in USUAL]

    def on(self, rule: Rule) -> Finding:
        """Whether a rule can be judged here."""
        measure, enter = READ_FROM.get(rule.measure, (rule.measure, rule.enter))
        return self._finding(rule.title, measure, enter)

    def told(self, rules: Sequence[Rule]) -> dict[str, Any]:
        """All of it as the store keeps it; unsupported: of these rules."""
        findings = [self.on(rule) for rule in rules]
        return {
            "seen_s": round(self.seen_s),
            "verdicts": [asdict(finding) for finding in self.verdicts()],
            "unsupported": [asdict(f) for f in findings if f.verdict is Support.NO],
            "advice": self.advice(),
        }

    def advice(self) -> list[str]:
        """What to change, a sentence or two each; nothing while too little was seen."""
        if self.seen_s < LEAST_S:
            return []
        return [*self._on_direction(), *self._on_size(), *self._on_parts()]

    def _finding(self, title: str, measure: str, enter: float) -> Finding:
        if self.seen_s < LEAST_S:
            return Finding(title, Support.UNTOLD)
        doubts = (
            self._of_sight(measure),
            self._of_band(measure, enter),
            self._of_direction(measure),
            (Support.PARTLY if self._height_px() < LEAST_PX else Support.YES, self._small()),
            (Support.PARTLY if self._share("above") >= 0.5 else Support.YES, self._steep()),
        )
        verdict, reason = max(doubts, key=lambda doubt: WORSE.index(doubt[0]))
        return Finding(title, verdict, "" if verdict is Support.YES else reason)

    def _of_sight(self, measure: str) -> tuple[Support, str]:
        """What needs a part beyond the picture's edge is guessed, whatever is read."""
        part = NEEDS.get(measure.removeprefix("left_").removeprefix("right_"), "")
        known = min(self._share(f"known.{measure}"), 1.0 - self._share(f"outside.{part}"))
        if known >= MOSTLY:
            return Support.YES, ""
        return Support.NO if known < RARELY else Support.PARTLY, self._why_unknown(part, known)

    def _of_band(self, measure: str, enter: float) -> tuple[Support, str]:
        """Somebody upright and somebody at the limit are told apart when their bands do not
        overlap: when a band is no wider than what lies between them. Twice as wide, and even the
        middle of one lies in the other."""
        apart, width = enter - NEUTRAL.get(measure, 0.0), self._width(measure)
        if width <= apart:
            return Support.YES, ""
        unit = MEASURES[measure].unit
        return Support.NO if width > 2 * apart else Support.PARTLY, (
            f"known to ±{math.ceil(width / 2)}{unit} here; telling {enter:g}{unit} from upright "
            f"takes ±{apart / 2:.0f}{unit}"
        )

    def _of_direction(self, measure: str) -> tuple[Support, str]:
        """Of a shin on the floor that points to or from the camera nothing shows that it lies: a
        drawn figure that kneels is then read as if it sat. From above it is not known."""
        elsewhere = self._share("front") + self._share("behind")
        if measure != "kneeling" or elsewhere <= RARELY:
            return Support.YES, ""
        return Support.NO if elsewhere > MOSTLY else Support.PARTLY, (
            f"people are seen from the front or behind {100 * elsewhere:.0f} % of the time, and "
            "shins on the floor show from the side alone"
        )

    def _why_unknown(self, part: str, known: float) -> str:
        if self._share(f"unseen.{part}") >= RARELY:
            return self._where(part)
        if part == "heads" and self._share("behind") >= RARELY:
            return f"people are seen from behind {self._percent('behind')} of the time"
        return f"seen {100 * known:.0f} % of the time"

    def _on_direction(self) -> Iterable[str]:
        if self._share("behind") >= 0.5:
            yield (
                f"People are seen from behind {self._percent('behind')} of the time: bends of the "
                f"trunk are known to ±{self._width('trunk_flexion') / 2:.0f}°, and how heads are "
                "held is not seen. Hang the camera where people come towards it or walk across "
                "its view."
            )
        if self._share("above") >= 0.5:
            yield (
                f"{self._steep().capitalize()}: from above a bend hardly shows. Hang it lower or "
                f"farther away, so that it looks down at less than {STEEP_DEG:.0f}°."
            )

    def _on_size(self) -> Iterable[str]:
        if self._height_px() < LEAST_PX:
            yield (
                f"{self._small().capitalize()}: below {LEAST_PX:.0f} pixels joints are guessed. "
                "Move the camera closer, take a longer lens, or its main stream instead of a "
                "smaller one."
            )

    def _on_parts(self) -> Iterable[str]:
        for part, lost in LOST_WITH.items():
            if self._share(f"unseen.{part}") < RARELY:
                continue
            change = (
                "Turn the camera or move it back until they are in the picture."
                if self._outside(part)
                else "Hang the camera higher or to the other side, or move what hides them."
            )
            yield f"{self._where(part).capitalize()}: {lost} cannot be judged then. {change}"

    def _where(self, part: str) -> str:
        where = "outside the picture" if self._outside(part) else "hidden"
        return f"{part} are {where} {self._percent(f'unseen.{part}')} of the time"

    def _outside(self, part: str) -> bool:
        """Whether a part that is not seen mostly lies beyond the picture's edge."""
        return 2 * self._share(f"outside.{part}") >= self._share(f"unseen.{part}")

    def _small(self) -> str:
        return f"people are {self._height_px():.0f} pixels high"

    def _steep(self) -> str:
        return f"the camera looks down on people at {self._share('down'):.0f}°"

    def _share(self, name: str) -> float:
        return self._sums.get(name, 0.0) / max(self.seen_s, 1e-9)

    def _percent(self, name: str) -> str:
        return f"{100 * self._share(name):.0f} %"

    def _width(self, measure: str) -> float:
        """Mean width of a measure's bands; 0 where it has none."""
        banded = self._sums.get(f"banded.{measure}", 0.0)
        return self._sums.get(f"width.{measure}", 0.0) / banded if banded else 0.0

    def _height_px(self) -> float:
        """Pixels people are high, or would be if they stood: the geometric mean."""
        return float(2.0 ** self._share("octaves"))

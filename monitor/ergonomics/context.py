"""What a camera cannot see and settings may say, per zone; `None` means unknown."""

from dataclasses import dataclass
from enum import Enum

from monitor.ergonomics.method import Interval


class Coupling(Enum):
    """How well the hands hold what they hold (REBA's four; NIOSH knows the first three)."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNACCEPTABLE = "unacceptable"


class Stance(Enum):
    """What the legs do, where a zone settles it."""

    STANDING = "standing"
    SITTING = "sitting"
    KNEELING = "kneeling"
    WALKING = "walking"


@dataclass(frozen=True, slots=True)
class Context:
    """load_kg: kilograms handled. shock: the force builds up rapidly. static: held for more than
    a minute. repeated: more than four times a minute. rapid: rapid large changes, or an unstable
    base. balanced: both feet carry the weight. wrist_deg: band of the wrist's bend from neutral.
    trunk_supported, head_supported, arm_supported: fully, by a rest. neck_turned: twisted;
    neck_tilted: bent sideways. Raises ValueError for a negative load.
    """

    load_kg: float | None = None
    shock: bool | None = None
    coupling: Coupling | None = None
    stance: Stance | None = None
    balanced: bool | None = None
    trunk_supported: bool | None = None
    head_supported: bool | None = None
    arm_supported: bool | None = None
    arm_abducted: bool | None = None
    arm_across: bool | None = None
    shoulder_raised: bool | None = None
    neck_turned: bool | None = None
    neck_tilted: bool | None = None
    wrist_deg: Interval | None = None
    wrist_deviated: bool | None = None
    wrist_twisted: bool | None = None
    static: bool | None = None
    repeated: bool | None = None
    rapid: bool | None = None

    def __post_init__(self) -> None:
        if self.load_kg is not None and not 0 <= self.load_kg < float("inf"):
            raise ValueError(f"load_kg is {self.load_kg:g}; a load is 0 kg or more")


UNKNOWN = Context()

"""What to change at the workplace, in English and Chinese; never what a person should have done.

The words are our own. They follow the order that guides on manual work share: change the work, then
the tools, then how the work is shared out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.posture.model import Angle

DEEP_DEG = 60.0
"""From here a bend reaches for the floor (ISO 11226: not recommended)."""

OVERHEAD_DEG = 90.0
TURNED_DEG = 10.0

LIMITS_PER_HOUR = {
    "bend": 120.0,
    "overhead_reach": 120.0,
    "squat": 60.0,
    "stoop_lift": 12.0,
    "squat_lift": 12.0,
    "lowering": 12.0,
}
"""From here a report gives advice (ours): two a minute as in EN 1005-4's split, half of it for
squats, and for lifts the lowest frequency in the NIOSH table, 0.2 a minute."""

DOSE_SHARE = 0.5
"""The same for a share of the minutes a day."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice in English and in simplified Chinese."""

    en: str
    zh: str

    def __add__(self, other: "Advice") -> "Advice":
        return Advice(f"{self.en} {other.en}", self.zh + other.zh)


TEXTS = {
    "floor": Advice(
        "Bring the work up: raise pallets and bins to hip height, use a lift table or a tilting "
        "container, or give the tool a longer handle.",
        "抬高作业点：将托盘和料箱垫高到髋部高度，使用升降台或可倾斜料箱，或加长工具手柄。",
    ),
    "work_height": Advice(
        "Raise the work surface or tilt the workpiece towards the person, and bring parts closer "
        "than an arm's length, so that the back can stay upright.",
        "升高工作台面或将工件向人体一侧倾斜，并把零件放在一臂距离以内，使背部能够保持直立。",
    ),
    "bend_often": Advice(
        "Keep what is used often between hip and shoulder height, and feed parts by a lift table, "
        "chute or conveyor instead of from the floor.",
        "将常用物品放在髋部与肩部之间的高度，用升降台、滑槽或输送带供料，避免从地面取料。",
    ),
    "turn": Advice(
        "Put source and target side by side in front of the person, or leave room to turn with "
        "the feet: a swivel stand, a turntable or a wider aisle.",
        "将取料点与放料点并排设在人体前方，或留出移步转身的空间，例如加装转台、旋转座或加宽通道。",
    ),
    "head_down": Advice(
        "Raise or tilt what has to be looked at, improve the light, and place displays just below "
        "eye height.",
        "升高或倾斜需要观察的对象，改善照明，并将显示屏设在略低于眼睛的高度。",
    ),
    "head_up": Advice(
        "Lower what has to be looked at, or provide a platform or a mirror, so that nobody has to "
        "look up for long.",
        "降低需要观察的对象，或提供踏台或反光镜，避免长时间仰头。",
    ),
    "arm_raised": Advice(
        "Lower the work or bring it closer, support the arm, and hang heavy tools from a balancer, "
        "so that the elbows can stay beside the body.",
        "降低作业点或使其靠近人体，提供手臂支撑，用平衡器悬挂较重工具，使肘部能够贴近身体。",
    ),
    "overhead": Advice(
        "Move what is handled overhead to between hip and shoulder height, turn the workpiece, or "
        "provide a platform.",
        "将高处操作的物品移到髋部与肩部之间，翻转工件，或提供踏台。",
    ),
    "arm_often": Advice(
        "Arrange often used parts and controls within forearm's reach, and share the task among "
        "stations or alternate it with another.",
        "将常用零件和操控件布置在前臂可及范围内，并在工位之间分担该任务或与其他任务轮换。",
    ),
    "elbow": Advice(
        "Set the work surface to elbow height, so that the forearms are about level.",
        "将工作台面调到肘部高度，使前臂大致水平。",
    ),
    "low_work": Advice(
        "Raise the work off the floor to knee height or more, or provide a low rolling stool.",
        "将作业点从地面抬高到膝部以上，或提供可移动的矮凳。",
    ),
    "kneeling": Advice(
        "Raise the work to table height; where that cannot be, provide a kneeling mat and knee "
        "pads, and plan turns.",
        "将作业点升高到台面高度；无法做到时，提供跪垫和护膝，并安排轮换。",
    ),
    "stoop_lift": Advice(
        "Start lifts at knuckle height or above: stack pallets, use a lift table or a pallet "
        "tilter, keep the space before the load free, and split heavy loads.",
        "使搬举起点不低于指节高度：叠放托盘，使用升降台或托盘倾斜机，保持货物前方无障碍，并拆分重物。",
    ),
    "squat_lift": Advice(
        "Start lifts at knuckle height or above by a lift table or spring-loaded container, and "
        "use a hoist or vacuum lifter for what is lifted often.",
        "用升降台或弹簧升降料箱使搬举起点不低于指节高度，频繁搬举的物品使用起重或真空吸吊设备。",
    ),
    "heavy": Advice(
        "Make the load lighter or split it, bring it to hip height and close to the body, give it "
        "handles, and lift it less often or by a hoist.",
        "减轻或拆分货物，将其置于髋部高度并靠近身体，加装把手，减少搬举次数或使用起重设备。",
    ),
    "lowering": Advice(
        "Set loads down at hip height: a lift table or roller conveyor instead of the floor.",
        "将货物放置在髋部高度：用升降台或辊道代替地面。",
    ),
    "whole_body": Advice(
        "Look at the height and distance of the work and at the load handled; change what is "
        "furthest from between hip and shoulder first.",
        "检查作业点的高度、距离以及搬运的重量，优先改善离髋肩之间区域最远的部分。",
    ),
    "fall": Advice(
        "Somebody may have fallen: go and look at once. Afterwards look at floor, light and "
        "obstacles at this spot.",
        "可能有人跌倒：请立即前往查看。随后检查该处的地面、照明和障碍物。",
    ),
}
"""By topic."""

OF_MEASURE = {
    "trunk_side_bend": "turn",
    "trunk_twist": "turn",
    "trunk_turns_per_min": "turn",
    "bends_per_min": "bend_often",
    "holding_share.trunk": "work_height",
    "head_inclination": "head_down",
    "holding_share.head": "head_down",
    "arm_raises_per_min": "arm_often",
    "holding_share.upper_arm": "arm_raised",
    "left_elbow_flexion": "elbow",
    "right_elbow_flexion": "elbow",
    "hands_above_head": "overhead",
    "knee_flexion": "low_work",
    "left_knee_flexion": "low_work",
    "right_knee_flexion": "low_work",
    "kneeling": "kneeling",
    "lying": "fall",
    "fallen": "fall",
}
"""Topic of a measure whose angles do not matter for the words."""

OF_COUNT = {
    "bend": "bend_often",
    "overhead_reach": "overhead",
    "squat": "low_work",
    "stoop_lift": "stoop_lift",
    "squat_lift": "squat_lift",
    "lowering": "lowering",
}
OF_DOSE = {
    "back_bent": "work_height",
    "elbows_above_shoulders": "overhead",
}

WHOLE_BODY = ("rula", "reba", "owas")
LIMITS_DEG = {"trunk": 60.0, "neck": 25.0, "arm": 60.0, "knee": 60.0}
"""By how many times these are passed tells which part loads a whole posture most (ISO 11226's
limits; for the knee REBA's)."""


def for_event(measure: str, angles: Mapping[str, Angle | None]) -> Advice:
    """What would help, from the measure of the rule and the angles at the event's peak.

    measure: a name of `monitor.posture.rules.MEASURES`; one that is unknown gets general words."""
    topic = _topic(measure, angles)
    advice = TEXTS[topic]
    turned = max(abs(_deg(angles, "trunk_twist")), abs(_deg(angles, "trunk_side_bend")))
    if topic in {"floor", "work_height", "bend_often"} and turned > TURNED_DEG:
        advice += TEXTS["turn"]
    return advice


def for_report(
    per_hour: Mapping[str, float], dose: Mapping[str, float], lifting: Iterable[float] = ()
) -> tuple[Advice, ...]:
    """What would help most first, from counts an hour, shares of the minutes a day and lifting
    indexes.

    per_hour: by the values of `monitor.ergonomics.counts.Kind`; dose: by the names of
    `monitor.ergonomics.dose.POSTURES`. Empty when nothing is over its limit; an unknown name is a
    KeyError."""
    weights = [(n / LIMITS_PER_HOUR[kind], OF_COUNT[kind]) for kind, n in per_hour.items()]
    weights += [(share / DOSE_SHARE, OF_DOSE[posture]) for posture, share in dose.items()]
    weights += [(index, "heavy") for index in lifting]
    over = sorted((w for w in weights if w[0] >= 1), reverse=True)
    return tuple(TEXTS[topic] for topic in _once(topic for _, topic in over))


def _once(topics: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(topics))


def _topic(measure: str, angles: Mapping[str, Angle | None]) -> str:
    if measure in WHOLE_BODY:
        return _heaviest(angles)
    if measure == "trunk_flexion":
        return _trunk(angles)
    if measure == "neck_flexion":
        return _neck(angles)
    if "upper_arm" in measure and measure not in OF_MEASURE:
        return _arm(angles)
    return OF_MEASURE.get(measure, "whole_body")


def _heaviest(angles: Mapping[str, Angle | None]) -> str:
    """The topic of the part that passes its limit by most; none does: the whole body."""
    parts = {
        "trunk": (_deg(angles, "trunk_flexion"), _trunk),
        "neck": (abs(_deg(angles, "neck_flexion")), _neck),
        "arm": (_highest(angles, "upper_arm_elevation"), _arm),
        "knee": (_highest(angles, "knee_flexion"), lambda _: "low_work"),
    }
    worst = max(parts, key=lambda part: parts[part][0] / LIMITS_DEG[part])
    deg, topic = parts[worst]
    return topic(angles) if deg > LIMITS_DEG[worst] else "whole_body"


def _trunk(angles: Mapping[str, Angle | None]) -> str:
    return "floor" if _deg(angles, "trunk_flexion") >= DEEP_DEG else "work_height"


def _neck(angles: Mapping[str, Angle | None]) -> str:
    return "head_up" if _deg(angles, "neck_flexion") < 0 else "head_down"


def _arm(angles: Mapping[str, Angle | None]) -> str:
    raised = _highest(angles, "upper_arm_elevation")
    return "overhead" if raised >= OVERHEAD_DEG else "arm_raised"


def _highest(angles: Mapping[str, Angle | None], name: str) -> float:
    return max(_deg(angles, f"{side}_{name}") for side in ("left", "right"))


def _deg(angles: Mapping[str, Angle | None], name: str) -> float:
    """Unseen counts as straight: it gives no reason for other advice."""
    angle = angles.get(name)
    return 0.0 if angle is None else angle.deg
